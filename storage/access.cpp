// SPDX-License-Identifier: Apache-2.0
#include "storage/access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringmaster::storage {
namespace {

/// A user as it is kept: permissions in one text, separated by blanks.
struct user_row {
  std::string name, password_hash, permissions;
  std::optional<time_point> tm_create, tm_update;
};
constexpr auto user_fields = field_table{
    field{1, "name", &user_row::name, access::stored_only, ""},
    field{2, "password_hash", &user_row::password_hash, access::stored_only, ""},
    field{3, "permissions", &user_row::permissions, access::stored_only, ""},
    field{4, "tm_create", &user_row::tm_create, access::stored_only, ""},
    field{5, "tm_update", &user_row::tm_update, access::stored_only, ""}};

struct token_row {
  std::string user;
  time_point issued{}, expires{};
};
constexpr auto token_fields = field_table{
    field{1, "user", &token_row::user, access::stored_only, ""},
    field{2, "issued", &token_row::issued, access::stored_only, ""},
    field{3, "expires", &token_row::expires, access::stored_only, ""}};

error unknown_user(std::string_view name) { return {errc::not_found, fmt::format("there is no user {}", name), {}}; }

result<user> read_user(std::string_view bytes) {
  auto row = from_record<user_row>(bytes, user_fields);
  if (!row)
    return row.error();
  user u{std::move(row->name), std::move(row->password_hash), {}, row->tm_create, row->tm_update};
  for (std::string_view rest = row->permissions; !rest.empty();) {
    const auto blank = std::min(rest.find(' '), rest.size());
    u.permissions.emplace_back(rest.substr(0, blank));
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  return u;
}

std::string_view view(const token_hash& hash) noexcept {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

result<token> read_token(std::string_view key, std::string_view bytes) {
  auto row = from_record<token_row>(bytes, token_fields);
  if (!row)
    return row.error();
  token t{{}, std::move(row->user), row->issued, row->expires};
  if (key.size() != t.hash.size())
    return error{errc::storage_failed, "a key of the table token cannot be read", {}};
  std::copy(key.begin(), key.end(), t.hash.begin());
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

result<user> get_user(const txn& in, std::string_view name) {
  if (check_name(name))
    return unknown_user(name.substr(0, 255));
  const auto bytes = in.get(table::user, name);
  if (!bytes)
    return bytes.error();
  return *bytes ? read_user(**bytes) : unknown_user(name);
}

result<std::vector<user>> all_users(const txn& in) {
  auto rows = cursor::open(in, table::user);
  if (!rows)
    return rows.error();
  std::vector<user> users;
  auto row = rows->first();
  for (; row && *row; row = rows->next()) {
    auto u = read_user((*row)->value);
    if (!u)
      return u.error();
    users.push_back(std::move(*u));
  }
  if (!row)
    return row.error();
  return users;
}

result<user> put_user(write_txn& in, user fresh, time_point now) {
  if (auto wrong = check_name(fresh.name))
    return *wrong;
  user_row row{fresh.name, fresh.password_hash, {}, now, std::nullopt};
  for (const auto& permission : fresh.permissions) {
    if (permission.empty() || permission.find(' ') != std::string::npos)
      return invalid_field("permissions", "permissions must be names without blanks");
    row.permissions.append(row.permissions.empty() ? "" : " ").append(permission);
  }
  const auto before = get_user(in, fresh.name);
  if (before) {
    row.tm_create = before->tm_create;
    row.tm_update = now;
  } else if (before.error().code != errc::not_found) {
    return before.error();
  }
  if (auto done = in.put(table::user, fresh.name, to_record(row, user_fields)); !done)
    return done.error();
  fresh.tm_create = row.tm_create;
  fresh.tm_update = row.tm_update;
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

result<void> put_token(write_txn& in, const token& t) {
  return in.put(table::token, view(t.hash), to_record(token_row{t.user, t.issued, t.expires}, token_fields));
}

result<token> get_token(const txn& in, const token_hash& hash, time_point now) {
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

result<std::vector<token>> all_tokens(const txn& in) {
  auto rows = cursor::open(in, table::token);
  if (!rows)
    return rows.error();
  std::vector<token> tokens;
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
  return remove_tokens(in, [&](const token& t) { return t.user == user; });
}

result<std::size_t> remove_expired_tokens(write_txn& in, time_point now) {
  return remove_tokens(in, [&](const token& t) { return t.expires <= now; });
}

} // namespace ringmaster::storage
