// SPDX-License-Identifier: Apache-2.0
#include "actors/commands/campaign_rules.hpp"

#include "actors/core/campaign_state.hpp"
#include "actors/core/originate.hpp"
#include "actors/core/schedule.hpp"
#include "storage/dialing.hpp"
#include "storage/outbound.hpp"

#include <optional>
#include <type_traits>

namespace ringmaster::commands {

namespace {

/// Nothing for a reference that is unset or leads nowhere: `cannot_start` says what is missing.
template <class T>
result<std::optional<T>> referred(const storage::txn& in, const maybe_uuid& id) {
  if (!id)
    return std::optional<T>{};
  auto found = storage::get<T>(in, *id);
  if (found)
    return std::optional<T>{std::move(*found)};
  if (found.error().code == errc::not_found)
    return std::optional<T>{};
  return found.error();
}

/// What a campaign dials with, as far as it is there.
struct needs {
  std::optional<ringmaster::plan> plan;
  std::optional<dlma> list;
  std::optional<destination> dest;
};
result<needs> needs_of(const storage::txn& in, const campaign& c) {
  auto plan = referred<ringmaster::plan>(in, c.plan);
  if (!plan)
    return plan.error();
  auto list = referred<dlma>(in, c.dlma);
  if (!list)
    return list.error();
  auto dest = referred<destination>(in, c.dest);
  if (!dest)
    return dest.error();
  return needs{std::move(*plan), std::move(*list), std::move(*dest)};
}

template <class T>
const T* pointer(const std::optional<T>& of) {
  return of ? &*of : nullptr;
}

bool is_given(const text& t) noexcept { return t && !t->empty(); }

bool runs(campaign_status s) noexcept {
  switch (s) {
  case campaign_status::started:
  case campaign_status::starting: return true;
  case campaign_status::stopped:
  case campaign_status::paused:
  case campaign_status::stopping:
  case campaign_status::pausing:
  case campaign_status::force_stopping: return false;
  }
  return false;
}

template <class T>
result<T> still_writable(const storage::txn& in, T after, maybe_uuid campaign::*refers) {
  const auto all = storage::referring_campaigns(in, after.id);
  if (!all)
    return all.error();
  for (const auto& c : *all) {
    if (c.*refers != after.id)
      continue;
    auto with = needs_of(in, c);
    if (!with)
      return with.error();
    if constexpr (std::is_same_v<T, plan>)
      with->plan = after;
    else if constexpr (std::is_same_v<T, dlma>)
      with->list = after;
    else
      with->dest = after;
    const auto& [plan, list, dest] = *with;
    if (!plan || !list || !dest)
      continue; // it says so itself
    if (auto wrong = core::early_media_for_agents(*plan, *dest)) {
      wrong->message = "the campaign " + to_string(c.id) + " uses this: " + wrong->message;
      return *wrong;
    }
    if (!runs(static_cast<campaign_status>(c.status)))
      continue;
    if (const auto wrong = core::cannot_be_written(*plan, *dest, merge_variables({&c.vars, &plan->vars, &dest->vars, &list->vars})))
      return error{errc::illegal_state,
                   "no call of the running campaign " + to_string(c.id) + " could be written for Asterisk: " + wrong->message,
                   wrong->field};
  }
  return after;
}

} // namespace

result<plan> settle_plan(const storage::txn& in, plan after) { return still_writable(in, std::move(after), &campaign::plan); }
result<destination> settle_destination(const storage::txn& in, destination after) {
  return still_writable(in, std::move(after), &campaign::dest);
}
result<dlma> settle_dlma(const storage::txn& in, dlma after) { return still_writable(in, std::move(after), &campaign::dlma); }

result<campaign> settle_campaign(const storage::txn& in, const campaign& before, campaign after, const zone_rules& zones) {
  // Also while it is off: nobody should find out about a wrong one by turning it on.
  auto scheduled = after;
  scheduled.sc_mode = 1;
  if (const auto schedule = core::schedule::compile(scheduled, zones); !schedule)
    return schedule.error();
  if (is_given(after.sc_date_start) && is_given(after.sc_date_end) && *after.sc_date_end < *after.sc_date_start) // as text: YYYY-MM-DD
    return invalid_field("sc_date_end", "sc_date_end (" + *after.sc_date_end + ") must not be before sc_date_start (" +
                                            *after.sc_date_start + ")");
  const auto was = static_cast<campaign_status>(before.status);
  auto becomes = was;
  if (after.status != before.status) {
    const auto counts = storage::count_dialings(in);
    if (!counts)
      return counts.error();
    const auto own = counts->find(before.id);
    const auto step = core::request_status({was, false}, after.status, own == counts->end() ? 0 : own->second);
    if (!step)
      return step.error();
    becomes = step->state.status;
    if (becomes == campaign_status::starting)
      becomes = campaign_status::started;
  }
  after.status = static_cast<std::int64_t>(becomes);
  const bool needs_changed = after.plan != before.plan || after.dlma != before.dlma || after.dest != before.dest ||
                             after.vars != before.vars;
  const bool must_be_able = runs(becomes) && (!runs(was) || needs_changed);
  if (!needs_changed && !must_be_able)
    return after;
  const auto with = needs_of(in, after);
  if (!with)
    return with.error();
  if (needs_changed && with->plan && with->dest)
    if (auto wrong = core::early_media_for_agents(*with->plan, *with->dest))
      return *wrong;
  if (must_be_able)
    if (auto missing = core::cannot_start(after, pointer(with->plan), pointer(with->list), pointer(with->dest)))
      return *missing;
  return after;
}

} // namespace ringmaster::commands
