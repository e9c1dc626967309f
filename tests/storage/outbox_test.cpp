// SPDX-License-Identifier: Apache-2.0
#include "storage/outbox.hpp"
#include "tests/storage/database.hpp"

namespace ringmaster::storage::outbox_tests {
namespace {

class outboxes : public database_test {
protected:
  std::vector<std::string> texts(const outbox& of, std::size_t limit = 100, std::uint64_t after = 0) {
    std::vector<std::string> all;
    for (const auto& one : must(of.read(must(db.read()), limit, after)))
      all.push_back(one.text);
    return all;
  }
  std::uint64_t put(const outbox& of, const std::string& text) {
    std::uint64_t number = 0;
    write([&](write_txn& in) { number = must(of.append(in, text)); });
    return number;
  }
  using texts_of = std::vector<std::string>;
};

TEST_F(outboxes, keep_receivers_apart_and_in_order) {
  const auto one = outbox::of(1), two = outbox::of(2), results = outbox::of_results();
  const auto a = put(one, "a");
  put(two, "b");
  const auto c = put(one, "c");
  put(results, "line");
  EXPECT_LT(a, c);
  EXPECT_EQ(texts(one), (texts_of{"a", "c"}));
  EXPECT_EQ(texts(two), (texts_of{"b"}));
  EXPECT_EQ(texts(results), (texts_of{"line"}));
  EXPECT_EQ(texts(outbox::of(3)), texts_of{});
  EXPECT_EQ(texts(one, 1), (texts_of{"a"}));
  EXPECT_EQ(texts(one, 10, a), (texts_of{"c"}));
}

TEST_F(outboxes, let_go_what_has_arrived) {
  const auto one = outbox::of(1), two = outbox::of(2);
  put(one, "a");
  const auto b = put(one, "b");
  const auto c = put(one, "c");
  put(two, "x");
  write([&](write_txn& in) {
    EXPECT_TRUE(must(one.drop_one(in, b)));
    EXPECT_FALSE(must(one.drop_one(in, b)));
    EXPECT_FALSE(must(two.drop_one(in, c))) << "another's";
  });
  EXPECT_EQ(texts(one), (texts_of{"a", "c"}));
  const auto d = put(one, "d");
  EXPECT_GT(d, c) << "numbers are never given again";
  write([&](write_txn& in) { EXPECT_EQ(must(one.drop(in, c)), 2u); });
  EXPECT_EQ(texts(one), (texts_of{"d"}));
  write([&](write_txn& in) { EXPECT_EQ(must(one.drop_all(in)), 1u); });
  EXPECT_EQ(texts(one), texts_of{});
  EXPECT_EQ(texts(two), (texts_of{"x"}));
}

} // namespace
} // namespace ringmaster::storage::outbox_tests
