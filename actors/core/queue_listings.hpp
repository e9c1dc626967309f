// SPDX-License-Identifier: Apache-2.0
/// When to ask a server for its queues (QueueStatus), and for which of them.
///
/// A listing is taken for these reasons, the first that is due first:
///
/// - **All of them**, after a login and a moment after the server was reloaded: members of queues.conf change without
///   an event of their own.
/// - **A question**: somebody has to know now what a queue holds. At once, `pace::apart` after the last one.
/// - **A doubt**: a queue says that what it believes may be out of date. At most once in `pace::doubts`; several queues
///   in doubt are one listing of all.
/// - **The audit**: `queue reload` tells nothing, nor does a changed row of a realtime database. So the queues are asked
///   for one after the other, for ever: those that somebody watches (a campaign dials for their members) each `watched`,
///   the others each `others`. A watched queue that was never listed is asked for at once.
///
/// One listing is under way at a time. The audit costs the server one QueueStatus of one queue (an event for the queue,
/// each member and each caller who waits) for each watched queue in 40 s, and never more than four of them a second: with
/// more than 160 watched queues each has to wait for longer.
///
/// Pure; `due` is O(1) until something changes, and then O(queues).
#pragma once

#include "protocol/time.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace ringmaster::core {

class queue_listings {
public:
  using span = std::chrono::nanoseconds;

  struct pace {
    span doubts{std::chrono::seconds{30}};   ///< between two listings that doubts ask for
    span watched{std::chrono::seconds{40}};  ///< a watched queue is listed at least so often
    span others{std::chrono::minutes{5}};    ///< likewise any other
    span apart{std::chrono::milliseconds{250}}; ///< between two listings of single queues
    span patience{std::chrono::seconds{30}}; ///< a listing that has not ended by then is given up
  };

  explicit queue_listings(pace p) noexcept : pace_{p} {}

  /// All queues are to be listed at `at`, or with an earlier wish for that.
  void want_all(time_point at);
  /// Somebody has to know what `queue` holds.
  void want(std::string_view queue) { wanted_.emplace(queue); }
  /// What `queue` believes may be wrong.
  void doubt(std::string_view queue);
  /// Somebody's work depends on the queue, or, not `on`, nobody's any more.
  void watch(std::string_view queue, bool on);
  /// The server has told of the queue: it takes part in the audit.
  void heard_of(std::string_view queue);
  /// The server has no such queue: it is asked for again only while it is watched.
  void absent(std::string_view queue);

  /// The queue to be asked for now, empty for all; nothing: none. Gives up a listing that takes too long.
  [[nodiscard]] std::optional<std::string> due(time_point now);
  /// `queue` (empty: all) is asked for.
  void began(const std::string& queue, time_point now);
  /// `complete`: the whole list was heard. Otherwise what had asked for it asks again, not at once.
  void ended(bool complete);
  /// The connection is gone, and with it all wishes: the next login lists everything.
  void lost();

  [[nodiscard]] bool under_way() const noexcept { return under_way_.has_value(); }

private:
  struct known_queue {
    std::optional<time_point> listed; ///< when the last listing that told of it began
    bool watched{false};
    bool there{false}; ///< the server has told of it
  };
  struct listing {
    std::string queue; ///< empty: all
    time_point began;
    bool of_doubt{false}, of_question{false};
  };

  void look_for_next();

  pace pace_;
  std::map<std::string, known_queue, std::less<>> queues_;
  std::set<std::string, std::less<>> wanted_, doubted_;
  std::optional<time_point> all_at_, last_doubt_, last_single_;
  std::optional<listing> under_way_;
  // The audit's next one, as long as nothing changes.
  bool stale_{true};
  std::string next_;
  std::optional<time_point> next_at_; ///< nothing: no queue takes part
};

} // namespace ringmaster::core
