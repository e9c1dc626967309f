// SPDX-License-Identifier: Apache-2.0
#include "actors/campaign_calls.hpp"

#include "actors/channel.hpp"
#include "actors/core/plan_pacing.hpp"
#include "actors/log.hpp"
#include "storage/abandonment.hpp"
#include "storage/snapshot.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

constexpr auto hang_up_every = 2s;
constexpr auto remind_every = 5s;
constexpr auto treat_again_after = 2s;
constexpr auto ask_again_after = 3s;

} // namespace

campaign_calls::campaign_calls(caf::event_based_actor* self, const uuid& id, engine_shared& shared,
                               campaign_pacing& pacing, const campaign_setup& setup)
    : self_{self}, me_{caf::actor_cast<caf::actor>(self)}, id_{id}, shared_{shared}, pacing_{pacing},
      setup_{setup} {
  restore_counters();
  shared_.live.ends.put(id_, std::make_shared<std::atomic<std::uint64_t>>(0));
}

campaign_calls::~campaign_calls() { shared_.live.ends.erase(id_); }

maybe_time campaign_calls::longest_waiting() const {
  maybe_time since;
  if (pacing_->calls().waiting == 0)
    return since;
  for (const auto& [id, call] : calls_)
    if (call.waits() && (!since || call.answered < *since))
      since = call.answered;
  return since;
}

// --- a call's life

void campaign_calls::intend(core::agent_ledger& ledger, const uuid& id, const std::string& pbx,
                            const core::call_features& features, const breaker_ticket& ticket, time_point now) {
  call_in_flight call;
  call.pbx = pbx;
  call.begun = now;
  call.features = features;
  call.ticket = ticket;
  pacing_.begun(ledger, id, call.claim, pbx, features, now);
  calls_[id] = std::move(call);
}

channel_handle campaign_calls::begin(const dialing& intent) {
  const auto at = calls_.find(intent.id);
  if (at == calls_.end())
    return {};
  at->second.channel = channel::begin(self_->system(), intent, me_, false, shared_, at->second.ticket);
  ++counters_.begun;
  at->second.place = settled_.begin();
  ++begun_;
  shared_.live.total.calls_begun.fetch_add(1, std::memory_order_relaxed);
  return at->second.channel;
}

void campaign_calls::adopt(const adopted_calls& adopted, time_point now) {
  for (const auto& one : adopted.calls) {
    call_in_flight call;
    call.channel = one.channel;
    call.pbx = one.record->pbx;
    call.deadline = now;
    call.begun = one.record->tm_create ? shared_.time->moment_of(*one.record->tm_create) : now;
    // An answer was written down when it came.
    call.answered = call.connected = one.record->tm_update ? shared_.time->moment_of(*one.record->tm_update) : now;
    call.counted = one.record->counted != 0;
    call.out_of_sight = true; // the server is asked what has become of it
    call.reached.add(core::milestone::channel);
    if (one.record->res_dial == 4)
      call.reached.add(core::milestone::answered);
    if (auto* room = shared_.room_of(call.pbx))
      room->adopt();
    ++begun_;
    auto& kept = calls_[one.record->id] = std::move(call);
    tell_and_count(one.record->id, kept, [&] { tell_pacing(one.record->id, kept, now); });
  }
  // A process that was killed took the last seconds of its counters with it; the calls know of their answers.
  const auto open = std::count_if(calls_.begin(), calls_.end(), [](const auto& one) {
    return one.second.reached.has(core::milestone::answered) && !one.second.counted;
  });
  counters_.answered = std::max(counters_.answered, counters_.connected + counters_.abandoned + counters_.fate_unknown + open);
}

