// SPDX-License-Identifier: Apache-2.0
#include "http/auth/login.hpp"

#include "../server/client.hpp"
#include "protocol/uuid.hpp"

#include <future>
#include <map>
#include <mutex>
#include <set>
#include <simdjson.h>

using namespace ringmaster;
using namespace ringmaster::auth;
using namespace ringmaster::http::server_tests;
using namespace std::chrono_literals;

namespace {

const time_point noon = *parse_timestamp("2017-03-08T12:00:00Z");
constexpr password_cost cheap{8, 1, 1};

struct memory_tokens final : token_store {
  std::mutex guard;
  std::map<token_hash, access_token> kept;
  bool broken{};

  void put(const access_token& t, done then) override {
    {
      const std::lock_guard lock{guard};
      if (!broken)
        kept[t.hash] = t;
    }
    if (broken)
      return then(error{errc::storage_failed, "no space", {}});
    then({});
  }
  void erase(const token_hash& d, done then) override {
    {
      const std::lock_guard lock{guard};
      kept.erase(d);
    }
    then({});
  }
  result<std::vector<access_token>> load() override {
    std::vector<access_token> all;
    for (const auto& [d, t] : kept)
      all.push_back(t);
    return all;
  }
};

struct memory_users final : user_store {
  std::map<std::string, user_account, std::less<>> kept;
  std::optional<user_account> find(std::string_view name) override {
    const auto found = kept.find(name);
    return found == kept.end() ? std::nullopt : std::optional{found->second};
  }
  void add(std::string name, std::string_view password, std::vector<std::string> permissions) {
    kept[name] = {name, *hash_password(password, cheap), std::move(permissions)};
  }
};

struct memory_networks final : network_store {
  std::mutex guard;
  std::string kept;
  std::string load() override {
    const std::lock_guard lock{guard};
    return kept;
  }
  void save(std::string lines) override {
    const std::lock_guard lock{guard};
    kept = std::move(lines);
  }
};

std::string issue(token_cache& cache, const user_account& user, time_point now) {
  std::string token;
  cache.issue(user, now, [&](result<std::string> t) { token = t.value(); });
  return token;
}

} // namespace

TEST(passwords, are_salted_argon2id_and_verified) {
  const auto a = *hash_password("secret", cheap);
  const auto b = *hash_password("secret", cheap);
  EXPECT_NE(a, b);
  EXPECT_TRUE(a.starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << a;
  EXPECT_EQ(std::string::npos, a.find('\0'));
  EXPECT_TRUE(verify_password(a, "secret"));
  EXPECT_TRUE(verify_password(b, "secret"));
  EXPECT_FALSE(verify_password(a, "Secret"));
  EXPECT_FALSE(verify_password(a, ""));
  EXPECT_FALSE(verify_password("", "secret"));
  EXPECT_FALSE(verify_password("$argon2id$garbage", "secret"));
}

TEST(passwords, are_checked_on_a_pool_with_a_bounded_queue) {
  std::promise<void> go;
  const auto gate = go.get_future().share();
  std::atomic<int> refused{0}, right{0};
  {
    password_pool pool{{1, 2, cheap}};
    std::promise<void> busy;
    pool.hash("first", [&](result<std::string>) {
      busy.set_value();
      gate.wait();
    });
    busy.get_future().wait();
    const auto encoded = *hash_password("pw", cheap);
    for (int i = 0; i < 5; ++i)
      pool.verify(encoded, "pw", [&](result<bool> r) {
        if (!r)
          ++refused;
        else if (*r)
          ++right;
      });
    EXPECT_EQ(3, refused);
    go.set_value();
    // Jobs still in the queue may be run or refused, but each is answered.
  }
  EXPECT_EQ(5, refused + right);
}

TEST(passwords, of_nobody_are_wrong_and_cost_the_same_work) {
  password_pool pool{{1, 4, cheap}};
  std::promise<result<bool>> answer;
  pool.verify("", "a password that nobody has", [&](result<bool> r) { answer.set_value(r); });
  EXPECT_FALSE(*answer.get_future().get());
}

TEST(attempts, wait_longer_with_each_try) {
  attempt_limiter l{{2, 1s, 8s, 100s, 3}};
  EXPECT_EQ(0ns, l.take("a", noon));
  EXPECT_EQ(0ns, l.take("a", noon));
  auto now = noon;
  for (const auto expected : {1s, 2s, 4s, 8s, 8s}) {
    EXPECT_EQ(expected, l.take("a", now));
    EXPECT_EQ(expected, l.take("a", now)) << "a refused try changes nothing";
    now += expected;
    EXPECT_EQ(0ns, l.take("a", now));
  }
  EXPECT_EQ(3s, l.take("a", now + 5s));
  EXPECT_EQ(0ns, l.take("b", now));
  EXPECT_EQ(0ns, l.take("a", now + 200s)); // all was forgiven
  EXPECT_EQ(0ns, l.take("a", now + 200s));
  l.succeeded("a");
  l.succeeded("b");
  EXPECT_EQ(0u, l.size());
  for (const auto* key : {"p", "q", "r", "s", "t"})
    (void)l.take(key, noon + 300s);
  EXPECT_EQ(3u, l.size());
}

TEST(tokens, are_random_uuids_known_by_their_digest) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto t = *make_token();
    EXPECT_TRUE(parse_uuid(t));
    EXPECT_TRUE(seen.insert(t).second);
  }
  const auto d = digest_of("abc"); // FIPS 180-2, appendix B.1
  EXPECT_EQ(0xba, d[0]);
  EXPECT_EQ(0x78, d[1]);
  EXPECT_EQ(0xad, d[31]);
}

