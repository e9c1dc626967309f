// SPDX-License-Identifier: Apache-2.0
/// What makes a telephone outside ring, whoever asks for it: calls that are begun, calls that are sent on into a dialplan. Rules
/// of whom may be called, when and how often have to hold for all of them, so all of them come by one way: nobody can have Asterisk do
/// it without an `outward_permit`, and only `permit_outward` gives one.
#pragma once

#include "protocol/error.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace ringmaster::core {

/// Actions of AMI that can make a telephone outside ring (Asterisk 16 to 22). An Originate does; the others send a call to where
/// a dialplan may dial.
inline constexpr std::array<std::string_view, 4> outward_actions{"Originate", "Redirect", "BlindTransfer", "Atxfer"};

/// However its letters are written: Asterisk does not look.
[[nodiscard]] bool rings_outside(std::string_view action) noexcept;

/// A call that is to go outward.
struct outward {
  std::string_view action;      ///< of `outward_actions`
  std::string_view call;        ///< the dialing's uuid, or a channel's name
  std::string_view destination; ///< what rings: the channel that is dialed, or "exten@context"
};

/// Says that a call may go outward. Made by `permit_outward` alone, for one call; cannot be copied.
class outward_permit {
public:
  outward_permit(outward_permit&&) noexcept = default;
  outward_permit& operator=(outward_permit&&) noexcept = default;
  [[nodiscard]] std::string_view action() const noexcept { return action_; }

private:
  friend result<outward_permit> permit_outward(const outward& what);
  explicit outward_permit(std::string_view action) noexcept : action_{action} {}
  std::string_view action_;
};

/// The one place where it is decided. Today: it names a call and where that goes, in characters that no dial string forks at; what a
/// plan, a campaign and the other calls allow has been decided before (`originate`, `pacing`, `storage::begin_dialing`).
[[nodiscard]] result<outward_permit> permit_outward(const outward& what);
/// The same of an Originate as it would be sent, whatever it was made of.
[[nodiscard]] result<outward_permit> permit_originate(std::string_view call, std::string_view bytes);

} // namespace ringmaster::core
