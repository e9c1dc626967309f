// SPDX-License-Identifier: Apache-2.0
/// Asynchronous AGI: AsyncAGIStart to AsyncAGIEnd (or Hangup), and the results of commands.
///
/// A result comes with the id that its client gave the command; the command itself was told before, under a number of
/// the server's own (AGIExecStart), and is the last one that began on that channel.
///
/// No action lists these channels. Those that CoreShowChannels finds in AGI(agi:async) are taken up without what was
/// told at their start: `env` and `cmd` are empty then.
#pragma once

#include "actors/core/telephone/fold.hpp"
#include "actors/core/telephone/roster.hpp"

namespace ringmaster::core {

/// Most commands that are remembered of one channel; the oldest are forgotten.
inline constexpr std::size_t most_agi_commands = 256;

class agi_fold final : public telephone_fold {
public:
  explicit agi_fold(telephone_writer& to);

  [[nodiscard]] std::span<const ami::event_kind> kinds() const noexcept override;
  void on_event(const ami::message& m, time_point now) override;
  void on_doubt(time_point) override { agis_.doubt_all(), items_ = 0, running_.clear(); }
  void on_time(time_point now) override { agis_.on_time(now); }

private:
  telephone_writer& to_;
  roster<telephone::agi> agis_;
  std::string list_;
  std::int64_t items_{0}; ///< channels of the listing under way, whatever they run
  struct running {
    std::string command;
    time_point since;
  };
  std::unordered_map<std::string, running, text_hash, std::equal_to<>> running_; ///< by unique id
};

} // namespace ringmaster::core
