// SPDX-License-Identifier: Apache-2.0
/// Whether an agent whose telephone his queue takes for free will pick it up within the grace, as his last calls show.
///
/// Three kinds of agents are told apart: those who pick up, those who do so now and then, and those who are not there. What
/// each ring came to moves belief between them by Bayes' rule. Belief goes back to what is usual within minutes, because
/// people come back: so somebody who was absent is tried again now and then. One call picked up in time says that he is there,
/// two that were not, that he is probably away.
///
/// Pure, O(1).
#pragma once

#include "protocol/time.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace ringmaster::core {

/// The reason of the pause of who does not answer, as Asterisk shows it.
inline constexpr std::string_view does_not_answer = "does not answer";

/// What a ringing came to.
enum class ring_end : std::uint8_t {
  picked_up,
  unanswered,  ///< it rang until the queue gave up, was rejected, or failed
  caller_gone, ///< the caller left while it rang
};

class agent_presence {
public:
  /// `grace`: a caller waits this long. A caller who goes sooner than half of it says nothing of the agent; about when it ends
  /// is when he is hung up on.
  void rang(ring_end end, duration rung, duration grace, time_point now) noexcept;
  /// He has just shown that he is there: he came out of a pause, or logged in.
  void is_there(time_point now) noexcept;

  /// The probability that he picks up the next call within the grace.
  [[nodiscard]] double answers(time_point now) const noexcept;
  /// Calls in a row that he left unanswered.
  [[nodiscard]] std::int64_t unanswered() const noexcept { return unanswered_; }
  /// Nothing is known of him that is not so of others.
  [[nodiscard]] bool usual(time_point now) const noexcept;

private:
  using belief = std::array<double, 3>; ///< picks up, now and then, is not there
  static constexpr belief usual_{0.97, 0.02, 0.01};
  [[nodiscard]] belief at(time_point now) const noexcept;
  void learn(const belief& likely, time_point now) noexcept;

  belief of_{usual_};
  time_point as_of_{};
  std::int64_t unanswered_{0};
};

} // namespace ringmaster::core
