// SPDX-License-Identifier: Apache-2.0
/// Users and tokens over the database, for http/auth.
#pragma once

#include "actors/engine.hpp"
#include "http/auth/passwords.hpp"
#include "http/auth/stores.hpp"
#include "storage/environment.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::daemon {

/// Reads with a read transaction of its own. A user who cannot be read is none.
class database_users final : public auth::user_store {
public:
  explicit database_users(const storage::environment& env) : env_{env} {}
  [[nodiscard]] std::optional<user_account> find(std::string_view name) override;

private:
  const storage::environment& env_;
};

/// Writes through the engine, together with everything else.
class database_tokens final : public auth::token_store {
public:
  explicit database_tokens(engine& to) : engine_{to} {}
  void put(const access_token& token, done then) override;
  void erase(const token_hash& digest, done then) override;
  [[nodiscard]] result<std::vector<access_token>> load() override;

private:
  engine& engine_;
};

/// Networks as one value of the snapshots' table.
class database_networks final : public auth::network_store {
public:
  database_networks(const storage::environment& env, engine& to) : env_{env}, engine_{to} {}
  [[nodiscard]] std::string load() override;
  void save(std::string lines) override;

private:
  const storage::environment& env_;
  engine& engine_;
};

/// Tells a password to whoever starts the daemon; an error when nobody can have heard it.
using tell_password = std::function<result<void>(std::string_view user, std::string_view password)>;

/// Creates the user `admin`, who may do everything, in a database without users. A password made up here is
/// told before the user is kept: it is kept nowhere else, so that a user whose password nobody was told would
/// lock everybody out. Slow (one password hash). Before the engine is started, which then is the one that writes.
[[nodiscard]] result<void> create_first_user(storage::environment& env, const std::string& given_password,
                                             const auth::password_cost& cost, time_point now, const tell_password& tell);

/// Gives a user of the database in `data_dir` another password and ends what was logged in with the old one.
/// `storage_failed` when a daemon runs on it, `not_found` without a database or such a user. Slow, as above.
[[nodiscard]] result<void> set_password(const std::filesystem::path& data_dir, const std::string& user,
                                        const std::string& password, const auth::password_cost& cost, time_point now);

} // namespace ringmaster::daemon
