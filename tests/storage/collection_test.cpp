// SPDX-License-Identifier: Apache-2.0
#include "storage/collection.hpp"
#include "tests/storage/database.hpp"

namespace ringmaster::storage {
namespace collection_tests {

struct buddy {
  std::int64_t id{};
  std::string name;
  std::int64_t owner{};
  std::optional<std::string> room;
  std::optional<std::int64_t> rank;
  uuid call;
  std::optional<time_point> tm_create, tm_update;
  bool operator==(const buddy&) const = default;
};
inline constexpr constraint required{.required = true};
inline constexpr auto buddy_fields = field_table{field{1, "id", &buddy::id, access::read_only, "Its number."},
                                                 field{2, "name", &buddy::name, access::writable, "Its name.", required},
                                                 field{3, "owner", &buddy::owner, access::writable, "Whose it is."},
                                                 field{4, "room", &buddy::room, access::writable, "Where."},
                                                 field{5, "rank", &buddy::rank, access::writable, "Its rank."},
                                                 field{6, "call", &buddy::call, access::writable, "A call."},
                                                 field{7, "tm_create", &buddy::tm_create, access::read_only, "Made at."},
                                                 field{8, "tm_update", &buddy::tm_update, access::read_only, "Changed at."}};
struct stranger {
  std::int64_t id{};
  std::string name;
};
inline constexpr auto stranger_fields = field_table{field{1, "id", &stranger::id, access::read_only, "Its number."},
                                                    field{2, "name", &stranger::name, access::writable, "Its name."}};

} // namespace collection_tests

template <>
struct collection<collection_tests::buddy> {
  static constexpr std::uint16_t kind = 65'001;
  static constexpr std::string_view name = "buddy";
  static constexpr const auto& fields = collection_tests::buddy_fields;
  static constexpr std::tuple indexes{unique(2, &collection_tests::buddy::name), by(3, &collection_tests::buddy::owner),
                                      unique(4, &collection_tests::buddy::room), by(5, &collection_tests::buddy::rank),
                                      by(6, &collection_tests::buddy::call)};
};
template <>
struct collection<collection_tests::stranger> {
  static constexpr std::uint16_t kind = 65'002;
  static constexpr std::string_view name = "stranger";
  static constexpr const auto& fields = collection_tests::stranger_fields;
  static constexpr std::tuple<> indexes{};
};

namespace collection_tests {
namespace {

class collections : public database_test {
protected:
  buddy make(const std::string& name, std::int64_t owner = 1, std::optional<std::string> room = {}, std::optional<std::int64_t> rank = {}) {
    buddy made{0, name, owner, std::move(room), rank, {}, {}, {}};
    write([&](write_txn& in) { made = must(create(in, made, at_second(1))); });
    return made;
  }
  std::vector<std::string> names(const result<numbered_page<buddy>>& page) {
    std::vector<std::string> all;
    for (const auto& one : must(page).items)
      all.push_back(one.name);
    return all;
  }
  void expect_whole() {
    const auto in = must(db.read());
    EXPECT_EQ(must(check_collection<buddy>(in)), std::vector<std::string>{});
    EXPECT_EQ(must(check_consistency(in)), std::vector<std::string>{});
  }
  static error refused(auto&& r) {
    EXPECT_FALSE(r.has_value());
    return r ? error{} : r.error();
  }
};

TEST_F(collections, give_ids_that_never_come_again) {
  EXPECT_EQ(make("a").id, 1);
  const auto b = make("b");
  EXPECT_EQ(b.id, 2);
  EXPECT_EQ(b.tm_create, at_second(1));
  write([&](write_txn& in) { EXPECT_EQ(must(remove<buddy>(in, 2)), b); });
  EXPECT_EQ(make("b").id, 3);
  write([&](write_txn& in) { EXPECT_EQ(must(create(in, stranger{77, "x"}, at_second(1))).id, 1) << "another kind counts for itself"; });
  const auto in = must(db.read());
  EXPECT_EQ(refused(get<buddy>(in, 2)).message, "there is no buddy 2");
  EXPECT_EQ(refused(get<buddy>(in, 2)).code, errc::not_found);
  EXPECT_FALSE(must(find<buddy>(in, 0)) || must(find<buddy>(in, -1)));
  EXPECT_EQ(must(get<stranger>(in, 1)).name, "x");
  EXPECT_EQ(must(list<buddy>(in, numbered_request{})).items.size(), 2u);
}

TEST_F(collections, are_found_by_each_index) {
  make("ann", 1, "red", 5);
  make("bob", 2, "blue");
  make("cyd", 1, std::nullopt, -7);
  make("dan", 1, std::nullopt, 5);
  const auto in = must(db.read());
  EXPECT_EQ(must(find_by(in, &buddy::name, "bob"))->id, 2);
  EXPECT_FALSE(must(find_by(in, &buddy::name, "bo")));
  EXPECT_FALSE(must(find_by(in, &buddy::name, "bobby")));
  EXPECT_EQ(names(list_by(in, &buddy::owner, 1, {})), (std::vector<std::string>{"ann", "cyd", "dan"}));
  EXPECT_EQ(must(find_by(in, &buddy::room, std::optional<std::string>{"red"}))->name, "ann");
  EXPECT_EQ(names(list_by(in, &buddy::rank, 5, {})), (std::vector<std::string>{"ann", "dan"}));
  EXPECT_EQ(names(list_by(in, &buddy::rank, std::nullopt, {})), (std::vector<std::string>{"bob"}));
  EXPECT_EQ(names(list_by(in, &buddy::rank, -7, {})), (std::vector<std::string>{"cyd"}));
  EXPECT_EQ(code_of(list_by(in, &buddy::id, 1, {})), errc::internal) << "there is no such index";
  expect_whole();
}

TEST_F(collections, refuse_a_second_one_of_a_unique_value) {
  const auto ann = make("ann", 1, "red");
  make("bob");
  make("cyd");
  write([&](write_txn& in) {
    const auto twice = refused(create(in, buddy{0, "ann", 9, {}, {}, {}, {}, {}}, at_second(2)));
    EXPECT_EQ(twice.code, errc::conflict);
    EXPECT_EQ(twice.field, "name");
    EXPECT_EQ(twice.message, "there is a buddy with this name already");
    const auto renamed = refused(update<buddy>(
        in, 2, [](buddy b) { return b.name = "ann", result<buddy>{b}; }, at_second(2)));
    EXPECT_EQ(renamed.code, errc::conflict);
    EXPECT_EQ(must(update<buddy>(
                       in, 1, [](buddy b) { return b.owner = 3, result<buddy>{b}; }, at_second(2)))
                  .owner,
              3)
        << "its own name is no other's";
    EXPECT_EQ(refused(create(in, buddy{}, at_second(2))).field, "name") << "required";
    EXPECT_EQ(refused(update<buddy>(
                          in, 1, [](buddy b) { return b.name.clear(), result<buddy>{b}; }, at_second(2)))
                  .field,
              "name");
    EXPECT_EQ(refused(create(in, buddy{0, std::string(500, 'x'), 1, {}, {}, {}, {}, {}}, at_second(2))).field, "name")
        << "longer than a key";
  });
  EXPECT_EQ(must(list<buddy>(must(db.read()), numbered_request{})).items.size(), 3u);
  expect_whole();
}

TEST_F(collections, move_within_their_indexes_with_a_change) {
  make("ann", 1, "red", 5);
  write([&](write_txn& in) {
    const auto after = must(update<buddy>(
        in, 1,
        [](buddy b) {
          b.id = 99;
          b.name = "eve";
          b.owner = 2;
          b.room.reset();
          b.tm_create.reset();
          return result<buddy>{b};
        },
        at_second(5)));
    EXPECT_EQ(after.id, 1);
    EXPECT_EQ(after.tm_create, at_second(1));
    EXPECT_EQ(after.tm_update, at_second(5));
  });
  const auto in = must(db.read());
  EXPECT_FALSE(must(find_by(in, &buddy::name, "ann")));
  EXPECT_EQ(must(find_by(in, &buddy::name, "eve"))->owner, 2);
  EXPECT_TRUE(names(list_by(in, &buddy::owner, 1, {})).empty());
  EXPECT_FALSE(must(find_by(in, &buddy::room, "red")));
  expect_whole();
}

TEST_F(collections, come_in_pages) {
  for (int i = 0; i < 10; ++i)
    make("n" + std::to_string(i), i % 2);
  const auto in = must(db.read());
  std::vector<std::string> all;
  numbered_request which{0, 3};
  for (;;) {
    const auto page = must(list_by(in, &buddy::owner, 1, which));
    for (const auto& one : page.items)
      all.push_back(one.name);
    if (!page.next)
      break;
    which.after = *page.next;
  }
  EXPECT_EQ(all, (std::vector<std::string>{"n1", "n3", "n5", "n7", "n9"}));
  const auto last = must(list<buddy>(in, numbered_request{7, 3}));
  EXPECT_EQ(last.items.size(), 3u);
  EXPECT_FALSE(last.next);
}

TEST_F(collections, whose_indexes_do_not_fit_are_found_out) {
  make("ann");
  write([&](write_txn& in) {
    std::string gone;
    {
      auto rows = must(cursor::open(in, table::collected_by));
      gone = std::string{must(rows.first())->key};
    }
    must(in.erase(table::collected_by, gone));
    gone.back() = 9; // of another id
    must(in.put(table::collected_by, gone, {}));
  });
  const auto wrong = must(check_collection<buddy>(must(db.read())));
  EXPECT_EQ(wrong, (std::vector<std::string>{"an index has a buddy that is not there, or is another",
                                             "the buddy 1 is not in one of its indexes"}));
}

TEST(indexed_values, sort_as_what_they_say) {
  const auto key = [](auto value) {
    std::string out;
    collecting::append_value(out, value);
    return out;
  };
  EXPECT_LT(key(std::int64_t{-5}), key(std::int64_t{-4}));
  EXPECT_LT(key(std::int64_t{-1}), key(std::int64_t{0}));
  EXPECT_LT(key(std::int64_t{1}), key(std::int64_t{256}));
  EXPECT_LT(key(std::string{"a"}), key(std::string{"a "}));
  EXPECT_LT(key(std::optional<std::int64_t>{}), key(std::optional<std::int64_t>{-9}));
}

} // namespace
} // namespace collection_tests
} // namespace ringmaster::storage
