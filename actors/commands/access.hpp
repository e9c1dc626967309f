// SPDX-License-Identifier: Apache-2.0
/// Users, what they are signed in with, and where they sign in from.
#pragma once

#include "protocol/error.hpp"
#include "protocol/time.hpp"
#include "storage/access.hpp"
#include "storage/environment.hpp"

#include <string>
#include <string_view>

namespace ringmaster::commands {

[[nodiscard]] result<void> add_user(storage::write_txn& in, user_account fresh, time_point now);
/// Another password, by its hash; whatever was signed in with the old one ends. `not_found` without such a user.
[[nodiscard]] result<void> change_password(storage::write_txn& in, std::string_view name, std::string hash, time_point now);

[[nodiscard]] result<void> keep_token(storage::write_txn& in, const access_token& token);
/// Also when it has ended already.
[[nodiscard]] result<void> end_token(storage::write_txn& in, const token_hash& digest);
/// How many there were.
[[nodiscard]] result<std::size_t> end_expired_tokens(storage::write_txn& in, time_point now);

/// The networks from which people have signed in, in a form of the caller's.
[[nodiscard]] result<void> keep_networks(storage::write_txn& in, std::string_view lines);
[[nodiscard]] std::string kept_networks(const storage::txn& in);

} // namespace ringmaster::commands
