/// How long somebody who gives wrong passwords has to wait. Pure: takes `now`.
#pragma once

#include "protocol/time.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ringmaster::auth {

struct attempt_policy {
  unsigned free{5};                      ///< failures before the first wait
  std::chrono::seconds first{1};         ///< doubles with each further failure
  std::chrono::seconds longest{60};
  std::chrono::seconds forget{900};      ///< after so long without a failure, all is forgiven
  std::size_t most_keys{10'000};         ///< beyond it, the one that failed longest ago is forgotten
};

/// Failures by key (a user's name, an address). One thread at a time.
class attempt_limiter {
public:
  explicit attempt_limiter(attempt_policy policy = {}) : policy_{policy} {}

  /// How long `key` has to wait from `now`; zero: it may try.
  [[nodiscard]] duration wait(std::string_view key, time_point now) const;
  void failed(std::string_view key, time_point now);
  void succeeded(std::string_view key);
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
  struct entry {
    unsigned failures{};
    time_point last;
    time_point allowed;
  };
  void make_room(time_point now);

  attempt_policy policy_;
  std::unordered_map<std::string, entry> entries_;
};

} // namespace ringmaster::auth
