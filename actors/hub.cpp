// SPDX-License-Identifier: Apache-2.0
#include "actors/hub.hpp"

#include "actors/core/replay_window.hpp"
#include "actors/core/topic_family.hpp"
#include "actors/direct_actor.hpp"
#include "protocol/json.hpp"

#include <caf/send.hpp>

#include <array>
#include <optional>
#include <utility>

namespace ringmaster {
namespace {

struct hub_state {
  explicit hub_state(time_point date)
      : window{core::replay_window::first_number(
            std::chrono::duration_cast<std::chrono::seconds>(date.time_since_epoch()).count())} {}

  core::replay_window window;
  core::topic_interest interest;
  std::vector<outlet_handle> outlets;
  /// The number after which each family is complete; none while it is not made.
  std::array<std::optional<std::uint64_t>, core::topic_families.size()> complete_after{};
  std::uint64_t generation{0}; ///< of the last unsubscription
};

constexpr std::size_t longest_end = 21; ///< a number and a brace

void number(core::frame& f, std::uint64_t seq) {
  f.seq = seq;
  append_json_number(f.text, static_cast<std::int64_t>(seq));
  f.text += '}';
}

void publish(hub_state& state, std::vector<std::shared_ptr<core::frame>> what) {
  hub_frames out;
  out.frames.reserve(what.size());
  for (auto& one : what) {
    number(*one, state.window.next());
    state.window.add(one);
    out.frames.push_back(std::move(one));
  }
  if (state.outlets.empty())
    return;
  for (auto to = state.outlets.begin(); to + 1 != state.outlets.end(); ++to)
    to->tell(out);
  state.outlets.back().tell(std::move(out));
}

void publish(hub_state& state, hub_publish& batch) {
  std::vector<std::shared_ptr<core::frame>> frames;
  frames.reserve(batch.what.size());
  for (auto& one : batch.what) {
    frames.push_back(frame_to_be(std::move(one.topic), one.name, one.body));
    frames.back()->audience = std::move(one.audience);
  }
  publish(state, std::move(frames));
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
    auto missed =
        is_complete(state, what.topic, *what.from) ? state.window.since(*what.from, what.topic) : std::nullopt;
    answer.gap = !missed;
    if (missed)
      answer.missed = std::move(*missed);
  }
  state.interest.add(what.topic);
  begin_wanted(state, shared);
  what.outlet.tell(std::move(answer));
}

} // namespace

std::shared_ptr<core::frame> frame_to_be(std::string topic, std::string_view name, std::string_view body) {
  constexpr std::string_view after_name = "\":", before_topic = ",\"topic\":", before_seq = ",\"seq\":";
  auto made = std::make_shared<core::frame>();
  auto& json = made->text;
  json.reserve(2 + name.size() + after_name.size() + body.size() + before_topic.size() + topic.size() + 2 +
               before_seq.size() + longest_end);
  json.append("{\"").append(name).append(after_name).append(body).append(before_topic);
  append_json_string(json, topic);
  json.append(before_seq);
  made->topic = std::move(topic);
  made->name_size = static_cast<std::uint32_t>(name.size());
  made->body_size = static_cast<std::uint32_t>(body.size());
  return made;
}

hub_handle spawn_hub(caf::actor_system& system, engine_shared* shared, std::chrono::milliseconds linger) {
  return hub_handle{spawn_direct(system, "hub", [=](direct_actor* self) {
    const auto state = std::make_shared<hub_state>(shared->time->date());
    return takes<hub_handle>(
        [=](hub_publish& batch) { publish(*state, batch); },
        [=](hub_written& batch) { publish(*state, std::move(batch.frames)); },
        [=](const hub_attach& what) { state->outlets.push_back(what.outlet); },
        [=](const hub_subscribe& what) { subscribe(*state, *shared, what); },
        [=](const hub_unsubscribe& what) {
          state->interest.remove(what.topic);
          me<hub_handle>(self).tell_later(linger, hub_look{++state->generation});
        },
        [=](const hub_look& what) {
          if (what.generation == state->generation)
            end_unwanted(*state, *shared);
        });
  })};
}

} // namespace ringmaster
