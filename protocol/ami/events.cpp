// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/events.hpp"

#include "protocol/ami/convert.hpp"
#include "protocol/ami/event_fields.hpp"

#include <cstring>

namespace ringmaster::ami {
namespace {

/// Where a walk over a message's lines is.
struct cursor {
  const char* data;
  const std::uint32_t* newlines; ///< by line, as in the block
  const char* at;                ///< where `line` begins
  std::uint32_t line;
  std::uint32_t end;
};

/// What a walk found: a value, if there is one, and the line behind it if it was found on the way.
struct found {
  text value;
  std::uint32_t next; ///< 0: the cursor stays
  bool there;
};

[[nodiscard]] text value_at(const cursor& c, std::uint32_t line, const char* begin) noexcept {
  const char* end = c.data + c.newlines[line];
  // There is at least the space before `begin`, so an empty value is no special case.
  end -= end[-1] == '\r';
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// The header `wanted` (with its ": ") on the lines that follow, else wherever it is and however it is
/// written. By value: the walk that calls this keeps its cursor in registers.
[[gnu::noinline]] found further(const message& m, cursor c, text wanted) noexcept {
  const char* at = c.at;
  const char first = wanted.front();
  for (auto line = c.line; line < c.end; at = c.data + c.newlines[line++] + 1)
    if (*at == first && at[wanted.size() - 2] == ':' && std::memcmp(at, wanted.data(), wanted.size()) == 0)
      return {value_at(c, line, at + wanted.size()), line + 1, true};
  wanted.remove_suffix(2);
  const auto anywhere = m.find(wanted);
  return {anywhere.value_or(text{}), 0, anywhere.has_value()};
}

/// Reads one field; the next line is the one where Asterisk has it. False: there is no such header.
template <class Struct, fixed_text Name, auto Member>
[[gnu::always_inline]] inline bool read(const message& m, cursor& c, Struct& into,
                                        field<Name, Member>) noexcept {
  static constexpr auto wanted = Name + fixed_text{": "};
  static constexpr std::size_t size = sizeof(wanted.chars) - 1;
  static_assert(size <= buffer::padding, "a comparison may not reach behind the padding");
  if (c.line < c.end && std::memcmp(c.at, wanted.chars, size) == 0) [[likely]] {
    const auto value = value_at(c, c.line, c.at + size);
    c.at = c.data + c.newlines[c.line++] + 1;
    convert::into(into.*Member, value);
    return true;
  }
  const auto other = further(m, c, wanted.view());
  if (other.next != 0) {
    c.line = other.next;
    c.at = c.data + c.newlines[other.next - 1] + 1;
  }
  if (other.there)
    convert::into(into.*Member, other.value);
  return other.there;
}

/// One instance a prefix, not one an event: the code stays small enough for the cache.
template <fixed_text Prefix, class Snapshot, class First, fixed_text... Names, auto... Members>
[[gnu::noinline]] void read_nested(const message& m, cursor& c, Snapshot& into,
                                   table<First, field<Names, Members>...>) noexcept {
  cursor local = c;
  if (!read(m, local, into, prefixed<Prefix, First>{}))
    return;
  (read(m, local, into, prefixed<Prefix, field<Names, Members>>{}), ...);
  c = local;
}

template <class Event, fixed_text Prefix, auto Member, class Table>
void read(const message& m, cursor& c, Event& into, nested<Prefix, Member, Table>) noexcept {
  read_nested<Prefix>(m, c, into.*Member, Table{});
}

template <class Event, class... Fields>
[[gnu::always_inline]] inline void read_all(const message& m, Event& into, table<Fields...>) noexcept {
  const auto& entry = m.entry();
  const auto* newlines = m.owner().newlines();
  const char* data = m.owner().bytes().data();
  // The first line says which event it is.
  cursor c{data, newlines, data + newlines[entry.first_line] + 1, entry.first_line + 1, entry.end_line};
  (read(m, c, into, Fields{}), ...);
}

template <class Event>
[[gnu::always_inline]] inline Event read_event(const message& m) noexcept {
  Event event; // every member has a constructor; `{}` would clear the whole struct once more
  read_all(m, event, typename fields_of<Event>::type{});
  return event;
}

} // namespace

number to_number(text value) noexcept {
  return convert::parse_number(value);
}

#define RINGMASTER_AMI_FROM(name)                                                                            \
  name name::from(const message& m) noexcept {                                                               \
    return read_event<name>(m);                                                                              \
  }
RINGMASTER_AMI_TYPED_EVENTS(RINGMASTER_AMI_FROM)
#undef RINGMASTER_AMI_FROM

} // namespace ringmaster::ami
