// SPDX-License-Identifier: Apache-2.0
#include "storage/dialing.hpp"
#include "storage/outbox.hpp"

#include "tests/storage/database.hpp"

namespace ringmaster::storage {
namespace {

using dialings = database_test;

call_outcome answered() { return {dialing_status::hangup, "PJSIP/300-1", 4, "Remote end has answered", 16, "Normal Clearing"}; }

TEST_F(dialings, begin_counts_the_try_and_keeps_everything_as_it_was) {
  const auto s = make_scene();
  const auto request = call_to(s, s.entries[0].id);
  const auto b = write([&](write_txn& in) { return must(begin_dialing(in, request, at_second(10))); });
  EXPECT_EQ(b.call.dial_channel, "SIP/300");
  EXPECT_EQ(b.call.dial_index, 1);
  EXPECT_EQ(b.call.dial_trycnt, 1);
  EXPECT_EQ(b.call.action_id, request.id);
  EXPECT_EQ(*b.call.dial_variables.find("plan_key"), "plan value");
  EXPECT_EQ(*b.call.dial_variables.find("dl_key"), "dl value");
  EXPECT_EQ(b.state.status, 1);
  EXPECT_EQ(b.state.trycnt[0], 1);

  const auto e = must(read<dl>(s.entries[0].id));
  EXPECT_EQ(e.status, dl_dialing);
  EXPECT_EQ(e.dialing_uuid, request.id);
  EXPECT_EQ(e.dialing_camp_uuid, s.camp.id);
  EXPECT_EQ(e.tm_last_dial, at_second(10));
  EXPECT_EQ(e.tm_update, std::nullopt);
  expect_consistent();

  // later changes do not reach the dialing
  write([&](write_txn& in) {
    must(update(in, s.how.id, edit<plan>{[](const plan& before) -> result<plan> {
                  auto p = before;
                  p.name = "renamed";
                  return p;
                }}, at_second(11)));
  });
  const auto view = must(db.read());
  auto call = must(get_dialing(view, request.id));
  must(fill_info(view, call));
  simdjson::dom::parser parser;
  const simdjson::dom::element info_plan = parser.parse(call.info_plan.raw);
  EXPECT_EQ(std::string_view{info_plan["name"]}, "a plan");
  simdjson::dom::parser parser2;
  const simdjson::dom::element info_dl = parser2.parse(call.info_dl_list.raw);
  EXPECT_EQ(std::int64_t{info_dl["status"]}, 0);
  EXPECT_EQ(std::int64_t{info_dl["trycnt_1"]}, 0);
  EXPECT_TRUE(info_dl["dialing_uuid"].is_null());
  simdjson::dom::parser parser3;
  const simdjson::dom::element info_dial = parser3.parse(call.info_dial.raw);
  EXPECT_EQ(std::string_view{info_dial["channelid"]}, to_string(request.id));
  EXPECT_EQ(std::string_view{info_dial["uuid"]}, to_string(s.entries[0].id));
  EXPECT_EQ(std::string_view{info_dial["dial_addr"]}, "300");
  EXPECT_EQ(std::string_view{info_dial["variables"]}, "{}");
}

TEST_F(dialings, nothing_is_begun_twice) {
  const auto s = make_scene(2);
  auto in = must(db.write());
  const auto first = call_to(s, s.entries[0].id);
  must(begin_dialing(in, first, at_second(1)));
  EXPECT_EQ(code_of(begin_dialing(in, first, at_second(1))), errc::illegal_state);
  EXPECT_EQ(code_of(begin_dialing(in, call_to(s, s.entries[0].id, 2), at_second(1))), errc::illegal_state);
  auto same_id = call_to(s, s.entries[1].id);
  same_id.id = first.id;
  EXPECT_EQ(code_of(begin_dialing(in, same_id, at_second(1))), errc::illegal_state);
  must(in.commit());
  expect_consistent();
}

TEST_F(dialings, begin_refuses_what_cannot_be_called) {
  auto s = make_scene(1);
  auto in = must(db.write());
  const auto& id = s.entries[0].id;
  EXPECT_EQ(code_of(begin_dialing(in, call_to(s, random_uuid()), at_second(1))), errc::not_found);
  EXPECT_EQ(code_of(begin_dialing(in, call_to(s, id, 1), at_second(1))), errc::illegal_state); // no number_2
  EXPECT_EQ(code_of(begin_dialing(in, call_to(s, id, 8), at_second(1))), errc::illegal_state);
  s.how.max_retry_cnt[0] = 0;
  EXPECT_EQ(code_of(begin_dialing(in, call_to(s, id), at_second(1))), errc::illegal_state);
  s.how.max_retry_cnt[0] = 1;
  must(begin_dialing(in, call_to(s, id), at_second(1)));
}

TEST_F(dialings, tries_are_used_up) {
  auto s = make_scene(1);
  s.how.max_retry_cnt[0] = 2;
  auto in = must(db.write());
  for (int i = 0; i < 2; ++i) {
    const auto request = call_to(s, s.entries[0].id);
    must(begin_dialing(in, request, at_second(i)));
    must(end_dialing(in, request.id, {dialing_status::hangup, {}, 5, "Remote end is busy", 17, "User busy"}, at_second(i)));
  }
  EXPECT_EQ(code_of(begin_dialing(in, call_to(s, s.entries[0].id), at_second(3))), errc::illegal_state);
  EXPECT_TRUE(begin_dialing(in, call_to(s, s.entries[0].id, 2), at_second(3)));
}

TEST_F(dialings, a_call_that_never_left_gives_its_try_back) {
  auto s = make_scene(1);
  s.how.max_retry_cnt[0] = 1;
  call_outcome not_sent{dialing_status::originate_failed, {}, 0, "not connected", 0, {}};
  not_sent.try_unused = true;
  for (int i = 0; i < 3; ++i) {
    const auto request = call_to(s, s.entries[0].id);
    write([&](write_txn& in) { must(begin_dialing(in, request, at_second(i))); });
    const auto e = write([&](write_txn& in) { return must(end_dialing(in, request.id, not_sent, at_second(i))); });
    ASSERT_TRUE(e.state);
    EXPECT_EQ(e.state->trycnt[0], 0);
    EXPECT_EQ(e.call.dial_trycnt, 1);
    const auto entry = must(read<dl>(s.entries[0].id));
    EXPECT_EQ(entry.trycnt[0], 0);
    EXPECT_EQ(entry.tm_last_hangup, at_second(i)) << "the retry delay counts";
    expect_consistent();
  }
}

// --- one telephone rings once

/// Entries of one campaign, and of another one with a list of its own.
class one_telephone : public database_test {
protected:
  scene ours = make_scene(2), theirs = make_scene(1);

