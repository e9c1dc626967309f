// SPDX-License-Identifier: Apache-2.0
#include "actors/queue.hpp"
#include "actors/guard.hpp"

#include "actors/core/translate.hpp"
#include "actors/log.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace ringmaster {
namespace {

void publish(caf::stateful_actor<queue_actor_state>* self, const std::string& pbx, live_state& live) {
  auto& state = self->state;
  const auto now = state.time->now();
  const auto counts = state.queue->counts(now);
  auto members = state.queue->agents(pbx, now);
  const bool same_members = state.members && *state.members == members;
  const bool same_who = state.who && !state.queue->identities_changed();
  if (!same_who)
    state.who = std::make_shared<const std::vector<core::agent_identity>>(state.queue->identities(pbx));
  if (!state.published || *state.published != counts || !same_members || !same_who) {
    state.published = counts;
    if (!same_members)
      state.members = std::make_shared<const std::vector<core::agent_status>>(std::move(members));
    if (state.agents)
      state.agents->with([&](core::agent_ledger& ledger) { ledger.queue_is(state.index, state.members, counts, now); });
    live.queues.put(queue_key(pbx, state.queue->queue_name()),
                    live_queue{pbx, state.queue->queue_name(), counts, state.queue->known(), state.members, state.who});
    for (const auto& campaign : state.watchers)
      campaign.tell(wake{});
  }
  // The end of a wrap-up comes without an event, and so does doubt.
  auto next = state.queue->next_change(now);
  if (state.server && !state.doubt_told)
    if (const auto doubt = state.queue->in_doubt_from(now)) {
      if (*doubt <= now) {
        state.doubt_told = true;
        state.server.tell(queue_in_doubt{state.queue->queue_name()});
      } else {
        next = next ? std::min(*next, *doubt) : *doubt;
      }
    }
  if (!next || (state.look_at && *state.look_at > now && *state.look_at <= *next))
    return;
  state.look_at = std::max(*next, now + std::chrono::milliseconds{1});
  me<queue_handle>(self).tell_later(*state.look_at - now, queue_look{++state.generation});
}

/// Whoever leaves call after call unanswered would be offered every caller first, because he is always free.
void pause(const queue_actor_state& state, const std::string& pbx, const std::string& interface, std::int64_t unanswered) {
  log_warn("event=agent_does_not_answer pbx={} queue={} interface={} unanswered={}", pbx, state.queue->queue_name(),
               interface, unanswered);
  if (!state.server)
    return;
  state.server.tell(pbx_request{"QueuePause",
                             {{"Interface", interface}, {"Paused", "true"}, {"Reason", std::string{core::does_not_answer}}},
                             [pbx, interface](const result<std::string>& said) {
                               if (!said)
                                 log_warn("event=agent_not_paused pbx={} interface={} reason={}", pbx, interface,
                                              said.error().message);
                             }});
}

/// What telephones did goes to the ledger.
void tell_news(queue_actor_state& state, const std::string& pbx, time_point now) {
  for (const auto& news : state.queue->take_news(now)) {
    if (!state.agents)
      continue;
    const auto key = state.queue->key_of(pbx, news.interface);
    std::int64_t unanswered = 0;
    const bool enough = state.agents->with([&](core::agent_ledger& ledger) {
      if (!news.rang)
        return ledger.is_there(key, now), false;
      const bool is = ledger.rang(state.index, key, *news.rang, news.for_how_long, now);
      unanswered = ledger.unanswered(key);
      return is;
    });
    if (enough)
      pause(state, pbx, news.interface, unanswered);
  }
}

} // namespace

caf::behavior queue_actor(caf::stateful_actor<queue_actor_state>* self, const queue_options& options,
                          live_state* live) {
  log_faults(self, "queue " + options.queue + " of " + options.pbx);
  self->state.queue.emplace(options.queue, std::chrono::seconds{0}, options.doubt_after);
  self->state.server = options.server;
  self->state.time = options.time;
  self->state.agents = options.agents;
  if (options.agents)
    self->state.index = options.agents->with(
        [&](core::agent_ledger& ledger) { return ledger.queue(options.server_index, options.queue); });
  return takes<queue_handle>(
      [=, pbx = options.pbx](const message_batch& batch) {
        bool changed = false;
        const auto now = options.time->now();
        const auto ahead = options.time->date() - now;
        for (const auto index : batch.at) {
          const auto message = (*batch.block)[index];
          changed = core::apply(*self->state.queue, message, now, ahead) || changed;
          if (message.kind() == ami::event_kind::queue_status_complete) { // a listing that was to tell of this queue
            self->state.published.reset();
            self->state.doubt_told = false;
          }
        }
        tell_news(self->state, pbx, now);
        if (changed)
          publish(self, pbx, *live);
      },
      [=, pbx = options.pbx](const queue_legs& what) {
        self->state.queue->resync_legs(*what.legs);
        publish(self, pbx, *live);
      },
      [=](const watch_queue& what) {
        auto& watchers = self->state.watchers;
        std::erase(watchers, what.campaign);
        if (what.watch)
          watchers.push_back(what.campaign);
      },
      [=, pbx = options.pbx](const caller_sent_away& who) {
        const auto now = options.time->now();
        self->state.queue->caller_abandoned(who.unique_id, now);
        tell_news(self->state, pbx, now);
        publish(self, pbx, *live);
      },
      [=, pbx = options.pbx](const queue_look& look) {
        if (look.generation != self->state.generation)
          return;
        tell_news(self->state, pbx, options.time->now());
        publish(self, pbx, *live);
      });
}

} // namespace ringmaster
