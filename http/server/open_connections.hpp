// SPDX-License-Identifier: Apache-2.0
/// How many connections are open, in all and by client network. Any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace ringmaster::http {

class open_connections : public std::enable_shared_from_this<open_connections> {
public:
  open_connections(std::size_t most, std::size_t most_of_one) noexcept : most_{most}, most_of_one_{most_of_one} {}

  /// Counts one more of `network` (`client_network`) until the returned value goes; null when there are as many as there
  /// may be.
  [[nodiscard]] std::shared_ptr<void> enter(const std::string& network) {
    {
      const std::lock_guard lock{guard_};
      auto& of_this = by_network_[network];
      if (all_ >= most_ || of_this >= most_of_one_) {
        if (of_this == 0)
          by_network_.erase(network);
        return nullptr;
      }
      ++of_this;
      ++all_;
    }
    return {static_cast<void*>(this), [self = shared_from_this(), network](void*) { self->leave(network); }};
  }

private:
  void leave(const std::string& network) {
    const std::lock_guard lock{guard_};
    --all_;
    const auto at = by_network_.find(network);
    if (--at->second == 0)
      by_network_.erase(at);
  }

  const std::size_t most_, most_of_one_;
  std::mutex guard_;
  std::size_t all_{};
  std::unordered_map<std::string, std::size_t> by_network_;
};

} // namespace ringmaster::http
