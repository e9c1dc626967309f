// SPDX-License-Identifier: Apache-2.0
/// What an Asterisk under load sends, made from a recording, with the ids that a daemon of ours would have
/// given to its calls.
#pragma once

#include "protocol/uuid.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ringmaster::bench {

/// The id of call `number` of pass `pass`: the same in every process. `half` 1 is the other half of a Local
/// channel.
[[nodiscard]] uuid call_id(std::size_t pass, std::size_t number, std::size_t half = 0);

/// Calls in one pass of the recorded queue load.
inline constexpr std::size_t recorded_calls = 600;

/// The recorded queue load (600 calls to a queue, all event classes) from the first answer to an Originate
/// on, `passes` times, each pass, from `first` on, with ids of its own.
[[nodiscard]] std::string recorded_load(std::size_t passes, std::size_t first = 0);

/// Messages in `text` that begin with "Event: ": what the rivals count.
[[nodiscard]] std::size_t events_in(const std::string& text);

/// The life of one answered call, message by message, cut from the recording: those that are about its own
/// channel. `write` puts a call's id where the recorded one was.
class call_script {
public:
  call_script();
  [[nodiscard]] std::size_t size() const noexcept { return steps_.size(); }
  void write(std::string& to, std::size_t step, const uuid& call) const;

private:
  std::vector<std::vector<std::string>> steps_; ///< text around the ids
};

} // namespace ringmaster::bench
