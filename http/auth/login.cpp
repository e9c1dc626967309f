// SPDX-License-Identifier: Apache-2.0
#include "http/auth/login.hpp"

#include "http/server/client_address.hpp"
#include "http/server/gate.hpp"
#include "protocol/json.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <mutex>

namespace ringmaster::auth {
namespace {

/// What this resource's callers are spoken to in.
const http::dialect& speaks = http::call_manager();

http::response unauthorized(std::string message, bool basic, time_point now) {
  auto r = speaks.refusal(error{errc::unauthorized, std::move(message), {}}, now);
  if (basic)
    r.headers = {{"WWW-Authenticate", R"(Basic realm="ringmaster", charset="UTF-8")"}};
  return r;
}

} // namespace

std::optional<std::pair<std::string, std::string>> basic_credentials(std::string_view authorization) {
  constexpr std::string_view scheme{"basic "};
  if (authorization.size() <= scheme.size() || !http::same_text(authorization.substr(0, scheme.size()), scheme))
    return std::nullopt;
  const auto coded = authorization.substr(scheme.size());
  // Passwords have no reason to be longer; argon2 would hash megabytes without a word.
  if (coded.size() > 1024 || coded.size() % 4 != 0)
    return std::nullopt;
  std::string text(coded.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(coded.data()), static_cast<int>(coded.size()));
  if (size < 0)
    return std::nullopt;
  std::size_t padding = coded.ends_with("==") ? 2 : coded.ends_with('=') ? 1 : 0;
  text.resize(static_cast<std::size_t>(size) - padding);
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || text.find('\0') != std::string::npos)
    return std::nullopt;
  return std::pair{text.substr(0, colon), text.substr(colon + 1)};
}

struct login::state {
  state(user_store& u, token_cache& t, password_pool& p, network_store* n, on_wrong_password w, sign_in_policy policy,
        const clock& c)
      : users{u}, tokens{t}, passwords{p}, networks{n}, on_wrong{std::move(w)}, time{c},
        guard{policy, random_salt()} {
    if (networks)
      guard.remember(networks->load());
  }

  static std::string random_salt() {
    auto made = make_token();
    return made ? std::move(*made) : std::string{}; // without random bytes from the kernel nobody gets a token either
  }

  // How long somebody has to wait is a duration, and no business of the wall clock's.
  sign_in_guard::verdict ask(const std::string& user, const std::string& network) {
    const std::lock_guard lock{mutex};
    const auto verdict = guard.ask(user, network, time.now());
    if (!verdict.check)
      counts.refused.fetch_add(1, std::memory_order_relaxed);
    return verdict;
  }
  void unchecked(const std::string& user, const std::string& network) {
    const std::lock_guard lock{mutex};
    guard.unchecked(user, network, time.now());
  }
  void right(const std::string& user, const std::string& network) {
    counts.succeeded.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock{mutex};
    if (guard.right(user, network, time.now(), time.date()) && networks)
      networks->save(guard.known());
  }
  void wrong(std::string_view user, std::string_view address) {
    counts.wrong.fetch_add(1, std::memory_order_relaxed);
    if (on_wrong)
      on_wrong(user, address);
  }

  user_store& users;
  token_cache& tokens;
  password_pool& passwords;
  network_store* networks;
  on_wrong_password on_wrong;
  const clock& time;
  login_counters counts;
  std::mutex mutex;
  sign_in_guard guard;
};

login::login(user_store& users, token_cache& tokens, password_pool& passwords, network_store* networks, on_wrong_password told,
             sign_in_policy policy, const clock& time)
    : state_{std::make_shared<state>(users, tokens, passwords, networks, std::move(told), policy, time)} {}

const login_counters& login::counters() const noexcept { return state_->counts; }

