// SPDX-License-Identifier: Apache-2.0
#include "protocol/topic.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ringmaster {
namespace {

TEST(topic, has_one_spelling) {
  EXPECT_EQ(*read_topic("/"), "/");
  EXPECT_EQ(*read_topic("/ob/campaigns/"), "/ob/campaigns");
  EXPECT_EQ(*read_topic("/queue/statuses/sales%5F1"), "/queue/statuses/sales%5F1");
}

TEST(topic, is_the_same_however_its_names_are_encoded) {
  for (const char* way : {"/queue/statuses/sales_1", "/queue/statuses/sales%5f1", "/queue/statuses/s%61les%5F1/"})
    EXPECT_EQ(*read_topic(way), topic_below("/queue/statuses", "sales_1")) << way;
  EXPECT_EQ(*read_topic("/core/channels/it's%20(A)!*"), topic_below("/core/channels", "it's (A)!*"));
  EXPECT_EQ(*read_topic("/core/channels/PJSIP%2fa-1"), topic_below("/core/channels", "PJSIP/a-1")) << "one segment";
  EXPECT_EQ(*read_topic("/core/channels/100%25"), topic_below("/core/channels", "100%"));
  EXPECT_EQ(*read_topic("/core/channels/%C3%a4"), topic_below("/core/channels", "\xc3\xa4"));
}

TEST(topic, refuses_what_is_none_and_names_the_field) {
  for (const std::string& bad : {std::string{}, std::string{"ob/campaigns"}, std::string{"/ob//campaigns"}, std::string{"//"},
                                std::string{"/ob/a b"}, std::string{"/ob/a\r\nb"}, std::string{"/ob/a\0b", 7}, std::string{"/ob/\xc3\xa4"},
                                std::string{"/ob/%"}, std::string{"/ob/%5"}, std::string{"/ob/%5/x"}, std::string{"/ob/%5g"},
                                std::string{"/ob/%+5"}, std::string{"/ob/%-5"}, "/" + std::string(longest_topic, 'x')}) {
    const auto read = read_topic(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, errc::invalid_field);
    EXPECT_EQ(read.error().field, "topic");
  }
}

TEST(topic, encodes_names_as_the_reference_does) {
  EXPECT_EQ(topic_below("/queue/statuses", "sales_1"), "/queue/statuses/sales%5F1");
  EXPECT_EQ(topic_below("/core/channels", "PJSIP/a-1"), "/core/channels/PJSIP%2Fa-1");
  EXPECT_EQ(topic_below("/core/channels", "a\r\n"), "/core/channels/a%0D%0A");
}

TEST(topic, covers_whole_segments_alone) {
  EXPECT_TRUE(topic_covers("/", "/ob/campaigns/x"));
  EXPECT_TRUE(topic_covers("/ob", "/ob/campaigns/x"));
  EXPECT_TRUE(topic_covers("/ob/campaigns/x", "/ob/campaigns/x"));
  EXPECT_FALSE(topic_covers("/ob/camp", "/ob/campaigns/x"));
  EXPECT_FALSE(topic_covers("/ob/campaigns/x", "/ob/campaigns"));
}

TEST(topic, knows_what_is_above_it) {
  std::vector<std::string> seen;
  for_each_above("/ob/campaigns/x", [&](std::string_view t) { seen.emplace_back(t); });
  EXPECT_EQ(seen, (std::vector<std::string>{"/ob/campaigns/x", "/ob/campaigns", "/ob", "/"}));
}

} // namespace
} // namespace ringmaster
