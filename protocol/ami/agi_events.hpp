// SPDX-License-Identifier: Apache-2.0
/// Asynchronous AGI: a channel that waits in the application AGI(agi:async) for commands by AMI.
#pragma once

#include "protocol/ami/snapshots.hpp"

namespace ringmaster::ami {

/// A channel began to wait for commands.
struct async_agi_start {
  static constexpr auto kind = event_kind::async_agi_start;
  channel_snapshot channel;
  text env; ///< percent-encoded: "agi_request: async\nagi_channel: …\n\n"
  [[nodiscard]] static async_agi_start from(const message& m) noexcept;
};

/// A command is done.
struct async_agi_exec {
  static constexpr auto kind = event_kind::async_agi_exec;
  channel_snapshot channel;
  text result;     ///< percent-encoded: "200 result=1\n"
  text command_id; ///< as the action AGI had it in `CommandID`; there is none when that was empty
  [[nodiscard]] static async_agi_exec from(const message& m) noexcept;
};

/// The channel takes commands no more.
struct async_agi_end {
  static constexpr auto kind = event_kind::async_agi_end;
  channel_snapshot channel;
  [[nodiscard]] static async_agi_end from(const message& m) noexcept;
};

} // namespace ringmaster::ami
