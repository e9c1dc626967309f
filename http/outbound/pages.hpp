// SPDX-License-Identifier: Apache-2.0
/// Lists as replies, in the form that the dialect has for them.
///
/// A short page goes out whole. A long one is made while it is sent, some items at a time, each time by a read transaction of
/// its own: ten thousand calls with all that they were begun with would be gigabytes, and a reader who takes nothing would
/// hold them. So what changes meanwhile may or may not be in it; nothing that stays is left out or there twice.
#pragma once

#include "http/outbound/context.hpp"
#include "storage/outbound.hpp"

#include <functional>
#include <optional>
#include <string>

namespace ringmaster::outbound {

/// What was appended.
struct appended {
  std::size_t items{};
  std::optional<uuid> next; ///< what `page_request::after` goes on with; nothing at the end of the list
};

/// Appends the items of a page, in order, a comma before each but the `first` of the list. Called on session threads, one
/// after the other; an error of the first call is the reply, one of a later call cuts it.
using append_items = std::function<result<appended>(std::string& out, const storage::page_request& which, bool first)>;

/// The items of one piece: a few megabytes where each is as large as it may be.
inline constexpr std::size_t items_a_piece = 100;

[[nodiscard]] http::response answer_with_list(const context& c, const storage::page_request& which, append_items append);

/// For a page of storage: `append_item(out, item)` for each.
template <class T, class AppendItem>
[[nodiscard]] appended append_page(std::string& out, const storage::page<T>& page, bool first, AppendItem&& append_item) {
  for (const auto& item : page.items) {
    if (!std::exchange(first, false))
      out.push_back(',');
    append_item(out, item);
  }
  return {page.items.size(), page.next};
}

} // namespace ringmaster::outbound
