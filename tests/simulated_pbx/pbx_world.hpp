// SPDX-License-Identifier: Apache-2.0
/// The simulated PBX without server, socket or real time: what it says is kept, and time goes when told to.
#pragma once

#include "bench/simulated_pbx/pbx.hpp"
#include "tests/simulated_pbx/ami_peer.hpp"

#include <string>
#include <vector>

namespace ringmaster::sim::testing {

class pbx_world : private subscriber {
public:
  explicit pbx_world(population p = population::standard(), std::uint64_t seed = 1)
      : people{std::move(p)}, emitter_{people.channel_variables}, pbx{people,   seed,    emitter_,
                                                                      journal_, counts_, 1'800'000'000} {
    emitter_.add(*this);
  }

  struct told {
    sim_time at;
    message what;
  };

  void originate(std::string channel, std::string id, std::string data = "sales_1,nc") {
    originate_request r;
    r.action_id = id;
    r.channel = std::move(channel);
    r.id = id;
    r.other_id = id + "/2";
    r.application = "Queue";
    r.data = std::move(data);
    pbx.calls.originate(std::move(r));
  }
  void run_for(double seconds) { pbx.state.clock.advance(pbx.state.clock.now() + seconds_of(seconds)); }

  [[nodiscard]] std::vector<const told*> all(std::string_view event, std::string_view header = {},
                                             std::string_view value = {}) const {
    std::vector<const told*> found;
    for (const told& t : history)
      if (t.what.is(event) && (header.empty() || t.what.get(header) == value))
        found.push_back(&t);
    return found;
  }

  population people;
  std::vector<told> history;

private:
  std::uint16_t mask() const noexcept override { return every_class; }
  void deliver(std::string_view, std::string_view text) override {
    std::string bytes{text};
    for (message& m : take_messages(bytes))
      history.push_back({pbx.state.clock.now(), std::move(m)});
  }

  emitter emitter_;
  journal journal_;
  call_counts counts_;

public:
  sim::pbx pbx;
};

} // namespace ringmaster::sim::testing
