// SPDX-License-Identifier: Apache-2.0
/// What makes a telephone outside ring, whoever asks for it: calls that are begun, calls that are sent on into a dialplan. Rules
/// of whom may be called, when and how often have to hold for all of them, so all of them come by one way,
/// `ami_actions::ring_outside`, which asks here for the very action that it would send. By any other way they are refused.
#pragma once

#include "protocol/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::core {

/// Whether an action of AMI can make a telephone outside ring (Asterisk 16 to 22), however its letters are written: an Originate
/// does, and those do that send a call to where a dialplan may dial.
[[nodiscard]] bool rings_outside(std::string_view action) noexcept;

using action_headers = std::vector<std::pair<std::string, std::string>>;

/// The one place where it is decided whether such an action may be sent. Today: it goes to one destination, in characters that no
/// dial string forks at; what a plan, a campaign and the other calls allow has been decided before (`originate`, `pacing`,
/// `storage::begin_dialing`).
[[nodiscard]] result<void> may_ring_outside(std::string_view action, const action_headers& with);
/// The same of an Originate that has been put together.
[[nodiscard]] result<void> may_ring_outside(std::string_view originate);

} // namespace ringmaster::core
