// SPDX-License-Identifier: Apache-2.0
/// A channel as Asterisk shows it, and the table of those that are alive.
#pragma once

#include "bench/simulated_pbx/event_clock.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ringmaster::sim {

/// Asterisk's own numbers, as in the header `ChannelState`.
enum class channel_state : std::uint8_t { down = 0, ring = 4, ringing = 5, up = 6, busy = 7 };
[[nodiscard]] std::string_view name_of(channel_state s) noexcept;

/// What `Cause-txt` says for a hang-up cause.
[[nodiscard]] std::string_view cause_text(int cause) noexcept;

struct channel_variable {
  std::string name;  ///< without the underscores that ask for inheritance
  std::string given; ///< as it was set, and as VarSet shows it
  std::string value;
};

struct channel {
  std::uint64_t number{0}; ///< order of creation
  std::string name;
  std::string unique_id;
  std::string linked_id;
  channel_state state{channel_state::down};
  std::string caller_number, caller_name; ///< empty: shown as <unknown>
  std::string connected_number, connected_name;
  std::string account;
  std::string context, extension;
  int priority{1};
  std::string application, data; ///< what it runs now
  std::string bridge;            ///< unique id of the bridge that it is in
  sim_time created{0};
  sim_time answered{-1};
  std::vector<channel_variable> variables;
  std::uint64_t call{0};    ///< the originated call that it belongs to; 0: none
  std::uint64_t attempt{0}; ///< the ringing of a queue member that it belongs to; 0: none

  [[nodiscard]] const std::string* variable(std::string_view wanted) const noexcept;
  /// Takes `__NAME`, `_NAME` or `NAME`.
  void set_variable(std::string_view given, std::string_view value);
};

/// Channels by creation, name and unique id. Not thread-safe.
class channel_table {
public:
  channel& add(std::string name, std::string unique_id);
  void remove(const channel& c);

  /// By name or unique id, as actions name channels.
  [[nodiscard]] channel* find(std::string_view name_or_id) const;
  /// True when `id` equals or begins a live unique id, whatever the case: Asterisk refuses such a ChannelId.
  [[nodiscard]] bool collides(std::string_view id) const;

  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  [[nodiscard]] const std::map<std::uint64_t, std::unique_ptr<channel>>& all() const noexcept { return all_; }

private:
  std::uint64_t created_{0};
  std::map<std::uint64_t, std::unique_ptr<channel>> all_;
  std::unordered_map<std::string_view, channel*> by_name_; // views into the channels themselves
  std::map<std::string, channel*, std::less<>> by_id_;     // lower case
};

} // namespace ringmaster::sim
