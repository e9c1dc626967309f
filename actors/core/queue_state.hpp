// SPDX-License-Identifier: Apache-2.0
/// One queue of one PBX: its members, what each is doing, and who waits.
///
/// A member can take a call now by app_queue's own rules: not paused, its device not in use (or unknown; or
/// in use with `ringinuse`), its wrap-up over. On top of that, members that are rung for or talk to a caller
/// of this queue (AgentCalled, AgentConnect, `InCall`) are not free whatever their device says: the state of
/// a Local channel's device lags behind, and with /n it may say "not in use" during a call.
///
/// A member who is paused with the reason "wrap-up", "after-call work" or "ACW" (in any case, with or without hyphens)
/// is in wrap-up, not paused: that is how agents' desktops tell it. So is one who pauses within seconds of a call for
/// a reason with which that is usual in this queue, and, where such pauses are usual, whoever has just ended a call
/// (`after_call_habits`).
///
/// A resync (QueueStatus) replaces everything at its end; until then the old picture stands. Live events
/// between the beginning and the end of a resync count for both. A listing that tells nothing of the queue says that the
/// server has no such queue (any more).
///
/// Lists do not tell `ringinuse`; what an event told of it is kept until the member's login time changes, which a reload
/// sets anew. From then on the member counts as one who is not rung while in use, until an event says otherwise: too
/// little is dialed for such a member then, never too much.
///
/// A ringing, and a talk, have several ends, of which the first that is heard of counts: the member's own leg hangs up; the
/// caller for whom he is rung gives up, or meets another agent; AgentRingNoAnswer, AgentComplete; the device is not in use
/// any more. After a Hangup or a Redirect over AMI, for one, no AgentComplete ever comes. The leg of a Local channel that is
/// optimised away ends before its talk does, and counts for the ringing alone; such talks end with the caller's channel.
///
/// Events may be lost. Who is busy, rung for or waiting although nothing has been heard of that for a while is *in
/// doubt*: the server is to be asked for the queue, and its answer is the new truth.
///
/// Pure. An event is O(1); counting is O(members).
#pragma once

#include "actors/core/after_call_habits.hpp"
#include "actors/core/agent_presence.hpp"
#include "actors/core/pacing.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ringmaster::core {

/// A member as its events show it; what is missing stays as it was. Texts are borrowed.
struct member_update {
  std::string_view interface; ///< its identity
  std::string_view name;
  std::string_view state_interface;   ///< whose device state counts; empty: the interface
  std::optional<std::int64_t> status; ///< device state: 0 unknown, 1 not in use, 2 in use, 3 busy, 4 invalid,
                                      ///< 5 unavailable, 6 ringing, 7 ringing in use, 8 on hold
  std::optional<bool> paused, in_call, ring_in_use;
  std::optional<std::int64_t> penalty, calls_taken;
  std::optional<std::chrono::sys_seconds> last_call;
  std::optional<std::chrono::sys_seconds> last_pause; ///< its beginning; of a list
  std::optional<std::chrono::sys_seconds> login_time; ///< set anew when the queue is reloaded
  std::optional<std::chrono::seconds> wrapup;
  std::string_view paused_reason;
};

struct queue_member {
  std::string name, paused_reason, state_interface;
  std::int64_t status{0}, penalty{0}, calls_taken{0};
  bool paused{false}, ring_in_use{false};
  bool in_call{false};                 ///< as `InCall` says
  bool on_call{false};                 ///< AgentConnect without AgentComplete
  std::optional<time_point> rung;      ///< AgentCalled at, not yet answered
  std::string caller, leg;             ///< unique ids of that ringing's or talk's; empty: not told
  bool leg_moved{false};               ///< `leg` has taken the place of a Local channel's, and ends with the talk
  std::optional<time_point> left;      ///< the caller left the queue, to whom is not known yet
  std::optional<time_point> wrap_from; ///< end of the last call
  std::optional<time_point> talks_since; ///< of a call whose AgentConnect was not heard
  std::optional<time_point> completed; ///< the same, as long as it is open whether a pause follows
  bool after_call{false};              ///< paused for work that belongs to the last call
  std::chrono::seconds wrapup{0};
  std::optional<std::chrono::sys_seconds> login_time;
  std::optional<time_point> last_pause;  ///< its beginning, as a list told it
  time_point heard{};                  ///< when an event or a list last told of it
  // as `agents` told it last
  agent_key key{0};
  std::optional<agent_state> told;
  time_point told_since{};
  bool told_or_before{false};
  bool listed{false};                    ///< by a list: he may have been a member for long
};

