// SPDX-License-Identifier: Apache-2.0
/// The simulated PBX's own log of what it saw: one line of JSON a happening, the judge of other tests.
#pragma once

#include "bench/simulated_pbx/event_clock.hpp"
#include "protocol/error.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::sim {

/// Lines gather in memory and reach the file in one append at `flush`, which the server calls before any
/// byte of the same turn goes to a client: what a client was told of is in the file, even if this process is
/// killed. Not thread-safe.
class journal {
public:
  journal() = default;
  journal(const journal&) = delete;
  journal& operator=(const journal&) = delete;
  ~journal();

  /// Appends to `path`, creating it.
  [[nodiscard]] result<void> open(const std::string& path);
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }

  using member = std::pair<std::string_view, std::string_view>;
  /// `t` is in simulated seconds; the wall clock is added.
  void write(std::string_view event, sim_time t, std::initializer_list<member> members,
             const std::vector<std::pair<std::string, std::string>>* variables = nullptr);
  /// False when the file could not be written; the lines are kept for the next time.
  bool flush();

private:
  int descriptor_{-1};
  std::string lines_;
};

} // namespace ringmaster::sim
