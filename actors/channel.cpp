// SPDX-License-Identifier: Apache-2.0
#include "actors/channel.hpp"

#include "actors/live_json.hpp"
#include "actors/log.hpp"
#include "storage/dialing.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

namespace ringmaster {
namespace {

constexpr auto write_again_after = std::chrono::seconds{1};

core::call machine_of(const dialing& record, bool adopted, const engine_shared& shared) {
  auto times = shared.call_times;
  times.dial_timeout = std::chrono::milliseconds{record.dial_timeout};
  times.early_media = record.early_media != 0;
  const auto now = shared.time->now();
  if (!adopted)
    return core::call{times, now};
  return core::call::adopted(times, now, record, 0,
                             record.channel ? std::string_view{*record.channel} : std::string_view{});
}

/// What the writer is given, and what it says.
struct ending {
  channel_handle channel;
  uuid id;
  storage::call_outcome outcome;
  result<storage::ended> kept{error{}};
};

} // namespace

channel::channel(caf::actor_config& config, const dialing& record, campaign_handle campaign, bool adopted,
                 engine_shared& shared, const breaker_ticket& ticket)
    : direct_actor{config}, shared_{shared}, campaign_{std::move(campaign)},
      answer_kept_{adopted && record.res_dial == 4}, call_{record, machine_of(record, adopted, shared)},
      breakers_{ticket.trunk ? shared.breakers_of(record.pbx) : nullptr}, ticket_{ticket} {
  if (const auto pbx = shared.pbxs.find(record.pbx); pbx != shared.pbxs.end())
    pbx_ = pbx->second;
}

channel_handle channel::begin(caf::actor_system& system, const dialing& record, campaign_handle campaign, bool adopted,
                          engine_shared& shared, const breaker_ticket& ticket) {
  channel_handle made{spawn_direct_as<channel>(system, record, std::move(campaign), adopted, shared, ticket)};
  const auto& one = *static_cast<const channel*>(caf::actor_cast<caf::abstract_actor*>(made.actor()));
  shared.live.dialings.put(record.id, {made, one.call_});
  one.tell("ob.dialing.create");
  return made;
}

void channel::receive(caf::type_erased_tuple& what) {
  receive_as<channel_handle>(
      what,
      [this](const message_batch& batch) {
        for (const auto index : batch.at)
          if (const auto addressed = core::to_call_event((*batch.block)[index]); addressed && is_of_the_customer(*addressed))
            take(addressed->event);
      },
      [this](const originate_written& written) {
        if (written.sent)
          return take(core::originate_sent{});
        if (written.hold)
          held_ = written.why;
        take(core::originate_not_sent{written.why});
      },
      [this](const call_deadline&) {
        if (std::exchange(end_refused_, false))
          write_end();
        else
          take(core::deadline_passed{});
      },
      [this](const channel_presence& presence) {
        if (presence.alive)
          take(core::channel_alive{presence.state, presence.channel, presence.stands, presence.since, presence.queue, presence.moved_to});
        else
          take(core::channel_vanished{});
      },
      [this](const connection_lost&) { take(core::pbx_lost{}); },
      [this](const hang_up_call& hang_up) {
        if (is(hang_up.only_if, hang_up.done)) {
          take(core::hang_up_asked{});
          ask_pbx(hang_up_channel{call_.id(), call_.machine().channel(), hang_up.done, hang_up.only_if});
        }
      },
      [this](const redirect_call& redirect) {
        if (is(call_is::waiting, redirect.done))
          ask_pbx(redirect_channel{call_.id(), call_.machine().channel(), redirect.to, redirect.done});
      },
      [this](const end_not_written&) {
        end_refused_ = true;
        campaign_.tell(call_milestone{call_.id(), {}, shared_.time->now() + write_again_after});
      },
      [this](const call_over&) { quit(); });
}

void channel::ended(const caf::error& why) noexcept {
  if (why == caf::exit_reason::unhandled_exception)
    campaign_.end(caf::exit_reason::unhandled_exception);
  campaign_ = nullptr;
  pbx_ = nullptr;
}

/// A server that has left the configuration has no actor, and nothing can be asked of it.
template <class Message>
void channel::ask_pbx(Message what) const {
  if (pbx_)
    return pbx_.tell(std::move(what));
  what.done(error{errc::pbx_unavailable, "the call's server is not configured any more", {}});
}

/// Whoever takes the place of a Local channel's second half is no customer: he comes to where the customer is.
bool channel::is_of_the_customer(const core::addressed_event& what) const {
  if (!std::holds_alternative<core::channel_replaced>(what.event))
    return true;
  const auto whose = parse_uuid(what.call);
  return !whose || *whose == call_.id();
}

/// Whether the call is what somebody takes it for; tells him if not.
bool channel::is(call_is what, const std::function<void(result<std::string>)>& else_told) const {
  const auto& machine = call_.machine();
  if (what == call_is::anything || (what == call_is::ringing && !machine.answered() && !machine.out_of_sight()) ||
      (what == call_is::waiting && machine.waits_for_agent()))
    return true;
  else_told(error{errc::illegal_state,
                  machine.out_of_sight() ? "what has become of the call is not known yet" : "the call has gone on meanwhile", {}});
  return false;
}

/// To live clients, after `live_state` has it.
void channel::tell(const char* event) const {
  constexpr auto family = core::topic_family::dialings;
  if (!shared_.is_wanted(family))
    return;
  std::string json;
  append_live_dialing(json, call_.shown());
  shared_.tell(happening{topic_below(core::topic_of(family), to_string(call_.id())), event, std::move(json)});
}

void channel::take(const core::call_event& event) {
  const auto& machine = call_.machine();
  if (machine.ended())
    return;
  const auto now = shared_.time->now();
  const auto change = call_.on(event, now, *shared_.time);
  if (change.ask_whether_alive && pbx_)
    pbx_.tell(ask_presence{call_.id()});
  if (change.status_changed || !change.reached.empty())
    tell("ob.dialing.update");
  auto& total = shared_.live.total;
  if (change.reached.has(core::milestone::answered)) {
    total.calls_answered.fetch_add(1, std::memory_order_relaxed);
    if (!machine.ended())
      keep_answer();
  }
  const auto deadline = machine.deadline();
  const bool later = deadline != std::exchange(told_deadline_, deadline);
  if (!change.reached.empty() || change.sight != core::call_sight::unchanged || later)
    campaign_.tell(call_milestone{call_.id(), change.reached, deadline, change.sight, change.since,
                                             change.sight == core::call_sight::waits ? machine.queue() : std::string{}});
  if (!evidence_told_ || machine.ended())
    tell_breakers(change.reached.has(core::milestone::channel), now);
  if (machine.ended()) {
    log_end();
    write_end();
  }
}

/// Once: as soon as the call has reached a telephone, or else when it is over.
void channel::tell_breakers(bool new_channel, time_point now) {
  using enum core::call_evidence;
  const auto& machine = call_.machine();
  const auto what = machine.evidence();
  if (machine.ended() && (what == refused || what == no_channel))
    shared_.live.total.originate_failures.fetch_add(1, std::memory_order_relaxed);
  if (!breakers_ || evidence_told_)
    return;
  if (new_channel)
    breakers_->accepted(ticket_, call_.campaign());
  if (what != reached && !machine.ended())
    return;
  evidence_told_ = true;
  if (what == refused)
    breakers_->refused(ticket_, call_.campaign(), machine.failure(), now);
  else if (what != none)
    breakers_->accepted(ticket_, call_.campaign());
  const auto verdict = breakers_->hear(ticket_, what == refused ? none : what, machine.res_dial_text(), now);
  try_given_back_ = verdict.give_back;
  if (!verdict.back.empty())
    give_back(verdict.back);
}

/// Tries of calls whose ends are on disk, or about to be: the store keeps the order.
void channel::give_back(const std::vector<core::used_try>& tries) {
  struct returned {
    std::vector<storage::spent_try> tries;
    std::vector<storage::restored_entry> entries;
  };
  auto made = std::make_shared<returned>();
  for (const auto& one : tries)
    made->tries.push_back({one.entry, one.number});
  shared_.write(
      [made](storage::write_txn& txn) {
        if (auto restored = storage::give_tries_back(txn, made->tries))
          made->entries = std::move(*restored);
      },
      [made, &shared = shared_](const std::optional<error>& failed) {
        if (failed) {
          if (const auto times = shared.complaints.due("tries_not_given_back: " + failed->message, shared.time->now()))
            log_error("event=tries_not_given_back count={} reason={} times={}", made->tries.size(), failed->message, *times);
          return;
        }
        for (const auto& one : made->entries)
          if (const auto list = shared.dial_lists.find(one.dlma))
            list->tell(entries_changed{{one.state}, {}});
      },
      storage::room::reserve);
}

void channel::log_end() const {
  if (!spdlog::should_log(spdlog::level::debug))
    return; // before the texts are made
  const auto& machine = call_.machine();
  log_debug("event=call_ended dialing={} campaign={} channel={} status={} res_dial={} res_hangup={} known={}",
                to_string(call_.id()), to_string(call_.campaign()), machine.channel(), static_cast<int>(machine.status()),
                machine.res_dial(), machine.res_hangup(), machine.ending() == core::call_ending::known);
}

void channel::keep_answer() {
  if (std::exchange(answer_kept_, true))
    return;
  const auto now = call_.shown();
  storage::dialing_progress progress;
  progress.status = static_cast<dialing_status>(now.status);
  progress.channel = now.channel;
  progress.res_dial = now.res_dial;
  shared_.write(
      [id = now.id, progress, time = shared_.time](storage::write_txn& txn) {
        // An end that overtook it has nothing to be updated any more.
        (void)storage::update_dialing(txn, id, progress, time->date());
      },
      [](const std::optional<error>&) {}, storage::room::reserve,
      [id = now.id, progress, time = shared_.time] { return storage::note_of(id, progress, time->date()); });
}

/// The end, on disk; then everybody who counts on the call is told, and the actor's work is done.
void channel::write_end() {
  const auto now = call_.shown();
  auto end = std::make_shared<ending>();
  end->channel = me<channel_handle>(this);
  end->id = now.id;
  end->outcome.status = static_cast<dialing_status>(now.status);
  end->outcome.try_unused = call_.machine().try_unused() || try_given_back_;
  end->outcome.number_unknown = call_.machine().number_unknown() && !try_given_back_;
  end->outcome.channel = now.channel;
  end->outcome.res_dial = now.res_dial;
  end->outcome.res_dial_detail = now.res_dial_detail;
  end->outcome.res_hangup = now.res_hangup;
  end->outcome.res_hangup_detail = now.res_hangup_detail;
  shared_.write(
      [end, time = shared_.time](storage::write_txn& txn) {
        end->kept = storage::end_dialing(txn, end->id, end->outcome, time->date());
      },
      [this, end](const std::optional<error>& failed) {
        if (failed)
          return end->channel.tell(end_not_written{});
        // Nothing changes any more but by `call_over`, so that this thread may look. `not_found` is an end that was
        // written already: all the more over.
        if (pbx_)
          pbx_.tell(forget_call{end->id});
        if (end->kept)
          if (const auto list = shared_.dial_lists.find(call_.dlma()))
            list->tell(entry_ended{call_.entry(), end->kept->state, held_});
        campaign_.tell(call_finished{end->id, static_cast<std::int64_t>(end->outcome.status), end->outcome.res_dial});
        // Whoever sees that the call is over may ask the campaign at once, so that it is told before anybody can see it.
        if (const auto ends = shared_.live.ends.find(call_.campaign()))
          ends->fetch_add(1, std::memory_order_release);
        shared_.live.dialings.erase(end->id);
        tell("ob.dialing.delete");
        shared_.results.tell(drain_outbox{});
        shared_.live.total.calls_ended.fetch_add(1, std::memory_order_relaxed);
        end->channel.tell(call_over{});
      },
      storage::room::reserve, [end, time = shared_.time] { return storage::note_of(end->id, end->outcome, time->date()); });
}

} // namespace ringmaster
