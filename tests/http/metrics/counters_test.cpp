// SPDX-License-Identifier: Apache-2.0
// The counters behind /metrics: each is counted somewhere, and each is shown.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace ringmaster {
namespace {

namespace fs = std::filesystem;

const fs::path root = fs::path{RINGMASTER_TEST_DATA} / ".." / "..";

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

bool is_name(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)); }

/// Names of the members that `from` declares as `…{0}` or `…{}` after "std::atomic<std::uint64_t>", between two marks.
std::vector<std::string> members(const fs::path& from, const std::string& begin, const std::string& end) {
  auto text = text_of(from);
  const auto at = text.find(begin);
  EXPECT_NE(at, std::string::npos) << from;
  text = text.substr(at, text.find(end, at) - at);
  std::vector<std::string> names;
  for (auto brace = text.find('{', begin.size()); brace != std::string::npos; brace = text.find('{', brace + 1)) {
    auto first = brace;
    while (first > 0 && is_name(text[first - 1]))
      --first;
    if (first != brace)
      names.push_back(text.substr(first, brace - first));
  }
  return names;
}

/// Whether some source adds to the counter `name`, or to one of several of that name.
bool is_counted(const std::string& name) {
  for (const auto* folder : {"actors", "http"})
    for (const auto& entry : fs::recursive_directory_iterator{root / folder}) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp")
        continue;
      const auto text = text_of(entry.path());
      for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        const auto behind = at + name.size();
        const auto rest = text.substr(behind, text.find(';', behind) - behind);
        if (!is_name(text[at - 1]) &&
            (rest.starts_with(".fetch_add(") || (rest.starts_with('[') && rest.find("].fetch_add(") != std::string::npos)))
          return true;
      }
    }
  return false;
}

TEST(metrics, no_counter_stands_still_and_none_is_hidden) {
  auto names = members(root / "actors/live_state.hpp", "struct totals {", "} total;");
  EXPECT_GT(names.size(), 8u);
  const auto of_server = members(root / "http/server/server.hpp", "struct server_counters {", "};\n\n");
  EXPECT_GT(of_server.size(), 5u);
  names.insert(names.end(), of_server.begin(), of_server.end());
  const auto shown = text_of(root / "http/daemon/status.cpp");
  for (const auto& name : names) {
    EXPECT_TRUE(is_counted(name)) << name << " is never counted";
    EXPECT_NE(shown.find('.' + name), std::string::npos) << name << " is not among the metrics";
  }
}

} // namespace
} // namespace ringmaster
