// SPDX-License-Identifier: Apache-2.0
/// The recordings of a real Asterisk, for tests and benchmarks; link `ami_recordings`.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace ringmaster::recordings {

/// Names of all recordings ("busy.ami", "busy.sent.ami", …), sorted.
[[nodiscard]] inline std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator{RINGMASTER_RECORDINGS})
    if (entry.path().extension() == ".ami")
      found.push_back(entry.path().filename().string());
  std::sort(found.begin(), found.end());
  return found;
}

/// Where the recording `name` lies.
[[nodiscard]] inline std::string path(const std::string& name) {
  return std::string{RINGMASTER_RECORDINGS} + "/" + name;
}

/// Every byte of the recording `name`; throws when there is none.
[[nodiscard]] inline std::string bytes(const std::string& name) {
  std::ifstream file{path(name), std::ios::binary};
  if (!file)
    throw std::runtime_error{"no recording " + name};
  return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace ringmaster::recordings
