// SPDX-License-Identifier: Apache-2.0
#include "actors/core/outward.hpp"

#include "protocol/ami/grammar.hpp"

namespace ringmaster::core {

bool rings_outside(std::string_view action) noexcept {
  return std::any_of(outward_actions.begin(), outward_actions.end(),
                     [&](std::string_view one) { return ami::grammar::same_name(one, action); });
}

result<outward_permit> permit_outward(const outward& what) {
  const auto known = std::find_if(outward_actions.begin(), outward_actions.end(),
                                  [&](std::string_view one) { return ami::grammar::same_name(one, what.action); });
  if (known == outward_actions.end())
    return error{errc::internal, "no call goes outward by the action " + std::string{what.action}, {}};
  if (what.call.empty() || what.destination.empty())
    return invalid_field("destination", "a call that goes outward has a destination");
  // Asterisk dials every part between these: one permit would be for several telephones.
  if (what.destination.find_first_of(std::string_view{"&|\r\n\0", 5}) != std::string_view::npos)
    return invalid_field("destination", "a call goes outward to one destination");
  return outward_permit{*known};
}

result<outward_permit> permit_originate(std::string_view call, std::string_view bytes) {
  constexpr std::string_view name = "\r\nChannel: ";
  const auto at = bytes.find(name);
  const auto from = at == std::string_view::npos ? bytes.size() : at + name.size();
  return permit_outward({"Originate", call, bytes.substr(from, bytes.find("\r\n", from) - from)});
}

} // namespace ringmaster::core
