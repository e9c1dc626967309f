// SPDX-License-Identifier: Apache-2.0
#include "actors/campaign_pacing.hpp"

#include "actors/core/pacing/resting.hpp"
#include "actors/core/plan_pacing.hpp"
#include "actors/log.hpp"
#include "protocol/fields.hpp"
#include "storage/abandonment.hpp"
#include "storage/snapshot.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace ringmaster {
namespace {

std::string estimates_name(const uuid& id, std::string_view method) {
  return std::string{"pacing/"}.append(method).append("/").append(to_string(id));
}

void add(core::availability& sum, const core::availability& one) {
  sum.available += one.available;
  sum.soon += one.soon;
  sum.ringing += one.ringing;
  sum.on_call += one.on_call;
  sum.wrap_up += one.wrap_up;
  sum.paused += one.paused;
  sum.unavailable += one.unavailable;
  sum.waiting += one.waiting;
}

} // namespace

campaign_pacing::campaign_pacing(const uuid& id, engine_shared& shared, campaign_handle who)
    : id_{id}, shared_{shared}, method_{std::make_unique<core::available_pacing>(core::pacing_options{})},
      campaign_{shared.agents.join(std::move(who))}, working_(shared.pbx_names.size()) {
  read_days();
}

campaign_pacing::~campaign_pacing() {
  shared_.agents.leave(campaign_);
  if (!group_.empty())
    shared_.groups.leave(group_, id_);
}

bool campaign_pacing::use(const plan& settings, time_point now) {
  // Most that a campaign is read again for is none of its pacing's business, and what rests is not woken for that.
  auto record = to_record(settings, plan_fields);
  if (name_ && record == plan_)
    return false;
  plan_ = std::move(record);
  if (auto group = settings.abandon_group.value_or(""); group != group_) {
    if (!group_.empty())
      shared_.groups.leave(group_, id_);
    group_ = std::move(group);
    if (!group_.empty())
      shared_.groups.put(group_, id_, days_);
  }
  auto options = core::pacing_options_of(settings);
  if (const auto wrong = core::validate(options)) { // a database may have been edited
    log_error("event=pacing_unusable campaign={} reason={}", to_string(id_), wrong->message);
    options = {};
  }
  std::string name{core::pacing_method_of(settings)};
  if (name == name_) {
    wake(now); // what follows from the options is the method's to say
    method_->set_options(options);
    return false;
  }
  auto made = core::make_pacing(name, options);
  if (!made) {
    log_error("event=pacing_unusable campaign={} reason={}", to_string(id_), made.error().message);
    return false;
  }
  keep(now);
  name_ = std::move(name);
  method_ = std::move(*made);
  rests_ = false;
  used_.reset();
  kept_.reset();
  unwritten_.reset();
  agents_told_.clear();
  restore(now);
  return true;
}

void campaign_pacing::rest(time_point now) {
  if (rests_ || !name_ || method_->calls().in_flight() > 0 || (used_ && now < *used_ + method_linger))
    return;
  if (used_)
    keep(now);
  else if (method_->save(now).empty()) // it has nothing to learn, and is small
    return;
  method_ = std::make_unique<core::resting_pacing>(*method_, now);
  rests_ = true;
  used_.reset();
  agents_told_.clear();
}

void campaign_pacing::wake(time_point now) {
  if (!rests_)
    return;
  auto made = core::make_pacing(name_, method_->options());
  if (!made) // which its options were not, when it was first made
    return log_error("event=pacing_unusable campaign={} reason={}", to_string(id_), made.error().message);
  const auto budget = method_->ledger();
  method_ = std::move(*made);
  rests_ = false;
  agents_told_.clear();
  restore(now);
  method_->ledger(budget, now);
}

core::pool_index campaign_pacing::pool_of(std::string_view pbx) const noexcept {
  const auto& names = shared_.pbx_names;
  return static_cast<core::pool_index>(std::find(names.begin(), names.end(), pbx) - names.begin());
}

void campaign_pacing::serve(const std::string& queue, const core::agent_ledger::terms& on) {
  const auto servers = queue.empty() ? 0 : shared_.pbx_names.size();
  if (queue != queue_ || queues_.size() != servers)
    agents_told_.clear();
  queue_ = queue;
  shared_.agents.with([&](core::agent_ledger& ledger) {
    queues_.clear();
    for (std::size_t i = 0; i < servers; ++i)
      queues_.push_back(ledger.queue(i, queue));
    ledger.campaign_is(campaign_, queues_, on);
  });
}

bool campaign_pacing::hears(std::size_t server) const {
  const auto& name = shared_.pbx_names[server];
  const auto pbx = shared_.live.pbxs.find(name);
  const auto seen = shared_.live.queues.find(queue_key(name, queue_));
  return pbx && pbx->connected && seen && seen->known;
}

