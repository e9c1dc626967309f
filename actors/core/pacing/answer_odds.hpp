// SPDX-License-Identifier: Apache-2.0
/// How much more or less likely than the campaign's usual call a call is to be answered by a person: log odds
/// that its list, the hour, the attempt and the number dialed add up to.
///
/// A logistic regression with a random effect for each list, hour of the day, attempt and number. Each effect
/// is a mean and a variance, drawn to nothing until calls say otherwise (the variance it begins with is how
/// much such effects usually differ), and corrected with each call that has come to an end by one step of
/// Newton's method. An effect that is hardly seen stays near nothing; one that changes is followed, since its
/// variance never falls to nothing.
///
/// Memory is bounded: lists and numbers share a fixed number of places, and who comes to a place that is
/// taken begins anew there.
///
/// Pure. Both `of` and `learn` are O(1): at most four places are looked at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringmaster::core {

/// What is known of a call. Zero: not known.
struct answer_traits {
  std::uint32_t list{0}, attempt{0}, number{0};
  std::uint8_t hour{0}; ///< of the day, 0 … 23; always known
};

class answer_odds {
public:
  static constexpr std::size_t hours = 24, attempts = 16, lists = 256, numbers = 4096;

  /// Log odds to be added to those of the usual call.
  [[nodiscard]] double of(const answer_traits& call) const noexcept;
  /// What a call came to that would now be expected to be answered with `probability`. Tell calls together
  /// that were begun together, not each as it ends: the first to end are failures.
  void learn(const answer_traits& call, double probability, bool answered) noexcept;

  // What is kept over a restart: bytes of this machine.
  [[nodiscard]] std::string save() const;
  /// False, and nothing changed, when the bytes are not what `save` wrote.
  [[nodiscard]] bool restore(std::string_view bytes) noexcept;

private:
  struct effect {
    std::uint32_t key{0};
    float mean{0};
    float variance{0}; ///< 0: never seen
  };
  [[nodiscard]] static std::size_t place(std::uint32_t key, std::size_t of) noexcept;

  std::array<effect, hours> hour_{};
  std::array<effect, attempts> attempt_{};
  std::array<effect, lists> list_{};
  std::array<effect, numbers> number_{};
};

} // namespace ringmaster::core
