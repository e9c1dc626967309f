// SPDX-License-Identifier: Apache-2.0
/// What access control needs from storage.
#pragma once

#include "protocol/account.hpp"
#include "protocol/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::auth {

/// Reads users. Any thread, at once (a read transaction), never blocks for longer than a disk read.
class user_store {
public:
  virtual ~user_store() = default;
  [[nodiscard]] virtual std::optional<user_account> find(std::string_view name) = 0;
};

/// Keeps tokens over a restart. `done` may come on any thread, after the change is on disk.
class token_store {
public:
  using done = std::function<void(result<void>)>;
  virtual ~token_store() = default;
  virtual void put(const access_token& token, done then) = 0;
  virtual void erase(const token_hash& digest, done then) = 0;
  /// Every token that was put and not erased; called once, at the start.
  [[nodiscard]] virtual result<std::vector<access_token>> load() = 0;
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
