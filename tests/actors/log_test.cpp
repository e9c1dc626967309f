// SPDX-License-Identifier: Apache-2.0
#include "actors/log.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace ringmaster {
namespace {

class log_test : public testing::Test {
protected:
  void SetUp() override {
    auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out_));
    logger->set_pattern("%l %v");
    logger->set_level(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
  }
  void TearDown() override { spdlog::set_default_logger(before_); }

  std::shared_ptr<spdlog::logger> before_{spdlog::default_logger()};
  std::ostringstream out_;
};

TEST_F(log_test, texts_of_any_type_are_values_and_numbers_are_numbers) {
  const std::string string{"a b"};
  const std::string_view view{"x\ny"};
  const char* words = "say \"no\"";
  log_warn("event=test string={} view={} words={} literal={} count={} ok={}", string, view, words, "plain", 42U, true);
  EXPECT_EQ(out_.str(), "warning event=test string=\"a b\" view=\"x\\ny\" words=\"say \\\"no\\\"\" literal=plain count=42 ok=true\n");
}

TEST_F(log_test, braces_in_a_text_are_no_format) {
  log_error("event=test reason={}", "{} {0} {:d}");
  EXPECT_EQ(out_.str(), "error event=test reason=\"{} {0} {:d}\"\n");
}

TEST_F(log_test, what_the_level_leaves_out_is_left_out) {
  log_debug("event=test reason={}", "a");
  EXPECT_EQ(out_.str(), "");
}

/// `"…\"{` in a call of the log before its end.
bool has_quotes_of_its_own(const std::string& text, std::size_t call) {
  return text.substr(call, text.find(';', call) - call).find("\\\"{") != std::string::npos;
}

// Whoever logs past these functions can forget to escape, and one day does.
TEST(log, nobody_logs_past_it_or_puts_quotes_of_his_own) {
  namespace fs = std::filesystem;
  int seen = 0, calls = 0;
  for (const auto* folder : {"protocol", "storage", "actors", "http"})
    for (const auto& entry : fs::recursive_directory_iterator{fs::path{RINGMASTER_TEST_DATA} / ".." / ".." / folder}) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp")
        continue;
      ++seen;
      std::ostringstream read;
      read << std::ifstream{entry.path()}.rdbuf();
      const auto text = read.str();
      for (const std::string level : {"trace", "debug", "info", "warn", "error", "critical"}) {
        EXPECT_EQ(text.find("spdlog::" + level + "("), std::string::npos) << entry.path();
        for (auto at = text.find("log_" + level + "("); at != std::string::npos; at = text.find("log_" + level + "(", at + 1)) {
          ++calls;
          EXPECT_FALSE(has_quotes_of_its_own(text, at)) << entry.path() << ": " << text.substr(at, 80);
        }
      }
    }
  EXPECT_GT(seen, 200);
  EXPECT_GT(calls, 50);
}

} // namespace
} // namespace ringmaster
