// SPDX-License-Identifier: Apache-2.0
#include "actors/commands/access.hpp"

#include "storage/audit.hpp"
#include "tests/storage/database.hpp"

namespace ringmaster::access_commands {
namespace {

using namespace commands;
using storage::write_txn;

class access_test : public storage::database_test {
protected:
  [[nodiscard]] std::size_t tokens() { return storage::must(storage::all_tokens(storage::must(db.read()))).size(); }
  static access_token token(unsigned char first, const std::string& user, std::int64_t until) {
    access_token t;
    t.hash[0] = static_cast<decltype(t.hash)::value_type>(first);
    t.user = user;
    t.issued = storage::at_second(0);
    t.expires = storage::at_second(until);
    return t;
  }
};

TEST_F(access_test, another_password_ends_what_was_signed_in_with_the_old_one) {
  write([&](write_txn& in) {
    for (const auto* name : {"anna", "bert"})
      storage::must(add_user(in, {name, "old", {"*"}, {}, {}}, storage::at_second(0)));
    storage::must(keep_token(in, token(1, "anna", 100)));
    storage::must(keep_token(in, token(2, "bert", 100)));
  });
  write([&](write_txn& in) { storage::must(change_password(in, "anna", "new", storage::at_second(1))); });
  EXPECT_EQ(storage::must(storage::get_user(storage::must(db.read()), "anna")).password_hash, "new");
  EXPECT_EQ(storage::must(storage::get_user(storage::must(db.read()), "bert")).password_hash, "old");
  const auto audit = storage::must(storage::list<storage::audit_record>(storage::must(db.read()), storage::numbered_request{})).items;
  ASSERT_EQ(audit.size(), 3u);
  EXPECT_EQ(audit[1].deed + " " + audit[1].kind + " " + audit[1].object, "created user bert");
  EXPECT_EQ(audit[2].deed + " " + audit[2].kind + " " + audit[2].object, "password_changed user anna");
  const auto left = storage::must(storage::all_tokens(storage::must(db.read())));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left.front().user, "bert");
  auto in = storage::must(db.write());
  EXPECT_EQ(storage::code_of(change_password(in, "nobody", "x", storage::at_second(2))), errc::not_found);
}

TEST_F(access_test, tokens_end_by_themselves_and_when_they_are_ended) {
  write([&](write_txn& in) {
    for (unsigned char i = 1; i <= 3; ++i)
      storage::must(keep_token(in, token(i, "anna", 10 * i)));
  });
  EXPECT_EQ(write([&](write_txn& in) { return storage::must(end_expired_tokens(in, storage::at_second(15))); }), 1u);
  EXPECT_EQ(tokens(), 2u);
  for (int twice = 0; twice < 2; ++twice)
    write([&](write_txn& in) { storage::must(end_token(in, token(2, "anna", 20).hash)); });
  EXPECT_EQ(tokens(), 1u);
}

TEST_F(access_test, networks_are_kept_as_they_were_given) {
  EXPECT_EQ(kept_networks(storage::must(db.read())), "");
  write([&](write_txn& in) { storage::must(keep_networks(in, "a\nb\n")); });
  EXPECT_EQ(kept_networks(storage::must(db.read())), "a\nb\n");
}

} // namespace
} // namespace ringmaster::access_commands
