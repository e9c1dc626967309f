// SPDX-License-Identifier: Apache-2.0
#include "actors/campaign_setup.hpp"

#include "actors/core/campaign_state.hpp"
#include "actors/core/dial_list.hpp"
#include "actors/core/explain.hpp"
#include "actors/core/originate.hpp"
#include "actors/core/plan_pacing.hpp"
#include "actors/engine.hpp"
#include "actors/log.hpp"
#include "storage/outbound.hpp"

#include <algorithm>
#include <utility>

namespace ringmaster {
namespace {

template <class T>
std::optional<T> referred(const storage::txn& txn, const maybe_uuid& id) {
  if (!id)
    return std::nullopt;
  auto found = storage::get<T>(txn, *id);
  return found ? std::optional<T>{std::move(*found)} : std::nullopt;
}

/// Whether a campaign by `how` would find anything to dial in `list`, at once or later. Reads the whole list, a
/// million entries in about 0.1 s: asked once, when the campaign before has ended.
result<bool> has_entries_left(const storage::txn& txn, const plan& how, const dlma& list, time_point date) {
  const auto policy = core::dial_policy::from(how);
  bool any = false;
  const auto seen = storage::for_each_entry(txn, list.id, [&](const dial_entry& e) {
    const auto state = core::dial_list::explain(e, policy, false, date).state;
    any = state == core::entry_state::ready || state == core::entry_state::cooling || state == core::entry_state::dialing;
    return !any;
  });
  if (!seen)
    return seen.error();
  return any;
}

std::optional<core::schedule> schedule_of(campaign c, const std::string& timezone, const zone_rules& zones) {
  if (!c.sc_timezone || c.sc_timezone->empty())
    c.sc_timezone = timezone;
  auto compiled = core::schedule::compile(c, zones);
  if (compiled)
    return std::move(*compiled);
  log_error("event=schedule_unusable campaign={} reason={}", to_string(c.id),
                compiled.error().message);
  return std::nullopt;
}

} // namespace

std::optional<error> campaign_setup::read(const storage::environment& env, const uuid& id, const std::string& timezone,
                                          const zone_rules& zones) {
  const auto txn = env.read();
  if (!txn)
    return txn.error();
  calls.reset();
  auto found = storage::get<campaign>(*txn, id);
  if (!found) {
    camp.reset();
    if (auto left = storage::get_deleted_campaign(*txn, id))
      gone = std::move(*left);
    return std::nullopt;
  }
  camp = std::move(*found);
  how = referred<plan>(*txn, camp->plan);
  list = referred<dlma>(*txn, camp->dlma);
  dest = referred<destination>(*txn, camp->dest);
  use_zones(timezone, zones);
  queue = dest ? agent_queue(*dest) : std::string{};
  trunk = how ? core::trunk_of(*how) : std::string{};
  not_writable.reset();
  ++version;
  if (how && list && dest) {
    calls = storage::make_call_setup(*camp, *how, *dest, *list);
    not_writable = core::cannot_be_written(*how, *dest, calls->vars);
  }
  return std::nullopt;
}

void campaign_setup::use_zones(const std::string& timezone, const zone_rules& zones) {
  if (camp)
    schedule = schedule_of(*camp, timezone, zones);
}

std::int64_t campaign_setup::today(time_point date) const {
  return schedule ? schedule->date_number(date) : core::schedule{}.date_number(date);
}

bool campaign_setup::treats_abandoned_calls() const {
  return !queue.empty() && how && core::treats_abandoned_calls(*how);
}

core::campaign_needs campaign_setup::needs() const {
  const bool treats = treats_abandoned_calls();
  return {!queue.empty(), treats, treats && core::abandon_place(*how).has_value()};
}

void start_by_itself(storage::write_txn& txn, const uuid& id, changes& told, time_point date) {
  const auto next = storage::get<campaign>(txn, id);
  if (!next)
    return;
  const auto its_plan = referred<plan>(txn, next->plan);
  const auto its_list = referred<dlma>(txn, next->dlma);
  const auto its_dest = referred<destination>(txn, next->dest);
  const auto missing = core::cannot_start(*next, its_plan ? &*its_plan : nullptr,
                                          its_list ? &*its_list : nullptr, its_dest ? &*its_dest : nullptr);
  if (missing)
    return log_warn("event=campaign_not_started campaign={} reason={}", to_string(id),
                        missing->message);
  // It would end at once and start the next one, itself perhaps, and so on for ever. One that waits for
  // entries (dl_end_handle 0) does not end.
  if (its_plan->dl_end_handle != 0)
    if (const auto left = has_entries_left(txn, *its_plan, *its_list, date); !left || !*left)
      return log_info("event=campaign_not_started campaign={} reason={}", to_string(id),
                          left ? "its list has nothing left to dial" : left.error().message);
  const auto step = core::request_status({static_cast<campaign_status>(next->status)}, 1, 0);
  if (step && step->changed && storage::set_campaign_status(txn, id, step->state.status, date))
    told.campaigns.push_back(id);
}

} // namespace ringmaster
