// SPDX-License-Identifier: Apache-2.0
// Every way into the daemon, with every kind of token that is not good.
#include "tests/http/daemon_fixture.hpp"

#include <set>

namespace ringmaster::tests {
namespace {

using header_list = http::header_fields;

class doors : public daemon_test {
protected:
  /// A path with something in the place of its parameters.
  static std::string concrete(const std::string& path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (path[i] != '{') {
        out.push_back(path[i]);
        continue;
      }
      out.append(unknown_id);
      i = path.find('}', i);
    }
    return out;
  }

  /// Nothing of it lets anybody in, while `token_` is good.
  std::vector<std::pair<std::string, header_list>> bad_tokens() const {
    const auto upper = [](std::string text) {
      for (auto& c : text)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      return text;
    };
    const auto bearer = [](const std::string& token) { return header_list{{"authorization", "Bearer " + token}}; };
    auto one_off = token_;
    one_off.back() = one_off.back() == '0' ? '1' : '0';
    return {
        {"", {}},                                                           // none
        {"", {{"authorization", ""}}},
        {"", {{"authorization", "Bearer"}}},
        {"", bearer("")},
        {"", bearer("7ac326bf-e146-493a-b9c7-bfb990264b59")},               // another
        {"", bearer(one_off)},                                              // nearly
        {"", bearer(token_.substr(0, 35))},                                 // less
        {"", bearer(token_ + "0")},                                         // more
        {"", bearer(token_ + " ")},
        {"", bearer(" " + token_)},
        {"", bearer("\"" + token_ + "\"")},
        {"", bearer(token_ + "," + token_)},                                // twice
        {"", bearer(upper(token_) == token_ ? one_off : upper(token_))},    // in capitals
        {"", {{"authorization", "Token " + token_}}},                       // another scheme
        {"", {{"authorization", "Basic " + base64("admin:" + token_)}}},
        {"", {{"authorization", token_}}},                                  // no scheme
        {"authtoken=" + one_off, {}},
        {"authtoken=", {}},
        {"authtoken=" + one_off + "&authtoken=" + token_, {}},              // the first counts
        {"token=" + token_, {}},                                            // another name
        {"authtoken=" + token_, bearer(one_off)},                           // the header wins
        {"", {{"x-auth-token", token_}, {"cookie", "authtoken=" + token_}}},
    };
  }
};

TEST_F(doors, open_to_no_token_that_is_not_good) {
  std::set<std::string> open;
  std::size_t asked = 0;
  const auto tokens = bad_tokens();
  for (const auto& door : daemon_->routes().doors()) {
    if (door.needs == http::access::open) {
      open.insert(std::string{http::to_string(door.method)} + " " + door.path);
      continue;
    }
    for (const auto& [query, headers] : tokens) {
      auto req = request(door.method, concrete(door.path) + (query.empty() ? "" : "?" + query), "{}");
      req.headers = headers;
      req.wants_upgrade = true; // at those that take one
      const auto way = daemon_->routes().begin(req);
      ASSERT_TRUE(way.refusal) << door.path;
      ASSERT_EQ(401u, way.refusal->status) << http::to_string(door.method) << " " << door.path << " ?" << query;
      ++asked;
    }
  }
  EXPECT_GT(asked, 4'000u) << "of " << daemon_->routes().doors().size() << " doors";
  for (const auto& one : open)
    EXPECT_TRUE(one.find("/wallboard") != std::string::npos || one.find(" /api") != std::string::npos || one.find("/v1/api") != std::string::npos || one.ends_with("/health") ||
                one.ends_with("/openapi.json") || one.starts_with("POST ")) << one;
  std::erase_if(open, [](const std::string& one) { return !one.starts_with("POST "); });
  EXPECT_EQ(open, (std::set<std::string>{"POST /admin/login", "POST /v1/admin/login"}));
}

TEST_F(doors, refuse_query_parameters_that_they_do_not_take) {
  for (const auto& door : daemon_->routes().doors()) {
    const auto answer = [&](const std::string& query) {
      auto req = request(door.method, concrete(door.path) + query, "{}");
      req.wants_upgrade = true;
      const auto way = daemon_->routes().begin(req);
      return way.refusal ? way.refusal->status : 200u;
    };
    if (door.path.find("/wallboard") != std::string::npos || door.path.starts_with("/api") || door.path.starts_with("/v1/api") ||
        door.path == "/" || door.path == "/v1/")
      continue; // pages
    EXPECT_EQ(400u, answer("?dlma=x")) << door.path;
    EXPECT_EQ(200u, answer("?authtoken=" + token_)) << door.path;
  }
}

} // namespace
} // namespace ringmaster::tests
