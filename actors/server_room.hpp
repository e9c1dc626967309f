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
  /// `rate` originates a second, `burst` of them at once.
  server_room(double rate, double burst, time_point now) : bucket_{rate, burst, now} {}

  /// Calls of all campaigns that the server carries or is about to get.
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

  /// A call is to be begun on it. False: no, since somebody else has taken the last token, or the last of `most` channels
  /// (0: no limit). Each call that was claimed is `left` once.
  [[nodiscard]] bool claim(std::int64_t most, time_point now) {
    const std::scoped_lock lock{guard_};
    if ((most > 0 && calls_ >= most) || bucket_.take(1, now) == 0)
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
  core::token_bucket bucket_;
  std::int64_t calls_{0};
};

} // namespace ringmaster
