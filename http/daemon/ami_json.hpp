// SPDX-License-Identifier: Apache-2.0
/// `ringmaster ami-json FILE…|-` and `ringmaster ami-json --connect HOST:PORT --ami-user U --ami-secret S`:
/// what an Asterisk says, as lines of JSON on standard output.
#pragma once

namespace ringmaster::daemon {

/// `argv[1]` is the subcommand's name. Returns the exit status. Following ends when the server hangs up.
[[nodiscard]] int ami_json_command(int argc, const char* const* argv);

} // namespace ringmaster::daemon
