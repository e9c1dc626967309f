// SPDX-License-Identifier: Apache-2.0
#include "actors/core/dial_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <random>

namespace ringmaster::core {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{std::chrono::hours{500'000}};

std::int64_t ns(time_point t) {
  return t.time_since_epoch().count();
}

uuid numbered(std::uint64_t n) {
  uuid id;
  for (int i = 0; i < 8; ++i)
    id.bytes[static_cast<std::size_t>(15 - i)] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

dial_entry entry(std::uint64_t n, std::uint8_t numbers = 1) {
  dial_entry e;
  e.id = numbered(n);
  e.created_ns = ns(start) - 1'000'000'000'000 + static_cast<std::int64_t>(n) * 1'000'000;
  e.numbers_mask = numbers;
  return e;
}

std::vector<uuid> lease(dial_list& l, view_id v, time_point now, std::size_t n) {
  std::vector<leased_entry> got;
  const auto told = l.lease(v, now, n, got);
  EXPECT_EQ(told, got.size());
  std::vector<uuid> ids;
  for (const auto& one : got)
    ids.push_back(one.id);
  return ids;
}

TEST(dial_list, hands_out_fewest_tries_first_then_oldest) {
  dial_list l;
  auto tried = entry(1);
  tried.trycnt[0] = 1;
  l.add(entry(3));
  l.add(tried);
  l.add(entry(2));
  const auto v = l.add_view({}, start);
  EXPECT_EQ(lease(l, v, start, 10), (std::vector{numbered(2), numbered(3), numbered(1)}));
  EXPECT_TRUE(lease(l, v, start, 10).empty()) << "a leased entry is not handed out again";
}

TEST(dial_list, a_cooling_entry_blocks_nobody) {
  dial_list l;
  auto cooling = entry(1);
  cooling.last_hangup_ns = ns(start);
  l.add(cooling);
  auto later = entry(2);
  later.trycnt[0] = 3;
  l.add(later);
  const auto v = l.add_view({}, start);
  EXPECT_EQ(lease(l, v, start, 10), std::vector{numbered(2)});
  EXPECT_EQ(l.next_eligible_time(v, start), start + 60s);
  EXPECT_TRUE(lease(l, v, start + 60s - 1ns, 10).empty());
  EXPECT_EQ(lease(l, v, start + 60s, 10), std::vector{numbered(1)});
}

TEST(dial_list, tries_a_number_up_to_its_own_maximum_before_the_next) {
  dial_list l;
  dial_policy p;
  p.max_retry_cnt = {2, 0, 1, 5, 5, 5, 5, 5};
  p.retry_delay = 0s;
  auto e = entry(1, 0b111);
  l.add(e);
  const auto v = l.add_view(p, start);
  std::vector<int> numbers;
  for (int i = 0; i < 5; ++i) {
    std::vector<leased_entry> got;
    if (l.lease(v, start, 1, got) == 0)
      break;
    numbers.push_back(got[0].number);
    EXPECT_EQ(got[0].tries, e.trycnt[got[0].number]);
    ++e.trycnt[got[0].number];
    e.last_hangup_ns = ns(start) - 1;
    l.ended(e);
  }
  EXPECT_EQ(numbers, (std::vector{0, 0, 2}));
  EXPECT_EQ(l.explain(v, e.id, start).state, entry_state::exhausted);
  EXPECT_TRUE(l.counts(v, start).list_done());
}

TEST(dial_list, leaves_reserved_answered_and_dialing_entries_alone) {
  dial_list l;
  auto reserved = entry(1), answered = entry(2), dialing = entry(3), without = entry(4, 0);
  reserved.status = 2;
  answered.answered = true;
  dialing.status = 1;
  for (const auto& e : {reserved, answered, dialing, without})
    l.add(e);
  const auto v = l.add_view({}, start);
  EXPECT_TRUE(lease(l, v, start, 10).empty());
  const auto c = l.counts(v, start);
  EXPECT_EQ(c, (list_counts{4, 0, 0, 1, 1, 1, 0, 1}));
  EXPECT_FALSE(c.list_done()) << "one is in flight";
  EXPECT_EQ(l.next_eligible_time(v, start), std::nullopt);
  dialing.status = 0;
  dialing.answered = true;
  l.ended(dialing);
  EXPECT_TRUE(l.counts(v, start).list_done());
}

TEST(dial_list, a_lease_counts_for_every_view_and_policies_are_their_own) {
  dial_list l;
  auto e = entry(1);
  e.trycnt[0] = 2;
  l.add(e);
  dial_policy strict;
  strict.max_retry_cnt[0] = 2;
  const auto lenient_view = l.add_view({}, start), strict_view = l.add_view(strict, start);
  EXPECT_EQ(l.counts(strict_view, start).exhausted, 1u);
  EXPECT_EQ(lease(l, lenient_view, start, 1).size(), 1u);
  EXPECT_EQ(l.counts(strict_view, start).dialing, 1u);
  EXPECT_TRUE(l.give_back(e.id));
  EXPECT_FALSE(l.give_back(e.id));
  EXPECT_EQ(l.counts(lenient_view, start).ready, 1u);
  strict.max_retry_cnt[0] = 3;
  l.set_policy(strict_view, strict, start);
  EXPECT_EQ(lease(l, strict_view, start, 1).size(), 1u);
  l.remove_view(lenient_view);
  EXPECT_TRUE(lease(l, lenient_view, start, 1).empty());
}

TEST(dial_list, refuses_doubles_and_strangers) {
  dial_list l;
  EXPECT_FALSE(l.update(entry(1)));
  EXPECT_FALSE(l.remove(numbered(1)));
  EXPECT_TRUE(l.add(entry(1)));
  EXPECT_FALSE(l.add(entry(1)));
  EXPECT_TRUE(l.lease_one(numbered(1)));
  EXPECT_FALSE(l.lease_one(numbered(1)));
  EXPECT_TRUE(l.is_leased(numbered(1)));
  EXPECT_TRUE(l.remove(numbered(1)));
  EXPECT_FALSE(l.ended(entry(1)));
  EXPECT_EQ(l.size(), 0u);
  EXPECT_TRUE(l.add(entry(1)));
  EXPECT_FALSE(l.is_leased(numbered(1)));
}

TEST(dial_list, says_why_an_entry_is_not_dialed) {
  dial_list l;
  auto e = entry(1, 0b10);
  e.trycnt[1] = 2;
  e.last_hangup_ns = ns(start);
  l.add(e);
  const auto v = l.add_view({}, start);
  const auto x = l.explain(v, e.id, start + 1s);
  EXPECT_EQ(x.state, entry_state::cooling);
  EXPECT_EQ(x.until, start + 60s);
  EXPECT_EQ(x.number, 1);
  EXPECT_EQ(x.tries, 2);
  EXPECT_EQ(x.most, 5);
  EXPECT_EQ(l.explain(v, numbered(9), start).state, entry_state::absent);
}

/// The same, as plainly as it can be said.
struct plain_list {
  std::map<uuid, std::pair<dial_entry, bool>> entries; // with: leased

  std::vector<uuid> ready(const dial_policy& p, time_point now) const {
    std::vector<std::pair<std::pair<int, std::int64_t>, uuid>> found;
    for (const auto& [id, one] : entries)
      if (dial_list::explain(one.first, p, one.second, now).state == entry_state::ready) {
        int tries = 0;
        for (const auto n : one.first.trycnt)
          tries += n;
        found.push_back({{tries, one.first.created_ns}, id});
      }
    std::sort(found.begin(), found.end());
    std::vector<uuid> ids;
    for (const auto& f : found)
      ids.push_back(f.second);
    return ids;
  }
};

TEST(dial_list, an_entry_that_is_put_off_blocks_nobody_and_comes_back) {
  dial_list l;
  l.add(entry(1));
  l.add(entry(2));
  const auto v = l.add_view({}, start), other = l.add_view({}, start);
  EXPECT_FALSE(l.put_off(numbered(1), start + 5s)) << "it is not leased";
  ASSERT_EQ(lease(l, v, start, 1), std::vector{numbered(1)});
  EXPECT_TRUE(l.put_off(numbered(1), start + 5s));
  EXPECT_EQ(lease(l, v, start + 1s, 10), std::vector{numbered(2)});
  EXPECT_TRUE(lease(l, other, start + 1s, 10).empty()) << "for every view";
  const auto counts = l.counts(v, start + 1s);
  EXPECT_EQ(counts, (list_counts{.total = 2, .cooling = 1, .dialing = 1, .put_off = 1}));
  EXPECT_FALSE(counts.list_done());
  EXPECT_EQ(l.next_eligible_time(v, start + 1s), start + 5s);
  EXPECT_EQ(l.counts(v, start + 5s), (list_counts{.total = 2, .ready = 1, .dialing = 1}));
  EXPECT_EQ(l.next_eligible_time(v, start + 5s), start + 5s);
  ASSERT_EQ(lease(l, v, start + 5s, 10), std::vector{numbered(1)});
  EXPECT_TRUE(l.give_back(numbered(1)));
  EXPECT_EQ(lease(l, v, start + 5s, 10), std::vector{numbered(1)}) << "that went with the lease";
}

TEST(dial_list, an_entry_that_is_put_off_cools_down_as_well) {
  dial_list l;
  auto tried = entry(1);
  tried.trycnt[0] = 1;
  tried.last_hangup_ns = ns(start);
  l.add(tried);
  dial_policy patient, hasty;
  patient.retry_delay = 60s;
  hasty.retry_delay = 1s;
  const auto slow = l.add_view(patient, start), quick = l.add_view(hasty, start);
  ASSERT_EQ(lease(l, quick, start + 1s, 1).size(), 1u);
  ASSERT_TRUE(l.put_off(numbered(1), start + 10s));
  EXPECT_EQ(l.next_eligible_time(quick, start + 2s), start + 10s);
  EXPECT_EQ(l.next_eligible_time(slow, start + 2s), start + 60s) << "what is later counts";
  l.set_policy(quick, patient, start + 2s);
  EXPECT_EQ(l.next_eligible_time(quick, start + 2s), start + 60s);
}

TEST(dial_list, an_entry_that_has_changed_is_put_off_no_more) {
  dial_list l;
  l.add(entry(1));
  const auto v = l.add_view({}, start);
  lease(l, v, start, 1);
  l.put_off(numbered(1), start + 1h);
  EXPECT_TRUE(l.update(entry(1))); // its number may be another one
  EXPECT_EQ(lease(l, v, start, 1).size(), 1u);
  l.put_off(numbered(1), start + 1h);
  EXPECT_TRUE(l.remove(numbered(1)));
  EXPECT_TRUE(l.add(entry(2))) << "in its place";
  EXPECT_EQ(l.counts(v, start).put_off, 0u);
  EXPECT_EQ(lease(l, v, start, 1), std::vector{numbered(2)});
}

TEST(dial_list, does_at_random_what_a_plain_list_does) {
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random{seed};
  dial_list l;
  plain_list plain;
  dial_policy policies[2];
  policies[1].max_retry_cnt = {1, 2, 0, 3, 1, 1, 1, 1};
  policies[1].retry_delay = 5s;
  const view_id views[2]{l.add_view(policies[0], start), l.add_view(policies[1], start)};
  auto now = start;
  const auto some_entry = [&](std::uint64_t n) {
    auto e = entry(n, static_cast<std::uint8_t>(random() % 8));
    for (auto& t : e.trycnt)
      t = static_cast<std::uint16_t>(random() % 4);
    e.status = random() % 20 == 0 ? 2 : 0;
    e.answered = random() % 10 == 0;
    e.last_hangup_ns =
        random() % 2 == 0 ? 0 : ns(now) - static_cast<std::int64_t>(random() % 100'000) * 1'000'000;
    return e;
  };
  for (int step = 0; step < 60'000; ++step) {
    now += std::chrono::milliseconds{random() % 20};
    const auto n = random() % 500;
    const auto known = plain.entries.find(numbered(n));
    switch (random() % 8) {
    case 0:
    case 1: {
      const auto e = some_entry(n);
      ASSERT_EQ(l.add(e), known == plain.entries.end());
      plain.entries.try_emplace(e.id, e, false);
      break;
    }
    case 2: {
      const auto e = some_entry(n);
      ASSERT_EQ(l.update(e), known != plain.entries.end());
      if (known != plain.entries.end())
        known->second.first = e;
      break;
    }
    case 3:
      if (random() % 3 == 0) {
        ASSERT_EQ(l.remove(numbered(n)), plain.entries.erase(numbered(n)) == 1);
      }
      break;
    case 4: {
      const auto leased = known != plain.entries.end() && known->second.second;
      if (random() % 4 == 0) // to be put off no longer than now is to be given back
        ASSERT_EQ(l.put_off(numbered(n), now), leased);
      else
        ASSERT_EQ(l.give_back(numbered(n)), leased);
      if (leased)
        known->second.second = false;
      break;
    }
    case 5: {
      auto e = some_entry(n);
      e.last_hangup_ns = ns(now);
      ASSERT_EQ(l.ended(e), known != plain.entries.end());
      if (known != plain.entries.end())
        known->second = {e, false};
      break;
    }
    case 6: {
      const auto which = random() % 2;
      const auto want = random() % 4;
      auto expected = plain.ready(policies[which], now);
      expected.resize(std::min<std::size_t>(expected.size(), want));
      ASSERT_EQ(lease(l, views[which], now, want), expected) << "step " << step;
      for (const auto& id : expected)
        plain.entries.at(id).second = true;
      break;
    }
    default: {
      const auto which = random() % 2;
      list_counts expected;
      expected.total = plain.entries.size();
      std::optional<time_point> next;
      for (const auto& [id, one] : plain.entries) {
        const auto x = dial_list::explain(one.first, policies[which], one.second, now);
        switch (x.state) {
        case entry_state::ready:
          ++expected.ready;
          next = now;
          break;
        case entry_state::cooling:
          ++expected.cooling;
          next = next ? std::min(*next, *x.until) : x.until;
          break;
        case entry_state::dialing:
          ++expected.dialing;
          break;
        case entry_state::reserved:
          ++expected.reserved;
          break;
        case entry_state::answered:
          ++expected.answered;
          break;
        case entry_state::exhausted:
          ++expected.exhausted;
          break;
        case entry_state::no_numbers:
          ++expected.no_numbers;
          break;
        case entry_state::held:
        case entry_state::absent:
        case entry_state::number_in_use:
          FAIL();
        }
      }
      ASSERT_EQ(l.counts(views[which], now), expected) << "step " << step;
      ASSERT_EQ(l.next_eligible_time(views[which], now), next) << "step " << step;
      ASSERT_EQ(l.size(), plain.entries.size());
    }
    }
  }
}

TEST(dial_list, stays_below_a_hundred_bytes_an_entry_however_often_entries_change) {
  dial_list l;
  constexpr std::uint64_t many = 50'000;
  for (std::uint64_t n = 0; n < many; ++n)
    l.add(entry(n));
  const auto v = l.add_view({}, start);
  auto now = start;
  for (int round = 0; round < 4; ++round) {
    std::vector<leased_entry> got;
    l.lease(v, now, many, got);
    ASSERT_EQ(got.size(), many);
    for (const auto& one : got) {
      auto e = *l.find(one.id);
      ++e.trycnt[one.number];
      e.last_hangup_ns = ns(now);
      l.ended(e);
    }
    now += 60s;
  }
  EXPECT_LT(l.memory(), many * 100);
  EXPECT_EQ(l.counts(v, now).ready, many);
}

TEST(dial_entry, is_made_of_an_entry) {
  dl d;
  d.id = numbered(7);
  d.number[0] = "1";
  d.number[2] = "";
  d.number[7] = "8";
  d.trycnt[7] = 70'000;
  d.status = 2;
  d.res_dial = 4;
  d.tm_create = start;
  const auto e = dial_entry::from(d);
  EXPECT_EQ(e.id, d.id);
  EXPECT_EQ(e.numbers_mask, 0b1000'0001);
  EXPECT_EQ(e.trycnt[7], 65'535);
  EXPECT_TRUE(e.answered);
  EXPECT_EQ(e.status, 2);
  EXPECT_EQ(e.created_ns, ns(start));
  EXPECT_EQ(e.last_hangup_ns, 0);
}

TEST(dial_list, holds_an_entry_whose_call_cannot_be_written_until_it_changes) {
  dial_list l;
  dial_entry a, b;
  a.id = numbered(1);
  b.id = numbered(2);
  a.numbers_mask = b.numbers_mask = 1;
  l.add(a);
  l.add(b);
  const auto v = l.add_view({}, start);
  std::vector<leased_entry> got;
  ASSERT_EQ(l.lease(v, start, 1, got), 1u);
  const auto first = got[0].id;
  l.ended(*l.find(first));
  ASSERT_TRUE(l.hold(first, "too long"));
  EXPECT_EQ(l.counts(v, start).held, 1u);
  EXPECT_EQ(l.counts(v, start).ready, 1u);
  EXPECT_EQ(l.explain(v, first, start).state, entry_state::held);
  EXPECT_EQ(l.explain(first, {}, start).why, "too long");
  got.clear();
  EXPECT_EQ(l.lease(v, start, 5, got), 1u) << "the others go on";
  EXPECT_NE(got[0].id, first);
  l.remove(got[0].id);
  EXPECT_TRUE(l.counts(v, start).list_done()) << "nobody waits for it";

  ASSERT_TRUE(l.update(*l.find(first))); // it was changed
  EXPECT_EQ(l.counts(v, start).ready, 1u);
  ASSERT_TRUE(l.hold(first, "still"));
  l.release_held(); // its campaign was changed
  got.clear();
  EXPECT_EQ(l.lease(v, start, 5, got), 1u);
  EXPECT_FALSE(l.hold(numbered(9), "nobody"));
}

TEST(dial_entry, leaves_out_numbers_that_do_not_exist) {
  dl d;
  d.id = numbered(1);
  d.number[0] = "1";
  d.number[1] = "2";
  d.numbers_unknown = 1;
  EXPECT_EQ(dial_entry::from(d).numbers_mask, 0b10);
  d.numbers_unknown = 3;
  EXPECT_EQ(dial_list::explain(dial_entry::from(d), {}, false, start).state, entry_state::no_numbers);
}

} // namespace
} // namespace ringmaster::core
