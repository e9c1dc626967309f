// SPDX-License-Identifier: Apache-2.0
/// Who may try a password now. Pure: takes `now`; one thread at a time.
///
/// Passwords of a user are guessed from one address or from a thousand, one after the other or all at once. What may be
/// checked of it is bounded by user, not by address alone, and counted when a try is let through, not when it has failed. A
/// bound by user alone would let anybody lock the owner out. So there are two ways in:
///
/// - **Known networks**, from which that user has signed in before, have their own count each (`attempt_limiter`).
/// - **All others together** have a bucket of tries: `burst` at once, then one every `refill`. While it is empty, the next
///   try is promised to the network that has asked for the least of late, and kept for it for a while. So whoever asks for
///   the first time goes before a thousand that ask on and on. (Where each guess comes from a network of its own, which has
///   never asked before, an owner on a new network is one of many, and may have to wait for longer than `refill`.)
///
/// A right password gives its try back. Users are told apart by `slots` buckets, chosen by a salted hash of the name, so that
/// names that do not exist are treated as those that do, and made-up names cost no memory.
#pragma once

#include "http/auth/attempts.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ringmaster::auth {

struct sign_in_policy {
  attempt_policy known{};                   ///< of one user from one network that is known
  unsigned burst{8};                        ///< tries of a user from all other networks, at once
  std::chrono::seconds refill{40};          ///< one more of them; with `burst`, 98 an hour
  std::chrono::seconds kept{20};            ///< that a promised try waits for whom it was promised
  std::chrono::seconds remembered{86'400};  ///< what a network has asked for counts that long
  std::size_t slots{128};
  std::size_t most_networks{20'000};        ///< that are remembered for what they asked for
  std::size_t known_of_a_user{64};          ///< the one not seen for longest is forgotten
};

class sign_in_guard {
public:
  /// `salt`: random, and nobody's business.
  explicit sign_in_guard(sign_in_policy policy, std::string salt);

  struct verdict {
    bool check{};    ///< check the password; the try is counted
    duration wait{}; ///< else: when to ask again
  };

  /// `network`: as `http::client_network` gives it.
  [[nodiscard]] verdict ask(std::string_view user, std::string_view network, time_point now);
  /// The password of a try was right. True when that changed what `known()` gives by more than a day.
  bool right(std::string_view user, std::string_view network, time_point now, time_point date);
  /// A try was let through and not checked: among those of strangers it counts no more.
  void unchecked(std::string_view user, std::string_view network, time_point now);
  [[nodiscard]] bool knows(std::string_view user, std::string_view network) const;

  /// The known networks, a line each: date in seconds since 1970, network, user. For `remember` of the next process.
  [[nodiscard]] std::string known() const;
  /// Lines that cannot be read are passed over.
  void remember(std::string_view lines);

private:
  struct bucket {
    double tries;
    time_point filled{};
    std::uint64_t promised_to{}; ///< a network's key; 0: nobody
    unsigned its_rank{};
    time_point promised_until{};
  };
  struct asked {
    unsigned times{};
    time_point last{};
  };

  bucket& bucket_of(std::string_view user, time_point now);
  [[nodiscard]] std::uint64_t key_of(std::string_view user, std::string_view network) const;
  unsigned count(std::uint64_t key, time_point now);
  void forget_some(time_point now);

  sign_in_policy policy_;
  std::string salt_;
  attempt_limiter by_known_;
  std::vector<bucket> buckets_;
  std::unordered_map<std::uint64_t, asked> asked_;
  std::map<std::string, std::map<std::string, time_point, std::less<>>, std::less<>> known_; ///< user → network → date
};

} // namespace ringmaster::auth
