// SPDX-License-Identifier: Apache-2.0
#include "actors/campaign_view.hpp"

#include "actors/core/campaign_state.hpp"
#include "actors/core/plan_pacing.hpp"
#include "actors/live_json.hpp"

#include <algorithm>
#include <utility>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

constexpr auto stats_every = 1s;

} // namespace

campaign_view::campaign_view(const uuid& id, engine_shared& shared, campaign_pacing& pacing,
                             const campaign_calls& calls, const campaign_setup& setup)
    : id_{id}, shared_{shared}, pacing_{pacing}, calls_{calls}, setup_{setup} {}

// --- what is published

void campaign_view::publish(const campaign_standing& stands, time_point now) {
  live_campaign shown;
  shown.id = id_;
  shown.at = shared_.time->date_of(now);
  shown.status = setup_.camp->status;
  shown.rests = stands.rests;
  shown.queue = setup_.queue;
  show_calls_and_agents(shown);
  show_list(shown, stands);
  shown.snapshot = std::make_shared<const core::campaign_snapshot>(snapshot(stands, now));
  auto reasons = core::explain_campaign(*shown.snapshot, shown.at);
  core::append_reasons(shown.explain_json, reasons);
  shown.first_reason = std::move(reasons.front()); // there is always one
  shown.answer_days = pacing_.shown_days();
  shown.pacing = pacing_.shown(treatment(), now);
  show_history(shown, core::may_dial(stands.status), now);
  shared_.live.campaigns.put(id_, shown);
  tell_stats(shown, now);
}

void campaign_view::show_calls_and_agents(live_campaign& shown) const {
  const auto& counted = calls_.counters();
  shown.calls_begun = static_cast<std::uint64_t>(counted.begun);
  shown.answered = static_cast<std::uint64_t>(counted.answered);
  shown.connected = static_cast<std::uint64_t>(counted.connected);
  shown.abandoned = static_cast<std::uint64_t>(counted.abandoned);
  shown.ended = static_cast<std::uint64_t>(counted.ended);
  shown.failed = static_cast<std::uint64_t>(counted.failed);
  shown.fate_unknown = static_cast<std::uint64_t>(counted.fate_unknown);
  shown.in_flight = calls_.begun(); // what is only meant to be begun may still be refused, because of a stop for one
  shown.ends_heard = calls_.ends_heard();
  const auto& c = pacing_->calls();
  shown.outstanding = static_cast<std::size_t>(c.outstanding());
  shown.ringing = static_cast<std::size_t>(c.ringing);
  shown.waiting = static_cast<std::size_t>(c.waiting);
  shown.talking = static_cast<std::size_t>(c.with_agent);
  if (const auto since = calls_.longest_waiting())
    shown.waiting_since = shared_.time->date_of(*since);
  const auto& a = pacing_.agents();
  shown.agents_total = static_cast<std::size_t>(a.members());
  shown.agents_free = static_cast<std::size_t>(a.available);
  shown.agents_busy = static_cast<std::size_t>(a.on_call + a.ringing + a.wrap_up);
  shown.agents_paused = static_cast<std::size_t>(a.paused);
  shown.agents = a;
}

void campaign_view::show_list(live_campaign& shown, const campaign_standing& stands) {
  if (stands.counts || !stands.has_list)
    counts_ = stands.counts;
  shown.entries_known = counts_.has_value();
  if (counts_) {
    shown.entries_total = counts_->total;
    shown.entries_ready = counts_->ready;
    shown.entries_cooling = counts_->cooling;
    shown.entries_leased = counts_->dialing;
    shown.entries_done = counts_->answered + counts_->exhausted + counts_->no_numbers + counts_->held;
  }
  shown.policy = setup_.how ? core::dial_policy::from(*setup_.how) : core::dial_policy{};
  shown.dlma = setup_.list ? maybe_uuid{setup_.list->id} : std::nullopt;
}

void campaign_view::show_history(live_campaign& shown, bool dials, time_point now) {
  const auto& counted = calls_.counters();
  const auto& a = shown.agents;
  const auto done = static_cast<std::int64_t>(shown.entries_done);
  history_.at(now, {counted.begun, calls_.settled().settled(), calls_.settled().settled_answered(), counted.answered, counted.connected,
                         counted.abandoned, counts_ ? std::optional{done} : std::nullopt,
                         a.available + a.ringing + a.on_call + a.wrap_up, a.on_call + a.wrap_up},
              shown.at - now);
  shown.busy_share = history_.busy_share(1min);
  shown.answer_rate = history_.answer_rate(1min);
  shown.calls_per_second = history_.calls_per_second(10s);
  if (dials)
    shown.expected_end = history_.expected_end(
        static_cast<std::int64_t>(shown.entries_total - std::min(shown.entries_done, shown.entries_total)));
  shown.sums = history_.sums();
  shown.history = history_.samples();
}

