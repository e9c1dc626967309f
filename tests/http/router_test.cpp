// SPDX-License-Identifier: Apache-2.0
#include "http/envelope.hpp"
#include "http/router.hpp"
#include "http/server/upgrade.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

using namespace ringmaster;
using namespace ringmaster::http;

namespace {

const time_point noon = *parse_timestamp("2017-03-08T12:00:00.000000001Z");

class routing : public ::testing::Test {
protected:
  routing() {
    under_test.alias("/plans", "/ob/plans");
    under_test.alias("/v1", "");
    add(method::get, "/ob/plans");
    add(method::post, "/ob/plans", "ob.write");
    add(method::get, "/ob/plans/{uuid}");
    add(method::get, "/ob/plans/special");
    add(method::del, "/ob/plans/{plan}");
    add(method::get, "/a/{x}/b/{y}");
    add(method::get, "/health", "", http::access::open);
  }

  void add(method m, std::string path, std::string permission = "", http::access needs = http::access::token) {
    route r{m, path, std::move(permission), needs, {}};
    r.to.on_request = [](request, responder) {};
    names[path + std::string{to_string(m)}] = r.path;
    ASSERT_TRUE(under_test.add(std::move(r)));
  }

  intake ask(method m, std::string_view target) {
    last = request{};
    last.method = m;
    last.arrived = noon;
    EXPECT_TRUE(read_target(target, last));
    return under_test.begin(last);
  }
  unsigned status(method m, std::string_view target) {
    const auto i = ask(m, target);
    return i.refusal ? i.refusal->status : 200;
  }
  static std::string header(const intake& i, std::string_view name) {
    for (const auto& [key, value] : i.refusal->headers)
      if (key == name)
        return value;
    return "";
  }

  result<std::shared_ptr<const auth::principal>> who = std::make_shared<const auth::principal>(auth::principal{"u", {"ob.write"}});
  router under_test{[this](std::string_view, time_point) { return who; }};
  request last;
  std::map<std::string, std::string> names;
};

} // namespace

TEST_F(routing, finds_a_route_at_each_of_its_doors) {
  for (const auto* target : {"/ob/plans", "/plans", "/v1/ob/plans", "/v1/plans", "/plans/"})
    EXPECT_EQ(200u, status(method::get, target)) << target;
  const auto* first = ask(method::get, "/ob/plans/7").to;
  EXPECT_EQ("7", last.param("uuid"));
  EXPECT_EQ(first, ask(method::get, "/v1/plans/8/").to);
  EXPECT_EQ("8", last.param("uuid"));
  EXPECT_EQ("", last.param("none"));
  EXPECT_EQ(200u, status(method::del, "/v1/ob/plans/9"));
  EXPECT_EQ("9", last.param("plan"));
  EXPECT_EQ(200u, status(method::get, "/a/1/b/2"));
  EXPECT_EQ("1", last.param("x"));
  EXPECT_EQ("2", last.param("y"));
  ask(method::get, "/plans/special");
  EXPECT_EQ("", last.param("uuid"));
  EXPECT_EQ("u", last.caller->user);
}

TEST_F(routing, says_404_405_and_what_is_allowed) {
  EXPECT_EQ(404u, status(method::get, "/nothing"));
  EXPECT_EQ(404u, status(method::get, "/"));
  EXPECT_EQ(404u, status(method::get, "/ob"));
  EXPECT_EQ(404u, status(method::get, "/ob/plans/1/2"));
  EXPECT_EQ(404u, status(method::get, "/v1/v1/plans"));
  EXPECT_EQ(404u, status(method::get, "/plansx"));
  const auto wrong = ask(method::put, "/plans");
  EXPECT_EQ(405u, wrong.refusal->status);
  EXPECT_EQ("GET, HEAD, POST, OPTIONS", header(wrong, "Allow"));
  EXPECT_EQ(405u, status(method::other, "/plans"));
  const auto options = ask(method::options, "/ob/plans");
  EXPECT_EQ(204u, options.refusal->status);
  EXPECT_EQ("GET, HEAD, POST, OPTIONS", header(options, "Allow"));
  EXPECT_EQ(200u, status(method::head, "/ob/plans"));
}

