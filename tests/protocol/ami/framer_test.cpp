// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/framer.hpp"

#include "protocol/ami/parser.hpp"
#include "tests/data/ami/recordings.hpp"
#include "tests/protocol/ami/random_ami.hpp"
#include "tests/protocol/ami/reference_parser.hpp"

#include <gtest/gtest.h>

namespace ringmaster::ami {
namespace {

using messages = std::vector<reference::headers>;

/// Every message of `bytes`, received in pieces of `next_size()`.
template <class NextSize>
messages received(const std::string& bytes, NextSize next_size) {
  messages all;
  framer cutter;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto part = rest.substr(0, next_size());
    const auto room = cutter.prepare(part.size());
    part.copy(room.data(), part.size());
    auto out = cutter.commit(part.size());
    EXPECT_FALSE(out.fault);
    if (!out.messages.empty()) {
      const auto parsed = parse(std::move(out.messages));
      reference::append(all, *parsed);
    }
    rest.remove_prefix(part.size());
  }
  if (cutter.pending() != 0)
    reference::append(all, *parse(cutter.take_pending()));
  return all;
}

TEST(ami_framer, gives_the_same_messages_of_every_recording_however_it_is_split) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random{seed};
  for (const auto& name : recordings::names()) {
    const auto bytes = recordings::bytes(name);
    const auto expected = reference::parse(bytes);
    const bool large = bytes.size() > 1'000'000;
    for (const std::size_t limit : {std::size_t{100}, std::size_t{3000}, std::size_t{200'000}}) {
      if (large && limit == 100)
        continue;
      ASSERT_TRUE(received(bytes, [&] { return 1 + random() % limit; }) == expected)
          << name << " pieces up to " << limit << " seed " << seed;
    }
  }
}

TEST(ami_framer, gives_the_same_messages_byte_by_byte) {
  for (const auto& name : recordings::names()) {
    const auto bytes = recordings::bytes(name);
    if (bytes.size() > 1'000'000)
      continue;
    ASSERT_TRUE(received(bytes, [] { return 1; }) == reference::parse(bytes)) << name;
  }
}

TEST(ami_framer, gives_the_same_messages_of_garbage) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random{seed};
  for (int round = 0; round != 5000; ++round) {
    const auto bytes = random_ami(random, random() % 60);
    const auto limit = 1 + random() % 90;
    ASSERT_EQ(received(bytes, [&] { return 1 + random() % limit; }), reference::parse(bytes))
        << "seed " << seed << " round " << round << " bytes: " << testing::PrintToString(bytes);
  }
}

TEST(ami_framer, hands_the_greeting_out_at_once) {
  framer cutter;
  const std::string_view greeting = "Asterisk Call Manager/11.0.0\r\n";
  for (std::size_t i = 0; i + 1 != greeting.size(); ++i) {
    cutter.prepare(1)[0] = greeting[i];
    EXPECT_TRUE(cutter.commit(1).messages.empty());
  }
  cutter.prepare(1)[0] = '\n';
  EXPECT_EQ(cutter.commit(1).messages.view(), greeting);
}

TEST(ami_framer, hands_a_message_out_with_its_last_byte) {
  framer cutter;
  std::vector<std::string> seen;
  const auto sink = [&](buffer b) { seen.emplace_back(b.view()); };
  ASSERT_TRUE(cutter.feed("Event: A\r\n\r", sink));
  EXPECT_TRUE(seen.empty());
  ASSERT_TRUE(cutter.feed("\nEvent", sink));
  EXPECT_EQ(seen, (std::vector<std::string>{"Event: A\r\n\r\n"}));
  EXPECT_EQ(cutter.pending(), 5U);
}

/// What a framer with `allowed` says to `bytes` in pieces of `piece`: how many messages, and the fault.
std::pair<std::size_t, std::string> verdict(const std::string& bytes, limits allowed, std::size_t piece) {
  framer cutter{allowed};
  std::size_t count = 0;
  const auto done = cutter.feed(
      bytes, [&](buffer b) { count += parse(std::move(b))->size(); }, piece);
  return {count, done ? "" : done.error().message};
}

TEST(ami_framer, holds_the_limits_exactly_and_hands_out_what_came_before) {
  const std::string good = "Event: A\r\n\r\n";
  const limits allowed{.line = 200, .message = 1000, .headers = 10};
  const auto line_of = [](std::size_t size) { return std::string(size - 1, 'x') + "\r\n"; };
  std::string ten;
  for (int i = 0; i != 10; ++i)
    ten += "H: v\r\n";
  for (const std::size_t piece : {1U, 7U, 64U, 100'000U}) {
    EXPECT_EQ(verdict(good + line_of(200) + "\r\n" + good, allowed, piece), (std::pair{3UL, std::string{}}));
    EXPECT_EQ(verdict(good + line_of(201) + "\r\n" + good, allowed, piece),
              (std::pair{1UL, std::string{"AMI: a line's bytes of more than 200"}}));
    EXPECT_EQ(verdict("Asterisk Call Manager/1\r\n" + ten + "\r\n" + good, allowed, piece),
              (std::pair{3UL, std::string{}}));
    EXPECT_EQ(verdict(good + ten + "H: v\r\n\r\n", allowed, piece),
              (std::pair{1UL, std::string{"AMI: a message's headers of more than 10"}}));
    std::string long_message;
    for (int i = 0; i != 9; ++i)
      long_message += line_of(109); // 110 bytes
    EXPECT_EQ(verdict(good + long_message + "A: 56\r\n\r\n", allowed, piece),
              (std::pair{2UL, std::string{}}));
    EXPECT_EQ(verdict(good + long_message + "A: 567890\r\n\r\n", allowed, piece),
              (std::pair{1UL, std::string{"AMI: a message's bytes of more than 1000"}}));
  }
}

TEST(ami_framer, repeats_its_fault_until_it_is_reset) {
  framer cutter{{.line = 128}};
  const auto sink = [](buffer) {};
  EXPECT_FALSE(cutter.feed(std::string(500, 'x'), sink));
  EXPECT_FALSE(cutter.feed("Event: A\r\n\r\n", sink));
  cutter.reset();
  EXPECT_TRUE(cutter.feed("Event: A\r\n\r\n", sink));
}

} // namespace
} // namespace ringmaster::ami
