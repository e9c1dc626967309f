// SPDX-License-Identifier: Apache-2.0
/// Runs the daemon in the foreground until SIGTERM or SIGINT. SIGHUP reads the settings again.
#pragma once

#include "http/config/settings.hpp"
#include "protocol/error.hpp"

#include <functional>

namespace ringmaster::daemon {

/// Prints `ringmaster: ready on http://ADDR:PORT` when it serves. Returns the process's exit status. To be
/// called on the first thread, before there are others: it decides which signals they get. `again` reads the settings as
/// they are by then; see `application::settings_are`.
[[nodiscard]] int serve(const config::settings& s, const std::function<result<config::settings>()>& again);

} // namespace ringmaster::daemon
