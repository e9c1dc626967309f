// SPDX-License-Identifier: Apache-2.0
/// From what is to be dialed to the Originate that Asterisk reads.
///
/// The last gate before Asterisk: every value is checked against its allow-list again, because a database may
/// have been restored, edited or written by an older version. Nothing unsafe is repaired; it is refused.
#pragma once

#include "protocol/outbound.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::core {

/// Technology that a client says → what the server understands, compared in either case: {"SIP", "PJSIP"}.
using technology_aliases = std::vector<std::pair<std::string, std::string>>;

/// What beyond the dialing an Originate needs.
struct originate_options {
  std::string_view technology{}; ///< the plan's
  text trunk{}, caller_id{}, early_media{}, codecs{};
  std::string_view account{};                 ///< may be empty
  bool local_no_optimize{false};              ///< Asterisk is to leave no Local channel out
  text dialplan_context{};                    ///< that runs the application of a destination of type 1; null: nothing does
  const technology_aliases* aliases{nullptr}; ///< of this server; null or empty: none
};

/// The technology as `aliases` has it, in Asterisk's spelling ("PJSIP", "Local" …).
[[nodiscard]] std::string resolve_technology(std::string_view technology, const technology_aliases* aliases);

/// `tech/number@trunk`, or `tech/number` without a trunk; refused unless each part is on its allow-list.
[[nodiscard]] result<std::string> originate_channel(std::string_view technology, std::string_view number,
                                                    const text& trunk);

/// The bytes of the Originate: asynchronous, with ActionID and ChannelId = the dialing's uuid and, for a
/// Local channel, OtherChannelId. A destination of type 0 goes to Context/Exten/Priority (default 1), of type
/// 1 to Application/Data. An application that Originate runs has no dialplan to go back to: when somebody transfers the
/// call, it ends. So a plan may name a context: the call goes to its extension s, which runs what the variables
/// RINGMASTER_APPLICATION and RINGMASTER_DATA say. Errors: invalid_field with the name of the field at fault.
[[nodiscard]] result<std::string> originate_action(const dialing& d, const originate_options& options);

/// Why no Originate can be written for calls of a campaign with this plan and destination and these variables (those of
/// campaign, plan, destination and dlma, merged), whatever the number; nothing when one can. An entry's own variables or
/// number may still be too much for Asterisk.
[[nodiscard]] std::optional<error> cannot_be_written(const plan& how, const destination& to, const variables& vars);

} // namespace ringmaster::core
