// SPDX-License-Identifier: Apache-2.0
/// What may happen many times a second and is told now and then.
#pragma once

#include "protocol/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster {

/// A complaint that may be made once in so long, a minute unless told otherwise. The first is made at once. Pure; not
/// thread-safe.
class seldom {
public:
  explicit constexpr seldom(duration every = std::chrono::minutes{1}) noexcept : every_{every} {}

  /// It has happened. Whether to tell of it now, and then how often it has happened since it was told last, this time
  /// included.
  [[nodiscard]] std::optional<std::uint64_t> due(time_point now) noexcept {
    ++count_;
    if (next_ && now < *next_)
      return std::nullopt;
    next_ = now + every_;
    const auto count = count_;
    count_ = 0;
    return count;
  }

private:
  duration every_;
  std::optional<time_point> next_{};
  std::uint64_t count_{0};
};

/// The same for each text of a kind of complaint, of which there are few: those beyond `most_texts` share what is left. Any
/// thread; a lock, for what is rare.
class seldom_by_text {
public:
  static constexpr std::size_t most_texts = 64;

  [[nodiscard]] std::optional<std::uint64_t> due(std::string_view what, time_point now) {
    const std::lock_guard lock{guard_};
    if (const auto at = known_.find(what); at != known_.end())
      return at->second.due(now);
    return (known_.size() < most_texts ? known_[std::string{what}] : others_).due(now);
  }

private:
  std::mutex guard_;
  std::map<std::string, seldom, std::less<>> known_;
  seldom others_;
};

} // namespace ringmaster