  void set_number(const uuid& entry, const std::string& number) {
    write([&](write_txn& in) {
      must(update(in, entry, edit<dl>{[&](const dl& before) -> result<dl> {
                    auto e = before;
                    e.number[0] = number;
                    return e;
                  }}, at_second(0)));
    });
  }
  result<begun> begin(const begin_request& request) {
    auto in = must(db.write());
    auto done = begin_dialing(in, request, at_second(1));
    must(in.commit());
    return done;
  }
  void end(const uuid& call) {
    write([&](write_txn& in) { must(end_dialing(in, call, answered(), at_second(2))); });
  }
};

TEST_F(one_telephone, rings_once_whatever_list_and_campaign_its_entries_are_of) {
  set_number(ours.entries[0].id, "+49-30-1234");
  set_number(ours.entries[1].id, "0049301234");
  set_number(theirs.entries[0].id, "00493012.34");
  const auto first = call_to(ours, ours.entries[0].id);
  must(begin(first));
  for (const auto& [s, entry] : {std::pair{&ours, ours.entries[1].id}, {&theirs, theirs.entries[0].id}}) {
    EXPECT_EQ(code_of(begin(call_to(*s, entry))), errc::number_in_use);
    const auto e = must(read<dl>(entry));
    EXPECT_EQ(e.status, dl_idle);
    EXPECT_EQ(e.trycnt[0], 0) << "no try is lost";
    EXPECT_EQ(e.tm_last_dial, std::nullopt);
  }
  EXPECT_EQ(db.call_to(telephone_key_of("+49301234")), first.id);
  must(begin(call_to(theirs, theirs.entries[0].id, 2))); // its other number is another telephone
  end(first.id);
  EXPECT_EQ(db.call_to(telephone_key_of("+49301234")), std::nullopt);
  must(begin(call_to(ours, ours.entries[1].id)));
  expect_consistent();
}

TEST_F(one_telephone, rings_once_also_within_one_transaction) {
  set_number(ours.entries[1].id, "300");
  set_number(theirs.entries[0].id, "300");
  const auto first = call_to(ours, ours.entries[0].id), later = call_to(theirs, theirs.entries[0].id);
  auto in = must(db.write());
  must(begin_dialing(in, first, at_second(1)));
  EXPECT_EQ(code_of(begin_dialing(in, call_to(ours, ours.entries[1].id), at_second(1))), errc::number_in_use);
  must(end_dialing(in, first.id, answered(), at_second(2)));
  must(begin_dialing(in, later, at_second(2)));
  EXPECT_EQ(db.call_to(telephone_key_of("300")), first.id) << "up to the commit of its end";
  must(in.commit());
  EXPECT_EQ(db.call_to(telephone_key_of("300")), later.id);
  end(later.id);
  EXPECT_EQ(db.call_to(telephone_key_of("300")), std::nullopt);
}

TEST_F(one_telephone, is_free_when_a_transaction_was_not_kept) {
  set_number(theirs.entries[0].id, "300");
  {
    auto in = must(db.write());
    must(begin_dialing(in, call_to(ours, ours.entries[0].id), at_second(1)));
    EXPECT_TRUE(db.call_to(telephone_key_of("300"))) << "it is about to be up";
  }
  EXPECT_EQ(db.call_to(telephone_key_of("300")), std::nullopt);
  const auto call = call_to(theirs, theirs.entries[0].id);
  must(begin(call));
  {
    auto in = must(db.write());
    must(end_dialing(in, call.id, answered(), at_second(2)));
  }
  EXPECT_EQ(code_of(begin(call_to(ours, ours.entries[0].id))), errc::number_in_use);
}

TEST_F(one_telephone, is_known_again_after_a_restart) {
  set_number(theirs.entries[0].id, "300");
  const auto call = call_to(ours, ours.entries[0].id);
  must(begin(call));
  { const environment closed = std::move(db); }
  db = open_in(folder.path() / "data");
  EXPECT_EQ(db.call_to(telephone_key_of("300")), call.id);
  EXPECT_EQ(code_of(begin(call_to(theirs, theirs.entries[0].id))), errc::number_in_use);
  end(call.id);
  must(begin(call_to(theirs, theirs.entries[0].id)));
}

TEST_F(one_telephone, rings_twice_where_the_plan_allows_it) {
  set_number(ours.entries[1].id, "300");
  set_number(theirs.entries[0].id, "300");
  theirs.how.allow_number_in_use = true;
  const auto first = call_to(ours, ours.entries[0].id), second = call_to(theirs, theirs.entries[0].id);
  must(begin(first));
  must(begin(second));
  end(first.id);
  EXPECT_EQ(code_of(begin(call_to(ours, ours.entries[1].id))), errc::number_in_use) << "the other call is up, and ours allows none";
  end(second.id);
  must(begin(call_to(ours, ours.entries[1].id)));
}

TEST_F(dialings, begin_refuses_a_deleted_campaign) {
  const auto s = make_scene(1);
  auto in = must(db.write());
  must(remove_campaign(in, s.camp.id, false, at_second(1)));
  EXPECT_EQ(code_of(begin_dialing(in, call_to(s, s.entries[0].id), at_second(2))), errc::not_found);
}

TEST_F(dialings, the_end_frees_the_entry_and_writes_the_line) {
  const auto s = make_scene();
  const auto request = call_to(s, s.entries[0].id);
  write([&](write_txn& in) { must(begin_dialing(in, request, at_second(10))); });
  const auto e = write([&](write_txn& in) { return must(end_dialing(in, request.id, answered(), at_second(20))); });
  ASSERT_TRUE(e.state);
  EXPECT_EQ(e.state->status, 0);
  EXPECT_TRUE(e.state->answered);
  EXPECT_EQ(e.state->last_hangup_ns, at_second(20).time_since_epoch().count());

  const auto entry = must(read<dl>(s.entries[0].id));
  EXPECT_EQ(entry.status, dl_idle);
  EXPECT_EQ(entry.dialing_uuid, std::nullopt);
  EXPECT_EQ(entry.res_hangup_detail, "Normal Clearing");
  EXPECT_EQ(entry.trycnt[0], 1);
  EXPECT_EQ(entry.tm_last_hangup, at_second(20));

  const auto view = must(db.read());
  EXPECT_EQ(code_of(get_dialing(view, request.id)), errc::not_found);
  const auto lines = must(outbox::of_results().read(view, 10));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].text, e.line);
  EXPECT_EQ(lines[0].number, e.line_seq);
  simdjson::dom::parser parser;
  const simdjson::dom::element line = parser.parse(lines[0].text);
  EXPECT_EQ(std::int64_t{line["res_dial"]}, 4);
  EXPECT_EQ(std::int64_t{line["status"]}, 7);
  EXPECT_TRUE(line["name"].is_null());
  EXPECT_TRUE(line["tm_delete"].is_null());
  EXPECT_EQ(std::string_view{line["dial_application"]}, "queue");
  expect_consistent();
}

