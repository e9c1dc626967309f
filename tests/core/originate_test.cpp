// SPDX-License-Identifier: Apache-2.0
#include "actors/core/originate.hpp"

#include "protocol/ami/action.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core {
namespace {

dialing to_queue() {
  dialing d;
  d.id = *parse_uuid("0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0");
  d.other_channel_id = *parse_uuid("0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f1");
  d.dial_addr = "300";
  d.dial_type = 1;
  d.dial_application = "Queue";
  d.dial_data = "sales_1";
  d.dial_timeout = 30'000;
  return d;
}

const technology_aliases aliases{{"SIP", "PJSIP"}};

std::string bytes(const dialing& d, const originate_options& o) {
  const auto a = originate_action(d, o);
  EXPECT_TRUE(a.has_value()) << (a.has_value() ? "" : a.error().message);
  return a.has_value() ? *a : std::string{};
}

std::string field_at_fault(const dialing& d, const originate_options& o) {
  const auto a = originate_action(d, o);
  EXPECT_FALSE(a.has_value()) << *a;
  return a.has_value() ? std::string{} : a.error().field;
}

bool has_line(const std::string& all, std::string_view line) {
  return all.find("\r\n" + std::string{line} + "\r\n") != std::string::npos;
}

TEST(originate, of_a_local_channel_that_is_never_left_out) {
  const auto d = to_queue();
  EXPECT_TRUE(has_line(bytes(d, {.technology = "Local", .trunk = "out", .local_no_optimize = true}), "Channel: Local/300@out/n"));
  EXPECT_TRUE(has_line(bytes(d, {.technology = "local", .trunk = "out"}), "Channel: Local/300@out"));
  EXPECT_TRUE(has_line(bytes(d, {.technology = "PJSIP", .trunk = "out", .local_no_optimize = true}), "Channel: PJSIP/300@out"));
}

TEST(originate, to_an_application_by_a_dialplan_that_a_transferred_call_can_go_back_to) {
  auto d = to_queue();
  d.dial_data = "sales_1,nc";
  const auto a = bytes(d, {.technology = "PJSIP", .dialplan_context = "ringmaster"});
  EXPECT_TRUE(has_line(a, "Context: ringmaster"));
  EXPECT_TRUE(has_line(a, "Exten: s"));
  EXPECT_TRUE(has_line(a, "Priority: 1"));
  EXPECT_EQ(a.find("\r\nApplication: "), std::string::npos);
  EXPECT_NE(a.find("RINGMASTER_APPLICATION"), std::string::npos);
  EXPECT_NE(a.find("Queue"), std::string::npos);
  EXPECT_NE(a.find("RINGMASTER_DATA"), std::string::npos);
  EXPECT_EQ(field_at_fault(d, {.technology = "PJSIP", .dialplan_context = "a\r\nb"}), "dialplan_context");
  auto to_extension = d;
  to_extension.dial_type = 0;
  to_extension.dial_context = "queue";
  to_extension.dial_exten = "sales_1";
  EXPECT_TRUE(has_line(bytes(to_extension, {.technology = "PJSIP", .dialplan_context = "ringmaster"}), "Context: queue"))
      << "it has a dialplan of its own";
}

TEST(originate, to_an_application) {
  auto d = to_queue();
  d.dial_variables.set("customer", "Ann, with a comma");
  const auto a = bytes(d, {.technology = "sip",
                           .trunk = "carrier",
                           .caller_id = "\"Us\" <100>",
                           .early_media = "true",
                           .codecs = "ulaw,alaw",
                           .account = "ringmaster",
                           .aliases = &aliases});
  EXPECT_TRUE(a.starts_with("Action: Originate\r\n"));
  EXPECT_TRUE(a.ends_with("\r\n\r\n"));
  EXPECT_TRUE(has_line(a, "ActionID: 0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0"));
  EXPECT_TRUE(has_line(a, "ChannelId: 0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0"));
  EXPECT_TRUE(has_line(a, "Channel: PJSIP/300@carrier")) << a;
  EXPECT_TRUE(has_line(a, "Async: true"));
  EXPECT_TRUE(has_line(a, "Timeout: 30000"));
  EXPECT_TRUE(has_line(a, "Application: Queue"));
  EXPECT_TRUE(has_line(a, "Data: sales_1"));
  EXPECT_TRUE(has_line(a, "CallerID: \"Us\" <100>"));
  EXPECT_TRUE(has_line(a, "EarlyMedia: true"));
  EXPECT_TRUE(has_line(a, "Codecs: ulaw,alaw"));
  EXPECT_TRUE(has_line(a, "Account: ringmaster"));
  EXPECT_NE(a.find("\r\nVariable: customer="), std::string::npos);
  EXPECT_EQ(a.find("OtherChannelId"), std::string::npos) << "only a Local channel has a second half";
  EXPECT_EQ(a.find("Context"), std::string::npos);
}

TEST(originate, to_an_extension_by_a_local_channel) {
  auto d = to_queue();
  d.dial_addr = "300@from-internal";
  d.dial_type = 0;
  d.dial_application.reset();
  d.dial_data.reset();
  d.dial_context = "sales";
  d.dial_exten = "s";
  const auto a = bytes(d, {.technology = "LOCAL"});
  EXPECT_TRUE(has_line(a, "Channel: Local/300@from-internal")) << a;
  EXPECT_TRUE(has_line(a, "OtherChannelId: 0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f1"));
  EXPECT_TRUE(has_line(a, "Context: sales"));
  EXPECT_TRUE(has_line(a, "Exten: s"));
  EXPECT_TRUE(has_line(a, "Priority: 1"));
  EXPECT_EQ(a.find("Application"), std::string::npos);
}

TEST(originate, refuses_what_a_database_must_not_hold) {
  const originate_options pjsip{.technology = "PJSIP"};
  const auto with = [](auto change) {
    auto d = to_queue();
    change(d);
    return d;
  };
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.dial_addr = "300&Local/1@x"; }), pjsip), "number");
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.dial_addr = "300\r\nAction: Logoff"; }), pjsip), "number");
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.dial_addr = ""; }), pjsip), "number");
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.dial_application = "System"; }), pjsip), "application");
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.dial_data = "x;rm"; }), pjsip), "data");
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.dial_timeout = 0; }), pjsip), "dial_timeout");
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.id = {}; }), pjsip), "uuid");
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.dial_type = 7; }), pjsip), "type");
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.dial_variables.set("SHELL(x)", "1"); }), pjsip),
            "SHELL(x)");
  EXPECT_EQ(field_at_fault(to_queue(), {.technology = "Console"}), "tech_name");
  EXPECT_EQ(field_at_fault(to_queue(), {.technology = "PJSIP", .trunk = "a&b"}), "trunk_name");
  EXPECT_EQ(field_at_fault(to_queue(), {.technology = "PJSIP", .caller_id = "x\ny"}), "caller_id");
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.dial_addr = "1@other"; }),
                           {.technology = "PJSIP", .trunk = "a"}),
            "number");
  EXPECT_EQ(field_at_fault(with([](dialing& d) { d.other_channel_id = {}; }), {.technology = "Local"}),
            "other_channel_id");
}

