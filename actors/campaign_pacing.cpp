#include "actors/campaign_pacing.hpp"

#include "actors/core/plan_pacing.hpp"
#include "storage/abandonment.hpp"
#include "storage/snapshot.hpp"

#include <spdlog/spdlog.h>

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

campaign_pacing::campaign_pacing(const uuid& id, engine_shared& shared)
    : id_{id}, shared_{shared}, method_{std::make_unique<core::available_pacing>(core::pacing_options{})} {
  read_days();
}

bool campaign_pacing::use(const plan& settings, time_point now) {
  group_ = settings.abandon_group.value_or("");
  auto options = core::pacing_options_of(settings);
  if (const auto wrong = core::validate(options)) { // a database may have been edited
    spdlog::error("event=pacing_unusable campaign={} reason=\"{}\"", to_string(id_), wrong->message);
    options = {};
  }
  std::string name{core::pacing_method_of(settings)};
  if (name == name_) {
    method_->set_options(options);
    return false;
  }
  auto made = core::make_pacing(name, options);
  if (!made) {
    spdlog::error("event=pacing_unusable campaign={} reason=\"{}\"", to_string(id_), made.error().message);
    return false;
  }
  keep(now);
  name_ = std::move(name);
  method_ = std::move(*made);
  agents_told_.clear();
  restore(now);
  return true;
}

void campaign_pacing::look_at_agents(const std::string& queue, time_point now) {
  queue_known_ = queue.empty();
  core::availability sum;
  if (queue.empty()) {
    sum.unlimited = true;
    agents_told_.clear();
    if (!method_->agents().unlimited)
      method_->agents(sum, now);
    agents_ = sum;
    return;
  }
  std::vector<members_pointer> told;
  for (const auto& name : shared_.pbx_names) {
    const auto pbx = shared_.live.pbxs.find(name);
    const auto seen = shared_.live.queues.find(queue_key(name, queue));
    const bool heard = pbx && pbx->connected && seen && seen->known;
    told.push_back(heard ? seen->members : nullptr);
    if (!heard)
      continue;
    queue_known_ = true;
    add(sum, seen->agents);
  }
  if (told != agents_told_) {
    std::vector<core::agent_status> all;
    for (const auto& members : told)
      if (members)
        all.insert(all.end(), members->begin(), members->end());
    method_->agents_are(all, now);
    agents_told_ = std::move(told);
  }
  sum.others_calls = others_calls_;
  method_->queue({sum.waiting, others_calls_}, now);
  agents_ = sum;
}

void campaign_pacing::look_at_others(const std::string& queue, time_point now) {
  if (queue.empty())
    return;
  others_calls_ = 0;
  core::calls_by_age ages{};
  for (const auto& other : shared_.live.campaigns.all()) {
    if (other->id == id_ || other->queue != queue)
      continue;
    others_calls_ += static_cast<std::int64_t>(other->outstanding);
    for (std::size_t i = 0; i < ages.size(); ++i)
      ages[i] += other->in_flight_by_age[i];
  }
  method_->others_by_age(ages, now);
}

void campaign_pacing::add_answer(std::int64_t day, bool abandoned) {
  days_.add(day, 1, abandoned ? 1 : 0);
  shown_days_.reset();
}

void campaign_pacing::tell_ledger(std::int64_t today, time_point now) {
  const auto window = method_->options().window_days;
  auto sum = days_.totals(today, window);
  if (!group_.empty())
    for (const auto& other : shared_.live.campaigns.all()) {
      if (other->id == id_ || !other->pacing || other->pacing->group != group_ || !other->answer_days)
        continue;
      const auto theirs = other->answer_days->totals(today, window);
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
    return spdlog::error("event=answers_unreadable campaign={} reason=\"{}\"", to_string(id_),
                         days.error().message);
  for (const auto& day : *days)
    days_.add(day.day, day.answers, day.abandons);
}

void campaign_pacing::restore(time_point now) {
  auto txn = shared_.env->read();
  if (!txn)
    return;
  const auto kept = storage::get_snapshot(*txn, estimates_name(id_, *name_));
  if (!kept || !*kept)
    return;
  if (const auto wrong = method_->restore(**kept, now))
    spdlog::warn("event=estimates_refused campaign={} method={} reason=\"{}\"", to_string(id_), *name_,
                 wrong->message);
}

void campaign_pacing::keep(time_point now) {
  auto bytes = method_->save(now);
  if (!name_ || bytes.empty() || bytes == kept_)
    return;
  kept_ = bytes;
  shared_.write([name = estimates_name(id_, *name_), bytes = std::move(bytes)](
                    storage::write_txn& txn) { (void)storage::put_snapshot(txn, name, bytes); },
                [](const std::optional<error>&) {});
}

std::shared_ptr<const live_pacing> campaign_pacing::shown(std::string treatment, time_point now) const {
  return std::make_shared<const live_pacing>(
      live_pacing{method_->view(now), method_->options(), group_, std::move(treatment)});
}

std::shared_ptr<const core::abandon_days> campaign_pacing::shown_days() {
  if (!shown_days_)
    shown_days_ = std::make_shared<const core::abandon_days>(days_);
  return shown_days_;
}

} // namespace ringmaster
