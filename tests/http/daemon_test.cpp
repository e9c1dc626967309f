// SPDX-License-Identifier: Apache-2.0
// Who may ask, and what the daemon says about itself.
#include "tests/http/daemon_fixture.hpp"

#include <gmock/gmock.h>

namespace ringmaster::tests {
namespace {

using ::testing::HasSubstr;

class daemon_access : public daemon_test {};

TEST_F(daemon_access, nothing_answers_without_a_token_but_health) {
  const auto good = token_;
  for (const std::string& token : {std::string{}, std::string{"7ac326bf-e146-493a-b9c7-bfb990264b59"}}) {
    token_ = token;
    for (const auto* path : {"/ob/plans", "/plans", "/v1/ob/campaigns", "/ob/dls/import", "/metrics"}) {
      const auto answer = std::string_view{path}.ends_with("import") ? post(path) : get(path);
      EXPECT_EQ(answer.status(), 401u) << path;
      EXPECT_EQ(answer.at("/error/code"), "401");
    }
    EXPECT_EQ(get("/health").status(), 200u);
  }
  token_.clear();
  EXPECT_EQ(get("/ob/plans?authtoken=" + good).status(), 200u);
}

TEST_F(daemon_access, a_token_is_given_for_the_password_and_ends_when_it_is_deleted) {
  const auto wrong = log_in("admin", "wrong"), unknown = log_in("nobody", "wrong");
  EXPECT_EQ(wrong.status(), 401u);
  EXPECT_EQ(unknown.status(), 401u);
  EXPECT_EQ(wrong.at("/error/message"), unknown.at("/error/message"));
  EXPECT_EQ(get("/ob/plans").status(), 200u);
  EXPECT_EQ(del("/v1/admin/login?authtoken=" + token_).status(), 200u);
  EXPECT_EQ(get("/ob/plans").status(), 401u);
}

TEST_F(daemon_access, the_first_user_is_made_once) {
  daemon_.reset();
  settings_.admin_password = "another password";
  start();
  token_.clear();
  EXPECT_EQ(log_in("admin", "another password").status(), 401u);
  EXPECT_EQ(log_in("admin", "a test's password").status(), 200u);
}

TEST_F(daemon_access, a_password_made_up_is_told_before_the_user_is_kept) {
  daemon_.reset();
  settings_.admin_password.clear();
  settings_.data_dir = (folder_.path() / "fresh").string();
  std::vector<std::string> told;
  const auto tell = [&](bool heard) {
    return [&told, heard](std::string_view user, std::string_view password) -> result<void> {
      EXPECT_EQ(user, "admin");
      told.emplace_back(password);
      if (!heard)
        return error{errc::internal, "standard output is full", {}};
      return {};
    };
  };
  // Nobody heard it: there is no user whom nobody can log in as, and the next start makes up another one.
  const auto unheard = daemon::application::start(settings_, false, tell(false));
  ASSERT_FALSE(unheard.has_value());
  EXPECT_EQ(unheard.error().message, "standard output is full");
  // It was heard, and the start failed afterwards: it stays good.
  auto broken = settings_;
  broken.http.certificate = broken.http.key = (folder_.path() / "no such file").string();
  EXPECT_FALSE(daemon::application::start(broken, true, tell(true)).has_value());
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0], told[1]);
  start();
  ASSERT_EQ(told.size(), 2u);
  token_.clear();
  EXPECT_EQ(log_in("admin", told[0]).status(), 401u);
  EXPECT_EQ(log_in("admin", told[1]).status(), 200u);
}

