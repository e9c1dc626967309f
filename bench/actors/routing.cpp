// SPDX-License-Identifier: Apache-2.0
#include "bench/actors/routing.hpp"

#include "actors/direct_actor.hpp"
#include "bench/actors/harness.hpp"
#include "bench/actors/stream.hpp"
#include "protocol/ami/framer.hpp"
#include "protocol/ami/parser.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <array>
#include <stdexcept>
#include <unordered_map>

namespace ringmaster::bench {
namespace {

/// Which target, by its place among all; -1: nobody's.
struct destinations {
  std::unordered_map<uuid, std::size_t> calls;
  std::unordered_map<std::string, std::size_t> queues;
};

/// Parsed blocks with the targets of each event found beforehand: both ways do the same for that.
struct routed_block {
  ami::block_ptr block;
  std::vector<std::pair<std::size_t, std::uint32_t>> events; ///< target, message
};

struct load {
  std::vector<routed_block> blocks;
  destinations to;
  std::size_t events{0};
};

load read_load(std::size_t passes, std::size_t block_bytes) {
  load made;
  for (std::size_t pass = 0; pass < passes; ++pass)
    for (std::size_t number = 0; number < recorded_calls; ++number)
      made.to.calls.emplace(call_id(pass, number), made.to.calls.size());
  ami::framer cutter;
  const auto sink = [&](ami::buffer bytes) {
    routed_block one{ami::parse_with_subjects(std::move(bytes)), {}};
    for (const auto& [index, call] : one.block->subjects().calls)
      if (const auto at = made.to.calls.find(call); at != made.to.calls.end())
        one.events.emplace_back(at->second, index);
    for (const auto& [index, queue] : one.block->subjects().queues) {
      const auto at = made.to.queues.emplace(queue, passes * recorded_calls + made.to.queues.size()).first;
      one.events.emplace_back(at->second, index);
    }
    made.events += one.events.size();
    made.blocks.push_back(std::move(one));
  };
  if (!cutter.feed(recorded_load(passes), sink, block_bytes))
    throw std::runtime_error{"the load cannot be read"};
  return made;
}

/// Each few blocks several times over. In the daemon a block is routed right after it was parsed, when the caches
/// hold it; a load of many seconds that was parsed beforehand comes from main memory, and the wait for that is most of
/// what is measured then.
load as_just_parsed(load from, std::size_t times) {
  constexpr std::size_t together = 4;
  std::vector<routed_block> blocks;
  for (std::size_t first = 0; first < from.blocks.size(); first += together)
    for (std::size_t time = 0; time < times; ++time)
      for (auto i = first; i < std::min(first + together, from.blocks.size()); ++i)
        blocks.push_back(from.blocks[i]);
  from.blocks = std::move(blocks);
  from.events *= times;
  return from;
}

using actors = std::vector<routed_handle>;

void send_one_by_one(const load& from, const actors& to) {
  for (const auto& b : from.blocks)
    for (const auto& [target, index] : b.events)
      to[target].tell(message_batch{b.block, {index}});
}

std::size_t send_batched(const load& from, const actors& to) {
  struct slot {
    std::size_t stamp{0}, at{0};
  };
  std::vector<slot> slots(to.size());
  std::vector<std::pair<std::size_t, decltype(message_batch::at)>> batches;
  std::size_t stamp = 0, sent = 0;
  for (const auto& b : from.blocks) {
    ++stamp;
    batches.clear();
    for (const auto& [target, index] : b.events) {
      auto& s = slots[target];
      if (s.stamp != stamp) {
        s = {stamp, batches.size()};
        batches.emplace_back().first = target; // GCC 12 thinks that a moved small_vector is read beyond its end
      }
      batches[s.at].second.push_back(index);
    }
    for (auto& [target, at] : batches)
      to[target].tell(message_batch{b.block, std::move(at)});
    sent += batches.size();
  }
  return sent;
}

/// Both ways twice; what is kept is the second time, since the first one also makes the process's memory.
constexpr std::size_t repeats = 5;
constexpr std::array once_before{true, false, true, false};

struct looked {
  std::atomic<std::uint64_t> events{0};
};

void look(const message_batch& batch, looked& seen) {
  std::uint64_t events = 0;
  for (const auto index : batch.at)
    events += (*batch.block)[index].type() == ami::message_type::other ? 0 : 1;
  seen.events.fetch_add(events, std::memory_order_relaxed);
}

caf::behavior looking(caf::event_based_actor*, looked* seen) {
  return {[=](const message_batch& batch) { look(batch, *seen); }};
}

class looking_channel final : public direct_actor {
public:
  looking_channel(caf::actor_config& config, looked& seen) : direct_actor{config}, seen_{seen} {}

private:
  void receive(caf::type_erased_tuple& what) override {
    if (const auto* batch = as<message_batch>(what))
      look(*batch, seen_);
  }
  void ended(const caf::error&) noexcept override {}

  looked& seen_;
};

} // namespace

routing_figures measure_routing(std::size_t passes, std::size_t block_bytes) {
  const auto data = read_load(passes, block_bytes);
  routing_figures out;
  out.routed = data.events;
  for (const bool batched : once_before) {
    harness engine;
    std::vector<uuid> ids(data.to.calls.size());
    for (const auto& [id, at] : data.to.calls)
      ids[at] = id;
    engine.begin(ids);
    actors to;
    for (const auto& id : ids)
      to.push_back(engine.channel(id));
    to.resize(ids.size() + data.to.queues.size());
    for (const auto& [name, at] : data.to.queues)
      to[at] = engine.spawn_queue(name);
    const auto before = cpu_of_all();
    if (batched)
      out.batches = send_batched(data, to);
    else
      send_one_by_one(data, to);
    harness::wait_for([&] { return engine.counts().ended.load() >= ids.size(); });
    (batched ? out.batched : out.one_by_one) = cpu_of_all() - before;
    for (const auto& [name, at] : data.to.queues)
      to[at].end();
  }
  return out;
}

routing_figures measure_sending(std::size_t passes, std::size_t block_bytes, batched_channels kind) {
  const auto data = as_just_parsed(read_load(passes, block_bytes), repeats);
  routing_figures out;
  out.routed = data.events;
  for (const bool batched : once_before) {
    caf::actor_system_config config;
    config.set("scheduler.max-threads", std::size_t{2});
    config.set("scheduler.max-throughput", std::size_t{300});
    config.set("scheduler.policy", caf::atom("sharing")); // as the engine
    looked seen;
    caf::actor_system system{config};
    actors to(data.to.calls.size() + data.to.queues.size());
    const auto channels = data.to.calls.size(); // the first of them
    for (std::size_t i = 0; i < to.size(); ++i)
      to[i] = routed_handle{batched && i < channels && kind == batched_channels::as_in_the_engine
                                ? spawn_direct_as<looking_channel>(system, seen)
                                : system.spawn(looking, &seen)};
    const auto before = cpu_of_all();
    if (batched)
      out.batches = send_batched(data, to);
    else
      send_one_by_one(data, to);
    harness::wait_for([&] { return seen.events.load() >= data.events; });
    (batched ? out.batched : out.one_by_one) = cpu_of_all() - before;
    for (const auto& one : to)
      one.end();
  }
  return out;
}

} // namespace ringmaster::bench
