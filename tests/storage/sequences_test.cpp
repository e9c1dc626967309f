// SPDX-License-Identifier: Apache-2.0
/// Random sequences of commands: after each commit everything fits together, a refused command has changed
/// nothing, and no try of a number is made twice.
#include "tests/storage/database.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <tuple>

namespace ringmaster::storage {
namespace {

class sequences : public database_test {
protected:
  std::mt19937_64 random;
  std::vector<uuid> plans, dests, lists, camps, entries, calls;
  std::set<std::tuple<uuid, std::int64_t, std::int64_t>> tried; // entry, number, try
  std::int64_t second{0};

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random() % n); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  uuid some(const std::vector<uuid>& of) { 
    if (of.empty() || chance(20))
      return random_uuid();
    const auto recent = std::min<std::size_t>(of.size(), 12); // older ones are likely gone
    return of[chance(4) ? below(of.size()) : of.size() - 1 - below(recent)];
  }

  std::string contents(const txn& in, table t) {
    std::string everything;
    auto rows = must(cursor::open(in, t));
    for (auto row = must(rows.first()); row; row = must(rows.next()))
      everything.append(row->key).append(row->value);
    return everything;
  }
  std::string contents(const txn& in) {
    std::string everything;
    for (std::size_t i = 0; i < table_count; ++i)
      everything.append(contents(in, static_cast<table>(i))).push_back('|');
    return everything;
  }

  template <class T>
  bool keep(const result<T>& r) {
    EXPECT_TRUE(r || r.error().code != errc::storage_failed) << r.error().message;
    return r.has_value();
  }

  bool change_entry(write_txn& in, time_point now) {
    return keep(update(in, some(entries), edit<dl>{[&](const dl& before) -> result<dl> {
                         auto e = before;
                         switch (below(5)) {
                         case 0: e.number[below(8)] = std::to_string(below(1000)); break;
                         case 1: e.number[below(8)].reset(); break;
                         case 2: e.status = static_cast<std::int64_t>(below(3)); break;
                         case 3: e.dlma_uuid = some(lists); break;
                         case 4: e.trycnt[below(8)] += 1; break; // never down: that allows a try again
                         }
                         return e;
                       }}, now));
  }

  bool change_campaign(write_txn& in, time_point now) {
    return keep(update(in, some(camps), edit<campaign>{[&](const campaign& before) -> result<campaign> {
                         auto c = before;
                         switch (below(4)) {
                         case 0: c.plan = some(plans); break;
                         case 1: c.dest = some(dests); break;
                         case 2: c.dlma = some(lists); break;
                         case 3: c.next_campaign = some(camps); break;
                         }
                         c.status = static_cast<std::int64_t>(below(3));
                         return c;
                       }}, now));
  }

  bool begin(write_txn& in, time_point now) {
    const auto c = get<campaign>(in, some(camps));
    if (!c || !c->plan || !c->dest || !c->dlma)
      return false;
    const auto setup = make_call_setup(*c, must(get<plan>(in, *c->plan)), must(get<destination>(in, *c->dest)),
                                       must(get<dlma>(in, *c->dlma)));
    const auto of_list = must(list_entries(in, *c->dlma, {})).items;
    const auto entry = of_list.empty() || chance(10) ? some(entries) : of_list[below(of_list.size())].id;
    const auto b = begin_dialing(in, {chance(30) ? some(calls) : random_uuid(), random_uuid(), setup, entry,
                                      chance(4) ? below(9) : 2 * below(2), "pbx"}, now);
    if (!keep(b))
      return false;
    EXPECT_TRUE(tried.emplace(b->entry.id, b->call.dial_index, b->call.dial_trycnt).second) << "a try was made twice";
    calls.push_back(b->call.id);
    return true;
  }

  /// Runs one command; whether it was done.
  bool one_command(write_txn& in) {
    const auto now = at_second(++second);
    const auto made = [&](auto r, std::vector<uuid>& into) {
      if (keep(r))
        into.push_back(r->id);
      return r.has_value();
    };
    const auto few = [&](const std::vector<uuid>& of) { return of.size() < 4 || chance(20); };
    switch (below(20)) {
    case 0: return few(plans) && made(create(in, plan{}, now), plans);
    case 1: return few(dests) && made(create(in, destination{}, now), dests);
    case 2: return few(lists) && made(create(in, dlma{}, now), lists);
    case 3: {
      campaign c;
      c.plan = some(plans);
      c.dest = some(dests);
      c.dlma = some(lists);
      return few(camps) && made(create(in, c, now), camps);
    }
    case 4:
    case 5: {
      const auto r = create(in, an_entry(some(lists), below(100)), now);
      if (keep(r))
        entries.push_back(r->entry.id);
      return r.has_value();
    }
    case 6: return change_entry(in, now);
    case 7:
    case 8: return change_campaign(in, now);
    case 9:
    case 10:
    case 11:
    case 12: return begin(in, now);
    case 13:
    case 14:
      return keep(end_dialing(in, some(calls), {dialing_status::hangup, {}, static_cast<std::int64_t>(below(9)), {}, 16, {}}, now));
    case 15: return keep(update_dialing(in, some(calls), {dialing_status::dial_begin, "PJSIP/1-1", {}}, now));
    case 16: return chance(4) && keep(remove_entry(in, some(entries), chance(2), now));
    case 17: return chance(4) && keep(remove_campaign(in, some(camps), chance(2), now));
    case 18: {
      if (!chance(8))
        return false;
      if (chance(2))
        return keep(remove_plan(in, some(plans), chance(2), now));
      if (chance(2))
        return keep(remove_destination(in, some(dests), chance(2), now));
      return keep(remove_dlma(in, some(lists), chance(2), chance(2), now));
    }
    case 19: {
      bool any = false;
      for (const auto& id : must(pending_purges(in)))
        any |= must(purge_entries(in, id, 1 + below(5))).count > 0;
      return any | (must(collect_capsules(in)) > 0);
    }
    }
    return false;
  }

  void run(std::uint64_t seed, int steps) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random.seed(seed);
    std::size_t done = 0, refused = 0;
    for (int step = 0; step < steps && !HasFailure(); ++step) {
      auto in = must(db.write());
      std::size_t commands = 1 + below(8);
      for (std::size_t i = 0; i < commands; ++i) {
        const auto deep = chance(10);
        const auto before = deep ? contents(in) : std::string{};
        if (one_command(in)) {
          ++done;
        } else {
          ++refused;
          EXPECT_TRUE(!deep || contents(in) == before) << "a refused command changed something";
        }
      }
      must(in.commit());
      if (step % 10 == 0)
        expect_consistent();
    }
    expect_consistent();
    EXPECT_GT(done, 100u);
    EXPECT_GT(refused, 100u);
    EXPECT_GT(tried.size(), 5u); // how many there are is up to the seed: one that soon deletes the campaigns dials little
  }
};

TEST_F(sequences, keep_everything_together) { run(20'240'601, 600); }
TEST_F(sequences, keep_everything_together_with_a_new_seed) { run(std::random_device{}(), 600); }

} // namespace
} // namespace ringmaster::storage
