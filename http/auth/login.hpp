/// The resource `/admin/login`: POST with Basic authentication gives a token, GET tells whose it is, DELETE ends it.
#pragma once

#include "http/auth/attempts.hpp"
#include "http/auth/passwords.hpp"
#include "http/auth/tokens.hpp"
#include "http/router.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ringmaster::auth {

/// User and password of `Authorization: Basic …`; nothing when the header is missing or malformed.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> basic_credentials(std::string_view authorization);

/// The handlers of the resource, and the router's authenticator. What it refers to outlives it, and it
/// outlives the server and the pool.
class login {
public:
  login(user_store& users, token_cache& tokens, password_pool& passwords, attempt_policy policy = {},
        const clock& time = machine_clock());

  /// POST. 401 for wrong credentials (the same words and time whether or not the user exists), 429 with
  /// `Retry-After` while the user or the address has to wait, 503 when too many are being checked.
  void create(const http::request& req, http::responder reply);
  /// DELETE. 401 for a token that is not good.
  void remove(const http::request& req, http::responder reply);
  /// GET: {"user": …, "permissions": […]} of whoever asks.
  static void show(const http::request& req, const http::responder& reply);
  /// For `http::router`.
  [[nodiscard]] result<std::shared_ptr<const principal>> who(const http::request& req) const;

  /// Adds the three routes at `path`.
  [[nodiscard]] result<void> add_to(http::router& r, const std::string& path = "/admin/login");

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace ringmaster::auth
