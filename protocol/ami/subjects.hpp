// SPDX-License-Identifier: Apache-2.0
/// What the messages of a block are about: the call and the queue whose lives they tell of. It is found where blocks are
/// parsed, on several cores at once, so that whoever hands messages out, one after another, has only to look up.
#pragma once

#include "protocol/ami/event_kind.hpp"
#include "protocol/uuid.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace ringmaster::ami {

class block;

/// A message about a call whose unique id, or whose Originate's ActionID, is a UUID, as those of our calls are.
struct about_call {
  std::uint32_t message; ///< its place in the block
  uuid call;
  friend bool operator==(const about_call&, const about_call&) = default;
};

struct about_queue {
  std::uint32_t message;
  std::string_view queue; ///< a view into the block, not empty
  friend bool operator==(const about_queue&, const about_queue&) = default;
};

/// The end of a channel, whosever it is, or that another takes its place in a bridge: one of a queue's member has an id of
/// Asterisk's own making.
struct channel_end {
  std::uint32_t message;
  std::string_view unique_id; ///< a view into the block, not empty
  friend bool operator==(const channel_end&, const channel_end&) = default;
};

/// All in the messages' order; a message may be in several, and in none.
struct subjects {
  std::vector<about_call> calls;
  std::vector<about_queue> queues;
  std::vector<channel_end> ends;
};

/// The header of an event that names the channel whose life it tells of; of BridgeEnter the one whose place is taken. Empty:
/// the event says nothing about the life of a call.
[[nodiscard]] std::string_view call_header(event_kind kind) noexcept;

/// Responses are about the call that their ActionID names, if any. Of events, only those are looked at that begin,
/// change, move or end a call, or that change a queue's members or callers. Pure; about a third of what parsing takes.
[[nodiscard]] subjects find_subjects(const block& in);

} // namespace ringmaster::ami
