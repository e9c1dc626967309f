// SPDX-License-Identifier: Apache-2.0
/// A writer that is killed at any moment: whatever it said was committed is there afterwards.
#include "storage/snapshot.hpp"
#include "tests/storage/database.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

namespace ringmaster::storage {
namespace {

/// An id of its own for each number: the generator's state is the same in every forked child.
uuid id_of(std::uint64_t n, std::uint8_t kind) {
  uuid id;
  id.bytes[0] = kind;
  std::memcpy(id.bytes.data() + 8, &n, sizeof n);
  return id;
}

/// Commits one number after another, each with calls begun and ended, and says so in the pipe.
[[noreturn]] void write_until_killed(const std::filesystem::path& folder, int pipe, std::uint64_t from) {
  auto opened = environment::open({.data_dir = folder, .map_size = std::size_t{1} << 30});
  if (!opened)
    ::_exit(2);
  auto db = std::move(*opened);
  for (std::uint64_t n = from;; ++n) {
    auto in = must(db.write());
    const auto now = at_second(static_cast<std::int64_t>(n));
    const auto camps = must(all<campaign>(in));
    if (camps.empty()) {
      campaign c;
      plan p;
      p.max_retry_cnt.fill(1000);
      c.plan = must(create(in, p, now)).id;
      c.dlma = must(create(in, dlma{}, now)).id;
      c.dest = must(create(in, destination{}, now)).id;
      must(create(in, c, now));
    } else {
      const auto& c = camps.front();
      dl fresh;
      fresh.id = id_of(n, 1);
      fresh.dlma_uuid = *c.dlma;
      fresh.number[0] = std::to_string(n);
      const auto entry = must(create(in, fresh, now)).entry;
      const auto setup = make_call_setup(c, must(get<plan>(in, *c.plan)), must(get<destination>(in, *c.dest)),
                                         must(get<dlma>(in, *c.dlma)));
      const auto call = id_of(n, 2);
      must(begin_dialing(in, {call, id_of(n, 3), setup, entry.id, 0, "pbx"}, now));
      if (n % 2 == 0)
        must(end_dialing(in, call, {}, now));
      if (n % 7 == 0)
        must(remove_entry(in, entry.id, true, now));
    }
    must(put_snapshot(in, "number", std::to_string(n)));
    must(in.commit());
    if (::write(pipe, &n, sizeof n) != sizeof n)
      ::_exit(3);
  }
}

TEST(crash, every_acknowledged_commit_is_there_after_kill_9) {
  const char* more = std::getenv("RINGMASTER_CRASHES");
  const int rounds = more ? std::atoi(more) : 40;
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random{seed};
  scratch_folder t;
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < rounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const auto child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      try {
        write_until_killed(t.path() / "data", ends[1], acknowledged + 1);
      } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        ::_exit(4);
      }
    }
    ASSERT_GT(child, 0);
    ::close(ends[1]);
    // The moment of the kill is the point of the test: some µs to some ms after some acknowledgement.
    const auto enough = acknowledged + random() % 12;
    std::uint64_t n = 0;
    while (acknowledged < enough && ::read(ends[0], &n, sizeof n) == sizeof n)
      acknowledged = n;
    ::usleep(static_cast<useconds_t>(random() % 3'000));
    ::kill(child, SIGKILL);
    while (::read(ends[0], &n, sizeof n) == sizeof n)
      acknowledged = n;
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << WEXITSTATUS(status);

    const auto db = open_in(t.path() / "data");
    const auto in = must(db.read());
    const auto kept = must(get_snapshot(in, "number"));
    const auto last = kept ? std::stoull(*kept) : 0;
    ASSERT_GE(last, acknowledged) << "round " << round;
    ASSERT_LE(last, acknowledged + 1) << "round " << round; // one may be on disk and not yet be said
    const auto problems = must(check_consistency(in));
    ASSERT_TRUE(problems.empty()) << "round " << round << ": " << problems.front();
    acknowledged = last;
  }
  EXPECT_GT(acknowledged, 0u);
}

} // namespace
} // namespace ringmaster::storage
