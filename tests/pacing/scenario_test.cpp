// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/scenario.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core::simulation {
namespace {

std::string wrong(std::string_view json) {
  const auto read = read_scenario(json);
  return read ? "" : read.error().field.empty() ? "malformed" : read.error().field;
}

TEST(scenario, every_named_one_makes_sense) {
  for (const auto name : scenario_names()) {
    const auto c = named_scenario(name);
    ASSERT_TRUE(c) << name;
    EXPECT_EQ(c->name, name);
    EXPECT_FALSE(c->validate()) << name;
  }
  EXPECT_FALSE(named_scenario("elsewhere"));
}

TEST(scenario, is_read_from_json_over_a_named_one) {
  const auto c = read_scenario(R"({"like": "memoryless", "name": "mine", "agents": 7, "grace": 1.5,
    "talk": [{"shape": "lognormal", "mean": 20, "spread": 0.5, "weight": 70}, {"shape": "constant", "mean": 240, "weight": 30}],
    "others": [{"weight": 1, "after": {"shape": "uniform", "mean": 3, "spread": 1}}],
    "rate_steps": [{"at": 0, "rate": 0.2}, {"at": 600, "rate": 0.4}], "staff": [{"at": 0, "agents": 5}],
    "wrap_up_known": true, "news_delay": 2})");
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->name, "mine");
  EXPECT_EQ(c->agents, 7);
  EXPECT_EQ(c->grace, 1.5);
  EXPECT_DOUBLE_EQ(c->talk.mean(), 0.7 * 20 + 0.3 * 240);
  EXPECT_EQ(c->rate_steps.size(), 2u);
  EXPECT_EQ(c->live.parts.front().kind, distribution::shape::exponential);
}

TEST(scenario, has_an_answer_rate_that_changes) {
  scenario c;
  c.answer_rate = 0.3;
  EXPECT_EQ(answer_rate_at(c, 1e6), 0.3);
  c.rate_steps = {{600, 0.2}, {1200, 0.4}};
  EXPECT_EQ(answer_rate_at(c, 599), 0.3);
  EXPECT_EQ(answer_rate_at(c, 600), 0.2);
  EXPECT_EQ(answer_rate_at(c, 5000), 0.4);
  c.rate_period = 2000; // and begins anew
  EXPECT_EQ(answer_rate_at(c, 2599), 0.3);
  EXPECT_EQ(answer_rate_at(c, 2600), 0.2);

  scenario list;
  list.answer_rate = 0.5, list.hourly_drop = 0.2;
  EXPECT_DOUBLE_EQ(answer_rate_at(list, 2 * 3600), 0.5 * 0.8 * 0.8);

  scenario wave;
  wave.answer_rate = 0.8, wave.wave_amplitude = 0.5, wave.wave_period = 400;
  EXPECT_EQ(answer_rate_at(wave, 100), 1); // 1.2 is no rate
  EXPECT_DOUBLE_EQ(answer_rate_at(wave, 300), 0.4);
}

TEST(scenario, names_the_field_that_is_wrong) {
  EXPECT_EQ(wrong("{"), "malformed");
  EXPECT_EQ(wrong("[]"), "malformed");
  EXPECT_EQ(wrong(R"({"like": "elsewhere"})"), "like");
  EXPECT_EQ(wrong(R"({"agents": 0})"), "agents");
  EXPECT_EQ(wrong(R"({"agents": 1.5})"), "agents");
  EXPECT_EQ(wrong(R"({"answer_rate": 1.1})"), "answer_rate");
  EXPECT_EQ(wrong(R"({"grace": -1})"), "grace");
  EXPECT_EQ(wrong(R"({"ring_after": -1})"), "ring_after");
  EXPECT_EQ(wrong(R"({"detection": 61})"), "detection");
  EXPECT_EQ(wrong(R"({"talk": {"shape": "round", "mean": 1}})"), "talk");
  EXPECT_EQ(wrong(R"({"talk": {"shape": "lognormal", "mean": -1}})"), "talk");
  EXPECT_EQ(wrong(R"({"others": []})"), "others");
  EXPECT_EQ(wrong(R"({"weather": 1})"), "weather");
}

TEST(distribution, has_the_mean_and_the_bound_it_says) {
  random_source random{1};
  for (const auto& d :
       {distribution::exponential(20), distribution::lognormal(120, 1), distribution::uniform(2, 4),
        distribution::constant(3), distribution::normal(15, 3)}) {
    double sum = 0;
    for (int i = 0; i < 200'000; ++i)
      sum += d.draw(random);
    EXPECT_NEAR(sum / 200'000, d.mean(), 0.02 * d.mean());
  }
  const auto bounded = distribution::lognormal(7.5, 0.6, 1.5, 25);
  for (int i = 0; i < 100'000; ++i) {
    const auto x = bounded.draw(random);
    ASSERT_TRUE(x >= 1.5 && x <= 25);
  }
}

} // namespace
} // namespace ringmaster::core::simulation
