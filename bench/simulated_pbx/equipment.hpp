// SPDX-License-Identifier: Apache-2.0
/// What the simulated PBX has beside calls and queues: agents of the agent pool, PJSIP endpoints with their
/// accounts and registrations, IAX2 peers, device states and modules. All of it is listed as Asterisk 22
/// lists it.
#pragma once

#include "bench/simulated_pbx/calls.hpp"
#include "bench/simulated_pbx/core.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::sim {

struct phone;

/// Part of a list action's answer: how many events were appended.
using listed = std::size_t;

class equipment {
public:
  equipment(core& c, const queue_system& queues);
  void serve(call_system& calls) noexcept { calls_ = &calls; }

  // The agent pool.

  /// The application AgentLogin. False when there is no such agent or it is logged in.
  bool agent_logs_in(call& c, std::string_view id);
  /// The agent's call goes.
  void agent_leaves(call& c);
  [[nodiscard]] bool knows_agent(std::string_view id) { return find_agent(id) != nullptr; }
  /// Action AgentLogoff.
  void log_off(std::string_view id);
  listed agents(std::string& out, std::string_view action_id) const;

  listed device_states(std::string& out, std::string_view action_id) const;

  // PJSIP. A `registration` of an account is the account's own phone: it registers from outside.

  listed endpoints(std::string& out, std::string_view action_id) const;
  /// Nothing when there is no such endpoint.
  [[nodiscard]] std::optional<listed> endpoint(std::string& out, std::string_view name,
                                               std::string_view action_id) const;
  listed aors(std::string& out, std::string_view action_id) const;
  listed auths(std::string& out, std::string_view action_id) const;
  listed contacts(std::string& out, std::string_view action_id) const;
  /// `registered` is set to how many are.
  listed registrations(std::string& out, std::string_view action_id, std::size_t& registered) const;
  /// Actions PJSIPRegister and PJSIPUnregister: false when there is no such registration.
  bool set_registered(std::string_view name, bool registered);
  [[nodiscard]] bool has_endpoint(std::string_view name) const;

  // IAX2: two peers that nobody has come from, and a registration for each.

  listed iax_peers(std::string& out, std::string_view action_id, bool with_description) const;
  listed iax_registry(std::string& out, std::string_view action_id) const;

  // Modules.

  struct module {
    std::string name; ///< app_echo.so; without the ending: a part of the PBX itself
    std::string description;
    std::uint32_t uses{0};
    bool reloads{false};
    bool loaded{true};
  };
  /// By name, with or without its ending.
  [[nodiscard]] module* find_module(std::string_view name);
  /// Lines of `module show`; `like` is a part of the name.
  [[nodiscard]] std::vector<std::string> module_table(std::string_view like) const;

private:
  struct pool_agent {
    std::string id;
    std::uint64_t call{0}; ///< 0: logged off
    std::int64_t since{0};
  };
  struct sip_endpoint {
    std::string name;
    bool account{false};    ///< has a secret, and a contact only while it is registered
    bool registered{false}; ///< of accounts
    std::int64_t registered_at{0};
    std::string contact; ///< its URI
    const phone* device{nullptr};
  };

  [[nodiscard]] pool_agent* find_agent(std::string_view id);
  [[nodiscard]] const sip_endpoint* find_endpoint(std::string_view name) const;
  [[nodiscard]] std::string contact_id(const sip_endpoint& e) const;
  [[nodiscard]] bool reachable(const sip_endpoint& e) const noexcept { return !e.account || e.registered; }
  [[nodiscard]] std::string_view device_state(const sip_endpoint& e) const;
  void agent_bridge(std::string_view event, const channel& c, std::size_t channels);

  core& core_;
  const queue_system& queues_;
  call_system* calls_{nullptr};
  std::vector<pool_agent> agents_;
  std::vector<sip_endpoint> endpoints_;
  std::vector<module> modules_;
  std::string agent_bridge_;
};

} // namespace ringmaster::sim
