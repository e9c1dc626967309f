// SPDX-License-Identifier: Apache-2.0
/// Who watches the actors without which the daemon is none: the store, the results, the engine, the hub, each server's pbx and
/// telephone, the front. Campaigns, dial lists and queues are linked to one of these, and a call's channel takes its campaign
/// with it, so that the end of any actor by a fault of ours comes here.
///
/// Such an end ends the process, at once and in the way of `kill -9`: to go on would mean calls that nobody follows, writes
/// that nobody answers, a daemon that looks well and is not. What was acknowledged is on disk, who talks goes on talking on his
/// Asterisk, and the next start takes the calls up, as after any crash. A line says which actor it was, and the exit status
/// is one that a supervisor (systemd's `Restart=on-failure`) starts again.
#pragma once

#include <caf/actor.hpp>

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace ringmaster {

/// EX_SOFTWARE of sysexits(3).
inline constexpr int fault_exit_status = 70;

/// Logs `event=essential_actor_ended`, says the same on standard error, and ends the process with `fault_exit_status`. Any
/// thread.
[[noreturn]] void end_process(std::string_view actor, std::string_view why) noexcept;

/// The essential actors by their names ("store", "pbx asterisk"). Any thread.
class essential_actors {
public:
  /// From now on the actor's end is the process's, unless its reason is `user_shutdown`: that of an orderly stop.
  void add(std::string name, const caf::actor& one);
  [[nodiscard]] std::map<std::string, caf::actor> all() const;
  /// Lets go of them, as the actor system's end needs it. They stay watched.
  void clear();

private:
  mutable std::mutex guard_;
  std::map<std::string, caf::actor> all_;
};

} // namespace ringmaster
