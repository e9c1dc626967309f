// SPDX-License-Identifier: Apache-2.0
#include "protocol/telephone_number.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ringmaster {
namespace {

TEST(telephone_number, is_the_same_however_it_is_written) {
  for (const auto* written : {"+4930123456", "004930123456", "+49-30-123456", "0049.30.123456", "+49 30 / 12 34 56",
                              "+49 (0)30 123456", "0049_30_123456", "+49 (0) 30 [123456]"})
    EXPECT_EQ(same_telephone(written), "+4930123456") << written;
  for (const auto* written : {"030123456", "030-123456", "(030) 123456", "030/123.456"})
    EXPECT_EQ(same_telephone(written), "030123456") << written;
  EXPECT_EQ(same_telephone("300"), "300");
  EXPECT_EQ(same_telephone("*43#"), "*43#");
}

TEST(telephone_number, is_another_one) {
  EXPECT_NE(same_telephone("030123456"), same_telephone("+4930123456")) << "nobody knows which country it is of";
  EXPECT_NE(same_telephone("(0)30123456"), same_telephone("30123456")) << "no country code comes before it";
  EXPECT_NE(same_telephone("300"), same_telephone("3000"));
  EXPECT_NE(same_telephone("0300"), same_telephone("300"));
  EXPECT_EQ(same_telephone("00"), "+");
}

TEST(telephone_number, of_a_sip_name_is_that_name_in_lower_case) {
  EXPECT_EQ(same_telephone("Front-Desk.1"), "front-desk.1");
  EXPECT_EQ(same_telephone("Front-Desk.1"), same_telephone("front-desk.1"));
  EXPECT_NE(same_telephone("front-desk.1"), same_telephone("frontdesk1")) << "marks are part of a name";
  EXPECT_EQ(same_telephone("300@Example"), "300@example");
  EXPECT_EQ(same_telephone("-"), "-");
  EXPECT_EQ(same_telephone(""), "");
}

TEST(telephone_number, has_the_same_key_where_it_is_the_same_telephone_and_another_one_where_it_is_not) {
  const std::vector<std::string> written{"",      "-",       "0",          "00",         "000",         "1",        "10",
                                         "+4930", "004930",  "4930",       "04930",      "+49 (0) 30",  "*43#",     "43",
                                         "Desk",  "desk",    "desk@a",     "desk@b",     std::string(31, '1'),
                                         std::string(32, '1'), std::string(33, '1'), std::string(31, '1') + "2"};
  for (const auto& a : written)
    for (const auto& b : written)
      EXPECT_EQ(telephone_key_of(a) == telephone_key_of(b), same_telephone(a) == same_telephone(b)) << a << " and " << b;
}

} // namespace
} // namespace ringmaster
