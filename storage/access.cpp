// SPDX-License-Identifier: Apache-2.0
#include "storage/access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringmaster::storage {
namespace {

error unknown_user(std::string_view name) { return {errc::not_found, fmt::format("there is no user {}", name), {}}; }

std::string_view view(const token_hash& hash) noexcept {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

result<access_token> read_token(std::string_view key, std::string_view bytes) {
  auto t = from_record<access_token>(bytes, access_token_fields);
  if (!t)
    return t;
  if (key.size() != t->hash.size())
    return error{errc::storage_failed, "a key of the table token cannot be read", {}};
  std::copy(key.begin(), key.end(), t->hash.begin());
  return t;
}

/// Deletes the tokens for which `of` is true.
template <class F>
result<std::size_t> remove_tokens(write_txn& in, F&& of) {
  const auto tokens = all_tokens(in);
  if (!tokens)
    return tokens.error();
  std::size_t count = 0;
  for (const auto& t : *tokens)
    if (of(t)) {
      if (auto done = in.erase(table::token, view(t.hash)); !done)
        return done.error();
      ++count;
    }
  return count;
}

std::optional<error> check_name(std::string_view name) {
  if (name.empty() || name.size() > 255 || !is_single_line(name))
    return invalid_field("name", "name must be a single line of 1 to 255 bytes");
  return std::nullopt;
}

} // namespace

result<user_account> get_user(const txn& in, std::string_view name) {
  if (check_name(name))
    return unknown_user(name.substr(0, 255));
  const auto bytes = in.get(table::user, name);
  if (!bytes)
    return bytes.error();
  return *bytes ? from_record<user_account>(**bytes, user_account_fields) : unknown_user(name);
}

result<std::vector<user_account>> all_users(const txn& in) {
  auto rows = cursor::open(in, table::user);
  if (!rows)
    return rows.error();
  std::vector<user_account> users;
  auto row = rows->first();
  for (; row && *row; row = rows->next()) {
    auto u = from_record<user_account>((*row)->value, user_account_fields);
    if (!u)
      return u.error();
    users.push_back(std::move(*u));
  }
  if (!row)
    return row.error();
  return users;
}

result<user_account> put_user(write_txn& in, user_account fresh, time_point now) {
  if (auto wrong = check_name(fresh.name))
    return *wrong;
  for (const auto& permission : fresh.permissions)
    if (permission.empty() || permission.find(' ') != std::string::npos)
      return invalid_field("permissions", "permissions must be names without blanks");
  const auto before = get_user(in, fresh.name);
  if (!before && before.error().code != errc::not_found)
    return before.error();
  fresh.tm_create = before ? before->tm_create : now;
  fresh.tm_update = before ? std::optional{now} : std::nullopt;
  if (auto done = in.put(table::user, fresh.name, to_record(fresh, user_account_fields)); !done)
    return done.error();
  return fresh;
}

result<void> remove_user(write_txn& in, std::string_view name) {
  if (check_name(name))
    return unknown_user(name.substr(0, 255));
  const auto there = in.erase(table::user, name);
  if (!there)
    return there.error();
  if (!*there)
    return unknown_user(name);
  if (auto done = remove_tokens_of(in, name); !done)
    return done.error();
  return {};
}

result<void> put_token(write_txn& in, const access_token& t) {
  return in.put(table::token, view(t.hash), to_record(t, access_token_fields));
}

result<access_token> get_token(const txn& in, const token_hash& hash, time_point now) {
  const auto bytes = in.get(table::token, view(hash));
  if (!bytes)
    return bytes.error();
  const error none{errc::not_found, "the token is unknown or has expired", {}};
  if (!*bytes)
    return none;
  auto t = read_token(view(hash), **bytes);
  if (t && t->expires <= now)
    return none;
  return t;
}

result<std::vector<access_token>> all_tokens(const txn& in) {
  auto rows = cursor::open(in, table::token);
  if (!rows)
    return rows.error();
  std::vector<access_token> tokens;
  auto row = rows->first();
  for (; row && *row; row = rows->next()) {
    auto t = read_token((*row)->key, (*row)->value);
    if (!t)
      return t.error();
    tokens.push_back(std::move(*t));
  }
  if (!row)
    return row.error();
  return tokens;
}

result<bool> remove_token(write_txn& in, const token_hash& hash) { return in.erase(table::token, view(hash)); }

result<std::size_t> remove_tokens_of(write_txn& in, std::string_view user) {
  return remove_tokens(in, [&](const access_token& t) { return t.user == user; });
}

result<std::size_t> remove_expired_tokens(write_txn& in, time_point now) {
  return remove_tokens(in, [&](const access_token& t) { return t.expires <= now; });
}

} // namespace ringmaster::storage