void campaign_pacing::look_at_agents(time_point now) {
  if (queue_.empty()) {
    core::availability any;
    any.unlimited = true;
    agents_told_.clear();
    if (!method_->agents().unlimited)
      method_->agents(any, now);
    agents_ = any;
    return;
  }
  // The method is told of agents when the lock is let go: there may be many.
  core::availability sum;
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    const bool heard = hears(i);
    shared_.agents.with([&](core::agent_ledger& ledger) {
      ledger.answer_rate_is(campaign_, method_->learned_answer_rate());
      ledger.look(campaign_, queues_[i], method_->learned_answer_rate(), now, seen_);
    });
    tell_view(i, seen_, heard, now);
    add(sum, heard ? seen_.counts : core::availability{});
    sum.others_calls += seen_.load.others_calls;
  }
  agents_ = sum;
}

void campaign_pacing::look_at_agents(core::agent_ledger& ledger, time_point now) {
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    ledger.look(campaign_, queues_[i], method_->learned_answer_rate(), now, seen_);
    tell_view(i, seen_, hears(i), now);
  }
}

void campaign_pacing::tell_view(std::size_t server, const core::agent_ledger::view& seen, bool heard, time_point now) {
  const bool all_anew = agents_told_.size() != queues_.size();
  agents_told_.resize(queues_.size());
  const auto members = heard ? seen.agents : nullptr;
  if (all_anew || members != agents_told_[server]) {
    method_->agents_are(members ? std::span<const core::agent_status>{*members} : std::span<const core::agent_status>{}, now,
                        server);
    agents_told_[server] = members;
  }
  auto load = seen.load;
  if (!heard)
    load.waiting = 0;
  method_->queue(load, now, server);
  method_->others_by_age(seen.others, now, server);
  working_[server] = heard ? seen.counts.working() : 0;
}