TEST_F(dialings, a_second_end_changes_nothing) {
  const auto s = make_scene();
  const auto request = call_to(s, s.entries[0].id);
  write([&](write_txn& in) {
    must(begin_dialing(in, request, at_second(10)));
    must(end_dialing(in, request.id, answered(), at_second(20)));
    EXPECT_EQ(code_of(end_dialing(in, request.id, answered(), at_second(30))), errc::not_found);
  });
  EXPECT_EQ(must(read<dl>(s.entries[0].id)).tm_last_hangup, at_second(20));
  EXPECT_EQ(must(outbox::of_results().read(must(db.read()), 10)).size(), 1u);
}

TEST_F(dialings, line_numbers_are_never_used_again) {
  const auto s = make_scene(3);
  auto in = must(db.write());
  std::vector<std::uint64_t> numbers;
  for (const auto& entry : s.entries) {
    const auto request = call_to(s, entry.id);
    must(begin_dialing(in, request, at_second(1)));
    numbers.push_back(must(end_dialing(in, request.id, answered(), at_second(2))).line_seq);
    EXPECT_EQ(must(outbox::of_results().drop(in, numbers.back())), 1u);
  }
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(dialings, while_it_rings_an_entry_keeps_its_status_tries_and_list) {
  const auto s = make_scene();
  const auto other = make_scene(0);
  const auto& id = s.entries[0].id;
  auto in = must(db.write());
  must(begin_dialing(in, call_to(s, id), at_second(1)));
  const auto change = [&](auto&& how) {
    return update(in, id, edit<dl>{[&](const dl& before) -> result<dl> {
                    auto e = before;
                    how(e);
                    return e;
                  }}, at_second(2));
  };
  EXPECT_EQ(code_of(change([](dl& e) { e.status = dl_idle; })), errc::illegal_state);
  EXPECT_EQ(code_of(change([](dl& e) { e.trycnt[0] = 0; })), errc::illegal_state);
  EXPECT_EQ(code_of(change([&](dl& e) { e.dlma_uuid = other.list.id; })), errc::illegal_state);
  EXPECT_TRUE(change([](dl& e) { e.name = "somebody"; }));
  must(in.commit());
  expect_consistent();
}

TEST_F(dialings, a_call_holds_what_it_needs_unless_forced) {
  const auto s = make_scene();
  const auto request = call_to(s, s.entries[0].id);
  write([&](write_txn& in) {
    must(begin_dialing(in, request, at_second(1)));
    EXPECT_EQ(code_of(remove_entry(in, s.entries[0].id, false, at_second(2))), errc::still_referenced);
    EXPECT_EQ(code_of(remove_campaign(in, s.camp.id, false, at_second(2))), errc::still_referenced);
    const auto gone = must(remove_entry(in, s.entries[0].id, true, at_second(2)));
    EXPECT_EQ(gone.live_dialings, std::vector{request.id});
    EXPECT_EQ(gone.object.status, dl_idle);
    EXPECT_EQ(must(remove_campaign(in, s.camp.id, true, at_second(2))).live_dialings, std::vector{request.id});
  });
  expect_consistent();
  const auto e = write([&](write_txn& in) { return must(end_dialing(in, request.id, answered(), at_second(9))); });
  EXPECT_EQ(e.state, std::nullopt);
  EXPECT_EQ(must(outbox::of_results().read(must(db.read()), 10)).size(), 1u);
  expect_consistent();
}

TEST_F(dialings, progress_is_kept) {
  const auto s = make_scene();
  const auto request = call_to(s, s.entries[0].id);
  write([&](write_txn& in) {
    must(begin_dialing(in, request, at_second(1)));
    must(update_dialing(in, request.id, {dialing_status::channel_created, "PJSIP/300-1", 3}, at_second(2)));
  });
  const auto call = must(get_dialing(must(db.read()), request.id));
  EXPECT_EQ(call.status, 4);
  EXPECT_EQ(call.channel, "PJSIP/300-1");
  EXPECT_EQ(call.res_dial_detail, "Remote end is ringing");
  EXPECT_EQ(call.tm_update, at_second(2));
  expect_consistent();
}

TEST_F(dialings, capsules_are_shared_and_collected) {
  const auto s = make_scene(3);
  std::vector<uuid> calls;
  write([&](write_txn& in) {
    for (const auto& entry : s.entries)
      calls.push_back(must(begin_dialing(in, call_to(s, entry.id), at_second(1))).call.id);
  });
  EXPECT_EQ(must(must(db.read()).size(table::capsule)), 4u);
  write([&](write_txn& in) { EXPECT_EQ(must(collect_capsules(in)), 0u); });
  write([&](write_txn& in) {
    for (const auto& id : calls)
      must(end_dialing(in, id, answered(), at_second(2)));
    EXPECT_EQ(must(collect_capsules(in)), 4u);
  });
  EXPECT_EQ(must(must(db.read()).size(table::capsule)), 0u);
  // and come again with the next call
  write([&](write_txn& in) { must(begin_dialing(in, call_to(s, s.entries[0].id), at_second(3))); });
  expect_consistent();
}

TEST_F(dialings, are_listed_and_counted) {
  const auto s = make_scene(5), other = make_scene(7);
  write([&](write_txn& in) {
    for (const auto& entry : s.entries)
      must(begin_dialing(in, call_to(s, entry.id), at_second(1)));
    must(begin_dialing(in, call_to(other, other.entries[6].id), at_second(1)));
  });
  const auto view = must(db.read());
  const auto counts = must(count_dialings(view));
  EXPECT_EQ(counts.at(s.camp.id), 5u);
  EXPECT_EQ(counts.at(other.camp.id), 1u);
  std::size_t seen = 0;
  page_request which{.after = {}, .count = 4};
  for (;;) {
    const auto some = must(list_dialings(view, which));
    seen += some.items.size();
    if (!some.next)
      break;
    which.after = some.next;
  }
  EXPECT_EQ(seen, 6u);
}

TEST_F(dialings, a_number_that_does_not_exist_is_left_alone_until_it_changes) {
  const auto s = make_scene();
  const auto id = s.entries[0].id;
  const auto call = call_to(s, id);
  auto gone = answered();
  gone.res_dial = 8;
  gone.number_unknown = true;
  const auto end = write([&](write_txn& in) {
    must(begin_dialing(in, call, at_second(1)));
    return must(end_dialing(in, call.id, gone, at_second(2)));
  });
  EXPECT_EQ(end.state->numbers_mask & 1, 0);
  EXPECT_EQ(must(read<dl>(id)).numbers_unknown, 1);
  EXPECT_EQ(must(read<dl>(id)).trycnt[0], 1) << "the try was made";
  expect_consistent();
  {
    auto in = must(db.write());
    EXPECT_EQ(code_of(begin_dialing(in, call_to(s, id), at_second(200))), errc::illegal_state);
  }
  const auto change = [&](auto&& set) {
    write([&](write_txn& in) {
      must(update(in, id, edit<dl>{[&](const dl& before) -> result<dl> {
                    auto e = before;
                    e.numbers_unknown = 1;
                    set(e);
                    return e;
                  }}, at_second(300)));
    });
    return must(read<dl>(id)).numbers_unknown;
  };
  EXPECT_EQ(change([](dl& e) { e.name = "somebody"; }), 1);
  EXPECT_EQ(change([](dl& e) { e.trycnt[0] = 0; }), 0) << "it is to be tried from the beginning";
  EXPECT_EQ(change([](dl& e) { e.number[0] = "301"; }), 0) << "another number";
  expect_consistent();
}

TEST_F(dialings, tries_are_given_back_also_while_the_entry_is_dialed_anew) {
  const auto s = make_scene(3);
  const auto idle = s.entries[0].id, busy = s.entries[1].id, fresh = s.entries[2].id;
  auto unknown = answered();
  unknown.res_dial = 8;
  unknown.number_unknown = true;
  auto congested = unknown;
  congested.number_unknown = false;
  const auto again = call_to(s, busy);
  write([&](write_txn& in) {
    for (const auto& [entry, outcome] : {std::pair{idle, unknown}, {busy, congested}}) {
      const auto call = call_to(s, entry);
      must(begin_dialing(in, call, at_second(1)));
      must(end_dialing(in, call.id, outcome, at_second(2)));
    }
    EXPECT_EQ(must(begin_dialing(in, again, at_second(100))).call.dial_trycnt, 2);
  });
  const auto restored = write([&](write_txn& in) {
    return must(give_tries_back(in, {{idle, 0}, {busy, 0}, {fresh, 0}, {random_uuid(), 0}}));
  });
  EXPECT_EQ(restored.size(), 2u) << "who has used none gets none, who is gone is gone";
  EXPECT_EQ(must(read<dl>(idle)).trycnt[0], 0);
  EXPECT_EQ(must(read<dl>(idle)).numbers_unknown, 0) << "what was learned by that try is not known";
  EXPECT_EQ(must(read<dl>(busy)).trycnt[0], 1);
  EXPECT_EQ(must(get_dialing(must(db.read()), again.id)).dial_trycnt, 1);
  expect_consistent();
  write([&](write_txn& in) { must(end_dialing(in, again.id, answered(), at_second(120))); });
  EXPECT_EQ(must(read<dl>(busy)).trycnt[0], 1);
  expect_consistent();
}

} // namespace
} // namespace ringmaster::storage
