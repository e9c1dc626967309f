#include "http/telephone/routes.hpp"

#include "http/telephone/groups.hpp"

namespace ringmaster::telephone {

void add_aliases(http::router& r) {
  for (const char* group : {"/core", "/queue", "/park", "/pjsip", "/agents", "/device_states", "/peers", "/registries"})
    r.alias(std::string{"/admin"} + group, group);
}

result<void> add_routes(http::router& r, const outbound::context& c) {
  for (const auto add : {&add_core, &add_queue})
    if (auto added = add(r, c); !added)
      return added;
  return {};
}

} // namespace ringmaster::telephone
