// SPDX-License-Identifier: Apache-2.0
/// The resource `/admin/login`: POST with Basic authentication gives a token, GET tells whose it is, DELETE ends it.
#pragma once

#include "http/auth/passwords.hpp"
#include "http/auth/sign_in_guard.hpp"
#include "http/auth/tokens.hpp"
#include "http/router.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ringmaster::auth {

/// User and password of `Authorization: Basic …`; nothing when the header is missing or malformed.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> basic_credentials(std::string_view authorization);

/// Counts since the start; read on any thread.
struct login_counters {
  std::atomic<std::uint64_t> succeeded{};
  std::atomic<std::uint64_t> wrong{};   ///< passwords that were checked, or users that do not exist
  std::atomic<std::uint64_t> refused{}; ///< tries that had to wait, and were not checked
};

/// Told about each wrong password; any thread, must not block. `user` is empty when there is none of that name: people type
/// passwords into the wrong field.
using on_wrong_password = std::function<void(std::string_view user, std::string_view address)>;

/// The handlers of the resource, and the router's authenticator. What it refers to outlives it, and it
/// outlives the server and the pool.
class login {
public:
  /// `networks` may be null: then a restart forgets from where users have signed in.
  login(user_store& users, token_cache& tokens, password_pool& passwords, network_store* networks = nullptr,
        on_wrong_password told = {}, sign_in_policy policy = {}, const clock& time = machine_clock());

  /// POST. 401 for wrong credentials (the same words and time whether or not the user exists), 429 with
  /// `Retry-After` while it has to wait (`sign_in_guard.hpp`), 503 when too many are being checked.
  void create(const http::request& req, http::responder reply);
  /// DELETE. 401 for a token that is not good.
  void remove(const http::request& req, http::responder reply);
  /// GET: {"user": …, "permissions": […]} of whoever asks.
  static void show(const http::request& req, const http::responder& reply);
  /// For `http::router`.
  [[nodiscard]] result<std::shared_ptr<const principal>> who(std::string_view token, time_point now) const;

  [[nodiscard]] const login_counters& counters() const noexcept;

  /// Adds the three routes at `path`.
  [[nodiscard]] result<void> add_to(http::router& r, const std::string& path = "/admin/login");

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace ringmaster::auth
