// SPDX-License-Identifier: Apache-2.0
#include "http/outbound/pages.hpp"

#include <algorithm>
#include <utility>

namespace ringmaster::outbound {

namespace {

class list_source final : public http::body_source {
public:
  list_source(const context& c, const storage::page_request& which, append_items append)
      : context_{c}, append_{std::move(append)}, after_{which.after}, left_{which.count} {}

  /// The next piece of the reply; `is_done` says afterwards whether it was the last.
  result<std::string> piece() {
    std::string out;
    if (first_) {
      context_.speaks->begin(out);
      context_.speaks->begin_list(out);
    }
    const auto got = append_(out, {after_, std::min(left_, items_a_piece)}, first_);
    if (!got)
      return got.error();
    first_ = false;
    left_ -= std::min(left_, got->items);
    after_ = got->next;
    done_ = !after_ || left_ == 0;
    if (done_) {
      context_.speaks->end_list(out, after_ ? to_string(*after_) : std::string{});
      context_.speaks->end(out, context_.speaks->status_of(http::outcome::shown), context_.now());
    }
    return out;
  }
  [[nodiscard]] bool is_done() const noexcept { return done_; }
  void begin_with(std::string piece) { ahead_ = std::move(piece); }

  void next(give to) override {
    if (!ahead_.empty())
      return to(std::exchange(ahead_, {}));
    to(done_ ? result<std::string>{std::string{}} : piece());
  }

private:
  const context context_;
  const append_items append_;
  std::optional<uuid> after_;
  std::size_t left_;
  bool first_{true};
  bool done_{false};
  std::string ahead_;
};

} // namespace

http::response answer_with_list(const context& c, const storage::page_request& which, append_items append) {
  auto source = std::make_shared<list_source>(c, which, std::move(append));
  auto begin = source->piece();
  if (!begin)
    return refuse(c, begin.error());
  const auto status = c.speaks->status_of(http::outcome::shown);
  if (source->is_done())
    return http::response{status, "application/json", std::move(*begin), {}, false};
  source->begin_with(std::move(*begin));
  return http::response{status, "application/json", std::shared_ptr<http::body_source>{std::move(source)}, {}, false};
}

} // namespace ringmaster::outbound
