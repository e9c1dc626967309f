// SPDX-License-Identifier: Apache-2.0
/// The ledger of agents (core/agent_ledger.hpp) for all actors of an engine, and who is woken when it is his turn.
///
/// What is looked at, decided and claimed under one lock is one step: nobody else begins a call for the same agent
/// meanwhile. What is done under it must be short, and send nothing.
///
/// Threads: any.
#pragma once

#include "actors/core/agent_ledger.hpp"
#include "actors/messages.hpp"

#include <caf/send.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace ringmaster {

class agent_room {
public:
  using campaign_index = core::agent_ledger::campaign_index;

  template <class Step>
  decltype(auto) with(Step&& step) {
    const std::scoped_lock lock{guard_};
    return step(ledger_);
  }

  /// `who` gets `wake` when it is his turn; may be nobody.
  [[nodiscard]] campaign_index join(woken_handle who) {
    const std::scoped_lock lock{guard_};
    const auto index = ledger_.join();
    if (index >= actors_.size())
      actors_.resize(index + 1);
    actors_[index] = std::move(who);
    return index;
  }
  void leave(campaign_index campaign) {
    woken_handle gone;
    const std::scoped_lock lock{guard_};
    ledger_.leave(campaign);
    std::swap(actors_[campaign], gone);
  }
  void wake(const std::vector<campaign_index>& whom) {
    if (whom.empty())
      return;
    std::vector<woken_handle> actors;
    {
      const std::scoped_lock lock{guard_};
      for (const auto index : whom)
        actors.push_back(actors_[index]);
    }
    for (const auto& actor : actors)
      if (actor)
        actor.tell(ringmaster::wake{});
  }

private:
  std::mutex guard_;
  core::agent_ledger ledger_;
  std::vector<woken_handle> actors_; ///< of campaigns, by index
};

} // namespace ringmaster