TEST(tokens, are_found_until_they_expire) {
  memory_tokens store;
  token_cache cache{store, {3600s, false}};
  const user_account user{"ann", "", {"ob.read"}};
  const auto token = issue(cache, user, noon);
  ASSERT_TRUE(cache.find(token, noon + 3599s));
  EXPECT_EQ("ann", cache.find(token, noon)->user);
  EXPECT_TRUE(cache.find(token, noon)->may("ob.read"));
  EXPECT_FALSE(cache.find(token, noon)->may("ob.write"));
  EXPECT_FALSE(cache.find(token, noon + 3600s));
  EXPECT_FALSE(cache.find("", noon));
  EXPECT_FALSE(cache.find(token + "x", noon));
  for (const auto& [d, t] : store.kept)
    EXPECT_EQ(digest_of(token), d);
  EXPECT_EQ(1u, cache.sweep(noon + 3600s));
  EXPECT_TRUE(store.kept.empty());
}

TEST(tokens, slide_with_use_when_told_to) {
  memory_tokens store;
  token_cache cache{store, {1600s, true}};
  const auto token = issue(cache, {"ann", "", {}}, noon);
  ASSERT_TRUE(cache.find(token, noon + 50s));
  EXPECT_EQ(noon + 1600s, store.kept.begin()->second.expires) << "too early to be worth a write";
  ASSERT_TRUE(cache.find(token, noon + 1500s));
  EXPECT_EQ(noon + 3100s, store.kept.begin()->second.expires);
  EXPECT_EQ(noon, store.kept.begin()->second.issued);
  EXPECT_TRUE(cache.find(token, noon + 3000s));
  EXPECT_FALSE(cache.find(token, noon + 4600s));
}

TEST(tokens, outlive_a_restart_but_not_their_user) {
  memory_tokens store;
  memory_users users;
  users.kept["ann"] = {"ann", "", {"x"}};
  token_policy policy{100s, false};
  std::string ann, bob, old;
  {
    token_cache cache{store, policy};
    ann = issue(cache, {"ann", "", {}}, noon);
    bob = issue(cache, {"bob", "", {}}, noon);
    old = issue(cache, {"ann", "", {}}, noon - 100s);
  }
  token_cache cache{store, policy};
  ASSERT_TRUE(cache.load(users, noon));
  ASSERT_TRUE(cache.find(ann, noon));
  EXPECT_TRUE(cache.find(ann, noon)->may("x")) << "the permissions are the user's present ones";
  EXPECT_FALSE(cache.find(bob, noon));
  EXPECT_FALSE(cache.find(old, noon));
  EXPECT_EQ(1u, store.kept.size());
}

TEST(tokens, are_revoked_one_by_one_and_by_user) {
  memory_tokens store;
  token_cache cache{store, {}};
  const auto one = issue(cache, {"ann", "", {}}, noon);
  const auto two = issue(cache, {"ann", "", {}}, noon);
  const auto other = issue(cache, {"bob", "", {}}, noon);
  bool gone = false;
  cache.revoke(one, [&](result<void> r) { gone = r.has_value(); });
  EXPECT_TRUE(gone);
  cache.revoke(one, [&](result<void> r) { EXPECT_EQ(errc::not_found, r.error().code); });
  EXPECT_FALSE(cache.find(one, noon));
  cache.set_permissions("ann", {"new"});
  EXPECT_TRUE(cache.find(two, noon)->may("new"));
  cache.revoke_user("ann");
  EXPECT_FALSE(cache.find(two, noon));
  EXPECT_TRUE(cache.find(other, noon));
  EXPECT_EQ(1u, store.kept.size());
}

