// SPDX-License-Identifier: Apache-2.0
/// How fast is storage? Three questions, each on a real disk (the folder for temporary files, or
/// RINGMASTER_BENCH_DIR):
///
///   - calls begun per second, durable intent for each: many calls in one commit against one commit a call
///   - entries imported per second: CSV text parsed and stored
///   - seconds until the states of a dlma with 1,000,000 entries are read at a start
#include "protocol/dial_list_import.hpp"
#include "storage/dialing.hpp"
#include "storage/outbound.hpp"
#include "storage/outbox.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace ringmaster::storage {
namespace {

template <class T>
T must(result<T> r) {
  if (!r)
    throw std::runtime_error{r.error().message};
  if constexpr (!std::is_void_v<T>)
    return std::move(*r);
}

class folder {
public:
  folder() {
    const char* where = std::getenv("RINGMASTER_BENCH_DIR");
    auto name = ((where ? std::filesystem::path{where} : std::filesystem::temp_directory_path()) /
                 "ringmaster-bench-XXXXXX").string();
    if (!::mkdtemp(name.data()))
      throw std::runtime_error{"no folder for the benchmark"};
    path_ = name;
  }
  ~folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  environment open() const {
    environment_options options;
    options.data_dir = path_;
    return must(environment::open(options));
  }

private:
  std::filesystem::path path_;
};

struct campaign_data {
  dlma list;
  std::shared_ptr<const call_setup> setup;
};

campaign_data make_campaign(environment& db) {
  auto in = must(db.write());
  const auto now = wall_clock_now();
  plan how;
  how.max_retry_cnt.fill(1000);
  how = must(create(in, how, now));
  destination to;
  to.type = 1;
  to.application = "queue";
  to.data = "sales_1";
  to = must(create(in, to, now));
  const auto list = must(create(in, dlma{}, now));
  campaign c;
  c.plan = how.id;
  c.dest = to.id;
  c.dlma = list.id;
  c = must(create(in, c, now));
  must(in.commit());
  return {list, make_call_setup(c, how, to, list)};
}

std::string csv_of(std::size_t rows) {
  std::string text = "name,number_1,number_2,ukey,email\r\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const auto n = std::to_string(1'000'000 + i);
    text.append("Customer ").append(n).append(",+49301").append(n).append(",+49171").append(n).append(",K").append(n);
    text.append(",c").append(n).append("@example.com\r\n");
  }
  return text;
}

/// Parses and stores; returns the ids in order.
std::vector<uuid> import_all(environment& db, const uuid& list, std::string_view text) {
  std::vector<uuid> ids;
  import_options options;
  options.dlma = list;
  dial_list_importer importer{options,
                              [&](std::span<dl> rows, std::span<const std::uint64_t>) {
                                auto in = must(db.write());
                                for (const auto& one : must(import_entries(in, rows, wall_clock_now())).stored)
                                  ids.push_back(one.state.id);
                                must(in.commit());
                              },
                              [](import_rejection r) { throw std::runtime_error{r.reason}; }};
  for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(text.size(), 65'536)))
    must(importer.feed(text.substr(0, 65'536)));
  must(importer.finish());
  return ids;
}

void calls_begun(benchmark::State& state) {
  const folder where;
  auto db = where.open();
  const auto data = make_campaign(db);
  const auto in_one_commit = static_cast<std::size_t>(state.range(0));
  std::vector<uuid> ids;
  std::size_t next = 0;
  for (auto _ : state) {
    if (next + in_one_commit > ids.size()) {
      state.PauseTiming();
      const auto more = import_all(db, data.list.id, csv_of(50'000));
      ids.insert(ids.end(), more.begin(), more.end());
      state.ResumeTiming();
    }
    auto in = must(db.write());
    for (std::size_t i = 0; i < in_one_commit; ++i)
      must(begin_dialing(in, {random_uuid(), random_uuid(), data.setup, ids[next++], 0, "pbx-1"}, wall_clock_now()));
    must(in.commit());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(in_one_commit));
}
BENCHMARK(calls_begun)->Arg(1)->Arg(10)->Arg(100)->Arg(1'000)->UseRealTime()->Unit(benchmark::kMicrosecond);

void call_from_begin_to_end(benchmark::State& state) {
  const folder where;
  auto db = where.open();
  const auto data = make_campaign(db);
  const auto ids = import_all(db, data.list.id, csv_of(1'000));
  for (auto _ : state) {
    auto in = must(db.write());
    for (const auto& entry : ids) {
      const auto call = random_uuid();
      must(begin_dialing(in, {call, random_uuid(), data.setup, entry, 0, "pbx-1"}, wall_clock_now()));
      must(end_dialing(in, call, {dialing_status::hangup, "PJSIP/1-1", 5, "Remote end is busy", 17, "User busy"}, wall_clock_now()));
    }
    must(outbox::of_results().drop(in, ~std::uint64_t{0}));
    in.abort();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(ids.size()));
}
BENCHMARK(call_from_begin_to_end)->UseRealTime()->Unit(benchmark::kMillisecond);

void parse_csv(benchmark::State& state) {
  const auto text = csv_of(100'000);
  for (auto _ : state) {
    import_options options;
    options.dlma = random_uuid();
    std::size_t count = 0;
    dial_list_importer importer{options,
                                [&](std::span<dl> rows, std::span<const std::uint64_t>) { count += rows.size(); },
                                [](import_rejection r) { throw std::runtime_error{r.reason}; }};
    must(importer.feed(text));
    must(importer.finish());
    benchmark::DoNotOptimize(count);
  }
  state.SetItemsProcessed(state.iterations() * 100'000);
}
BENCHMARK(parse_csv)->Unit(benchmark::kMillisecond);

void import_csv(benchmark::State& state) {
  const auto text = csv_of(200'000);
  for (auto _ : state) {
    state.PauseTiming();
    {
      const folder where;
      auto db = where.open();
      const auto data = make_campaign(db);
      state.ResumeTiming();
      benchmark::DoNotOptimize(import_all(db, data.list.id, text));
      state.PauseTiming();
    }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * 200'000);
}
BENCHMARK(import_csv)->UseRealTime()->Iterations(3)->Unit(benchmark::kMillisecond);

void start_with_a_million_entries(benchmark::State& state) {
  const folder where;
  uuid list;
  {
    auto db = where.open();
    list = make_campaign(db).list.id;
    import_all(db, list, csv_of(1'000'000));
    state.counters["file_bytes_per_entry"] = static_cast<double>(db.space().used) / 1e6;
  }
  for (auto _ : state) {
    const auto db = where.open();
    std::vector<dial_entry> states;
    states.reserve(1'000'000);
    must(for_each_entry(must(db.read()), list, [&](const dial_entry& e) { return states.push_back(e), true; }));
    if (states.size() != 1'000'000)
      state.SkipWithError("entries are missing");
  }
}
BENCHMARK(start_with_a_million_entries)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace
} // namespace ringmaster::storage

BENCHMARK_MAIN();
