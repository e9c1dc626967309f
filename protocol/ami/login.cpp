// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/login.hpp"

#include "protocol/ami/action.hpp"
#include "protocol/printable.hpp"

#include <fmt/format.h>

namespace ringmaster::ami {

result<std::vector<std::pair<std::string, std::string>>> login_proof(const message& challenge, std::string_view secret,
                                                                     bool plain_allowed) {
  using headers = std::vector<std::pair<std::string, std::string>>;
  const auto token = challenge.get("Challenge");
  std::string why;
  if (challenge.get("Response") == "Success" && !token.empty()) {
    auto key = challenge_key(token, secret);
    if (key)
      return headers{{"AuthType", "MD5"}, {"Key", std::move(*key)}};
    why = key.error().message;
  } else if (const auto words = challenge.get("Message"); !words.empty()) {
    why = fmt::format("Asterisk answers the Challenge with '{}'", one_line(words));
  } else {
    why = "Asterisk's answer to Challenge holds no challenge";
  }
  if (plain_allowed)
    return headers{{"Secret", std::string{secret}}};
  return error{errc::pbx_refused, why + ", and the secret does not go out in plain text", {}};
}

} // namespace ringmaster::ami
