// SPDX-License-Identifier: Apache-2.0
/// `ringmaster backup --data DIR --to FILE [--overwrite]` and `ringmaster restore --from FILE --data DIR
/// [--overwrite]`.
#pragma once

namespace ringmaster::daemon {

/// `argv[1]` is the subcommand's name. Both return the exit status.
[[nodiscard]] int backup_command(int argc, const char* const* argv);
[[nodiscard]] int restore_command(int argc, const char* const* argv);

} // namespace ringmaster::daemon
