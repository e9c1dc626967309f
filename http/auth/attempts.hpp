// SPDX-License-Identifier: Apache-2.0
/// How long somebody who tries passwords has to wait. Pure: takes `now`.
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
  unsigned free{5};                      ///< tries before the first wait
  std::chrono::seconds first{1};         ///< doubles with each further try
  std::chrono::seconds longest{60};
  std::chrono::seconds forget{900};      ///< after so long without a try, all is forgiven
  std::size_t most_keys{10'000};         ///< beyond it, the one that tried longest ago is forgotten
};

/// Tries by key. A try counts when it is taken: were it counted when it has failed, as many could be under way at once as
/// anybody likes. One thread at a time.
class attempt_limiter {
public:
  explicit attempt_limiter(attempt_policy policy = {}) : policy_{policy} {}

  /// Zero: `key` may try, and the try counts. Else how long it has to wait from `now`, and nothing has changed.
  [[nodiscard]] duration take(std::string_view key, time_point now);
  void succeeded(std::string_view key);
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
  struct entry {
    unsigned tries{};
    time_point last;
    time_point allowed;
  };
  void make_room(time_point now);

  attempt_policy policy_;
  std::unordered_map<std::string, entry> entries_;
};

} // namespace ringmaster::auth