TEST(tokens, take_with_them_those_who_stay) {
  memory_tokens store;
  memory_users users;
  users.add("ann", "secret", {"ob.read"});
  const auto ann = *users.find("ann");
  token_cache cache{store, {1h, false}};
  const auto ended = issue(cache, ann, noon), changed = issue(cache, ann, noon), kept = issue(cache, ann, noon + 1min);
  const auto watch = [&](const std::string& token) { return std::weak_ptr<const principal>{cache.find(token, noon + 1min)}; };
  const auto first = watch(ended), second = watch(changed), third = watch(kept);
  EXPECT_FALSE(first.expired());
  cache.revoke(ended, [](result<void>) {});
  EXPECT_TRUE(first.expired());
  EXPECT_FALSE(second.expired());
  EXPECT_EQ(cache.sweep(noon + 1h), 1u);
  EXPECT_TRUE(second.expired()) << "its time is up";
  EXPECT_FALSE(third.expired());
  cache.set_permissions("ann", {"ob.write"});
  EXPECT_TRUE(third.expired()) << "it permits something else";
  EXPECT_EQ(watch(kept).lock()->permissions, std::vector<std::string>{"ob.write"});
  const auto fourth = watch(kept);
  cache.revoke_user("ann");
  EXPECT_TRUE(fourth.expired());

  token_cache again{store, {1h, false}};
  const auto one = issue(again, ann, noon), two = issue(again, ann, noon);
  token_cache restarted{store, {1h, false}};
  ASSERT_TRUE(restarted.load(users, noon));
  const std::weak_ptr<const principal> of_one{restarted.find(one, noon)}, of_two{restarted.find(two, noon)};
  restarted.revoke(one, [](result<void>) {});
  EXPECT_TRUE(of_one.expired());
  EXPECT_FALSE(of_two.expired()) << "a token of the same user";
}

TEST(tokens, are_given_only_when_they_are_stored) {
  memory_tokens store;
  store.broken = true;
  token_cache cache{store, {}};
  cache.issue({"ann", "", {}}, noon, [](result<std::string> t) { EXPECT_EQ(errc::storage_failed, t.error().code); });
}

TEST(credentials, are_read_from_basic_authentication) {
  EXPECT_EQ((std::pair<std::string, std::string>{"admin", "admin"}), basic_credentials("Basic YWRtaW46YWRtaW4="));
  EXPECT_EQ((std::pair<std::string, std::string>{"a", "b:c"}), basic_credentials("basic YTpiOmM="));
  EXPECT_EQ((std::pair<std::string, std::string>{"a", ""}), basic_credentials("Basic YTo="));
  for (const std::string bad : {"", "Basic", "Basic ", "Bearer YTpi", "Basic YWRtaW4=", "Basic OmE=", "Basic !!!!", "Basic YTp", "Basic YQA6Yg=="})
    EXPECT_FALSE(basic_credentials(bad)) << bad;
  EXPECT_FALSE(basic_credentials("Basic " + std::string(4096, 'Y')));
}

namespace {

class login_over_http : public ::testing::Test {
protected:
  void SetUp() override {
    users.add("admin", "right", {"*"});
    routes.alias("/v1", "");
    ASSERT_TRUE(door.add_to(routes));
    http::route secret{http::method::get, "/secret", "secrets", http::access::token, {}};
    secret.to.on_request = [](http::request req, http::responder reply) {
      reply(http::response{200, "text/plain", req.caller->user, {}, false});
    };
    ASSERT_TRUE(routes.add(std::move(secret)));
    http::server_options o;
    o.port = 0;
    server = std::move(*http::server::start(o, routes));
  }

  reply login_as(const std::string& basic) {
    client c{server->port()};
    return c.ask("POST /v1/admin/login HTTP/1.1\r\nHost: a\r\nAuthorization: Basic " + basic + "\r\n\r\n");
  }

  memory_users users;
  memory_tokens store;
  memory_networks networks;
  std::vector<std::string> told;
  token_cache tokens{store, {}};
  login door{users, tokens, pool, &networks, [this](std::string_view user, std::string_view address) {
               told.push_back(std::string{user} + " from " + std::string{address});
             }, {.burst = 4, .slots = std::size_t{1} << 20}};
  http::router routes{[this](std::string_view token, time_point now) { return door.who(token, now); }};
  password_pool pool{{1, 32, cheap}};
  std::unique_ptr<http::server> server;
};

} // namespace

