#include "actors/hub.hpp"
#include "actors/guard.hpp"

#include "protocol/json.hpp"

#include <caf/send.hpp>

namespace ringmaster {
namespace {

using self_pointer = caf::stateful_actor<hub_state>*;

std::string frame_text(const happening& what, std::uint64_t seq) {
  std::string text;
  text.reserve(what.body.size() + what.topic.size() + what.name.size() + 64);
  json_writer w{text};
  w.begin_object();
  w.key(what.name);
  w.raw(what.body);
  w.member("topic", what.topic);
  w.member("seq", static_cast<std::int64_t>(seq));
  w.end_object();
  return text;
}

void publish(hub_state& state, const hub_publish& batch) {
  hub_frames out;
  out.frames.reserve(batch.what.size());
  for (const auto& one : batch.what) {
    const auto seq = state.window.next();
    auto made = std::make_shared<const core::frame>(core::frame{seq, one.topic, frame_text(one, seq)});
    state.window.add(made);
    out.frames.push_back(std::move(made));
  }
  for (const auto& to : state.outlets)
    caf::anon_send(to, out);
}

/// Families that have become wanted are complete from here on.
void begin_wanted(hub_state& state, engine_shared& shared) {
  const auto families = state.interest.families();
  for (std::size_t i = 0; i < state.complete_after.size(); ++i)
    if ((families & core::bit_of(core::topic_families[i].family)) != 0 && !state.complete_after[i])
      state.complete_after[i] = state.window.last();
  shared.wanted.fetch_or(families);
}

void end_unwanted(hub_state& state, engine_shared& shared) {
  const auto families = state.interest.families();
  shared.wanted.store(families);
  for (std::size_t i = 0; i < state.complete_after.size(); ++i)
    if ((families & core::bit_of(core::topic_families[i].family)) == 0)
      state.complete_after[i].reset();
}

bool is_complete(const hub_state& state, std::string_view topic, std::uint64_t after) {
  const auto families = core::families_under(topic);
  for (std::size_t i = 0; i < state.complete_after.size(); ++i)
    if ((families & core::bit_of(core::topic_families[i].family)) != 0 &&
        (!state.complete_after[i] || *state.complete_after[i] > after))
      return false;
  return true;
}

void subscribe(hub_state& state, engine_shared& shared, const hub_subscribe& what) {
  hub_subscribed answer{what.reader, what.topic, state.window.last(), false, {}};
  if (what.from) {
    auto missed = is_complete(state, what.topic, *what.from) ? state.window.since(*what.from, what.topic) : std::nullopt;
    answer.gap = !missed;
    if (missed)
      answer.missed = std::move(*missed);
  }
  state.interest.add(what.topic);
  begin_wanted(state, shared);
  caf::anon_send(what.outlet, std::move(answer));
}

} // namespace

hub_state::hub_state()
    : window{core::replay_window::first_number(
          std::chrono::duration_cast<std::chrono::seconds>(wall_clock_now().time_since_epoch()).count())} {}

caf::behavior hub_actor(self_pointer self, engine_shared* shared, std::chrono::milliseconds linger) {
  log_faults(self, "hub");
  return {
      [=](const hub_publish& batch) { publish(self->state, batch); },
      [=](const hub_attach& what) { self->state.outlets.push_back(what.outlet); },
      [=](const hub_subscribe& what) { subscribe(self->state, *shared, what); },
      [=](const hub_unsubscribe& what) {
        self->state.interest.remove(what.topic);
        self->delayed_send(self, linger, hub_look{++self->state.generation});
      },
      [=](const hub_look& what) {
        if (what.generation == self->state.generation)
          end_unwanted(self->state, *shared);
      },
  };
}

} // namespace ringmaster
