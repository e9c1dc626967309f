// SPDX-License-Identifier: Apache-2.0
#include "actors/core/call.hpp"

#include "protocol/printable.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace ringmaster::core {
namespace {

constexpr std::int64_t up = 6, ringing_state = 5;
constexpr std::string_view outcome_unknown =
    "The outcome is unknown: the call ended while nobody could hear of it";
constexpr std::string_view not_placed = "The call could not be placed";
constexpr std::string_view at_limit = "The dialplan of the call did not begin";

template <class Number, std::size_t n>
constexpr bool is_among(Number one, const std::array<Number, n>& these) noexcept {
  return std::find(these.begin(), these.end(), one) != these.end();
}

constexpr std::array<std::int64_t, 10> congestion_causes{3, 27, 34, 38, 41, 42, 44, 47, 58, 127};
constexpr std::array<std::int64_t, 3> unknown_number_causes{1, 22, 28};
constexpr std::int64_t absent = 20, rejected = 21;
constexpr std::array<std::int32_t, 5> unknown_number_codes{404, 410, 484, 485, 604};
constexpr std::array<std::int32_t, 3> declined_codes{603, 607, 608};
/// By which a carrier refuses us, whatever number we ask for.
constexpr std::array<std::int32_t, 4> refusal_codes{401, 402, 403, 407};

bool says_nothing(std::int64_t cause) noexcept {
  return cause <= 0 || cause == 16 || cause == 31;
}

std::int32_t sip_code(std::string_view text) noexcept {
  std::int32_t code = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), code);
  return wrong == std::errc{} && code >= 300 && code <= 699 ? code : 0;
}

/// What a refused call is refused for.
enum class refusal : std::uint8_t { none, number, declined, not_there, carrier, congestion };

refusal refusal_of(std::int64_t cause, std::int32_t code) noexcept {
  if (is_among(code, unknown_number_codes))
    return refusal::number;
  if (is_among(code, declined_codes))
    return refusal::declined;
  if (is_among(code, refusal_codes))
    return refusal::carrier;
  if (is_among(cause, unknown_number_causes))
    return refusal::number;
  if (cause == rejected)
    return refusal::declined;
  if (cause == absent)
    return refusal::not_there;
  return is_among(cause, congestion_causes) ? refusal::congestion : refusal::none;
}

/// No user responding; recovery on timer expiry.
bool is_silence(std::int64_t cause) noexcept {
  return cause == 18 || cause == 102;
}

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

} // namespace

call::call(const call_times& times, time_point begun) noexcept
    : deadline_{begun + times.dial_timeout + times.setup_grace}, times_{times} {}

call call::adopted(const call_times& times, time_point now, const dialing& recorded,
                   std::int64_t channel_state, std::string_view channel) {
  call c{times, now};
  c.learn(f_sent);
  c.learn(f_accepted);
  if (recorded.res_dial == 4)
    c.learn(f_up);
  c.learn(f_out_of_sight);
  if (recorded.channel)
    c.channel_ = *recorded.channel;
  c.on(channel_alive{channel_state, channel}, now);
  return c;
}

void call::named(std::string_view channel, bool weak) {
  if (!channel.empty() && (channel_.empty() || !weak))
    channel_ = channel;
}

void call::lose_sight(call_change& change) noexcept {
  if (is(f_out_of_sight))
    return;
  learn(f_out_of_sight);
  change.sight = call_sight::lost;
}

void call::see(call_sight what, time_point since, call_change& change) noexcept {
  if (!is(f_out_of_sight))
    return;
  forget(f_out_of_sight);
  change.sight = what;
  change.since = since;
}

/// An answer that was heard when it came: nothing was missed.
void call::see_answer(call_change& change) noexcept {
  if (!is(f_up))
    see(call_sight::gained, {}, change);
  learn(f_up);
}

/// The lists say less than events do: whoever is known to have reached an agent waits for none.
void call::take_standing(const channel_alive& e, call_change& change) {
  switch (e.stands) {
  case standing::unknown:
    return;
  case standing::not_up:
    if (!is(f_up))
      see(call_sight::gained, {}, change);
    return;
  case standing::waits:
    if (!reached_.has(milestone::queued))
      change.reached.add(milestone::queued);
    queue_ = e.queue;
    return see(reached_.has(milestone::connected) ? call_sight::gained : call_sight::waits, e.since, change);
  case standing::with_agent:
    if (!reached_.has(milestone::connected))
      change.reached.add(milestone::connected);
    return see(call_sight::talks, e.since, change);
  case standing::talks:
    learn(f_talks);
    return see(call_sight::talks, e.since, change);
  }
}

