// SPDX-License-Identifier: Apache-2.0
/// What the simulated PBX does for each AMI action.
#pragma once

#include "bench/simulated_pbx/session.hpp"

namespace ringmaster::sim {

/// Answers one action; checks that the client has logged in.
void handle_action(session& from, const action& a);

/// The greeting that a client gets when it connects.
inline constexpr std::string_view greeting = "Asterisk Call Manager/11.0.0\r\n";

/// Seconds since 1970 with microseconds, as `2026-11-21T20:41:13.307+0000`, of the real clock.
[[nodiscard]] std::string event_time();

/// Builds an answer in place: `Response`, then `ActionID` when the action has one.
class answer {
public:
  answer(const action& a, std::string_view response);
  answer& text(std::string_view name, std::string_view value);
  answer& number(std::string_view name, std::int64_t value) { return text(name, std::to_string(value)); }
  /// Ends the message.
  void to(session& s);

private:
  std::string out_;
};

void succeed(session& s, const action& a, std::string_view message);
void fail(session& s, const action& a, std::string_view message);
/// The frame of a list: `EventList: start`, the events, and a Complete event with their number.
void begin_list(session& s, const action& a, std::string_view message);
void end_list(session& s, const action& a, std::string_view event, std::size_t items,
              std::string_view last_header = {});

// One function for each action, by what they are about.
void login(session& s, const action& a);
void challenge(session& s, const action& a);
void logoff(session& s, const action& a);
void ping(session& s, const action& a);
void events(session& s, const action& a);
void filter(session& s, const action& a);
void core_settings(session& s, const action& a);
void core_status(session& s, const action& a);
void command(session& s, const action& a);
void module_check(session& s, const action& a);
void list_commands(session& s, const action& a);
void show_endpoints(session& s, const action& a);
void agents(session& s, const action& a);
void agent_logoff(session& s, const action& a);
void device_state_list(session& s, const action& a);
void show_endpoint(session& s, const action& a);
void show_aors(session& s, const action& a);
void show_auths(session& s, const action& a);
void show_contacts(session& s, const action& a);
void show_registrations(session& s, const action& a);
void register_account(session& s, const action& a);
void unregister_account(session& s, const action& a);
void qualify(session& s, const action& a);
void iax_peers(session& s, const action& a);
void iax_peer_list(session& s, const action& a);
void iax_registry(session& s, const action& a);
void module_load(session& s, const action& a);
void create_config(session& s, const action& a);
void get_config(session& s, const action& a);
void update_config(session& s, const action& a);
void user_event(session& s, const action& a);
void simulator_fault(session& s, const action& a);
void reload(session& s, const action& a);
void simulator_agent(session& s, const action& a);
void simulator_trunk(session& s, const action& a);
void simulator_stop(session& s, const action& a);
void simulator_restart(session& s, const action& a);

void originate(session& s, const action& a);
void hang_up(session& s, const action& a);
void redirect(session& s, const action& a);
void blind_transfer(session& s, const action& a);
void attended_transfer(session& s, const action& a);
void park(session& s, const action& a);
void parked_calls(session& s, const action& a);
void parking_lots(session& s, const action& a);
void core_show_channels(session& s, const action& a);
void status(session& s, const action& a);
void get_variable(session& s, const action& a);
void set_variable(session& s, const action& a);
void bridge(session& s, const action& a);
void agi(session& s, const action& a);

void queue_status(session& s, const action& a);
void queue_summary(session& s, const action& a);
void queue_add(session& s, const action& a);
void queue_remove(session& s, const action& a);
void queue_pause(session& s, const action& a);
void queue_penalty(session& s, const action& a);
void queue_ring_in_use(session& s, const action& a);
void queue_reset(session& s, const action& a);

} // namespace ringmaster::sim
