// SPDX-License-Identifier: Apache-2.0
/// What a plan says about pacing, with everything filled in that it leaves to its jurisdiction.
#pragma once

#include "actors/core/pacing.hpp"
#include "protocol/outbound.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::core {

/// The method of a plan: `pacing_method`, predictive when it is null.
[[nodiscard]] std::string_view pacing_method_of(const plan& p) noexcept;

/// Null fields take the value of the plan's jurisdiction, that of "US" when it names none. The daily limit is a fifth
/// above the limit of the window. A plan that asks for no ring time of its own keeps its `dial_timeout`, however
/// short: it may be older than the rule.
[[nodiscard]] pacing_options pacing_options_of(const plan& p) noexcept;

/// Whether a live answer that no agent takes within the grace is hung up or sent away: always, but for a plan that
/// names another method than predictive and none of the rules on abandoned calls, whose callers wait in the queue as
/// long as they like.
[[nodiscard]] bool treats_abandoned_calls(const plan& p) noexcept;

/// Where in the dialplan an abandoned call goes; nothing: it is hung up. Values that are not on the allow-list of
/// dialplan names count as none: a database may have been edited.
struct dialplan_place {
  std::string context, exten, priority;
};
[[nodiscard]] std::optional<dialplan_place> abandon_place(const plan& p);

} // namespace ringmaster::core
