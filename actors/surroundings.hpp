// SPDX-License-Identifier: Apache-2.0
/// What campaigns depend on and nobody tells them: servers, their breakers, whether the database can be written, who listens, and
/// leaps of the clocks. The engine looks for all of them, so that those that rest need not (core/campaign_rest.hpp).
///
/// To look is O(servers and what rests there); from any thread.
#pragma once

#include "actors/core/explain.hpp"
#include "actors/core/health.hpp"
#include "actors/live_state.hpp"
#include "protocol/time.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster {

struct engine_shared;

struct surroundings {
  static constexpr std::chrono::milliseconds looks_every{250};

  struct server {
    std::string name, trouble;
    server_state state{server_state::away};
    std::shared_ptr<const std::vector<core::missing_right>> missing; ///< another pointer: something about it has changed
    std::vector<std::pair<core::resting_thing, std::string>> resting;
    bool operator==(const server&) const = default;
  };
  std::vector<server> servers;
  bool writable{true}, watched{false};
  time_point now{};       ///< a moment
  duration date_ahead{0}; ///< of dates, compared with moments

  [[nodiscard]] static surroundings look(engine_shared& shared);

  /// Also when one of the clocks has leapt: the wall clock was set, or the machine has slept. `before` was seen `looks_every` ago.
  [[nodiscard]] bool differ_from(const surroundings& before) const;
  /// Such a leap.
  [[nodiscard]] std::optional<core::clock_leap> leap_since(const surroundings& before) const;
};

} // namespace ringmaster
