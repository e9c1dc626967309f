/// Users and tokens over the database, for http/auth.
#pragma once

#include "actors/engine.hpp"
#include "http/auth/passwords.hpp"
#include "http/auth/stores.hpp"
#include "storage/environment.hpp"

#include <optional>
#include <string>

namespace ringmaster::daemon {

/// Reads with a read transaction of its own. A user who cannot be read is none.
class database_users final : public auth::user_store {
public:
  explicit database_users(const storage::environment& env) : env_{env} {}
  [[nodiscard]] std::optional<auth::user_record> find(std::string_view name) override;

private:
  const storage::environment& env_;
};

/// Writes through the engine, together with everything else.
class database_tokens final : public auth::token_store {
public:
  explicit database_tokens(engine& to) : engine_{to} {}
  void put(const auth::token_record& token, done then) override;
  void erase(const auth::token_digest& digest, done then) override;
  [[nodiscard]] result<std::vector<auth::token_record>> load() override;

private:
  engine& engine_;
};

/// Creates the user `admin`, who may do everything, in a database without users. Gives the password back
/// when it was made up here, so that somebody can be told: it is kept nowhere. Slow (one password hash).
/// Before the engine is started, which then is the one that writes.
[[nodiscard]] result<std::optional<std::string>> create_first_user(storage::environment& env,
                                                                   const std::string& given_password,
                                                                   const auth::password_cost& cost, time_point now);

} // namespace ringmaster::daemon
