// SPDX-License-Identifier: Apache-2.0
/// Password hashes (argon2id), made and checked on threads of their own.
#pragma once

#include "protocol/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ringmaster::auth {

/// What one hash costs. The defaults take about 20 ms and 19 MiB.
struct password_cost {
  std::uint32_t memory_kib{19 * 1024};
  std::uint32_t passes{2};
  std::uint32_t lanes{1};
};

/// The encoded form ("$argon2id$v=19$m=…"), with a salt of 16 bytes from the kernel. Slow by design.
[[nodiscard]] result<std::string> hash_password(std::string_view password, const password_cost& cost);

/// True when `password` made `encoded`. Slow by design; compares in constant time.
[[nodiscard]] bool verify_password(std::string_view encoded, std::string_view password) noexcept;

/// A small pool that hashes, so that no session ever waits. Calls may come from any thread; callbacks run
/// on the pool's threads. Destruction finishes the jobs that have begun and answers the rest `overloaded`.
class password_pool {
public:
  struct options {
    unsigned threads{1};
    std::size_t queue{32}; ///< jobs that wait; one more is refused
    password_cost cost{};
  };

  explicit password_pool(options o);
  ~password_pool();
  password_pool(const password_pool&) = delete;
  password_pool& operator=(const password_pool&) = delete;

  /// Errors: `overloaded` when the queue is full.
  void hash(std::string password, std::function<void(result<std::string>)> done);
  /// An empty `encoded` stands for a user who does not exist: the answer is false, and takes as long.
  void verify(std::string encoded, std::string password, std::function<void(result<bool>)> done);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace ringmaster::auth