core::campaign_snapshot campaign_view::snapshot(const campaign_standing& stands, time_point now) const {
  core::campaign_snapshot s;
  s.status = stands.status;
  s.calls_in_flight = static_cast<std::int64_t>(calls_.size());
  if (const auto database = shared_.live.database.get(); !database->works)
    s.database_trouble = database->trouble;
  s.has_plan = setup_.how.has_value();
  s.has_dlma = setup_.list.has_value();
  s.has_destination = setup_.dest.has_value();
  s.dial_mode = setup_.how ? setup_.how->dial_mode : 0;
  if (setup_.dest)
    s.destination_unusable = unusable(*setup_.dest);
  s.not_writable = setup_.not_writable;
  s.queue = setup_.queue;
  s.schedule_acts = stands.scheduled_at;
  const auto date = shared_.time->date_of(now);
  s.schedule_open = setup_.is_open(date);
  if (setup_.schedule)
    s.schedule_change = setup_.schedule->next_change(date);
  look_at_servers(s, stands, now);
  s.agents = pacing_.agents();
  s.absent = pacing_.absent(now);
  s.pacing = core::may_dial(stands.status) && s.schedule_open ? stands.decision : std::nullopt;
  s.calls = pacing_->calls();
  s.limits = pacing_->options();
  s.abandons = pacing_->ledger();
  s.predicts = pacing_.predicts();
  s.list = stands.counts;
  if (stands.next_eligible)
    s.next_eligible = shared_.time->date_of(*stands.next_eligible);
  return s;
}

/// Of servers that have told of the campaign's queue, be it before they were lost, those count alone. Where calls wait for
/// one of them, room and rate of the others are of no use to them.
void campaign_view::look_at_servers(core::campaign_snapshot& s, const campaign_standing& stands, time_point now) const {
  const auto& names = shared_.pbx_names;
  std::vector<char> has_queue;
  for (const auto& name : names) {
    const auto queue = setup_.queue.empty() ? nullptr : shared_.live.queues.find(queue_key(name, setup_.queue));
    has_queue.push_back(setup_.queue.empty() || (queue && queue->known));
  }
  s.queue_known = std::find(has_queue.begin(), has_queue.end(), true) != has_queue.end();
  const auto wanted =
      stands.decision && stands.decision->calls > 0 ? stands.decision->by_pool : std::vector<std::int64_t>{};
  std::optional<time_point> next_token;
  const auto needs = setup_.needs();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (s.queue_known && !has_queue[i])
      continue;
    ++s.pbx_configured;
    const auto pbx = shared_.live.pbxs.find(names[i]);
    if (!pbx || !pbx->connected) {
      s.pbx_lost.push_back({names[i], pbx ? pbx->trouble : "not connected yet", pbx ? pbx->trouble_since : std::nullopt});
      continue;
    }
    if (const auto* lacks = core::hinders(*pbx->missing_rights, needs)) {
      s.pbx_hindered.push_back({names[i], *lacks});
      continue;
    }
    ++s.pbx_usable;
    for (auto& r : shared_.resting(names[i]))
      if (r.what == core::resting_thing::server || (r.what == core::resting_thing::trunk && r.name == setup_.trunk) ||
          (r.what == core::resting_thing::campaign && r.name == to_string(id_)))
        s.rests.push_back(std::move(r));
    if (i < wanted.size() && wanted[i] == 0)
      continue;
    auto& room = shared_.rooms.at(names[i]);
    s.pbx_free_channels += std::max<std::int64_t>(0, room.channels() - room.calls());
    const auto token = room.next_token(now);
    next_token = next_token ? std::min(*next_token, token) : token;
  }
  if (next_token && *next_token > now)
    s.rate_limited_until = shared_.time->date_of(*next_token);
}

/// See `live_pacing`.
std::string campaign_view::treatment() const {
  if (!setup_.treats_abandoned_calls())
    return {};
  const auto place = core::abandon_place(*setup_.how);
  return place ? place->context + ',' + place->exten + ',' + place->priority : std::string{"hang up"};
}

// --- events

void campaign_view::tell(core::topic_family family, const char* name, std::string json) const {
  shared_.tell(happening{topic_below(core::topic_of(family), to_string(id_)), name, std::move(json)});
}

void campaign_view::tell_stats(const live_campaign& shown, time_point now) {
  if ((now < next_stats_ && told_status_ == shown.status) || !shared_.is_wanted(core::topic_family::stats))
    return;
  next_stats_ = now + stats_every;
  told_status_ = shown.status;
  std::string json;
  append_stats(json, shown, shown.status);
  tell(core::topic_family::stats, "ob.stats", std::move(json));
}

void campaign_view::tell_record() {
  std::string json;
  append_json(json, *setup_.camp, campaign_fields);
  if (json == told_record_)
    return;
  const bool known = !told_record_.empty();
  told_record_ = json;
  if (shared_.is_wanted(core::topic_family::campaigns))
    tell(core::topic_family::campaigns, known ? "ob.campaign.update" : "ob.campaign.create", std::move(json));
}

void campaign_view::remove() {
  shared_.live.campaigns.erase(id_);
  auto json = std::exchange(told_record_, {});
  if (json.empty() || !shared_.is_wanted(core::topic_family::campaigns))
    return;
  if (setup_.gone) { // else the last that was known has to do
    json.clear();
    append_json(json, *setup_.gone, campaign_fields);
  }
  tell(core::topic_family::campaigns, "ob.campaign.delete", std::move(json));
}

} // namespace ringmaster
