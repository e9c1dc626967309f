// SPDX-License-Identifier: Apache-2.0
/// What one Asterisk server can still be asked for, with all that is meant for it already.
///
/// A campaign looks at this before it begins calls. What the server's own actor publishes comes too late for that:
/// between the decision and the Originate a call is leased, written to the disk and sent, and meanwhile the campaign,
/// or another one, would see the same free channel and the same token again. So each call is counted here at the moment
/// in which it is meant for the server. The server's actor keeps to the rate by a bucket of its own all the same.
///
/// Threads: any. Each call is a short lock.
#pragma once

#include "actors/core/token_bucket.hpp"

#include <cstdint>
#include <mutex>

namespace ringmaster {

class server_room {
public:
  /// `rate` originates a second, `burst` of them at once; `channels`: calls that it may carry.
  server_room(double rate, double burst, std::int64_t channels, time_point now)
      : channels_{channels}, bucket_{rate, burst, now} {}

  [[nodiscard]] std::int64_t channels() const noexcept { return channels_; }
  /// Calls of all campaigns that it carries or is about to get. More than `channels` when so many were up before.
  [[nodiscard]] std::int64_t calls() const {
    const std::scoped_lock lock{guard_};
    return calls_;
  }
  /// Originates that the rate allows now.
  [[nodiscard]] std::int64_t tokens(time_point now) {
    const std::scoped_lock lock{guard_};
    return bucket_.available(now);
  }
  /// When it allows one: `now` when it does already.
  [[nodiscard]] time_point next_token(time_point now) {
    const std::scoped_lock lock{guard_};
    return bucket_.next(now);
  }

  /// A call is to be begun on it. False: no, somebody else has taken the last token or channel. Each call that was claimed
  /// is `left` once.
  [[nodiscard]] bool claim(time_point now) {
    const std::scoped_lock lock{guard_};
    if (calls_ >= channels_ || bucket_.take(1, now) == 0)
      return false;
    ++calls_;
    return true;
  }
  /// A call that was up before this process.
  void adopt() {
    const std::scoped_lock lock{guard_};
    ++calls_;
  }
  void left() {
    const std::scoped_lock lock{guard_};
    --calls_;
  }

private:
  mutable std::mutex guard_;
  const std::int64_t channels_;
  core::token_bucket bucket_;
  std::int64_t calls_{0};
};

} // namespace ringmaster
