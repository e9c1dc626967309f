// SPDX-License-Identifier: Apache-2.0
// What UpdateConfig changes, and what a reload makes of it.
#include "tests/simulated_pbx/pbx_world.hpp"

#include <deque>

namespace ringmaster::sim::testing {
namespace {

/// An action of UpdateConfig; the texts outlive it.
class update {
public:
  explicit update(const std::string& file) { put("SrcFilename", file), put("DstFilename", file); }
  update& add(const std::string& what, const std::string& section, const std::string& variable = {}, const std::string& value = {}) {
    const auto n = "-00000" + std::to_string(count_++);
    put("Action" + n, what), put("Cat" + n, section);
    if (!variable.empty())
      put("Var" + n, variable), put("Value" + n, value);
    return *this;
  }
  [[nodiscard]] std::optional<std::string> to(pbx_world& world) const { return world.pbx.config.update(what_); }

private:
  void put(const std::string& name, const std::string& value) {
    const auto& key = texts_.emplace_back(name);
    what_.headers.emplace_back(key, texts_.emplace_back(value));
  }
  std::deque<std::string> texts_;
  action what_;
  int count_{0};
};

bool reload(pbx_world& world, const char* module) {
  return world.pbx.config.reload(module, world.pbx.queues, world.pbx.parking);
}
const queue* find(const pbx_world& world, std::string_view name) {
  for (const auto& q : world.pbx.queues.all())
    if (q->how.name == name)
      return q.get();
  return nullptr;
}

TEST(configuration, counts_from_the_reload_on) {
  pbx_world world;
  ASSERT_FALSE(update{"queues.conf"}.add("NewCat", "new").add("Append", "new", "strategy", "linear").add("Append", "new", "member", "Local/agent-01@agents/n,3,Ann").to(world));
  EXPECT_EQ(find(world, "new"), nullptr);
  ASSERT_TRUE(reload(world, "app_queue.so"));
  ASSERT_NE(find(world, "new"), nullptr);
  EXPECT_EQ(find(world, "new")->how.strategy, "linear");
  ASSERT_EQ(find(world, "new")->members.size(), 1U);
  EXPECT_EQ(find(world, "new")->members[0]->name, "Ann");
  EXPECT_EQ(find(world, "new")->members[0]->penalty, 3);
  EXPECT_EQ(find(world, "sales_1")->members.size(), 10U) << "what is not touched stays";
  world.originate("Local/1000001@customers", "call", "new,nc");
  world.run_for(3);
  EXPECT_EQ(world.all("AgentConnect", "Queue", "new").size(), 1U) << "it is a queue like any other";
  ASSERT_FALSE(update{"queues.conf"}.add("DelCat", "new").to(world));
  ASSERT_TRUE(reload(world, "app_queue.so"));
  EXPECT_NE(find(world, "new"), nullptr) << "somebody talks in it";
  world.run_for(120);
  ASSERT_TRUE(reload(world, "app_queue.so"));
  EXPECT_EQ(find(world, "new"), nullptr);
  EXPECT_EQ(world.all("Newchannel").size(), world.all("Hangup").size());
}

TEST(configuration, changes_altogether_or_not_at_all) {
  pbx_world world;
  EXPECT_EQ(update{"queues.conf"}.add("Append", "empty", "member", "PJSIP/a").add("Delete", "empty", "weight").to(world), "Update did not complete successfully");
  ASSERT_TRUE(reload(world, "app_queue.so"));
  EXPECT_TRUE(find(world, "empty")->members.empty());
  EXPECT_EQ(update{"queues.conf"}.add("NewCat", "SALES_1").to(world), "Create category did not complete successfully");
  EXPECT_EQ(update{"queues.conf"}.add("DelCat", "nobody").to(world), "Given category does not exist");
  EXPECT_EQ(update{"queues.conf"}.add("Paint", "empty", "x", "y").to(world), "Unknown action command");
  EXPECT_EQ(update{"extensions.conf"}.add("NewCat", "x").to(world), "File requires escalated privileges");
}

/// The names of the sections that a file shows, and of which files' lines they are.
std::vector<std::string> shown(const pbx_world& world, std::string_view file, std::string_view section = {}) {
  std::vector<std::string> names;
  if (const auto sections = world.pbx.config.get(file, section))
    for (const auto* one : *sections)
      names.push_back(one->name + " " + std::string{one->get("weight")});
  return names;
}

TEST(configuration, of_files_that_are_made_counts_where_they_are_included) {
  pbx_world world;
  const auto& file = "ringmaster-queues.conf";
  EXPECT_FALSE(world.pbx.config.get(file).has_value());
  EXPECT_EQ(update{file}.add("NewCat", "x").to(world), "File requires escalated privileges");
  EXPECT_FALSE(world.pbx.config.create(file));
  EXPECT_EQ(world.pbx.config.create(file), "File exists");
  EXPECT_EQ(world.pbx.config.create("queues.conf"), "File exists");
  ASSERT_FALSE(update{file}.add("NewCat", "New").add("Append", "New", "weight", "3").to(world));
  EXPECT_EQ(shown(world, file), (std::vector<std::string>{"New 3"}));
  EXPECT_EQ(shown(world, "queues.conf", "NEW"), (std::vector<std::string>{"New 3"})) << "in any case, and of what is included";
  EXPECT_TRUE(shown(world, "res_parking.conf", "new").empty());
  ASSERT_TRUE(reload(world, "app_queue.so"));
  ASSERT_NE(find(world, "New"), nullptr);
  EXPECT_EQ(find(world, "New")->weight, 3);
  EXPECT_EQ(update{"queues.conf"}.add("NewCat", "new").to(world), "Create category did not complete successfully");
  // Of two that have one name the first counts.
  ASSERT_FALSE(update{file}.add("DelCat", "New").add("NewCat", "sales_1").add("Append", "sales_1", "weight", "9").to(world));
  EXPECT_EQ(shown(world, "queues.conf", "sales_1"), (std::vector<std::string>{"sales_1 ", "sales_1 9"}));
  ASSERT_TRUE(reload(world, "app_queue.so"));
  EXPECT_EQ(find(world, "New"), nullptr);
  EXPECT_EQ(find(world, "sales_1")->weight, 0);
}

TEST(configuration, of_files_that_nobody_includes_is_not_read) {
  auto people = population::standard();
  people.includes.clear();
  pbx_world world{people};
  ASSERT_FALSE(world.pbx.config.create("ringmaster-queues.conf"));
  ASSERT_FALSE(update{"ringmaster-queues.conf"}.add("NewCat", "new").to(world));
  EXPECT_TRUE(shown(world, "queues.conf", "new").empty());
  ASSERT_TRUE(reload(world, "app_queue.so"));
  EXPECT_EQ(find(world, "new"), nullptr);
}

TEST(configuration, that_parking_cannot_read_changes_nothing) {
  pbx_world world;
  ASSERT_FALSE(update{"res_parking.conf"}.add("NewCat", "third").add("Append", "third", "parkpos", "> 900-905").to(world));
  ASSERT_TRUE(reload(world, "res_parking.so"));
  ASSERT_NE(world.pbx.parking.find("third"), nullptr);
  EXPECT_EQ(world.pbx.parking.find("third")->last(), 905U);
  ASSERT_FALSE(update{"res_parking.conf"}.add("Append", "third", "parkpos", "900-999").add("Append", "third", "findslot", "nonsense").to(world));
  EXPECT_FALSE(reload(world, "res_parking.so"));
  EXPECT_EQ(world.pbx.parking.find("third")->last(), 905U);
  ASSERT_FALSE(update{"res_parking.conf"}.add("DelCat", "third").add("DelCat", "default").to(world));
  EXPECT_TRUE(reload(world, "res_parking.so"));
  EXPECT_EQ(world.pbx.parking.find("third"), nullptr);
  EXPECT_EQ(world.pbx.parking.find("default")->last(), 750U) << "Asterisk always has it";
}

} // namespace
} // namespace ringmaster::sim::testing
