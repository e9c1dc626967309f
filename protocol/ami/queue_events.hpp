// SPDX-License-Identifier: Apache-2.0
/// Queues: their parameters, members, callers, and agents at work.
#pragma once

#include "protocol/ami/snapshots.hpp"

namespace ringmaster::ami {

/// A queue of QueueStatus' list, before its members and entries.
struct queue_params {
  static constexpr auto kind = event_kind::queue_params;
  text queue;
  number max; ///< callers; 0: no limit
  text strategy;
  number calls;                                  ///< waiting now
  std::optional<std::chrono::seconds> hold_time; ///< average
  std::optional<std::chrono::seconds> talk_time; ///< average
  number completed;
  number abandoned;
  std::optional<std::chrono::seconds> service_level;
  text service_level_perf;  ///< percent
  text service_level_perf2; ///< percent
  number weight;
  text action_id; ///< of the action whose list this belongs to
  [[nodiscard]] static queue_params from(const message& m) noexcept;
};

/// A member in QueueStatus' list.
struct queue_member {
  static constexpr auto kind = event_kind::queue_member;
  member_snapshot member;
  text action_id; ///< of the action whose list this belongs to
  [[nodiscard]] static queue_member from(const message& m) noexcept;
};

/// A waiting caller in QueueStatus' list.
struct queue_entry {
  static constexpr auto kind = event_kind::queue_entry;
  text queue;
  number position; ///< from 1
  text channel_name;
  text unique_id;
  text caller_id_num;
  text caller_id_name;
  text connected_line_num;
  text connected_line_name;
  std::optional<std::chrono::seconds> wait;
  number priority;
  text action_id; ///< of the action whose list this belongs to
  [[nodiscard]] static queue_entry from(const message& m) noexcept;
};

/// Ends the answer to QueueStatus.
struct queue_status_complete {
  static constexpr auto kind = event_kind::queue_status_complete;
  text action_id;    ///< of the action whose list this belongs to
  number list_items; ///< events that the list had
  [[nodiscard]] static queue_status_complete from(const message& m) noexcept;
};

/// A queue in QueueSummary's list.
struct queue_summary {
  static constexpr auto kind = event_kind::queue_summary;
  text queue;
  number logged_in;
  number available;
  number callers;
  std::optional<std::chrono::seconds> hold_time;
  std::optional<std::chrono::seconds> talk_time;
  std::optional<std::chrono::seconds> longest_hold_time;
  text action_id; ///< of the action whose list this belongs to
  [[nodiscard]] static queue_summary from(const message& m) noexcept;
};

/// Ends the answer to QueueSummary.
struct queue_summary_complete {
  static constexpr auto kind = event_kind::queue_summary_complete;
  text action_id;    ///< of the action whose list this belongs to
  number list_items; ///< events that the list had
  [[nodiscard]] static queue_summary_complete from(const message& m) noexcept;
};

/// A caller began to wait.
struct queue_caller_join {
  static constexpr auto kind = event_kind::queue_caller_join;
  channel_snapshot channel;
  text queue;
  number position; ///< from 1
  number count;    ///< callers waiting, this one included
  [[nodiscard]] static queue_caller_join from(const message& m) noexcept;
};

/// A caller left the queue, to an agent or otherwise.
struct queue_caller_leave {
  static constexpr auto kind = event_kind::queue_caller_leave;
  channel_snapshot channel;
  text queue;
  number position; ///< from 1
  number count;    ///< callers still waiting
  [[nodiscard]] static queue_caller_leave from(const message& m) noexcept;
};

/// A caller hung up while waiting, or the queue's timeout passed.
struct queue_caller_abandon {
  static constexpr auto kind = event_kind::queue_caller_abandon;
  channel_snapshot channel;
  text queue;
  number position; ///< from 1
  number original_position;
  std::optional<std::chrono::seconds> hold_time;
  [[nodiscard]] static queue_caller_abandon from(const message& m) noexcept;
};

/// A member's device state or statistics changed.
struct queue_member_status {
  static constexpr auto kind = event_kind::queue_member_status;
  member_snapshot member;
  [[nodiscard]] static queue_member_status from(const message& m) noexcept;
};

/// A member was added.
struct queue_member_added {
  static constexpr auto kind = event_kind::queue_member_added;
  member_snapshot member;
  [[nodiscard]] static queue_member_added from(const message& m) noexcept;
};

/// A member was removed.
struct queue_member_removed {
  static constexpr auto kind = event_kind::queue_member_removed;
  member_snapshot member;
  [[nodiscard]] static queue_member_removed from(const message& m) noexcept;
};

/// A member was paused or unpaused.
struct queue_member_pause {
  static constexpr auto kind = event_kind::queue_member_pause;
  member_snapshot member;
  [[nodiscard]] static queue_member_pause from(const message& m) noexcept;
};

/// A member's penalty changed.
struct queue_member_penalty {
  static constexpr auto kind = event_kind::queue_member_penalty;
  member_snapshot member;
  [[nodiscard]] static queue_member_penalty from(const message& m) noexcept;
};

/// Whether a member is rung in use changed.
struct queue_member_ringinuse {
  static constexpr auto kind = event_kind::queue_member_ringinuse;
  member_snapshot member;
  [[nodiscard]] static queue_member_ringinuse from(const message& m) noexcept;
};

/// A member is being rung for a caller.
struct agent_called {
  static constexpr auto kind = event_kind::agent_called;
  channel_snapshot channel;
  channel_snapshot dest_channel;
  text queue;
  text interface;
  text member_name;
  [[nodiscard]] static agent_called from(const message& m) noexcept;
};

/// A member took the call.
struct agent_connect {
  static constexpr auto kind = event_kind::agent_connect;
  channel_snapshot channel;
  channel_snapshot dest_channel;
  text queue;
  text interface;
  text member_name;
  std::optional<std::chrono::seconds> hold_time; ///< of the caller
  std::optional<std::chrono::seconds> ring_time; ///< of the member
  [[nodiscard]] static agent_connect from(const message& m) noexcept;
};

/// A member's call ended.
struct agent_complete {
  static constexpr auto kind = event_kind::agent_complete;
  channel_snapshot channel;
  channel_snapshot dest_channel;
  text queue;
  text interface;
  text member_name;
  std::optional<std::chrono::seconds> hold_time;
  std::optional<std::chrono::seconds> talk_time;
  text reason; ///< who ended it: "caller", "agent", "transfer"
  [[nodiscard]] static agent_complete from(const message& m) noexcept;
};

/// A member did not answer.
struct agent_ring_no_answer {
  static constexpr auto kind = event_kind::agent_ring_no_answer;
  channel_snapshot channel;
  channel_snapshot dest_channel;
  text queue;
  text interface;
  text member_name;
  std::optional<std::chrono::milliseconds> ring_time; ///< milliseconds on the wire, unlike elsewhere
  [[nodiscard]] static agent_ring_no_answer from(const message& m) noexcept;
};

/// A member refused the caller while hearing the announcement.
struct agent_dump {
  static constexpr auto kind = event_kind::agent_dump;
  channel_snapshot channel;
  channel_snapshot dest_channel;
  text queue;
  text interface;
  text member_name;
  [[nodiscard]] static agent_dump from(const message& m) noexcept;
};

} // namespace ringmaster::ami
