// SPDX-License-Identifier: Apache-2.0
/// A database of its own for each test, and short words for the steps that many tests begin with.
#pragma once

#include "storage/check.hpp"
#include "storage/dialing.hpp"
#include "storage/environment.hpp"
#include "storage/outbound.hpp"
#include "tests/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace ringmaster::storage {

using tests::scratch_folder;

/// The value, or a failed test that says why there is none.
template <class T>
T must(result<T> r) {
  if (!r)
    throw std::runtime_error{r.error().message};
  if constexpr (!std::is_void_v<T>)
    return std::move(*r);
}

template <class T>
errc code_of(const result<T>& r) {
  if (r)
    throw std::runtime_error{"an error was expected"};
  return r.error().code;
}

inline time_point at_second(std::int64_t s) { return time_point{std::chrono::seconds{1'700'000'000 + s}}; }

inline environment open_in(const std::filesystem::path& folder, std::size_t map_size = std::size_t{1} << 30) {
  environment_options options;
  options.data_dir = folder;
  options.map_size = map_size;
  return must(environment::open(options));
}

class database_test : public ::testing::Test {
protected:
  scratch_folder folder;
  environment db = open_in(folder.path() / "data");

  /// Runs commands in one transaction and commits it.
  template <class F>
  auto write(F&& commands) {
    auto in = must(db.write());
    if constexpr (std::is_void_v<decltype(commands(in))>) {
      commands(in);
      must(in.commit());
    } else {
      auto value = commands(in);
      must(in.commit());
      return value;
    }
  }
  template <class T>
  result<T> read(const uuid& id) {
    const auto in = must(db.read());
    return get<T>(in, id);
  }
  void expect_consistent() {
    const auto in = must(db.read());
    const auto problems = must(check_consistency(in));
    EXPECT_TRUE(problems.empty()) << problems.front() << " (" << problems.size() << " problems)";
  }

  /// A campaign that can dial, with as many entries as asked for.
  struct scene {
    plan how;
    destination dest;
    dlma list;
    campaign camp;
    std::vector<dl> entries;
    [[nodiscard]] std::shared_ptr<const call_setup> setup() const { return make_call_setup(camp, how, dest, list); }
  };
  scene make_scene(std::size_t entries = 1) {
    return write([&](write_txn& in) {
      scene s;
      plan how;
      how.name = "a plan";
      how.vars.emplace().set("plan_key", "plan value");
      s.how = must(create(in, how, at_second(0)));
      destination dest;
      dest.type = 1;
      dest.application = "queue";
      dest.data = "sales_1";
      s.dest = must(create(in, dest, at_second(0)));
      s.list = must(create(in, dlma{}, at_second(0)));
      campaign camp;
      camp.plan = s.how.id;
      camp.dest = s.dest.id;
      camp.dlma = s.list.id;
      camp.status = 1;
      s.camp = must(create(in, camp, at_second(0)));
      for (std::size_t i = 0; i < entries; ++i)
        s.entries.push_back(must(create(in, an_entry(s.list.id, i), at_second(0))).entry);
      return s;
    });
  }
  static dl an_entry(const uuid& list, std::size_t i) {
    dl entry;
    entry.dlma_uuid = list;
    entry.number[0] = std::to_string(300 + i);
    entry.number[2] = std::to_string(700 + i);
    entry.vars.emplace().set("dl_key", "dl value");
    return entry;
  }
  static begin_request call_to(const scene& s, const uuid& entry, std::size_t number = 0) {
    return {random_uuid(), random_uuid(), s.setup(), entry, number, "pbx-1"};
  }
};

} // namespace ringmaster::storage
