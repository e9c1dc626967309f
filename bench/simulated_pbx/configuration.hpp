/// What the simulated PBX has instead of queues.conf and res_parking.conf: sections with lines, which
/// UpdateConfig changes, and which count when the module is reloaded. Written from the population at the
/// start.
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

  [[nodiscard]] config_section* find(std::string_view section) noexcept;
};

class configuration {
public:
  explicit configuration(const queue_system& queues, const parking_system& lots);

  /// UpdateConfig: all its changes or none. Nothing, or Asterisk's words against it.
  [[nodiscard]] std::optional<std::string> update(const action& a);
  /// What a reload of this module does; false: the file cannot be read, and nothing changes.
  [[nodiscard]] bool reload(std::string_view module, queue_system& queues, parking_system& lots) const;

private:
  std::vector<config_file> files_;
};

} // namespace ringmaster::sim