call_change call::on(const call_event& event, time_point now) {
  call_change change;
  if (ended())
    return change;
  const auto facts_before = facts_;
  const auto channel_was_empty = channel_.empty();
  auto heard = true; // a word from the PBX about this very call
  auto moved = false;

  std::visit(overloaded{
                 [&](const originate_sent&) {
                   heard = false;
                   if (!is(f_sent) && facts_ == 0)
                     deadline_ = now + times_.dial_timeout + times_.setup_grace;
                   learn(f_sent);
                 },
                 [&](const originate_not_sent& e) {
                   learn(f_not_sent);
                   failure_text_ = e.why;
                 },
                 [&](const originate_accepted&) { learn(f_accepted); },
                 [&](const originate_refused& e) {
                   learn(f_refused);
                   failure_text_ = one_line(e.message);
                 },
                 [&](const originate_result& e) {
                   learn(f_result);
                   if (e.success) {
                     if (!times_.early_media)
                       see_answer(change);
                     named(e.channel, true);
                     return;
                   }
                   if (!is(f_failed))
                     failed_at_ = now;
                   learn(f_failed);
                   switch (e.reason) { // a number of the peer's, not an enum
                   case 1:
                     learn(f_reason_hangup);
                     break;
                   case 3:
                     learn(f_no_answer);
                     break;
                   case 4:
                     learn_up();
                     break;
                   case 5:
                     learn(f_busy);
                     break;
                   case 8:
                     learn(f_congestion);
                     break;
                   }
                 },
                 [&](const channel_created& e) {
                   if (!is(f_up))
                     see(call_sight::gained, {}, change);
                   learn(f_channel);
                   named(e.channel, false);
                 },
                 [&](const channel_changed& e) {
                   learn(f_channel);
                   named(e.channel, true);
                   if (e.state == ringing_state)
                     learn(f_rang);
                   if (e.state == up)
                     see_answer(change);
                 },
                 [&](const dial_began&) { learn(f_dial_begun); },
                 [&](const dial_progressed& e) {
                   learn(f_dial_begun);
                   learn(e.dial_status == "RINGING" ? f_rang : f_progressed);
                 },
                 [&](const dial_ended& e) {
                   learn(f_dial_ended);
                   if (e.dial_status == "ANSWER" && times_.early_media)
                     learn(f_progressed);
                   else if (e.dial_status == "ANSWER")
                     see_answer(change);
                   else if (e.dial_status == "BUSY")
                     learn(f_busy);
                   else if (e.dial_status == "CONGESTION" || e.dial_status == "CHANUNAVAIL")
                     learn(f_congestion);
                 },
                 [&](const hung_up& e) {
                   if (!present_.empty() && e.unique_id != present_)
                     return; // the customer talks on over another one
                   if (!is(f_hangup)) {
                     hung_up_at_ = now;
                     if (is(f_up))
                       cause_ = -1; // what a dialplan did on the way to the answer is over
                     keep_cause(e.cause, e.cause_text);
                     sip_code_ = sip_code(e.tech_cause);
                   }
                   learn(f_hangup);
                 },
                 [&](const channel_replaced& e) {
                   moved = true;
                   present_ = e.unique_id;
                   named(e.channel, false);
                 },
                 [&](const channel_renamed& e) {
                   moved = true;
                   named(e.channel, false);
                 },
                 [&](const second_half_created&) { learn(f_second_half); },
                 [&](const second_half_called&) { learn(f_second_half_called); },
                 [&](const second_half_hung_up& e) {
                   if (!is(f_second_half_hangup) && !is(f_up))
                     keep_cause(e.cause, e.cause_text);
                   learn(f_second_half);
                   learn(f_second_half_hangup);
                 },
                 [&](const hang_up_asked&) {
                   heard = false;
                   learn(f_hang_up_asked);
                 },
                 [&](const queue_joined& e) {
                   see(call_sight::waits, now, change);
                   learn_up();
                   if (!reached_.has(milestone::queued))
                     change.reached.add(milestone::queued);
                   queue_ = e.queue;
                 },
                 [&](const queue_left&) { learn_up(); },
                 [&](const queue_abandoned&) {
                   see(call_sight::gained, {}, change);
                   learn_up();
                   if (!reached_.has(milestone::connected) && !reached_.has(milestone::abandoned))
                     change.reached.add(milestone::abandoned);
                 },
                 [&](const agent_connected&) {
                   see(call_sight::gained, {}, change);
                   learn_up();
                   if (!reached_.has(milestone::connected))
                     change.reached.add(milestone::connected);
                 },
                 [&](const agent_completed&) {
                   if (is(f_out_of_sight) && !reached_.has(milestone::connected))
                     change.reached.add(milestone::connected);
                   see(call_sight::talks, now, change);
                   learn_up();
                   if (!reached_.has(milestone::agent_done))
                     change.reached.add(milestone::agent_done);
                 },
                 [&](const pbx_lost&) {
                   heard = false;
                   lose_sight(change);
                   if (!is(f_hangup) && !is(f_failed) && !is(f_pbx_lost)) {
                     learn(f_pbx_lost);
                     forget(f_asked);
                     deadline_ = now + times_.pbx_patience;
                   }
                 },
                 [&](const channel_alive& e) {
                   learn(f_channel);
                   named(e.channel, false);
                   if (e.state == ringing_state)
                     learn(f_rang);
                   if (e.state == up)
                     learn(f_up);
                   if (!e.moved_to.empty())
                     present_ = e.moved_to;
                   take_standing(e, change);
                   forget(f_pbx_lost);
                   forget(f_asked);
                   if (!is(f_up)) // it lives beyond its time: ask again after as long
                     deadline_ = now + times_.dial_timeout + times_.setup_grace;
                 },
                 [&](const channel_vanished&) {
                   heard = false;
                   ending_ = is(f_hangup) || is(f_failed) ? call_ending::known : call_ending::unknown;
                 },
                 [&](const deadline_passed&) { heard = !pass_deadline(now, change) && heard; },
             },
             event);

  if (heard && !std::holds_alternative<deadline_passed>(event)) {
    if (is(f_pbx_lost) || is(f_asked)) {
      forget(f_pbx_lost);
      forget(f_asked);
      deadline_ = now + times_.dial_timeout + times_.setup_grace;
    }
    if (is(f_up))
      deadline_ = now + times_.liveness_every;
  }
  settle(now, change);
  change.status_changed = facts_ != facts_before || channel_was_empty != channel_.empty() || moved || ended();
  return change;
}

