// SPDX-License-Identifier: Apache-2.0
/// Live answers of campaigns that share one budget of abandoned calls: each adds its own when their fate is known, and sees
/// the others' at its next decision, as one campaign sees its own.
///
/// Threads: any. A look costs a short lock; the sum is made anew only when something was added.
#pragma once

#include "actors/core/pacing.hpp"
#include "protocol/uuid.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

namespace ringmaster {

class abandon_groups {
public:
  /// What a campaign of the group has had so far; in place of what it told before.
  void put(const std::string& group, const uuid& campaign, const core::abandon_days& days) {
    const std::scoped_lock lock{guard_};
    auto& of = groups_[group];
    of.campaigns.insert_or_assign(campaign, days);
    ++of.version;
  }
  void add(const std::string& group, const uuid& campaign, std::int64_t day, bool abandoned) {
    const std::scoped_lock lock{guard_};
    auto& of = groups_[group];
    of.campaigns[campaign].add(day, 1, abandoned ? 1 : 0);
    ++of.version;
  }
  void leave(const std::string& group, const uuid& campaign) {
    const std::scoped_lock lock{guard_};
    const auto at = groups_.find(group);
    if (at == groups_.end())
      return;
    at->second.campaigns.erase(campaign);
    ++at->second.version;
  }
  /// Grows with each change; 0: nobody has told anything.
  [[nodiscard]] std::uint64_t version(const std::string& group) const {
    const std::scoped_lock lock{guard_};
    const auto at = groups_.find(group);
    return at == groups_.end() ? 0 : at->second.version;
  }
  /// Of all campaigns of the group but one.
  [[nodiscard]] core::abandon_ledger others(const std::string& group, const uuid& but, std::int64_t today,
                                            std::int64_t window_days) const {
    core::abandon_ledger sum;
    const std::scoped_lock lock{guard_};
    const auto at = groups_.find(group);
    if (at == groups_.end())
      return sum;
    for (const auto& [campaign, days] : at->second.campaigns) {
      if (campaign == but)
        continue;
      const auto one = days.totals(today, window_days);
      sum.window_answers += one.window_answers;
      sum.window_abandons += one.window_abandons;
      sum.day_answers += one.day_answers;
      sum.day_abandons += one.day_abandons;
    }
    return sum;
  }

private:
  struct answers {
    std::unordered_map<uuid, core::abandon_days> campaigns;
    std::uint64_t version{0};
  };
  mutable std::mutex guard_;
  std::map<std::string, answers> groups_;
};

} // namespace ringmaster
