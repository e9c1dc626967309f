// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/agents.hpp"

#include "actors/core/telephone/header_values.hpp"

#include <array>

namespace ringmaster::core {
namespace {

using ami::event_kind;
using telephone::agent;

constexpr std::string_view logged_off = "AGENT_LOGGEDOFF", idle = "AGENT_IDLE", on_call = "AGENT_ONCALL";

/// The channel that the agent is logged in with; without one, nothing of it stays.
void take_channel(agent& a, const ami::message* m, editor& e) {
  const auto said = [&](std::string_view name) { return m ? text_of(*m, name) : telephone::text{}; };
  e.set(a.account_code, said("AccountCode"));
  e.set(a.caller_id_name, said("CallerIDName"));
  e.set(a.caller_id_num, said("CallerIDNum"));
  e.set(a.channel_name, said("Channel"));
  e.set(a.channel_state, m ? number_of(m->get("ChannelState")) : std::nullopt);
  e.set(a.channel_state_desc, said("ChannelStateDesc"));
  e.set(a.connected_line_name, said("ConnectedLineName"));
  e.set(a.connected_line_num, said("ConnectedLineNum"));
  e.set(a.context, said("Context"));
  e.set(a.exten, said("Exten"));
  e.set(a.language, said("Language"));
  e.set(a.linked_id, said("Linkedid"));
  e.set(a.priority, said("Priority"));
  e.set(a.unique_id, said("Uniqueid"));
}

agent listed(const ami::message& m) {
  agent a;
  editor e;
  a.id = m.get("Agent");
  a.name = text_of(m, "Name");
  a.status = m.get("Status");
  a.logged_in_time = number_of(m.get("LoggedInTime"));
  take_channel(a, &m, e);
  return a;
}

} // namespace

agent_fold::agent_fold(telephone_writer& to) : agents_{to, roster<agent>::ids::used_again, take_all<agent>} {}

std::span<const event_kind> agent_fold::kinds() const noexcept {
  static constexpr std::array wanted{event_kind::agents, event_kind::agents_complete, event_kind::agent_login,
                                     event_kind::agent_logoff, event_kind::device_state_change};
  return wanted;
}

std::span<const telephone_question> agent_fold::listings() const noexcept {
  static const std::array questions{telephone_question{"Agents"}};
  return questions;
}

void agent_fold::on_event(const ami::message& m, time_point now) {
  const auto id = m.get("Agent");
  const auto whoever = [&] {
    agent fresh;
    fresh.id = id;
    return std::optional{std::move(fresh)};
  };
  if (m.kind() == event_kind::agents) {
    agents_.list_item(m.action_id(), listed(m));
  } else if (m.kind() == event_kind::agents_complete) {
    agents_.list_complete(m.action_id(), items_said(m), now);
  } else if (m.kind() == event_kind::agent_login) {
    agents_.hear(id, now, whoever, [&](agent& a, editor& e) {
      e.set(a.status, idle);
      e.set(a.logged_in_time, unix_seconds(agents_.date_of(now)));
      take_channel(a, &m, e);
    });
  } else if (m.kind() == event_kind::agent_logoff) {
    agents_.hear(id, now, whoever, [&](agent& a, editor& e) {
      e.set(a.status, logged_off);
      e.set(a.logged_in_time, std::nullopt);
      take_channel(a, nullptr, e);
    });
  } else if (const auto device = m.get("Device"); device.starts_with("Agent:")) {
    // The pool tells of calls by the agent's device alone.
    const auto state = m.get("State");
    agents_.hear(
        device.substr(6), now, [] { return std::optional<agent>{}; },
        [&](agent& a, editor& e) {
          if (a.status != logged_off && (state == "INUSE" || state == "NOT_INUSE"))
            e.set(a.status, state == "INUSE" ? on_call : idle);
        });
  }
}

void agent_fold::on_response(std::string_view, const ami::message& m, time_point now) {
  if (m.get("Response") == "Error") // the pool is not loaded
    agents_.list_refused(now);
}

} // namespace ringmaster::core