TEST_F(daemon_access, a_password_can_be_set_while_it_is_stopped) {
  const std::filesystem::path data{settings_.data_dir};
  const auto set = [&](const std::string& user) {
    return daemon::set_password(data, user, "quite another", settings_.passwords, wall_clock_now());
  };
  const auto running = set("admin");
  ASSERT_FALSE(running.has_value());
  EXPECT_THAT(running.error().message, HasSubstr("is in use"));
  EXPECT_EQ(get("/ob/plans").status(), 200u);
  daemon_.reset();
  EXPECT_EQ(set("nobody").error().code, errc::not_found);
  ASSERT_TRUE(set("admin").has_value());
  start();
  EXPECT_EQ(get("/ob/plans").status(), 401u) << "a token from before is still good";
  token_.clear();
  EXPECT_EQ(log_in("admin", "a test's password").status(), 401u);
  const auto in = log_in("admin", "quite another");
  EXPECT_EQ(in.status(), 200u);
  token_ = in.at("/result/authtoken");
  EXPECT_EQ(get("/v1/admin/login").at("/result/permissions"), R"(["*"])");
  const auto nowhere = folder_.path() / "nowhere";
  EXPECT_EQ(daemon::set_password(nowhere, "admin", "x", settings_.passwords, wall_clock_now()).error().code, errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(nowhere));
}

TEST_F(daemon_access, a_second_daemon_on_the_same_folder_is_refused) {
  const auto second = daemon::application::start(settings_, false);
  EXPECT_FALSE(second.has_value());
  EXPECT_EQ(get("/ob/plans").status(), 200u);
}

TEST_F(daemon_access, a_token_tells_whose_it_is) {
  const auto me = get("/v1/admin/login");
  EXPECT_EQ(me.status(), 200u);
  EXPECT_EQ(me.at("/result/user"), "admin");
  EXPECT_EQ(me.at("/result/permissions"), R"(["*"])");
  token_.clear();
  EXPECT_EQ(get("/v1/admin/login").status(), 401u);
}

TEST_F(daemon_access, the_wallboard_is_open_and_strict) {
  token_.clear();
  const auto header = [](const reply& r, std::string_view name) {
    for (const auto& [key, value] : r.response.headers)
      if (key == name)
        return value;
    return std::string{"(none)"};
  };
  for (const auto* path : {"/wallboard", "/wallboard/", "/v1/wallboard", "/wallboard/app.js", "/wallboard/uplot.js"}) {
    const auto page = get(path);
    ASSERT_EQ(page.status(), 200u) << path;
    EXPECT_THAT(header(page, "Content-Security-Policy"), HasSubstr("default-src 'none'; script-src 'self';")) << path;
    EXPECT_THAT(header(page, "Content-Security-Policy"), HasSubstr("frame-ancestors 'none'")) << path;
    EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff") << path;
    EXPECT_FALSE(page.text.empty());
    auto again = request(http::method::get, path, "");
    again.headers.add("if-none-match", "\"another\", W/" + header(page, "ETag"));
    const auto unchanged = send(std::move(again));
    EXPECT_EQ(unchanged.status(), 304u) << path;
    EXPECT_EQ(unchanged.text, "");
    EXPECT_EQ(header(unchanged, "ETag"), header(page, "ETag"));
  }
  EXPECT_THAT(get("/wallboard").text, HasSubstr("<title>Ringmaster wallboard</title>"));
  for (const auto* path : {"/wallboard/README.md", "/wallboard/packages/uplot.js"})
    EXPECT_EQ(get(path).status(), 404u) << path;
}

TEST_F(daemon_access, metrics_are_prometheus_text) {
  (void)make("/ob/plans");
  const auto page = get("/metrics");
  ASSERT_EQ(page.status(), 200u);
  EXPECT_THAT(page.response.content_type, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(page.text, HasSubstr("# TYPE ringmaster_commits_total counter"));
  EXPECT_THAT(page.text, HasSubstr("ringmaster_live_dialings 0"));
}

TEST_F(daemon_access, health_tells_the_servers_and_no_secret) {
  const auto health = get("/health");
  EXPECT_THAT(health.text, testing::StartsWith(R"({"status":"ok","wrong":[],"database":{"writable":true},"result_file":{"writable":true},"zone_rules":{"version":")"));
  EXPECT_EQ(health.at("/zone_rules/trouble"), "null");
  EXPECT_THAT(health.text, testing::EndsWith(R"("pbxs":[]})"));
}

} // namespace
} // namespace ringmaster::tests
