// SPDX-License-Identifier: Apache-2.0
// In which order a server is asked, and what is left on it whatever it answers.
#include "actors/core/telephone/section_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace ringmaster::core {
namespace {

namespace section_writer_tests {

using testing::HasSubstr;
using lines = std::vector<std::pair<std::string, std::string>>;

/// As much of Asterisk as there is to it: files of sections, one of which the module reads, with our own or without.
struct server {
  std::map<std::string, std::map<std::string, lines>> files{{"queues.conf", {{"sales", {{"weight", "1"}}}}}};
  bool includes{true};
  bool reads{true};                             ///< the module can read its files
  bool deaf{false};                             ///< a reload is Success and changes nothing
  std::vector<std::string> known{"sales"};      ///< to the module
  std::vector<std::string> asked;               ///< "UpdateConfig ringmaster-queues.conf", "module?"
  /// Answers instead: nothing, an error, or words of a refusal.
  std::function<std::optional<result<std::string>>(const telephone_request&)> otherwise{[](const auto&) { return std::nullopt; }};

  static std::string get(const telephone_request& r, const std::string& name) {
    for (const auto& [key, value] : r.headers)
      if (key == name)
        return value;
    return {};
  }
  static telephone_answer no(std::string words) { return {{{"Response", "Error"}, {"Message", std::move(words)}}}; }

  result<telephone_answer> answer(const telephone_request& r) {
    const auto file = get(r, "Filename") + get(r, "SrcFilename");
    asked.push_back(r.action + (file.empty() ? "" : " " + file));
    if (const auto other = otherwise(r)) {
      if (!*other)
        return other->error();
      return no(**other);
    }
    if (r.action == "CreateConfig")
      return files.try_emplace(file).second ? telephone_answer{{{"Response", "Success"}}} : no("File exists");
    if (r.action == "ModuleLoad") {
      if (!reads)
        return no("An unknown error occurred");
      if (deaf)
        return telephone_answer{{{"Response", "Success"}}};
      known.clear();
      for (const auto& [name, what] : files.at("queues.conf"))
        known.push_back(name);
      if (includes)
        for (const auto& [name, what] : files["ringmaster-queues.conf"])
          known.push_back(name);
      return telephone_answer{{{"Response", "Success"}}};
    }
    if (!files.contains(file))
      return no(r.action == "GetConfig" ? "Config file not found" : "File requires escalated privileges");
    return r.action == "GetConfig" ? config(file, get(r, "Category")) : update(files[file], r);
  }

  telephone_answer config(const std::string& file, const std::string& name) {
    telephone_answer said{{{"Response", "Success"}}};
    int n = 0;
    const auto tell = [&](const std::string& from) {
      const auto at = files[from].find(name);
      if (at == files[from].end())
        return;
      said.headers.emplace_back("Category-00000" + std::to_string(n), name);
      for (const auto& [variable, value] : at->second)
        said.headers.emplace_back("Line-00000" + std::to_string(n) + "-000000", variable + "=" + value);
      ++n;
    };
    tell(file);
    if (file == "queues.conf" && includes && files.contains("ringmaster-queues.conf"))
      tell("ringmaster-queues.conf");
    return said;
  }

  static telephone_answer update(std::map<std::string, lines>& file, const telephone_request& r) {
    auto changed = file;
    for (int i = 0;; ++i) {
      char n[16];
      std::snprintf(n, sizeof n, "-%06d", i);
      const auto what = get(r, std::string{"Action"} + n), cat = get(r, std::string{"Cat"} + n), var = get(r, std::string{"Var"} + n);
      if (what.empty())
        break;
      if (what == "NewCat") {
        if (!changed.try_emplace(cat).second)
          return no("Create category did not complete successfully");
      } else if (!changed.contains(cat)) {
        return no("Given category does not exist");
      } else if (what == "DelCat") {
        changed.erase(cat);
      } else if (what == "EmptyCat") {
        changed[cat].clear();
      } else if (what == "Append") {
        changed[cat].emplace_back(var, get(r, std::string{"Value"} + n));
      } else if (what == "Delete") {
        std::erase_if(changed[cat], [&](const auto& line) { return line.first == var; });
      }
    }
    file = changed;
    return {{{"Response", "Success"}}};
  }

