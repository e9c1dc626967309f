// SPDX-License-Identifier: Apache-2.0
#include "actors/net/address_guard.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace ringmaster::net {
namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// Of IPv4: iana.org/assignments/iana-ipv4-special-registry, and multicast.
constexpr std::string_view v4_refused[] = {"0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
                                           "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
                                           "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};
/// Of IPv6 only what is assigned for the internet is left, 2000::/3, and of that not these:
/// iana.org/assignments/iana-ipv6-special-registry.
constexpr std::string_view v6_refused[] = {"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"};
constexpr std::string_view v6_internet = "2000::/3";
/// Holds an IPv4 address in its last four bytes (RFC 6052).
constexpr std::string_view nat64 = "64:ff9b::/96";

std::vector<ip_network> networks(std::span<const std::string_view> texts) {
  std::vector<ip_network> all;
  for (const auto text : texts)
    if (const auto one = ip_network::parse(text))
      all.push_back(*one);
  return all;
}

bool is_in(const std::vector<ip_network>& all, const ip_address& one) noexcept {
  return std::any_of(all.begin(), all.end(), [&](const ip_network& n) { return n.has(one); });
}

bool is_of_the_internet(const ip_address& one) noexcept {
  static const auto v4 = networks(v4_refused), v6 = networks(v6_refused);
  static const auto internet = *ip_network::parse(v6_internet), translated = *ip_network::parse(nat64);
  if (one.is_v4())
    return !is_in(v4, one);
  if (translated.has(one)) {
    const auto inside = ip_address::of(std::span{one.bytes}.last(4));
    return inside && !is_in(v4, *inside);
  }
  return internet.has(one) && !is_in(v6, one);
}

} // namespace

std::optional<ip_address> ip_address::of(std::span<const std::uint8_t> from) noexcept {
  ip_address made;
  if (from.size() == 16) {
    std::copy(from.begin(), from.end(), made.bytes.begin());
  } else if (from.size() == 4) {
    std::copy(mapped.begin(), mapped.end(), made.bytes.begin());
    std::copy(from.begin(), from.end(), made.bytes.begin() + 12);
  } else {
    return std::nullopt;
  }
  return made;
}

std::optional<ip_address> ip_address::parse(std::string_view text) {
  const std::string whole{text}; // ends with NUL, as the C library wants it
  std::array<std::uint8_t, 16> room{};
  if (whole.find('\0') != std::string::npos)
    return std::nullopt;
  if (inet_pton(AF_INET, whole.c_str(), room.data()) == 1)
    return of(std::span{room}.first(4));
  if (inet_pton(AF_INET6, whole.c_str(), room.data()) == 1)
    return of(room);
  return std::nullopt;
}

bool ip_address::is_v4() const noexcept { return std::equal(mapped.begin(), mapped.end(), bytes.begin()); }

std::string ip_address::text() const {
  char room[INET6_ADDRSTRLEN];
  const auto* said =
      is_v4() ? inet_ntop(AF_INET, bytes.data() + 12, room, sizeof room) : inet_ntop(AF_INET6, bytes.data(), room, sizeof room);
  return said ? said : "";
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = ip_address::parse(text.substr(0, slash));
  if (!address)
    return std::nullopt;
  ip_network made{*address, 128};
  if (slash == std::string_view::npos)
    return made;
  const auto length = text.substr(slash + 1);
  const unsigned most = address->is_v4() ? 32 : 128;
  unsigned bits = 0;
  const auto [end, failed] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (length.empty() || failed != std::errc{} || end != length.data() + length.size() || bits > most)
    return std::nullopt;
  made.bits = bits + 128 - most;
  return made;
}

bool ip_network::has(const ip_address& one) const noexcept {
  const auto whole = bits / 8;
  if (std::memcmp(address.bytes.data(), one.bytes.data(), whole) != 0)
    return false;
  const auto rest = bits % 8;
  const auto mask = static_cast<std::uint8_t>(0xff00u >> rest);
  return rest == 0 || (address.bytes[whole] & mask) == (one.bytes[whole] & mask);
}

result<address_guard> address_guard::of(const std::vector<std::string>& allowed) {
  std::vector<ip_network> read;
  for (const auto& text : allowed) {
    const auto one = ip_network::parse(text);
    if (!one)
      return invalid_field("allow", "\"" + text + "\" is no network; write 10.0.0.0/8, fd00::/8 or an address");
    read.push_back(*one);
  }
  return address_guard{std::move(read)};
}

bool address_guard::permits(const ip_address& one) const noexcept { return is_in(allowed_, one) || is_of_the_internet(one); }

} // namespace ringmaster::net
