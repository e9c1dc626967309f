// SPDX-License-Identifier: Apache-2.0
/// Logs: one line of key=value pairs an event, on standard error. Secrets never reach them, and whoever logs
/// something of a call gives its dialing's uuid.
#pragma once

#include <cstdint>

namespace ringmaster::daemon {

/// Sets the process's default logger. `level` counts as syslog does: 0 (emergencies alone) to 7 (debug).
/// Once, before there are other threads.
void start_logging(std::uint64_t level);

} // namespace ringmaster::daemon
