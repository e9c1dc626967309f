// SPDX-License-Identifier: Apache-2.0
/// One call that we began, from the originate to its end, as Asterisk tells it.
///
///                     refused ───────────────────────────────────────────────┐
///                        ▲                                                   ▼
///   begun ──► sent ──► queued ──► channel ──► ringing ──► answered ──────► ended (once)
///                        │           │           │           │  └► queued for an agent ─► with an agent
///                        │           └───────────┴─── hung up ┴──► (2 s for the OriginateResponse) ─► ended
///                        └── OriginateResponse: Failure ──► (2 s; 5 s if it has a channel) ─► ended
///   any ──► deadline ──► asks whether the channel lives ──► ended, outcome unknown, when nobody says so
///   any ──► the line to the PBX is lost ──► **out of sight**, until an event or a list says where the call stands
///
/// The picture shows the usual way only. Events come in any order, twice, or never, so that the machine does
/// not step along it: it collects *facts* (a channel was seen, it rang, it was answered, it hung up with
/// cause 17 …), facts only ever grow, and status, outcome and end are functions of the facts. The same events
/// in another order therefore give the same outcome.
///
/// What `res_dial` says, first match:
///
/// - 4 answered: Reason 4, state Up, DialStatus ANSWER, in a queue, with an agent
/// - 5 busy: Reason 5, DialStatus BUSY, cause 17
/// - 8 congestion: Reason 8, DialStatus CONGESTION or CHANUNAVAIL, a cause by which the network refuses (3 20 27
///   34 38 41 42 44 47 58 127); cause 18 or 102 without ringing, as of a dead trunk. Also, for the codes have none
///   for these and `res_dial_text` tells: no such number (cause 1 22 28; SIP 404 410 484 485 604) and declined
///   (cause 21; SIP 603 607 608)
/// - 3 rang without answer: Reason 3, cause 19, cause 18 or 102 after ringing; rang and failed with a cause that says
///   nothing (0 16 31), as of a dialplan that gives up, unless it was we who hung up
/// - 1 hung up: Reason 1, or hung up before the answer with another cause or after ringing
/// - 0: nothing of these: refused, no such technology or extension, events lost
///
/// A call goes on as long as the customer's channel does, whichever that is: a Local channel that is optimised away hangs
/// up while the customer talks on over the trunk's.
///
/// What a call out of sight has come to nobody knows: it may wait, or talk, or both may be over. Until that is known
/// it is nobody's to give up; `call_change::sight` says when it is lost and when it is seen again.
///
/// A SIP code, where Asterisk tells it, says more than the cause that Asterisk makes of it: 401, 402, 403 and 407
/// become cause 21 as 603 does, and are the carrier's refusal of us. Of a Local channel's two halves the one whose cause
/// says something counts: of a busy number the second half has 17 and the first 0. The second half is waited for as
/// long as an OriginateResponse.
///
/// With EarlyMedia Asterisk tells of a success (OriginateResponse with Reason 4, DialEnd ANSWER) at the network's 183, runs
/// the application then, and nobody may ever answer: of such a call the channel's Up alone is an answer.
///
/// Pure: no clock, no thread of its own. An event costs some tens of nanoseconds.
#pragma once

#include "protocol/outbound.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace ringmaster::core {

// --- what happens to a call; texts are borrowed for the duration of `call::on`

