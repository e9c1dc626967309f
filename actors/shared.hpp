// SPDX-License-Identifier: Apache-2.0
/// What the actors of one engine share. Everything in it outlives the actors and may be used from any thread.
#pragma once

#include "actors/abandon_groups.hpp"
#include "actors/agent_room.hpp"
#include "actors/core/call.hpp"
#include "actors/core/topic_family.hpp"
#include "actors/live_state.hpp"
#include "actors/messages.hpp"
#include "actors/server_breakers.hpp"
#include "actors/server_room.hpp"
#include "actors/watch.hpp"
#include "actors/zone_keeper.hpp"
#include "protocol/seldom.hpp"
#include "protocol/time.hpp"
#include "storage/environment.hpp"

#include <caf/send.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>

namespace ringmaster {

namespace core {
class telephone_tables;
}

struct engine_shared {
  const clock* time{&machine_clock()};
  storage::environment* env{nullptr};
  live_state live;
  store_handle store;
  engine_handle engine;
  results_handle results;
  hub_handle hub;
  std::unordered_map<std::string, pbx_handle> pbxs; ///< by name; complete before any other actor begins
  std::vector<std::string> pbx_names;               ///< in the order of the configuration
  std::unordered_map<std::string, server_room> rooms; ///< of each of them; complete as `pbxs` is
  std::unordered_map<std::string, server_breakers> breakers; ///< of each of them; complete as `pbxs` is
  agent_room agents;                                ///< of all servers
  abandon_groups groups;                            ///< of campaigns that share a budget of abandoned calls
  /// What each server's telephone actor knows, in the order of the configuration; complete as `pbxs` is.
  std::vector<std::shared_ptr<core::telephone_tables>> telephones;
  snapshot_map<uuid, dial_list_handle> dial_lists;        ///< by dlma, those in use
  std::string timezone{"UTC"};
  zone_keeper* zones{nullptr};                      ///< of the engine's
  core::call_times call_times; ///< of every call; its own dial timeout in place of the one here
  std::chrono::milliseconds list_linger{std::chrono::minutes{10}}; ///< of `engine_options`
  essential_actors essential;
  std::atomic<bool> stopping{false};
  seldom_by_text complaints; ///< of what may go wrong for every call or campaign at once, "what: why"
  /// Families of events that somebody listens to. Publish the state first, then ask this, then tell: whoever
  /// begins to listen meanwhile finds what was not told in the state.
  std::atomic<core::topic_family_set> wanted{0};

  [[nodiscard]] bool is_wanted(core::topic_family f) const noexcept { return (wanted.load() & core::bit_of(f)) != 0; }
  void tell(std::vector<happening> what) { hub.tell(hub_publish{std::move(what)}); }
  void tell(happening what) {
    std::vector<happening> one;
    one.push_back(std::move(what));
    tell(std::move(one));
  }

  /// Null: a server that has left the configuration.
  [[nodiscard]] server_room* room_of(const std::string& pbx) {
    const auto at = rooms.find(pbx);
    return at == rooms.end() ? nullptr : &at->second;
  }

  /// Null: a server that has left the configuration.
  [[nodiscard]] server_breakers* breakers_of(const std::string& pbx) {
    const auto at = breakers.find(pbx);
    return at == breakers.end() ? nullptr : &at->second;
  }

  /// What fails by itself on a server and is rested, with dates.
  [[nodiscard]] std::vector<core::resting> resting(const std::string& pbx) {
    std::vector<core::resting> all;
    if (auto* of = breakers_of(pbx))
      all = of->resting(time->now());
    for (auto& one : all) {
      one.since = time->date_of(one.since);
      one.next_probe = time->date_of(one.next_probe);
    }
    return all;
  }

  /// Hands a command to the writer. See `store_operation`; what `run` writes is kept where it returns nothing.
  template <class Run>
  void write(Run run, std::function<void(const std::optional<error>&)> done, storage::room may_fill = storage::room::ordinary,
             std::function<storage::call_note()> note = {}) {
    std::function<bool(storage::write_txn&)> kept;
    if constexpr (std::is_same_v<std::invoke_result_t<Run&, storage::write_txn&>, bool>)
      kept = std::move(run);
    else
      kept = [run = std::move(run)](storage::write_txn& txn) mutable {
        run(txn);
        return true;
      };
    store.tell(std::make_shared<store_operation>(
                              store_operation{std::move(kept), std::move(done), may_fill, std::move(note)}));
  }
};

} // namespace ringmaster
