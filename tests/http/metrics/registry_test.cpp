// SPDX-License-Identifier: Apache-2.0
#include "http/metrics/registry.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

using namespace ringmaster::metrics;

TEST(metrics, are_rendered_for_prometheus) {
  registry r;
  r.add_counter("calls_total", "Calls begun.", {{"pbx", "a\"b\\c\nd"}}).add(3);
  r.add_counter("calls_total", "Calls begun.", {{"pbx", "other"}}).add();
  r.add_gauge("agents", "Agents free.").set(2.5);
  auto& h = r.add_histogram("wait_seconds", "Waits.", {0.1, 1}, {{"q", "x"}});
  for (const double v : {0.05, 0.1, 0.5, 7.0})
    h.observe(v);
  r.add_callback("open", "Open now.", false, [] { return 7.0; });
  EXPECT_EQ("# HELP calls_total Calls begun.\n# TYPE calls_total counter\n"
            "calls_total{pbx=\"a\\\"b\\\\c\\nd\"} 3\ncalls_total{pbx=\"other\"} 1\n"
            "# HELP agents Agents free.\n# TYPE agents gauge\nagents 2.5\n"
            "# HELP wait_seconds Waits.\n# TYPE wait_seconds histogram\n"
            "wait_seconds_bucket{q=\"x\",le=\"0.1\"} 2\nwait_seconds_bucket{q=\"x\",le=\"1\"} 3\n"
            "wait_seconds_bucket{q=\"x\",le=\"+Inf\"} 4\nwait_seconds_sum{q=\"x\"} 7.65\nwait_seconds_count{q=\"x\"} 4\n"
            "# HELP open Open now.\n# TYPE open gauge\nopen 7\n",
            r.render());
  EXPECT_EQ(&r.add_gauge("agents", ""), &r.add_gauge("agents", ""));
}

TEST(metrics, lose_nothing_between_threads) {
  registry r;
  auto& c = r.add_counter("c", "");
  auto& h = r.add_histogram("h", "", {1});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        c.add();
        h.observe(0.5);
      }
    });
  for (auto& t : threads)
    t.join();
  EXPECT_EQ(40'000u, c.value());
  EXPECT_NE(std::string::npos, r.render().find("h_sum 20000\nh_count 40000\n"));
}
