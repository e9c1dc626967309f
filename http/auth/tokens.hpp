// SPDX-License-Identifier: Apache-2.0
/// The tokens that callers carry: 128 random bits in the form of a uuid, good until they expire.
#pragma once

#include "http/auth/principal.hpp"
#include "http/auth/stores.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::auth {

/// A new token's text: 128 bits from the kernel (getrandom). `internal` when the kernel refuses.
[[nodiscard]] result<std::string> make_token();
[[nodiscard]] token_hash digest_of(std::string_view token) noexcept;

struct token_policy {
  std::chrono::seconds lifetime{std::chrono::hours{12}};
  bool sliding{true}; ///< each use begins the lifetime anew
};

/// All tokens that are good now, in memory, over a `token_store`. Any thread; a lookup takes one SHA-256
/// of the token and a lock of one shard in 64.
class token_cache {
public:
  token_cache(token_store& store, token_policy policy);
  ~token_cache();
  token_cache(const token_cache&) = delete;
  token_cache& operator=(const token_cache&) = delete;

  /// Reads the store's tokens; those of users who are gone, and the expired ones, are erased. Once, at the start.
  [[nodiscard]] result<void> load(user_store& users, time_point now);

  /// Gives `user` a new token; `done` gets its text once it is on disk.
  void issue(const user_account& user, time_point now, std::function<void(result<std::string>)> done);

  /// Who carries `token`; null when it is unknown or has expired. One object a token, which lives here as long as the token
  /// is good and permits the same: whoever has let it in for longer than a request watches it with a weak pointer.
  [[nodiscard]] std::shared_ptr<const principal> find(std::string_view token, time_point now);

  /// Ends a token; it is good no longer from this call on. `not_found` when it was not good.
  void revoke(std::string_view token, token_store::done done);
  /// Ends every token of a user (a changed password, a deleted user).
  void revoke_user(std::string_view user);
  /// Gives the tokens of a user other permissions from now on.
  void set_permissions(std::string_view user, std::vector<std::string> permissions);
  /// Forgets the expired ones; to be called every few seconds. The number of those forgotten.
  std::size_t sweep(time_point now);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace ringmaster::auth
