#include "actors/campaign_pacing.hpp"

#include "actors/core/plan_pacing.hpp"
#include "storage/abandonment.hpp"
#include "storage/snapshot.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
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
    : id_{id}, shared_{shared}, method_{std::make_unique<core::available_pacing>(core::pacing_options{})},
      working_(shared.pbx_names.size()), others_calls_(shared.pbx_names.size()) {
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

core::pool_index campaign_pacing::pool_of(std::string_view pbx) const noexcept {
  const auto& names = shared_.pbx_names;
  return static_cast<core::pool_index>(std::find(names.begin(), names.end(), pbx) - names.begin());
}

void campaign_pacing::look_at_agents(const std::string& queue, time_point now) {
  core::availability sum;
  if (queue.empty()) {
    sum.unlimited = true;
    agents_told_.clear();
    if (!method_->agents().unlimited)
      method_->agents(sum, now);
    agents_ = sum;
    return;
  }
  const bool all_anew = agents_told_.size() != shared_.pbx_names.size();
  agents_told_.resize(shared_.pbx_names.size());
  for (std::size_t i = 0; i < shared_.pbx_names.size(); ++i) {
    const auto& name = shared_.pbx_names[i];
    const auto pbx = shared_.live.pbxs.find(name);
    const auto seen = shared_.live.queues.find(queue_key(name, queue));
    const bool heard = pbx && pbx->connected && seen && seen->known;
    const auto here = heard ? seen->agents : core::availability{};
    const auto members = heard ? seen->members : nullptr;
    if (all_anew || members != agents_told_[i]) {
      method_->agents_are(members ? std::span<const core::agent_status>{*members}
                                  : std::span<const core::agent_status>{},
                          now, i);
      agents_told_[i] = members;
    }
    method_->queue({here.waiting, others_calls_[i]}, now, i);
    working_[i] = here.working();
    add(sum, here);
    sum.others_calls += others_calls_[i];
  }
  agents_ = sum;
}

void campaign_pacing::look_at_others(const std::string& queue, time_point now) {
  if (queue.empty())
    return;
  std::vector<core::calls_by_age> ages(others_calls_.size());
  std::fill(others_calls_.begin(), others_calls_.end(), 0);
  for (const auto& other : shared_.live.campaigns.all()) {
    if (other->id == id_ || other->queue != queue || !other->pacing)
      continue;
    const auto& theirs = other->pacing->view.pools;
    for (std::size_t p = 0; p < std::min(theirs.size(), ages.size()); ++p) {
      others_calls_[p] += theirs[p].calls.outstanding();
      for (std::size_t i = 0; i < ages[p].size(); ++i)
        ages[p][i] += theirs[p].in_flight_by_age[i];
    }
  }
  for (std::size_t p = 0; p < ages.size(); ++p)
    method_->others_by_age(ages[p], now, p);
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
