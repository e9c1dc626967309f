// SPDX-License-Identifier: Apache-2.0
#include "http/telephone/routes.hpp"

#include "http/telephone/groups.hpp"

namespace ringmaster::telephone {

void add_aliases(http::router& r) {
  r.alias("/pjsip/auth", "/pjsip/auths"); // the reference has both
  for (const char* group :
       {"/core", "/queue", "/park", "/pjsip", "/agents", "/device_states", "/peers", "/registries"})
    r.alias(std::string{"/admin"} + group, group);
}

result<void> add_routes(http::router& r, const api::context& c) {
  for (const auto add : {&add_core, &add_queue, &add_park, &add_peers, &add_pjsip})
    if (auto added = add(r, c); !added)
      return added;
  return {};
}

} // namespace ringmaster::telephone
