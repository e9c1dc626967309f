// SPDX-License-Identifier: Apache-2.0
// Calls that wait for AGI commands over AMI.
#include "bench/simulated_pbx/calls.hpp"

#include "bench/simulated_pbx/action.hpp"

#include <fmt/format.h>

#include <array>

namespace ringmaster::sim {
namespace {

/// Percent-encoded as Asterisk does it: all but letters, digits and -_.~()
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') ||
                       c == '-' || c == '_' || c == '.' || c == '~' || c == '(' || c == ')';
    if (plain)
      out += c;
    else
      fmt::format_to(std::back_inserter(out), "%{:02X}", u);
  }
  return out;
}

std::string environment(const channel& c, std::string_view arguments) {
  const auto or_unknown = [](const std::string& text) {
    return text.empty() ? std::string{"unknown"} : text;
  };
  std::string env = fmt::format(
      "agi_request: async\nagi_channel: {}\nagi_language: en\nagi_type: {}\nagi_uniqueid: {}\n"
      "agi_version: 22.10.1\nagi_callerid: {}\nagi_calleridname: {}\nagi_callingpres: 0\nagi_callingani2: 0\n"
      "agi_callington: 0\nagi_callingtns: 0\nagi_dnid: unknown\nagi_rdnis: unknown\nagi_context: {}\n"
      "agi_extension: {}\nagi_priority: {}\nagi_enhanced: 0.0\nagi_accountcode: {}\nagi_threadid: 1\n",
      c.name, c.name.substr(0, c.name.find('/')), c.unique_id, or_unknown(c.caller_number),
      or_unknown(c.caller_name), c.context, c.extension, c.priority, c.account);
  const auto given = split_arguments(arguments);
  for (std::size_t i = 1; i < given.size(); ++i)
    env += fmt::format("agi_arg_{}: {}\n", i, given[i]);
  return env + "\n";
}

struct agi_result {
  int code;
  std::string_view says;
  std::string line;
};

/// What the few commands answer that the simulated PBX knows.
agi_result execute(core& core, channel& c, std::string_view command) {
  const auto is = [&](std::string_view verb) {
    return same_name(command.substr(0, verb.size()), verb) &&
           (command.size() == verb.size() || command[verb.size()] == ' ');
  };
  const auto rest = [&](std::size_t n) {
    return command.size() > n ? command.substr(n + 1) : std::string_view{};
  };
  const auto done = [](int value) {
    return agi_result{200, "Success", fmt::format("200 result={}\n", value)};
  };
  if (is("GET VARIABLE")) {
    const std::string* value = c.variable(rest(12));
    return value == nullptr ? done(0)
                            : agi_result{200, "Success", fmt::format("200 result=1 ({})\n", *value)};
  }
  if (is("SET VARIABLE")) {
    const std::string_view both = rest(12);
    const auto space = both.find(' ');
    core.var_set(c, both.substr(0, space),
                 space == std::string_view::npos ? std::string_view{} : both.substr(space + 1));
    return done(1);
  }
  if (is("VERBOSE") || is("HANGUP"))
    return done(1);
  if (is("CHANNEL STATUS"))
    return done(static_cast<int>(c.state));
  static constexpr std::array<std::string_view, 6> quiet{"ANSWER", "NOOP",        "WAIT FOR DIGIT",
                                                         "EXEC",   "STREAM FILE", "ASYNCAGI BREAK"};
  for (const std::string_view verb : quiet)
    if (is(verb))
      return done(0);
  return {510, "Invalid or unknown command", "510 Invalid or unknown command\n"};
}

} // namespace

void call_system::run_async_agi(call& c, std::string_view arguments) {
  c.in_agi = true;
  core_.out.begin("AsyncAGIStart", event_class::agi)
      .channel(*c.one)
      .text("Env", encoded(environment(*c.one, arguments)));
}

void call_system::run_agi(call& c, std::string_view command, std::string_view command_id) {
  channel& one = *c.one;
  const std::string serial = std::to_string(derive_seed(core_.seed, command, c.step) % 2'000'000'000U);
  core_.out.begin("AGIExecStart", event_class::agi)
      .channel(one)
      .text("CommandId", serial)
      .text("Command", command);
  const agi_result r = execute(core_, one, command);
  core_.out.begin("AGIExecEnd", event_class::agi)
      .channel(one)
      .text("CommandId", serial)
      .text("Command", command)
      .number("ResultCode", r.code)
      .text("Result", r.says);
  {
    auto e = core_.out.begin("AsyncAGIExec", event_class::agi);
    e.channel(one).text("Result", encoded(r.line));
    if (!command_id.empty())
      e.text("CommandId", command_id);
  }
  if (same_name(command, "ASYNCAGI BREAK")) {
    leave_agi(c, "SUCCESS");
    ++one.priority;
    core_.new_exten(one, "Wait", "5");
    core_.clock.after(seconds_of(5), [this, id = c.id, step = c.step] {
      if (call* alive = find(id); alive != nullptr && alive->step == step)
        end(*alive, ending::application, 16);
    });
  } else if (same_name(command, "HANGUP")) {
    end(c, ending::application, 16);
  }
}

void call_system::leave_agi(call& c, std::string_view status) {
  c.in_agi = false;
  core_.out.begin("AsyncAGIEnd", event_class::agi).channel(*c.one);
  core_.var_set(*c.one, "AGISTATUS", status);
}

} // namespace ringmaster::sim
