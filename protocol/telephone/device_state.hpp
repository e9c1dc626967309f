// SPDX-License-Identifier: Apache-2.0
/// The state of a device: a phone, a queue, a parking space, whatever Asterisk keeps a state of.
#pragma once

#include "protocol/telephone/shown.hpp"

namespace ringmaster::telephone {

struct device_state {
  std::string device;
  std::string state;
  maybe_time tm_update;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id
};

inline constexpr auto device_state_fields = field_table{
    shown("device", &device_state::device,
          "Name: \"PJSIP/300\", \"Agent:1001\", \"Queue:sales_avail\", \"Custom:gate\" …"),
    shown("state", &device_state::state,
          "UNKNOWN, NOT_INUSE, INUSE, BUSY, INVALID, UNAVAILABLE, RINGING, RINGINUSE or ONHOLD."),
    shown("tm_update", &device_state::tm_update, "Last changed at."),
    shown("pbx", &device_state::pbx, "Name of the server that it lives on."),
    shown("global_id", &device_state::global_id, "Its id over all servers: PBX:ID."),
};

} // namespace ringmaster::telephone