  /// All of it, to its end.
  result<void> carry_out(result<section_order> order, bool lossy = false) {
    if (!order)
      return order.error();
    section_writer writer{"pbx-a", *order, lossy};
    auto step = writer.begin();
    for (;;) {
      if (const auto* came = std::get_if<result<void>>(&step))
        return *came;
      if (const auto* request = std::get_if<telephone_request>(&step)) {
        step = writer.on_answer(answer(*request));
        continue;
      }
      asked.emplace_back("module?");
      step = writer.on_module(std::find(known.begin(), known.end(), order->name) != known.end());
    }
  }
  [[nodiscard]] std::map<std::string, lines>& ours() { return files["ringmaster-queues.conf"]; }
};

result<section_order> make(const std::string& name, std::vector<setting> settings = {{"weight", {"3"}}}) {
  return create_section(configured_kind::queue, name, std::move(settings));
}
setting members(int count) {
  setting s{"member", {}};
  for (int i = 0; i < count; ++i)
    s.values.push_back("PJSIP/agent-" + std::to_string(i));
  return s;
}

TEST(section_writer, makes_a_section_in_the_file_of_our_own_and_asks_the_module) {
  server pbx;
  const auto made = pbx.carry_out(make("new"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(pbx.ours()["new"], (lines{{"weight", "3"}}));
  EXPECT_EQ(pbx.files["queues.conf"].size(), 1U);
  EXPECT_THAT(pbx.asked, testing::ElementsAre("module?", "CreateConfig ringmaster-queues.conf", "GetConfig queues.conf", "GetConfig ringmaster-queues.conf",
                                              "UpdateConfig ringmaster-queues.conf", "GetConfig queues.conf", "ModuleLoad", "module?"));
  ASSERT_TRUE(pbx.carry_out(make("another"))) << "the file is there by now";
  EXPECT_EQ(pbx.ours().size(), 2U);
}

TEST(section_writer, names_the_line_that_is_missing_and_leaves_nothing_behind) {
  server pbx;
  pbx.includes = false;
  const auto made = pbx.carry_out(make("new", {members(50)}));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::illegal_state);
  EXPECT_THAT(made.error().message, HasSubstr("'#tryinclude ringmaster-queues.conf' at the end of queues.conf"));
  EXPECT_TRUE(pbx.ours().empty());
  EXPECT_THAT(pbx.asked, testing::Not(testing::Contains("ModuleLoad"))) << "members of other queues would lose the reasons of their pauses";
}

TEST(section_writer, makes_no_name_a_second_time) {
  server pbx;
  const auto known = pbx.carry_out(make("sales"));
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().field, "name");
  EXPECT_EQ(pbx.asked, (std::vector<std::string>{"module?"}));
  pbx.files["queues.conf"]["usual"]; // a template, or what was not reloaded
  const auto elsewhere = pbx.carry_out(make("usual"));
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().field, "name");
  EXPECT_THAT(elsewhere.error().message, HasSubstr("[usual] already"));
  EXPECT_TRUE(pbx.ours().empty());
}

TEST(section_writer, replaces_what_a_lost_connection_left_behind) {
  server pbx;
  pbx.ours()["new"] = {{"weight", "9"}, {"member", "PJSIP/old"}};
  ASSERT_TRUE(pbx.carry_out(make("new")));
  EXPECT_EQ(pbx.ours()["new"], (lines{{"weight", "3"}}));
}

TEST(section_writer, takes_out_what_the_module_does_not_take) {
  server pbx;
  pbx.otherwise = [&, reloads = 0](const telephone_request& r) mutable -> std::optional<result<std::string>> {
    if (r.action != "ModuleLoad" || ++reloads > 1)
      return std::nullopt;
    return result<std::string>{"An unknown error occurred"};
  };
  auto made = pbx.carry_out(make("new"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::pbx_refused);
  EXPECT_THAT(made.error().message, HasSubstr("An unknown error occurred"));
  EXPECT_TRUE(pbx.ours().empty());
  EXPECT_EQ(pbx.asked.back(), "ModuleLoad") << "the module reads the file as it is now";
  server other;
  other.deaf = true;
  made = other.carry_out(make("new"));
  ASSERT_FALSE(made) << "a reload's Success says nothing";
  EXPECT_THAT(made.error().message, HasSubstr("although queues.conf includes ringmaster-queues.conf"));
  EXPECT_TRUE(other.ours().empty());
}

TEST(section_writer, takes_out_what_is_half_written) {
  server pbx;
  pbx.otherwise = [&, writes = 0](const telephone_request& r) mutable -> std::optional<result<std::string>> {
    if (r.action != "UpdateConfig" || ++writes != 2)
      return std::nullopt;
    return result<std::string>{"Save of config failed"};
  };
  const auto made = pbx.carry_out(make("new", {members(80)}));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("Save of config failed"));
  EXPECT_TRUE(pbx.ours().empty());
}

TEST(section_writer, says_what_stays_when_the_server_is_gone) {
  server pbx;
  bool gone = false;
  pbx.otherwise = [&](const telephone_request& r) -> std::optional<result<std::string>> {
    gone = gone || r.action == "ModuleLoad";
    if (!gone)
      return std::nullopt;
    return result<std::string>{error{errc::pbx_unavailable, "pbx-a is not connected", {}}};
  };
  const auto made = pbx.carry_out(make("new"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::pbx_unavailable);
  EXPECT_THAT(made.error().message, HasSubstr("what was written into ringmaster-queues.conf could not be taken back"));
  pbx.otherwise = [](const auto&) { return std::nullopt; };
  EXPECT_TRUE(pbx.carry_out(make("new"))) << "made anew, it is replaced";
  // An answer that never came, of what was never done: nothing is there to be taken back.
  server slow;
  slow.otherwise = [&, first = true](const telephone_request& r) mutable -> std::optional<result<std::string>> {
    if (r.action != "UpdateConfig" || !std::exchange(first, false))
      return std::nullopt;
    return result<std::string>{error{errc::timed_out, "pbx-a did not answer", {}}};
  };
  const auto late = slow.carry_out(make("new"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message, "pbx-a did not answer");
  EXPECT_TRUE(slow.ours().empty());
}

TEST(section_writer, names_the_right_that_is_missing) {
  server pbx;
  pbx.otherwise = [](const telephone_request&) { return std::optional{result<std::string>{"Permission denied"}}; };
  const auto made = pbx.carry_out(make("new"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::pbx_refused);
  EXPECT_THAT(made.error().message, HasSubstr("'config' in this user's line write"));
}

TEST(section_writer, writes_nothing_beside_a_file_that_cannot_be_read) {
  server pbx;
  pbx.otherwise = [](const telephone_request& r) -> std::optional<result<std::string>> {
    if (r.action == "GetConfig" && server::get(r, "Filename") == "queues.conf")
      return result<std::string>{"Config file has invalid format"};
    return std::nullopt;
  };
  const auto made = pbx.carry_out(make("new"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("mend"));
  EXPECT_TRUE(pbx.ours().empty());
}

TEST(section_writer, changes_and_removes_what_is_ours) {
  server pbx;
  ASSERT_TRUE(pbx.carry_out(make("new", {{"weight", {"3"}}, members(2)})));
  ASSERT_TRUE(pbx.carry_out(change_section(configured_kind::queue, "new", {{"weight", {"4"}}, {"strategy", {"linear"}}})));
  EXPECT_EQ(pbx.ours()["new"], (lines{{"member", "PJSIP/agent-0"}, {"member", "PJSIP/agent-1"}, {"weight", "4"}, {"strategy", "linear"}}));
  pbx.asked.clear();
  ASSERT_TRUE(pbx.carry_out(remove_section(configured_kind::queue, "new")));
  EXPECT_TRUE(pbx.ours().empty());
  EXPECT_THAT(pbx.asked, testing::ElementsAre("GetConfig ringmaster-queues.conf", "UpdateConfig ringmaster-queues.conf", "ModuleLoad"));
}

TEST(section_writer, puts_back_what_was_there_when_the_module_refuses_the_change) {
  server pbx;
  ASSERT_TRUE(pbx.carry_out(make("new", {{"weight", {"3"}}, members(40)})));
  const auto before = pbx.ours()["new"];
  pbx.reads = false;
  const auto changed = pbx.carry_out(change_section(configured_kind::queue, "new", {members(35)}));
  ASSERT_FALSE(changed);
  EXPECT_EQ(pbx.ours()["new"], before);
  EXPECT_THAT(changed.error().message, testing::Not(HasSubstr("stays")));
}

TEST(section_writer, refuses_sections_of_other_files_unless_that_is_allowed) {
  server pbx;
  for (const bool file_is_there : {false, true}) {
    if (file_is_there)
      pbx.files["ringmaster-queues.conf"];
    for (const auto& order : {change_section(configured_kind::queue, "sales", {{"weight", {"4"}}}), remove_section(configured_kind::queue, "sales")}) {
      pbx.asked.clear();
      const auto changed = pbx.carry_out(order);
      ASSERT_FALSE(changed);
      EXPECT_EQ(changed.error().code, errc::illegal_state);
      EXPECT_EQ(changed.error().field, "name");
      EXPECT_THAT(changed.error().message, HasSubstr("allow_lossy_config_changes"));
      EXPECT_THAT(pbx.asked, testing::ElementsAre("GetConfig ringmaster-queues.conf"));
    }
  }
  ASSERT_TRUE(pbx.carry_out(change_section(configured_kind::queue, "sales", {{"weight", {"4"}}}), true));
  EXPECT_EQ(pbx.files["queues.conf"]["sales"], (lines{{"weight", "4"}}));
  ASSERT_TRUE(pbx.carry_out(make("new"), true));
  EXPECT_EQ(pbx.ours().count("new"), 1U) << "what is made is ours, whatever is allowed";
  ASSERT_TRUE(pbx.carry_out(remove_section(configured_kind::queue, "sales"), true));
  EXPECT_TRUE(pbx.files["queues.conf"].empty());
}

} // namespace section_writer_tests
} // namespace
} // namespace ringmaster::core