bool campaign_calls::milestone(const call_milestone& what, time_point now) {
  const auto at = calls_.find(what.id);
  if (at == calls_.end())
    return false;
  auto& call = at->second;
  const bool was_out_of_sight = call.out_of_sight;
  call.reached.bits = static_cast<std::uint8_t>(call.reached.bits | what.reached.bits);
  if (what.sight != core::call_sight::unchanged)
    call.out_of_sight = what.sight == core::call_sight::lost;
  if (what.deadline != time_point::max()) {
    call.deadline = what.deadline;
    deadlines_.emplace(what.deadline, what.id);
  }
  if (what.reached.has(core::milestone::ringing)) {
    call.rang = now;
    pacing_->ringing(what.id, now);
  }
  if (what.reached.has(core::milestone::answered)) {
    ++counters_.answered;
    settled_.answered(call.place);
    call.answered = what.since == time_point{} ? now : std::min(what.since, now);
    pacing_.answered(what.id, call.claim, call.answered);
  }
  // Who is found waiting in another queue than ours may have been sent there by an agent he has talked to.
  const bool waits = what.sight == core::call_sight::waits;
  const bool elsewhere = waits && was_out_of_sight && !setup_.queue.empty() && !what.queue.empty() && what.queue != setup_.queue;
  if (what.sight == core::call_sight::talks || elsewhere) {
    call.talks = true;
    tell_and_count(what.id, call, [&] { pacing_.unseen(what.id, call.claim, now); });
  }
  if (waits)
    call.answered = std::min({call.answered, what.since, now});
  if ((waits || what.reached.has(core::milestone::answered)) && call.may_be_given_up() && !call.sent_away &&
      (setup_.treats_abandoned_calls() || must_ask(call)))
    await_grace(now + pacing_->options().grace, what.id, now);
  if (what.reached.has(core::milestone::connected)) {
    call.connected = now;
    tell_and_count(what.id, call, [&] { pacing_.handed_to_agent(what.id, call.claim, now); });
    if (setup_.queue.empty())
      count_connected();
  }
  if (what.reached.has(core::milestone::abandoned)) {
    if (setup_.queue.empty()) // of a dialplan that leads to a queue
      count_abandoned();
    // Who has left a queue within the grace may still meet an agent, in the queue that his dialplan goes on to. The end
    // of the grace, or of the call, says whether he did.
    else if (now - call.answered >= pacing_->options().grace)
      tell_and_count(what.id, call, [&] { pacing_.abandoned(what.id, call.claim, now); });
  }
  return !what.reached.empty();
}

void campaign_calls::count_connected() {
  ++counters_.connected;
  shared_.live.total.calls_connected.fetch_add(1, std::memory_order_relaxed);
}

void campaign_calls::count_abandoned() {
  ++counters_.abandoned;
  shared_.live.total.calls_abandoned.fetch_add(1, std::memory_order_relaxed);
}

void campaign_calls::finished(const call_finished& what, time_point now) {
  if (what.status >= static_cast<std::int64_t>(dialing_status::failed))
    ++counters_.failed;
  ++counters_.ended;
  ++ends_heard_;
  const bool heard = what.status != static_cast<std::int64_t>(dialing_status::failed);
  if (const auto at = calls_.find(what.id); at != calls_.end() && !setup_.queue.empty()) {
    const auto& call = at->second;
    if ((!heard || call.fate_is_unknown()) && call.reached.has(core::milestone::answered) &&
        !call.reached.has(core::milestone::connected) && !call.counted)
      ++counters_.fate_unknown;
  }
  forget(what.id, heard, now);
}

void campaign_calls::forget(const uuid& id, bool heard, time_point now) {
  const auto at = calls_.find(id);
  if (at == calls_.end())
    return;
  if (auto* room = shared_.room_of(at->second.pbx))
    room->left();
  auto& call = at->second;
  if (auto* breakers = shared_.breakers_of(call.pbx); breakers && !call.channel && call.ticket.trunk)
    (void)breakers->hear(call.ticket, core::call_evidence::none, {}, now); // it never was a call
  if (heard && !call.fate_is_unknown()) {
    tell_and_count(id, call, [&] { pacing_.ended(id, call.claim, now); });
    settled_.unanswered(call.place);
  } else {
    pacing_.lost(id, call.claim, now);
    settled_.unknown(call.place);
  }
  begun_ -= call.channel ? 1 : 0;
  calls_.erase(at);
}

void campaign_calls::hang_up_all(time_point now) {
  if (now < next_hang_up_)
    return;
  next_hang_up_ = now + hang_up_every;
  for (const auto& [id, call] : calls_)
    if (call.channel)
      call.channel.tell(hang_up_call{[](result<std::string>) {}});
}

