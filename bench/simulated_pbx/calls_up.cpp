// SPDX-License-Identifier: Apache-2.0
// The second half of a call: what runs after the answer, and how it ends.
#include "bench/simulated_pbx/calls.hpp"

#include "bench/simulated_pbx/action.hpp"
#include "bench/simulated_pbx/equipment.hpp"
#include "bench/simulated_pbx/parking.hpp"
#include "bench/simulated_pbx/queues.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ringmaster::sim {
namespace {

// How long AMD listens before it has made up its mind.
constexpr sim_time detection_time{1'500'000};
constexpr sim_time playback_time{5'000'000};
// Nothing ends within the turn that answered it: a dialplan step takes a moment.
constexpr sim_time a_moment{1'000};
// From Queue()'s refusal to the end of the call.
constexpr sim_time turned_away{50'000};

double seconds_in(std::string_view text, double otherwise) {
  double value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

void call_system::run(call& c) {
  if (c.request.context.empty())
    run_application(c, c.request.application, c.request.data);
  else
    run_context(c, c.request.context, c.request.extension, c.request.priority);
  if (c.two != nullptr && c.three == nullptr) {
    ++c.two->priority;
    if (c.who.what == outcome::machine)
      core_.new_exten(*c.two, "Playback", "vm-intro&beep,noanswer");
    else
      core_.new_exten(*c.two, "Wait",
                      std::to_string(whole_seconds(c.who.leaves_after.value_or(c.who.listen))));
  }
}

void call_system::customer_listens(call& c) {
  if (c.who.leaves_after)
    return; // goes at that time, whatever runs
  core_.clock.after(c.who.listen, [this, id = c.id, step = c.step] {
    if (call* alive = find(id); alive != nullptr && alive->step == step)
      end(*alive, ending::customer, 16);
  });
}

void call_system::run_application(call& c, const std::string& name, const std::string& data) {
  ++c.step;
  channel& one = *c.one;
  one.application = name;
  one.data = data;
  const auto done_after = [&](sim_time delay, int cause) {
    core_.clock.after(delay, [this, id = c.id, step = c.step, cause] {
      if (call* alive = find(id); alive != nullptr && alive->step == step)
        end(*alive, ending::application, cause);
    });
  };
  if (same_name(name, "Queue"))
    return run_queue(c, data);
  if (same_name(name, "Park")) {
    customer_listens(c);
    if (!parking_.park(c, std::string_view{data}.substr(0, data.find(',')), {}))
      done_after(a_moment, 0);
    return;
  }
  if (same_name(name, "AMD"))
    return run_detection(c, {});
  if (same_name(name, "AGI") && data.starts_with("agi:async")) {
    customer_listens(c);
    return run_async_agi(c, data);
  }
  if (same_name(name, "AgentLogin")) {
    customer_listens(c);
    if (!equipment_.agent_logs_in(c, std::string_view{data}.substr(0, data.find(','))))
      done_after(a_moment, 0);
    return;
  }
  customer_listens(c);
  if (same_name(name, "Wait"))
    done_after(seconds_of(seconds_in(data, 0)), 0);
  else if (same_name(name, "Playback") || same_name(name, "Background"))
    done_after(playback_time, 16);
  else if (same_name(name, "Echo") || same_name(name, "MusicOnHold"))
    return; // until somebody hangs up
  else if (same_name(name, "Hangup"))
    done_after(a_moment, static_cast<int>(seconds_in(data, 16)));
  else
    done_after(a_moment, 0); // as an unknown application: answered, then gone
}

void call_system::run_context(call& c, std::string_view context, std::string_view extension, int priority) {
  ++c.step;
  c.in_dialplan = true;
  channel& one = *c.one;
  one.context = context;
  one.extension = extension;
  one.priority = priority;
  core_.call_id_change(one);
  const auto step_to = [&](std::string_view application, std::string_view data) {
    core_.new_exten(one, application, data);
    ++one.priority;
  };
  if (context == "queue") {
    step_to("Answer", {});
    const std::string data = fmt::format("{},nc,,,", extension);
    step_to("Queue", data);
    return run_queue(c, data);
  }
  if (context == "amd") {
    step_to("Answer", {});
    step_to("AMD", {});
    return run_detection(c, extension);
  }
  sim_time length = a_moment;
  if (context == "parkedcalls") {
    core_.new_exten(one, "ParkedCall", fmt::format("default,{}", extension));
    return take_back(c, extension);
  }
  if (context == "async-agi") {
    step_to("Answer", {});
    constexpr std::string_view arguments = "agi:async,first argument,second argument";
    core_.new_exten(one, "AGI", arguments);
    customer_listens(c);
    return run_async_agi(c, arguments);
  }
  if (context == "park") {
    step_to("Answer", {});
    const std::string lot = extension == "s" ? std::string{"default"} : std::string{extension};
    core_.new_exten(one, "Park", lot + ",s");
    customer_listens(c);
    if (parking_.park(c, lot, {}))
      return;
  } else if (context == "agent-login") {
    step_to("Answer", {});
    core_.new_exten(one, "AgentLogin", fmt::format("{},s", extension));
    customer_listens(c);
    if (equipment_.agent_logs_in(c, extension))
      return;
  } else if (context == "devices") {
    const std::string* to = one.variable("TO");
    step_to("Set", fmt::format("DEVICE_STATE(Custom:{})={}", extension, to == nullptr ? "" : *to));
    core_.device(fmt::format("Custom:{}", extension), to == nullptr ? "UNKNOWN" : *to);
    step_to("Hangup", "16");
  } else if (context == "hold") {
    step_to("Answer", {});
    step_to("Wait", "300");
    length = seconds_of(300);
    customer_listens(c);
  } else if (context == "park-timeout") {
    step_to("Hangup", {});
  }
  core_.clock.after(length, [this, id = c.id, step = c.step,
                             cause = context == "park-timeout" || context == "devices" ? 16 : 0] {
    if (call* alive = find(id); alive != nullptr && alive->step == step)
      end(*alive, ending::application, cause);
  });
}

void call_system::run_queue(call& c, std::string_view data) {
  // NAME,OPTIONS,URL,ANNOUNCE,TIMEOUT
  std::optional<sim_time> timeout;
  std::string_view rest = data;
  const std::string_view name = rest.substr(0, rest.find(','));
  for (int i = 0; i < 4; ++i) {
    const auto comma = rest.find(',');
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  if (const double seconds = seconds_in(rest.substr(0, rest.find(',')), 0); seconds > 0)
    timeout = seconds_of(seconds);
  if (const auto refused = queues_.join(c, name, timeout)) {
    log("turned_away", c,
        *refused == refusal_to_join::full    ? "full"
        : *refused == refusal_to_join::empty ? "empty"
                                             : "unknown");
    core_.clock.after(turned_away, [this, id = c.id, step = c.step] {
      if (call* alive = find(id); alive != nullptr && alive->step == step)
        end(*alive, ending::application, 0);
    });
    return;
  }
  log("queue_join", c, name);
  if (!c.who.leaves_after)
    core_.clock.after(c.who.what == outcome::machine ? c.who.listen : c.who.patience, [this, id = c.id,
                                                                                       step = c.step] {
      call* alive = find(id);
      if (alive != nullptr && alive->step == step && alive->place.in != nullptr && !alive->place.connected)
        end(*alive, ending::customer, 16);
    });
}

void call_system::run_detection(call& c, std::string_view queue_name) {
  core_.clock.after(detection_time, [this, id = c.id, step = c.step, next = std::string{queue_name}] {
    call* alive = find(id);
    if (alive == nullptr || alive->step != step)
      return;
    const bool machine = alive->who.what == outcome::machine;
    channel& one = *alive->one;
    core_.var_set(one, "AMDSTATUS", machine ? "MACHINE" : "HUMAN");
    core_.var_set(one, "AMDCAUSE", machine ? "LONGGREETING-1500-1500" : "HUMAN-1000-1000");
    if (next.empty())
      return end(*alive, ending::application, 0);
    core_.new_exten(one, "GotoIf", machine ? "1?machine" : "0?machine");
    if (!machine) {
      const std::string data = next + ",nc,,,";
      core_.new_exten(one, "Queue", data);
      return run_queue(*alive, data);
    }
    core_.new_exten(one, "UserEvent", "Machine,Cause: LONGGREETING-1500-1500");
    core_.out.begin("UserEvent", event_class::user)
        .channel(one)
        .text("UserEvent", "Machine")
        .text("Cause", "LONGGREETING-1500-1500");
    core_.new_exten(one, "Hangup", {});
    end(*alive, ending::application, 16);
  });
}

void call_system::leave_application(call& c, parting how) {
  ++c.step;
  if (c.place.in != nullptr)
    queues_.leave(c, how);
  if (c.parked_in != nullptr)
    c.parked_in->leave(c);
  if (c.in_agi)
    leave_agi(c, "HANGUP");
  if (!c.agent.empty())
    equipment_.agent_leaves(c);
  if (c.partner != nullptr || c.with != 0)
    leave_partner(c);
}

void call_system::end(call& c, ending how, int cause) {
  ++c.step;
  channel& one = *c.one;
  channel* const two = c.two;
  const std::string device = direct_device(c);
  const bool bridged = !one.bridge.empty(); // with an agent, or in its parking space
  log("hangup", c,
      how == ending::customer      ? "customer"
      : how == ending::application ? "application"
      : how == ending::server      ? "server"
                                   : "request");
  switch (how) {
  case ending::customer:
    if (two != nullptr) {
      ++two->priority;
      if (c.three != nullptr)
        drop_trunk(c, 16, {});
      else
        core_.new_exten(*two, "Hangup", {});
      core_.soft_hangup_request(*two);
      core_.hangup_request(one, 16);
      core_.cdr(*two, "ANSWERED");
      leave_application(c, parting::caller);
      core_.hangup(*two, 16);
      core_.cdr(one, "ANSWERED");
      core_.hangup(one, 16);
    } else {
      core_.rtp_statistics(one);
      core_.hangup_request(one, std::nullopt);
      leave_application(c, parting::caller);
      core_.cdr(one, "ANSWERED");
      core_.hangup(one, bridged ? 16 : 0);
    }
    break;
  case ending::application:
    leave_application(c, parting::agent);
    if (two != nullptr) {
      if (c.in_dialplan && cause == 16)
        core_.soft_hangup_request(one);
      core_.hangup_request(*two, cause);
      core_.cdr(one, "ANSWERED");
      core_.hangup(one, cause);
      core_.soft_hangup_request(*two);
      drop_trunk(c, cause, {});
      core_.cdr(*two, "ANSWERED");
      core_.hangup(*two, cause);
    } else {
      core_.rtp_statistics(one);
      core_.cdr(one, "ANSWERED");
      core_.hangup(one, cause);
    }
    break;
  case ending::request:
  case ending::server:
    core_.soft_hangup_request(one);
    if (two != nullptr)
      core_.hangup_request(*two, cause);
    else
      core_.rtp_statistics(one);
    leave_application(c, how == ending::server ? parting::caller : parting::action);
    if (two != nullptr) {
      core_.hangup(one, cause);
      core_.soft_hangup_request(*two);
      drop_trunk(c, cause, {});
      core_.cdr(*two, "ANSWERED");
      core_.hangup(*two, cause);
    } else {
      core_.cdr(one, "ANSWERED");
      core_.hangup(one, cause);
    }
    break;
  }
  if (two != nullptr) {
    core_.device(local_device(c), "NOT_INUSE");
    core_.device(local_device(c), "NOT_INUSE");
  } else {
    core_.device(device, "NOT_INUSE");
  }
  forget(c);
}

void call_system::hang_up(call& c, const channel& which, int cause) {
  if (c.where == call::phase::dialing)
    return cancel(c, cause);
  end(c, &which == c.two || &which == c.three ? ending::customer : ending::request, cause);
}

void call_system::hang_up_all() {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, each] : calls_)
    ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  for (const std::uint64_t id : ids)
    if (call* alive = find(id))
      alive->where == call::phase::dialing ? cancel(*alive, 0) : end(*alive, ending::server, 16);
}

bool call_system::redirect(call& c, std::string_view context, std::string_view extension, int priority) {
  if (c.where == call::phase::dialing)
    return false;
  log("redirect", c, context);
  // Who talks in a bridge and has no dialplan to go back to is hung up on: only his application held him up.
  if ((c.place.connected || c.partner != nullptr) && !c.in_dialplan && !c.swapped) {
    end(c, ending::request, 16);
    return true;
  }
  leave_application(c, c.in_dialplan ? parting::action : parting::moved);
  run_context(c, context, extension, priority);
  return true;
}

void call_system::return_from_parking(call& c, std::string_view context, std::string_view extension) {
  run_context(c, context, extension, 1);
}

} // namespace ringmaster::sim
