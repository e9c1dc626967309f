// SPDX-License-Identifier: Apache-2.0
/// Two parser workers against one: a connection's buffers, already in memory, through a pool and back in
/// order. Prints one JSON object. Rounds of each take turns, and medians are compared.
///
/// Each worker has a core of its own. Left to the kernel, both often stay on one core for some milliseconds,
/// longer than a round, and what is measured then is its balancer. One worker is measured on both cores,
/// which are not equally fast when the machine has other guests; its rate is the mean.
#include "protocol/ami/framer.hpp"
#include "protocol/ami/parallel_parser.hpp"
#include "protocol/ami/parser.hpp"
#include "tests/data/ami/recordings.hpp"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace ringmaster::bench {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t block_bytes = 128 * 1024;
constexpr std::size_t rounds = 100;

std::set<int> threads_of_this_process() {
  std::set<int> found;
  for (const auto& one : std::filesystem::directory_iterator{"/proc/self/task"})
    found.insert(std::stoi(one.path().filename().string()));
  return found;
}

/// The cores that this process may use.
std::vector<std::size_t> cores() {
  cpu_set_t may{};
  if (::sched_getaffinity(0, sizeof may, &may) != 0)
    throw std::runtime_error{"which cores may be used is not known"};
  std::vector<std::size_t> found;
  for (std::size_t core = 0; core != CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &may))
      found.push_back(core);
  return found;
}

void pin(int thread, std::size_t core) {
  cpu_set_t one{};
  CPU_SET(core, &one);
  if (::sched_setaffinity(thread, sizeof one, &one) != 0)
    throw std::runtime_error{"a thread cannot be pinned"};
}

/// So that a worker which wakes does not put aside the thread that submits, which has to share a core with
/// it.
void as_batch(int thread) {
  const sched_param nothing{};
  if (::sched_setscheduler(thread, SCHED_BATCH, &nothing) != 0)
    throw std::runtime_error{"a thread cannot be scheduled as a batch job"};
}

/// A pool with a worker on each of `cores`.
class pinned {
public:
  explicit pinned(const std::vector<std::size_t>& cores)
      : before_{threads_of_this_process()}, pool_{cores.size()}, order_{pool_,
                                                                        [this](const ami::block_ptr& b) {
                                                                          messages_ += b->size();
                                                                          last_ = steady::now();
                                                                        }} {
    auto core = cores.begin();
    for (const int thread : threads_of_this_process())
      if (!before_.contains(thread)) {
        pin(thread, *core++);
        as_batch(thread);
      }
  }

  /// Takes the time from the first buffer's submission to the last one's delivery.
  void round(const std::vector<std::string>& pieces) {
    std::vector<ami::buffer> received;
    received.reserve(pieces.size());
    for (const auto& piece : pieces)
      received.push_back(ami::buffer::of(piece));
    const auto begin = steady::now();
    for (auto& one : received)
      order_.submit(std::move(one));
    order_.drain();
    seconds_.push_back(std::chrono::duration<double>(last_ - begin).count());
  }

  [[nodiscard]] double median() const {
    auto sorted = seconds_;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
  [[nodiscard]] std::size_t messages() const noexcept { return messages_; }

private:
  const std::set<int> before_;
  ami::parser_pool pool_;
  std::size_t messages_{0};
  steady::time_point last_;
  std::vector<double> seconds_;
  ami::sequencer order_;
};

int run() {
  std::vector<std::string> pieces;
  std::size_t bytes = 0, messages = 0;
  ami::framer cutter;
  const auto cut = cutter.feed(
      recordings::bytes("load-queue.ami"),
      [&](ami::buffer b) {
        bytes += b.size();
        pieces.emplace_back(b.view());
        messages += ami::parse(std::move(b))->size();
      },
      block_bytes);
  if (!cut)
    throw std::runtime_error{cut.error().message};

  const auto all = cores();
  const auto first = all.front(), last = all.back();
  pin(0, first);
  pinned on_first{{first}}, on_last{{last}}, both{{first, last}};
  for (std::size_t i = 0; i != rounds; ++i)
    for (auto* pool : {&on_first, &both, &on_last, &both})
      pool->round(pieces);
  if (on_first.messages() + on_last.messages() != 2 * rounds * messages ||
      both.messages() != 2 * rounds * messages)
    throw std::runtime_error{"messages were lost"};
  const auto rate = [&](const pinned& p) { return static_cast<double>(bytes) / p.median(); };
  std::printf("{\"one\": %.0f, \"two\": %.0f, \"cores\": %zu}\n", (rate(on_first) + rate(on_last)) / 2,
              rate(both), all.size());
  return 0;
}

} // namespace
} // namespace ringmaster::bench

int main() {
  try {
    return ringmaster::bench::run();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_ami_workers: %s\n", e.what());
    return 1;
  }
}