void campaign_calls::give_up_ringing(time_point now) {
  const auto given_up = pacing_->give_up(now);
  if (given_up.calls.empty())
    return;
  log_debug("event=ringing_given_up campaign={} calls={} reason={}", to_string(id_),
                given_up.calls.size(), given_up.reason);
  for (const auto& id : given_up.calls)
    if (const auto at = calls_.find(id); at != calls_.end() && at->second.channel) {
      pacing_.given_up(at->second.claim);
      at->second.channel.tell(hang_up_call{[id](const result<std::string>& said) {
                       // It rings on then, and the dial timeout ends it; or it was answered meanwhile.
                       if (!said)
                         log_debug("event=ringing_not_given_up dialing={} reason={}", to_string(id),
                                       said.error().message);
                     }, call_is::ringing});
    }
}

void campaign_calls::pass_deadlines(time_point now) {
  while (!deadlines_.empty() && deadlines_.top().first <= now) {
    const auto id = deadlines_.top().second;
    deadlines_.pop();
    const auto call = calls_.find(id);
    if (call == calls_.end() || !call->second.channel || call->second.deadline > now)
      continue;
    call->second.channel.tell(call_deadline{});
    // Asked again unless the channel says otherwise: it may have looked a hair too early.
    call->second.deadline = now + remind_every;
    deadlines_.emplace(call->second.deadline, id);
  }
}

// --- what pacing hears of it

void campaign_calls::tell_pacing(time_point now) {
  for (auto& [id, call] : calls_)
    tell_pacing(id, call, now);
}

void campaign_calls::tell_pacing(const uuid& id, call_in_flight& call, time_point now) {
  pacing_.ended(id, call.claim, now); // of the method that paced before, and of its agent
  pacing_.begun(id, call.claim, call.pbx, call.features, call.begun);
  if (call.reached.has(core::milestone::ringing))
    pacing_->ringing(id, call.rang);
  if (call.reached.has(core::milestone::answered))
    pacing_.answered(id, call.claim, call.answered);
  if (call.reached.has(core::milestone::connected))
    pacing_.handed_to_agent(id, call.claim, call.connected);
  if (call.talks)
    pacing_.unseen(id, call.claim, now);
  if (call.treated || (call.counted && !call.reached.has(core::milestone::connected) && !call.talks))
    pacing_.abandoned(id, call.claim, now);
}

/// Hears from pacing whether `tell` has settled the fate of a live answer, and counts it, once: whoever was given up, or met
/// an agent after the grace, is abandoned and not connected as well.
template <class Tell>
void campaign_calls::tell_and_count(const uuid& id, call_in_flight& call, Tell&& tell) {
  const auto abandoned = pacing_.settled_by(tell);
  if (!abandoned || setup_.queue.empty() || std::exchange(call.counted, true))
    return;
  if (*abandoned)
    count_abandoned();
  else
    count_connected();
  const auto today = setup_.today(shared_.time->date());
  pacing_.add_answer(today, *abandoned);
  count({id, id_, today, *abandoned});
}

void campaign_calls::count(const storage::counted_answer& answer) {
  shared_.write([answer](storage::write_txn& txn) { (void)storage::count_answer(txn, answer); },
                [answer, me = me_](const std::optional<error>& failed) {
                  if (failed)
                    me.tell(count_again{answer});
                },
                storage::room::reserve, [answer, time = shared_.time] { return storage::note_of(answer, time->date()); });
}

// --- live answers that nobody takes

void campaign_calls::await_grace(time_point until, const uuid& id, time_point now) {
  graces_.emplace(until, id);
  look_at_graces(now);
}

/// A tick is too coarse for a grace of seconds.
void campaign_calls::look_at_graces(time_point now) {
  if (graces_.empty() || graces_.top().first >= grace_look_)
    return;
  grace_look_ = graces_.top().first;
  me_.tell_later(std::max(grace_look_ - now, duration{0}), grace_passed{});
}

