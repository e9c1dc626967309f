/// Runs the daemon in the foreground until SIGTERM or SIGINT.
#pragma once

#include "http/config/settings.hpp"

namespace ringmaster::daemon {

/// Prints `ringmaster: ready on http://ADDR:PORT` when it serves. Returns the process's exit status. To be
/// called on the first thread, before there are others: it decides which signals they get.
[[nodiscard]] int serve(const config::settings& s);

} // namespace ringmaster::daemon