TEST(originate, resolves_technologies_in_any_case) {
  EXPECT_EQ(resolve_technology("sip", &aliases), "PJSIP");
  EXPECT_EQ(resolve_technology("sip", nullptr), "SIP");
  EXPECT_EQ(resolve_technology("local", &aliases), "Local");
  EXPECT_EQ(resolve_technology("Skinny", &aliases), "Skinny");
}

TEST(originate, that_no_call_of_a_campaign_can_be_is_known_beforehand) {
  plan how;
  how.tech_name = "Local";
  how.trunk_name = "from-internal";
  destination to;
  to.type = 0;
  to.context = "agents";
  to.exten = "1000";
  variables vars;
  vars.set("A", std::string(1011 - 1, 'x'));
  EXPECT_EQ(cannot_be_written(how, to, vars), std::nullopt);
  vars.set("A", std::string(1011, 'x'));
  ASSERT_TRUE(cannot_be_written(how, to, vars));
  EXPECT_EQ(cannot_be_written(how, to, vars)->field, "variables");
  EXPECT_NE(cannot_be_written(how, to, vars)->message.find("variable A"), std::string::npos);
  vars.set("A", std::string(506, ',')); // two bytes each
  EXPECT_TRUE(cannot_be_written(how, to, vars));
  variables many;
  how.caller_id = "100";
  how.early_media = "false";
  how.codecs = "ulaw";
  for (std::size_t i = 0; i < ami::most_originate_variables; ++i)
    many.set("v" + std::to_string(i), "x");
  EXPECT_EQ(cannot_be_written(how, to, many), std::nullopt) << "an Originate has no more other headers than that leaves room for";
  many.set("one", "too many");
  many.set("two", "too many");
  ASSERT_TRUE(cannot_be_written(how, to, many));
  EXPECT_EQ(cannot_be_written(how, to, many)->field, "variables");
  how.caller_id = std::string(200, '1');
  ASSERT_TRUE(cannot_be_written(how, to, {}));
  EXPECT_EQ(cannot_be_written(how, to, {})->field, "caller_id");
}

} // namespace
} // namespace ringmaster::core
