// SPDX-License-Identifier: Apache-2.0
/// The engine with its real parts: a real database in a folder of its own, a real connection to a simulated
/// PBX on loopback whose log is the judge.
#pragma once

#include "actors/engine.hpp"

#include "bench/simulated_pbx/simulated_pbx.hpp"
#include "storage/check.hpp"
#include "storage/dialing.hpp"
#include "storage/snapshot.hpp"
#include "tests/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ringmaster {

class engine_test : public testing::Test {
protected:
  void TearDown() override {
    stop_engine();
    stop_pbx();
  }

  void start_pbx(double time_scale, const std::string& people) {
    sim::simulated_pbx_options options;
    options.port = port_;
    options.time_scale = time_scale;
    options.log_file = (folder_ / "calls.jsonl").string();
    auto population = sim::population::parse(people);
    ASSERT_TRUE(population) << population.error().message;
    options.people = *population;
    auto opened = sim::simulated_pbx::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    pbx_ = std::move(*opened);
    port_ = pbx_->port();
    pbx_thread_ = std::thread{[this] { (void)pbx_->run(); }};
  }
  void stop_pbx() {
    if (!pbx_)
      return;
    pbx_->stop();
    pbx_thread_.join();
    pbx_.reset();
  }

  void start_engine(const std::function<void(engine_options&)>& adjust = {}) {
    auto opened = storage::environment::open({folder_ / "data", std::size_t{1} << 30, 126});
    ASSERT_TRUE(opened) << opened.error().message;
    env_.emplace(std::move(*opened));
    engine_options options;
    pbx_options pbx;
    pbx.port = port_;
    pbx.username = "dialer";
    pbx.secret = "secret";
    pbx.originate_rate = 2000;
    options.pbxs.push_back(pbx);
    options.result_file = folder_ / "results.json";
    if (adjust)
      adjust(options);
    auto started = engine::start(std::move(options), *env_);
    ASSERT_TRUE(started) << started.error().message;
    engine_ = std::move(*started);
  }
  void stop_engine() {
    engine_.reset();
    env_.reset();
  }

  template <class R>
  R write(std::function<result<R>(storage::write_txn&, changes&)> work) {
    auto promise = std::make_shared<std::promise<result<R>>>();
    engine_->transact<R>(std::move(work), [promise](result<R> r) { promise->set_value(std::move(r)); });
    auto r = promise->get_future().get();
    EXPECT_TRUE(r.has_value()) << (r ? "" : r.error().message);
    return *r;
  }

  /// A campaign over `entries` customers, started; `learned` is what its pacing has kept from before.
  uuid start_campaign(std::size_t entries, const destination& to, std::int64_t retries = 1,
                      const std::function<void(plan&)>& settle = {}, const std::string& learned = {}) {
    auto c = write<campaign>([&](storage::write_txn& txn, changes& told) -> result<campaign> {
      const auto now = wall_clock_now();
      plan p;
      p.tech_name = "PJSIP";
      p.trunk_name = "carrier";
      p.dial_mode = 1;
      p.retry_delay = 0;
      p.max_retry_cnt.fill(retries);
      p.pacing_method = "available";
      if (settle)
        settle(p);
      const auto made_plan = storage::create(txn, p, now);
      const auto made_dest = storage::create(txn, to, now);
      const auto made_list = storage::create(txn, dlma{}, now);
      if (!made_plan || !made_dest || !made_list)
        return error{};
      for (std::size_t i = 0; i < entries; ++i) {
        dl entry;
        entry.dlma_uuid = made_list->id;
        entry.number[0] = std::to_string(9'000'000 + i);
        if (!storage::create(txn, entry, now))
          return error{};
      }
      campaign fresh;
      fresh.plan = made_plan->id;
      fresh.dest = made_dest->id;
      fresh.dlma = made_list->id;
      fresh.status = 1;
      auto made = storage::create(txn, fresh, now);
      if (made)
        told.campaigns.push_back(made->id);
      if (made && !learned.empty())
        (void)storage::put_snapshot(txn, "pacing/predictive/" + to_string(made->id), learned);
      return made;
    });
    return c.id;
  }

  /// Waits for something that events bring about; the limit is only for a test that has failed.
  template <class F>
  bool eventually(F&& f) {
    for (const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60}; std::chrono::steady_clock::now() < until;) {
      if (f())
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return false;
  }

  std::size_t live_dialings() {
    auto txn = env_->read();
    const auto all = storage::all_dialings(*txn);
    return all ? all->size() : 0;
  }
  campaign campaign_now(const uuid& id) {
    auto txn = env_->read();
    return *storage::get<campaign>(*txn, id);
  }

  /// The value of a string member of each line that has `"event":"<event>"`.
  std::vector<std::string> logged(const std::string& event, const std::string& member) {
    std::vector<std::string> values;
    std::ifstream in{folder_ / "calls.jsonl"};
    for (std::string line; std::getline(in, line);) {
      const auto key = '"' + member + "\":\"";
      const auto at = line.find(key);
      if (line.find("\"event\":\"" + event + '"') != std::string::npos && at != std::string::npos)
        values.push_back(line.substr(at + key.size(), line.find('"', at + key.size()) - at - key.size()));
    }
    return values;
  }
  /// Simulated time of each line that has `"event":"<event>"`, by the number called.
  std::multimap<std::string, double> times_of(const std::string& event) {
    std::multimap<std::string, double> times;
    std::ifstream in{folder_ / "calls.jsonl"};
    for (std::string line; std::getline(in, line);) {
      const auto t = line.find("\"t\":"), number = line.find("\"number\":\"");
      if (line.find("\"event\":\"" + event + '"') != std::string::npos && number != std::string::npos)
        times.emplace(line.substr(number + 10, line.find('"', number + 10) - number - 10), std::stod(line.substr(t + 4)));
    }
    return times;
  }
  std::vector<std::string> result_lines() {
    std::vector<std::string> lines;
    std::ifstream in{folder_ / "results.json"};
    for (std::string line; std::getline(in, line);)
      lines.push_back(line);
    return lines;
  }
  void expect_consistent() {
    auto txn = env_->read();
    const auto checked = storage::check_consistency(*txn);
    ASSERT_TRUE(checked.has_value()) << checked.error().message;
    EXPECT_TRUE(checked->empty()) << checked->size() << " faults, the first: " << checked->front();
  }

  static destination park() {
    destination d;
    d.type = 1;
    d.application = "park";
    return d;
  }
  static destination queue() {
    destination d;
    d.type = 1;
    d.application = "queue";
    d.data = "sales_1";
    return d;
  }

  tests::scratch_folder scratch_;
  const std::filesystem::path& folder_{scratch_.path()};
  std::uint16_t port_{0};
  std::unique_ptr<sim::simulated_pbx> pbx_;
  std::thread pbx_thread_;
  std::optional<storage::environment> env_;
  std::unique_ptr<engine> engine_;
};

inline constexpr auto quick_people = R"({
  "customers": {"outcomes": {"answer": 0.5, "machine": 0, "busy": 0.2, "no_answer": 0.1, "congestion": 0.1, "invalid": 0.1},
                "ring": {"uniform": [1, 4]}, "patience": {"constant": 60}, "listen": {"uniform": [2, 6]},
                "first_digit_rules": false},
  "queues": [{"name": "sales_1", "agents": 10, "ring": {"constant": 1}, "talk": {"uniform": [2, 6]}, "wrapup": {"constant": 0}}]
})";

} // namespace ringmaster
