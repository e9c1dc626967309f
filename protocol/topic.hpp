// SPDX-License-Identifier: Apache-2.0
/// Topics: where something that happens belongs, as a path. "/ob/campaigns/<uuid>" is one campaign, and whoever
/// subscribes to "/ob/campaigns" hears of all of them; "/" is everything. Source: the call manager's event
/// chapter, whose topics end in a URI-encoded name.
#pragma once

#include "protocol/error.hpp"

#include <string>
#include <string_view>

namespace ringmaster {

inline constexpr std::size_t longest_topic = 512; ///< bytes, as it comes

/// What a subscription may name, in its one spelling: names encoded as by `topic_below`, in whatever way they came (so
/// "_" and "%5f" both become "%5F"), and no slash at the end, unless it is "/" alone. Errors (`invalid_field`, "topic"):
/// too long, no slash in front, an empty segment, "%" without two digits, control characters, spaces, bytes beyond ASCII.
[[nodiscard]] result<std::string> read_topic(std::string_view text);

/// `topic` and a name below it, the name URI-encoded: ("/queue/statuses", "sales 1") → "/queue/statuses/sales%201".
/// Letters, digits, '-', '.' and '~' stay as they are; the reference encodes '_' as well.
[[nodiscard]] std::string topic_below(std::string_view topic, std::string_view name);

/// Whether a subscription to `above` hears of `topic`: the same, or whole segments in front of it.
[[nodiscard]] bool topic_covers(std::string_view above, std::string_view topic) noexcept;

/// Calls `visit(t)` with the topic itself and everything above it, up to "/".
template <class Visit>
void for_each_above(std::string_view topic, Visit&& visit) {
  while (topic.size() > 1) {
    visit(topic);
    topic = topic.substr(0, topic.rfind('/'));
  }
  visit(std::string_view{"/"});
}

} // namespace ringmaster
