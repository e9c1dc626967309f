// SPDX-License-Identifier: Apache-2.0
// Rehearsals over REST: a simulation of a campaign before and after a change.
#include "tests/http/daemon_fixture.hpp"

#include <thread>

namespace ringmaster::tests {
namespace {

class outbound_rehearsal : public daemon_test {
protected:
  void SetUp() override {
    daemon_test::SetUp();
    plan_ = make("/ob/plans", R"({"dial_mode":1,"pacing_method":"progressive"})");
    campaign_ = make("/ob/campaigns", R"({"plan":")" + plan_ + "\"}");
  }
  [[nodiscard]] std::string path() const { return "/ob/campaigns/" + campaign_ + "/rehearsal"; }
  reply wait_for(const std::string& id, std::string_view status) {
    for (int i = 0; i < 6000; ++i) {
      auto said = get(path() + "/" + id);
      if (said.at("/result/status") == status || said.status() != 200)
        return said;
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    ADD_FAILURE() << "the rehearsal did not become " << status;
    return {};
  }

  std::string plan_, campaign_;
};

TEST_F(outbound_rehearsal, answers_with_both_outcomes) {
  const auto begun = post(path(), R"({"agents":5,"hours":1,"seeds":1,"answer_rate":0.4,)"
                                  R"("proposed":{"pacing_method":"ratio","max_calls_per_agent":4}})");
  ASSERT_EQ(begun.status(), 200u) << begun.text;
  EXPECT_EQ(begun.at("/result/settings/call_centre/agents/value"), "5");
  EXPECT_EQ(begun.at("/result/settings/call_centre/agents/from"), "request");
  EXPECT_EQ(begun.at("/result/settings/call_centre/talk_seconds/from"), "standard");
  EXPECT_EQ(begun.at("/result/settings/now/pacing_method"), "progressive");
  EXPECT_EQ(begun.at("/result/settings/proposed/pacing_method"), "ratio");
  const auto done = wait_for(begun.at("/result/id"), "done");
  EXPECT_EQ(done.at("/result/progress"), "1");
  EXPECT_EQ(std::stod(done.at("/result/now/abandoned_share")), 0);
  EXPECT_GT(std::stod(done.at("/result/proposed/abandoned_share")), 0);
  EXPECT_GT(std::stod(done.at("/result/proposed/busy_share")), std::stod(done.at("/result/now/busy_share")));
  // The plan itself is as it was.
  EXPECT_EQ(get("/ob/plans/" + plan_).at("/result/pacing_method"), "progressive");
}

TEST_F(outbound_rehearsal, can_be_ended) {
  const auto begun = post(path(), R"({"agents":200,"hours":1000,"seeds":20})");
  const auto waits = post(path(), R"({"hours":1})");
  ASSERT_EQ(begun.status(), 200u) << begun.text;
  const auto id = begun.at("/result/id");
  EXPECT_EQ(wait_for(id, "running").at("/result/now"), "null");
  EXPECT_EQ(del(path() + "/" + waits.at("/result/id")).at("/result/status"), "cancelled");
  EXPECT_EQ(del(path() + "/" + id).status(), 200u);
  EXPECT_EQ(wait_for(id, "cancelled").at("/result/status"), "cancelled");
}

TEST_F(outbound_rehearsal, refuses_with_the_field_and_the_reason) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"agents":0})", "agents"},
      {R"({"answer_rate":0})", "answer_rate"},
      {R"({"hours":-1})", "hours"},
      {R"({"seeds":1.5})", "seeds"},
      {R"({"talk_seconds":"long"})", "talk_seconds"},
      {R"({"agent":5})", "agent"},
      {R"({"proposed":{"abandon_limit":1}})", "proposed.abandon_limit"},
      {R"({"proposed":{"pacing_method":"guess"}})", "proposed.pacing_method"},
      {R"({"proposed":{},"proposed":{}})", "proposed"},
  };
  for (const auto& [body, field] : wrong) {
    const auto said = post(path(), body);
    EXPECT_EQ(said.status(), 400u) << body;
    EXPECT_EQ(said.at("/error/field"), field) << body << said.text;
  }
  EXPECT_EQ(post(path(), "[]").status(), 400u);
  EXPECT_EQ(post("/ob/campaigns/" + std::string{unknown_id} + "/rehearsal", "{}").status(), 404u);
  EXPECT_EQ(get(path() + "/" + std::string{unknown_id}).status(), 404u);
  const auto without_plan = make("/ob/campaigns");
  EXPECT_EQ(post("/ob/campaigns/" + without_plan + "/rehearsal", "{}").status(), 400u);
}

TEST_F(outbound_rehearsal, lets_only_so_many_wait) {
  unsigned last = 200;
  int begun = 0;
  for (; begun < 20 && last == 200; ++begun)
    last = post(path(), R"({"agents":200,"hours":1000,"seeds":20})").status();
  EXPECT_EQ(last, 503u);
  EXPECT_EQ(begun, 9);
}

} // namespace
} // namespace ringmaster::tests
