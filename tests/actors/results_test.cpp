// The result file after crashes: the actor over a real database and a real file, run step by step.
#include "actors/results.hpp"

#include "tests/storage/database.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <fstream>
#include <iterator>
#include <memory>

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
    store_ = system_->spawn([this](caf::event_based_actor*) {
      return caf::behavior{[this](const store_operation_ptr& what) {
        write([&](write_txn& in) { what->run(in); });
        what->done(std::nullopt);
      }};
    });
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
    for (const auto& line : must(pending_lines(view, 10)))
      lines_.push_back(line.line + "\n");
  }
  ~results_test() override {
    for (const auto& actor : {results_, store_})
      if (actor)
        caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    run();
    results_ = store_ = nullptr;
    shared_.reset();
    system_.reset();
  }
  void run() { static_cast<caf::scheduler::test_coordinator&>(system_->scheduler()).run(); }

  /// What the file has when the daemon starts with it, and has written all that waited.
  std::string after_a_start_with(const std::string& content) {
    std::ofstream{file_, std::ios::binary} << content;
    results_ = system_->spawn(results_actor, file_, shared_.get());
    run();
    EXPECT_TRUE(must(pending_lines(must(db.read()), 10)).empty());
    std::ifstream in{file_, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<engine_shared> shared_;
  caf::actor store_, results_;
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

} // namespace
} // namespace ringmaster
