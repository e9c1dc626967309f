// SPDX-License-Identifier: Apache-2.0
#include "protocol/zone_rules.hpp"

#include "tests/zone_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace ringmaster {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

time_point at(std::string_view text) {
  const auto t = parse_timestamp(text);
  EXPECT_TRUE(t.has_value()) << text;
  return t ? *t : time_point{};
}
std::chrono::seconds offset(const zone_rules& rules, std::string_view zone, std::string_view when) {
  const auto found = rules.find(zone);
  EXPECT_TRUE(found) << zone;
  return found ? found->offset_at(std::chrono::floor<std::chrono::seconds>(at(when))) : 0s;
}

zone_files read(const fs::path& folder) {
  auto files = read_zone_files(folder);
  EXPECT_TRUE(files.has_value()) << files.error().message;
  return files ? std::move(*files) : zone_files{std::make_shared<const zone_rules>(), {}, {}};
}
zone_listing list(const fs::path& folder) {
  auto listing = list_zone_files(folder);
  EXPECT_TRUE(listing.has_value()) << listing.error().message;
  return listing ? std::move(*listing) : zone_listing{};
}

TEST(zone_rules, names_of_zones_lead_nowhere_else) {
  for (const auto* name : {"UTC", "Europe/Berlin", "America/North_Dakota/Center", "Etc/GMT+5", "America/Port-au-Prince", "GMT-0"})
    EXPECT_TRUE(is_zone_name(name)) << name;
  for (const std::string name :
       {"", "/", "/Europe/Berlin", "Europe/", "Europe//Berlin", "..", "../Europe/Berlin", "Europe/../../etc/passwd", "./UTC", "zone.tab",
        "tzdata.zi", "right/UTC", "posix/Europe/Berlin", "right", "posixrules", "localtime", "leapseconds", "+VERSION", "-x", "Europe/Ber lin",
        "Europe\\Berlin", "Zürich", "%n"})
    EXPECT_FALSE(is_zone_name(name)) << name;
  EXPECT_FALSE(is_zone_name(std::string{"UTC\0", 4}));
  EXPECT_FALSE(is_zone_name(std::string(65, 'a')));
}

TEST(zone_rules, are_those_of_a_folder) {
  const auto files = read(usual_zone_folder);
  EXPECT_TRUE(files.damaged.empty()) << files.damaged.front().second.message;
  EXPECT_GT(files.rules->size(), 400u);
  EXPECT_NE(files.rules->version(), "");
  EXPECT_GT(files.rules->files_from(), at("2000-01-01T00:00:00Z"));
  EXPECT_EQ(offset(*files.rules, "Europe/Berlin", "2040-07-01T00:00:00Z"), 2h);
  EXPECT_EQ(files.rules->find("posix/Europe/Berlin"), nullptr);
  EXPECT_EQ(files.rules->find("Europe/Atlantis"), nullptr);
  EXPECT_EQ(files.rules->find("zone.tab"), nullptr);
  EXPECT_EQ(files.rules->differences(*files.rules), 0u);
}

TEST(zone_rules, have_the_version_that_the_folder_tells) {
  const zone_folder folder;
  folder.compile_text(rules_of_2025);
  EXPECT_EQ(read(folder.path()).rules->version(), "unknown");
  folder.put("tzdata.zi", rules_of_2025);
  EXPECT_EQ(read(folder.path()).rules->version(), "2025b");
  folder.put("tzdata.zi", "# version \x1b[31m\n");
  EXPECT_EQ(read(folder.path()).rules->version(), "unknown") << "it goes to logs and pages";
  fs::remove(folder.path() / "tzdata.zi");
  folder.put("+VERSION", "2026a\n");
  EXPECT_EQ(read(folder.path()).rules->version(), "2026a");
}

TEST(zone_rules, know_utc_where_nothing_else_is_known) {
  EXPECT_TRUE(zone_rules{}.find("UTC"));
  const zone_folder folder;
  folder.compile_text(rules_of_2025);
  EXPECT_EQ(offset(*read(folder.path()).rules, "UTC", "2026-07-01T00:00:00Z"), 0s);
  EXPECT_TRUE(read_zone_file(folder.path(), "UTC").has_value());
}

