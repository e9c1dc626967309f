#include "storage/live_calls.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ringmaster::storage {
namespace {

const auto one = telephone_key_of("+4930123456"), another = telephone_key_of("300");

TEST(live_calls, are_found_by_their_telephone_until_they_end) {
  const auto a = random_uuid(), b = random_uuid(), c = random_uuid(), d = random_uuid();
  live_calls up;
  EXPECT_TRUE(up.empty());
  EXPECT_EQ(up.find(one), std::nullopt);
  for (const auto& id : {a, b, c})
    up.add({one, id});
  up.add({another, d});
  EXPECT_EQ(up.find(another), d);
  std::vector<live_calls::call> ended{{one, a}, {another, random_uuid()}};
  EXPECT_NE(up.find(one, ended), a) << "as a transaction sees it that ends this one";
  EXPECT_EQ(up.find(another, ended), d) << "of the other nothing is known";
  ended.push_back({one, b});
  EXPECT_EQ(up.find(one, ended), c);
  ended.push_back({one, c});
  EXPECT_EQ(up.find(one, ended), std::nullopt);
  up.remove({one, b});
  up.remove({one, b});
  up.remove({another, a});
  EXPECT_TRUE(up.find(one) == a || up.find(one) == c);
  up.remove({one, a});
  EXPECT_EQ(up.find(one), c);
  up.remove({one, c});
  EXPECT_EQ(up.find(one), std::nullopt);
  up.remove({another, d});
  EXPECT_TRUE(up.empty());
}

} // namespace
} // namespace ringmaster::storage