/// Of two causes the one that says something stays, be it the first half's or the second's.
void call::keep_cause(std::int64_t cause, std::string_view words) {
  if (cause_ >= 0 && (says_nothing(cause) || !says_nothing(cause_)))
    return;
  cause_ = std::max<std::int64_t>(cause, 0);
  cause_text_ = one_line(words);
}

/// The second half's cause may say what the first's does not.
bool call::awaits_second_half() const noexcept {
  return is(f_second_half) && !is(f_second_half_hangup) && !is(f_up) && says_nothing(cause_);
}

/// A dialplan has given the ringing call up, or whoever it was for has.
bool call::rang_in_vain() const noexcept {
  return is(f_rang) && is(f_failed) && !is(f_hang_up_asked) && says_nothing(cause_);
}

/// True when the deadline had passed indeed.
bool call::pass_deadline(time_point now, call_change& change) {
  if (now < deadline_)
    return false; // an old timer
  if (is(f_hangup)) {
    // Without an OriginateResponse a plain hang-up may hide an answer that was lost.
    ending_ = is(f_result) || res_dial() > 1 ? call_ending::known : call_ending::unknown;
  } else if (is(f_failed)) {
    ending_ = res_dial() == 0 && is(f_channel) ? call_ending::unknown : call_ending::known;
  } else if (is(f_pbx_lost) || is(f_asked)) {
    ending_ = call_ending::unknown;
  } else {
    learn(f_asked);
    change.ask_whether_alive = true;
    deadline_ = now + times_.liveness_patience;
  }
  return true;
}

