// SPDX-License-Identifier: Apache-2.0
// /agents, /device_states, /peers, /registries.
#include "http/telephone/groups.hpp"

#include "http/telephone/resource.hpp"

namespace ringmaster::telephone {

result<void> add_peers(http::router& r, const context& c) {
  if (auto added = live_resource<agent>::add_to(r, c, "/agents"); !added)
    return added;
  if (auto added = live_resource<device_state>::add_to(r, c, "/device_states"); !added)
    return added;
  if (auto added = live_resource<peer>::add_to(r, c, "/peers"); !added)
    return added;
  return live_resource<registry>::add_to(r, c, "/registries");
}

} // namespace ringmaster::telephone