/// The Originate was written to the connection.
struct originate_sent {};
/// The Originate could not be written or was not allowed; no channel can exist.
struct originate_not_sent {
  std::string_view why;
};
/// "Response: Success" to the Originate.
struct originate_accepted {};
/// "Response: Error" to the Originate.
struct originate_refused {
  std::string_view message;
};
/// OriginateResponse. `reason` is Asterisk's; PJSIP says 0 for every failure.
struct originate_result {
  bool success{false};
  std::int64_t reason{0};
  std::string_view channel; ///< on failure merely what was dialed
};
/// Newchannel of our unique id.
struct channel_created {
  std::string_view channel;
};
/// Newstate: `ChannelState`, 5 ringing, 6 up.
struct channel_changed {
  std::int64_t state{0};
  std::string_view channel;
};
/// DialBegin towards our channel.
struct dial_began {};
/// DialState: RINGING, PROGRESS, PROCEEDING.
struct dial_progressed {
  std::string_view dial_status;
};
/// DialEnd: ANSWER, BUSY, NOANSWER, CONGESTION, CHANUNAVAIL ….
struct dial_ended {
  std::string_view dial_status;
};
/// Hangup of our channel (of a Local channel: of its first half), or of the one that has taken its place.
struct hung_up {
  std::int64_t cause{0};
  std::string_view cause_text;
  std::string_view tech_cause;  ///< the SIP code of a PJSIP channel ("503"), where Asterisk tells it
  std::string_view unique_id{}; ///< of the channel; empty: not told
};
/// Another channel has taken the place of ours: BridgeEnter with SwapUniqueid. Asterisk leaves Local channels out once voice
/// flows: the trunk's channel goes on, ours hangs up.
struct channel_replaced {
  std::string_view unique_id, channel; ///< of the one that goes on
};
/// Rename of our channel.
struct channel_renamed {
  std::string_view channel;
};
/// Newchannel of a Local channel's second half, which runs the dialplan.
struct second_half_created {};
/// LocalBridge: there is such an extension, and its dialplan is about to begin. If no DialBegin follows it has not begun, since
/// Asterisk is at a limit of its own (maxcalls, maxload), or it has hung up at once. Without such an extension there is no
/// LocalBridge either (seen with 22.10).
struct second_half_called {};
/// Its Hangup.
struct second_half_hung_up {
  std::int64_t cause{0};
  std::string_view cause_text;
};
/// We have asked for the call's end.
struct hang_up_asked {};
struct queue_joined {
  std::string_view queue;
};
struct queue_left {};
/// QueueCallerAbandon; comes when the queue's own timeout passes, too.
struct queue_abandoned {};
struct agent_connected {
  std::string_view interface;
};
struct agent_completed {};
/// The connection to the PBX is lost; the call may go on without us.
struct pbx_lost {};
/// Where a call stands, as the PBX's lists say.
enum class standing : std::uint8_t {
  unknown,   ///< up, and no list says what for
  not_up,    ///< it rings, or is being dialed
  waits,     ///< among a queue's callers
  talks,     ///< in a bridge with somebody who is not known to be an agent
  with_agent ///< in a bridge with a queue's agent
};
/// After a loss, or asked: the channel is there.
struct channel_alive {
  std::int64_t state{0};
  std::string_view channel;
  standing stands{standing::unknown};
  time_point since{};       ///< that it waits or talks
  std::string_view queue{}; ///< in which it waits
  std::string_view moved_to{}; ///< the unique id of the channel that has taken its place; empty: its own lives
};
/// After a loss, or asked: the channel is not there.
struct channel_vanished {};
/// `now` has reached `call::deadline()`.
struct deadline_passed {};

using call_event =
    std::variant<originate_sent, originate_not_sent, originate_accepted, originate_refused, originate_result,
                 channel_created, channel_changed, dial_began, dial_progressed, dial_ended, hung_up,
                 channel_replaced, channel_renamed, second_half_created, second_half_called, second_half_hung_up,
                 hang_up_asked, queue_joined, queue_left, queue_abandoned, agent_connected, agent_completed, pbx_lost,
                 channel_alive, channel_vanished, deadline_passed>;

// --- what comes of it

/// Things worth telling campaigns, queues and wallboards. Each happens at most once a call.
enum class milestone : std::uint8_t {
  channel = 1 << 0, ///< a channel exists
  ringing = 1 << 1,
  answered = 1 << 2,
  queued = 1 << 3,    ///< waits for an agent
  connected = 1 << 4, ///< talks to an agent
  agent_done = 1 << 5,
  abandoned = 1 << 6, ///< left the queue without an agent
  ended = 1 << 7,
};

/// A set of milestones.
struct milestones {
  std::uint8_t bits{0};
  [[nodiscard]] constexpr bool has(milestone m) const noexcept {
    return (bits & static_cast<std::uint8_t>(m)) != 0;
  }
  constexpr void add(milestone m) noexcept {
    bits = static_cast<std::uint8_t>(bits | static_cast<std::uint8_t>(m));
  }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits == 0; }
  bool operator==(const milestones&) const = default;
};

/// What is known of where a call stands, when that changes.
enum class call_sight : std::uint8_t {
  unchanged,
  lost,   ///< nobody hears of it: it may be anywhere, or over
  gained, ///< it is heard of again, and nothing was missed that counts: it is answered now, or meets its agent
  waits,  ///< it is heard of again, and waits for an agent
  talks,  ///< it is heard of again, and talks; to an agent if `connected` is reached
};