void call::settle(time_point, call_change& change) {
  const auto reach = [&](milestone m) {
    if (!reached_.has(m))
      change.reached.add(m);
  };
  if (is(f_channel))
    reach(milestone::channel);
  if (is(f_rang))
    reach(milestone::ringing);
  if (is(f_up))
    reach(milestone::answered);

  if (ending_ == call_ending::open) {
    if (is(f_refused) || is(f_not_sent) || (is(f_hangup) && is(f_result) && !awaits_second_half()))
      ending_ = call_ending::known;
    else if (is(f_hangup))
      deadline_ = hung_up_at_ + times_.result_grace;
    else if (is(f_failed))
      deadline_ = failed_at_ + (is(f_channel) || is(f_dial_begun) ? times_.cause_grace : times_.result_grace);
  }
  if (ended()) {
    reach(milestone::ended);
    deadline_ = time_point::max();
  }
  reached_.bits = static_cast<std::uint8_t>(reached_.bits | change.reached.bits);
}

dialing_status call::status() const noexcept {
  if (is(f_not_sent))
    return dialing_status::originate_failed;
  if (is(f_hangup))
    return dialing_status::hangup;
  if (is(f_refused))
    return dialing_status::originate_queue_failed;
  if (ending_ == call_ending::unknown)
    return dialing_status::failed;
  if (is(f_failed))
    return dialing_status::originate_response_failed;
  if (is(f_result))
    return dialing_status::originate_responded;
  if (is(f_dial_ended))
    return dialing_status::dial_end;
  if (is(f_channel))
    return dialing_status::channel_created;
  if (is(f_dial_begun))
    return dialing_status::dial_begin;
  if (is(f_accepted))
    return dialing_status::originate_queued;
  if (is(f_sent))
    return dialing_status::originate_sent;
  return dialing_status::none;
}

std::int64_t call::res_dial() const noexcept {
  if (is(f_up))
    return 4;
  if (is(f_busy) || cause_ == 17)
    return 5;
  if (is(f_congestion) || refusal_of(cause_, sip_code_) != refusal::none)
    return 8;
  if (is(f_no_answer) || cause_ == 19)
    return 3;
  if (is_silence(cause_))
    return is(f_rang) ? 3 : 8;
  if (rang_in_vain())
    return 3;
  if (is(f_reason_hangup) || (is(f_hangup) && (cause_ > 0 || is(f_rang))))
    return 1;
  return 0;
}

call_evidence call::evidence() const noexcept {
  const auto why = refusal_of(cause_, sip_code_);
  if (is(f_up) || is(f_rang) || is(f_busy) || cause_ == 17 || why == refusal::declined)
    return call_evidence::reached;
  if (!ended() || ending_ == call_ending::unknown || is(f_not_sent))
    return call_evidence::none;
  if (is(f_refused))
    return is(f_channel) ? call_evidence::none : call_evidence::refused;
  if (why == refusal::number)
    return call_evidence::number;
  if (is(f_congestion) || why == refusal::congestion || why == refusal::carrier || is_silence(cause_))
    return call_evidence::network;
  // Whoever hangs up first, or lets the network talk, learns nothing of it; nor is a telephone that is off its matter.
  if (!is(f_failed) || is(f_hang_up_asked) || is(f_no_answer) || is(f_progressed) || cause_ == 19 || why == refusal::not_there)
    return call_evidence::none;
  if (is(f_second_half_called) && !is(f_dial_begun) && !is(f_dial_ended) && cause_ <= 0)
    return call_evidence::limit;
  return is(f_channel) || is(f_hangup) || is(f_dial_begun) ? call_evidence::network : call_evidence::no_channel;
}

/// The codes have one for whatever is refused; the words tell.
std::string_view call::congestion_text() const noexcept {
  switch (refusal_of(cause_, sip_code_)) {
  case refusal::number: return "No such number";
  case refusal::declined: return "Declined";
  case refusal::not_there: return "The telephone is switched off or out of reach";
  case refusal::carrier: return "Refused by the carrier";
  case refusal::congestion:
  case refusal::none: break;
  }
  return ringmaster::res_dial_text(8);
}

std::string call::res_dial_text() const {
  const auto code = res_dial();
  std::string text{code == 8   ? congestion_text()
                   : code != 0 ? ringmaster::res_dial_text(code)
                               : std::string_view{}};
  if (code == 8 && sip_code_ != 0)
    text.append(" (SIP ").append(std::to_string(sip_code_)).append(")");
  if (code == 0 && !failure_text_.empty())
    text = failure_text_;
  else if (code == 0 && evidence() == call_evidence::limit)
    text = at_limit;
  else if (code == 0 && is(f_failed))
    text = not_placed;
  if (ending_ == call_ending::unknown) {
    if (!text.empty())
      text += ". ";
    text += outcome_unknown;
  }
  return text;
}

} // namespace ringmaster::core
