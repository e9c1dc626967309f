// SPDX-License-Identifier: Apache-2.0
#include "actors/net/address_guard.hpp"

#include <gtest/gtest.h>

namespace ringmaster::net::address_guard_tests {
namespace {

bool permits(const address_guard& guard, std::string_view text) {
  const auto one = ip_address::parse(text);
  EXPECT_TRUE(one) << text;
  return one && guard.permits(*one);
}

TEST(address_guards, let_the_internet_through_and_nothing_else) {
  const address_guard guard;
  for (const auto* good :
       {"8.8.8.8", "1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.0", "11.0.0.1",
        "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e", "64:ff9b::808:808", "2001:4860:4860::8888"})
    EXPECT_TRUE(permits(guard, good)) << good;
  for (const auto* bad : {"0.0.0.0",
                          "0.1.2.3",
                          "10.0.0.1",
                          "10.255.255.255",
                          "100.64.0.1",
                          "100.127.255.255",
                          "127.0.0.1",
                          "127.255.255.254",
                          "169.254.169.254",
                          "172.16.0.1",
                          "172.31.255.255",
                          "192.0.0.8",
                          "192.0.2.1",
                          "192.88.99.1",
                          "192.168.1.1",
                          "198.18.0.1",
                          "198.19.255.255",
                          "198.51.100.7",
                          "203.0.113.9",
                          "224.0.0.1",
                          "239.1.2.3",
                          "240.0.0.1",
                          "255.255.255.255",
                          "::",
                          "::1",
                          "::ffff:127.0.0.1",
                          "::ffff:10.0.0.1",
                          "::127.0.0.1",
                          "64:ff9b::7f00:1",
                          "64:ff9b::a00:1",
                          "64:ff9b:1::7f00:1",
                          "100::1",
                          "2001::1",
                          "2001:0:7f00:1::",
                          "2001:10::1",
                          "2001:db8::1",
                          "2002:7f00:1::",
                          "2002:a00:1::1",
                          "3fff::1",
                          "fc00::1",
                          "fd12:3456::1",
                          "fe80::1",
                          "fec0::1",
                          "ff02::1",
                          "5f00::1",
                          "4000::1"})
    EXPECT_FALSE(permits(guard, bad)) << bad;
}

TEST(address_guards, let_through_what_settings_allow) {
  const auto guard = address_guard::of({"10.1.0.0/16", "fd00::/8", "127.0.0.1"});
  ASSERT_TRUE(guard);
  for (const auto* good : {"10.1.2.3", "fd12::1", "127.0.0.1", "::ffff:10.1.0.9", "8.8.8.8"})
    EXPECT_TRUE(permits(*guard, good)) << good;
  for (const auto* bad : {"10.2.0.1", "fc00::1", "127.0.0.2", "::1"})
    EXPECT_FALSE(permits(*guard, bad)) << bad;
  for (const auto* wrong : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "fd00::/129", "localhost", "", "/8", "10.0.0.0/8x"}) {
    const auto refused = address_guard::of({"127.0.0.1", wrong});
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, errc::invalid_field);
  }
}

TEST(networks, hold_what_shares_their_bits) {
  const auto net = *ip_network::parse("192.0.2.128/25");
  EXPECT_TRUE(net.has(*ip_address::parse("192.0.2.128")) && net.has(*ip_address::parse("192.0.2.255")));
  EXPECT_FALSE(net.has(*ip_address::parse("192.0.2.127")) || net.has(*ip_address::parse("::1")));
  const auto all = *ip_network::parse("::/0");
  EXPECT_TRUE(all.has(*ip_address::parse("8.8.8.8")) && all.has(*ip_address::parse("fe80::1")));
  EXPECT_FALSE(ip_network::parse("0.0.0.0/0")->has(*ip_address::parse("2001:db8::1")));
  EXPECT_EQ(ip_address::parse("::ffff:1.2.3.4")->text(), "1.2.3.4");
  EXPECT_EQ(ip_address::parse("2001:DB8:0::1")->text(), "2001:db8::1");
  for (const auto* wrong : {"1.2.3", "1.2.3.256", "01.2.3.4", "0x7f.1", "", "::g", "1.2.3.4 "})
    EXPECT_FALSE(ip_address::parse(wrong)) << wrong;
}

} // namespace
} // namespace ringmaster::net::address_guard_tests
