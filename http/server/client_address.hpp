// SPDX-License-Identifier: Apache-2.0
/// Which client an address stands for, where connections and wrong passwords are counted.
#pragma once

#include <string>
#include <string_view>

namespace ringmaster::http {

/// `peer` as a socket writes it ("192.0.2.7", "2001:db8:1:2::7", "::ffff:192.0.2.7"). An IPv4 address stands for itself,
/// also where it comes mapped into IPv6. Of an IPv6 address the first 64 bits count, as "2001:db8:1:2::/64": whoever has
/// one has all of that network, which is what providers give a single household (RFC 6177). What is no address is given
/// back as it is. Pure; allocates the result.
[[nodiscard]] std::string client_network(std::string_view peer);

} // namespace ringmaster::http
