// SPDX-License-Identifier: Apache-2.0
#include "protocol/outbound.hpp"
#include "protocol/printable.hpp"

#include <gtest/gtest.h>

#include <random>

namespace ringmaster {
namespace {

template <class T, class Table>
result<T> merge(const T& before, std::string_view body, const Table& table) {
  simdjson::dom::parser parser;
  simdjson::padded_string padded{body};
  simdjson::dom::element element;
  if (parser.parse(padded).get(element))
    return error{errc::malformed, "not JSON", {}};
  return merge_json(before, element, table);
}

TEST(fields, a_new_plan_has_the_defaults_of_the_reference) {
  EXPECT_EQ(to_json(plan{}, plan_fields),
            R"({"caller_id":null,"codecs":null,"detail":null,"dial_mode":0,"dial_timeout":30000,)"
            R"("dl_end_handle":1,"early_media":null,"in_use":1,"max_retry_cnt_1":5,"max_retry_cnt_2":5,)"
            R"("max_retry_cnt_3":5,"max_retry_cnt_4":5,"max_retry_cnt_5":5,"max_retry_cnt_6":5,)"
            R"("max_retry_cnt_7":5,"max_retry_cnt_8":5,"name":null,"retry_delay":60,"service_level":0,)"
            R"("tech_name":"SIP","tm_create":null,"tm_delete":null,"tm_update":null,"trunk_name":null,)"
            R"("uuid":"00000000-0000-0000-0000-000000000000","variables":null,"pacing_method":null,)"
            R"("abandon_limit":null,"abandon_window_days":null,"abandon_grace_ms":null,"jurisdiction":null,)"
            R"("min_ring_seconds":null,"max_calls_per_agent":null,"max_calls":null,"abandon_context":null,)"
            R"("abandon_exten":null,"abandon_priority":null,"abandon_group":null,"give_up_ringing":true,)"
            R"("local_no_optimize":false,"dialplan_context":null,"allow_number_in_use":false,"agent_no_answer_limit":2})");
}

TEST(fields, a_body_changes_only_what_it_names) {
  const auto merged = merge(plan{}, R"({"name": "p", "variables": {"key 1": "v"}, "max_retry_cnt_3": 7})", plan_fields);
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ(merged->name, "p");
  EXPECT_EQ(merged->max_retry_cnt[2], 7);
  EXPECT_EQ(merged->max_retry_cnt[1], 5);
  EXPECT_EQ(merged->vars->entries.front().second, "v");
}

TEST(fields, bad_values_are_refused_by_name) {
  const auto field_at_fault = [](std::string_view body) {
    const auto merged = merge(plan{}, body, plan_fields);
    return merged.has_value() ? std::string{"none"} : merged.error().field;
  };
  EXPECT_EQ(field_at_fault(R"({"nmae": "x"})"), "nmae");
  EXPECT_EQ(field_at_fault(R"({"name": 1})"), "name");
  EXPECT_EQ(field_at_fault(R"({"name": "a\r\nAction: Hangup"})"), "name");
  EXPECT_EQ(field_at_fault(R"({"name": "a\u0000"})"), "name");
  EXPECT_EQ(field_at_fault(R"({"dial_mode": 2})"), "dial_mode");
  EXPECT_EQ(field_at_fault(R"({"dial_timeout": "30"})"), "dial_timeout");
  EXPECT_EQ(field_at_fault(R"({"dial_timeout": 1.5})"), "dial_timeout");
  EXPECT_EQ(field_at_fault(R"({"tech_name": "SIP/1&PJSIP"})"), "tech_name");
  EXPECT_EQ(field_at_fault(R"({"trunk_name": "a&b"})"), "trunk_name");
  EXPECT_EQ(field_at_fault(R"({"variables": []})"), "variables");
  EXPECT_EQ(field_at_fault(R"json({"variables": {"SHELL(x)": "y"}})json"), "variables");
  EXPECT_EQ(field_at_fault(R"({"variables": {"a": 1}})"), "variables");
  EXPECT_EQ(field_at_fault(R"({"name": "a", "name": "b"})"), "name");
  EXPECT_EQ(field_at_fault(R"({"uuid": "50fd1e1f-920b-477a-b84c-afe58928dadc"})"), "uuid");
  EXPECT_EQ(field_at_fault(R"({"tech_name": "pjsip", "in_use": 1, "tm_create": null})"), "none");
}

TEST(fields, the_rules_on_abandoned_calls_are_checked_by_name) {
  const auto field_at_fault = [](std::string_view body) {
    const auto merged = merge(plan{}, body, plan_fields);
    if (!merged.has_value())
      return merged.error().field;
    const auto wrong = validate(*merged);
    return wrong ? wrong->field : std::string{"none"};
  };
  for (const auto* body :
       {R"({"abandon_limit": 1})", R"({"abandon_limit": 3})", R"({"abandon_limit": -0.01})", R"({"abandon_limit": "0.03"})"})
    EXPECT_EQ(field_at_fault(body), "abandon_limit") << body;
  EXPECT_EQ(field_at_fault(R"({"abandon_window_days": 0})"), "abandon_window_days");
  EXPECT_EQ(field_at_fault(R"({"abandon_window_days": 367})"), "abandon_window_days");
  EXPECT_EQ(field_at_fault(R"({"abandon_grace_ms": -1})"), "abandon_grace_ms");
  EXPECT_EQ(field_at_fault(R"({"abandon_grace_ms": 0.5})"), "abandon_grace_ms");
  EXPECT_EQ(field_at_fault(R"({"min_ring_seconds": -1})"), "min_ring_seconds");
  EXPECT_EQ(field_at_fault(R"({"max_calls_per_agent": -0.5})"), "max_calls_per_agent");
  EXPECT_EQ(field_at_fault(R"({"max_calls": -1})"), "max_calls");
  for (const auto* body : {R"({"jurisdiction": "us"})", R"({"jurisdiction": "Mars"})", R"({"jurisdiction": ""})"})
    EXPECT_EQ(field_at_fault(body), "jurisdiction") << body;
  for (const auto* body : {R"({"pacing_method": "clairvoyant"})", R"({"pacing_method": ""})"})
    EXPECT_EQ(field_at_fault(body), "pacing_method") << body;
  EXPECT_EQ(field_at_fault(R"({"abandon_context": "a&b"})"), "abandon_context");
  EXPECT_EQ(field_at_fault(R"({"abandon_context": "sorry", "abandon_exten": "${SHELL(id)}"})"), "abandon_exten");
  EXPECT_EQ(field_at_fault(R"({"abandon_group": "a,b"})"), "abandon_group");
  EXPECT_EQ(field_at_fault(R"({"give_up_ringing": 1})"), "give_up_ringing");
  EXPECT_EQ(field_at_fault(R"({"give_up_ringing": "false"})"), "give_up_ringing");
  EXPECT_EQ(field_at_fault(R"({"give_up_ringing": null})"), "give_up_ringing");
  EXPECT_EQ(field_at_fault(R"({"abandon_exten": "s"})"), "abandon_context");
  EXPECT_EQ(field_at_fault(R"({"dial_timeout": 14000, "jurisdiction": "US"})"), "dial_timeout");
  EXPECT_EQ(field_at_fault(R"({"dial_timeout": 20000, "min_ring_seconds": 21})"), "dial_timeout");
  for (const auto* body :
       {R"({"abandon_limit": 0})", R"({"abandon_limit": 0.999, "abandon_window_days": 366, "abandon_grace_ms": 0})",
        R"({"jurisdiction": "UK", "min_ring_seconds": 0, "dial_timeout": 5000})", R"({"dial_timeout": 5000})",
        R"({"jurisdiction": null, "max_calls": 0, "max_calls_per_agent": 2})",
        R"({"abandon_context": "sorry", "abandon_exten": "s", "abandon_priority": "1", "abandon_group": "all of us"})"})
    EXPECT_EQ(field_at_fault(body), "none") << body;
}

TEST(fields, numbers_come_back_from_a_record_as_they_went_in) {
  plan p;
  p.abandon_limit = 0.0271828;
  p.max_calls_per_agent = 0;
  const auto back = from_record<plan>(to_record(p, plan_fields), plan_fields);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->abandon_limit, p.abandon_limit);
  EXPECT_EQ(back->max_calls_per_agent, 0);
  EXPECT_EQ(back->max_calls, std::nullopt);
}

TEST(fields, an_application_that_runs_programs_is_refused) {
  for (const auto* name : {"System", "TrySystem", "AGI", "MixMonitor", "Originate", "Exec", "Set"})
    EXPECT_FALSE(merge(destination{}, std::string{R"({"application": ")"} + name + "\"}", destination_fields)) << name;
  for (const auto* name : {"queue", "Park", "Playback", "Wait", "ConfBridge"})
    EXPECT_TRUE(merge(destination{}, std::string{R"({"application": ")"} + name + "\"}", destination_fields)) << name;
  destination d;
  d.application = "Queue";
  d.data = "sales_1,nc,,,30";
  EXPECT_FALSE(validate(d));
  d.data = "sales_1,nc,,,30,evil.agi";
  ASSERT_TRUE(validate(d));
  EXPECT_EQ(validate(d)->field, "data");
}

TEST(fields, a_queue_destination_names_a_queue) {
  const auto queue = [](std::string data) {
    destination d;
    d.type = 1;
    d.application = "Queue";
    d.data = std::move(data);
    return d;
  };
  // A queue without a name would be dialed for without looking at any agent.
  for (const auto* data : {",x", " ,x", " ", " sales_1", "sales_1 ", "sales_1 ,n", ",", " ,,,,30"}) {
    ASSERT_TRUE(validate(queue(data))) << data;
    EXPECT_EQ(validate(queue(data))->field, "data") << data;
    EXPECT_TRUE(unusable(queue(data))) << data;
  }
  EXPECT_FALSE(validate(queue(""))); // not yet said
  EXPECT_TRUE(unusable(queue("")));
  for (const auto* data : {"sales_1", "sales_1,n", "sales 1,,,,30", "Z\xC3\xBCrich"}) {
    EXPECT_FALSE(validate(queue(data))) << data;
    EXPECT_FALSE(unusable(queue(data))) << data;
  }
}

TEST(fields, sounds_come_from_asterisks_own_folder) {
  const auto wrong = [](std::string application, std::string data) {
    destination d;
    d.type = 1;
    d.application = std::move(application);
    d.data = std::move(data);
    return validate(d).has_value();
  };
  for (const auto* application : {"playback", "Background"}) {
    for (const auto* data : {"../../var/spool/asterisk/voicemail/default/100/INBOX/msg0000", "/etc/passwd", "http://x/y",
                             "demo&/etc/passwd", "demo& /etc/passwd", "demo&a/../b", "demo&https://x,skip"})
      EXPECT_TRUE(wrong(application, data)) << application << " " << data;
    for (const auto* data : {"", "demo-thanks", "digits/1&custom/hello.v2", "demo,say", "a,b/../c"})
      EXPECT_FALSE(wrong(application, data)) << application << " " << data;
  }
  EXPECT_TRUE(wrong("queue", "sales_1,,,/etc/passwd"));
  EXPECT_TRUE(wrong("queue", "sales_1,,,../x,30"));
  EXPECT_FALSE(wrong("queue", "sales_1,,http://crm.example/pop,announce,30"));
}

TEST(fields, control_characters_do_not_reach_asterisk) {
  const auto taken = [](const std::string& value) {
    return merge(plan{}, R"({"variables": {"a": ")" + value + "\"}}", plan_fields).has_value();
  };
  for (const auto* bad : {"\\u001b[31m", "\\t", "\\u007f", "\\u0085", "\\u009b", "\\r", "\\n", "\\u0000", "\\u0001"})
    EXPECT_FALSE(taken(bad)) << bad;
  for (const auto* good : {"", "plain", "M\xC3\xBCller", "\\u00a0", "\xE2\x82\xAC 5", "\xF0\x9F\x98\x80", "a\\\\b\\\"c"})
    EXPECT_TRUE(taken(good)) << good;
  EXPECT_FALSE(is_printable("\xFF"));
  EXPECT_FALSE(is_printable("\xC2"));
  EXPECT_FALSE(is_printable("\xC2\x80"));
  EXPECT_TRUE(is_printable("\xC2\xA0"));
  EXPECT_TRUE(is_printable("\xC3\x80")); // a continuation byte of another letter
}

