// SPDX-License-Identifier: Apache-2.0
// /park: parking lots and the calls in them.
#include "http/telephone/groups.hpp"

#include "http/telephone/configured.hpp"
#include "http/telephone/resource.hpp"

namespace ringmaster::telephone {

result<void> add_park(http::router& r, const context& c) {
  if (auto added = live_resource<parked_call>::add_to(r, c, "/park/parkedcalls"); !added)
    return added;
  if (auto added =
          add_action<parked_call>(r, c, http::method::del, "/park/parkedcalls/{id}", "Hangs it up",
                                  [](const parked_call& one) { return core::hang_up_request(one.channel); });
      !added)
    return added;
  if (auto added = live_resource<parking_lot>::add_to(r, c, "/park/parkinglots"); !added)
    return added;
  return add_configured<parking_lot>(r, c, "/park/parkinglots", core::configured_kind::parking_lot);
}

} // namespace ringmaster::telephone
