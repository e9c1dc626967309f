// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/parallel_parser.hpp"

#include "protocol/ami/framer.hpp"
#include "protocol/ami/parser.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace ringmaster::ami {
namespace {

buffer numbered(std::size_t first, std::size_t count) {
  std::string text;
  for (std::size_t i = first; i != first + count; ++i)
    text += "Event: UserEvent\r\nUserEvent: n\r\nNumber: " + std::to_string(i) + "\r\n\r\n";
  return buffer::of(text);
}

constexpr std::size_t large = 1'500; ///< messages that are more than is parsed at once

class ami_sequencer : public testing::TestWithParam<std::size_t> {};

TEST_P(ami_sequencer, delivers_the_blocks_of_many_connections_each_in_its_order) {
  const std::uint64_t seed = std::random_device{}();
  parser_pool pool{GetParam()};
  ASSERT_EQ(pool.workers(), GetParam());
  constexpr std::size_t messages = 100'000;
  struct connection {
    std::size_t next{0};
    std::atomic<int> within{0};
    bool in_order{true};
    std::unique_ptr<sequencer> order;
  };
  std::vector<connection> connections(3);
  {
    std::vector<std::jthread> readers;
    for (auto& c : connections) {
      c.order = std::make_unique<sequencer>(pool, [&c](block_ptr b) {
        c.in_order = c.in_order && c.within.fetch_add(1) == 0;
        for (const auto m : *b)
          c.in_order = c.in_order && m.get("Number") == std::to_string(c.next++);
        c.within.fetch_sub(1);
      });
      readers.emplace_back([&c, s = seed + readers.size()] {
        std::mt19937_64 random{s};
        for (std::size_t sent = 0; sent != messages;) {
          const auto most = random() % 4 == 0 ? large : 200; // small ones are parsed at once where nothing waits
          const auto count = std::min<std::size_t>(1 + random() % most, messages - sent);
          c.order->submit(numbered(sent, count));
          sent += count;
        }
        c.order->drain();
      });
    }
  }
  for (auto& c : connections) {
    EXPECT_EQ(c.next, messages) << "seed " << seed;
    EXPECT_TRUE(c.in_order) << "seed " << seed;
    EXPECT_EQ(c.order->pending_bytes(), 0U);
  }
}

TEST_P(ami_sequencer, says_nothing_after_it_was_closed) {
  parser_pool pool{GetParam()};
  for (int round = 0; round != 200; ++round) {
    std::atomic<bool> closed{false}, late{false};
    std::atomic<int> delivered{0};
    sequencer order{pool, [&](block_ptr) {
                      late = late || closed;
                      ++delivered;
                    }};
    for (std::size_t i = 0; i != 20; ++i)
      order.submit(numbered(i, i % 3 == 0 ? large : 5));
    while (delivered < round % 10)
      std::this_thread::yield();
    order.close();
    closed = true;
    order.submit(numbered(0, 1));
    order.drain();
    EXPECT_EQ(order.pending_bytes(), 0U);
    EXPECT_FALSE(late);
  }
}

TEST(ami_sequencer_with_workers, never_makes_the_submitter_wait_for_a_slow_callback) {
  parser_pool pool{2};
  std::atomic<bool> go{false};
  std::atomic<std::size_t> delivered{0};
  sequencer order{pool, [&](block_ptr) {
                    go.wait(false);
                    ++delivered;
                  }};
  for (std::size_t i = 0; i != 100; ++i)
    order.submit(numbered(i, i == 0 ? large : 1)); // would never return if it waited
  EXPECT_GT(order.pending_bytes(), 0U);
  go = true;
  go.notify_all();
  order.drain();
  EXPECT_EQ(delivered, 100U);
}

TEST(ami_sequencer_with_workers, parses_a_small_buffer_at_once_unless_something_is_before_it) {
  parser_pool pool{2};
  std::vector<std::thread::id> by;
  std::atomic<bool> go{true};
  sequencer order{pool, [&](block_ptr) {
                    go.wait(false);
                    by.push_back(std::this_thread::get_id());
                  }};
  order.submit(numbered(0, 1));
  EXPECT_EQ(by, std::vector{std::this_thread::get_id()});
  go = false;
  order.submit(numbered(1, large));
  order.submit(numbered(2, 1)); // would never return if it were delivered from here
  go = true;
  go.notify_all();
  order.drain();
  ASSERT_EQ(by.size(), 3U);
  EXPECT_NE(by[1], std::this_thread::get_id());
  EXPECT_NE(by[2], std::this_thread::get_id());
}

TEST_P(ami_sequencer, is_delivered_to_before_the_pool_ends) {
  std::atomic<std::size_t> delivered{0};
  auto pool = std::make_unique<parser_pool>(GetParam());
  sequencer order{*pool, [&](block_ptr) { ++delivered; }};
  for (std::size_t i = 0; i != 50; ++i)
    order.submit(numbered(i, large));
  pool.reset();
  EXPECT_EQ(delivered, 50U);
}

INSTANTIATE_TEST_SUITE_P(with_workers, ami_sequencer, testing::Values(0, 1, 2, 4));

} // namespace
} // namespace ringmaster::ami
