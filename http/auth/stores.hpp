// SPDX-License-Identifier: Apache-2.0
/// What access control needs from storage.
#pragma once

#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::auth {

struct user_record {
  std::string name;
  std::string password_hash; ///< argon2id, encoded
  std::vector<std::string> permissions;
};

/// Reads users. Any thread, at once (a read transaction), never blocks for longer than a disk read.
class user_store {
public:
  virtual ~user_store() = default;
  [[nodiscard]] virtual std::optional<user_record> find(std::string_view name) = 0;
};

/// SHA-256 of a token's text: the only form of a token that is kept.
using token_digest = std::array<std::uint8_t, 32>;

struct token_record {
  token_digest digest{};
  std::string user;
  time_point issued;
  time_point expires;
};

/// Keeps tokens over a restart. `done` may come on any thread, after the change is on disk.
class token_store {
public:
  using done = std::function<void(result<void>)>;
  virtual ~token_store() = default;
  virtual void put(const token_record& token, done then) = 0;
  virtual void erase(const token_digest& digest, done then) = 0;
  /// Every token that was put and not erased; called once, at the start.
  [[nodiscard]] virtual result<std::vector<token_record>> load() = 0;
};

/// Keeps over a restart from which networks users have signed in (`sign_in_guard::known`).
class network_store {
public:
  virtual ~network_store() = default;
  /// Empty when there is nothing, or nothing can be read.
  [[nodiscard]] virtual std::string load() = 0;
  /// Any thread; soon, and without an answer: what is lost costs somebody a wait.
  virtual void save(std::string lines) = 0;
};

} // namespace ringmaster::auth
