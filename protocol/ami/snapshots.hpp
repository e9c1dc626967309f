// SPDX-License-Identifier: Apache-2.0
/// Typed events: what every one of them is made of.
///
/// A typed event is a plain struct of what the product reads from a message: text as views into the
/// message's block (valid as long as the block lives), numbers and times parsed. `E::from(message)` never
/// fails: a missing header is an empty text, a missing or garbled number is `std::nullopt`. Headers are
/// looked for in Asterisk's order first, so that an event as Asterisk writes it costs one comparison a
/// field; in any other order it costs more and gives the same.
#pragma once

#include "protocol/ami/message.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringmaster::ami {

using text = std::string_view;
using number = std::optional<std::int64_t>;

/// `ChannelState`, Asterisk's numbers.
enum class channel_state : std::uint8_t {
  down = 0,
  reserved = 1,
  off_hook = 2,
  dialing = 3,
  ring = 4,    ///< calling somebody, who rings
  ringing = 5, ///< being called
  up = 6,
  busy = 7,
  dialing_off_hook = 8,
  pre_ring = 9,
};

/// A queue member's `Status`: its device's state, Asterisk's numbers.
enum class device_status : std::uint8_t {
  unknown = 0,
  not_in_use = 1,
  in_use = 2,
  busy = 3,
  invalid = 4,
  unavailable = 5,
  ringing = 6,
  ring_in_use = 7,
  on_hold = 8,
};

/// A channel as most events show it.
struct channel_snapshot {
  text name; ///< header `Channel`; empty: the event has no such channel
  std::optional<channel_state> state;
  text state_desc;
  text caller_id_num;
  text caller_id_name;
  text connected_line_num;
  text connected_line_name;
  text language;
  text account_code;
  text context;
  text exten;
  number priority;
  text unique_id;
  text linked_id;
};

/// A bridge as its events show it.
struct bridge_snapshot {
  text unique_id;
  text type;
  text technology;
  text creator;
  text name;
  number channels; ///< how many are in it
};

/// A queue member as its events show it.
struct member_snapshot {
  text queue;
  text name;            ///< header `MemberName`, in lists `Name`
  text interface;       ///< header `Interface`, in lists `Location`
  text state_interface; ///< whose device state counts
  text membership;      ///< "static", "dynamic", "realtime"
  number penalty;
  number calls_taken;
  std::optional<std::chrono::sys_seconds> last_call;  ///< the epoch: never
  std::optional<std::chrono::sys_seconds> last_pause; ///< the epoch: never
  std::optional<std::chrono::sys_seconds> login_time;
  std::optional<bool> in_call;
  std::optional<device_status> status;
  std::optional<bool> paused;
  text paused_reason;
  std::optional<bool> ring_in_use; ///< not in lists
  std::optional<std::chrono::seconds> wrapup_time;
};

/// "123", "-5": a decimal integer and nothing else; otherwise `std::nullopt`.
[[nodiscard]] number to_number(text value) noexcept;

} // namespace ringmaster::ami
