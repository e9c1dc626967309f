// SPDX-License-Identifier: Apache-2.0
/// What a campaign has done during the last hour: the figures of charts, rates of the last minute, and when its list
/// is done if it goes on like that.
///
/// Everything is kept as sums that only grow, so that a figure over any stretch of time is a quotient of two
/// differences: nothing has to be decided about stretches when it is recorded, and a sample that was missed loses
/// resolution and nothing else.
///
/// Pure; times are arguments. Not thread-safe. `at` is O(1), and O(samples) each `history_step`; the figures are O(log samples), of
/// the answer rate O(60). 360 samples of 88 bytes are kept once, those who read included.
#pragma once

#include "protocol/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace ringmaster::core {

inline constexpr duration history_step = std::chrono::seconds{10};
inline constexpr std::size_t history_steps = 360; ///< an hour
/// Less than that is noise. 30 calls tell a rate of 30 % to within 8 points (one standard error: √(p(1−p)/n)).
inline constexpr std::int64_t rate_at_least = 30;
inline constexpr duration share_at_least = std::chrono::seconds{15};

/// What a campaign knows of itself at a moment.
struct campaign_moment {
  std::int64_t begun{0};     ///< calls, since the campaign was created
  std::int64_t settled{0}, settled_answered{0}; ///< see core/settled_calls.hpp; since the process began
  std::int64_t answered{0}, connected{0}, abandoned{0};
  std::optional<std::int64_t> done; ///< entries of the list that need no further call; nothing: not known yet
  std::int64_t agents{0};      ///< now: free, rung for, talking or in wrap-up; nobody who is paused or away
  std::int64_t agents_busy{0}; ///< of those: talking or in wrap-up
};

struct campaign_sample {
  time_point at;   ///< a moment (`clock`), which figures are made from
  time_point date; ///< the same, as the wall clock said then: for readers
  std::int64_t begun{0}, settled{0}, settled_answered{0}, answered{0}, connected{0}, abandoned{0};
  // Since the process began:
  std::int64_t done{0};                     ///< entries that came to need no further call
  double agent_seconds{0}, busy_seconds{0}; ///< `agents` and `agents_busy` over time
};

class campaign_history {
public:
  /// To be called a few times a second; less often where nothing happens. A clock that goes back adds nothing until it has caught up.
  /// `date_ahead`: how far dates are ahead of moments now.
  void at(time_point now, const campaign_moment& m, duration date_ahead = {});

  /// Samples, oldest first, one each `history_step`, at the first call within it. The same pointer as long as none was added; never null.
  [[nodiscard]] const std::shared_ptr<const std::vector<campaign_sample>>& samples() const noexcept { return samples_; }
  /// The sums by now; its `at` is that of the last call of `at`.
  [[nodiscard]] const campaign_sample& sums() const noexcept { return now_; }

  // Over the last `window`, or since the beginning when that is shorter.
  /// Time that agents were talking or in wrap-up, of the time they were there and not paused. Nothing: nobody was there, or
  /// less than `share_at_least` was seen.
  [[nodiscard]] std::optional<double> busy_share(duration window) const;
  /// Answered calls of those that are settled (core/settled_calls.hpp); over as much more than `window`, ten minutes at most,
  /// as it takes to have `rate_at_least` of them. Nothing: there are not as many.
  [[nodiscard]] std::optional<double> answer_rate(duration window) const;
  /// 0 when nothing has been seen yet.
  [[nodiscard]] double calls_per_second(duration window) const;

  /// The date at which `left` entries will be done at the pace of the last ten minutes, to the second. Nothing: less than a minute
  /// was seen, or none was done in that time.
  [[nodiscard]] std::optional<time_point> expected_end(std::int64_t left) const;

private:
  /// The newest sample that is at least `window` old, else the oldest.
  [[nodiscard]] const campaign_sample* before(duration window) const;

  campaign_sample now_;
  campaign_moment last_;
  bool begun_{false};
  std::shared_ptr<const std::vector<campaign_sample>> samples_{std::make_shared<const std::vector<campaign_sample>>()};
};

} // namespace ringmaster::core
