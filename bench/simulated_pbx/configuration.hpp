// SPDX-License-Identifier: Apache-2.0
/// What the simulated PBX has instead of queues.conf and res_parking.conf: sections with lines, which
/// UpdateConfig changes, and which count when the module is reloaded. Written from the population at the
/// start. Files that CreateConfig makes count where one of these two includes them.
#pragma once

#include "bench/simulated_pbx/action.hpp"
#include "bench/simulated_pbx/population.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::sim {

class parking_system;
class queue_system;

struct config_section {
  std::string name;
  std::vector<std::pair<std::string, std::string>> lines;

  /// The last line of that name, which wins; `otherwise` without one.
  [[nodiscard]] std::string_view get(std::string_view variable,
                                     std::string_view otherwise = {}) const noexcept;
};

struct config_file {
  std::string name;
  std::vector<config_section> sections;
  std::vector<std::string> includes{}; ///< at its end; files that are not there are passed over

  [[nodiscard]] config_section* find(std::string_view section) noexcept;
};

class configuration {
public:
  configuration(const queue_system& queues, const parking_system& lots, const std::vector<config_include>& includes);

  /// CreateConfig. Nothing, or Asterisk's words against it.
  [[nodiscard]] std::optional<std::string> create(std::string_view file);
  /// GetConfig: the sections of a file and of what it includes, in their order; `section`: those of that name alone, empty for
  /// all. Null: there is no such file.
  [[nodiscard]] std::optional<std::vector<const config_section*>> get(std::string_view file, std::string_view section = {}) const;

  /// UpdateConfig: all its changes or none. Nothing, or Asterisk's words against it.
  [[nodiscard]] std::optional<std::string> update(const action& a);
  /// What a reload of this module does; false: the file cannot be read, and nothing changes.
  [[nodiscard]] bool reload(std::string_view module, queue_system& queues, parking_system& lots) const;

private:
  std::vector<config_file> files_; ///< the first two are the modules' own
};

} // namespace ringmaster::sim