/// What one event changed. Nothing ever changes after `ended`.
struct call_change {
  milestones reached;         ///< new with this event
  bool status_changed{false}; ///< status, result, channel name: what a reader of the dialing can see
  bool ask_whether_alive{
      false}; ///< ask the PBX for the channel, then feed `channel_alive` or `channel_vanished`
  call_sight sight{call_sight::unchanged};
  time_point since{}; ///< that it waits or talks, if `sight` says so
};

struct call_times {
  std::chrono::nanoseconds liveness_every{
      std::chrono::seconds{60}}; ///< without a word of an answered call, until it is asked for; of use at most events
  std::chrono::nanoseconds dial_timeout{std::chrono::seconds{30}}; ///< the Originate's
  std::chrono::nanoseconds setup_grace{
      std::chrono::seconds{15}}; ///< beyond it, until something must have come
  std::chrono::nanoseconds result_grace{std::chrono::seconds{2}}; ///< hung up, until OriginateResponse
  std::chrono::nanoseconds cause_grace{std::chrono::seconds{5}};  ///< failed, until the Hangup and its cause
  std::chrono::nanoseconds liveness_patience{
      std::chrono::seconds{45}}; ///< until that question has an answer; listings are rare, and long ones take a while
  std::chrono::nanoseconds pbx_patience{std::chrono::minutes{30}};      ///< how long a lost PBX may stay away
  bool early_media{false}; ///< the Originate's EarlyMedia: an answer is the channel's Up alone
};

/// How well the end is known.
enum class call_ending : std::uint8_t {
  open,    ///< not ended
  known,   ///< the PBX told
  unknown, ///< it ended while nobody told us; what is known of it stands
};

/// What a call says of the way that it took, and not only of whom it was for.
enum class call_evidence : std::uint8_t {
  none,       ///< nothing: not ended, not sent, hung up by us, unknown
  reached,    ///< the network found a telephone: it rang, was busy, was answered, or its user declined
  number,     ///< the network knows no such number
  network,    ///< the network refused the call, or did not respond
  no_channel, ///< Asterisk could not make a channel: the trunk is unknown or not registered, or takes no such number
  limit,      ///< Asterisk made a Local channel whose dialplan did not begin, or hung up at once without saying why
  refused,    ///< Asterisk refused the Originate
};

class call {
public:
  call(const call_times& times, time_point begun) noexcept;

  /// A call that lives on the PBX from before our time, and is out of sight as yet: `status` and `res_dial` as
  /// recorded, `channel_state` as the PBX says.
  [[nodiscard]] static call adopted(const call_times& times, time_point now, const dialing& recorded,
                                    std::int64_t channel_state, std::string_view channel);

  call_change on(const call_event& event, time_point now);

  [[nodiscard]] dialing_status status() const noexcept;
  [[nodiscard]] bool ended() const noexcept { return ending_ != call_ending::open; }
  [[nodiscard]] call_ending ending() const noexcept { return ending_; }
  /// All milestones so far.
  [[nodiscard]] milestones reached() const noexcept { return reached_; }
  [[nodiscard]] bool answered() const noexcept { return reached_.has(milestone::answered); }
  /// What it has come to is not known: see `call_sight`.
  [[nodiscard]] bool out_of_sight() const noexcept { return is(f_out_of_sight); }
  /// It was answered, is known to be with no agent, and has never been.
  [[nodiscard]] bool waits_for_agent() const noexcept {
    return answered() && !reached_.has(milestone::connected) && !is(f_out_of_sight) && !is(f_talks);
  }
  /// Always finite until the end; `time_point::max()` after it.
  [[nodiscard]] time_point deadline() const noexcept { return deadline_; }

  /// Nobody's phone can have rung: the Originate was never written, or Asterisk refused it.
  [[nodiscard]] bool try_unused() const noexcept {
    return (is(f_not_sent) && !is(f_sent)) || (is(f_refused) && !is(f_channel) && !is(f_up));
  }
  /// `reached` as soon as that is known, the rest from the end on.
  [[nodiscard]] call_evidence evidence() const noexcept;
  /// The network says that there is no such number.
  [[nodiscard]] bool number_unknown() const noexcept { return ended() && evidence() == call_evidence::number; }
  /// Asterisk's words, of an Originate that was refused or not written; empty where there are none.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_text_; }