void login::create(const http::request& req, http::responder reply) {
  const auto now = req.arrived;
  auto credentials = basic_credentials(req.header("authorization"));
  if (!credentials)
    return reply(unauthorized("user and password are needed, as Basic authentication", true, now));
  auto& [name, password] = *credentials;
  auto network = http::client_network(req.peer);
  if (const auto verdict = state_->ask(name, network); !verdict.check) {
    const auto seconds = std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(verdict.wait).count(), 1);
    auto r =
        speaks.refusal(error{errc::limit_exceeded, "too many logins were tried; try again in " + std::to_string(seconds) + " s", {}}, now);
    r.headers.emplace_back("Retry-After", std::to_string(seconds));
    return reply(std::move(r));
  }
  auto user = state_->users.find(name);
  auto encoded = user ? user->password_hash : std::string{};
  state_->passwords.verify(
      std::move(encoded), std::move(password),
      [s = state_, user = std::move(user), name = name, peer = req.peer, network = std::move(network),
       reply = std::move(reply)](result<bool> right) {
        const auto at = wall_clock_now();
        if (!right) {
          s->unchecked(name, network);
          auto r = speaks.refusal(right.error(), at);
          r.headers.emplace_back("Retry-After", "1");
          return reply(std::move(r));
        }
        if (*right)
          s->right(name, network);
        else
          s->wrong(user ? std::string_view{name} : std::string_view{}, peer);
        if (!*right)
          return reply(unauthorized("wrong user or password", true, at));
        s->tokens.issue(*user, at, [reply](result<std::string> token) {
          if (!token)
            return reply(speaks.refusal(token.error(), wall_clock_now()));
          std::string json{R"({"authtoken": )"};
          append_json_string(json, *token);
          json += '}';
          reply(speaks.answer(http::outcome::shown, wall_clock_now(), [&](std::string& out) { out.append(json); }));
        });
      });
}

void login::remove(const http::request& req, http::responder reply) {
  state_->tokens.revoke(speaks.token_of(req), [reply = std::move(reply)](result<void> done) {
    const auto now = wall_clock_now();
    if (done)
      reply(speaks.done(http::outcome::removed, now));
    else if (done.error().code == errc::not_found)
      reply(unauthorized("the token is missing, unknown or expired", false, now));
    else
      reply(speaks.refusal(done.error(), now));
  });
}

void login::show(const http::request& req, const http::responder& reply) {
  std::string json;
  json_writer w{json};
  w.begin_object();
  w.member("user", req.caller->user);
  w.key("permissions");
  w.begin_list();
  for (const auto& held : req.caller->permissions)
    w.string(held);
  w.end_list();
  w.end_object();
  reply(speaks.answer(http::outcome::shown, wall_clock_now(), [&](std::string& out) { out.append(json); }));
}

result<std::shared_ptr<const principal>> login::who(std::string_view token, time_point now) const {
  if (auto found = state_->tokens.find(token, now))
    return found;
  return error{errc::unauthorized, "the token is missing, unknown or expired", {}};
}

result<void> login::add_to(http::router& r, const std::string& path) {
  login self = *this; // copies share their state
  static constexpr http::object_kind token{"Token", nullptr, "`authtoken`."},
      holder{"TokenHolder", nullptr, "`user` and `permissions`: whose token it is, and what he may do."};
  constexpr std::string_view group = "Signing in";
  http::route create_route{.method = http::method::post, .path = path, .needs = http::access::open,
                           .about = {.group = group, .summary = "Signs in, by Basic authentication", .reply = &token,
                                     .shape = http::reply_shape::one}};
  create_route.to.on_request = [self](http::request req, http::responder reply) mutable {
    self.create(req, std::move(reply));
  };
  http::route remove_route{.method = http::method::del, .path = path,
                           .about = {.group = group, .summary = "Signs out: ends the token that it is sent with"}};
  remove_route.to.on_request = [self](http::request req, http::responder reply) mutable {
    self.remove(req, std::move(reply));
  };
  http::route show_route{.method = http::method::get, .path = path,
                         .about = {.group = group, .summary = "Says whose token it is", .reply = &holder, .shape = http::reply_shape::one}};
  show_route.to.on_request = [](const http::request& req, const http::responder& reply) { show(req, reply); };
  for (auto* one : {&create_route, &show_route})
    if (auto ok = r.add(std::move(*one)); !ok)
      return ok;
  return r.add(std::move(remove_route));
}

} // namespace ringmaster::auth
