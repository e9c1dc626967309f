// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/json.hpp"

#include "protocol/ami/parser.hpp"
#include "protocol/json.hpp"
#include "tests/data/ami/recordings.hpp"
#include "tests/protocol/ami/reference_parser.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <unistd.h>

namespace ringmaster::ami {
namespace {

std::string json_of(std::string_view bytes) {
  std::string text;
  append_json(text, *parse(bytes));
  return text;
}

std::string string_of(std::string_view value) {
  std::string text;
  append_json_string(text, value);
  return text;
}

using file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

file temporary(std::string_view content = {}) {
  file made{std::tmpfile(), &std::fclose};
  if (!content.empty())
    std::fwrite(content.data(), 1, content.size(), made.get());
  std::rewind(made.get());
  return made;
}

std::string content_of(std::FILE* from) {
  std::rewind(from);
  std::string text;
  char part[4096];
  for (std::size_t got; (got = std::fread(part, 1, sizeof part, from)) != 0;)
    text.append(part, got);
  return text;
}

TEST(ami_json, keeps_order_and_repeats) {
  EXPECT_EQ(
      json_of("Asterisk Call Manager/11.0.0\r\nEvent: X\r\nA: 1\r\nA: \"2\"\r\nno colon\r\n\r\n"),
      "{\"headers\": [[\"Event\", \"X\"], [\"A\", \"1\"], [\"A\", \"\\\"2\\\"\"], [\"\", \"no colon\"]]}\n");
}

TEST(ami_json, escapes_control_characters) {
  using namespace std::string_view_literals;
  EXPECT_EQ(string_of("a\t\r\x01\0\\\"\x7f"sv), "\"a\\t\\r\\u0001\\u0000\\\\\\\"\x7f\"");
}

TEST(ami_json, replaces_what_is_no_utf8) {
  const std::string r = "\xef\xbf\xbd";
  EXPECT_EQ(string_of("J\xc3\xb6rg \xf0\x9f\x98\x80 \xe2\x82\xac"),
            "\"J\xc3\xb6rg \xf0\x9f\x98\x80 \xe2\x82\xac\"");
  EXPECT_EQ(string_of("a\xff"), "\"a" + r + "\"");
  EXPECT_EQ(string_of("\xe2\x82"), "\"" + r + "\"");
  EXPECT_EQ(string_of("\xe2\x82x"), "\"" + r + "x\"");
  EXPECT_EQ(string_of("\xc0\xaf"), "\"" + r + r + "\"");
  EXPECT_EQ(string_of("\xed\xa0\x80"), "\"" + r + r + r + "\"");
  EXPECT_EQ(string_of("\xf4\x90\x80\x80"), "\"" + r + r + r + r + "\"");
  EXPECT_EQ(string_of("\xf0\x9f\x98"), "\"" + r + "\"");
}

TEST(ami_json, is_valid_json_for_any_bytes) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random{seed};
  simdjson::dom::parser parser;
  for (int round = 0; round != 20'000; ++round) {
    std::string value;
    for (auto size = random() % 10; size != 0; --size)
      value += static_cast<char>(random() % 3 == 0 ? random() % 128 : 128 + random() % 128);
    const auto text = "[" + string_of(value) + "]";
    simdjson::dom::element parsed;
    ASSERT_EQ(parser.parse(text).get(parsed), simdjson::SUCCESS)
        << "seed " << seed << " " << testing::PrintToString(value);
  }
}

TEST(ami_json, of_a_recording_holds_every_header_of_every_message) {
  const auto bytes = recordings::bytes("status.ami");
  const auto in = temporary(bytes), out = temporary();
  const auto end = write_json(in.get(), out.get());
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, recording_end::whole);
  const auto text = content_of(out.get());
  simdjson::dom::parser parser;
  std::vector<reference::headers> read;
  for (simdjson::dom::element line : parser.parse_many(text)) {
    auto& headers = read.emplace_back();
    for (simdjson::dom::array pair : line["headers"].get_array())
      headers.emplace_back(std::string{pair.at(0).get_string().value()},
                           std::string{pair.at(1).get_string().value()});
  }
  auto expected = reference::parse(bytes);
  expected.erase(expected.begin()); // the greeting
  EXPECT_TRUE(read == expected);
}

TEST(ami_json, loses_nothing_of_a_recording_that_was_cut) {
  const auto in = temporary("Event: A\r\n\r\nEvent: B\r\nUniq"), out = temporary();
  const auto end = write_json(in.get(), out.get());
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, recording_end::within_message);
  EXPECT_EQ(content_of(out.get()),
            "{\"headers\": [[\"Event\", \"A\"]]}\n{\"headers\": [[\"Event\", \"B\"], [\"\", \"Uniq\"]], \"cut\": true}\n");
}

TEST(ami_json, says_that_a_recording_was_cut_by_its_status_as_well) {
  const auto recording = std::filesystem::temp_directory_path() / ("ringmaster-cut-" + std::to_string(::getpid()) + ".ami");
  const auto status_of = [&](std::string_view bytes) {
    std::ofstream{recording, std::ios::binary} << bytes;
    const auto out = temporary(), complaints = temporary();
    const auto status = ami_json_files({recording.string()}, out.get(), complaints.get());
    EXPECT_EQ(content_of(complaints.get()).empty(), status == 0);
    return status;
  };
  EXPECT_EQ(status_of("Event: A\r\n\r\n"), 0);
  EXPECT_EQ(status_of("Event: A\r\n\r\nEvent: B\r\n"), 1);
  std::filesystem::remove(recording);
}

TEST(ami_json, writes_what_came_before_a_fault) {
  const auto in = temporary("Event: A\r\n\r\nB: " + std::string(1000, 'x')), out = temporary();
  EXPECT_FALSE(write_json(in.get(), out.get(), {.line = 200}));
  std::fflush(out.get());
  EXPECT_EQ(content_of(out.get()), "{\"headers\": [[\"Event\", \"A\"]]}\n");
}

TEST(ami_json, goes_on_after_a_file_that_is_not_there) {
  const auto out = temporary(), complaints = temporary();
  EXPECT_EQ(ami_json_files({recordings::path("no such.ami"), recordings::path("bad-login.ami")}, out.get(),
                           complaints.get()),
            1);
  EXPECT_NE(content_of(complaints.get()).find("no such.ami: No such file"), std::string::npos);
  EXPECT_NE(content_of(out.get()).find("Authentication failed"), std::string::npos);
}

} // namespace
} // namespace ringmaster::ami
