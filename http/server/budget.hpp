// SPDX-License-Identifier: Apache-2.0
/// A number of bytes that several share: who wants some takes them first, and is refused when there are none left.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace ringmaster::http {

/// Any thread. Lives as long as the last share of it.
class budget {
public:
  explicit budget(std::size_t limit) noexcept : limit_{limit} {}

  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    auto used = used_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ - used)
        return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }
  void give(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_{};
};

/// What one has taken of a budget; gives it back when it goes.
class budget_share {
public:
  explicit budget_share(std::shared_ptr<budget> of) noexcept : of_{std::move(of)} {}
  ~budget_share() { of_->give(bytes_); }
  budget_share(const budget_share&) = delete;
  budget_share& operator=(const budget_share&) = delete;

  /// To have `bytes` in all; false, and nothing changes, when there are not as many.
  [[nodiscard]] bool grow_to(std::size_t bytes) noexcept {
    if (bytes > bytes_) {
      if (!of_->take(bytes - bytes_))
        return false;
      bytes_ = bytes;
    }
    return true;
  }

private:
  std::shared_ptr<budget> of_;
  std::size_t bytes_{};
};

} // namespace ringmaster::http
