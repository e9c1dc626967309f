// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/login.hpp"
#include "protocol/ami/parser.hpp"

#include <gtest/gtest.h>

namespace ringmaster::ami {
namespace {

using headers = std::vector<std::pair<std::string, std::string>>;

auto after(std::string answer, bool plain_allowed) {
  const auto parsed = parse(std::move(answer) + "\r\n\r\n");
  return login_proof((*parsed)[0], "secret", plain_allowed);
}

TEST(ami_login, answers_a_challenge_whatever_is_allowed) {
  for (const bool allowed : {false, true})
    EXPECT_EQ(*after("Response: Success\r\nChallenge: 840415273", allowed),
              (headers{{"AuthType", "MD5"}, {"Key", "81c3ab5534a432bec402f6d988ee45b4"}}));
}

TEST(ami_login, gives_no_secret_away_for_a_refused_an_empty_or_a_missing_challenge) {
  const std::pair<const char*, const char*> cases[] = {
      {"Response: Error\r\nMessage: Must specify AuthType", "Asterisk answers the Challenge with 'Must specify AuthType'"},
      {"Response: Error\r\nMessage: a \"b\"\x01\r\nChallenge: 1", "Asterisk answers the Challenge with 'a 'b'?'"},
      {"Response: Success\r\nChallenge: ", "Asterisk's answer to Challenge holds no challenge"},
      {"Response: Success", "Asterisk's answer to Challenge holds no challenge"},
  };
  for (const auto& [answer, why] : cases) {
    const auto refused = after(answer, false);
    ASSERT_FALSE(refused) << answer;
    EXPECT_EQ(refused.error().code, errc::pbx_refused);
    EXPECT_EQ(refused.error().message, std::string{why} + ", and the secret does not go out in plain text");
    EXPECT_EQ(*after(answer, true), (headers{{"Secret", "secret"}})) << answer;
  }
}

} // namespace
} // namespace ringmaster::ami
