// SPDX-License-Identifier: Apache-2.0
/// What live clients hear of an Asterisk server: `ob.server.update`, whenever something of it is another than what they heard last.
///
/// Belongs to the server's pbx actor, on its thread alone. Costs next to nothing while nobody listens.
#pragma once

#include "actors/core/ami_rights.hpp"
#include "actors/core/explain.hpp"
#include "actors/live_state.hpp"
#include "actors/shared.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ringmaster {

/// How things stand with a server. With moments: the same one is another date whenever the wall clock is set.
struct server_standing {
  server_state state{server_state::away};
  std::string trouble; ///< empty: none
  std::optional<time_point> since;
  std::shared_ptr<const std::vector<core::missing_right>> missing_rights;
  bool operator==(const server_standing&) const = default;
};

class server_news {
public:
  /// `shared` may be null: then nobody listens.
  server_news(std::string name, const live_state* live, engine_shared* shared)
      : name_{std::move(name)}, live_{live}, shared_{shared} {}

  /// After `live_state` has it. `now` is a moment.
  void tell(server_standing stands, time_point now);

private:
  struct told {
    server_standing stands;
    std::vector<core::resting> rests;
    bool operator==(const told&) const = default;
  };

  std::string name_;
  const live_state* live_;
  engine_shared* shared_;
  std::optional<told> told_;
};

} // namespace ringmaster