// tzdata 2025b has British Columbia change its clocks in November 2026, 2026f has not.
TEST(zone_rules, of_two_versions_differ_where_clocks_do) {
  const zone_folder one, other;
  one.compile_text(rules_of_2025);
  other.compile_text(rules_of_2026, "fat");
  const auto before = read(one.path()).rules, after = read(other.path()).rules;
  for (const auto* name : {"America/Vancouver", "Canada/Pacific"}) {
    EXPECT_EQ(offset(*before, name, "2026-10-31T00:00:00Z"), -7h);
    EXPECT_EQ(offset(*before, name, "2026-11-30T00:00:00Z"), -8h);
    EXPECT_EQ(offset(*after, name, "2026-11-30T00:00:00Z"), -7h);
    EXPECT_EQ(offset(*after, name, "2046-01-30T00:00:00Z"), -7h);
  }
  EXPECT_EQ(after->differences(*before), 2u);
  EXPECT_EQ(after->differences(zone_rules{}), 3u) << "two zones and a link, beside UTC";
}

TEST(zone_rules, that_are_damaged_are_named_and_left_out) {
  const zone_folder folder;
  folder.compile_text(rules_of_2025);
  const auto whole = folder.get("Europe/Berlin");
  for (const auto& bytes : {std::string{}, whole.substr(0, whole.size() / 2), std::string{"not a zone"}}) {
    folder.put("Europe/Berlin", bytes);
    const auto files = read(folder.path());
    ASSERT_EQ(files.damaged.size(), 1u);
    EXPECT_EQ(files.damaged.front().first, "Europe/Berlin");
    EXPECT_NE(files.damaged.front().second.message.find((folder.path() / "Europe/Berlin").string()), std::string::npos);
    EXPECT_EQ(files.rules->find("Europe/Berlin"), nullptr);
    EXPECT_TRUE(files.rules->find("America/Vancouver"));
    EXPECT_FALSE(read_zone_file(folder.path(), "Europe/Berlin").has_value());
  }
  // Neither holds anybody up, nor is it read.
  fs::remove(folder.path() / "Europe/Berlin");
  ASSERT_EQ(mkfifo((folder.path() / "Europe/Berlin").c_str(), 0600), 0);
  fs::create_symlink("/nowhere/at/all", folder.path() / "Europe/Bonn");
  fs::create_symlink("/dev/zero", folder.path() / "Europe/Trier");
  fs::create_directory_symlink("..", folder.path() / "Europe/Loop");
  EXPECT_EQ(read(folder.path()).damaged.size(), 3u);
}

TEST(zone_rules, are_not_had_from_a_folder_without_zones) {
  const zone_folder folder;
  const auto none = read_zone_files(folder.path() / "none"), empty = read_zone_files(folder.path());
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, errc::storage_failed);
  ASSERT_FALSE(empty.has_value());
  EXPECT_EQ(empty.error().code, errc::illegal_state);
  EXPECT_NE(empty.error().message.find(folder.path().string()), std::string::npos);
}

// --- when they are read again

using verdict = zone_watch::verdict;

TEST(zone_watch, takes_what_two_looks_find_the_same) {
  const zone_folder folder;
  folder.compile_text(rules_of_2025);
  zone_watch watch{list(folder.path())};
  EXPECT_EQ(watch.look(list(folder.path())), verdict::in_use);
  folder.compile_text(rules_of_2026);
  EXPECT_EQ(watch.look(list(folder.path())), verdict::unsettled);
  EXPECT_EQ(watch.look(list(folder.path())), verdict::settled);
  EXPECT_EQ(watch.look(list(folder.path())), verdict::settled) << "until it is in use";
  watch.taken(list(folder.path()));
  EXPECT_EQ(watch.look(list(folder.path())), verdict::in_use);
}

