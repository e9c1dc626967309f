// SPDX-License-Identifier: Apache-2.0
// Queues and parking lots of a server's configuration, made, changed and removed over REST.
#include "tests/http/telephone/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace ringmaster::tests {
namespace {

namespace configured_tests {

using ::testing::HasSubstr;
using ::testing::Pair;
using action = scripted_pbx::action;

/// A server with the files of queues and lots, as far as names go: sales_1 and the lot second are somebody else's.
class configured : public telephone_test {
protected:
  using names = std::set<std::string>;

  void prepare() override {
    pbx().answer_by("CreateConfig", [this](const action& a) {
      return files_.try_emplace(a.at("Filename")).second ? success() : refusal("File exists");
    });
    pbx().answer_by("GetConfig", [this](const action& a) {
      const auto &file = a.at("Filename"), &name = a.at("Category");
      if (!files_.contains(file))
        return refusal("Config file not found");
      std::string said = "Response: Success\nActionID: {id}\n";
      if (shows(file, name))
        said += "Category-000000: " + name + "\nLine-000000-000000: weight=1\n";
      return said + "\n";
    });
    pbx().answer_by("UpdateConfig", [this](const action& a) {
      for (int i = 0; a.contains("Action-00000" + std::to_string(i)); ++i) {
        const auto n = "-00000" + std::to_string(i);
        if (a.at("Action" + n) == "NewCat")
          files_[a.at("SrcFilename")].insert(a.at("Cat" + n));
        else if (a.at("Action" + n) == "DelCat")
          files_[a.at("SrcFilename")].erase(a.at("Cat" + n));
      }
      return success();
    });
    pbx().answer("ModuleLoad", success());
    pbx().answer_by("QueueStatus", [this](const action& a) {
      std::string said = "Response: Success\nActionID: {id}\nEventList: start\n\n";
      std::size_t items = 0;
      for (const auto& name : all("queues.conf"))
        if (!a.contains("Queue") || a.at("Queue") == name) {
          ++items;
          said += "Event: QueueParams\nQueue: " + name +
                  "\nMax: 0\nStrategy: ringall\nCalls: 0\nHoldtime: 0\nTalkTime: 0\nCompleted: 0\nAbandoned: 0\nServiceLevel: "
                  "5\nServicelevelPerf: 0.0\nServicelevelPerf2: 0.0\nWeight: 0\nActionID: {id}\n\n";
        }
      return said + "Event: QueueStatusComplete\nActionID: {id}\nEventList: Complete\nListItems: " + std::to_string(items) + "\n\n";
    });
    pbx().answer_by("Parkinglots", [this](const action&) {
      std::string said = "Response: Success\nActionID: {id}\nEventList: start\n\n";
      const auto lots = all("res_parking.conf");
      for (const auto& name : lots)
        said += "Event: Parkinglot\nActionID: {id}\nName: " + name + "\nStartSpace: 701\nStopSpace: 750\nTimeout: 45\n\n";
      return said + "Event: ParkinglotsComplete\nActionID: {id}\nEventList: Complete\nListItems: " + std::to_string(lots.size()) + "\n\n";
    });
  }

  static std::string success() { return "Response: Success\nActionID: {id}\nMessage: Done\n\n"; }
  static std::string refusal(const std::string& words) { return "Response: Error\nActionID: {id}\nMessage: " + words + "\n\n"; }
  static std::string included_by(const std::string& file) {
    return file == "queues.conf" ? "ringmaster-queues.conf" : "ringmaster-parking.conf";
  }
  bool shows(const std::string& file, const std::string& name) {
    return files_[file].contains(name) || (file.find("ringmaster") == std::string::npos && includes_ && files_[included_by(file)].contains(name));
  }
  names all(const std::string& file) {
    auto found = files_[file];
    if (includes_ && files_.contains(included_by(file)))
      found.insert(files_[included_by(file)].begin(), files_[included_by(file)].end());
    return found;
  }
  void refused(const reply& r, unsigned status, const char* field) {
    EXPECT_EQ(r.status(), status) << r.text;
    EXPECT_EQ(r.at("/error/field"), field) << r.text;
  }

