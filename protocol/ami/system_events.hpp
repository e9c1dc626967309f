// SPDX-License-Identifier: Apache-2.0
/// The server itself: its start and end, devices, peers, variables, users' own events.
#pragma once

#include "protocol/ami/snapshots.hpp"

namespace ringmaster::ami {

/// Asterisk has loaded everything; before this, lists are not complete.
struct fully_booted {
  static constexpr auto kind = event_kind::fully_booted;
  text privilege;
  std::optional<std::chrono::seconds> uptime;
  std::optional<std::chrono::seconds> last_reload;
  text status;
  [[nodiscard]] static fully_booted from(const message& m) noexcept;
};

/// Asterisk stops or restarts in good order. A stop during calls may be silent.
struct shutdown {
  static constexpr auto kind = event_kind::shutdown;
  text how; ///< "Cleanly" or "Uncleanly"
  std::optional<bool> restart;
  [[nodiscard]] static shutdown from(const message& m) noexcept;
};

/// A module's configuration was read again.
struct reload {
  static constexpr auto kind = event_kind::reload;
  text module;
  number status;
  [[nodiscard]] static reload from(const message& m) noexcept;
};

/// A device's state as hints and queues see it: NOT_INUSE, INUSE, RINGING, UNAVAILABLE ….
struct device_state_change {
  static constexpr auto kind = event_kind::device_state_change;
  text device;
  text state;
  text action_id; ///< of the action whose list this belongs to
  [[nodiscard]] static device_state_change from(const message& m) noexcept;
};

/// Ends the answer to DeviceStateList.
struct device_state_list_complete {
  static constexpr auto kind = event_kind::device_state_list_complete;
  text action_id;    ///< of the action whose list this belongs to
  number list_items; ///< events that the list had
  [[nodiscard]] static device_state_list_complete from(const message& m) noexcept;
};

/// A peer or endpoint registered, became reachable or went.
struct peer_status {
  static constexpr auto kind = event_kind::peer_status;
  text channel_type;
  text peer;
  text status; ///< Registered, Unregistered, Reachable, Unreachable …
  text cause;
  text address;
  text port;
  text time;
  [[nodiscard]] static peer_status from(const message& m) noexcept;
};

/// A variable was set; without a channel when it is global.
struct var_set {
  static constexpr auto kind = event_kind::var_set;
  channel_snapshot channel;
  text variable;
  text value;
  [[nodiscard]] static var_set from(const message& m) noexcept;
};

/// The dialplan's or another client's own event; its further headers are in the message.
struct user_event {
  static constexpr auto kind = event_kind::user_event;
  channel_snapshot channel;
  text name;      ///< its name
  text action_id; ///< of the action whose list this belongs to
  [[nodiscard]] static user_event from(const message& m) noexcept;
};

} // namespace ringmaster::ami
