// SPDX-License-Identifier: Apache-2.0
/// Bytes to typed events. The question of each: how many bytes of AMI a second (items: messages), against
/// simdjson on-demand reading the same fields of the same events from JSON, and against Beast's parser
/// reading the same header lines. Rivals' bytes_per_second count the AMI bytes of the messages, too, so that
/// rates compare as they are.
#include "bench/ami/rivals.hpp"
#include "protocol/ami/framer.hpp"
#include "protocol/ami/parser.hpp"
#include "tests/data/ami/recordings.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace ringmaster::bench {
namespace {

/// About this many bytes go through a block, as through a busy connection.
constexpr std::size_t block_bytes = 128 * 1024;

struct corpus {
  std::vector<std::string> pieces; ///< whole messages each
  std::vector<std::string> json;
  std::vector<std::vector<std::string>> http;
  std::size_t bytes{0};
  std::size_t messages{0};
  totals expected;
};

/// The long recording `name`, cut at message boundaries.
const corpus& corpus_of(const std::string& name) {
  static std::vector<std::pair<std::string, corpus>> made;
  for (const auto& [known, c] : made)
    if (known == name)
      return c;
  corpus c;
  ami::framer cutter;
  const auto all = recordings::bytes(name);
  const auto fed = cutter.feed(
      all,
      [&](ami::buffer b) {
        c.pieces.emplace_back(b.view());
        const auto parsed = ami::parse(std::move(b));
        c.json.push_back(as_json(*parsed));
        c.http.push_back(as_http(*parsed));
        c.bytes += parsed->bytes().size();
        c.messages += parsed->size();
        add_typed(c.expected, *parsed);
      },
      block_bytes);
  if (!fed)
    throw std::runtime_error{fed.error().message};
  // A map would do, but references must stay; there are two recordings at most.
  made.reserve(8);
  return made.emplace_back(name, std::move(c)).second;
}

void finish(benchmark::State& state, const corpus& c) {
  state.SetBytesProcessed(static_cast<std::int64_t>(c.bytes) * static_cast<std::int64_t>(state.iterations()));
  state.SetItemsProcessed(static_cast<std::int64_t>(c.messages) *
                          static_cast<std::int64_t>(state.iterations()));
}

void check(benchmark::State& state, const corpus& c, const totals& got) {
  if (got != c.expected)
    state.SkipWithError("read other events or fields than expected");
}

/// Received bytes (copied once, as from a socket) to typed events: framer, parser, every field.
void ami_parse_typed(benchmark::State& state, const std::string& name) {
  const auto& c = corpus_of(name);
  for (auto _ : state) {
    totals got;
    ami::framer cutter;
    for (const auto& piece : c.pieces) {
      const auto fed = cutter.feed(piece, [&](ami::buffer b) { add_typed(got, *ami::parse(std::move(b))); });
      benchmark::DoNotOptimize(fed.has_value());
    }
    check(state, c, got);
  }
  finish(state, c);
}

/// The same with one instruction set after the other, without the framer.
void ami_parse_typed_block(benchmark::State& state, const std::string& name, ami::instruction_set set) {
  const auto& c = corpus_of(name);
  if (!ami::supported(set))
    return state.SkipWithError("not on this processor");
  for (auto _ : state) {
    totals got;
    for (const auto& piece : c.pieces)
      add_typed(got, *ami::parse(ami::buffer::of(piece), set));
    check(state, c, got);
  }
  finish(state, c);
}

/// Received bytes to messages: the part that worker threads do.
void ami_parse_index(benchmark::State& state, const std::string& name) {
  const auto& c = corpus_of(name);
  for (auto _ : state)
    for (const auto& piece : c.pieces)
      benchmark::DoNotOptimize(ami::parse(ami::buffer::of(piece))->size());
  finish(state, c);
}

/// What the reader of a socket does alone.
void ami_frame(benchmark::State& state, const std::string& name) {
  const auto& c = corpus_of(name);
  for (auto _ : state) {
    ami::framer cutter;
    for (const auto& piece : c.pieces) {
      const auto fed = cutter.feed(piece, [&](ami::buffer b) { benchmark::DoNotOptimize(b.size()); });
      benchmark::DoNotOptimize(fed.has_value());
    }
  }
  finish(state, c);
}

void simdjson_typed(benchmark::State& state, const std::string& name) {
  const auto& c = corpus_of(name);
  simdjson_reader reader;
  for (auto _ : state) {
    totals got;
    for (const auto& j : c.json)
      reader.add_typed(got, j);
    check(state, c, got);
  }
  finish(state, c);
}

void beast_headers(benchmark::State& state, const std::string& name) {
  const auto& c = corpus_of(name);
  for (auto _ : state)
    for (const auto& heads : c.http)
      benchmark::DoNotOptimize(parse_http(heads));
  finish(state, c);
}

const std::string queue_load = "load-queue.ami", call_load = "load.ami";

BENCHMARK_CAPTURE(ami_parse_typed, queue_load, queue_load);
BENCHMARK_CAPTURE(simdjson_typed, queue_load, queue_load);
BENCHMARK_CAPTURE(beast_headers, queue_load, queue_load);
BENCHMARK_CAPTURE(ami_parse_typed, call_load, call_load);
BENCHMARK_CAPTURE(simdjson_typed, call_load, call_load);
BENCHMARK_CAPTURE(beast_headers, call_load, call_load);
BENCHMARK_CAPTURE(ami_parse_typed_block, avx512, queue_load, ami::instruction_set::avx512);
BENCHMARK_CAPTURE(ami_parse_typed_block, avx2, queue_load, ami::instruction_set::avx2);
BENCHMARK_CAPTURE(ami_parse_typed_block, sse2, queue_load, ami::instruction_set::sse2);
BENCHMARK_CAPTURE(ami_parse_typed_block, scalar, queue_load, ami::instruction_set::scalar);
BENCHMARK_CAPTURE(ami_parse_index, queue_load, queue_load);
BENCHMARK_CAPTURE(ami_frame, queue_load, queue_load);

} // namespace
} // namespace ringmaster::bench
