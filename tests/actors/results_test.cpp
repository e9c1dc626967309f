// SPDX-License-Identifier: Apache-2.0
// The result file after crashes: the actor over a real database and a real file, run step by step.
#include "actors/results.hpp"
#include "storage/outbox.hpp"

#include "tests/manual_clock.hpp"
#include "tests/storage/database.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

namespace ringmaster {
namespace {

using namespace storage;

class results_test : public database_test {
protected:
  results_test() {
    config_.set("scheduler.policy", caf::atom("testing"));
    system_ = std::make_unique<caf::actor_system>(config_);
    shared_ = std::make_unique<engine_shared>();
    shared_->env = &db;
    store_ = store_handle{system_->spawn([this](caf::event_based_actor*) {
      return caf::behavior{[this](const store_operation_ptr& what) {
        write([&](write_txn& in) { what->run(in); });
        what->done(std::nullopt);
      }};
    })};
    shared_->store = store_;
    const auto s = make_scene(3);
    for (const auto& entry : s.entries) {
      const auto call = call_to(s, entry.id);
      write([&](write_txn& in) {
        must(begin_dialing(in, call, at_second(1)));
        must(end_dialing(in, call.id, {dialing_status::hangup, "PJSIP/300-1", 4, "Remote end has answered", 16, "Normal Clearing"},
                         at_second(2)));
      });
    }
    const auto view = must(db.read());
    for (const auto& line : must(outbox::of_results().read(view, 10)))
      lines_.push_back(line.text + "\n");
  }
  ~results_test() override {
    for (const auto& actor : {results_.actor(), store_.actor()})
      if (actor)
        caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    run();
    results_ = nullptr;
    store_ = nullptr;
    shared_.reset();
    system_.reset();
  }
  void run() { static_cast<caf::scheduler::test_coordinator&>(system_->scheduler()).run(); }

  /// What the file has when the daemon starts with it, and has written all that waited.
  std::string after_a_start_with(const std::string& content) {
    std::ofstream{file_, std::ios::binary} << content;
    results_ = results_handle{system_->spawn(results_actor, file_, shared_.get())};
    run();
    EXPECT_TRUE(must(outbox::of_results().read(must(db.read()), 10)).empty());
    std::ifstream in{file_, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<engine_shared> shared_;
  store_handle store_;
  results_handle results_;
  std::filesystem::path file_{folder.path() / "results.json"};
  std::vector<std::string> lines_; ///< of three calls that have ended
};

TEST_F(results_test, has_each_line_once_where_a_crash_left_whole_ones) {
  EXPECT_EQ(after_a_start_with(lines_[0] + lines_[1]), lines_[0] + lines_[1] + lines_[2]);
}

TEST_F(results_test, has_no_half_line_that_lacks_its_end_alone) {
  EXPECT_EQ(after_a_start_with(lines_[0] + lines_[1].substr(0, lines_[1].size() - 1)), lines_[0] + lines_[1] + lines_[2]);
}
TEST_F(results_test, has_no_half_line_that_ends_within_the_uuid) {
  EXPECT_EQ(after_a_start_with(lines_[0] + lines_[1].substr(0, 20)), lines_[0] + lines_[1] + lines_[2]);
}
TEST_F(results_test, has_no_half_line_of_a_single_byte) {
  EXPECT_EQ(after_a_start_with(lines_[0].substr(0, 1)), lines_[0] + lines_[1] + lines_[2]);
}

TEST_F(results_test, keeps_half_a_line_that_is_not_ours_and_ends_it) {
  EXPECT_EQ(after_a_start_with("# written by hand"), "# written by hand\n" + lines_[0] + lines_[1] + lines_[2]);
}

TEST_F(results_test, waits_for_no_reader_of_a_fifo_and_loses_no_line_to_one) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  results_ = results_handle{system_->spawn(results_actor, file_, shared_.get())};
  run();
  EXPECT_EQ(must(outbox::of_results().read(must(db.read()), 10)).size(), 3u);
  const int reader = ::open(file_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); // a daemon that looked then would have written
  results_.end();
  results_ = results_handle{system_->spawn(results_actor, file_, shared_.get())};
  run();
  ::close(reader);
  EXPECT_EQ(must(outbox::of_results().read(must(db.read()), 10)).size(), 3u);
  results_.end();
  std::filesystem::remove(file_);
  EXPECT_EQ(after_a_start_with(""), lines_[0] + lines_[1] + lines_[2]);
}

// Each end of a call asks for its line. A file that cannot be written must not make each of them a second that asks for ever.
TEST_F(results_test, tries_a_file_that_cannot_be_written_once_a_second_and_says_so_once_a_minute) {
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  manual_clock time{time_point{std::chrono::hours{1}}};
  shared_->time = &time;
  std::filesystem::create_directory(file_);
  results_ = results_handle{system_->spawn(results_actor, file_, shared_.get())};
  run();
  for (int i = 0; i < 99; ++i) {
    results_.tell(drain_outbox{});
    run();
  }
  for (int i = 0; i < 60; ++i) {
    time.pass(std::chrono::seconds{1});
    static_cast<caf::scheduler::test_coordinator&>(system_->scheduler()).advance_time(std::chrono::seconds{1});
    run();
  }
  spdlog::set_default_logger(before);
  std::vector<std::string> told;
  std::istringstream lines{log.str()};
  for (std::string line; std::getline(lines, line);)
    told.push_back(line.substr(line.find("event=")));
  const auto complaint = "event=result_file_unwritable file=" + file_.string() + " reason=\"Is a directory\" tries=";
  EXPECT_EQ(told, (std::vector<std::string>{complaint + "1 lines=kept", complaint + "159 lines=kept"}));
  EXPECT_FALSE(shared_->live.result_file.get()->works);
}

} // namespace
} // namespace ringmaster
