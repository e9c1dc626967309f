// SPDX-License-Identifier: Apache-2.0
/// The few parts of SIP URIs that lists are made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::core {

/// "1234" and "provider:5060" of "sip:1234@provider:5060;line=x".
struct sip_parts {
  std::string_view user;    ///< empty: none
  std::string_view address; ///< HOST or HOST:PORT
};

[[nodiscard]] constexpr sip_parts parts_of_uri(std::string_view uri) noexcept {
  if (!uri.empty() && uri.front() == '<')
    uri.remove_prefix(1);
  for (const std::string_view scheme : {"sip:", "sips:"})
    if (uri.starts_with(scheme)) {
      uri.remove_prefix(scheme.size());
      break;
    }
  uri = uri.substr(0, uri.find_first_of(";>?,"));
  const auto at = uri.rfind('@');
  return at == std::string_view::npos ? sip_parts{{}, uri} : sip_parts{uri.substr(0, at), uri.substr(at + 1)};
}

/// HOST and PORT; an address in brackets (IPv6) keeps them.
struct host_and_port {
  std::string_view host;
  std::string_view port; ///< empty: none
};

[[nodiscard]] constexpr host_and_port split_address(std::string_view address) noexcept {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos || address.find(']', colon) != std::string_view::npos)
    return {address, {}};
  return {address.substr(0, colon), address.substr(colon + 1)};
}

} // namespace ringmaster::core
