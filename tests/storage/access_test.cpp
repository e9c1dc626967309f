// SPDX-License-Identifier: Apache-2.0
#include "storage/access.hpp"

#include "tests/storage/database.hpp"

namespace ringmaster::storage {
namespace {

using access_data = database_test;

access_token a_token(std::uint8_t first, std::string of, std::int64_t expires) {
  access_token t;
  t.hash.fill(first);
  t.user = std::move(of);
  t.issued = at_second(0);
  t.expires = at_second(expires);
  return t;
}

TEST_F(access_data, users_come_back_as_they_were_put) {
  write([&](write_txn& in) {
    must(put_user(in, {"admin", "$argon2id$…", {"ob.read", "ob.write"}, {}, {}}, at_second(1)));
    must(put_user(in, {"guest", "", {}, {}, {}}, at_second(1)));
    must(put_user(in, {"admin", "$argon2id$new", {"*"}, {}, {}}, at_second(5)));
  });
  const auto view = must(db.read());
  const auto u = must(get_user(view, "admin"));
  EXPECT_EQ(u.password_hash, "$argon2id$new");
  EXPECT_EQ(u.permissions, std::vector<std::string>{"*"});
  EXPECT_EQ(u.tm_create, at_second(1));
  EXPECT_EQ(u.tm_update, at_second(5));
  EXPECT_EQ(must(all_users(view)).size(), 2u);
  EXPECT_TRUE(must(get_user(view, "guest")).permissions.empty());
  EXPECT_EQ(code_of(get_user(view, "nobody")), errc::not_found);
  EXPECT_EQ(code_of(get_user(view, "")), errc::not_found);
  EXPECT_EQ(code_of(get_user(view, std::string(5000, 'x'))), errc::not_found);
}

TEST_F(access_data, bad_names_are_refused) {
  auto in = must(db.write());
  EXPECT_EQ(code_of(put_user(in, {"", "", {}, {}, {}}, at_second(1))), errc::invalid_field);
  EXPECT_EQ(code_of(put_user(in, {"a\nb", "", {}, {}, {}}, at_second(1))), errc::invalid_field);
  EXPECT_EQ(code_of(put_user(in, {"a", "", {"two words"}, {}, {}}, at_second(1))), errc::invalid_field);
  EXPECT_FALSE(in.broken());
}

TEST_F(access_data, tokens_are_good_until_they_expire) {
  const auto t = a_token(1, "admin", 100);
  write([&](write_txn& in) { must(put_token(in, t)); });
  const auto view = must(db.read());
  EXPECT_EQ(must(get_token(view, t.hash, at_second(99))), t);
  EXPECT_EQ(code_of(get_token(view, t.hash, at_second(100))), errc::not_found);
  EXPECT_EQ(code_of(get_token(view, token_hash{}, at_second(0))), errc::not_found);
}

TEST_F(access_data, a_user_takes_the_tokens_along) {
  write([&](write_txn& in) {
    must(put_user(in, {"admin", "", {}, {}, {}}, at_second(1)));
    must(put_token(in, a_token(1, "admin", 100)));
    must(put_token(in, a_token(2, "admin", 100)));
    must(put_token(in, a_token(3, "guest", 10)));
    must(put_token(in, a_token(4, "guest", 100)));
    must(remove_user(in, "admin"));
    EXPECT_EQ(code_of(remove_user(in, "admin")), errc::not_found);
    EXPECT_EQ(must(remove_expired_tokens(in, at_second(50))), 1u);
  });
  const auto left = must(all_tokens(must(db.read())));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].hash[0], 4);
  write([&](write_txn& in) {
    EXPECT_TRUE(must(remove_token(in, left[0].hash)));
    EXPECT_FALSE(must(remove_token(in, left[0].hash)));
  });
}

} // namespace
} // namespace ringmaster::storage
