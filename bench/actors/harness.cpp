// SPDX-License-Identifier: Apache-2.0
#include "bench/actors/harness.hpp"

#include "actors/channel.hpp"
#include "actors/pbx.hpp"
#include "actors/queue.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <ctime>
#include <stdexcept>

namespace ringmaster::bench {
namespace {

double clock_seconds(clockid_t which) {
  timespec now{};
  ::clock_gettime(which, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

caf::behavior counting_campaign(caf::event_based_actor*, harness_counts* counts) {
  return {
      [=](const call_milestone&) { counts->milestones.fetch_add(1, std::memory_order_relaxed); },
      [=](const call_finished&) { counts->ended.fetch_add(1, std::memory_order_relaxed); },
      [](const wake&) {},
  };
}

caf::behavior instant_store(caf::event_based_actor*) {
  return {[](const store_operation_ptr& what) { what->done(std::nullopt); }};
}

caf::behavior deaf_results(caf::event_based_actor*) {
  return {[](const drain_outbox&) {}};
}

} // namespace

double harness::seconds() { return clock_seconds(CLOCK_MONOTONIC); }
double cpu_without_me() { return clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - clock_seconds(CLOCK_THREAD_CPUTIME_ID); }
double cpu_of_all() { return clock_seconds(CLOCK_PROCESS_CPUTIME_ID); }
void harness::nap() { std::this_thread::sleep_for(std::chrono::microseconds{50}); }
void harness::too_slow() { throw std::runtime_error{"the engine did not get where it should within 60 s"}; }

harness::harness() : work_{io_.get_executor()}, parsers_{1} {
  io_thread_ = std::thread{[this] { io_.run(); }};
  config_.set("scheduler.max-threads", std::size_t{2});
  config_.set("scheduler.max-throughput", std::size_t{300});
  config_.set("scheduler.policy", caf::atom("sharing")); // as the engine
  system_ = std::make_unique<caf::actor_system>(config_);
  shared_.store = store_handle{system_->spawn(instant_store)};
  shared_.results = results_handle{system_->spawn(deaf_results)};
  campaign_ = campaign_handle{system_->spawn(counting_campaign, &counts_)};
  pbx_options options;
  options.name = "bench";
  options.port = server_.port();
  options.username = "dialer";
  options.secret = "secret";
  options.originate_rate = 1e9;
  options.max_channels = 10'000'000;
  shared_.pbx_names.push_back(options.name);
  shared_.pbxs[options.name] = pbx_handle{system_->spawn(pbx_actor, options, pbx_environment{&io_, &parsers_, &shared_.live})};
  wait_for([&] {
    const auto pbx = shared_.live.pbxs.find("bench");
    return pbx && pbx->connected;
  });
}

harness::~harness() {
  shared_.pbxs.at("bench").end();
  campaign_.end();
  shared_.results.end();
  shared_.store.end();
  shared_.store = nullptr;
  shared_.results = nullptr;
  campaign_ = nullptr;
  shared_.pbxs.clear();
  system_->await_all_actors_done();
  for (const auto& call : shared_.live.dialings.all())
    call.channel().end();
  shared_.live.dialings.clear();
  system_.reset();
  work_.reset();
  io_.stop();
  io_thread_.join();
}

void harness::begin(std::span<const uuid> calls) {
  const auto before = counts_.milestones.load();
  originate_batch batch;
  for (const auto& id : calls) {
    dialing record;
    record.id = record.action_id = id;
    record.pbx = "bench";
    record.status = static_cast<std::int64_t>(dialing_status::none);
    record.dial_timeout = 3'600'000; // nothing of this depends on the speed of the machine
    record.tm_create = wall_clock_now();
    auto channel = channel::begin(*system_, record, campaign_, false, shared_);
    batch.calls.push_back({followed_call{{id, {}, dialing_status::none, *record.tm_create}, channel}, {}});
  }
  shared_.pbxs.at("bench").tell(std::move(batch));
  wait_for([&] { return counts_.milestones.load() - before >= calls.size(); });
}

channel_handle harness::channel(const uuid& call) const {
  const auto found = shared_.live.dialings.find(call);
  return found ? found.channel() : channel_handle{};
}

queue_handle harness::spawn_queue(const std::string& name) {
  return queue_handle{system_->spawn(queue_actor, queue_options{"bench", name}, &shared_.live)};
}

} // namespace ringmaster::bench
