// SPDX-License-Identifier: Apache-2.0
#include "actors/dial_list.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"

#include "storage/outbound.hpp"

#include <caf/send.hpp>

#include <utility>

namespace ringmaster {
namespace {

/// Read in one transaction, some milliseconds' worth: who reads for longer keeps the database from growing.
constexpr std::size_t entries_a_piece = 20'000;

/// As the list wants it: with the moment of the last hangup in place of its date.
dial_entry in_moments(dial_entry e, const clock& time) {
  if (e.last_hangup_ns != 0)
    e.last_hangup_ns =
        time.moment_of(time_point{duration{e.last_hangup_ns}}).time_since_epoch().count();
  return e;
}

void load(core::dial_list& list, const uuid& dlma, const storage::environment& env, const clock& time) {
  const auto begun = time.now();
  const auto unreadable = [&](const error& why) {
    log_error("event=dial_list_unreadable dlma={} reason={}", to_string(dlma), why.message);
  };
  maybe_uuid last;
  std::size_t count = 0;
  // What changes between two pieces is told, and waits behind this message.
  for (std::size_t piece = entries_a_piece; piece == entries_a_piece; count += piece) {
    auto txn = env.read();
    if (!txn)
      return unreadable(txn.error());
    piece = 0;
    const auto read = storage::for_each_entry(
        *txn, dlma,
        [&](const dial_entry& e) {
          list.add(in_moments(e, time));
          last = e.id;
          return ++piece < entries_a_piece;
        },
        last);
    if (!read)
      return unreadable(read.error());
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(time.now() - begun);
  log_info("event=dial_list_loaded dlma={} entries={} ms={} bytes={}", to_string(dlma), count, took.count(),
               list.memory());
}

core::view_id view_of(dial_list_state& state, const lease_request& request, time_point now) {
  const auto at = state.views.find(request.campaign);
  if (at == state.views.end())
    return state.views.emplace(request.campaign, state.list.add_view(request.policy, now)).first->second;
  state.list.set_policy(at->second, request.policy, now); // free when nothing changed
  return at->second;
}

void tell_waiting(caf::stateful_actor<dial_list_state>* self) {
  if (self->state.waiting.empty())
    return;
  for (const auto& [id, campaign] : std::exchange(self->state.waiting, {}))
    campaign.tell(list_changed{me<dial_list_handle>(self)});
}

caf::behavior serve(caf::stateful_actor<dial_list_state>* self, const uuid& dlma, const clock* time) {
  auto* state = &self->state;
  return takes<loaded_dial_list_handle>(
      [=](const lease_request& request) {
        const auto now = time->now();
        const auto view = view_of(*state, request, now);
        if (auto& known = state->setups[request.campaign]; std::exchange(known, request.setup) != request.setup) {
          state->list.release_held();
          tell_waiting(self);
        }
        leased answer;
        answer.list = me<dial_list_handle>(self);
        state->list.lease(view, now, request.count, answer.entries);
        answer.counts = state->list.counts(view, now);
        answer.next_eligible = state->list.next_eligible_time(view, now);
        if (answer.entries.empty())
          state->waiting.insert_or_assign(request.campaign, request.campaign_actor);
        else
          tell_waiting(self); // what others count has changed
        request.campaign_actor.tell(std::move(answer));
      },
      [=](const give_back& back) {
        for (const auto& id : back.entries)
          state->list.give_back(id);
        tell_waiting(self);
      },
      [=](const put_off& what) {
        for (const auto& id : what.entries)
          state->list.put_off(id, what.until);
        tell_waiting(self);
      },
      [=](const entries_changed& changed) {
        for (const auto& changed_entry : changed.now) {
          const auto entry = in_moments(changed_entry, *time);
          if (!state->list.update(entry))
            state->list.add(entry);
        }
        for (const auto& id : changed.gone)
          state->list.remove(id);
        tell_waiting(self);
      },
      [=](const entry_ended& ended) {
        if (!ended.state) {
          state->list.remove(ended.entry);
        } else {
          const auto entry = in_moments(*ended.state, *time);
          if (!state->list.ended(entry))
            state->list.add(entry);
          if (ended.held)
            state->list.hold(ended.entry, *ended.held);
        }
        tell_waiting(self);
      },
      [=](const drop_view& what) {
        if (const auto at = state->views.find(what.campaign); at != state->views.end()) {
          state->list.remove_view(at->second);
          state->views.erase(at);
          state->setups.erase(what.campaign);
          state->waiting.erase(what.campaign);
        }
      },
      [=](const explain_request& request) {
        const auto now = time->now();
        auto found = state->list.explain(request.entry, request.policy, now);
        if (found.until)
          found.until = time->date_of(*found.until);
        request.done(found);
      },
      [=](const end_dial_list&) {
        log_info("event=dial_list_unloaded dlma={}", to_string(dlma));
        self->quit();
      });
}

} // namespace

caf::behavior dial_list_actor(caf::stateful_actor<dial_list_state>* self, const uuid& dlma,
                              storage::environment* env, const clock* time) {
  log_faults(self, "dial list " + to_string(dlma));
  self->set_default_handler(caf::skip);
  return takes<unloaded_dial_list_handle>([=, id = dlma](const load_dial_list&) {
    load(self->state.list, id, *env, *time);
    self->set_default_handler(caf::print_and_drop);
    self->become(serve(self, id, time));
  });
}

} // namespace ringmaster
