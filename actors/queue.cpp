#include "actors/queue.hpp"
#include "actors/guard.hpp"

#include "actors/core/translate.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace ringmaster {
namespace {

void publish(caf::stateful_actor<queue_actor_state>* self, const std::string& pbx, live_state& live) {
  auto& state = self->state;
  const auto now = wall_clock_now();
  const auto counts = state.queue->counts(now);
  if (!state.published || *state.published != counts) {
    state.published = counts;
    live.queues.put(queue_key(pbx, state.queue->queue_name()),
                    live_queue{pbx, state.queue->queue_name(), counts, state.queue->known()});
    for (const auto& campaign : state.watchers)
      caf::anon_send(campaign, wake{});
  }
  // The end of a wrap-up comes without an event.
  const auto next = state.queue->next_change(now);
  if (!next || (state.look_at && *state.look_at > now && *state.look_at <= *next))
    return;
  state.look_at = std::max(*next, now + std::chrono::milliseconds{1});
  self->delayed_send(self, *state.look_at - now, queue_look{++state.generation});
}

} // namespace

caf::behavior queue_actor(caf::stateful_actor<queue_actor_state>* self, const std::string& pbx,
                          const std::string& queue, live_state* live) {
  log_faults(self, "queue " + queue + " of " + pbx);
  self->state.queue.emplace(queue);
  return {
      [=](const message_batch& batch) {
        bool changed = false;
        for (const auto index : batch.at)
          changed = core::apply(*self->state.queue, (*batch.block)[index], wall_clock_now()) || changed;
        if (changed)
          publish(self, pbx, *live);
      },
      [=](const queue_listed&) {
        self->state.queue->resync_end(wall_clock_now());
        self->state.published.reset();
        publish(self, pbx, *live);
      },
      [=](const watch_queue& what) { self->state.watchers.push_back(what.campaign); },
      [=](const queue_look& look) {
        if (look.generation == self->state.generation)
          publish(self, pbx, *live);
      },
  };
}

} // namespace ringmaster
