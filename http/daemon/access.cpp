// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/access.hpp"

#include "actors/commands/access.hpp"
#include "actors/log.hpp"
#include "http/auth/tokens.hpp"
#include "storage/access.hpp"

namespace ringmaster::daemon {

std::optional<user_account> database_users::find(std::string_view name) {
  const auto in = env_.read();
  if (!in)
    return std::nullopt;
  auto found = storage::get_user(*in, name);
  return found ? std::optional{std::move(*found)} : std::nullopt;
}

void database_tokens::put(const access_token& token, done then) {
  engine_.transact<void>([token](storage::write_txn& in, changes&) { return commands::keep_token(in, token); }, std::move(then),
                         storage::room::reserve); // who wants to make room has to sign in
}

void database_tokens::erase(const token_hash& digest, done then) {
  engine_.transact<void>(
      [digest](storage::write_txn& in, changes&) { return commands::end_token(in, digest); }, std::move(then), storage::room::reserve);
}

std::string database_networks::load() {
  const auto in = env_.read();
  return in ? commands::kept_networks(*in) : std::string{};
}

void database_networks::save(std::string lines) {
  engine_.transact<void>(
      [lines = std::move(lines)](storage::write_txn& in, changes&) { return commands::keep_networks(in, lines); },
      [](const result<void>&) {}, storage::room::reserve);
}

result<std::vector<access_token>> database_tokens::load() {
  const auto in = engine_.database().read();
  if (!in)
    return in.error();
  return storage::all_tokens(*in);
}

result<void> create_first_user(storage::environment& env, const std::string& given_password,
                               const auth::password_cost& cost, time_point now, const tell_password& tell) {
  {
    const auto in = env.read();
    if (!in)
      return in.error();
    const auto users = storage::all_users(*in);
    if (!users)
      return users.error();
    if (!users->empty())
      return {};
  }
  auto password = given_password;
  if (password.empty()) {
    if (!tell)
      return error{errc::invalid_field, "the first user needs a password", "RINGMASTER_ADMIN_PASSWORD"};
    auto made = auth::make_token();
    if (!made)
      return made.error();
    password = std::move(*made);
  }
  auto hash = auth::hash_password(password, cost);
  if (!hash)
    return hash.error();
  auto in = env.write();
  if (!in)
    return in.error();
  if (const auto put = commands::add_user(*in, {"admin", std::move(*hash), {"*"}, {}, {}}, now); !put)
    return put;
  if (given_password.empty())
    if (const auto told = tell("admin", password); !told)
      return told;
  if (const auto kept = in->commit(); !kept)
    return kept;
  log_info("event=user_created user=admin");
  return {};
}

result<void> set_password(const std::filesystem::path& data_dir, const std::string& name, const std::string& password,
                          const auth::password_cost& cost, time_point now) {
  if (std::error_code code; !std::filesystem::exists(data_dir / "data.mdb", code)) // to open it would make one
    return error{errc::not_found, "there is no database in " + data_dir.string(), {}};
  storage::environment_options where;
  where.data_dir = data_dir;
  auto env = storage::environment::open(where);
  if (!env)
    return env.error();
  auto hash = auth::hash_password(password, cost);
  if (!hash)
    return hash.error();
  auto in = env->write();
  if (!in)
    return in.error();
  if (const auto changed = commands::change_password(*in, name, std::move(*hash), now); !changed)
    return changed;
  return in->commit();
}

} // namespace ringmaster::daemon
