// SPDX-License-Identifier: Apache-2.0
/// Users and the tokens they carry, in the database. Passwords and tokens come hashed; this folder never sees
/// either in clear. Rules of errors and threads as in storage/outbound.hpp.
#pragma once

#include "protocol/fields.hpp"
#include "storage/environment.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::storage {

struct user {
  std::string name;                     ///< 1 to 255 bytes, a single line
  std::string password_hash;            ///< argon2id, encoded
  std::vector<std::string> permissions; ///< names without blanks
  std::optional<time_point> tm_create, tm_update;

  bool operator==(const user&) const = default;
};

[[nodiscard]] result<user> get_user(const txn& in, std::string_view name);
[[nodiscard]] result<std::vector<user>> all_users(const txn& in);
/// Creates or replaces; the times are set here.
[[nodiscard]] result<user> put_user(write_txn& in, user fresh, time_point now);
/// Deletes a user with all tokens; `not_found` when there is none.
[[nodiscard]] result<void> remove_user(write_txn& in, std::string_view name);

/// SHA-256 of a token's text.
using token_hash = std::array<std::uint8_t, 32>;

struct token {
  token_hash hash{};
  std::string user;
  time_point issued{};
  time_point expires{};

  bool operator==(const token&) const = default;
};

/// Creates or replaces.
[[nodiscard]] result<void> put_token(write_txn& in, const token& t);
/// `not_found` when there is none or it has expired.
[[nodiscard]] result<token> get_token(const txn& in, const token_hash& hash, time_point now);
[[nodiscard]] result<std::vector<token>> all_tokens(const txn& in);
/// Whether it was there.
result<bool> remove_token(write_txn& in, const token_hash& hash);
/// Deletes those of a user; the number.
result<std::size_t> remove_tokens_of(write_txn& in, std::string_view user);
/// Deletes those that have expired; the number.
result<std::size_t> remove_expired_tokens(write_txn& in, time_point now);

} // namespace ringmaster::storage
