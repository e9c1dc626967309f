// SPDX-License-Identifier: Apache-2.0
/// `ringmaster rehearse`: a call centre simulated with pacing as it is and as proposed, without a daemon.
#pragma once

namespace ringmaster::daemon {

/// `argv[1]` is the subcommand's name. Prints both outcomes side by side; progress on standard error. Returns the
/// exit status; Ctrl-C ends it.
[[nodiscard]] int rehearse_command(int argc, const char* const* argv);

} // namespace ringmaster::daemon