TEST_F(login_over_http, gives_a_token_that_opens_and_can_be_ended) {
  const auto r = login_as("YWRtaW46cmlnaHQ="); // admin:right
  ASSERT_EQ(200u, r.status) << r.body;
  simdjson::dom::parser parser;
  const std::string token{parser.parse(r.body)["result"]["authtoken"].get_string().value()};
  ASSERT_EQ(36u, token.size());
  client c{server->port()};
  EXPECT_EQ("admin", c.ask(get("/secret?authtoken=" + token)).body);
  EXPECT_EQ("admin", c.ask(get("/v1/secret", "Authorization: Bearer " + token + "\r\n")).body);
  const auto none = c.ask(get("/secret"));
  EXPECT_EQ(401u, none.status);
  EXPECT_NE(std::string::npos, none.head.find("WWW-Authenticate: Bearer"));
  EXPECT_EQ(200u, c.ask("DELETE /v1/admin/login?authtoken=" + token + " HTTP/1.1\r\nHost: a\r\n\r\n").status);
  EXPECT_EQ(401u, c.ask(get("/secret?authtoken=" + token)).status);
  EXPECT_EQ(401u, c.ask("DELETE /v1/admin/login?authtoken=" + token + " HTTP/1.1\r\nHost: a\r\n\r\n").status);
}

TEST_F(login_over_http, checks_no_more_guesses_when_they_come_all_at_once) {
  std::vector<std::unique_ptr<client>> all;
  for (int i = 0; i < 33; ++i)
    all.push_back(std::make_unique<client>(server->port()));
  for (auto& c : all)
    c->send("POST /admin/login HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YWRtaW46d3Jvbmc=\r\n\r\n");
  std::map<unsigned, int> statuses;
  for (auto& c : all)
    ++statuses[c->read().status];
  EXPECT_EQ((std::map<unsigned, int>{{401, 4}, {429, 29}}), statuses);
}

TEST_F(login_over_http, lets_the_owner_in_while_others_guess_where_he_has_signed_in_before_also_after_a_restart) {
  ASSERT_EQ(200u, login_as("YWRtaW46cmlnaHQ=").status);
  EXPECT_NE(std::string::npos, networks.load().find(" 127.0.0.1 admin\n"));
  login restarted{users, tokens, pool, &networks};
  EXPECT_EQ(200u, login_as("YWRtaW46cmlnaHQ=").status);
  http::request from_there;
  from_there.headers = {{"authorization", "Basic YWRtaW46d3Jvbmc="}};
  for (int i = 0; i < 50; ++i) {
    from_there.peer = "192.0.2." + std::to_string(i);
    restarted.create(from_there, http::responder{});
  }
  EXPECT_GE(restarted.counters().refused, 42u);
  auto home = from_there;
  home.peer = "127.0.0.1";
  home.headers = {{"authorization", "Basic YWRtaW46cmlnaHQ="}};
  // The pool's queue may still be full of guesses.
  for (int i = 0; i < 3000 && restarted.counters().succeeded == 0; ++i) {
    restarted.create(home, http::responder{});
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(1u, restarted.counters().succeeded);
}

TEST_F(login_over_http, says_the_same_about_wrong_users_and_wrong_passwords_and_slows_down) {
  const auto wrong = login_as("YWRtaW46d3Jvbmc=");  // admin:wrong
  const auto nobody = login_as("bm9ib2R5OnJpZ2h0"); // nobody:right
  EXPECT_EQ(401u, wrong.status);
  EXPECT_EQ(401u, nobody.status);
  const auto message = [](const reply& r) { return r.body.substr(0, r.body.find("timestamp")); };
  EXPECT_EQ(message(wrong), message(nobody));
  EXPECT_NE(std::string::npos, wrong.head.find("WWW-Authenticate: Basic realm=\"ringmaster\""));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(401u, login_as("YWRtaW46d3Jvbmc=").status);
  const auto waiting = login_as("YWRtaW46cmlnaHQ=");
  EXPECT_EQ(429u, waiting.status) << "even the right password waits, where nobody has signed in before";
  EXPECT_NE(std::string::npos, waiting.head.find("Retry-After: "));
  const std::vector<std::string> expected{"admin from 127.0.0.1", " from 127.0.0.1", "admin from 127.0.0.1",
                                          "admin from 127.0.0.1", "admin from 127.0.0.1"};
  EXPECT_EQ(expected, told) << "what was typed as a user's name that is none is told to nobody";
  EXPECT_EQ(5u, door.counters().wrong);
  EXPECT_EQ(1u, door.counters().refused);
  EXPECT_EQ(0u, door.counters().succeeded);
  client c{server->port()};
  EXPECT_EQ(401u, c.ask("POST /admin/login HTTP/1.1\r\nHost: a\r\n\r\n").status);
}
