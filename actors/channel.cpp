#include "actors/channel.hpp"
#include "actors/guard.hpp"

#include "actors/core/translate.hpp"
#include "actors/live_json.hpp"
#include "storage/dialing.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

namespace ringmaster {
namespace {

using self_pointer = caf::stateful_actor<channel_actor_state>*;

/// A server that has left the configuration has no actor, and nothing can be asked of it.
template <class Message>
void tell_pbx(const channel_actor_state& state, Message what) {
  if (state.pbx)
    caf::anon_send(state.pbx, std::move(what));
}

/// To live clients, after `live_state` has it.
void tell(const live_call& call, engine_shared& shared, const char* event) {
  constexpr auto family = core::topic_family::dialings;
  if (!shared.is_wanted(family))
    return;
  std::string json;
  append_live_dialing(json, call.shown());
  shared.tell(happening{topic_below(core::topic_of(family), to_string(call.begun().id)), event, std::move(json)});
}

/// The end, on disk; then everybody who counts on the call is told, and the actor's work is done.
void write_end(self_pointer self, engine_shared& shared) {
  const auto& begun = self->state.call->begun();
  const auto r = self->state.call->shown();
  auto outcome = std::make_shared<storage::call_outcome>();
  outcome->status = static_cast<dialing_status>(r.status);
  outcome->try_unused = self->state.call->machine().try_unused();
  outcome->channel = r.channel;
  outcome->res_dial = r.res_dial;
  outcome->res_dial_detail = r.res_dial_detail;
  outcome->res_hangup = r.res_hangup;
  outcome->res_hangup_detail = r.res_hangup_detail;
  auto ended = std::make_shared<result<storage::ended>>(error{});
  shared.write(
      [id = r.id, outcome, ended](storage::write_txn& txn) {
        *ended = storage::end_dialing(txn, id, *outcome, wall_clock_now());
      },
      [me = caf::actor_cast<caf::actor>(self), ended, &shared, call = self->state.call, id = r.id, entry = begun.uuid_dl_list,
       dlma = begun.uuid_dlma, campaign = self->state.campaign, pbx = self->state.pbx, status = r.status,
       res_dial = r.res_dial](const std::optional<error>& failed) {
        if (failed) {
          caf::anon_send(me, write_end_again{false});
          return;
        }
        // `not_found` is an end that was written already: all the more over.
        shared.live.dialings.erase(id);
        tell(*call, shared, "ob.dialing.delete");
        shared.channels.erase(id);
        if (pbx)
          caf::anon_send(pbx, forget_call{id});
        if (*ended)
          if (const auto list = shared.dial_lists.find(dlma))
            caf::anon_send(*list, entry_ended{entry, (*ended)->state});
        caf::anon_send(campaign, call_finished{id, status, res_dial});
        caf::anon_send(shared.results, drain_outbox{});
        shared.live.total.calls_ended.fetch_add(1, std::memory_order_relaxed);
        caf::anon_send(me, call_over{});
      });
}

void keep_answer(self_pointer self, engine_shared& shared) {
  if (std::exchange(self->state.answer_kept, true))
    return;
  const auto now = self->state.call->shown();
  storage::dialing_progress progress;
  progress.status = static_cast<dialing_status>(now.status);
  progress.channel = now.channel;
  progress.res_dial = now.res_dial;
  shared.write(
      [id = now.id, progress](storage::write_txn& txn) {
        // An end that overtook it has nothing to be updated any more.
        (void)storage::update_dialing(txn, id, progress, wall_clock_now());
      },
      [](const std::optional<error>&) {});
}

void log_end(const dialing& r, const core::call& call) {
  if (!spdlog::should_log(spdlog::level::debug))
    return; // before the texts are made
  spdlog::debug("event=call_ended dialing={} campaign={} pbx={} channel={} status={} res_dial={} res_hangup={} "
                "known={}",
                to_string(r.id), to_string(r.uuid_camp), r.pbx, r.dial_channel, static_cast<int>(call.status()), call.res_dial(), call.res_hangup(),
                call.ending() == core::call_ending::known);
}

void take(self_pointer self, engine_shared& shared, const core::call_event& event) {
  auto& state = self->state;
  const auto& machine = state.call->machine();
  if (machine.ended())
    return;
  const auto change = state.call->on(event, wall_clock_now());
  const auto& id = state.call->begun().id;
  if (change.ask_whether_alive)
    tell_pbx(state, ask_presence{id});
  if (change.status_changed || !change.reached.empty())
    tell(*state.call, shared, "ob.dialing.update");
  auto& total = shared.live.total;
  if (change.reached.has(core::milestone::answered)) {
    total.calls_answered.fetch_add(1, std::memory_order_relaxed);
    if (!machine.ended())
      keep_answer(self, shared);
  }
  if (change.reached.has(core::milestone::connected))
    total.calls_connected.fetch_add(1, std::memory_order_relaxed);
  if (change.reached.has(core::milestone::abandoned))
    total.calls_abandoned.fetch_add(1, std::memory_order_relaxed);
  const auto deadline = machine.deadline();
  if (!change.reached.empty() || deadline != std::exchange(state.told_deadline, deadline))
    caf::anon_send(state.campaign, call_milestone{id, change.reached, deadline});
  if (machine.ended()) {
    log_end(state.call->begun(), machine);
    write_end(self, shared);
  }
}

void hang_up(const channel_actor_state& state, const std::function<void(result<std::string>)>& done) {
  const auto now = state.call->shown();
  if (!state.pbx)
    return done(error{errc::pbx_unavailable, "the server " + state.call->begun().pbx + " is not configured any more", {}});
  caf::anon_send(state.pbx, hang_up_channel{now.id, now.channel.value_or(std::string{}), done});
}

void redirect(const channel_actor_state& state, const redirect_call& what) {
  const auto now = state.call->shown();
  if (!state.pbx)
    return what.done(
        error{errc::pbx_unavailable, "the server " + state.call->begun().pbx + " is not configured any more", {}});
  caf::anon_send(state.pbx, redirect_channel{now.id, now.channel.value_or(std::string{}), what.to, what.done});
}

} // namespace

caf::behavior channel_actor(self_pointer self, const channel_options& options, engine_shared* shared) {
  auto& state = self->state;
  log_faults(self, "channel " + to_string(options.record->id));
  const auto& record = *options.record;
  state.campaign = options.campaign;
  if (const auto pbx = shared->pbxs.find(record.pbx); pbx != shared->pbxs.end())
    state.pbx = pbx->second;
  auto times = shared->call_times;
  times.dial_timeout = std::chrono::milliseconds{record.dial_timeout};
  const auto now = wall_clock_now();
  state.call = std::make_shared<live_call>(
      options.record, options.adopted ? core::call::adopted(times, now, record, 0,
                                                            record.channel ? std::string_view{*record.channel}
                                                                           : std::string_view{})
                                      : core::call{times, now});
  state.answer_kept = options.adopted && record.res_dial == 4;
  shared->live.dialings.put(record.id, state.call);
  tell(*state.call, *shared, "ob.dialing.create");
  return {
      [=](const message_batch& batch) {
        for (const auto index : batch.at)
          if (const auto addressed = core::to_call_event((*batch.block)[index]))
            take(self, *shared, addressed->event);
      },
      [=](const originate_written& written) {
        if (written.sent)
          take(self, *shared, core::originate_sent{});
        else
          take(self, *shared, core::originate_not_sent{written.why, written.try_counts});
      },
      [=](const channel_presence& presence) {
        if (presence.alive)
          return take(self, *shared, core::channel_alive{presence.state, presence.channel});
        take(self, *shared, core::channel_vanished{});
      },
      [=](const connection_lost&) { take(self, *shared, core::pbx_lost{}); },
      [=](const call_over&) { self->quit(); },
      [=](const call_deadline&) { take(self, *shared, core::deadline_passed{}); },
      [=](const hang_up_call& what) { hang_up(self->state, what.done); },
      [=](const redirect_call& what) { redirect(self->state, what); },
      [=](const write_end_again& again) {
        if (again.now)
          write_end(self, *shared);
        else
          self->delayed_send(self, std::chrono::seconds{1}, write_end_again{true});
      },
  };
}

} // namespace ringmaster
