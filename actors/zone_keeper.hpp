// SPDX-License-Identifier: Apache-2.0
/// The rules of the time zones that are in use, and newer ones in their place when the files on disk have changed.
#pragma once

#include "actors/live_state.hpp"
#include "protocol/time.hpp"
#include "protocol/zone_rules.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace ringmaster {

/// Threads: any, but one at a time looks.
class zone_keeper {
public:
  /// So often somebody should look: what has changed is in use after two looks, and has to be within a minute.
  static constexpr std::chrono::seconds look_every{10};

  /// What can be said of them.
  struct state {
    std::string folder;
    std::string version;      ///< of the rules in use
    time_point files_from{};  ///< their newest file was made then
    time_point in_use_since{};
    std::size_t zones{0};
    std::string trouble;      ///< why what is on disk is not in use, or is not whole; empty: it is
    time_point trouble_since{};
  };

  /// Reads the folder. Error: of `read_zone_files`. A file that is damaged is one zone less, which is logged and told in
  /// `state`.
  [[nodiscard]] static result<std::unique_ptr<zone_keeper>> open(std::filesystem::path folder, time_point date);

  [[nodiscard]] std::shared_ptr<const zone_rules> rules() const { return current_.get()->rules; }
  [[nodiscard]] state now() const { return current_.get()->says; }

  /// Looks at the files: newer rules, which `rules` gives from then on, where there are some; null: it stays as it is. About
  /// 1 ms, and 10 ms when the files are read. What cannot be read is logged once and tried again at the next look.
  std::shared_ptr<const zone_rules> look(time_point date);

private:
  struct current {
    std::shared_ptr<const zone_rules> rules{std::make_shared<const zone_rules>()};
    state says{};
  };

  zone_keeper(std::filesystem::path folder, zone_listing listing) : folder_{std::move(folder)}, watch_{std::move(listing)} {}
  void use(zone_files files, time_point date);
  void tell(const std::string& trouble, time_point date);

  std::filesystem::path folder_;
  zone_watch watch_;
  std::string trouble_in_use_; ///< of the files as they were when they were read
  int unsettled_{0};           ///< looks in a row that found them being changed
  published<current> current_;
};

} // namespace ringmaster
