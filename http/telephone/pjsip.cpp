// SPDX-License-Identifier: Apache-2.0
// /pjsip: what PJSIP is configured with, and who is there.
#include "http/telephone/groups.hpp"

#include "http/telephone/resource.hpp"

namespace ringmaster::telephone {

result<void> add_pjsip(http::router& r, const context& c) {
  if (auto added = live_resource<pjsip_aor>::add_to(r, c, "/pjsip/aors"); !added)
    return added;
  if (auto added = live_resource<pjsip_auth>::add_to(r, c, "/pjsip/auths"); !added)
    return added;
  if (auto added = live_resource<pjsip_contact>::add_to(r, c, "/pjsip/contacts"); !added)
    return added;
  if (auto added = live_resource<pjsip_endpoint>::add_to(r, c, "/pjsip/endpoints"); !added)
    return added;
  return live_resource<pjsip_registration>::add_to(r, c, "/pjsip/registration_outbounds");
}

} // namespace ringmaster::telephone