TEST(one_line, is_what_another_program_said_without_what_could_harm_a_log) {
  EXPECT_EQ(one_line("Authentication failed"), "Authentication failed");
  EXPECT_EQ(one_line("a\nb\x1b[31m\"c\"\t"), "a?b?[31m'c'?");
  EXPECT_EQ(one_line("Zürich – 東京 😀"), "Zürich – 東京 😀");
  EXPECT_EQ(one_line("\xFFx\xC3"), "?x?");
  EXPECT_EQ(one_line(""), "");
  EXPECT_EQ(one_line("abcdef", 3), "abc…");
  EXPECT_EQ(one_line("abé", 3), "ab…") << "no half characters";
  EXPECT_TRUE(is_printable(one_line(std::string(300, '\0'))));
}

TEST(in_log_line, text_is_one_value_and_nothing_else) {
  for (const auto* plain : {"closed", "127.0.0.1:5038", "PJSIP/anna@trunk-1", "/var/lib/x", "ok,no;[]{}'"})
    EXPECT_EQ(in_log_line(plain), plain);
  EXPECT_EQ(in_log_line(""), R"("")");
  EXPECT_EQ(in_log_line("two words"), R"("two words")");
  EXPECT_EQ(in_log_line("a=b"), R"("a=b")");
  EXPECT_EQ(in_log_line("no\nevent=ready"), R"("no\nevent=ready")");
  EXPECT_EQ(in_log_line("x\" retry_ms=\"0"), R"("x\" retry_ms=\"0")");
  EXPECT_EQ(in_log_line("C:\\n"), R"("C:\\n")");
  EXPECT_EQ(in_log_line("\r\t\x1b[31m\x07\x7f"), R"("\r\t\x1b[31m\x07\x7f")");
  EXPECT_EQ(in_log_line(std::string_view{"\0", 1}), R"("\x00")");
  EXPECT_EQ(in_log_line("Zürich – 東京 😀"), "\"Zürich – 東京 😀\"");
  EXPECT_EQ(in_log_line("\xFFx\xC3"), R"("\xffx\xc3")");
  EXPECT_EQ(in_log_line("\xED\xA0\x80"), R"("\xed\xa0\x80")") << "half a pair of UTF-16 is no character";
  EXPECT_EQ(in_log_line("\xC2\x9B\x31m"), R"("\u009b1m")") << "C1 moves the cursor as ESC [ does";
  EXPECT_EQ(in_log_line("\xE2\x80\xA8\xE2\x80\xAE"), R"("\u2028\u202e")");
  EXPECT_EQ(in_log_line("abcdef", 3), "\"abc…\"");
  EXPECT_EQ(in_log_line("abé", 3), "\"ab…\"") << "no half characters";
}

TEST(in_log_line, of_any_bytes_is_printable_and_its_quotes_are_its_own) {
  std::mt19937 random{20261130};
  std::uniform_int_distribution<int> byte{0, 255}, size{0, 40};
  for (int i = 0; i < 20'000; ++i) {
    std::string text(static_cast<std::size_t>(size(random)), ' ');
    for (auto& c : text)
      c = static_cast<char>(byte(random));
    const auto line = in_log_line(text);
    ASSERT_TRUE(is_printable(line)) << line;
    if (!line.starts_with('"')) {
      ASSERT_EQ(line, text);
      continue;
    }
    std::size_t at = 1;
    while (line[at] != '"')
      at += line[at] == '\\' ? 2 : 1;
    ASSERT_EQ(at, line.size() - 1) << line;
  }
}

TEST(fields, names_that_people_read_may_have_letters_of_any_language) {
  const auto caller_id = [](const std::string& v) {
    return merge(plan{}, R"({"caller_id": ")" + v + "\"}", plan_fields).has_value();
  };
  for (const auto* good : {"M\xC3\xBCller <123>", R"(\"Caf\u00e9\" <+33123>)", "\xE6\x9D\xB1\xE4\xBA\xAC <1>"})
    EXPECT_TRUE(caller_id(good)) << good;
  for (const auto* bad : {"a\\u0085b", "a\\u007f", "a\\tb", "a;b", "a\\\\b", "a|b"})
    EXPECT_FALSE(caller_id(bad)) << bad;
  const auto data = [](const std::string& v) {
    return merge(destination{}, R"({"data": ")" + v + "\"}", destination_fields).has_value();
  };
  EXPECT_TRUE(data("Verk\xC3\xA4ufe,n"));
  for (const auto* bad : {"a\\u0085b", "a;b", "${A}", "a\\\"b"})
    EXPECT_FALSE(data(bad)) << bad;
  EXPECT_FALSE(merge(plan{}, "{\"trunk_name\": \"tr\xC3\xBCnk\"}", plan_fields)) << "a dial string is read by programs";
}