  [[nodiscard]] std::int64_t res_dial() const noexcept;
  /// The reference's words, or what else is known; empty while there is nothing.
  [[nodiscard]] std::string res_dial_text() const;
  [[nodiscard]] std::int64_t res_hangup() const noexcept { return is(f_hangup) ? std::max<std::int64_t>(cause_, 0) : 0; }
  [[nodiscard]] const std::string& res_hangup_text() const noexcept { return cause_text_; }
  [[nodiscard]] const std::string& channel() const noexcept { return channel_; }
  [[nodiscard]] const std::string& queue() const noexcept { return queue_; }

  /// Writes status, channel, res_* and tm_update to a record that has them. What is not known leaves the record's
  /// own words.
  template <class Record>
  void write_to(Record& record, time_point now) const;

private:
  enum fact : std::uint32_t {
    f_sent = 1u << 0,
    f_accepted = 1u << 1,
    f_dial_begun = 1u << 2,
    f_channel = 1u << 3,
    f_dial_ended = 1u << 4,
    f_result = 1u << 5,
    f_hangup = 1u << 6,
    f_failed = 1u << 7, ///< OriginateResponse: Failure
    f_refused = 1u << 8,
    f_not_sent = 1u << 9,
    f_rang = 1u << 10,
    f_up = 1u << 11,
    f_busy = 1u << 12,
    f_congestion = 1u << 13,
    f_no_answer = 1u << 14, ///< Reason 3
    f_reason_hangup = 1u << 15,
    f_pbx_lost = 1u << 17, ///< one of the facts that are taken back
    f_asked = 1u << 18,    ///< so is this: a liveness question is open
    f_second_half = 1u << 19,        ///< it is a Local channel
    f_second_half_hangup = 1u << 20,
    f_hang_up_asked = 1u << 21,      ///< we have asked for its end
    f_progressed = 1u << 22,         ///< the network has taken the call, perhaps to announce something
    f_out_of_sight = 1u << 23,       ///< taken back when it is seen again
    f_talks = 1u << 24,              ///< or has talked, to somebody who is not known to be an agent
    f_second_half_called = 1u << 25, ///< LocalBridge
  };
  [[nodiscard]] bool is(fact f) const noexcept { return (facts_ & f) != 0; }
  void learn(fact f) noexcept { facts_ |= f; }
  void forget(fact f) noexcept { facts_ &= ~static_cast<std::uint32_t>(f); }
  void named(std::string_view channel, bool weak);
  void lose_sight(call_change& change) noexcept;
  void see(call_sight what, time_point since, call_change& change) noexcept;
  void see_answer(call_change& change) noexcept;
  /// Of an event that comes after the answer, or with early media before it.
  void learn_up() noexcept {
    if (!times_.early_media)
      learn(f_up);
  }
  void take_standing(const channel_alive& e, call_change& change);
  bool pass_deadline(time_point now, call_change& change);
  void settle(time_point now, call_change& change);
  [[nodiscard]] bool rang_in_vain() const noexcept;
  [[nodiscard]] bool awaits_second_half() const noexcept;
  void keep_cause(std::int64_t cause, std::string_view words);
  [[nodiscard]] std::string_view congestion_text() const noexcept;

  // What nearly every event looks at comes first: with many calls each line of the cache counts.
  std::uint32_t facts_{0};
  milestones reached_;
  call_ending ending_{call_ending::open};
  time_point deadline_;
  std::int64_t cause_{-1};
  std::int32_t sip_code_{0}; ///< 0: not known
  std::string channel_;
  call_times times_;
  time_point hung_up_at_{};
  time_point failed_at_{};
  std::string cause_text_, failure_text_, queue_;
  std::string present_; ///< the unique id of the channel that has taken the place of its own; empty: none has
};

template <class Record>
void call::write_to(Record& record, time_point now) const {
  record.status = static_cast<std::int64_t>(status());
  if (!channel_.empty())
    record.channel = channel_;
  record.res_dial = res_dial();
  if (auto says = res_dial_text(); !says.empty())
    record.res_dial_detail = std::move(says);
  record.res_hangup = res_hangup();
  if (is(f_hangup))
    record.res_hangup_detail = cause_text_;
  record.tm_update = now;
}

} // namespace ringmaster::core
