// SPDX-License-Identifier: Apache-2.0
/// How many lines of a test's source stand between its lines "// ---- begin …" and "// ---- end …": what something costs to write.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>

namespace ringmaster::tests {

/// `file`: below tests/. 0: there is no such file, or nothing between.
[[nodiscard]] inline std::size_t marked_lines(const std::string& file) {
  std::ifstream in{std::string{RINGMASTER_TEST_DATA} + "/../" + file};
  std::size_t count = 0;
  bool inside = false;
  for (std::string line; std::getline(in, line) && !line.starts_with("// ---- end");) {
    count += inside ? 1 : 0;
    inside = inside || line.starts_with("// ---- begin");
  }
  return count;
}

} // namespace ringmaster::tests
