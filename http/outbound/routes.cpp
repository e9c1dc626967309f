// SPDX-License-Identifier: Apache-2.0
#include "http/outbound/routes.hpp"

#include "http/outbound/dialings.hpp"
#include "http/outbound/export.hpp"
#include "http/outbound/import.hpp"
#include "http/outbound/insight.hpp"
#include "http/outbound/resources.hpp"

namespace ringmaster::outbound {

void add_aliases(http::router& r) {
  for (const char* name : {"/plans", "/destinations", "/dlmas", "/dls", "/dialings", "/campaigns"})
    r.alias(name, std::string{"/ob"} + name);
  r.alias("/ob/campaign", "/ob/campaigns");
}

result<void> add_routes(http::router& r, const context& c) {
  for (const auto add : {&api::resource_handlers<plan_resource>::add_to, &api::resource_handlers<destination_resource>::add_to,
                         &api::resource_handlers<dlma_resource>::add_to, &api::resource_handlers<dl_resource>::add_to,
                         &api::resource_handlers<campaign_resource>::add_to, &add_dialings, &add_import, &add_insight})
    if (auto added = add(r, c); !added)
      return added;
  return {};
}

} // namespace ringmaster::outbound
