// SPDX-License-Identifier: Apache-2.0
// Whatever is written into any field: Asterisk is sent one Originate, of the lines that it is to have, or nothing.
#include "actors/core/originate.hpp"
#include "protocol/json.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <set>

namespace ringmaster::core {
namespace {

/// What would be more than a value, if it came through: to AMI, to the dialplan, to a dial string, to a shell, to SIP.
const std::string payloads[] = {
    "x\r\nAction: Command\r\nCommand: core stop now", "x\nAction: Logoff", "x\rAction: Logoff", "x\r\n\r\nAction: Ping",
    std::string{"x\0y", 3}, "\r\n", "\n", "x\x0b" "Action: Logoff", "x\x1b[2J", "x\x7f",
    "x&Local/1@default", "300&PJSIP/301", "x|System(id)", "x,System(id)", "${SHELL(id)}", "$[1+1]", "${GLOBAL(x)}", "x;id", "`id`",
    "$(id)", "x^y", "System", "TrySystem", "ExternalIVR", "AGI", "EAGI", "MixMonitor(x,,id)", "../../etc/passwd", "/etc/passwd",
    "\" <1>\r\nX: y", "\"Name\" <300>", "<sip:1@evil>", "sip:1@evil.example;transport=tcp", "x@evil.example", "x%0d%0aAction: Logoff",
    "x\xe2\x80\xa8" "Action: Logoff", "x\xc2\x85" "Action: Logoff", "\xff\xfe", std::string(70'000, 'A'), "Channel: Local/1@x", "Variable: a=b",
};

/// The headers that an Originate of ours may have.
const std::set<std::string> known_headers{"Action", "ActionID", "Channel", "ChannelId", "OtherChannelId", "Context", "Exten", "Priority",
                                          "Application", "Data", "Timeout", "CallerID", "Variable", "Account", "EarlyMedia", "Async", "Codecs"};

void judge(const std::string& bytes, const std::string& why) {
  ASSERT_TRUE(bytes.ends_with("\r\n\r\n")) << why;
  ASSERT_EQ(bytes.find("\r\n\r\n"), bytes.size() - 4) << why << ": more than one action";
  ASSERT_TRUE(bytes.starts_with("Action: Originate\r\n")) << why;
  for (const char c : bytes)
    ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\r' || c == '\n') << why << ": a control character";
  std::size_t actions = 0;
  for (std::size_t at = 0; at < bytes.size() - 2;) {
    const auto end = bytes.find("\r\n", at);
    const auto line = bytes.substr(at, end - at);
    ASSERT_EQ(line.find_first_of("\r\n"), std::string::npos) << why;
    const auto name = line.substr(0, line.find(": "));
    ASSERT_TRUE(known_headers.contains(name)) << why << ": a line of its own: " << line;
    actions += name == "Action";
    ASSERT_LE(line.size(), 1'022u) << why << ": Asterisk cuts it";
    at = end + 2;
  }
  ASSERT_EQ(actions, 1u) << why;
}

std::string body_with(std::string_view name, std::string_view value) {
  std::string body{"{"};
  append_json_string(body, name);
  body += ": ";
  append_json_string(body, value);
  return body + "}";
}

/// The object with that value in that field, if its table takes it.
template <class T, class Table>
std::optional<T> with(const T& before, const Table& table, std::string_view name, std::string_view value) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(body_with(name, value)).get(root) != simdjson::SUCCESS)
    return std::nullopt; // not even JSON
  auto made = merge_json(before, root, table);
  return made ? std::optional{*made} : std::nullopt;
}

template <class Table>
std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  table.each([&](const auto& f) { names.emplace_back(f.name); });
  return names;
}

struct count {
  std::size_t tried{}, taken{}, written{};
};

TEST(injection, of_anything_into_any_field_reaches_asterisk_as_a_value_or_not_at_all) {
  count all;
  dialing usual;
  usual.id = *parse_uuid("0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0");
  usual.other_channel_id = *parse_uuid("0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f1");
  usual.dial_addr = "300";
  usual.dial_timeout = 30'000;
  const auto write = [&](const plan& how, const destination& to, const dl& whom, const variables& vars, const std::string& why) {
    auto d = usual;
    d.dial_type = to.type;
    d.dial_application = to.application;
    d.dial_data = to.data;
    d.dial_context = to.context;
    d.dial_exten = to.exten;
    d.dial_priority = to.priority;
    if (whom.number[0])
      d.dial_addr = *whom.number[0];
    d.dial_variables = vars;
    for (const auto* technology : {"Local", "PJSIP"}) {
      const originate_options options{.technology = how.tech_name == "SIP" ? technology : std::string_view{how.tech_name},
                                      .trunk = how.trunk_name, .caller_id = how.caller_id, .early_media = how.early_media,
                                      .codecs = how.codecs, .dialplan_context = how.dialplan_context};
      if (const auto bytes = originate_action(d, options)) {
        ++all.written;
        judge(*bytes, why);
      }
    }
  };
  for (const auto& payload : payloads) {
    const plan usual_plan;
    destination queue;
    queue.type = 1;
    queue.application = "Queue";
    queue.data = "sales_1";
    const auto why = [&](const std::string& what, const std::string& name) { return what + "." + name + " = " + payload.substr(0, 60); };
    for (const auto& name : names_of(plan_fields)) {
      ++all.tried;
      if (const auto made = with(usual_plan, plan_fields, name, payload))
        ++all.taken, write(*made, queue, {}, {}, why("plan", name));
    }
    for (const std::int64_t type : {0, 1})
      for (const auto& name : names_of(destination_fields)) {
        ++all.tried;
        auto before = queue;
        before.type = type;
        if (type == 0)
          before.context = "queue", before.exten = "sales_1";
        if (const auto made = with(before, destination_fields, name, payload))
          ++all.taken, write(usual_plan, *made, {}, {}, why("destination", name));
      }
    for (const auto& name : names_of(dl_fields)) {
      ++all.tried;
      if (const auto made = with(dl{}, dl_fields, name, payload))
        ++all.taken, write(usual_plan, queue, *made, made->vars.value_or(variables{}), why("dl", name));
    }
    // A database that somebody has edited: nothing was checked before the last gate.
    for (const int where : {0, 1, 2, 3, 4, 5, 6, 7}) {
      ++all.tried;
      auto how = usual_plan;
      auto to = queue;
      dl whom;
      variables vars;
      (where == 0 ? how.trunk_name : where == 1 ? how.caller_id : where == 2 ? to.application : where == 3 ? to.data : whom.number[0]) = payload;
      if (where == 5)
        vars.set("name", payload);
      if (where == 6)
        vars.set(payload, "value");
      if (where == 7)
        to.type = 0, to.context = payload, to.exten = payload;
      write(how, to, whom, vars, why("edited", std::to_string(where)));
    }
  }
  EXPECT_GT(all.tried, 2'000u);
  EXPECT_GT(all.written, 200u) << "something is written, or nothing was tested";
  RecordProperty("tried", static_cast<int>(all.tried));
  RecordProperty("written", static_cast<int>(all.written));
}

} // namespace
} // namespace ringmaster::core
