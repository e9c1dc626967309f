// SPDX-License-Identifier: Apache-2.0
/// Folders of time zones that a test has made of rules of its own, by `zic` of the C library.
#pragma once

#include "tests/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace ringmaster {

class zone_folder : public tests::scratch_folder {
public:
  void put(std::string_view name, std::string_view bytes) const {
    std::filesystem::create_directories((path() / name).parent_path());
    std::ofstream{path() / name, std::ios::binary} << bytes;
  }
  [[nodiscard]] std::string get(std::string_view name) const {
    std::ifstream in{path() / name, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  /// Zones in zic's language, see zic(8). `how` is "slim" or "fat".
  void compile(const std::filesystem::path& rules, std::string_view how) const {
    const auto command = std::string{"PATH=$PATH:/usr/sbin zic -b "}.append(how) + " -d '" + path().string() + "' '" + rules.string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  void compile_text(std::string_view rules, std::string_view how = "slim") const {
    put("rules.zi", rules);
    compile(path() / "rules.zi", how);
  }
};

/// British Columbia as tzdata 2025b had it, and since it stays by daylight-saving time: from November 2026 on they differ.
inline constexpr std::string_view rules_of_2025 = R"(# version 2025b
Rule U 2007 max - Mar Sun>=8 2 1 D
Rule U 2007 max - Nov Sun>=1 2 0 S
Zone America/Vancouver -8 U P%sT
Zone Europe/Berlin 1 - CET
Link America/Vancouver Canada/Pacific
)";
inline constexpr std::string_view rules_of_2026 = R"(# version 2026f
Rule U 2007 max - Mar Sun>=8 2 1 D
Rule U 2007 max - Nov Sun>=1 2 0 S
Zone America/Vancouver -8 U P%sT 2026 Nov 1 2
  -7 - MST
Zone Europe/Berlin 1 - CET
Link America/Vancouver Canada/Pacific
)";

} // namespace ringmaster
