// SPDX-License-Identifier: Apache-2.0
// The first half of a call: from Originate to the answer or the refusal.
#include "bench/simulated_pbx/calls.hpp"

#include "bench/simulated_pbx/action.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ringmaster::sim {

namespace {

// What a busy, full or unknown number takes to say so.
constexpr sim_time refusal_delay{20'000};
// How long the callee's side rings before it gives up by itself.
constexpr sim_time longest_ringing{120'000'000};

std::optional<double> number_in(const std::string* text) {
  if (text == nullptr)
    return std::nullopt;
  double value = 0;
  const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (code != std::errc{} || end != text->data() + text->size() || value < 0)
    return std::nullopt;
  return value;
}

// What a call takes that nobody at the other end of a trunk says anything to.
constexpr sim_time silence_limit{32'000'000};

/// How a refusal looks: in DialEnd, in Hangup, in PJSIP's response code, in OriginateResponse of a Local
/// channel, in the customer's dialplan and in the call record.
struct refusal {
  std::string_view dial_status, application, disposition;
  int cause, sip, local_reason;
};

refusal refusal_of(outcome o) {
  switch (o) {
  case outcome::busy:
    return {"BUSY", "Busy", "BUSY", 17, 486, 5};
  case outcome::congestion:
    return {"CONGESTION", "Congestion", "CONGESTION", 34, 503, 8};
  case outcome::invalid:
  case outcome::answer:
  case outcome::machine:
  case outcome::no_answer:
    break;
  }
  return {"NOANSWER", "Hangup", "NO ANSWER", 1, 404, 0};
}

/// What Asterisk makes of a cause that a trunk gave, in DialEnd.
std::string_view dial_status_of(int cause) {
  return cause == 17                  ? "BUSY"
         : cause == 34                ? "CONGESTION"
         : cause == 3 || cause == 20 ? "CHANUNAVAIL"
                                      : "NOANSWER";
}

int sip_of(int cause) {
  switch (cause) {
  case 3:
    return 404;
  case 34:
    return 503;
  case 38:
    return 500;
  case 41:
    return 409;
  case 42:
    return 600;
  default:
    return 480;
  }
}

refusal refusal_of(const call& c) {
  if (!c.trunk)
    return refusal_of(c.who.what);
  return {dial_status_of(c.trunk->cause), "Hangup", "FAILED", c.trunk->cause, sip_of(c.trunk->cause), 0};
}

} // namespace

dial_target parse_dial_string(std::string_view text) {
  dial_target t;
  const auto slash = text.find('/');
  t.technology = text.substr(0, slash);
  std::string_view rest = slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
  if (same_name(t.technology, "Local")) {
    t.technology = "Local";
    rest = rest.substr(0, rest.find('/')); // options such as /n
    const auto at = rest.find('@');
    t.number = rest.substr(0, at);
    t.context = at == std::string_view::npos ? "default" : rest.substr(at + 1);
    t.resource = t.number + "@" + t.context;
    return t;
  }
  if (const auto peer = rest.find('/');
      peer != std::string_view::npos) { // TRUNK/NUMBER, TRUNK/sip:NUMBER@HOST
    t.resource = rest.substr(0, peer);
    rest.remove_prefix(peer + 1);
    if (rest.starts_with("sip:"))
      rest.remove_prefix(4);
    t.number = rest.substr(0, rest.find('@'));
    return t;
  }
  const auto at = rest.find('@');
  t.number = rest.substr(0, at);
  t.resource = at == std::string_view::npos ? t.number : std::string{rest.substr(at + 1)};
  return t;
}

call* call_system::find(std::uint64_t id) {
  const auto it = calls_.find(id);
  return it == calls_.end() ? nullptr : it->second.get();
}

void call_system::after(sim_time delay, const call& c, void (call_system::*what)(call&), bool same_step) {
  core_.clock.after(delay, [this, id = c.id, step = c.step, what, same_step] {
    if (call* alive = find(id); alive != nullptr && (!same_step || alive->step == step))
      (this->*what)(*alive);
  });
}

void call_system::log(std::string_view event, const call& c, std::string_view detail) {
  if (core_.log.is_open() && !c.request.of_the_house)
    core_.log.write(event, core_.clock.now(),
                    {{"action_id", c.request.action_id},
                     {"channel_id", c.request.id},
                     {"channel", c.one != nullptr ? c.one->name : c.request.channel},
                     {"number", c.target.number},
                     {"detail", detail}});
}

void call_system::dial_trunk(call& c) {
  channel& two = *c.two;
  const std::string dialed = c.target.number + "@" + c.way->trunk;
  core_.new_exten(two, "Dial",
                  "PJSIP/" + dialed + (c.way->timeout_s > 0 ? "," + std::to_string(std::llround(c.way->timeout_s)) : ""));
  c.three = &core_.channels.add(core_.new_channel_name("PJSIP", c.way->trunk), core_.new_unique_id());
  channel& three = *c.three;
  three.linked_id = c.one->linked_id;
  three.context = "from-carrier";
  three.call = c.id;
  core_.new_channel(three);
  core_.new_exten(three, "AppDial", "(Outgoing Line)");
  core_.caller_id(three, c.target.number, {});
  core_.dial_begin(&two, three, dialed);
  core_.connected_line(three, c.request.caller_number, c.request.caller_name);
}

void call_system::drop_trunk(call& c, int cause, std::string_view dial_status) {
  if (c.three == nullptr)
    return;
  channel& three = *c.three;
  if (!dial_status.empty())
    core_.dial_end(c.two, three, dial_status);
  if (!c.trunk_bridge.empty()) {
    core_.bridge_event("BridgeLeave", c.trunk_bridge, 1, &three);
    core_.bridge_event("BridgeLeave", c.trunk_bridge, 0, c.two);
    core_.bridge_event("BridgeDestroy", c.trunk_bridge, 0, nullptr);
    c.trunk_bridge.clear();
  }
  core_.hangup(three, cause);
  c.three = nullptr;
  core_.device(trunk_device(c), "NOT_INUSE");
}

bool call_system::is_customer_context(std::string_view context) const {
  const auto& known = core_.people.customers.contexts;
  return std::find(known.begin(), known.end(), context) != known.end();
}

void call_system::respond_failure(const originate_request& r, int reason) {
  if (!r.async) {
    if (answer_synchronous)
      answer_synchronous(r.session, r.action_id, false);
    return;
  }
  auto e = core_.out.begin("OriginateResponse", event_class::call);
  if (!r.action_id.empty())
    e.text("ActionID", r.action_id);
  e.text("Response", "Failure").text("Channel", r.channel);
  if (r.context.empty())
    e.text("Application", r.application).text("Data", r.data);
  else
    e.text("Context", r.context).text("Exten", r.extension);
  e.number("Reason", reason)
      .text("Uniqueid", r.id.empty() ? "<unknown>" : r.id)
      .text("CallerIDNum", r.caller_number.empty() ? "<unknown>" : r.caller_number)
      .text("CallerIDName", r.caller_name.empty() ? "<unknown>" : r.caller_name);
}

void call_system::respond(const call& c, bool success, int reason) {
  const originate_request& r = c.request;
  if (!success)
    return respond_failure(r, reason);
  if (!r.async) {
    if (answer_synchronous)
      answer_synchronous(r.session, r.action_id, true);
    return;
  }
  auto e = core_.out.begin("OriginateResponse", event_class::call);
  if (!r.action_id.empty())
    e.text("ActionID", r.action_id);
  e.text("Response", "Success").text("Channel", c.one->name);
  if (r.context.empty())
    e.text("Application", r.application).text("Data", r.data);
  else
    e.text("Context", r.context).text("Exten", r.extension);
  e.number("Reason", reason)
      .text("Uniqueid", c.one->unique_id)
      .text("CallerIDNum", c.one->caller_number.empty() ? "<unknown>" : c.one->caller_number)
      .text("CallerIDName", c.one->caller_name.empty() ? "<unknown>" : c.one->caller_name);
  for (const std::string& name : core_.people.channel_variables) {
    const std::string* value = c.one->variable(name);
    e.text("ChanVariable(" + c.one->name + ")", name + "=" + (value == nullptr ? std::string{} : *value));
  }
}

void call_system::originate(originate_request request) {
  dial_target target = parse_dial_string(request.channel);
  if (core_.log.is_open() && !request.of_the_house)
    core_.log.write("originate", core_.clock.now(),
                    {{"action_id", request.action_id},
                     {"channel_id", request.id},
                     {"channel", request.channel},
                     {"number", target.number}},
                    &request.variables);

  const auto& technologies = core_.people.technologies;
  const bool local = target.technology == "Local";
  const bool known =
      local || std::any_of(technologies.begin(), technologies.end(),
                           [&](const std::string& t) { return same_name(t, target.technology); });
  const bool full = core_.people.max_calls != 0 && calls_.size() >= core_.people.max_calls;
  const bool taken = (!request.id.empty() && core_.channels.collides(request.id)) ||
                     (!request.other_id.empty() && core_.channels.collides(request.other_id));
  const auto trunk = local ? std::nullopt : condition_of(target.resource);
  const bool missing = trunk && trunk->what == trunk_condition::kind::missing;
  if (!known || taken || missing || target.number.empty()) {
    if (local && taken) // its pair of channels was made, and thrown away
      (void)core_.new_channel_name("Local", target.resource);
    if (core_.log.is_open())
      core_.log.write("refused", core_.clock.now(),
                      {{"action_id", request.action_id},
                       {"channel_id", request.id},
                       {"number", target.number},
                       {"detail", !known    ? "technology"
                                  : taken   ? "id is live"
                                  : missing ? "trunk"
                                            : "number"}});
    return respond_failure(request, 0);
  }

  auto fresh = std::make_unique<call>();
  call& c = *fresh;
  c.id = ++last_id_;
  c.request = std::move(request);
  c.target = std::move(target);
  c.trunk = trunk;
  c.over_limit = full;
  calls_.emplace(c.id, std::move(fresh));
  dial(c);
}

std::optional<trunk_condition> call_system::condition_of(std::string_view trunk) {
  const auto it = core_.trunks.find(trunk);
  if (it == core_.trunks.end() || it->second.what == trunk_condition::kind::up)
    return std::nullopt;
  random_source random{derive_seed(core_.seed, trunk, ++trunk_dice_)};
  return random.unit() < it->second.share ? std::optional{it->second} : std::nullopt;
}

void call_system::dial(call& c) {
  const auto& routes = core_.people.routes;
  if (c.target.technology == "Local")
    if (const auto way =
            std::find_if(routes.begin(), routes.end(), [&](const route& r) { return r.context == c.target.context; });
        way != routes.end()) {
      c.way = &*way;
      c.trunk = condition_of(way->trunk);
    }
  if (!c.trunk) {
    c.who = core_.people.customers.draw(core_.seed, c.target.number, core_.called[c.target.number]++);
  } else { // nobody hears of it
    log("refused", c, "trunk");
    c.who.rings = false;
    c.who.what = c.trunk->what == trunk_condition::kind::silent ? outcome::no_answer : outcome::congestion;
    if (c.trunk->what == trunk_condition::kind::silent)
      c.trunk->cause = 18;
    else if (c.trunk->what == trunk_condition::kind::missing)
      c.trunk->cause = 20;
  }
  if (c.request.id.empty())
    c.request.id = core_.new_unique_id();
  if (c.target.technology == "Local")
    dial_local(c);
  else
    dial_direct(c);
}

void call_system::prepare(call& c) {
  channel& one = *c.one;
  core_.new_exten(one, "AppDial2", "(Outgoing Line)");
  const auto& variables = c.request.variables;
  for (auto it = variables.rbegin(); it != variables.rend(); ++it)
    core_.var_set(one, it->first, it->second);
  if (!c.request.caller_number.empty() || !c.request.caller_name.empty()) {
    core_.caller_id(one, c.request.caller_number, c.request.caller_name);
    core_.connected_line(one, c.request.caller_number, c.request.caller_name);
  }
  if (const auto seconds = number_in(one.variable("RING")))
    c.who.ring = seconds_of(*seconds);
  if (const auto seconds = number_in(one.variable("LISTEN")))
    c.who.leaves_after = seconds_of(*seconds);
}

void call_system::dial_local(call& c) {
  const std::string name = core_.new_channel_name("Local", c.target.resource);
  c.one = &core_.channels.add(name + ";1", c.request.id);
  c.two = &core_.channels.add(name + ";2",
                              c.request.other_id.empty() ? core_.new_unique_id() : c.request.other_id);
  for (channel* half : {c.one, c.two}) {
    half->linked_id = c.one->unique_id;
    half->context = c.target.context;
    half->extension = c.target.number;
    half->account = c.request.account;
    half->call = c.id;
  }
  c.two->state = channel_state::ring;
  core_.new_channel(*c.one);
  core_.new_channel(*c.two);
  prepare(c);
  for (const auto& [variable, value] : c.request.variables)
    core_.var_set(*c.two, variable, value);
  if (!c.request.caller_number.empty() || !c.request.caller_name.empty()) {
    c.two->connected_number = c.request.caller_number;
    c.two->connected_name = c.request.caller_name;
    core_.caller_id(*c.two, c.request.caller_number, c.request.caller_name);
    core_.connected_line(*c.two, c.request.caller_number, c.request.caller_name);
  }

  const std::string& context = c.target.context;
  const bool customers = c.way != nullptr || is_customer_context(context);
  const bool other = context == "agents" || context == "queue" || context == "hold" || context == "amd";
  if (!(customers && c.target.number.size() >= core_.people.customers.min_digits) && !other)
    return not_made(c, "no such extension");
  if (other) { // somebody of the house: rings a second and takes the call
    c.who.what = outcome::answer;
    c.who.ring = seconds_of(1);
    c.who.patience = c.who.listen = longest_ringing;
    c.who.leaves_after.reset();
  }

  core_.local_bridge(*c.one, *c.two, true);
  if (c.over_limit)
    return not_made(c, "limit");
  const bool unknown_number = c.who.what == outcome::invalid && c.way == nullptr;
  if (!unknown_number)
    core_.dial_begin(nullptr, *c.one, c.target.resource);
  core_.call_id_change(*c.two);
  if (c.way != nullptr && !(c.trunk && c.trunk->what == trunk_condition::kind::missing))
    dial_trunk(c);
  begin_ringing(c);
}

void call_system::dial_direct(call& c) {
  c.one = &core_.channels.add(core_.new_channel_name(c.target.technology, c.target.resource), c.request.id);
  channel& one = *c.one;
  one.linked_id = one.unique_id;
  one.context = "from-carrier";
  one.extension = "s";
  one.account = c.request.account;
  one.call = c.id;
  core_.new_channel(one);
  prepare(c);
  // The dial string as Asterisk repeats it: without the technology.
  core_.dial_begin(nullptr, one, std::string_view{c.request.channel}.substr(c.target.technology.size() + 1));
  if (c.target.number.size() < core_.people.customers.min_digits)
    c.who.what = outcome::invalid;
  begin_ringing(c);
}

void call_system::begin_ringing(call& c) {
  const bool refused =
      c.who.what == outcome::busy || c.who.what == outcome::congestion || c.who.what == outcome::invalid;
  after(c.request.timeout, c, &call_system::ring_timeout, true);
  if (refused)
    return after(refusal_delay, c, &call_system::refuse, true);
  if (c.who.rings) {
    c.ringing = true;
    if (c.three != nullptr) {
      core_.new_state(*c.three, channel_state::ringing);
      core_.device(trunk_device(c), "RINGING");
      core_.new_state(*c.one, channel_state::ringing);
      core_.device(local_device(c), "INUSE");
      core_.dial_state(c.two, *c.three);
      core_.dial_state(nullptr, *c.one);
    } else if (c.two != nullptr) {
      core_.new_exten(*c.two, "Ringing", {});
      core_.new_state(*c.one, channel_state::ringing);
      core_.dial_state(nullptr, *c.one);
      core_.device(local_device(c), "INUSE");
      ++c.two->priority;
      core_.new_exten(*c.two, "Wait", std::to_string(whole_seconds(c.who.ring)));
    } else {
      core_.new_state(*c.one, channel_state::ringing);
      core_.device(direct_device(c), "RINGING");
      core_.dial_state(nullptr, *c.one);
    }
  }
  const sim_time patience_of_dial =
      c.way != nullptr && c.way->timeout_s > 0 ? seconds_of(c.way->timeout_s)
      : c.trunk                                ? silence_limit
                                               : longest_ringing;
  if (c.who.what == outcome::no_answer || c.who.ring >= patience_of_dial) {
    c.who.what = outcome::no_answer;
    after(patience_of_dial, c, &call_system::refuse, true);
  } else {
    after(c.who.ring, c, &call_system::answer, true);
  }
}

void call_system::refuse(call& c) {
  if (c.two != nullptr)
    refuse_local(c);
  else
    refuse_direct(c);
}

void call_system::refuse_local(call& c) {
  refusal r = refusal_of(c);
  channel& one = *c.one;
  channel& two = *c.two;
  if (c.who.what == outcome::invalid || c.who.what == outcome::no_answer || c.way != nullptr) {
    if (c.who.what == outcome::no_answer && !c.trunk) {
      r.cause = c.way != nullptr ? 16 : 19; // a dialplan that gives up says nothing of why
      ++two.priority;
    }
    if (c.way != nullptr) {
      drop_trunk(c, c.who.what == outcome::no_answer && !c.trunk ? 0 : r.cause, r.dial_status);
      core_.new_exten(two, "Hangup", {});
      r.local_reason = 0;
    } else {
      core_.new_exten(two, r.application, std::to_string(r.cause));
    }
    core_.soft_hangup_request(two);
    core_.hangup_request(one, r.cause);
    core_.cdr(two, r.disposition);
    core_.hangup(two, r.cause);
    c.two = nullptr;
    if (c.who.what == outcome::invalid && c.way == nullptr)
      core_.dial_begin(nullptr, one, c.target.resource);
    core_.dial_end(nullptr, one, r.dial_status);
    core_.cdr(one, r.disposition);
    log("hangup", c, r.dial_status);
    core_.hangup(one, r.cause);
    respond(c, false, r.local_reason);
    core_.device(local_device(c), "INUSE");
    core_.device(local_device(c), "NOT_INUSE");
    return forget(c);
  }
  core_.new_exten(two, r.application, "1");
  core_.new_state(two, channel_state::busy);
  core_.dial_end(nullptr, one, r.dial_status);
  core_.hangup_request(two, 0);
  core_.cdr(two, r.disposition);
  respond(c, false, r.local_reason);
  core_.device(local_device(c), "NOT_INUSE");
  core_.soft_hangup_request(two);
  core_.hangup(two, r.cause);
  core_.cdr(one, r.disposition);
  log("hangup", c, r.dial_status);
  core_.hangup(one, 0);
  core_.device(local_device(c), "NOT_INUSE");
  core_.device(local_device(c), "NOT_INUSE");
  forget(c);
}

void call_system::refuse_direct(call& c) {
  refusal r = refusal_of(c);
  if (c.who.what == outcome::no_answer && !c.trunk) {
    r.cause = 19;
    r.sip = 480;
  }
  channel& one = *c.one;
  core_.hangup_request(one, r.cause, r.sip);
  core_.dial_end(nullptr, one, r.dial_status);
  respond(c, false, 0);
  log("hangup", c, r.dial_status);
  core_.cdr(one, r.disposition);
  core_.hangup(one, r.cause, r.sip);
  if (c.ringing)
    core_.device(direct_device(c), "NOT_INUSE");
  forget(c);
}

/// The second half's dialplan does not begin.
void call_system::not_made(call& c, std::string_view why) {
  log("hangup", c, why);
  core_.cdr(*c.two, "FAILED");
  core_.hangup(*c.two, 0);
  respond(c, false, 0);
  core_.cdr(*c.one, "FAILED");
  core_.hangup(*c.one, 0);
  core_.device(local_device(c), "INVALID");
  core_.device(local_device(c), "INVALID");
  forget(c);
}

void call_system::ring_timeout(call& c) {
  if (c.where != call::phase::dialing)
    return;
  channel& one = *c.one;
  log("hangup", c, "timeout");
  if (c.two == nullptr) {
    respond(c, false, 3);
    core_.cdr(one, "NO ANSWER");
    core_.hangup(one, 19, c.ringing ? 480 : 0);
    core_.device(direct_device(c), "NOT_INUSE");
    return forget(c);
  }
  drop_trunk(c, 0, "NOANSWER");
  core_.hangup_request(*c.two, 19);
  core_.soft_hangup_request(*c.two);
  core_.cdr(one, "NO ANSWER");
  core_.hangup(one, 19);
  respond(c, false, 3);
  core_.cdr(*c.two, "NO ANSWER");
  core_.hangup(*c.two, 19);
  core_.device(local_device(c), "NOT_INUSE");
  core_.device(local_device(c), "NOT_INUSE");
  forget(c);
}

void call_system::cancel(call& c, int cause) {
  log("hangup", c, "cancelled");
  channel& one = *c.one;
  core_.dial_end(nullptr, one, "NOANSWER");
  if (c.two == nullptr) {
    respond(c, false, 0);
    core_.cdr(one, "NO ANSWER");
    core_.hangup(one, cause);
    core_.device(direct_device(c), "NOT_INUSE");
    return forget(c);
  }
  drop_trunk(c, 0, "CANCEL");
  core_.cdr(*c.two, "FAILED");
  core_.hangup_request(*c.two, cause);
  core_.soft_hangup_request(*c.two);
  core_.hangup(*c.two, cause);
  respond(c, false, 0);
  core_.cdr(one, "NO ANSWER");
  core_.hangup(one, cause);
  core_.device(local_device(c), "NOT_INUSE");
  core_.device(local_device(c), "NOT_INUSE");
  forget(c);
}

void call_system::answer(call& c) {
  if (c.where != call::phase::dialing)
    return;
  c.where = call::phase::up;
  ++c.step;
  log("answer", c, name_of(c.who.what));
  // Asterisk's threads race here; the seed decides who wins.
  random_source random{derive_seed(core_.seed, c.one->unique_id, c.id)};
  const bool late = random.unit() < core_.people.response_after_application;
  if (c.three != nullptr) {
    core_.new_state(*c.three, channel_state::up);
    core_.dial_end(c.two, *c.three, "ANSWER");
    core_.new_state(*c.one, channel_state::up);
    core_.dial_end(nullptr, *c.one, "ANSWER");
    core_.new_state(*c.two, channel_state::up);
    c.trunk_bridge = core_.new_uuid();
    core_.bridge_event("BridgeCreate", c.trunk_bridge, 0, nullptr);
    core_.bridge_event("BridgeEnter", c.trunk_bridge, 1, c.three);
    c.three->bridge = c.two->bridge = c.trunk_bridge;
    core_.device(trunk_device(c), "INUSE");
    core_.device(local_device(c), "INUSE");
    core_.device(local_device(c), "INUSE");
    core_.bridge_event("BridgeEnter", c.trunk_bridge, 2, c.two);
  } else if (c.two != nullptr) {
    if (c.who.rings)
      ++c.two->priority;
    core_.new_exten(*c.two, "Answer", {});
    core_.new_state(*c.one, channel_state::up);
    core_.dial_end(nullptr, *c.one, "ANSWER");
    core_.new_state(*c.two, channel_state::up);
    core_.device(local_device(c), "INUSE");
    core_.device(local_device(c), "INUSE");
  } else {
    core_.new_state(*c.one, channel_state::up);
    core_.dial_end(nullptr, *c.one, "ANSWER");
    core_.device(direct_device(c), "INUSE");
  }
  if (c.who.leaves_after)
    core_.clock.after(*c.who.leaves_after, [this, id = c.id] {
      if (call* alive = find(id))
        end(*alive, ending::customer, 16);
    });
  const std::uint64_t id = c.id;
  if (!late)
    respond(c, true, 4);
  if (c.over_limit && c.request.application.empty()) // a single application needs no dialplan, and is not counted
    return end(c, ending::application, 0);
  run(c);
  // An application that ends at once takes the call with it; then there is no late answer to give.
  if (call* alive = find(id); late && alive != nullptr)
    respond(*alive, true, 4);
}

void call_system::forget(call& c) {
  calls_.erase(c.id);
}

} // namespace ringmaster::sim
