// SPDX-License-Identifier: Apache-2.0
/// Originates that wait for a server: for its rate, and for a channel of those it may have. First come, first sent.
/// Not thread-safe; `put` and `take` O(1) each, `take_back` O(waiting). `now` is a moment.
#pragma once

#include "actors/core/token_bucket.hpp"
#include "protocol/uuid.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster::core {

class originate_lane {
public:
  /// Who has waited for longer is not called any more: what was true of agents then is not now.
  static constexpr std::chrono::seconds patience{10};

  struct one {
    uuid id;
    std::string bytes;
    time_point since;
  };

  originate_lane(double rate, double burst, time_point now) noexcept : bucket_{rate, burst, now} {}

  void put(const uuid& id, std::string bytes, time_point now) { waiting_.push_back({id, std::move(bytes), now}); }
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

  /// Whether it waited; it does not any more.
  bool take_back(const uuid& id) { return std::erase_if(waiting_, [&](const one& o) { return o.id == id; }) > 0; }
  /// All that wait, e.g. since the connection is lost.
  [[nodiscard]] std::vector<one> take_all() {
    const auto all = std::exchange(waiting_, {});
    return {all.begin(), all.end()};
  }
  /// Those that have waited for too long.
  [[nodiscard]] std::vector<one> take_late(time_point now) {
    std::vector<one> late;
    while (!waiting_.empty() && now - waiting_.front().since > patience)
      late.push_back(pop());
    return late;
  }
  /// Those that may be sent now: as many as the rate allows, and at most `room`.
  [[nodiscard]] std::vector<one> take(std::size_t room, time_point now) {
    std::vector<one> sent;
    for (auto count = bucket_.take(static_cast<std::int64_t>(std::min(waiting_.size(), room)), now); count > 0; --count)
      sent.push_back(pop());
    return sent;
  }
  /// How many more could be sent at once.
  [[nodiscard]] std::int64_t tokens(time_point now) noexcept {
    return std::max<std::int64_t>(0, bucket_.available(now) - static_cast<std::int64_t>(waiting_.size()));
  }

private:
  one pop() {
    auto first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }

  token_bucket bucket_;
  std::deque<one> waiting_;
};

} // namespace ringmaster::core
