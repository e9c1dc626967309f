// SPDX-License-Identifier: Apache-2.0
/// How many calls were answered, of those that may be asked: calls in the order in which they were begun, each of which
/// counts as soon as it is known of it *and of all begun before it* whether it was answered.
///
/// Who divides answers by calls that have come to an end meets the quick ones first: an answer takes four seconds, no
/// answer thirty, so that a campaign's first minute, and the first after each restart, look like 100 %. Here a call that
/// still rings holds back those behind it, however they ended, and no end is more likely to be counted than another.
///
/// Pure; not thread-safe. O(1) a call, a byte for each that is held back.
#pragma once

#include <cstdint>
#include <deque>

namespace ringmaster::core {

class settled_calls {
public:
  using place = std::uint64_t;           ///< of a call, in the order of their beginning
  static constexpr place no_place = 0;   ///< of a call that was begun by another process: its likes are not known, it never counts

  [[nodiscard]] place begin() {
    fates_.push_back(fate::open);
    return first_ + fates_.size() - 1;
  }
  /// What is said first of a place counts; of `no_place` nothing does.
  void answered(place of) { is(of, fate::answered); }
  void unanswered(place of) { is(of, fate::unanswered); }
  /// Nobody knows: it is left out.
  void unknown(place of) { is(of, fate::unknown); }

  // Both only grow.
  [[nodiscard]] std::int64_t settled() const noexcept { return settled_; }
  [[nodiscard]] std::int64_t settled_answered() const noexcept { return answered_; } ///< of those

private:
  enum class fate : std::uint8_t { open, answered, unanswered, unknown };

  void is(place of, fate what) {
    if (of < first_ || of - first_ >= fates_.size() || fates_[of - first_] != fate::open)
      return;
    fates_[of - first_] = what;
    for (; !fates_.empty() && fates_.front() != fate::open; fates_.pop_front(), ++first_) {
      settled_ += fates_.front() != fate::unknown ? 1 : 0;
      answered_ += fates_.front() == fate::answered ? 1 : 0;
    }
  }

  place first_{no_place + 1}; ///< of `fates_`
  std::deque<fate> fates_;
  std::int64_t settled_{0}, answered_{0};
};

} // namespace ringmaster::core
