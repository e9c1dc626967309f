// SPDX-License-Identifier: Apache-2.0
/// The families of live events, and which of them anybody wants to hear: what nobody asked for is never made.
#pragma once

#include "protocol/permission.hpp"
#include "protocol/topic.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ringmaster::core {

enum class topic_family : std::uint8_t { campaigns, dialings, stats, servers, channels, agis, queue_entries, queue_members, queues, parked_calls };

struct topic_family_row {
  topic_family family;
  std::string_view topic;      ///< that all its events are below; families may share one
  std::string_view permission; ///< to hear them
  std::string_view item;       ///< "ob.campaign", of the events ob.campaign.{create,update,delete}
};
inline constexpr std::array<topic_family_row, 10> topic_families{{
    {topic_family::campaigns, "/ob/campaigns", permission::ob_read, "ob.campaign"},
    {topic_family::dialings, "/ob/dialings", permission::ob_read, "ob.dialing"},
    {topic_family::stats, "/ob/stats", permission::ob_read, "ob.stats"},
    {topic_family::servers, "/ob/servers", permission::ob_read, "ob.server"},
    {topic_family::channels, "/core/channels", permission::telephone_read, "core.channel"},
    {topic_family::agis, "/core/agis", permission::telephone_read, "core.agi"},
    {topic_family::queues, "/queue/statuses", permission::telephone_read, "queue.queue"},
    {topic_family::queue_members, "/queue/statuses", permission::telephone_read, "queue.member"},
    {topic_family::queue_entries, "/queue/statuses", permission::telephone_read, "queue.entry"},
    {topic_family::parked_calls, "/park/parkinglots", permission::telephone_read, "park.parkedcall"},
}};

[[nodiscard]] constexpr std::string_view item_of(topic_family f) noexcept {
  for (const auto& row : topic_families)
    if (row.family == f)
      return row.item;
  return {};
}

[[nodiscard]] constexpr std::string_view topic_of(topic_family f) noexcept {
  for (const auto& row : topic_families)
    if (row.family == f)
      return row.topic;
  return {};
}

using topic_family_set = std::uint32_t; ///< a bit a family
[[nodiscard]] constexpr topic_family_set bit_of(topic_family f) noexcept { return 1u << static_cast<unsigned>(f); }

/// The families that a subscription hears of, all or in part; 0: the topic is none that anything is told under.
[[nodiscard]] inline topic_family_set families_under(std::string_view topic) noexcept {
  topic_family_set found = 0;
  for (const auto& row : topic_families)
    if (topic_covers(topic, row.topic) || topic_covers(row.topic, topic))
      found |= bit_of(row.family);
  return found;
}

/// The families that an event of this topic may be of: they share topics, but no two with different permissions do.
[[nodiscard]] inline topic_family_set families_of_event(std::string_view topic) noexcept {
  topic_family_set found = 0;
  for (const auto& row : topic_families)
    if (topic_covers(row.topic, topic))
      found |= bit_of(row.family);
  return found;
}

/// Counts subscriptions by topic. Not thread-safe.
class topic_interest {
public:
  void add(const std::string& topic) { ++counts_[topic]; }
  /// Of a topic that was not added: does nothing.
  void remove(const std::string& topic) {
    const auto at = counts_.find(topic);
    if (at != counts_.end() && --at->second == 0)
      counts_.erase(at);
  }
  [[nodiscard]] topic_family_set families() const noexcept {
    topic_family_set wanted = 0;
    for (const auto& [topic, count] : counts_)
      wanted |= families_under(topic);
    return wanted;
  }

private:
  std::map<std::string, std::size_t> counts_;
};

} // namespace ringmaster::core
