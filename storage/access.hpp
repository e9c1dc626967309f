// SPDX-License-Identifier: Apache-2.0
/// Users and the tokens they carry, in the database. Passwords and tokens come hashed; this folder never sees
/// either in clear. Rules of errors and threads as in storage/outbound.hpp.
#pragma once

#include "protocol/account.hpp"
#include "storage/environment.hpp"

#include <string_view>
#include <vector>

namespace ringmaster::storage {

[[nodiscard]] result<user_account> get_user(const txn& in, std::string_view name);
[[nodiscard]] result<std::vector<user_account>> all_users(const txn& in);
/// Creates or replaces; the times are set here.
[[nodiscard]] result<user_account> put_user(write_txn& in, user_account fresh, time_point now);
/// Deletes a user with all tokens; `not_found` when there is none.
[[nodiscard]] result<void> remove_user(write_txn& in, std::string_view name);

/// Creates or replaces.
[[nodiscard]] result<void> put_token(write_txn& in, const access_token& t);
/// `not_found` when there is none or it has expired.
[[nodiscard]] result<access_token> get_token(const txn& in, const token_hash& hash, time_point now);
[[nodiscard]] result<std::vector<access_token>> all_tokens(const txn& in);
/// Whether it was there.
result<bool> remove_token(write_txn& in, const token_hash& hash);
/// Deletes those of a user; the number.
result<std::size_t> remove_tokens_of(write_txn& in, std::string_view user);
/// Deletes those that have expired; the number.
result<std::size_t> remove_expired_tokens(write_txn& in, time_point now);

} // namespace ringmaster::storage
