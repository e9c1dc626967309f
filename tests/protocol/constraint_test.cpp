// SPDX-License-Identifier: Apache-2.0
#include "protocol/jurisdiction.hpp"
#include "protocol/outbound_rules.hpp"
#include "protocol/schema.hpp"
#include "protocol/written_number.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace ringmaster::constraint_tests {
namespace {

using text = std::optional<std::string>;

constexpr constraint between{.least = 1, .most = 10, .unit = "s"};
constexpr constraint share{.above = 0, .below = 1};
constexpr std::array<std::string_view, 3> colours{"red", "Green", ""};
constexpr constraint colour{.texts = colours, .any_case = true};
constexpr std::array<std::int64_t, 3> some{1, 5, 30};
constexpr constraint one_of_some{.integers = some};
constexpr constraint name{.bytes = 4, .marks = "_ -"};
constexpr constraint name_of_any_language{.bytes = 6, .marks = " ", .all_letters = true};

TEST(constraint, bounds_are_included_or_not_as_they_say) {
  for (const auto& [value, good] : {std::pair{0, false}, {1, true}, {10, true}, {11, false}}) {
    EXPECT_EQ(passes(between, std::int64_t{value}), good) << value;
    EXPECT_EQ(passes(between, double(value)), good) << value;
  }
  EXPECT_FALSE(passes(share, 0.0));
  EXPECT_TRUE(passes(share, std::numeric_limits<double>::min()));
  EXPECT_FALSE(passes(share, 1.0));
  EXPECT_FALSE(passes(between, std::numeric_limits<std::int64_t>::min()));
  EXPECT_FALSE(passes(between, std::numeric_limits<std::int64_t>::max()));
  EXPECT_TRUE(passes(one_of_some, std::int64_t{30}));
  EXPECT_FALSE(passes(one_of_some, std::int64_t{2}));
}

TEST(constraint, texts_are_one_of_some_or_made_of_some_characters) {
  for (const auto* good : {"red", "RED", "green", ""})
    EXPECT_TRUE(passes(colour, std::string_view{good})) << good;
  for (const auto* bad : {"blue", "re", "redd", "red "})
    EXPECT_FALSE(passes(colour, std::string_view{bad})) << bad;
  for (const auto* good : {"", "a_ -", "Z9"})
    EXPECT_TRUE(passes(name, std::string_view{good})) << good;
  for (const auto* bad : {"abcde", "a&b", "ä", "a\n"})
    EXPECT_FALSE(passes(name, std::string_view{bad})) << bad;
  EXPECT_TRUE(passes(name_of_any_language, std::string_view{"M\xC3\xBC ller"}.substr(0, 6)));
  EXPECT_FALSE(passes(name_of_any_language, std::string_view{"\xC2\x85"})) << "a control character beyond ASCII";
  EXPECT_FALSE(passes(name_of_any_language, std::string_view{"\xFF"})) << "no UTF-8";
}

TEST(constraint, null_is_not_set_and_passes_all) {
  for (const auto* one : {&between, &colour, &name, &date_rule})
    EXPECT_TRUE(passes(*one, text{}));
  EXPECT_TRUE(passes(between, std::optional<std::int64_t>{}));
  EXPECT_FALSE(passes(between, std::optional<std::int64_t>{0}));
}

TEST(constraint, the_sentence_follows_from_the_data) {
  EXPECT_EQ(must_be(between), "from 1 to 10 s");
  EXPECT_EQ(must_be(share), "above 0 and below 1");
  EXPECT_EQ(must_be({.least = 0.5}), "at least 0.5");
  EXPECT_EQ(must_be({.most = 31'536'000, .unit = "s"}), "at most 31536000 s");
  EXPECT_EQ(must_be(colour), "red, Green or empty");
  EXPECT_EQ(must_be(one_of_some), "1, 5 or 30");
  EXPECT_EQ(must_be(one_of_0_1), "0 or 1");
  EXPECT_EQ(must_be(name), "letters, digits, blanks and _ -, at most 4");
  EXPECT_EQ(must_be(name_of_any_language), "letters of any language, digits and blanks, at most 6 bytes");
  EXPECT_EQ(must_be(name_rule), "text of at most 255 bytes");
  EXPECT_EQ(must_be({.bytes = 3, .says = "short"}), "short");
  EXPECT_EQ(must_be(any_value), "");
}

TEST(constraint, forms_know_their_texts) {
  const auto good = [](const constraint& c, text value) {
    tidy(c, value);
    return passes(c, value) ? value.value_or("(null)") : "(refused)";
  };
  EXPECT_EQ(good(date_rule, "2028-02-29"), "2028-02-29");
  EXPECT_EQ(good(date_rule, "2027-02-29"), "(refused)");
  EXPECT_EQ(good(date_list_rule, "2027-01-01, 2027-12-31"), "2027-01-01, 2027-12-31");
  EXPECT_EQ(good(date_list_rule, "2027-01-01,"), "(refused)");
  EXPECT_EQ(good(day_list_rule, "0,1,6"), "0,1,6");
  EXPECT_EQ(good(day_list_rule, "7"), "(refused)");
  EXPECT_EQ(good(clock_time_rule, " 9:05 "), "09:05:00");
  EXPECT_EQ(good(clock_time_rule, "24:00:00"), "(refused)");
  EXPECT_EQ(good(timezone_rule, "Europe/Berlin"), "Europe/Berlin");
  EXPECT_EQ(good(timezone_rule, "Europe//Berlin"), "(refused)");
  EXPECT_EQ(good(queue_name_rule, "a b"), "a b");
  EXPECT_EQ(good(queue_name_rule, " ab"), "(refused)");
  EXPECT_EQ(good(number_rule, "a..b"), "(refused)");
  for (const auto* c : {&date_rule, &date_list_rule, &day_list_rule, &clock_time_rule, &timezone_rule, &queue_name_rule, &number_rule})
    EXPECT_EQ(good(*c, ""), "") << "empty: not set";
}

TEST(constraint, enumerations_are_those_of_the_code_that_reads_them) {
  for (const auto one : jurisdictions)
    EXPECT_TRUE(find_jurisdiction(one)) << one;
  for (const auto one : number_kinds)
    EXPECT_TRUE(number_kind_of(one)) << one;
  EXPECT_FALSE(is_allowed_application(""));
  EXPECT_TRUE(is_allowed_application("PlayBack"));
  EXPECT_FALSE(is_allowed_application("System"));
}

TEST(constraint, suits_the_types_that_it_speaks_of) {
  static_assert(suits(between, value_kind::integer) && suits(between, value_kind::number) && !suits(between, value_kind::string));
  static_assert(suits(colour, value_kind::string) && !suits(colour, value_kind::integer) && !suits(colour, value_kind::uuid));
  static_assert(suits(one_of_some, value_kind::integer) && !suits(one_of_some, value_kind::number));
  static_assert(suits(variables_rule, value_kind::strings) && !suits(variables_rule, value_kind::string));
  static_assert(suits(list_rule, value_kind::uuid) && suits(any_value, value_kind::list));
}

} // namespace
} // namespace ringmaster::constraint_tests
