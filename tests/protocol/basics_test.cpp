// SPDX-License-Identifier: Apache-2.0
#include "protocol/json.hpp"
#include "protocol/outbound.hpp"
#include "protocol/time.hpp"
#include "protocol/uuid.hpp"

#include <gtest/gtest.h>

#include <set>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

TEST(time, timestamps_have_nine_digits_and_come_back) {
  const time_point at{std::chrono::sys_days{std::chrono::year{2017} / 3 / 8} + 1h + 42min + 40s + 668089274ns};
  EXPECT_EQ(format_timestamp(at), "2017-03-08T01:42:40.668089274Z");
  EXPECT_EQ(*parse_timestamp("2017-03-08T01:42:40.668089274Z"), at);
  EXPECT_EQ(*parse_timestamp("2017-03-08T01:42:40Z"), at - 668089274ns);
  EXPECT_EQ(*parse_timestamp("2017-03-08T01:42:40.6Z"), at - 68089274ns);
  for (const auto* bad : {"", "2017-03-08", "2017-02-30T01:42:40Z", "2017-03-08T24:00:00Z", "2017-03-08T01:42:40",
                          "2017-03-08T01:42:40.Z", "2017-03-08T01:42:40.1234567890Z", "x017-03-08T01:42:40Z",
                          "9999-03-08T01:42:40Z"})
    EXPECT_FALSE(parse_timestamp(bad)) << bad;
}

TEST(uuid, random_and_ordered_ids) {
  std::set<uuid> seen;
  for (int i = 0; i < 10'000; ++i)
    seen.insert(random_uuid());
  EXPECT_EQ(seen.size(), 10'000u);
  EXPECT_EQ(to_string(*seen.begin())[14], '4');
  auto last = ordered_uuid(time_point{5s});
  for (int i = 0; i < 100'000; ++i) {
    const auto next = ordered_uuid(time_point{5s + i * 1us});
    ASSERT_LT(last, next);
    last = next;
  }
  EXPECT_EQ(to_string(last)[14], '7');
}

TEST(uuid, text_comes_back_and_nothing_else_is_taken) {
  const auto id = random_uuid();
  EXPECT_EQ(parse_uuid(to_string(id)), id);
  EXPECT_EQ(parse_uuid("50FD1E1F-920b-477a-b84c-afe58928dadc"), parse_uuid("50fd1e1f-920b-477a-b84c-afe58928dadc"));
  for (const auto* bad : {"", "50fd1e1f920b477ab84cafe58928dadc", "50fd1e1f-920b-477a-b84c-afe58928dadg",
                          "50fd1e1f-920b-477a-b84c-afe58928dadc0", "50fd1e1f-920b-477a-b84cxafe58928dadc"})
    EXPECT_FALSE(parse_uuid(bad)) << bad;
}

TEST(json, strings_are_always_valid) {
  const auto written = [](std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  };
  EXPECT_EQ(written("a\"b\\c\n\r\t\x01"), R"("a\"b\\c\n\r\t\u0001")");
  EXPECT_EQ(written("ünï€😀"), "\"ünï€😀\"");
  EXPECT_EQ(written("a\xff" "b"), "\"a\xEF\xBF\xBD" "b\"");
  EXPECT_EQ(written("\xC0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(written("\xE2\x82"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(written(std::string_view{"\0", 1}), "\"\\u0000\"");
}

TEST(json, the_writer_places_commas) {
  std::string out;
  json_writer w{out};
  w.begin_object();
  w.member("a", 1);
  w.key("b");
  w.begin_list();
  w.number(std::int64_t{1});
  w.string("x");
  w.begin_object();
  w.end_object();
  w.end_list();
  w.member("c", true);
  w.end_object();
  EXPECT_EQ(out, R"({"a":1,"b":[1,"x",{}],"c":true})");
}

TEST(outbound, variables_of_the_later_resource_win) {
  std::optional<variables> campaign, entry, none;
  campaign.emplace().set("a", "1");
  campaign->set("b", "2");
  entry.emplace().set("b", "3");
  const auto merged = merge_variables({&campaign, &none, &entry});
  ASSERT_EQ(merged.entries.size(), 2u);
  EXPECT_EQ(*merged.find("b"), "3");
}

TEST(outbound, channels_are_technology_number_and_trunk) {
  EXPECT_EQ(dial_channel("sip", "300", std::nullopt), "sip/300");
  EXPECT_EQ(dial_channel("PJSIP", "4930123", "carrier"), "PJSIP/4930123@carrier");
}

} // namespace
} // namespace ringmaster
