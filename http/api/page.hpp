// SPDX-License-Identifier: Apache-2.0
/// Lists as replies, in the form that the dialect has for them.
///
/// A short page goes out whole. A long one is made while it is sent, some items at a time, each time by a read transaction of
/// its own: ten thousand calls with all that they were begun with would be gigabytes, and a reader who takes nothing would
/// hold them. So what changes meanwhile may or may not be in it; nothing that stays is left out or there twice.
#pragma once

#include "http/api/context.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace ringmaster::api {

/// Most items that one page of a list holds.
inline constexpr std::size_t most_items = 10'000;
/// The items of one piece: a few megabytes where each is as large as it may be.
inline constexpr std::size_t items_a_piece = 100;

/// Where a page begins and how much it holds. A position is what the list says of it: an id, mostly.
template <class Position>
struct page_query {
  std::optional<Position> after;
  std::size_t count{};
};
/// What was appended, and what `after` goes on with; nothing at the end of the list.
template <class Position>
struct appended {
  std::size_t items{};
  std::optional<Position> next;
};

/// Positions as texts, which `page_token` is.
[[nodiscard]] inline std::string write_position(const uuid& id) { return to_string(id); }
[[nodiscard]] inline std::string write_position(std::int64_t id) { return std::to_string(id); }
[[nodiscard]] bool read_position(std::string_view text, uuid& id);
[[nodiscard]] bool read_position(std::string_view text, std::int64_t& id);

/// `count` (1 to `most_items`) of a request.
[[nodiscard]] result<std::size_t> count_of(const http::request& req, std::size_t without);

/// `count` and `page_token`.
template <class Position>
[[nodiscard]] result<page_query<Position>> page_parameters(const http::request& req, std::size_t count_without) {
  const auto count = count_of(req, count_without);
  if (!count)
    return count.error();
  page_query<Position> which{{}, *count};
  if (const auto token = req.query_value("page_token"); token && !token->empty())
    if (!read_position(*token, which.after.emplace()))
      return invalid_field("page_token", "page_token must be a next_page_token of this list");
  return which;
}

/// Appends items, in order, a comma before each, but where `first` says that none has been appended yet. Called on session threads, one after the other;
/// an error of the first call is the reply, one of a later call cuts it.
template <class Position>
using append_items = std::function<result<appended<Position>>(std::string& out, const page_query<Position>& which, bool first)>;

/// What knows nothing of positions: `more(out)` appends a piece and says where the next page would begin, empty at the
/// end, and `done` whether that was all of this one.
struct piece {
  std::string next;
  bool done{};
};
[[nodiscard]] http::response answer_in_pieces(const context& c, std::function<result<piece>(std::string& out)> more);

template <class Position>
[[nodiscard]] http::response answer_with_list(const context& c, page_query<Position> which, append_items<Position> append) {
  return answer_in_pieces(c, [left = which, append = std::move(append), none = true](std::string& out) mutable -> result<piece> {
    const auto before = out.size();
    const auto got = append(out, {left.after, std::min(left.count, items_a_piece)}, none);
    if (!got)
      return got.error();
    none = none && out.size() == before; // a piece may have nothing in it, and the next one something
    left.count -= std::min(left.count, got->items);
    left.after = got->next;
    return piece{left.after ? write_position(*left.after) : std::string{}, !left.after || left.count == 0};
  });
}

/// For a page of storage: `append_item(out, item)` for each. `looked_at`: how many it had before some were taken out.
template <class Position, class Page, class AppendItem>
[[nodiscard]] appended<Position> append_page(std::string& out, const Page& page, bool first, AppendItem&& append_item,
                                             std::optional<std::size_t> looked_at = {}) {
  for (const auto& item : page.items) {
    if (!std::exchange(first, false))
      out.push_back(',');
    append_item(out, item);
  }
  return {looked_at.value_or(page.items.size()), page.next};
}

} // namespace ringmaster::api
