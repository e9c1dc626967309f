// SPDX-License-Identifier: Apache-2.0
/// The rules of the time zones of this machine.
#pragma once

#include "protocol/zone_rules.hpp"

#include <gtest/gtest.h>

namespace ringmaster {

inline const zone_rules& system_zones() {
  static const auto files = read_zone_files(usual_zone_folder);
  static const zone_rules none;
  EXPECT_TRUE(files.has_value()) << files.error().message;
  return files ? *files->rules : none;
}

} // namespace ringmaster
