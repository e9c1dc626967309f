// SPDX-License-Identifier: Apache-2.0
#include "http/api/page.hpp"

#include <charconv>
#include <memory>

namespace ringmaster::api {

namespace {

template <class Number>
bool read_number(std::string_view text, Number& value) {
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  return failed == std::errc{} && stop == end;
}

class list_source final : public http::body_source {
public:
  list_source(const context& c, std::function<result<piece>(std::string&)> more) : context_{c}, more_{std::move(more)} {}

  /// The next piece of the reply; `is_done` says afterwards whether it was the last.
  result<std::string> make() {
    const auto& speaks = *context_.speaks;
    std::string out;
    if (std::exchange(first_, false)) {
      speaks.begin(out);
      speaks.begin_list(out);
    }
    const auto got = more_(out);
    if (!got)
      return got.error();
    done_ = got->done;
    if (done_) {
      speaks.end_list(out, got->next);
      speaks.end(out, speaks.status_of(http::outcome::shown), context_.now());
    }
    return out;
  }
  [[nodiscard]] bool is_done() const noexcept { return done_; }
  void begin_with(std::string made) { ahead_ = std::move(made); }

  void next(give to) override {
    if (!ahead_.empty())
      return to(std::exchange(ahead_, {}));
    to(done_ ? result<std::string>{std::string{}} : make());
  }

private:
  const context context_;
  const std::function<result<piece>(std::string&)> more_;
  bool first_{true};
  bool done_{false};
  std::string ahead_;
};

} // namespace

bool read_position(std::string_view text, uuid& id) {
  const auto read = parse_uuid(text);
  return read ? (id = *read, true) : false;
}
bool read_position(std::string_view text, std::int64_t& id) { return read_number(text, id) && id > 0; }

result<std::size_t> count_of(const http::request& req, std::size_t without) {
  const auto value = req.query_value("count");
  std::size_t count = without;
  if (value && !value->empty() && (!read_number(*value, count) || count == 0 || count > most_items))
    return invalid_field("count", "count must be a number from 1 to " + std::to_string(most_items));
  return count;
}

http::response answer_in_pieces(const context& c, std::function<result<piece>(std::string&)> more) {
  auto source = std::make_shared<list_source>(c, std::move(more));
  auto begin = source->make();
  if (!begin)
    return refuse(c, begin.error());
  const auto status = c.speaks->status_of(http::outcome::shown);
  if (source->is_done())
    return http::response{status, "application/json", std::move(*begin), {}, false};
  source->begin_with(std::move(*begin));
  return http::response{status, "application/json", std::shared_ptr<http::body_source>{std::move(source)}, {}, false};
}

} // namespace ringmaster::api
