#include "protocol/ami/events.hpp"

#include "protocol/ami/convert.hpp"
#include "protocol/ami/event_fields.hpp"
#include "protocol/ami/grammar.hpp"

#include <cstring>

namespace ringmaster::ami {
namespace {

/// Walks a message's lines together with a table. Each field is first looked for on the next line, then
/// further on, and only when it is not there among all lines in the lenient way of `message::find`.
class field_reader {
public:
  explicit field_reader(const message& m) noexcept
      : message_{m}, data_{m.owner().bytes().data()}, newlines_{m.owner().newlines()},
        line_{m.entry().first_line + 1}, end_{m.entry().end_line} {}

  template <class Event, class... Fields>
  void read(Event& into, table<Fields...>) noexcept {
    (read(into, Fields{}), ...);
  }

private:
  template <class Event, fixed_text Name, auto Member>
  [[gnu::always_inline]] void read(Event& into, field<Name, Member>) noexcept {
    static constexpr auto wanted = Name + fixed_text{": "};
    static_assert(sizeof(wanted.chars) <= buffer::padding, "a comparison may not reach behind the padding");
    text value;
    if (line_ < end_ && is<sizeof(wanted.chars) - 1>(line_, wanted.chars)) [[likely]]
      value = rest(line_++, sizeof(wanted.chars) - 1);
    else if (!further(wanted.view(), value))
      return;
    convert::into(into.*Member, value);
  }

  template <class Event, fixed_text Prefix, auto Member, class... Fields>
  void read(Event& into, nested<Prefix, Member, table<Fields...>>) noexcept {
    read_nested<Prefix>(into.*Member, Fields{}...);
  }

  /// One instance a prefix, not one an event: the code stays small enough for the cache.
  template <fixed_text Prefix, class Snapshot, fixed_text... Names, auto... Members>
  [[gnu::noinline]] void read_nested(Snapshot& into, field<Names, Members>... fields) noexcept {
    if constexpr (sizeof(Prefix.chars) == 1)
      (read(into, fields), ...);
    else
      (read(into, field<Prefix + Names, Members>{}), ...);
  }

  template <std::size_t Size>
  [[nodiscard]] bool is(std::uint32_t line, const char* wanted) const noexcept {
    return std::memcmp(data_ + newlines_[line - 1] + 1, wanted, Size) == 0;
  }

  [[nodiscard]] text rest(std::uint32_t line, std::size_t name_size) const noexcept {
    const char* begin = data_ + newlines_[line - 1] + 1 + name_size;
    const char* end = data_ + newlines_[line];
    end -= end[-1] == '\r' && end != begin;
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  [[gnu::noinline]] bool further(text wanted, text& value) noexcept {
    for (auto line = line_; line < end_; ++line)
      if (std::memcmp(data_ + newlines_[line - 1] + 1, wanted.data(), wanted.size()) == 0) {
        value = rest(line, wanted.size());
        line_ = line + 1;
        return true;
      }
    wanted.remove_suffix(2);
    const auto found = message_.find(wanted);
    if (found)
      value = *found;
    return found.has_value();
  }

  const message& message_;
  const char* data_;
  const std::uint32_t* newlines_;
  std::uint32_t line_;
  const std::uint32_t end_;
};

template <class Event>
[[gnu::always_inline]] inline Event read(const message& m) noexcept {
  Event event{};
  field_reader{m}.read(event, typename fields_of<Event>::type{});
  return event;
}

} // namespace

number to_number(text value) noexcept {
  return convert::parse_number(value);
}

#define RINGMASTER_AMI_FROM(name)                                                                            \
  name name::from(const message& m) noexcept {                                                               \
    return read<name>(m);                                                                                    \
  }
RINGMASTER_AMI_TYPED_EVENTS(RINGMASTER_AMI_FROM)
#undef RINGMASTER_AMI_FROM

} // namespace ringmaster::ami
