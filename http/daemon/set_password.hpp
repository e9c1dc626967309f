// SPDX-License-Identifier: Apache-2.0
/// `ringmaster set-password --data DIR [--user NAME]`: for an administrator who has lost the password, or wants
/// another. The daemon must be stopped.
#pragma once

namespace ringmaster::daemon {

/// The password comes from RINGMASTER_ADMIN_PASSWORD, or else as a line on standard input, from a terminal unseen
/// and twice; never as an argument, which every user of the machine can read. `argv[1]` is the subcommand's name.
/// Returns the exit status.
[[nodiscard]] int set_password_command(int argc, const char* const* argv);

} // namespace ringmaster::daemon