TEST_F(routing, asks_for_token_and_permission) {
  EXPECT_EQ(200u, status(method::post, "/plans"));
  who = std::make_shared<const auth::principal>(auth::principal{"u", {}});
  EXPECT_EQ(403u, status(method::post, "/plans"));
  EXPECT_EQ(200u, status(method::get, "/plans"));
  who = std::make_shared<const auth::principal>(auth::principal{"root", {"*"}});
  EXPECT_EQ(200u, status(method::post, "/plans"));
  who = error{errc::unauthorized, "no token", {}};
  const auto refused = ask(method::get, "/plans");
  EXPECT_EQ(401u, refused.refusal->status);
  EXPECT_EQ("Bearer realm=\"ringmaster\"", header(refused, "WWW-Authenticate"));
  EXPECT_EQ(200u, status(method::get, "/health"));
}

TEST_F(routing, refuses_query_parameters_that_the_route_does_not_take) {
  ASSERT_TRUE(under_test.add({method::get, "/filtered", {}, http::access::token, {[](const request&, const responder&) {}, {}, {}, 0}, {}, {{"count", ""}, {"of", ""}}}));
  EXPECT_EQ(200u, status(method::get, "/filtered?count=1&of=2&authtoken=x"));
  const auto wrong = ask(method::get, "/filtered?count=1&off=2");
  ASSERT_TRUE(wrong.refusal);
  EXPECT_EQ(400u, wrong.refusal->status);
  const auto& body = std::get<std::string>(wrong.refusal->body);
  EXPECT_NE(std::string::npos, body.find("there is no query parameter \\\"off\\\" here; this path takes count, of")) << body;
  EXPECT_NE(std::string::npos, body.find("\"field\": \"off\"")) << body;
  EXPECT_EQ(400u, status(method::get, "/plans?count=1"));
  who = error{errc::unauthorized, "no token", {}};
  EXPECT_EQ(401u, status(method::get, "/filtered?off=2")) << "to strangers nothing is told";
}

TEST_F(routing, answers_a_browser_where_others_upgrade) {
  endpoint socket, page;
  socket.on_upgrade = [](request, upgraded_connection) {};
  page.on_request = [](const request&, const responder&) {};
  ASSERT_TRUE(under_test.add({method::get, "/", {}, http::access::token, socket, page, {}, true}));
  who = error{errc::unauthorized, "no token", {}};
  const auto browser = ask(method::get, "/?utm_source=x");
  ASSERT_FALSE(browser.refusal);
  EXPECT_TRUE(browser.to->on_request);
  last.wants_upgrade = true;
  const auto upgrade = under_test.begin(last);
  ASSERT_TRUE(upgrade.refusal);
  EXPECT_EQ(401u, upgrade.refusal->status);
  who = std::make_shared<const auth::principal>(auth::principal{"u", {}});
  EXPECT_TRUE(under_test.begin(last).to->on_upgrade);
}

TEST_F(routing, refuses_two_routes_for_one_request) {
  EXPECT_EQ(errc::illegal_state, under_test.add(route{method::get, "/ob/plans", "", http::access::token, {}}).error().code);
}

TEST(envelope, is_the_references) {
  const auto& it = call_manager();
  const auto ok = it.answer(outcome::shown, noon, [](std::string& out) { out += R"({"list": []})"; });
  EXPECT_EQ(R"({"api_ver": "0.1", "result": {"list": []}, "statuscode": 200, "timestamp": "2017-03-08T12:00:00.000000001Z"})",
            std::get<std::string>(ok.body));
  EXPECT_EQ(R"({"api_ver": "0.1", "statuscode": 200, "timestamp": "2017-03-08T12:00:00.000000001Z"})",
            std::get<std::string>(it.done(outcome::removed, noon).body));
  const auto bad = it.refusal(invalid_field("na\"me", "is \xff\n wrong"), noon);
  EXPECT_EQ(400u, bad.status);
  const auto& text = std::get<std::string>(bad.body);
  simdjson::dom::parser parser;
  simdjson::dom::element doc;
  ASSERT_EQ(simdjson::SUCCESS, parser.parse(text).get(doc)) << text;
  EXPECT_EQ(400, doc["error"]["code"].get_int64().value());
  EXPECT_EQ(400, doc["statuscode"].get_int64().value());
  EXPECT_EQ("na\"me", doc["error"]["field"].get_string().value());
  EXPECT_EQ("is \xef\xbf\xbd\n wrong", doc["error"]["message"].get_string().value());
  EXPECT_EQ(413u, it.refusal(error{errc::malformed, "x", {}}, noon, 413).status);
}