TEST(fields, no_text_is_taken_without_a_bound) {
  const auto refuses = []<class T>(const T& before, const auto& table, std::string_view what) {
    table.each([&](const auto& f) {
      if (f.may != access::writable)
        return;
      for (const char letter : {'x', '1'}) {
        const auto merged = merge(before, "{\"" + std::string{f.name} + "\": \"" + std::string(70'000, letter) + "\"}", table);
        ASSERT_FALSE(merged.has_value()) << what << "." << f.name;
        EXPECT_EQ(merged.error().field, f.name);
      }
    });
  };
  refuses(plan{}, plan_fields, "plan");
  refuses(destination{}, destination_fields, "destination");
  refuses(dlma{}, dlma_fields, "dlma");
  refuses(dl{}, dl_fields, "dl");
  refuses(campaign{}, campaign_fields, "campaign");
  const auto with = [](std::string_view field, std::size_t size) {
    return merge(dl{}, "{\"" + std::string{field} + "\": \"" + std::string(size, 'x') + "\"}", dl_fields);
  };
  EXPECT_TRUE(with("detail", 4096).has_value());
  EXPECT_EQ(with("detail", 4097).error().message, "detail must be text of at most 4096 bytes");
  EXPECT_TRUE(with("name", 255).has_value());
  EXPECT_FALSE(with("name", 256).has_value());
  const auto variables_of = [](int count) {
    std::string body{"{\"variables\": {"};
    for (int i = 0; i < count; ++i)
      body += (i ? ", \"v" : "\"v") + std::to_string(i) + "\": \"x\"";
    return merge(dl{}, body + "}}", dl_fields);
  };
  EXPECT_TRUE(variables_of(64).has_value());
  EXPECT_FALSE(variables_of(65).has_value());
}

TEST(fields, codes_that_cannot_be_are_refused) {
  const auto field_at_fault = [](std::string_view body) {
    const auto merged = merge(dl{}, body, dl_fields);
    return merged.has_value() ? std::string{"none"} : merged.error().field;
  };
  for (const auto* code : {"-5", "-1", "35", "99", "9223372036854775807"})
    EXPECT_EQ(field_at_fault(std::string{"{\"res_dial\": "} + code + "}"), "res_dial") << code;
  for (const auto* code : {"-1", "128", "9223372036854775807"})
    EXPECT_EQ(field_at_fault(std::string{"{\"res_hangup\": "} + code + "}"), "res_hangup") << code;
  EXPECT_EQ(field_at_fault(R"({"res_dial": 34, "res_hangup": 127})"), "none");
  EXPECT_EQ(field_at_fault(R"({"res_dial": 0, "res_hangup": 0})"), "none");
}

TEST(fields, records_come_back_as_they_were) {
  dl entry;
  entry.id = random_uuid();
  entry.dlma_uuid = random_uuid();
  entry.name = "";
  entry.number[0] = "300";
  entry.number[7] = std::string(500, '1');
  entry.trycnt[0] = 300;
  entry.res_hangup = -5;
  entry.vars.emplace().set("key 1", "väl");
  entry.tm_create = time_point{std::chrono::nanoseconds{1'488'937'360'668'089'274}};
  const auto back = from_record<dl>(to_record(entry, dl_fields), dl_fields);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(to_json(*back, dl_fields), to_json(entry, dl_fields));
  EXPECT_TRUE(back->name.has_value());
  EXPECT_FALSE(back->detail.has_value());
}

TEST(fields, a_damaged_record_is_an_error) {
  dl entry;
  entry.id = random_uuid();
  entry.number[0] = "300";
  const auto whole = to_record(entry, dl_fields);
  int refused = 0;
  for (std::size_t length = 0; length < whole.size(); ++length)
    refused += !from_record<dl>(std::string_view{whole}.substr(0, length), dl_fields).has_value();
  EXPECT_GE(refused, static_cast<int>(whole.size()) - 3); // cut at a field's boundary is a shorter record
  EXPECT_FALSE(from_record<dl>("\2", dl_fields).has_value());
}

TEST(fields, csv_cells_obey_the_same_rules) {
  dl entry;
  EXPECT_FALSE(assign_text(entry, "number_2", "301", dl_fields));
  EXPECT_FALSE(assign_text(entry, "variables", R"({"a":"b"})", dl_fields));
  EXPECT_FALSE(assign_text(entry, "email", "", dl_fields));
  EXPECT_EQ(entry.number[1], "301");
  EXPECT_FALSE(entry.email.has_value());
  EXPECT_EQ(assign_text(entry, "number_1", std::string(129, '1'), dl_fields)->field, "number_1");
  EXPECT_EQ(assign_text(entry, "nummer", "1", dl_fields)->field, "nummer");
  EXPECT_EQ(assign_text(entry, "trycnt_1", "x", dl_fields)->field, "trycnt_1");
}

TEST(fields, times_of_day_are_kept_in_one_spelling) {
  for (const auto& [written, kept] : std::vector<std::pair<const char*, const char*>>{
           {"09:00", "09:00:00"}, {"9:00", "09:00:00"}, {"9:05:30", "09:05:30"}, {" 09:00 ", "09:00:00"}, {"23:59:59", "23:59:59"}, {"", ""}}) {
    campaign c;
    EXPECT_FALSE(assign_text(c, "name", "x", campaign_fields));
    const std::string body = std::string{R"({"sc_time_start": ")"} + written + "\"}";
    simdjson::dom::parser parser;
    simdjson::dom::element json;
    ASSERT_FALSE(parser.parse(body).get(json));
    const auto after = merge_json(c, json, campaign_fields);
    ASSERT_TRUE(after.has_value()) << written << ": " << after.error().message;
    EXPECT_EQ(after->sc_time_start, kept);
  }
  for (const auto* wrong : {"9", "24:00", "09:60", "9.00", "09:00:0", "09:00:000", "9:00 o'clock", ":00", "1:2:3", "009:00", "-9:00"}) {
    campaign c;
    const auto refused = assign_text(c, "sc_time_start", wrong, campaign_fields);
    ASSERT_TRUE(refused) << wrong;
    EXPECT_EQ(refused->message, "sc_time_start must be a time of day, hh:mm:ss or hh:mm");
  }
}

TEST(fields, tags_and_names_are_unique) {
  const auto check = [](const auto& table) {
    std::array<bool, 256> tags{};
    std::vector<std::string_view> names;
    table.each([&](const auto& f) {
      EXPECT_FALSE(std::exchange(tags[f.tag], true)) << f.name;
      EXPECT_EQ(std::find(names.begin(), names.end(), f.name), names.end()) << f.name;
      names.push_back(f.name);
    });
  };
  check(plan_fields), check(destination_fields), check(dlma_fields), check(dl_fields), check(campaign_fields),
      check(dialing_fields), check(result_line_fields);
}

} // namespace
} // namespace ringmaster