  // Of the server's thread once the daemon runs.
  std::map<std::string, names> files_{{"queues.conf", {"sales_1"}}, {"res_parking.conf", {"second"}}};
  bool includes_{true};
};

TEST_F(configured, queues_and_lots_are_made_changed_and_removed_in_files_of_our_own) {
  until_listed("/queue/queues", 1);
  const auto made = post("/queue/queues", R"({"name":"test create queue","context":"default"})");
  EXPECT_EQ(made.status(), 200U) << made.text;
  EXPECT_EQ(made.at("/result"), "(none)");
  EXPECT_EQ(pbx().heard("CreateConfig").at(0).at("Filename"), "ringmaster-queues.conf");
  EXPECT_THAT(pbx().heard("UpdateConfig").at(0),
              testing::IsSupersetOf({Pair("SrcFilename", "ringmaster-queues.conf"), Pair("DstFilename", "ringmaster-queues.conf"), Pair("Action-000000", "NewCat"),
                                     Pair("Cat-000000", "test create queue"), Pair("Action-000001", "Append"), Pair("Cat-000001", "test create queue"),
                                     Pair("Var-000001", "context"), Pair("Value-000001", "default")}));
  EXPECT_THAT(pbx().heard("ModuleLoad").at(0), testing::IsSupersetOf({Pair("Module", "app_queue.so"), Pair("LoadType", "reload")}));
  until_listed("/queue/queues", 2);
  EXPECT_EQ(put("/v1/admin/queue/queues/pbx-a:test%20create%20queue", R"({"context":"default","member":["> Agent/10001","> Agent/10003"],"pbx":"pbx-a"})").status(), 200U);
  EXPECT_THAT(pbx().heard("UpdateConfig").at(1),
              testing::IsSupersetOf({Pair("SrcFilename", "ringmaster-queues.conf"), Pair("Action-000004", "Delete"), Pair("Var-000004", "member"),
                                     Pair("Value-000005", "Agent/10001"), Pair("Value-000006", "Agent/10003")}));
  EXPECT_EQ(del("/queue/queues/test%20create%20queue").status(), 200U);
  EXPECT_THAT(pbx().heard("UpdateConfig").at(2), testing::IsSupersetOf({Pair("Action-000000", "DelCat"), Pair("Cat-000000", "test create queue")}));
  const auto lot = post("/park/parkinglots", R"({"name":"new","parkpos":"> 800-850","findslot":"> next"})");
  EXPECT_EQ(lot.status(), 200U) << lot.text;
  EXPECT_THAT(pbx().heard("UpdateConfig").at(3), testing::IsSupersetOf({Pair("SrcFilename", "ringmaster-parking.conf"), Pair("Value-000001", "800-850"), Pair("Value-000002", "next")}));
  EXPECT_EQ(pbx().heard("ModuleLoad").size(), 4U);
}

TEST_F(configured, what_is_wrong_never_reaches_the_server) {
  until_listed("/queue/queues", 1);
  refused(post("/queue/queues", R"({"context":"default"})"), 400, "name");
  refused(post("/queue/queues", R"({"name":"sales_1"})"), 400, "name");
  refused(post("/queue/queues", R"({"name":"a]\n[b"})"), 400, "name");
  refused(post("/queue/queues", R"({"name":"General"})"), 400, "name");
  refused(post("/queue/queues", R"({"name":"new","colour":"red"})"), 400, "colour");
  refused(post("/queue/queues", R"({"name":"new","strategy":"best"})"), 400, "strategy");
  refused(post("/queue/queues", R"({"name":"new","context":"a;b"})"), 400, "context");
  refused(post("/queue/queues", R"({"name":"new","ringinuse":true})"), 400, "ringinuse");
  refused(post("/queue/queues", R"({"name":"new","member":"PJSIP/a&PJSIP/b"})"), 400, "member");
  refused(post("/queue/queues", R"({"name":"new","timeout":["1","2"]})"), 400, "timeout");
  refused(post("/queue/queues", R"({"name":"new","pbx":"nobody"})"), 400, "pbx");
  refused(post("/queue/queues", "[]"), 400, "(none)");
  refused(put("/queue/queues/sales_1", "{}"), 400, "(none)");
  refused(put("/queue/queues/sales_1", R"({"name":"other","weight":1})"), 400, "name");
  refused(put("/queue/queues/nobody", R"({"weight":1})"), 404, "(none)");
  refused(del("/queue/queues/nobody"), 404, "(none)");
  for (const char* asked : {"CreateConfig", "GetConfig", "UpdateConfig", "ModuleLoad"})
    EXPECT_TRUE(pbx().heard(asked).empty()) << asked;
}

TEST_F(configured, sections_of_other_files_are_left_alone) {
  until_listed("/queue/queues", 1);
  until_listed("/park/parkinglots", 1);
  for (const auto& no : {put("/queue/queues/sales_1", R"({"weight":1})"), del("/queue/queues/sales_1"), del("/park/parkinglots/second")}) {
    refused(no, 400, "name");
    EXPECT_THAT(no.at("/error/message"), HasSubstr("allow_lossy_config_changes"));
  }
  EXPECT_TRUE(pbx().heard("UpdateConfig").empty());
  EXPECT_TRUE(pbx().heard("ModuleLoad").empty());
}

TEST_F(configured, what_the_server_refuses_is_its_own_word) {
  until_listed("/queue/queues", 1);
  pbx().answer("UpdateConfig", refusal("Save of config failed"));
  const auto no = post("/queue/queues", R"({"name":"new"})");
  EXPECT_EQ(no.status(), 502U);
  EXPECT_THAT(no.at("/error/message"), HasSubstr("Save of config failed"));
  EXPECT_TRUE(pbx().heard("ModuleLoad").empty()) << "nothing is reloaded then";
  pbx().answer("CreateConfig", refusal("Permission denied"));
  const auto denied = post("/queue/queues", R"({"name":"new"})");
  EXPECT_EQ(denied.status(), 502U);
  EXPECT_THAT(denied.at("/error/message"), HasSubstr("needs 'config'"));
  until([&] { return get("/health").text.find("write_config") != std::string::npos; }, "the right that is missing is named");
}

TEST_F(configured, lots_that_cannot_be_read_are_taken_back) {
  until_listed("/queue/queues", 1);
  pbx().answer("ModuleLoad", refusal("An unknown error occurred"));
  const auto no = post("/park/parkinglots", R"({"name":"new","parkpos":"> 800-850","findslot":"> next"})");
  EXPECT_EQ(no.status(), 502U);
  EXPECT_THAT(no.at("/error/message"), HasSubstr("An unknown error occurred"));
  const auto asked = pbx().heard("UpdateConfig");
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_THAT(asked[1], testing::IsSupersetOf({Pair("SrcFilename", "ringmaster-parking.conf"), Pair("Action-000000", "DelCat"), Pair("Cat-000000", "new")}));
}

TEST_F(configured, one_change_is_made_after_the_other) {
  until_listed("/queue/queues", 1);
  std::vector<std::thread> clients;
  for (int i = 0; i < 6; ++i)
    clients.emplace_back([this, i] { EXPECT_EQ(post("/queue/queues", R"({"name":"queue )" + std::to_string(i) + R"("})").status(), 200U); });
  for (auto& one : clients)
    one.join();
  // From each file being made to the next one nothing but what belongs to one queue.
  std::string name;
  int reloads = 0;
  for (const auto& one : pbx().heard()) {
    const auto& what = one.at("Action");
    if (what == "CreateConfig") {
      EXPECT_TRUE(name.empty()) << "another change is under way";
      name = "?";
    } else if (what == "GetConfig" || what == "UpdateConfig") {
      const auto& about = one.at(what == "GetConfig" ? "Category" : "Cat-000000");
      EXPECT_TRUE(name == "?" || name == about) << name << ", " << about;
      name = about;
    } else if (what == "ModuleLoad") {
      ++reloads;
      name.clear();
    }
  }
  EXPECT_EQ(reloads, 6);
  until_listed("/queue/queues", 7);
}

TEST_F(configured, who_waits_is_told_when_the_server_is_lost) {
  until_listed("/queue/queues", 1);
  pbx().answer_by("GetConfig", [](const action&) { return std::string{}; }); // no answer
  std::vector<std::thread> clients;
  std::atomic<int> told{0};
  for (int i = 0; i < 3; ++i)
    clients.emplace_back([&, i] {
      EXPECT_EQ(post("/queue/queues", R"({"name":"queue )" + std::to_string(i) + R"("})").status(), 503U);
      ++told;
    });
  until([&] { return !pbx().heard("GetConfig").empty(); }, "the first is under way");
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  pbx().drop();
  for (auto& one : clients)
    one.join();
  EXPECT_EQ(told, 3);
}

class configured_without_a_line : public configured {
protected:
  void prepare() override {
    includes_ = false;
    configured::prepare();
  }
};

TEST_F(configured_without_a_line, the_line_is_named_and_nothing_is_left) {
  until_listed("/queue/queues", 1);
  const auto no = post("/queue/queues", R"({"name":"new","weight":1})");
  refused(no, 400, "(none)");
  EXPECT_THAT(no.at("/error/message"), HasSubstr("add the line '#tryinclude ringmaster-queues.conf' at the end of queues.conf"));
  EXPECT_THAT(pbx().heard("UpdateConfig").at(1), testing::IsSupersetOf({Pair("Action-000000", "DelCat"), Pair("Cat-000000", "new")}));
  const auto lot = post("/park/parkinglots", R"({"name":"new","parkpos":"800-850"})");
  EXPECT_THAT(lot.at("/error/message"), HasSubstr("add the line '#tryinclude ringmaster-parking.conf' at the end of res_parking.conf"));
  EXPECT_TRUE(pbx().heard("ModuleLoad").empty());
}

class configured_lossy : public configured {
protected:
  void prepare() override {
    settings_.pbxs[0].allow_lossy_config_changes = true;
    configured::prepare();
  }
};

TEST_F(configured_lossy, sections_of_other_files_are_changed_where_that_is_allowed) {
  until_listed("/queue/queues", 1);
  EXPECT_EQ(put("/queue/queues/sales_1", R"({"weight":1})").status(), 200U);
  EXPECT_THAT(pbx().heard("UpdateConfig").at(0), testing::IsSupersetOf({Pair("SrcFilename", "queues.conf"), Pair("DstFilename", "queues.conf"), Pair("Cat-000000", "sales_1")}));
  EXPECT_EQ(post("/queue/queues", R"({"name":"new"})").status(), 200U);
  EXPECT_EQ(pbx().heard("UpdateConfig").at(1).at("SrcFilename"), "ringmaster-queues.conf");
  EXPECT_EQ(del("/queue/queues/sales_1").status(), 200U);
  EXPECT_EQ(pbx().heard("UpdateConfig").at(2).at("SrcFilename"), "queues.conf");
}

} // namespace configured_tests
} // namespace
} // namespace ringmaster::tests
