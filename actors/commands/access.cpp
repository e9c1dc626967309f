// SPDX-License-Identifier: Apache-2.0
#include "actors/commands/access.hpp"

#include "storage/audit.hpp"
#include "storage/snapshot.hpp"

#include <utility>

namespace ringmaster::commands {
namespace {
constexpr std::string_view networks_name{"sign_in/networks"};
} // namespace

result<void> add_user(storage::write_txn& in, user_account fresh, time_point now) {
  const auto put = storage::put_user(in, std::move(fresh), now);
  return put ? storage::note(in, now, {}, "created", "user", put->name) : put.error();
}

result<void> change_password(storage::write_txn& in, std::string_view name, std::string hash, time_point now) {
  auto user = storage::get_user(in, name);
  if (!user)
    return user.error();
  user->password_hash = std::move(hash);
  if (const auto ended = storage::remove_tokens_of(in, name); !ended)
    return ended.error();
  if (const auto put = storage::put_user(in, std::move(*user), now); !put)
    return put.error();
  return storage::note(in, now, {}, "password_changed", "user", name);
}

result<void> keep_token(storage::write_txn& in, const access_token& token) { return storage::put_token(in, token); }

result<void> end_token(storage::write_txn& in, const token_hash& digest) {
  if (const auto removed = storage::remove_token(in, digest); !removed)
    return removed.error();
  return {};
}

result<std::size_t> end_expired_tokens(storage::write_txn& in, time_point now) { return storage::remove_expired_tokens(in, now); }

result<void> keep_networks(storage::write_txn& in, std::string_view lines) { return storage::put_snapshot(in, networks_name, lines); }

std::string kept_networks(const storage::txn& in) {
  auto kept = storage::get_snapshot(in, networks_name);
  return kept && *kept ? std::move(**kept) : std::string{};
}

} // namespace ringmaster::commands
