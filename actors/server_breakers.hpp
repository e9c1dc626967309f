// SPDX-License-Identifier: Apache-2.0
/// The circuit breakers of one Asterisk server: its own, one for each trunk that calls go out by, and one for each
/// campaign whose Originates it refuses for reasons that are the campaign's (a destination that it does not have).
/// What opens and closes them is core/circuit_breaker.hpp.
///
/// Threads: any. Each call is a short lock; while nothing is open a campaign asks without one.
#pragma once

#include "actors/core/circuit_breaker.hpp"
#include "actors/core/explain.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster {

/// What a call is known by here.
struct breaker_ticket {
  core::trunk_breaker* trunk{nullptr}; ///< null: a call that was begun by another process, of which nothing is learned
  core::circuit_breaker::ticket on_trunk{0}, on_server{0}, on_campaign{0};
};

class server_breakers {
public:
  explicit server_breakers(std::string server) : server_{std::move(server)} {}

  /// Whether a call of the campaign may go out by the trunk; `probe`: one alone.
  [[nodiscard]] core::permit may_begin(const std::string& trunk, const uuid& campaign, time_point now) const;
  /// It begins. Nothing: another call was quicker, or nobody may.
  [[nodiscard]] std::optional<breaker_ticket> begin(const std::string& trunk, const uuid& campaign,
                                                    const core::used_try& whose, time_point now);

  /// What was learned from a call; what opens or closes is logged.
  /// The server has accepted its Originate.
  void accepted(const breaker_ticket& call, const uuid& campaign);
  /// The server has refused it, in these words.
  void refused(const breaker_ticket& call, const uuid& campaign, std::string_view words, time_point now);
  /// Of its way to the telephone; see `core::trunk_breaker::hear`.
  core::trunk_breaker::verdict hear(const breaker_ticket& call, core::call_evidence what, std::string_view words,
                                    time_point now);
  /// The server has booted, or was logged in to anew: what rests may be tried at once.
  void try_again(time_point now);

  /// The campaign is another one now, or gone: what it was refused for says nothing any more.
  void forget(const uuid& campaign);

  /// Whatever is open, the server first.
  [[nodiscard]] std::vector<core::resting> resting(time_point now);

private:
  void opened(core::resting_thing what, std::string_view name, const core::circuit_breaker& state);
  void closed(core::resting_thing what, std::string_view name);

  std::string server_;
  mutable std::mutex guard_;
  std::atomic<int> open_{0};
  core::circuit_breaker own_;
  std::map<std::string, core::trunk_breaker, std::less<>> trunks_; ///< nodes stay where they are
  std::map<uuid, core::circuit_breaker> campaigns_;                ///< those that were refused
};

} // namespace ringmaster
