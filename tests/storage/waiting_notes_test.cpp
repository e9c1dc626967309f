// SPDX-License-Identifier: Apache-2.0
#include "storage/outbox.hpp"
#include "storage/waiting_notes.hpp"

#include "tests/storage/database.hpp"

#include <sys/stat.h>

#include <fstream>

namespace ringmaster::storage {
namespace {

namespace fs = std::filesystem;

class notes_test : public database_test {
protected:
  const fs::path file = folder.path() / "data" / "ends.waiting";

  [[nodiscard]] waiting_notes open() const { return must(waiting_notes::open(folder.path() / "data")); }
  [[nodiscard]] std::string bytes() const {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  void write_bytes(std::string_view all) const {
    std::ofstream out{file, std::ios::binary};
    out.write(all.data(), static_cast<std::streamsize>(all.size()));
  }
  static call_note an_end(std::int64_t number) {
    return note_of(random_uuid(), call_outcome{dialing_status::hangup, "PJSIP/300-1", 4, "answered", number, "Normal Clearing"},
                   at_second(number));
  }
  static std::vector<call_note> some(std::int64_t count) {
    std::vector<call_note> all;
    for (std::int64_t i = 0; i < count; ++i)
      all.push_back(an_end(i));
    return all;
  }
};

TEST_F(notes_test, are_found_again) {
  auto all = some(3);
  {
    auto notes = open();
    EXPECT_TRUE(notes.found().empty());
    must(notes.append(std::span{all}.first(2)));
    must(notes.append(std::span{all}.last(1)));
  }
  all.push_back(an_end(9));
  {
    auto notes = open();
    EXPECT_EQ(notes.found(), std::vector(all.begin(), all.begin() + 3));
    must(notes.append(std::span{all}.last(1)));
  }
  EXPECT_EQ(open().found(), all);
  struct stat about {};
  ASSERT_EQ(::stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
}

TEST_F(notes_test, are_gone_when_the_file_was_emptied) {
  {
    auto notes = open();
    must(notes.append(some(5)));
    must(notes.clear());
    must(notes.append(some(1)));
  }
  EXPECT_EQ(open().found().size(), 1u) << "those of before fit the new generation no more";
  must(open().clear());
  EXPECT_TRUE(open().found().empty());
}

TEST_F(notes_test, a_record_that_is_not_whole_ends_the_file) {
  const auto all = some(3);
  std::size_t two = 0;
  {
    auto notes = open();
    must(notes.append(std::span{all}.first(2)));
    two = bytes().find_last_not_of('\0') + 1;
    must(notes.append(std::span{all}.last(1)));
  }
  const auto whole = bytes();
  const auto three = whole.find_last_not_of('\0') + 1;
  ASSERT_GT(three, two);
  for (auto cut = two; cut < three; ++cut) { // as a kill in the middle of the write leaves it
    auto torn = whole;
    std::fill(torn.begin() + static_cast<std::ptrdiff_t>(cut), torn.end(), '\0');
    write_bytes(torn);
    const auto found = open().found();
    ASSERT_EQ(found, std::vector(all.begin(), all.begin() + 2)) << cut << " bytes of " << three;
    write_bytes(std::string_view{whole}.substr(0, cut)); // and as a file that could not grow
    ASSERT_EQ(open().found().size(), 2u) << cut;
  }
  { // the next one takes its place
    auto notes = open();
    must(notes.append(std::span{all}.last(1)));
  }
  EXPECT_EQ(open().found(), all);
}

TEST_F(notes_test, have_room_on_a_disk_that_is_full) {
  auto notes = open();
  const auto before = fs::file_size(file);
  EXPECT_GE(before, std::size_t{1} << 20);
  struct stat about {};
  ASSERT_EQ(::stat(file.c_str(), &about), 0);
  EXPECT_GE(static_cast<std::size_t>(about.st_blocks) * 512, std::size_t{1} << 20) << "its blocks are its own";
  must(notes.append(some(2000)));
  EXPECT_EQ(fs::file_size(file), before);
  must(notes.append(some(10'000)));
  EXPECT_GT(fs::file_size(file), before);
  EXPECT_EQ(open().found().size(), 12'000u);
  must(notes.clear());
  EXPECT_EQ(fs::file_size(file), before);
}

TEST_F(notes_test, what_is_not_ours_is_left_as_it_is) {
  write_bytes("something else altogether");
  EXPECT_EQ(code_of(waiting_notes::open(folder.path() / "data")), errc::storage_failed);
  EXPECT_EQ(bytes(), "something else altogether");
  fs::remove(file);
  fs::create_symlink(folder.path() / "elsewhere", file);
  EXPECT_EQ(code_of(waiting_notes::open(folder.path() / "data")), errc::storage_failed);
  EXPECT_FALSE(fs::exists(folder.path() / "elsewhere"));
}

TEST_F(notes_test, say_what_became_of_a_call) {
  const auto s = make_scene(2);
  const auto first = call_to(s, s.entries[0].id), second = call_to(s, s.entries[1].id);
  write([&](write_txn& in) {
    must(begin_dialing(in, first, at_second(1)));
    must(begin_dialing(in, second, at_second(1)));
  });
  dialing_progress answer;
  answer.status = dialing_status::dial_end;
  answer.channel = "PJSIP/300-1";
  answer.res_dial = 4;
  const call_outcome busy{dialing_status::hangup, "PJSIP/301-2", 5, "Remote end is busy", 17, "User busy"};
  const std::vector<call_note> all{note_of(first.id, answer, at_second(2)), note_of(second.id, busy, at_second(3)),
                                   note_of({first.id, s.camp.id, 20'000, true}, at_second(4))};
  must(open().append(all));

  auto notes = open();
  ASSERT_EQ(notes.found(), all);
  EXPECT_EQ(must(notes.settled(must(db.read()))), 0u);
  for (std::size_t upto = 1; upto <= 4; ++upto) { // as processes do that are killed before they have emptied the file
    const auto again = open();
    write([&](write_txn& in) {
      for (auto i = must(again.settled(in)); i < std::min<std::size_t>(upto, 3); ++i)
        must(apply(in, again.found()[i]));
      must(again.settle(in, std::min<std::size_t>(upto, 3)));
    });
  }
  EXPECT_EQ(must(notes.settled(must(db.read()))), 3u);
  const auto in = must(db.read());
  EXPECT_EQ(must(get_dialing(in, first.id)).res_dial, 4);
  EXPECT_EQ(code_of(get_dialing(in, second.id)), errc::not_found);
  const auto entry = must(get<dl>(in, s.entries[1].id));
  EXPECT_EQ(entry.res_hangup, 17);
  EXPECT_EQ(entry.tm_last_hangup, at_second(3));
  EXPECT_EQ(must(outbox::of_results().read(in, 10)).size(), 1u);
  EXPECT_EQ(must(answers_by_day(in, s.camp.id)), (std::vector<day_of_answers>{{20'000, 1, 1}}));
  must(notes.clear());
  EXPECT_EQ(must(open().settled(in)), 0u);
  expect_consistent();
}

} // namespace
} // namespace ringmaster::storage
