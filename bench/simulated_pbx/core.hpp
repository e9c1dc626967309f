// SPDX-License-Identifier: Apache-2.0
/// What every part of the simulated PBX shares: the clock, the live channels, and the events about a channel.
#pragma once

#include "bench/simulated_pbx/channel.hpp"
#include "bench/simulated_pbx/emitter.hpp"
#include "bench/simulated_pbx/event_clock.hpp"
#include "bench/simulated_pbx/journal.hpp"
#include "bench/simulated_pbx/population.hpp"

#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ringmaster::sim {

/// What survives a restart of the PBX: how often each number was called. Keeps the draw of a customer's n-th
/// call independent of everything else.
using call_counts = std::unordered_map<std::string, std::uint64_t>;

/// Not thread-safe; one thread runs the whole PBX.
class core {
public:
  /// `epoch` is the wall clock (seconds) at which simulated time is zero.
  core(const population& p, std::uint64_t run_seed, emitter& e, journal& j, call_counts& counts,
       std::int64_t start)
      : people{p}, seed{run_seed}, out{e}, log{j}, called{counts}, epoch{start}, trunks{p.trunk_conditions} {}

  const population& people;
  std::uint64_t seed;
  emitter& out;
  journal& log;
  call_counts& called;
  std::int64_t epoch;
  double time_scale{1}; ///< simulated seconds in a real one
  bool stopping{false}; ///< no action is taken any more, and no call begun
  std::map<std::string, trunk_condition, std::less<>> trunks; ///< those that are not just up
  event_clock clock;
  channel_table channels;
  std::map<std::string, std::string, std::less<>>
      devices; ///< as last told; not those of Local, which Asterisk does not keep
  std::unordered_map<std::string, std::string> globals; ///< variables of no channel

  /// Clients live in real time: points in time and spans that a client counts in are told in its seconds.
  [[nodiscard]] std::int64_t wall_seconds() const noexcept {
    return epoch + static_cast<std::int64_t>(std::chrono::duration<double>(clock.now()).count() / time_scale);
  }
  [[nodiscard]] std::int64_t real_seconds(double simulated) const noexcept {
    return std::llround(simulated / time_scale);
  }
  /// `2026-11-21 20:41:13` (UTC), as Cdr says it.
  [[nodiscard]] std::string date_time(sim_time t) const;
  /// SECONDS.SERIAL
  [[nodiscard]] std::string new_unique_id();
  /// NAME-0000002a, counted for each technology.
  [[nodiscard]] std::string new_channel_name(std::string_view technology, std::string_view resource);
  /// A version 4 uuid out of the run's seed, for bridges.
  [[nodiscard]] std::string new_uuid();

  // Events about one channel, each with the change that it tells of.
  void new_channel(channel& c);
  void var_set(channel& c, std::string_view given, std::string_view value);
  void new_exten(channel& c, std::string_view application, std::string_view data);
  void new_state(channel& c, channel_state s);
  void caller_id(channel& c, std::string_view number, std::string_view name);
  void connected_line(channel& c, std::string_view number, std::string_view name);
  void hangup_request(const channel& c, std::optional<int> cause, int tech_cause = 0);
  void soft_hangup_request(const channel& c, int cause = 16);
  /// The channel is gone after this.
  void hangup(channel& c, int cause, int tech_cause = 0);
  void cdr(const channel& c, std::string_view disposition, std::string_view destination_channel = {});
  void device(std::string_view name, std::string_view state);
  void call_id_change(const channel& c);
  void dial_begin(const channel* caller, const channel& dest, std::string_view dial_string);
  void dial_state(const channel* caller, const channel& dest);
  void dial_end(const channel* caller, const channel& dest, std::string_view status);
  void local_bridge(const channel& one, const channel& two, bool optimize);
  /// BridgeCreate, BridgeEnter, BridgeLeave or BridgeDestroy of a bridge of two. `members`: how many are in it then;
  /// `swapped`: the unique id of the channel whose place `c` takes.
  void bridge_event(std::string_view event, std::string_view bridge, int members, const channel* c,
                    std::string_view swapped = {});
  /// The block of headers that describes a bridge of two, each name with `prefix` before `Bridge`.
  static void bridge_headers(header_writer& to, std::string_view bridge, int members, std::string_view prefix = {});
  /// The five statistics that PJSIP leaves on a channel at its end.
  void rtp_statistics(channel& c);

private:
  std::uint64_t unique_{0};
  std::uint64_t call_ids_{0};
  std::uint64_t uuids_{0};
  std::unordered_map<std::string, std::uint64_t> names_;
};

} // namespace ringmaster::sim
