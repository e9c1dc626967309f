// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/descriptors.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <algorithm>

namespace ringmaster::daemon {
namespace {

TEST(descriptors, are_kept_for_everything_but_connections) {
  const auto reserved = reserved_descriptors(3, 2);
  EXPECT_GE(reserved, 64u + 3u + 2u);
  EXPECT_EQ(4096u, possible_connections(1'048'576, 4096, reserved));
  EXPECT_EQ(1024u - reserved, possible_connections(1024, 4096, reserved));
  EXPECT_EQ(8u, possible_connections(10, 4096, reserved)) << "somebody has to be able to ask what is wrong";
  EXPECT_EQ(2u, possible_connections(10, 2, reserved)) << "but never more than wanted";
}

TEST(descriptors, may_be_as_many_as_the_hard_limit_says) {
  rlimit before{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &before));
  auto lower = before;
  lower.rlim_cur = std::min<rlim_t>(before.rlim_max, 200);
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &lower));
  EXPECT_EQ(before.rlim_max, raise_descriptor_limit());
  EXPECT_EQ(before.rlim_max, raise_descriptor_limit()) << "again: the same";
  EXPECT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &before));
}

} // namespace
} // namespace ringmaster::daemon