bool campaign_calls::pass_graces(time_point now) {
  bool changed = false;
  while (!graces_.empty() && graces_.top().first <= now) {
    const auto id = graces_.top().second;
    graces_.pop();
    const auto at = calls_.find(id);
    if (at == calls_.end() || !at->second.has_met_nobody())
      continue; // or it is out of sight: when it is seen again, it is given another grace, or needs none
    auto& call = at->second;
    if (!call.treated && call.may_be_given_up() && must_ask(call)) {
      // Who waits is in the queue's listing. An answer may be lost with the connection.
      if (call.not_waiting)
        continue;
      if (const auto pbx = shared_.pbxs.find(call.pbx); pbx != shared_.pbxs.end())
        pbx->second.tell(confirm_waiting{setup_.queue, id, me_});
      graces_.emplace(now + ask_again_after, id);
      continue;
    }
    give_up(id, call, now);
    changed = true;
  }
  if (grace_look_ <= now)
    grace_look_ = time_point::max();
  look_at_graces(now);
  return changed;
}

/// As long as no AgentConnect has been heard since the login, that none was heard of this call says nothing: the AMI user
/// may not be allowed to, or the server drops it (core/ami_rights.hpp).
bool campaign_calls::must_ask(const call_in_flight& call) const {
  const auto pbx = shared_.live.pbxs.find(call.pbx);
  return !pbx || !pbx->hears_agents;
}

bool campaign_calls::confirmed(const uuid& id, bool waits, time_point now) {
  const auto at = calls_.find(id);
  if (at == calls_.end() || at->second.treated || !at->second.may_be_given_up())
    return false;
  at->second.not_waiting = !waits;
  if (!waits)
    return false;
  give_up(id, at->second, now);
  return true;
}

void campaign_calls::give_up(const uuid& id, call_in_flight& call, time_point now) {
  tell_and_count(id, call, [&] { pacing_.abandoned(id, call.claim, now); });
  // Who has left the queue is where his dialplan has sent him; and some plans let callers wait.
  if (!call.may_be_given_up() || !setup_.treats_abandoned_calls())
    return;
  call.treated = true;
  treat(id, call);
}

void campaign_calls::treat(const uuid& id, call_in_flight& call) {
  if (!call.channel)
    return;
  const auto failed = [me = me_, id](const result<std::string>& said) {
    if (!said)
      me.tell(treatment_failed{id});
  };
  const auto place = setup_.how ? core::abandon_place(*setup_.how) : std::nullopt;
  if (!place)
    return call.channel.tell(hang_up_call{failed, call_is::waiting});
  call.sent_away = true;
  call.channel.tell(redirect_call{*place, [failed, id, channel = call.channel, shared = &shared_](const result<std::string>& said) {
                                 if (said || said.error().code != errc::pbx_refused)
                                   return failed(said);
                                 if (const auto times = shared->complaints.due(
                                         "abandoned_call_not_redirected: " + said.error().message, shared->time->now()))
                                   log_warn("event=abandoned_call_not_redirected dialing={} reason={} times={}", to_string(id),
                                            said.error().message, *times);
                                 channel.tell(hang_up_call{failed, call_is::waiting});
                               }});
}

void campaign_calls::treat_again(const uuid& id, time_point now) {
  const auto at = calls_.find(id);
  if (at == calls_.end())
    return;
  at->second.sent_away = false;
  if (at->second.may_be_given_up())
    await_grace(now + treat_again_after, id, now);
}

// --- counters

void campaign_calls::restore_counters() {
  auto txn = shared_.env->read();
  if (!txn)
    return;
  const auto kept = storage::get_snapshot(*txn, campaign_snapshot_name(id_));
  if (!kept || !*kept)
    return;
  if (const auto counters = from_record<campaign_counters>(**kept, campaign_counter_fields))
    counters_ = kept_ = *counters;
}

void campaign_calls::keep() {
  if (counters_ == kept_)
    return;
  kept_ = counters_;
  shared_.write([name = campaign_snapshot_name(id_), bytes = to_record(counters_, campaign_counter_fields)](
                    storage::write_txn& txn) { (void)storage::put_snapshot(txn, name, bytes); },
                [](const std::optional<error>&) {});
}

} // namespace ringmaster