std::vector<std::string> campaign_pacing::absent(time_point now) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    std::vector<core::agent_key> keys;
    shared_.agents.with([&](core::agent_ledger& ledger) {
      if (!ledger.doubts_anybody())
        return;
      if (const auto members = ledger.members(queues_[i], now))
        for (const auto& agent : *members)
          if (core::seems_absent(agent, ledger.unanswered(agent.agent)))
            keys.push_back(agent.agent);
    });
    if (keys.empty())
      continue;
    const auto seen = shared_.live.queues.find(queue_key(shared_.pbx_names[i], queue_));
    if (seen && seen->who)
      for (const auto& who : *seen->who)
        if (std::find(keys.begin(), keys.end(), who.agent) != keys.end())
          names.push_back(who.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::int64_t campaign_pacing::left_to_us(time_point now) {
  if (queue_.empty())
    return 0;
  const auto granted = shared_.agents.with([&](core::agent_ledger& ledger) { return ledger.granted(campaign_, now); });
  return granted.calls > 0 ? method_->calls_on_turn(granted, now) : 0;
}

std::int64_t campaign_pacing::turn(std::int64_t calls, bool able, time_point now) {
  if (queue_.empty())
    return able ? calls : 0;
  if (!able && !std::exchange(wants_, able))
    return 0;
  wants_ = able;
  std::vector<core::agent_ledger::campaign_index> next;
  const auto ours = shared_.agents.with([&](core::agent_ledger& ledger) {
    ledger.wants(campaign_, able, now);
    if (calls <= 0 || !able) {
      ledger.pass(campaign_, now, next);
      return std::int64_t{0};
    }
    return turn(ledger, calls, now, next);
  });
  shared_.agents.wake(next);
  return ours;
}

std::int64_t campaign_pacing::turn(core::agent_ledger& ledger, std::int64_t calls, time_point now,
                                   std::vector<core::agent_ledger::campaign_index>& next) {
  if (calls <= 0 || !ledger.has_rivals(campaign_, now)) // whom to leave calls to
    return calls;
  return ledger.turn(campaign_, method_->offer(calls, now), now, &next);
}

// --- a call's life

void campaign_pacing::begun(core::agent_ledger& ledger, const uuid& id, call_claim& claim, const std::string& pbx,
                            const core::call_features& features, time_point now) {
  const auto server = pool_of(pbx);
  used_ = now;
  method_->begun(id, features, now, server);
  if (server < queues_.size())
    claim = ledger.begun(campaign_, queues_[server], now);
}

void campaign_pacing::begun(const uuid& id, call_claim& claim, const std::string& pbx, const core::call_features& features,
                            time_point now) {
  shared_.agents.with([&](core::agent_ledger& ledger) { begun(ledger, id, claim, pbx, features, now); });
}

void campaign_pacing::answered(const uuid& id, call_claim& claim, time_point now) {
  method_->answered(id, now);
  shared_.agents.with([&](core::agent_ledger& ledger) { ledger.answered(claim); });
}

void campaign_pacing::handed_to_agent(const uuid& id, call_claim& claim, time_point now) {
  method_->handed_to_agent(id, now);
  shared_.agents.with([&](core::agent_ledger& ledger) { ledger.handed(claim, now); });
}

void campaign_pacing::abandoned(const uuid& id, call_claim& claim, time_point now) {
  method_->abandoned(id, now);
  shared_.agents.with([&](core::agent_ledger& ledger) { ledger.ended(claim); });
}

void campaign_pacing::ended(const uuid& id, call_claim& claim, time_point now) {
  used_ = now;
  method_->ended(id, now);
  shared_.agents.with([&](core::agent_ledger& ledger) { ledger.ended(claim); });
}

void campaign_pacing::unseen(const uuid& id, call_claim& claim, time_point now) {
  method_->unseen(id, now);
  shared_.agents.with([&](core::agent_ledger& ledger) { ledger.ended(claim); }); // the agent's own news has him talking
}

void campaign_pacing::lost(const uuid& id, call_claim& claim, time_point now) {
  method_->lost(id, now);
  shared_.agents.with([&](core::agent_ledger& ledger) { ledger.ended(claim); });
}

void campaign_pacing::given_up(call_claim& claim) {
  shared_.agents.with([&](core::agent_ledger& ledger) { ledger.given_up(claim); });
}

void campaign_pacing::add_answer(std::int64_t day, bool abandoned) {
  days_.add(day, 1, abandoned ? 1 : 0);
  shown_days_.reset();
  if (!group_.empty())
    shared_.groups.add(group_, id_, day, abandoned);
}

void campaign_pacing::follow_group(std::int64_t today, time_point now) {
  if (!group_.empty() && shared_.groups.version(group_) != group_version_)
    tell_ledger(today, now);
}

void campaign_pacing::tell_ledger(std::int64_t today, time_point now) {
  const auto window = method_->options().window_days;
  auto sum = days_.totals(today, window);
  if (!group_.empty()) {
    group_version_ = shared_.groups.version(group_);
    const auto theirs = shared_.groups.others(group_, id_, today, window);
    sum.window_answers += theirs.window_answers;
    sum.window_abandons += theirs.window_abandons;
    sum.day_answers += theirs.day_answers;
    sum.day_abandons += theirs.day_abandons;
  }
  if (sum != method_->ledger())
    method_->ledger(sum, now);
}

void campaign_pacing::read_days() {
  auto txn = shared_.env->read();
  if (!txn)
    return;
  const auto days = storage::answers_by_day(*txn, id_);
  if (!days)
    return log_error("event=answers_unreadable campaign={} reason={}", to_string(id_),
                         days.error().message);
  for (const auto& day : *days)
    days_.add(day.day, day.answers, day.abandons);
}

void campaign_pacing::restore(time_point now) {
  if (const auto bytes = unwritten_.lock())
    return restore(*bytes, now);
  auto txn = shared_.env->read();
  if (!txn)
    return;
  const auto kept = storage::get_snapshot(*txn, estimates_name(id_, *name_));
  if (kept && *kept)
    restore(**kept, now);
}

void campaign_pacing::restore(std::string_view bytes, time_point now) {
  if (const auto wrong = method_->restore(bytes, now))
    log_warn("event=estimates_refused campaign={} method={} reason={}", to_string(id_), *name_,
                 wrong->message);
}

void campaign_pacing::keep(time_point now) {
  if (!name_ || !used_)
    return;
  auto bytes = std::make_shared<const std::string>(method_->save(now));
  const auto hash = std::hash<std::string>{}(*bytes);
  if (bytes->empty() || hash == kept_)
    return;
  kept_ = hash;
  unwritten_ = bytes;
  shared_.write([name = estimates_name(id_, *name_), bytes](
                    storage::write_txn& txn) { (void)storage::put_snapshot(txn, name, *bytes); },
                [](const std::optional<error>&) {});
}

std::shared_ptr<const live_pacing> campaign_pacing::shown(std::string treatment, time_point now) const {
  auto view = method_->view(now);
  for (auto& decision : view.last_decisions)
    decision.at = shared_.time->date_of(decision.at);
  return std::make_shared<const live_pacing>(
      live_pacing{std::move(view), method_->options(), group_, std::move(treatment)});
}

std::shared_ptr<const core::abandon_days> campaign_pacing::shown_days() {
  if (!shown_days_)
    shown_days_ = std::make_shared<const core::abandon_days>(days_);
  return shown_days_;
}

} // namespace ringmaster