// As dpkg does: all files beside the old ones first, then each renamed into place.
TEST(zone_watch, waits_until_a_package_is_unpacked) {
  const zone_folder folder, fresh;
  folder.compile_text(rules_of_2025);
  fresh.compile_text(rules_of_2026);
  zone_watch watch{list(folder.path())};
  const std::vector<std::string> names{"America/Vancouver", "Canada/Pacific", "Europe/Berlin"};
  for (const auto& name : names) {
    folder.put(name + ".dpkg-new", fresh.get(name));
    EXPECT_EQ(watch.look(list(folder.path())), verdict::in_use);
  }
  for (const auto& name : names) {
    fs::rename(folder.path() / (name + ".dpkg-new"), folder.path() / name);
    EXPECT_EQ(watch.look(list(folder.path())), verdict::unsettled) << name;
    if (name != names.back()) {
      EXPECT_EQ(watch.look(list(folder.path())), verdict::unsettled) << "however long it takes";
    }
  }
  EXPECT_EQ(watch.look(list(folder.path())), verdict::settled);
}

TEST(zone_watch, sees_a_file_written_over_one_removed_and_one_added) {
  const zone_folder folder;
  folder.compile_text(rules_of_2025);
  const auto berlin = folder.get("Europe/Berlin");
  const auto changes = [&](auto change) {
    zone_watch watch{list(folder.path())};
    change();
    return watch.look(list(folder.path())) == verdict::unsettled && watch.look(list(folder.path())) == verdict::settled;
  };
  EXPECT_TRUE(changes([&] { folder.put("Europe/Bonn", berlin); }));
  EXPECT_TRUE(changes([&] { folder.put("Europe/Bonn", berlin + "\n"); }));
  EXPECT_TRUE(changes([&] { fs::remove(folder.path() / "Europe/Bonn"); }));
  EXPECT_TRUE(changes([&] { folder.put("tzdata.zi", "# version 2026f\n"); }));
  EXPECT_FALSE(changes([&] { folder.put("README.txt", "no zone"); }));
}

TEST(zone_watch, sees_that_the_folder_is_another_one) {
  const zone_folder one, other, link;
  one.compile_text(rules_of_2025);
  other.compile_text(rules_of_2025);
  const auto folder = link.path() / "zoneinfo";
  fs::create_directory_symlink(one.path(), folder);
  zone_watch watch{list(folder)};
  fs::create_directory_symlink(other.path(), link.path() / "next");
  fs::rename(link.path() / "next", folder);
  EXPECT_EQ(watch.look(list(folder)), verdict::unsettled);
  EXPECT_EQ(watch.look(list(folder)), verdict::settled);
}

TEST(zone_watch, does_not_take_what_is_damaged_or_half_gone) {
  const zone_folder folder;
  folder.compile_text(rules_of_2025);
  const auto berlin = folder.get("Europe/Berlin");
  for (const auto* more : {"Europe/Bonn", "Europe/Trier", "Europe/Worms"})
    folder.put(more, berlin);
  const auto in_use = read(folder.path());
  EXPECT_EQ(cannot_replace(*in_use.rules, in_use), std::nullopt);
  folder.put("Europe/Other", "never was one");
  EXPECT_EQ(cannot_replace(*in_use.rules, read(folder.path())), std::nullopt) << "no loss";
  fs::remove(folder.path() / "Europe/Bonn");
  EXPECT_EQ(cannot_replace(*in_use.rules, read(folder.path())), std::nullopt) << "names come and go";
  folder.put("Europe/Trier", berlin.substr(0, 50));
  const auto damaged = cannot_replace(*in_use.rules, read(folder.path()));
  ASSERT_TRUE(damaged);
  EXPECT_NE(damaged->message.find("Europe/Trier"), std::string::npos);
  fs::remove_all(folder.path() / "Europe");
  const auto gone = cannot_replace(*in_use.rules, read(folder.path()));
  EXPECT_EQ(gone, std::nullopt) << "three of seven are left, and UTC";
  fs::remove_all(folder.path() / "Canada");
  EXPECT_TRUE(cannot_replace(*in_use.rules, read(folder.path())));
}

} // namespace
} // namespace ringmaster
