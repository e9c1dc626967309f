// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/devices.hpp"

#include "actors/core/telephone/header_values.hpp"

#include <array>

namespace ringmaster::core {
namespace {

using ami::event_kind;
using telephone::device_state;

} // namespace

device_fold::device_fold(telephone_writer& to)
    : devices_{to, roster<device_state>::ids::used_again, take_all<device_state>} {}

std::span<const event_kind> device_fold::kinds() const noexcept {
  static constexpr std::array wanted{event_kind::device_state_change, event_kind::device_state_list_complete};
  return wanted;
}

std::span<const telephone_question> device_fold::listings() const noexcept {
  static const std::array questions{telephone_question{"DeviceStateList"}};
  return questions;
}

void device_fold::on_event(const ami::message& m, time_point now) {
  if (m.kind() == event_kind::device_state_list_complete)
    return devices_.list_complete(m.action_id(), std::nullopt, now); // Local ones may have been counted
  const auto name = m.get("Device");
  if (name.empty() || name.starts_with("Local/"))
    return;
  const auto make = [&] {
    return std::optional{device_state{std::string{name}, string_of(m, "State"), {}, {}, {}}};
  };
  if (const auto list = m.action_id(); !list.empty())
    devices_.list_item(list, *make());
  else
    devices_.hear(name, now, make, [&](device_state& d, editor& e) { e.set(d.state, m.get("State")); });
}

void device_fold::on_response(std::string_view, const ami::message& m, time_point now) {
  if (m.get("Response") == "Error") // res_manager_devicestate is not loaded: events alone tell
    devices_.list_refused(now);
}

} // namespace ringmaster::core
