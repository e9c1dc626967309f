// SPDX-License-Identifier: Apache-2.0
// Actions about calls and channels.
#include "bench/simulated_pbx/actions.hpp"

#include "bench/simulated_pbx/expression.hpp"

#include <fmt/format.h>

#include <charconv>

namespace ringmaster::sim {
namespace {

constexpr std::size_t longest_id = 149;

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

/// `"Sales" <5550100>`, `5550100`, `Sales <5550100>`
void read_caller_id(std::string_view text, originate_request& into) {
  const auto open = text.find('<');
  if (open == std::string_view::npos) {
    into.caller_number = text;
    return;
  }
  into.caller_number = text.substr(open + 1, text.find('>', open) - open - 1);
  std::string_view name = text.substr(0, open);
  while (!name.empty() && name.back() == ' ')
    name.remove_suffix(1);
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
    name = name.substr(1, name.size() - 2);
  into.caller_name = name;
}

void read_variables(const action& a, originate_request& into) {
  for (const auto& [name, value] : a.headers) {
    if (!same_name(name, "Variable"))
      continue;
    for (const std::string& pair : split_arguments(value)) {
      const auto equals = pair.find('=');
      if (pair.empty() || equals == 0)
        continue;
      into.variables.emplace_back(pair.substr(0, equals),
                                  equals == std::string::npos ? std::string{} : pair.substr(equals + 1));
    }
  }
}

std::string no_channel(std::string_view name) {
  return fmt::format("Channel does not exist: {}", name);
}

void hang_up_one(pbx& life, const channel& c, int cause) {
  if (call* owner = life.calls.find(c.call))
    life.calls.hang_up(*owner, c, cause);
  else
    life.queues.hang_up_agent(c.attempt);
}

void hang_up_matching(session& s, const action& a, std::string_view pattern, int cause) {
  pbx& life = s.host().life();
  const expression wanted{std::string{pattern}};
  if (!wanted.valid())
    return fail(s, a, "Regex compile failed");
  begin_list(s, a, "Channels hung up will follow");
  std::vector<std::string> names;
  for (const auto& [number, c] : life.state.channels.all())
    if (wanted.matches(c->name))
      names.push_back(c->name);
  for (const std::string& name : names) {
    std::string out = fmt::format("Event: ChannelHungup\r\nChannel: {}\r\n", name);
    if (const auto id = a.get("ActionID"); !id.empty())
      out += fmt::format("ActionID: {}\r\n", id);
    s.send(out + "\r\n");
  }
  end_list(s, a, "ChannelsHungupListComplete", names.size());
  for (const std::string& name : names)
    if (const channel* c = life.state.channels.find(name)) // one hang-up may take another with it
      hang_up_one(life, *c, cause);
}

std::string clock_face(sim_time t) {
  const auto seconds = whole_seconds(t);
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

} // namespace

void originate(session& s, const action& a) {
  s.host().count_originate();
  originate_request r;
  r.action_id = a.get("ActionID");
  r.session = s.id();
  r.async = is_true(a.get("Async"));
  r.channel = a.get("Channel");
  r.id = a.get("ChannelId");
  r.other_id = a.get("OtherChannelId");
  r.application = a.get("Application");
  r.data = a.get("Data");
  r.account = a.get("Account");
  const std::string_view extension = a.get("Exten");
  const std::string_view context = a.get("Context");
  const std::string_view priority = a.get("Priority");
  const std::string_view timeout = a.get("Timeout");
  if (r.channel.empty())
    return fail(s, a, "Channel not specified");
  const auto step = priority.empty() ? std::optional<std::int64_t>{0} : number_in(priority);
  if (!step)
    return fail(s, a, "Invalid priority");
  const auto limit = timeout.empty() ? std::optional<std::int64_t>{30'000} : number_in(timeout);
  if (!limit || *limit < 0)
    return fail(s, a, "Invalid timeout");
  if (r.channel.find('/') == std::string::npos)
    return fail(s, a, "Invalid channel");
  if (r.application.empty()) {
    if (extension.empty() || context.empty() || *step == 0)
      return fail(s, a, "Originate with 'Exten' requires 'Context' and 'Priority'");
    r.context = context;
    r.extension = extension;
    r.priority = static_cast<int>(*step);
  }
  if (r.id.size() > longest_id || r.other_id.size() > longest_id)
    return fail(s, a, fmt::format("Uniqueid length exceeds maximum of {}", longest_id));
  r.timeout = sim_time{*limit * 1000};
  read_caller_id(a.get("CallerID"), r);
  read_variables(a, r);
  if (const auto f = s.host().faults().strike(fault::kind::refuse_originate))
    return fail(s, a, f->words.empty() ? "Originate failed" : f->words);
  if (r.async)
    succeed(s, a, "Originate successfully queued");
  else
    s.block();
  s.host().life().calls.originate(std::move(r));
}

void hang_up(session& s, const action& a) {
  const std::string_view name = a.get("Channel");
  if (name.empty())
    return fail(s, a, "No channel specified");
  const auto cause = static_cast<int>(number_in(a.get("Cause")).value_or(0));
  if (name.size() > 2 && name.front() == '/' && name.back() == '/')
    return hang_up_matching(s, a, name.substr(1, name.size() - 2), cause);
  pbx& life = s.host().life();
  const channel* c = life.state.channels.find(name);
  if (c == nullptr)
    return fail(s, a, "No such channel");
  succeed(s, a, "Channel Hungup");
  hang_up_one(life, *c, cause);
}

void redirect(session& s, const action& a) {
  const std::string_view name = a.get("Channel");
  if (name.empty())
    return fail(s, a, "Channel not specified");
  pbx& life = s.host().life();
  const channel* c = life.state.channels.find(name);
  if (c == nullptr)
    return fail(s, a, no_channel(name));
  const auto priority = number_in(a.get("Priority"));
  if (!priority)
    return fail(s, a, "Priority is invalid");
  call* owner = life.calls.find(c->call);
  if (owner == nullptr || owner->one != c || owner->where == call::phase::dialing)
    return fail(s, a, "Redirect failed, channel not up.");
  succeed(s, a, "Redirect successful");
  life.calls.redirect(*owner, a.get("Context"), a.get("Exten"), static_cast<int>(*priority));
}

/// Both transfers: the channel must be an agent's who talks, or (blind) the one whom he talks with.
static void transfer(session& s, const action& a, bool attended) {
  const std::string_view name = a.get("Channel");
  const std::string_view extension = a.get("Exten");
  if (name.empty())
    return fail(s, a, "No channel specified");
  if (extension.empty())
    return fail(s, a, "No extension specified");
  pbx& life = s.host().life();
  const channel* by = life.state.channels.find(name);
  if (by == nullptr)
    return fail(s, a, "Channel specified does not exist");
  const std::string context{a.get("Context").empty() ? std::string_view{by->context} : a.get("Context")};
  call* const served = life.queues.caller_of(by->attempt);
  if (attended) {
    // It types digits and says that it has, whoever that is; with nobody to hear them nothing follows.
    succeed(s, a, "Atxfer successfully queued");
    if (served != nullptr && served->partner == nullptr && life.queues.agent_of(*served) == by)
      life.calls.attended_transfer(*served, context, extension);
    return;
  }
  call* const c = served != nullptr ? served : life.calls.find(by->call);
  if (c == nullptr || life.queues.agent_of(*c) == nullptr || (by != c->one && by != life.queues.agent_of(*c)))
    return fail(s, a, "Transfer invalid");
  succeed(s, a, "Transfer succeeded");
  life.calls.blind_transfer(*c, *by, context, extension);
}

void blind_transfer(session& s, const action& a) {
  transfer(s, a, false);
}

void attended_transfer(session& s, const action& a) {
  transfer(s, a, true);
}

void park(session& s, const action& a) {
  const std::string_view name = a.get("Channel");
  if (name.empty())
    return fail(s, a, "Channel not specified");
  pbx& life = s.host().life();
  const channel* c = life.state.channels.find(name);
  if (c == nullptr)
    return fail(s, a, no_channel(name));
  call* owner = life.calls.find(c->call);
  if (owner == nullptr || owner->one != c || owner->where == call::phase::dialing ||
      owner->parked_in != nullptr)
    return fail(s, a, "Park failed");
  std::optional<sim_time> timeout;
  if (const auto ms = number_in(a.get("Timeout")); ms && *ms > 0)
    timeout = sim_time{*ms * 1000};
  if (life.parking.find(a.get("Parkinglot")) == nullptr)
    return fail(s, a, "Could not find requested parking lot.");
  succeed(s, a, "Park successful");
  life.calls.leave_application(*owner, parting::parked);
  life.parking.park(*owner, a.get("Parkinglot"), timeout);
}

void parked_calls(session& s, const action& a) {
  const parking_system& parking = s.host().life().parking;
  const std::string_view name = a.get("ParkingLot");
  if (!name.empty() && parking.find(name) == nullptr)
    return fail(s, a, "Requested parking lot could not be found.");
  begin_list(s, a, "Parked calls will follow");
  std::string out;
  std::size_t n = 0;
  for (const auto& lot : parking.all())
    if (name.empty() || lot->name() == name)
      n += lot->list(out, a.get("ActionID"));
  s.send(out);
  end_list(s, a, "ParkedCallsComplete", n, "Total");
}

void parking_lots(session& s, const action& a) {
  begin_list(s, a, "Parking lots will follow");
  const auto& lots = s.host().life().parking.all();
  std::string out;
  for (const auto& lot : lots) {
    out += "Event: Parkinglot\r\n";
    header_writer to = s.host().events().answer(out);
    if (const auto id = a.get("ActionID"); !id.empty())
      to.text("ActionID", id);
    to.text("Name", lot->name())
        .number("StartSpace", lot->first())
        .number("StopSpace", lot->last())
        .number("Timeout", static_cast<std::int64_t>(lot->timeout()));
    out += "\r\n";
  }
  s.send(out);
  end_list(s, a, "ParkinglotsComplete", lots.size());
}

void core_show_channels(session& s, const action& a) {
  begin_list(s, a, "Channels will follow");
  const core& c = s.host().life().state;
  std::string out;
  for (const auto& [number, each] : c.channels.all()) {
    out += "Event: CoreShowChannel\r\n";
    header_writer to = s.host().events().answer(out);
    if (const auto id = a.get("ActionID"); !id.empty())
      to.text("ActionID", id);
    to.channel(*each)
        .text("Application", each->application)
        .text("ApplicationData", each->data)
        .text("Duration", clock_face(c.clock.now() - each->created))
        .text("BridgeId", each->bridge);
    out += "\r\n";
  }
  s.send(out);
  end_list(s, a, "CoreShowChannelsComplete", c.channels.size());
}

void status(session& s, const action& a) {
  const core& c = s.host().life().state;
  const std::string_view name = a.get("Channel");
  const channel* only = name.empty() ? nullptr : c.channels.find(name);
  if (!name.empty() && only == nullptr)
    return fail(s, a, "No such channel");
  begin_list(s, a, "Channel status will follow");
  std::size_t n = 0;
  std::string out;
  for (const auto& [number, each] : c.channels.all()) {
    if (only != nullptr && each.get() != only)
      continue;
    ++n;
    out += "Event: Status\r\nPrivilege: Call\r\n";
    header_writer to = s.host().events().answer(out);
    to.channel(*each)
        .text("Type", each->name.substr(0, each->name.find('/')))
        .text("DNID", {})
        .text("EffectiveConnectedLineNum",
              each->connected_number.empty() ? "<unknown>" : each->connected_number)
        .text("EffectiveConnectedLineName", each->connected_name.empty() ? "<unknown>" : each->connected_name)
        .number("TimeToHangup", 0)
        .text("BridgeID", each->bridge)
        .text("Application", each->application)
        .text("Data", each->data)
        .text("Nativeformats", "(ulaw)")
        .text("Readformat", "ulaw")
        .text("Readtrans", {})
        .text("Writeformat", "ulaw")
        .text("Writetrans", {})
        .number("Callgroup", 0)
        .number("Pickupgroup", 0)
        .number("Seconds", whole_seconds(c.clock.now() - each->created));
    if (const auto id = a.get("ActionID"); !id.empty())
      to.text("ActionID", id);
    out += "\r\n";
  }
  s.send(out);
  end_list(s, a, "StatusComplete", n, "Items");
}

void get_variable(session& s, const action& a) {
  const std::string_view name = a.get("Variable");
  if (name.empty())
    return fail(s, a, "No variable specified");
  const core& c = s.host().life().state;
  std::string value;
  if (const std::string_view where = a.get("Channel"); !where.empty()) {
    const channel* on = c.channels.find(where);
    if (on == nullptr)
      return fail(s, a, "No such channel");
    if (const std::string* found = on->variable(name))
      value = *found;
  } else if (const auto it = c.globals.find(std::string{name}); it != c.globals.end()) {
    value = it->second;
  }
  answer{a, "Success"}.text("Variable", name).text("Value", value).to(s);
}

void set_variable(session& s, const action& a) {
  const std::string_view name = a.get("Variable");
  if (name.empty())
    return fail(s, a, "No variable specified");
  core& c = s.host().life().state;
  if (const std::string_view where = a.get("Channel"); !where.empty()) {
    channel* on = c.channels.find(where);
    if (on == nullptr)
      return fail(s, a, "No such channel");
    succeed(s, a, "Variable Set");
    c.var_set(*on, name, a.get("Value"));
    return;
  }
  c.globals[std::string{name}] = a.get("Value");
  succeed(s, a, "Variable Set");
}

void bridge(session& s, const action& a) {
  const core& c = s.host().life().state;
  for (const std::string_view which : {"Channel1", "Channel2"})
    if (const std::string_view name = a.get(which); c.channels.find(name) == nullptr)
      return fail(s, a, fmt::format("{} does not exist: {}", which, name));
  fail(s, a, "Bridging is not simulated");
}

} // namespace ringmaster::sim