/// A leg by which a queue reaches one of its members, and who is bridged: a channel of CoreShowChannels.
struct agent_leg {
  std::string channel; ///< its name
  time_point since;    ///< when it was made
};

/// Who is behind a key of `agent_status`.
struct agent_identity {
  agent_key agent{0};
  std::string name, interface, server;
  std::string paused_reason; ///< as given with the last pause; of an agent who is not paused empty
  bool operator==(const agent_identity&) const = default;
};

/// What a member's ringing came to, or that he came out of a pause.
struct member_news {
  std::string interface;
  std::optional<ring_end> rang; ///< nothing: he is there again
  duration for_how_long{0};
};

enum class member_activity : std::uint8_t { available, ringing, on_call, wrap_up, paused, unavailable };
[[nodiscard]] std::string_view name(member_activity a) noexcept;

class queue_state {
public:
  /// `default_wrapup` stands in for members whose own is 0: the queue's `wrapuptime` is not told over AMI.
  /// `doubt_after`: see `in_doubt_from`.
  explicit queue_state(std::string name, std::chrono::seconds default_wrapup = std::chrono::seconds{0},
                       std::chrono::nanoseconds doubt_after = std::chrono::seconds{60});

  // Resync: QueueParams begins, QueueMember and QueueEntry follow, QueueStatusComplete ends. `list` is the ActionID of
  // the listing: that somebody else asks for one as well does no harm.
  void resync_begin(std::string_view list = {});
  void resync_member(const member_update& m);
  void resync_entry(std::string_view unique_id);
  void resync_end(time_point now);
  /// The end of a listing that the queue should be in: a resync, if that told of it. Otherwise the server has no such
  /// queue: it has no members and no callers, and is not known.
  void listing_over(std::string_view list, time_point now);
  /// Then, if the channels were listed as well: since when those members talk whose calls were connected unheard.
  void resync_legs(std::span<const agent_leg> legs);

  // Live.
  void member_added(const member_update& m, time_point now);
  void member_removed(std::string_view interface);
  /// QueueMemberStatus, …Pause, …Penalty, …Ringinuse.
  void member_changed(const member_update& m, time_point now);
  /// `caller` and `leg` are the unique ids of both channels, as far as they are told.
  void agent_called(std::string_view interface, time_point now, std::string_view caller = {}, std::string_view leg = {});
  /// Whoever else is rung for the same caller is not any more.
  void agent_connected(std::string_view interface, time_point now, std::string_view caller = {}, std::string_view leg = {});
  /// AgentComplete. Of an earlier call than the one that the agent is in or rung for, it counts as its end alone.
  void agent_completed(std::string_view interface, time_point now, std::string_view caller = {});
  /// AgentRingNoAnswer: he did not pick up, or his telephone would not.
  void agent_unanswered(std::string_view interface, time_point now);
  /// AgentDump.
  void agent_released(std::string_view interface, time_point now);
  void caller_joined(std::string_view unique_id, time_point now);
  /// QueueCallerLeave: to an agent, of whom is heard at once, or otherwise.
  void caller_left(std::string_view unique_id, time_point now);
  /// QueueCallerAbandon, or he was sent away: nobody is rung for the caller any more.
  void caller_abandoned(std::string_view unique_id, time_point now);
  /// Hangup of a caller's or a member's channel.
  void channel_ended(std::string_view unique_id, time_point now);
  /// BridgeEnter with SwapUniqueid: another channel goes on in that one's place, a caller's or a member's leg.
  void channel_replaced(std::string_view unique_id, std::string_view by);

