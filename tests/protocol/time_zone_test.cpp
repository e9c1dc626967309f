// SPDX-License-Identifier: Apache-2.0
#include "protocol/time_zone.hpp"

#include "protocol/time.hpp"
#include "tests/zone_folder.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <ctime>
#include <iostream>
#include <map>
#include <random>
#include <set>

namespace ringmaster {
namespace {

namespace fs = std::filesystem;
using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

sys_seconds at(std::string_view text) {
  const auto t = parse_timestamp(text);
  EXPECT_TRUE(t.has_value()) << text;
  return std::chrono::floor<seconds>(t ? *t : time_point{});
}
local_seconds wall(std::string_view text) { return local_seconds{at(std::string{text} + "Z").time_since_epoch()}; }

// --- files of our own

struct made_kind {
  std::int32_t offset;
  bool is_dst;
  std::uint8_t name; // where it begins in the abbreviations
};
struct made_file {
  char version{'2'};
  std::vector<std::int64_t> transitions{};
  std::vector<std::uint8_t> types{};
  std::vector<made_kind> kinds{{-18'000, false, 0}};
  std::string names{"EST\0EDT\0", 8};
  std::string footer{};
  std::uint32_t leaps{0};

  [[nodiscard]] std::string bytes() const {
    return block(4) + (version == '\0' ? std::string{} : block(8) + "\n" + footer + "\n");
  }

private:
  static void put(std::string& to, std::int64_t value, std::size_t size) {
    for (auto i = size; i-- > 0;)
      to.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  }
  [[nodiscard]] std::string block(std::size_t size) const {
    std::string out{"TZif"};
    out.push_back(version);
    out.append(15, '\0');
    for (const auto count : {std::size_t{0}, std::size_t{0}, std::size_t{leaps}, transitions.size(), kinds.size(), names.size()})
      put(out, static_cast<std::int64_t>(count), 4);
    for (const auto t : transitions)
      put(out, t, size);
    for (const auto t : types)
      out.push_back(static_cast<char>(t));
    for (const auto& k : kinds) {
      put(out, k.offset, 4);
      out.push_back(k.is_dst ? 1 : 0);
      out.push_back(static_cast<char>(k.name));
    }
    out += names;
    for (std::uint32_t i = 0; i < leaps; ++i) {
      put(out, i, size);
      put(out, i, 4);
    }
    return out;
  }
};

time_zone good(std::string_view bytes) {
  auto zone = time_zone::read(bytes, "a/file");
  EXPECT_TRUE(zone.has_value()) << zone.error().message;
  return zone ? std::move(*zone) : time_zone::utc();
}
time_zone by_footer(std::string footer) {
  made_file file;
  file.footer = std::move(footer);
  return good(file.bytes());
}

std::string said(const result<time_zone>& zone) { return zone ? "nothing is wrong" : zone.error().message; }

/// What has to hold of any zone, whatever its rules.
void expect_sound(const time_zone& zone, std::mt19937_64& random) {
  std::uniform_int_distribution<std::int64_t> when{-5'000'000'000, 10'000'000'000}, far{-(std::int64_t{1} << 59), std::int64_t{1} << 59};
  for (int i = 0; i < 40; ++i) {
    const sys_seconds t{seconds{i % 4 == 0 ? far(random) : when(random)}};
    const auto period = zone.period_at(t);
    ASSERT_LE(period.begin, t);
    ASSERT_LT(t, period.end);
    ASSERT_EQ(period.offset, zone.offset_at(t));
    ASSERT_EQ(zone.next_transition(t), period.end == sys_seconds::max() ? std::nullopt : std::optional{period.end});
    const local_seconds shown{(t + period.offset).time_since_epoch()};
    const auto meaning = zone.at_local(shown);
    ASSERT_NE(meaning.what, local_meaning::kind::skipped) << "a clock shows it";
    ASSERT_LE(meaning.earliest, t);
    ASSERT_LE(t, meaning.latest);
    ASSERT_EQ(meaning.what == local_meaning::kind::unique, meaning.earliest == meaning.latest);
    ASSERT_EQ(meaning.what == local_meaning::kind::unique, !meaning.transition);
    for (const auto one : {meaning.earliest, meaning.latest})
      ASSERT_EQ((one + zone.offset_at(one)).time_since_epoch(), shown.time_since_epoch());
    if (period.begin == sys_seconds::min() || period.begin < sys_seconds{seconds{-(std::int64_t{1} << 60)}})
      continue;
    // What lies between the two times of a transition is skipped.
    const auto before = zone.offset_at(period.begin - 1s);
    const auto skipped = zone.at_local(local_seconds{(period.begin + before).time_since_epoch()});
    if (period.offset > before && skipped.what == local_meaning::kind::skipped) {
      ASSERT_EQ(skipped.earliest, skipped.latest);
      ASSERT_EQ(skipped.transition, skipped.earliest);
    }
  }
}

TEST(time_zone, utc_has_one_time_for_good) {
  const auto zone = time_zone::utc();
  EXPECT_EQ(zone.offset_at(at("2026-07-01T00:00:00Z")), 0s);
  EXPECT_EQ(zone.period_at(at("2026-07-01T00:00:00Z")).abbreviation, "UTC");
  EXPECT_EQ(zone.next_transition(at("1900-01-01T00:00:00Z")), std::nullopt);
}

TEST(time_zone, a_table_says_until_its_last_transition) {
  made_file file;
  file.transitions = {1'000, 2'000};
  file.types = {1, 0};
  file.kinds = {{-18'000, false, 0}, {-14'400, true, 4}};
  for (const auto version : {'\0', '2', '3', '4'}) {
    file.version = version;
    const auto zone = good(file.bytes());
    EXPECT_EQ(zone.offset_at(sys_seconds{999s}), -5h) << "before the first one: the first kind";
    EXPECT_EQ(zone.offset_at(sys_seconds{1'000s}), -4h);
    EXPECT_EQ(zone.offset_at(sys_seconds{1'999s}), -4h);
    const auto last = zone.period_at(at("2050-07-01T00:00:00Z"));
    EXPECT_EQ(last.offset, -5h) << "no footer: the last one goes on";
    EXPECT_EQ(last.begin, sys_seconds{2'000s});
    EXPECT_EQ(last.end, sys_seconds::max());
    EXPECT_EQ(last.abbreviation, "EST");
    EXPECT_FALSE(last.is_dst);
    const auto summer = zone.period_at(sys_seconds{1'500s});
    EXPECT_TRUE(summer.is_dst);
    EXPECT_EQ(summer.abbreviation, "EDT");
    EXPECT_EQ(zone.next_transition(sys_seconds{0s}), sys_seconds{1'000s});
    EXPECT_EQ(zone.next_transition(sys_seconds{1'000s}), sys_seconds{2'000s});
    EXPECT_EQ(zone.next_transition(sys_seconds{2'000s}), std::nullopt);
  }
}

TEST(time_zone, a_footer_says_what_comes_after_the_table) {
  made_file file;
  file.transitions = {at("2007-03-11T08:00:00Z").time_since_epoch().count()};
  file.types = {1};
  file.kinds = {{-21'600, false, 0}, {-18'000, true, 4}};
  file.names = std::string{"CST\0CDT\0", 8};
  file.footer = "CST6CDT,M3.2.0,M11.1.0";
  const auto zone = good(file.bytes());
  EXPECT_EQ(zone.next_transition(at("2007-03-11T08:00:00Z")), at("2007-11-04T07:00:00Z"));
  EXPECT_EQ(zone.offset_at(at("2040-07-01T00:00:00Z")), -5h);
  EXPECT_EQ(zone.offset_at(at("2040-12-01T00:00:00Z")), -6h);
  const auto period = zone.period_at(at("2226-07-01T00:00:00Z"));
  EXPECT_EQ(period.begin, at("2226-03-12T08:00:00Z")) << "beyond what is unrolled";
  EXPECT_EQ(period.end, at("2226-11-05T07:00:00Z"));
  EXPECT_EQ(period.abbreviation, "CDT");
}

TEST(time_zone, a_footer_alone_holds_for_all_times) {
  const auto zone = by_footer("NZST-12NZDT,M9.5.0,M4.1.0/3"); // the south: summer goes over the new year
  EXPECT_EQ(zone.offset_at(at("2026-01-01T00:00:00Z")), 13h);
  EXPECT_EQ(zone.offset_at(at("2025-12-31T00:00:00Z")), 13h);
  EXPECT_EQ(zone.offset_at(at("2026-07-01T00:00:00Z")), 12h);
  EXPECT_EQ(zone.next_transition(at("2026-01-01T00:00:00Z")), at("2026-04-04T14:00:00Z"));
  EXPECT_EQ(zone.next_transition(at("2026-07-01T00:00:00Z")), at("2026-09-26T14:00:00Z"));
}

TEST(time_zone, footers_name_times_in_angle_brackets) {
  const auto zone = by_footer("<+03>-3");
  const auto period = zone.period_at(at("2026-07-01T00:00:00Z"));
  EXPECT_EQ(period.offset, 3h);
  EXPECT_EQ(period.abbreviation, "+03");
  EXPECT_EQ(period.end, sys_seconds::max());
  EXPECT_EQ(by_footer("<+0530>-5:30").offset_at(at("2026-07-01T00:00:00Z")), 5h + 30min);
  EXPECT_EQ(by_footer("XYZ1:02:03").offset_at(at("2026-07-01T00:00:00Z")), -(1h + 2min + 3s));
}

TEST(time_zone, footers_have_times_below_zero_and_beyond_a_day) {
  const auto nuuk = by_footer("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  EXPECT_EQ(nuuk.next_transition(at("2026-01-01T00:00:00Z")), at("2026-03-29T01:00:00Z"));
  EXPECT_EQ(nuuk.next_transition(at("2026-04-01T00:00:00Z")), at("2026-10-25T01:00:00Z"));
  const auto jerusalem = by_footer("IST-2IDT,M3.4.4/26,M10.5.0");
  EXPECT_EQ(jerusalem.next_transition(at("2026-01-01T00:00:00Z")), at("2026-03-27T00:00:00Z"));
  const auto gaza = by_footer("EET-2EEST,M3.4.4/50,M10.4.4/50");
  EXPECT_EQ(gaza.next_transition(at("2026-01-01T00:00:00Z")), at("2026-03-28T00:00:00Z"));
  const auto far = by_footer("AAA0BBB,J1/-100,J300/167");
  EXPECT_EQ(far.period_at(at("2027-01-05T00:00:00Z")).begin, at("2026-12-27T20:00:00Z")) << "in the year before";
  EXPECT_EQ(far.period_at(at("2026-12-27T19:59:59Z")).end, at("2026-12-27T20:00:00Z"));
}

TEST(time_zone, footers_count_days_with_29_february_and_without) {
  const auto julian = by_footer("CST6CDT,J60,J300");
  EXPECT_EQ(julian.next_transition(at("2027-01-01T00:00:00Z")), at("2027-03-01T08:00:00Z"));
  EXPECT_EQ(julian.next_transition(at("2028-01-01T00:00:00Z")), at("2028-03-01T08:00:00Z"));
  const auto counted = by_footer("CST6CDT,59,299");
  EXPECT_EQ(counted.next_transition(at("2027-01-01T00:00:00Z")), at("2027-03-01T08:00:00Z"));
  EXPECT_EQ(counted.next_transition(at("2028-01-01T00:00:00Z")), at("2028-02-29T08:00:00Z"));
}

TEST(time_zone, summer_may_last_all_year) {
  for (const auto* footer : {"EST5EDT,0/0,J365/25", "EST5EDT4,0/0,J365/25", "XYZ5EDT,0/0,J365/25"}) {
    const auto zone = by_footer(footer);
    const auto period = zone.period_at(at("2027-01-01T04:30:00Z"));
    EXPECT_EQ(period.offset, -4h);
    EXPECT_TRUE(period.is_dst);
    EXPECT_EQ(period.abbreviation, "EDT");
    EXPECT_EQ(period.end, sys_seconds::max());
  }
}

TEST(time_zone, ireland_winters_by_negative_summer_time) {
  const auto zone = by_footer("IST-1GMT0,M10.5.0,M3.5.0/1");
  const auto winter = zone.period_at(at("2026-01-15T00:00:00Z"));
  EXPECT_EQ(winter.offset, 0s);
  EXPECT_TRUE(winter.is_dst);
  EXPECT_EQ(winter.end, at("2026-03-29T01:00:00Z"));
  EXPECT_EQ(zone.offset_at(at("2026-07-01T00:00:00Z")), 1h);
}

TEST(time_zone, without_a_rule_summer_is_that_of_the_united_states) {
  EXPECT_EQ(by_footer("EST5EDT").next_transition(at("2026-01-01T00:00:00Z")), at("2026-03-08T07:00:00Z"));
}

TEST(time_zone, the_calendar_repeats_after_400_years) {
  const seconds cycle{std::int64_t{146'097} * 86'400};
  for (const auto* footer : {"CST6CDT,M3.2.0,M11.1.0", "NZST-12NZDT,M9.5.0,M4.1.0/3", "CST6CDT,J60,J300"}) {
    const auto zone = by_footer(footer);
    for (auto t = at("2026-01-01T00:00:00Z"); t < at("2028-01-01T00:00:00Z"); t += 7h)
      for (const auto shift : {cycle, 20 * cycle, -5 * cycle}) {
        const auto here = zone.period_at(t), there = zone.period_at(t + shift);
        ASSERT_EQ(here.offset, there.offset);
        ASSERT_EQ(here.begin + shift, there.begin);
        ASSERT_EQ(here.end + shift, there.end);
      }
  }
}

TEST(time_zone, clocks_show_a_time_never_once_or_twice) {
  const auto zone = by_footer("CET-1CEST,M3.5.0,M10.5.0/3");
  const auto skipped = zone.at_local(wall("2026-03-29T02:30:00"));
  EXPECT_EQ(skipped.what, local_meaning::kind::skipped);
  EXPECT_EQ(skipped.earliest, at("2026-03-29T01:00:00Z"));
  EXPECT_EQ(skipped.latest, skipped.earliest);
  const auto repeated = zone.at_local(wall("2026-10-25T02:30:00"));
  EXPECT_EQ(repeated.what, local_meaning::kind::repeated);
  EXPECT_EQ(repeated.earliest, at("2026-10-25T00:30:00Z"));
  EXPECT_EQ(repeated.latest, at("2026-10-25T01:30:00Z"));
  EXPECT_EQ(repeated.transition, at("2026-10-25T01:00:00Z"));
  const auto unique = zone.at_local(wall("2026-10-25T03:00:00"));
  EXPECT_EQ(unique.what, local_meaning::kind::unique);
  EXPECT_EQ(unique.earliest, at("2026-10-25T02:00:00Z"));
  EXPECT_EQ(unique.transition, std::nullopt);
  EXPECT_EQ(zone.at_local(wall("2026-03-29T01:59:59")).earliest, at("2026-03-29T00:59:59Z"));
  EXPECT_EQ(zone.at_local(wall("2026-03-29T03:00:00")).earliest, at("2026-03-29T01:00:00Z"));
  EXPECT_EQ(zone.at_local(wall("2026-10-25T02:00:00")).what, local_meaning::kind::repeated);
  EXPECT_EQ(zone.at_local(wall("2026-10-25T01:59:59")).what, local_meaning::kind::unique);
}

TEST(time_zone, damage_is_named_with_its_file) {
  const auto wrong = [](auto change) {
    made_file file;
    file.transitions = {1'000, 2'000};
    file.types = {1, 0};
    file.kinds = {{-18'000, false, 0}, {-14'400, true, 4}};
    file.footer = "EST5EDT,M3.2.0,M11.1.0";
    EXPECT_TRUE(time_zone::read(file.bytes(), "f").has_value());
    change(file);
    const auto zone = time_zone::read(file.bytes(), "/zones/Middle/Earth");
    EXPECT_FALSE(zone.has_value()) << "a zone all the same";
    const auto message = said(zone);
    EXPECT_TRUE(message.starts_with("/zones/Middle/Earth: ")) << message;
    EXPECT_TRUE(zone || zone.error().code == errc::malformed);
    return message;
  };
  const auto has = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << text;
  };
  EXPECT_TRUE(has(wrong([](auto& f) { f.transitions = {2'000, 2'000}; }), "not in order"));
  EXPECT_TRUE(has(wrong([](auto& f) { f.types = {1, 2}; }), "not there"));
  EXPECT_TRUE(has(wrong([](auto& f) { f.kinds[1].offset = 100'000; }), "out of bounds"));
  EXPECT_TRUE(has(wrong([](auto& f) { f.kinds[1].name = 8; }), "abbreviation"));
  EXPECT_TRUE(has(wrong([](auto& f) { f.names = "EST EDT"; }), "abbreviation"));
  EXPECT_TRUE(has(wrong([](auto& f) { f.names = std::string{"E\nT\0EDT\0", 8}; }), "abbreviation"));
  EXPECT_TRUE(has(wrong([](auto& f) { f.kinds.clear(); }), "no kind"));
  EXPECT_TRUE(has(wrong([](auto& f) { f.leaps = 2; }), "leap seconds"));
  EXPECT_TRUE(has(wrong([](auto& f) { f.version = 'x'; }), "version"));
  for (const auto* footer : {"E5", "EST", "EST25", "EST5:60", "EST5EDT,", "EST5EDT,M3.2.0", "EST5EDT,M3.2.0,M11.1.0,", "EST5EDT,M13.1.0,M11.1.0",
                             "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J365", "EST5EDT,J1,J366", "EST5EDT,1,366",
                             "EST5EDT,M3.2.0/168,M11.1.0", "EST5EDT,M3.2.0/-168,M11.1.0", "<+03-3", "+03-3", ":EST5", "<+0 3>-3", "EST5EDT,M3.2,M11.1.0"})
    EXPECT_TRUE(has(wrong([&](auto& f) { f.footer = footer; }), "footer")) << footer;
  EXPECT_TRUE(has(said(time_zone::read("", "f")), "header"));
  EXPECT_TRUE(has(said(time_zone::read(std::string(44, 'x'), "f")), "TZif"));
  const auto whole = made_file{}.bytes();
  EXPECT_TRUE(has(said(time_zone::read(whole + "\n", "f")), "follows"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(time_zone::read(std::string_view{whole}.substr(0, size), "f").has_value()) << size;
}

std::uint64_t seed() {
  static const std::uint64_t value = std::random_device{}();
  return value;
}

std::map<std::string, std::string> zones_in(const fs::path& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    const auto name = fs::relative(entry.path(), folder).string();
    if (!entry.is_regular_file() || name.starts_with("right/") || name.starts_with("posix/") || name == "localtime")
      continue;
    std::ifstream in{entry.path(), std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    if (bytes.starts_with("TZif"))
      found.emplace(name, std::move(bytes));
  }
  return found;
}

TEST(time_zone, of_damaged_files_is_refused_or_sound) {
  std::cout << "seed " << seed() << '\n';
  std::mt19937_64 random{seed()};
  const auto all = zones_in("/usr/share/zoneinfo");
  ASSERT_GT(all.size(), 100u);
  std::vector<std::string> files;
  for (const auto& [name, bytes] : all)
    files.push_back(bytes);
  std::size_t refused = 0;
  for (int round = 0; round < 6'000; ++round) {
    auto bytes = files[random() % files.size()];
    const auto flips = random() % 4;
    for (std::uint64_t i = 0; i < flips; ++i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (flips == 0 || random() % 3 == 0)
      bytes.resize(random() % bytes.size());
    // In a piece of memory of its own size, so that the sanitizer sees what is read behind it.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    const auto zone = time_zone::read({exact.data(), exact.size()}, "f");
    if (!zone) {
      ++refused;
      ASSERT_TRUE(zone.error().message.starts_with("f: "));
      continue;
    }
    expect_sound(*zone, random);
    ASSERT_FALSE(HasFatalFailure()) << "round " << round;
  }
  EXPECT_GT(refused, 1'000u);
}

// --- against the C library, which reads the same files by other code

class glibc_zone {
public:
  explicit glibc_zone(const std::string& tz) {
    setenv("TZ", tz.c_str(), 1);
    tzset();
  }
  ~glibc_zone() {
    unsetenv("TZ");
    tzset();
  }
  glibc_zone(const glibc_zone&) = delete;
  glibc_zone& operator=(const glibc_zone&) = delete;

  [[nodiscard]] static std::tm at(std::int64_t t) {
    const std::time_t when = t;
    std::tm shown{};
    localtime_r(&when, &shown);
    return shown;
  }
  /// The instant at which its clocks show `wall`, by summer time or not.
  [[nodiscard]] static std::int64_t instant(local_seconds wall, bool is_dst) {
    const std::time_t as_utc = wall.time_since_epoch().count();
    std::tm shown{};
    gmtime_r(&as_utc, &shown);
    shown.tm_isdst = is_dst ? 1 : 0;
    return mktime(&shown);
  }
};

constexpr std::int64_t from_1990 = 631'152'000, to_2060 = 2'840'140'800;

void expect_as_glibc(const time_zone& zone, std::int64_t t) {
  const auto theirs = glibc_zone::at(t);
  const auto ours = zone.period_at(sys_seconds{seconds{t}});
  ASSERT_EQ(ours.offset.count(), theirs.tm_gmtoff) << "at " << t;
  ASSERT_EQ(ours.is_dst, theirs.tm_isdst > 0) << "at " << t;
  ASSERT_EQ(ours.abbreviation, theirs.tm_zone) << "at " << t;
}

void expect_local_as_glibc(const time_zone& zone, std::int64_t t) {
  const sys_seconds instant{seconds{t}};
  const auto period = zone.period_at(instant);
  const local_seconds shown{(instant + period.offset).time_since_epoch()};
  const auto meaning = zone.at_local(shown);
  ASSERT_NE(meaning.what, local_meaning::kind::skipped) << "at " << t;
  if (meaning.what == local_meaning::kind::unique) {
    ASSERT_EQ(meaning.earliest, instant);
    ASSERT_EQ(glibc_zone::instant(shown, period.is_dst), t);
    return;
  }
  ASSERT_TRUE(meaning.earliest == instant || meaning.latest == instant) << "at " << t;
  // Where both are summer time, or neither is, the library may take either.
  const auto theirs = glibc_zone::instant(shown, period.is_dst);
  ASSERT_TRUE(theirs == meaning.earliest.time_since_epoch().count() || theirs == meaning.latest.time_since_epoch().count())
      << "at " << t << " theirs " << theirs;
}

void expect_zone_as_glibc(const time_zone& zone, const std::string& tz, std::mt19937_64& random) {
  const glibc_zone theirs{tz};
  std::int64_t transitions = 0;
  for (auto t = zone.next_transition(sys_seconds{seconds{from_1990}}); t && t->time_since_epoch().count() < to_2060;
       t = zone.next_transition(*t), ++transitions)
    for (const auto by : {-3'600, -1, 0, 1, 3'600}) {
      expect_as_glibc(zone, t->time_since_epoch().count() + by);
      if (transitions % 16 == 0) // mktime takes long
        expect_local_as_glibc(zone, t->time_since_epoch().count() + by);
      if (testing::Test::HasFatalFailure())
        return;
    }
  // A transition that we miss shows on one side of it for a week at least, Ramadan in Morocco included.
  for (auto t = from_1990; t < to_2060 && !testing::Test::HasFatalFailure(); t += 6 * 86'400)
    expect_as_glibc(zone, t + static_cast<std::int64_t>(random() % 86'400));
  for (int i = 0; i < 10 && !testing::Test::HasFatalFailure(); ++i)
    expect_local_as_glibc(zone, from_1990 + static_cast<std::int64_t>(random() % (to_2060 - from_1990)));
}

void expect_folder_as_glibc(const fs::path& folder) {
  std::cout << "seed " << seed() << '\n';
  std::mt19937_64 random{seed()};
  const auto all = zones_in(folder);
  ASSERT_GT(all.size(), 300u);
  std::set<std::string> seen;
  for (const auto& [name, bytes] : all) {
    const auto zone = time_zone::read(bytes, name);
    ASSERT_TRUE(zone.has_value()) << zone.error().message;
    if (!seen.insert(bytes).second) // a link
      continue;
    expect_zone_as_glibc(*zone, ":" + (folder / name).string(), random);
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << name;
    expect_sound(*zone, random);
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << name;
  }
  EXPECT_GT(seen.size(), 200u);
}

TEST(time_zone, is_as_the_c_library_says_by_the_files_of_this_machine) { expect_folder_as_glibc("/usr/share/zoneinfo"); }

// Debian's have each transition until 2037, these few beside a footer.
TEST(time_zone, is_as_the_c_library_says_by_slim_files) {
  const zone_folder made;
  made.compile("/usr/share/zoneinfo/tzdata.zi", "slim");
  expect_folder_as_glibc(made.path());
}

// The library reads a POSIX rule in TZ itself as well.
TEST(time_zone, is_as_the_c_library_says_by_any_footer) {
  std::cout << "seed " << seed() << '\n';
  std::mt19937_64 random{seed()};
  const auto number = [&](int least, int most) {
    return std::to_string(std::uniform_int_distribution<int>{least, most}(random));
  };
  const auto time = [&] {
    return random() % 3 == 0 ? std::string{} : "/" + number(-30, 50) + (random() % 2 ? ":" + number(10, 59) : "");
  };
  for (int round = 0; round < 400; ++round) {
    const bool julian = random() % 4 == 0;
    const auto day = [&](int least, int most) {
      return julian ? "J" + number(least * 30, most * 30) : "M" + number(least, most) + "." + number(1, 5) + "." + number(0, 6);
    };
    auto begins = day(2, 5) + time(), ends = day(7, 11) + time();
    if (random() % 2)
      std::swap(begins, ends);
    const auto footer = "<" + number(-12, 14) + "AB>" + number(-14, 12) + (random() % 2 ? ":" + number(10, 59) : "") + "SUM," + begins + "," + ends;
    const auto zone = by_footer(footer);
    expect_zone_as_glibc(zone, footer, random);
    ASSERT_FALSE(HasFatalFailure()) << footer;
  }
}

} // namespace
} // namespace ringmaster
