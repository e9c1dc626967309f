// SPDX-License-Identifier: Apache-2.0
/// Which addresses the daemon connects to for somebody who has named a URL: those of the internet, and none of its own machine
/// or network, unless a setting allows them. A URL is a wish of a caller's; what it leads to from here, a cloud's metadata, a
/// database, the manager interface of Asterisk, is nothing that he can reach himself.
///
/// The address is what counts, not the name, and the one that is connected to, not one that was looked up before: a name can
/// lead elsewhere a moment later.
#pragma once

#include "protocol/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::net {

/// An IPv4 address is the IPv6 address that stands for it (::ffff:a.b.c.d, RFC 4291), so that there is one kind.
struct ip_address {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const ip_address&) const = default;

  /// Four or sixteen bytes, most significant first; nothing for another number of them.
  [[nodiscard]] static std::optional<ip_address> of(std::span<const std::uint8_t> bytes) noexcept;
  /// "192.0.2.1", "2001:db8::1".
  [[nodiscard]] static std::optional<ip_address> parse(std::string_view text);
  [[nodiscard]] bool is_v4() const noexcept;
  [[nodiscard]] std::string text() const;
};

/// "10.0.0.0/8", "fd00::/8", or one address.
struct ip_network {
  ip_address address;
  unsigned bits{128}; ///< of the sixteen bytes
  [[nodiscard]] static std::optional<ip_network> parse(std::string_view text);
  [[nodiscard]] bool has(const ip_address& one) const noexcept;
};

class address_guard {
public:
  address_guard() = default;
  /// `allowed`: networks that are reached although they are not the internet's.
  explicit address_guard(std::vector<ip_network> allowed) : allowed_{std::move(allowed)} {}
  /// From settings. `invalid_field` names the one that is none.
  [[nodiscard]] static result<address_guard> of(const std::vector<std::string>& allowed);

  /// Addresses that IANA's registries of special purposes (RFC 6890, 2026) do not say to be reachable globally are refused, and so
  /// is what carries one of them inside: mapped, translated (NAT64), 6to4 and Teredo addresses. Fast; any thread.
  [[nodiscard]] bool permits(const ip_address& one) const noexcept;

private:
  std::vector<ip_network> allowed_;
};

} // namespace ringmaster::net
