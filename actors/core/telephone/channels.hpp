// SPDX-License-Identifier: Apache-2.0
/// Channels: Newchannel to Hangup, and CoreShowChannels.
///
/// `application`, `context`, `exten` and `variables` move with the events Newexten and VarSet, which a server sends when
/// the login asks for the class dialplan; without them the place is known as of the other events, and the application
/// as of the last listing.
#pragma once

#include "actors/core/telephone/fold.hpp"
#include "actors/core/telephone/roster.hpp"
#include "protocol/ami/snapshots.hpp"

namespace ringmaster::core {

/// Most variables that are kept of one channel.
inline constexpr std::size_t most_channel_variables = 256;

class channel_fold final : public telephone_fold {
public:
  explicit channel_fold(telephone_writer& to);

  [[nodiscard]] std::span<const ami::event_kind> kinds() const noexcept override;
  void on_event(const ami::message& m, time_point now) override;
  [[nodiscard]] std::span<const telephone_question> listings() const noexcept override;
  void on_doubt(time_point) override { channels_.doubt_all(); }
  void on_time(time_point now) override { channels_.on_time(now); }

private:
  template <class Edit>
  void hear(const ami::channel_snapshot& s, time_point now, bool sign_of_life, Edit&& edit);

  roster<telephone::channel> channels_;
};

} // namespace ringmaster::core
