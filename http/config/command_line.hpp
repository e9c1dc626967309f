// SPDX-License-Identifier: Apache-2.0
/// Command line and environment over the configuration file.
#pragma once

#include "http/config/settings.hpp"

#include <functional>
#include <optional>
#include <string>

namespace ringmaster::config {

/// Looks a variable of the environment up; nothing when it is not set.
using environment = std::function<std::optional<std::string>(const char* name)>;
[[nodiscard]] environment process_environment();

/// What the command line asks for.
enum class purpose : std::uint8_t { serve, check_config, help_config, version, help };

struct invocation {
  config::purpose purpose{config::purpose::serve};
  config::settings settings;
  std::string config_file;        ///< empty when none was named
  std::string help;               ///< text for `purpose::help`
};

/// Adds the daemon's options to a command line; see `load_settings`. Later wins: defaults, file,
/// environment (RINGMASTER_AMI_SECRET, RINGMASTER_ADMIN_PASSWORD), command line.
[[nodiscard]] result<invocation> load_settings(int argc, const char* const* argv, const environment& env);

/// Overwrites the secrets of a command line where they lie, so that ps shows crosses to whoever looks later. For `main`,
/// once they have been read. A shell's history, and whoever looked before, know them all the same.
void hide_secrets(int argc, char** argv) noexcept;

} // namespace ringmaster::config
