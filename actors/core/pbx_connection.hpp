// SPDX-License-Identifier: Apache-2.0
/// How far the connection to an Asterisk server has come, what is to be done about it now, and what its end means.
///
///     idle ──▶ greeting ──▶ challenge ──▶ login ──▶ booting ──▶ listing ──▶ ready
///      ▲          │             │           │          │           │          │
///      └──────────┴─────────────┴───────────┴──────────┴───────────┴──────────┘ lost, refused
///
/// Pure: every call says what time it is, of a clock that never steps. Who owns it opens and closes the connection, sends and
/// reads; each step is told here and says whether it was waited for, so that what comes late, twice or unasked changes nothing.
#pragma once

#include "actors/core/backoff.hpp"
#include "protocol/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::core {

class pbx_connection {
public:
  enum class phase : std::uint8_t {
    idle,      ///< there is none
    greeting,  ///< Asterisk's first line has not come
    challenge, ///< asked for
    login,     ///< sent
    booting,   ///< logged in; Asterisk may still be loading its modules
    listing,   ///< its channels and queues are being asked for, and what we may hear
    ready,
  };

  // Asterisk writes to a manager that is logged in whenever anything happens, and answers a ping at once.
  static constexpr std::chrono::seconds ping_every{10}, silence_limit{25};
  static constexpr std::chrono::seconds login_limit{30};  ///< from the connection to the end of the login; and for the lists
  static constexpr std::chrono::seconds boot_limit{120};  ///< loading many modules takes long
  static constexpr std::chrono::seconds boot_patience{5}; ///< FullyBooted comes at once where it may be heard
  static constexpr std::chrono::seconds steady_after{2};  ///< a connection that lasts for so long ends a series of attempts

  /// The same seed gives the same waits.
  explicit pbx_connection(std::uint64_t seed) noexcept : retry_{seed} {}

  enum class due : std::uint8_t {
    nothing,
    connect,
    ping,
    ask_whether_booted, ///< FullyBooted is told to whoever may read the class system alone: who may not has to ask
    give_up,            ///< `why_give_up` says why; `lost` is to follow
  };
  /// What is to be done now; each is said once.
  [[nodiscard]] due look(time_point now);
  [[nodiscard]] std::string_view why_give_up() const noexcept { return why_; }

  // --- what has happened
  void connecting(time_point now);
  void opened(time_point now);                 ///< the port has taken the connection
  void heard(time_point now) { heard_ = now; } ///< anything at all
  [[nodiscard]] bool greeted();
  [[nodiscard]] bool challenge_answered();
  [[nodiscard]] bool logged_in(time_point now);
  [[nodiscard]] bool booted(time_point now);
  [[nodiscard]] bool listed(time_point now); ///< from here on it is ready

  /// What the end of a connection means.
  struct loss {
    bool was_ready{};
    std::string why;                  ///< with what it means in the phase that it happened in
    std::chrono::milliseconds wait{}; ///< until `look` says `connect`
    bool worth_telling{};             ///< the first few of a series of attempts, then one in twenty
  };
  [[nodiscard]] loss lost(std::string_view why, time_point now);
  /// The login was refused: what only somebody can mend who changes a setting, here or there. Waits longer.
  [[nodiscard]] loss refused(std::string_view why, time_point now);
  /// The settings are others: what was refused before says nothing any more, and the next attempt may begin at once.
  void start_anew() noexcept;

  // --- what can be seen
  [[nodiscard]] phase at() const noexcept { return phase_; }
  [[nodiscard]] bool is_ready() const noexcept { return phase_ == phase::ready; }
  [[nodiscard]] bool is_idle() const noexcept { return phase_ == phase::idle; }
  /// Logged in, and booted as far as Asterisk says: actions are answered.
  [[nodiscard]] bool is_answered() const noexcept { return phase_ == phase::listing || phase_ == phase::ready; }
  [[nodiscard]] bool is_refused() const noexcept { return refusals_ > 0; }       ///< the last login was
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; } ///< empty: none
  [[nodiscard]] std::optional<time_point> trouble_since() const noexcept { return trouble_since_; }
  [[nodiscard]] time_point ready_since() const noexcept { return ready_since_; }

private:
  [[nodiscard]] std::string in_words(std::string_view why) const;
  [[nodiscard]] bool go(phase from, phase to) noexcept;
  [[nodiscard]] loss ended(std::string why, std::chrono::milliseconds wait, bool worth_telling, time_point now);

  phase phase_{phase::idle};
  backoff retry_;
  std::uint32_t refusals_{0}; ///< logins refused one after the other
  bool opened_{false};
  time_point heard_{}, until_{}, next_connect_{}, next_ask_{}, ready_since_{};
  std::string trouble_{"not connected yet"};
  std::optional<time_point> trouble_since_;
  std::string_view why_;
};

} // namespace ringmaster::core