  [[nodiscard]] const std::string& queue_name() const noexcept { return name_; }
  /// False until the first resync has ended, and while the server has no such queue.
  [[nodiscard]] bool known() const noexcept { return known_; }
  [[nodiscard]] const std::unordered_map<std::string, queue_member>& members() const noexcept {
    return members_;
  }
  /// Unique ids, and when each was last heard of.
  using callers_heard = boost::unordered_flat_map<std::string, time_point>;
  [[nodiscard]] const callers_heard& callers() const noexcept { return callers_; }

  [[nodiscard]] member_activity activity(const queue_member& m, time_point now) const noexcept;
  [[nodiscard]] std::int64_t available_members(time_point now) const noexcept;
  /// All counts; `soon` are wrap-ups that end within `horizon`.
  [[nodiscard]] availability counts(time_point now,
                                    std::chrono::seconds horizon = std::chrono::seconds{5}) const noexcept;
  /// Everybody who is logged in, with the time since which he does what he does. Keys are those of `agent_key_of`: the same in
  /// all queues of a server, others on another. Who is a member by two interfaces is named once, as the busier of them.
  [[nodiscard]] std::vector<agent_status> agents(std::string_view server, time_point now);
  /// Who those are. O(members) and a few texts each: to be called when `identities_changed`.
  [[nodiscard]] std::vector<agent_identity> identities(std::string_view server) const;
  /// Whether a name, a reason or who is a member has changed since the last time this was asked.
  [[nodiscard]] bool identities_changed() noexcept { return std::exchange(identities_changed_, false); }
  /// What has come of ringings since this was last asked, in order; at most some hundreds are kept.
  [[nodiscard]] std::vector<member_news> take_news(time_point now);
  [[nodiscard]] agent_key key_of(std::string_view server, std::string_view interface) const;
  /// When time alone changes the counts next: a wrap-up's end or a ringing that has gone on too long.
  [[nodiscard]] std::optional<time_point> next_change(time_point now) const noexcept;
  /// When the first member who is on a call or rung for, or caller who waits, has been left unmentioned for
  /// `doubt_after`; may be past. Nothing: nobody is, or the queue has never been listed.
  [[nodiscard]] std::optional<time_point> in_doubt_from(time_point now) const noexcept;

private:
  void apply(queue_member& m, const member_update& u, time_point now, bool live);
  void pauses(queue_member& m, time_point now);
  void stays(std::string_view interface);
  template <class Which>
  void release(time_point now, std::optional<ring_end> came_to, Which&& which);
  void note(std::string_view interface, std::optional<ring_end> rang, duration rung = duration{0});
  [[nodiscard]] std::optional<time_point> wrap_up_end(const queue_member& m) const noexcept;

  std::string name_;
  std::string list_; ///< the listing that the resync is of
  std::chrono::seconds default_wrapup_;
  std::chrono::nanoseconds doubt_after_;
  bool known_{false}, resyncing_{false}, identities_changed_{false};
  std::unordered_map<std::string, queue_member> members_, fresh_members_;
  callers_heard callers_, fresh_callers_;
  after_call_habits habits_;
  duration settling_{0}; ///< as `habits_` says
  /// Legs that ended while they rang: what comes next, or does not within moments, says why.
  struct ended_ring {
    std::string interface, caller;
    duration rung;
    time_point at;
  };
  void explain_rings(std::string_view caller, std::optional<ring_end> came_to);
  std::vector<ended_ring> unexplained_;
  std::vector<member_news> news_;
};

} // namespace ringmaster::core
