// SPDX-License-Identifier: Apache-2.0
#include "actors/core/outward.hpp"

#include "protocol/ami/grammar.hpp"

#include <algorithm>
#include <array>

namespace ringmaster::core {
namespace {

using ami::grammar::same_name;

constexpr std::array<std::string_view, 4> outward_actions{"Originate", "Redirect", "BlindTransfer", "Atxfer"};

result<void> judge(std::string_view destination) {
  if (destination.empty())
    return invalid_field("destination", "a call that goes outward has a destination");
  // Asterisk dials every part between these: what is allowed for one telephone would be for several.
  if (destination.find_first_of(std::string_view{"&|\r\n\0", 5}) != std::string_view::npos)
    return invalid_field("destination", "a call goes outward to one destination");
  return {};
}

} // namespace

bool rings_outside(std::string_view action) noexcept {
  return std::any_of(outward_actions.begin(), outward_actions.end(), [&](std::string_view one) { return same_name(one, action); });
}

result<void> may_ring_outside(std::string_view action, const action_headers& with) {
  if (!rings_outside(action))
    return error{errc::internal, "no call goes outward by the action " + std::string{action}, {}};
  const auto* where = same_name(action, "Originate") ? "Channel" : "Exten";
  const auto at = std::find_if(with.begin(), with.end(), [&](const auto& one) { return same_name(one.first, where); });
  return judge(at == with.end() ? std::string_view{} : std::string_view{at->second});
}

result<void> may_ring_outside(std::string_view originate) {
  constexpr std::string_view name = "\r\nChannel: ";
  const auto at = originate.find(name);
  const auto from = at == std::string_view::npos ? originate.size() : at + name.size();
  return judge(originate.substr(from, originate.find("\r\n", from) - from));
}

} // namespace ringmaster::core
