// SPDX-License-Identifier: Apache-2.0
#include "http/server/client_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace ringmaster::http {

namespace ip = boost::asio::ip;

std::string client_network(std::string_view peer) {
  boost::system::error_code ec;
  const auto address = ip::make_address(std::string{peer}, ec);
  if (ec)
    return std::string{peer};
  if (address.is_v4())
    return address.to_string();
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return ip::make_address_v6(bytes).to_string() + "/64";
}

} // namespace ringmaster::http
