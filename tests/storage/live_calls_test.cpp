// SPDX-License-Identifier: Apache-2.0
#include "storage/live_calls.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ringmaster::storage {
namespace {

const auto first_phone = telephone_key_of("+4930123456"), another = telephone_key_of("300");

TEST(live_calls, are_found_by_their_telephone_until_they_end) {
  const auto a = random_uuid(), b = random_uuid(), c = random_uuid(), d = random_uuid();
  live_calls up;
  EXPECT_TRUE(up.empty());
  EXPECT_EQ(up.find(first_phone), std::nullopt);
  for (const auto& id : {a, b, c})
    up.add({first_phone, id});
  up.add({another, d});
  EXPECT_EQ(up.find(another), d);
  std::vector<live_calls::call> ended{{first_phone, a}, {another, random_uuid()}};
  EXPECT_NE(up.find(first_phone, ended), a) << "as a transaction sees it that ends this one";
  EXPECT_EQ(up.find(another, ended), d) << "of the other nothing is known";
  ended.push_back({first_phone, b});
  EXPECT_EQ(up.find(first_phone, ended), c);
  ended.push_back({first_phone, c});
  EXPECT_EQ(up.find(first_phone, ended), std::nullopt);
  up.remove({first_phone, b});
  up.remove({first_phone, b});
  up.remove({another, a});
  EXPECT_TRUE(up.find(first_phone) == a || up.find(first_phone) == c);
  up.remove({first_phone, a});
  EXPECT_EQ(up.find(first_phone), c);
  up.remove({first_phone, c});
  EXPECT_EQ(up.find(first_phone), std::nullopt);
  up.remove({another, d});
  EXPECT_TRUE(up.empty());
}

} // namespace
} // namespace ringmaster::storage
