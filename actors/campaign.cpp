#include "actors/campaign.hpp"
#include "actors/guard.hpp"

#include "actors/campaign_counters.hpp"
#include "actors/campaign_pacing.hpp"
#include "actors/channel.hpp"
#include "actors/core/campaign_state.hpp"
#include "actors/core/explain.hpp"
#include "actors/core/originate.hpp"
#include "actors/core/pacing.hpp"
#include "actors/core/pbx_choice.hpp"
#include "actors/core/plan_pacing.hpp"
#include "actors/core/schedule.hpp"
#include "actors/engine.hpp"
#include "actors/live_json.hpp"
#include "storage/abandonment.hpp"
#include "storage/dialing.hpp"
#include "storage/outbound.hpp"
#include "storage/snapshot.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <queue>
#include <unordered_map>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

constexpr auto tick_every = 100ms;
constexpr auto publish_every = 250ms;
constexpr auto stats_every = 1s;
constexpr auto counts_every = 1s;
constexpr auto keep_every = 5s;
constexpr auto hang_up_every = 2s;
constexpr auto remind_every = 5s;
constexpr auto ledger_every = 1s;
constexpr auto estimates_every = 30s;
constexpr auto treat_again_after = 2s;
constexpr std::int64_t most_at_once = 1000; ///< entries leased in one go: one commit's worth

const core::technology_aliases sip_is_pjsip{{"SIP", "PJSIP"}};

/// The queue that a destination hands calls to; empty: none.
std::string queue_of(const destination& d) {
  if (d.type != 1 || !d.application || !d.data)
    return {};
  std::string application = *d.application;
  std::transform(application.begin(), application.end(), application.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return application == "queue" ? d.data->substr(0, d.data->find(',')) : std::string{};
}

std::uint64_t first_eight(const uuid& id) {
  std::uint64_t number = 0;
  std::memcpy(&number, id.bytes.data(), sizeof number);
  return number;
}

} // namespace

class campaign_work {
  struct call_in_flight {
    caf::actor channel;
    uuid entry;
    std::string pbx;
    core::milestones reached;
    time_point deadline{time_point::max()};
    time_point begun, answered, connected;
    core::call_features features;
    bool counted{false}; ///< among the live answers of its day
    bool treated{false}; ///< its grace has passed: it was hung up or sent away, or that is being tried
  };

public:
  campaign_work(caf::stateful_actor<campaign_actor_state>* self, const uuid& id, engine_shared* shared)
      : self_{self}, me_{caf::actor_cast<caf::actor>(self)}, id_{id}, shared_{*shared}, pacing_{id, *shared} {
    restore_counters();
    read();
  }

  // --- what is on disk
  // --------------------------------------------------------------------------------------

  void read() {
    transition_pending_ = false;
    auto txn = shared_.env->read();
    if (!txn)
      return spdlog::error("event=campaign_unreadable campaign={} reason=\"{}\"", to_string(id_),
                           txn.error().message);
    auto found = storage::get<campaign>(*txn, id_);
    if (!found)
      return removed();
    record_ = *found;
    state_.status = static_cast<campaign_status>(record_->status);
    plan_ = referred<plan>(*txn, record_->plan);
    list_ = referred<dlma>(*txn, record_->dlma);
    dest_ = referred<destination>(*txn, record_->dest);
    use_schedule();
    use_plan();
    use_list();
    if (plan_ && list_ && dest_)
      setup_ = storage::make_call_setup(*record_, *plan_, *dest_, *list_);
    else
      setup_.reset();
    follow_status();
    pacing_.look_at_agents(queue_, wall_clock_now());
    tell_record();
    publish(wall_clock_now());
  }

  /// To live clients, when the campaign itself has changed.
  void tell_record() {
    std::string json;
    append_json(json, *record_, campaign_fields);
    if (json == told_record_)
      return;
    const bool known = !told_record_.empty();
    told_record_ = json;
    if (shared_.is_wanted(core::topic_family::campaigns))
      shared_.tell(happening{topic_below(core::topic_of(core::topic_family::campaigns), to_string(id_)),
                             known ? "ob.campaign.update" : "ob.campaign.create", std::move(json)});
  }

  void tell_stats(const live_campaign& shown) {
    if (shown.at < next_stats_ || !shared_.is_wanted(core::topic_family::stats))
      return;
    next_stats_ = shown.at + stats_every;
    std::string json;
    append_stats(json, shown, shown.status);
    shared_.tell(happening{topic_below(core::topic_of(core::topic_family::stats), to_string(id_)), "ob.stats",
                           std::move(json)});
  }

  template <class T>
  static std::optional<T> referred(const storage::txn& txn, const maybe_uuid& id) {
    if (!id)
      return std::nullopt;
    auto found = storage::get<T>(txn, *id);
    return found ? std::optional<T>{std::move(*found)} : std::nullopt;
  }

  void removed() {
    record_.reset();
    setup_.reset();
    state_ = {};
    drop_list();
    shared_.live.campaigns.erase(id_);
    if (!told_record_.empty() && shared_.is_wanted(core::topic_family::campaigns))
      shared_.tell(happening{topic_below(core::topic_of(core::topic_family::campaigns), to_string(id_)),
                             "ob.campaign.delete", std::exchange(told_record_, {})});
    if (calls_.empty())
      self_->quit();
  }

  void use_schedule() {
    auto zoned = *record_;
    if (!zoned.sc_timezone || zoned.sc_timezone->empty())
      zoned.sc_timezone = shared_.timezone;
    auto compiled = core::schedule::compile(zoned);
    schedule_ = compiled ? std::optional{std::move(*compiled)} : std::nullopt;
    if (!schedule_)
      spdlog::error("event=schedule_unusable campaign={} reason=\"{}\"", to_string(id_),
                    compiled.error().message);
  }

  void use_plan() {
    const auto now = wall_clock_now();
    queue_ = dest_ ? queue_of(*dest_) : std::string{};
    if (plan_ && pacing_.use(*plan_, now))
      for (const auto& [id, call] : calls_)
        tell_pacing(id, call);
    pacing_.tell_ledger(today_at(now), now);
    if (queue_ != watched_) {
      watched_ = queue_;
      if (!queue_.empty())
        for (const auto& [name, pbx] : shared_.pbxs)
          caf::anon_send(pbx, watch_queue{queue_, me_});
    }
  }

  /// A call's whole life so far, at the times when it happened.
  void tell_pacing(const uuid& id, const call_in_flight& call) {
    pacing_->begun(id, call.features, call.begun);
    if (call.reached.has(core::milestone::ringing))
      pacing_->ringing(id, call.begun);
    if (call.reached.has(core::milestone::answered))
      pacing_->answered(id, call.answered);
    if (call.reached.has(core::milestone::connected))
      pacing_->handed_to_agent(id, call.connected);
    if (call.treated || call.reached.has(core::milestone::abandoned))
      pacing_->abandoned(id, wall_clock_now());
  }

  void use_list() {
    const auto wanted = list_ ? std::optional{list_->id} : std::nullopt;
    if (wanted == list_wanted_)
      return;
    drop_list();
    list_wanted_ = wanted;
    if (wanted)
      caf::anon_send(shared_.engine, need_dial_list{*wanted, me_});
  }

  void drop_list() {
    if (list_actor_)
      caf::anon_send(list_actor_, drop_view{id_});
    list_actor_ = {};
    list_wanted_.reset();
    list_counts_.reset();
    next_eligible_.reset();
    lease_pending_ = false;
  }

  void list_ready(const dial_list_ready& ready) {
    if (!list_wanted_ || ready.dlma != *list_wanted_)
      return;
    list_actor_ = ready.list;
    follow_status();
    act();
  }

  // --- status
  // -----------------------------------------------------------------------------------------------

  void follow_status() {
    if (!record_)
      return;
    if (state_.status == campaign_status::starting) {
      if (list_actor_)
        take_step(core::prepared(state_));
    } else {
      take_step(core::calls_left(state_, calls_.size()));
    }
    if (state_.status == campaign_status::force_stopping)
      hang_up_all(wall_clock_now());
  }

  void take_step(const core::campaign_step& step) {
    if (step.hang_up_all)
      hang_up_all(wall_clock_now());
    if (!step.changed || transition_pending_ || !record_)
      return;
    transition_pending_ = true;
    auto told = std::make_shared<changes>();
    auto& engine = shared_.engine;
    shared_.write(
        [id = id_, from = record_->status, to = step.state.status, next = step.start_next,
         told](storage::write_txn& txn) {
          const auto now = storage::get<campaign>(txn, id);
          // Somebody else may have asked for another status meanwhile; theirs stands.
          if (!now || now->status != from || !storage::set_campaign_status(txn, id, to))
            return;
          told->campaigns.push_back(id);
          if (next && now->next_campaign)
            start_next(txn, *now->next_campaign, *told);
        },
        [me = me_, told, engine](const std::optional<error>& failed) {
          if (failed || told->campaigns.empty())
            caf::anon_send(me, reload{});
          else
            caf::anon_send(engine, changes_ptr{told});
        });
    spdlog::info("event=campaign_status campaign={} from={} to={}", to_string(id_),
                 core::status_name(state_.status), core::status_name(step.state.status));
  }

  static void start_next(storage::write_txn& txn, const uuid& id, changes& told) {
    const auto next = storage::get<campaign>(txn, id);
    if (!next)
      return;
    const auto its_plan = referred<plan>(txn, next->plan);
    const auto its_list = referred<dlma>(txn, next->dlma);
    const auto its_dest = referred<destination>(txn, next->dest);
    const auto missing = core::cannot_start(*next, its_plan ? &*its_plan : nullptr,
                                            its_list ? &*its_list : nullptr, its_dest ? &*its_dest : nullptr);
    if (missing)
      return spdlog::warn("event=next_campaign_not_started campaign={} reason=\"{}\"", to_string(id),
                          missing->message);
    const auto step = core::request_status({static_cast<campaign_status>(next->status)}, 1, 0);
    if (step && step->changed && storage::set_campaign_status(txn, id, step->state.status))
      told.campaigns.push_back(id);
  }

  void hang_up_all(time_point now) {
    if (now < next_hang_up_)
      return;
    next_hang_up_ = now + hang_up_every;
    for (const auto& [id, call] : calls_)
      if (call.channel)
        caf::anon_send(call.channel, hang_up_call{[](result<std::string>) {}});
  }

  // --- dialing
  // ----------------------------------------------------------------------------------------------

  void tick() {
    const auto now = wall_clock_now();
    while (!deadlines_.empty() && deadlines_.top().first <= now) {
      const auto [at, id] = deadlines_.top();
      deadlines_.pop();
      const auto call = calls_.find(id);
      if (call == calls_.end() || !call->second.channel || call->second.deadline > now)
        continue;
      caf::anon_send(call->second.channel, call_deadline{});
      // Asked again unless the channel says otherwise: a clock that went back would leave it unheard.
      call->second.deadline = now + remind_every;
      deadlines_.emplace(call->second.deadline, id);
    }
    if (state_.status == campaign_status::force_stopping)
      hang_up_all(now);
    pacing_.look_at_others(queue_, now);
    pass_graces();
    act();
    if (now >= next_ledger_) {
      next_ledger_ = now + ledger_every;
      pacing_.tell_ledger(today_at(now), now);
    }
    if (now >= next_estimates_) {
      next_estimates_ = now + estimates_every;
      pacing_.keep(now);
    }
    if (now >= next_publish_)
      publish(now);
    if (now >= next_keep_)
      keep_counters(now);
    self_->delayed_send(self_, tick_every, caf::tick_atom::value);
  }

  bool may_begin(time_point now) const {
    return record_ && setup_ && list_actor_ && core::may_dial(state_.status) && !transition_pending_ &&
           schedule_ && schedule_->is_open(now) && plan_->dial_mode == 1 && !unusable(*dest_) &&
           !shared_.stopping;
  }

  void act() {
    const auto now = wall_clock_now();
    if (!record_)
      return;
    pacing_.look_at_agents(queue_, now);
    if (!list_actor_ || lease_pending_)
      return;
    std::size_t wanted = 0;
    if (may_begin(now) && now >= hold_until_) {
      decision_ = pacing_->decide(now);
      if (decision_->calls > 0)
        wanted = core::choose_pbx(capacities(), std::min(decision_->calls, most_at_once)).size();
    }
    // An empty list is asked again when something in it may have become eligible.
    const bool dry = list_counts_ && list_counts_->ready == 0 && now < next_counts_ &&
                     (!next_eligible_ || *next_eligible_ > now);
    if ((wanted == 0 || dry) && now < next_counts_)
      return;
    next_counts_ = now + counts_every;
    lease_pending_ = true;
    caf::anon_send(
        list_actor_,
        lease_request{id_, plan_ ? core::dial_policy::from(*plan_) : core::dial_policy{}, wanted, me_});
  }

  std::vector<core::pbx_capacity> capacities() const {
    std::vector<core::pbx_capacity> servers;
    for (const auto& name : shared_.pbx_names) {
      const auto pbx = shared_.live.pbxs.find(name);
      core::pbx_capacity one;
      if (pbx) {
        one.usable = pbx->connected && reaches_queue(name);
        one.max_channels = static_cast<std::int64_t>(pbx->max_channels);
        const auto here = by_pbx_.find(name);
        const auto ours = here == by_pbx_.end() ? 0 : here->second;
        // The server counts a call when its Originate arrives; ours on the way are known here first.
        one.channels = std::max(static_cast<std::int64_t>(pbx->channels), ours);
        one.tokens = static_cast<std::int64_t>(pbx->tokens);
      }
      servers.push_back(one);
    }
    return servers;
  }

  bool reaches_queue(const std::string& pbx) const {
    if (queue_.empty())
      return true;
    const auto queue = shared_.live.queues.find(queue_key(pbx, queue_));
    return queue && queue->known;
  }

  void take_leased(const leased& answer) {
    const auto now = wall_clock_now();
    if (answer.list != list_actor_) { // the campaign has got another list meanwhile
      give_back all;
      for (const auto& entry : answer.entries)
        all.entries.push_back(entry.id);
      caf::anon_send(answer.list, std::move(all));
      return;
    }
    lease_pending_ = false;
    list_counts_ = answer.counts;
    next_eligible_ = answer.next_eligible;
    if (answer.entries.empty()) {
      if (core::may_dial(state_.status) && answer.counts.list_done() && calls_.empty() && plan_)
        take_step(core::list_done(state_, plan_->dl_end_handle, calls_.size()));
      return;
    }
    // The gate sees each call at this very instant.
    const auto servers =
        may_begin(now) ? core::choose_pbx(capacities(), static_cast<std::int64_t>(answer.entries.size()))
                       : std::vector<std::size_t>{};
    auto requests = std::make_shared<std::vector<storage::begin_request>>();
    give_back back;
    for (std::size_t i = 0; i < answer.entries.size(); ++i) {
      const auto& entry = answer.entries[i];
      if (i >= servers.size()) {
        back.entries.push_back(entry.id);
        continue;
      }
      storage::begin_request request;
      request.id = random_uuid();
      if (core::resolve_technology(plan_->tech_name, nullptr) == "Local")
        request.other_channel_id = random_uuid();
      request.setup = setup_;
      request.entry = entry.id;
      request.number_index = entry.number;
      request.pbx = shared_.pbx_names[servers[i]];
      call_in_flight call;
      call.entry = entry.id;
      call.pbx = request.pbx;
      call.begun = now;
      call.features = {first_eight(setup_->list.id), static_cast<std::uint32_t>(entry.tries) + 1,
                       std::hash<uuid>{}(entry.id) + entry.number + 1};
      pacing_->begun(request.id, call.features, now);
      calls_[request.id] = std::move(call);
      ++by_pbx_[request.pbx];
      requests->push_back(std::move(request));
    }
    if (!back.entries.empty())
      caf::anon_send(list_actor_, std::move(back));
    if (!requests->empty())
      begin(requests);
    act();
  }

  void begin(const std::shared_ptr<std::vector<storage::begin_request>>& requests) {
    struct outcome {
      begun_batch batch;
      entries_changed entries;
    };
    auto made = std::make_shared<outcome>();
    shared_.write(
        [requests, made, id = id_](storage::write_txn& txn) {
          const auto now = wall_clock_now();
          const auto campaign_now = storage::get<campaign>(txn, id);
          const bool may = campaign_now && core::may_dial(static_cast<campaign_status>(campaign_now->status));
          for (const auto& request : *requests) {
            auto begun =
                may ? storage::begin_dialing(txn, request, now)
                    : result<storage::begun>{error{errc::illegal_state, "the campaign was stopped", {}}};
            if (begun) {
              made->batch.calls.push_back(std::make_shared<const dialing>(std::move(begun->call)));
              continue;
            }
            made->batch.refused.push_back({request.id, request.entry});
            made->batch.why = begun.error().message;
            if (txn.broken())
              return;
            // The list was mistaken about this entry: tell it how it is.
            if (const auto entry = storage::get<dl>(txn, request.entry))
              made->entries.now.push_back(dial_entry::from(*entry));
            else
              made->entries.gone.push_back(request.entry);
          }
        },
        [requests, made, me = me_, list = list_actor_](const std::optional<error>& failed) {
          if (failed) {
            made->batch = {};
            made->batch.why = failed->message;
            for (const auto& request : *requests)
              made->batch.refused.push_back({request.id, request.entry});
          } else if (!made->entries.now.empty() || !made->entries.gone.empty()) {
            caf::anon_send(list, made->entries);
          }
          caf::anon_send(me, std::move(made->batch));
        });
  }

  void take_begun(const begun_batch& batch) {
    const auto now = wall_clock_now();
    give_back back;
    for (const auto& refused : batch.refused) {
      back.entries.push_back(refused.entry);
      forget(refused.call, now);
    }
    if (!batch.refused.empty()) {
      spdlog::warn("event=calls_not_begun campaign={} count={} reason=\"{}\"", to_string(id_),
                   batch.refused.size(), batch.why);
      if (list_actor_)
        caf::anon_send(list_actor_, std::move(back));
      hold_until_ = now + counts_every; // a disk that refuses is not asked again at once
    }
    std::unordered_map<std::string, originate_batch> by_pbx;
    for (const auto& call : batch.calls) {
      const auto at = calls_.find(call->id);
      if (at == calls_.end())
        continue;
      at->second.channel =
          self_->spawn<caf::linked>(channel_actor, channel_options{call, me_, false}, &shared_);
      shared_.channels.put(call->id, at->second.channel);
      ++counters_.begun;
      shared_.live.total.calls_begun.fetch_add(1, std::memory_order_relaxed);
      if (auto bytes = originate_bytes(*call))
        by_pbx[call->pbx].calls.push_back(
            {followed_call{{call->id, call->other_channel_id, dialing_status::none, now}, at->second.channel},
             std::move(*bytes)});
      else
        caf::anon_send(at->second.channel, originate_written{false, bytes.error().message});
    }
    for (auto& [name, originates] : by_pbx)
      caf::anon_send(shared_.pbxs.at(name), std::move(originates));
    follow_status(); // a stop may have come while the intents were written
  }

  result<std::string> originate_bytes(const dialing& call) const {
    if (!plan_)
      return error{errc::illegal_state, "the plan was deleted", {}};
    const auto pbx = shared_.live.pbxs.find(call.pbx);
    core::originate_options options;
    options.technology = plan_->tech_name;
    options.trunk = plan_->trunk_name;
    options.caller_id = plan_->caller_id;
    options.early_media = plan_->early_media;
    options.codecs = plan_->codecs;
    options.aliases = pbx && pbx->sip_means_pjsip ? &sip_is_pjsip : nullptr;
    return core::originate_action(call, options);
  }

  // --- calls
  // ------------------------------------------------------------------------------------------------

  void milestone(const call_milestone& what) {
    const auto at = calls_.find(what.id);
    if (at == calls_.end())
      return;
    const auto now = wall_clock_now();
    at->second.reached.bits = static_cast<std::uint8_t>(at->second.reached.bits | what.reached.bits);
    if (what.deadline != time_point::max()) {
      at->second.deadline = what.deadline;
      deadlines_.emplace(what.deadline, what.id);
    }
    if (what.reached.has(core::milestone::ringing))
      pacing_->ringing(what.id, now);
    if (what.reached.has(core::milestone::answered)) {
      ++counters_.answered;
      at->second.answered = now;
      pacing_->answered(what.id, now);
      if (!queue_.empty() && plan_ && core::treats_abandoned_calls(*plan_))
        await_grace(now + pacing_->options().grace, what.id);
    }
    if (what.reached.has(core::milestone::connected)) {
      if (!at->second.treated) // whoever was given up already counts as abandoned alone
        ++counters_.connected;
      at->second.connected = now;
      tell_and_count(what.id, at->second, now, [&] { pacing_->handed_to_agent(what.id, now); });
    }
    if (what.reached.has(core::milestone::abandoned)) {
      if (queue_.empty()) // of a dialplan that leads to a queue
        ++counters_.abandoned;
      tell_and_count(what.id, at->second, now, [&] { pacing_->abandoned(what.id, now); });
    }
    if (!what.reached.empty())
      act();
  }

  void finished(const call_finished& what) {
    if (what.status >= static_cast<std::int64_t>(dialing_status::failed))
      ++counters_.failed;
    ++counters_.ended;
    forget(what.id, wall_clock_now());
    list_counts_.reset();
    next_counts_ = std::min(next_counts_, wall_clock_now() + 100ms);
    if (!record_ && calls_.empty())
      return self_->quit();
    follow_status();
    act();
  }

  void forget(const uuid& id, time_point now) {
    const auto at = calls_.find(id);
    if (at == calls_.end())
      return;
    if (const auto here = by_pbx_.find(at->second.pbx); here != by_pbx_.end() && --here->second <= 0)
      by_pbx_.erase(here);
    tell_and_count(id, at->second, now, [&] { pacing_->ended(id, now); });
    calls_.erase(at);
  }

  // --- live answers that nobody takes
  // -------------------------------------------------------------------------

  /// Hears from pacing whether `tell` has settled the fate of a live answer, and counts it, once.
  template <class Tell>
  void tell_and_count(const uuid& id, call_in_flight& call, time_point now, Tell&& tell) {
    const auto abandoned = pacing_.settled_by(tell);
    if (!abandoned || queue_.empty() || std::exchange(call.counted, true))
      return;
    if (*abandoned)
      ++counters_.abandoned;
    const auto today = today_at(now);
    pacing_.add_answer(today, *abandoned);
    count({id, id_, today, *abandoned});
  }

  /// In the commit that takes the end of the call, or what else happens now.
  void count(const storage::counted_answer& answer) {
    shared_.write([answer](storage::write_txn& txn) { (void)storage::count_answer(txn, answer); },
                  [answer, me = me_](const std::optional<error>& failed) {
                    if (failed)
                      caf::anon_send(me, count_again{answer});
                  });
  }

  void await_grace(time_point until, const uuid& id) {
    graces_.emplace(until, id);
    look_at_graces();
  }

  /// A tick of 100 ms is too coarse for a grace of seconds.
  void look_at_graces() {
    if (graces_.empty() || graces_.top().first >= grace_look_)
      return;
    grace_look_ = graces_.top().first;
    self_->delayed_send(self_, std::max(grace_look_ - wall_clock_now(), duration{0}), grace_passed{});
  }

  void pass_graces() {
    const auto now = wall_clock_now();
    bool changed = false;
    while (!graces_.empty() && graces_.top().first <= now) {
      const auto id = graces_.top().second;
      graces_.pop();
      const auto at = calls_.find(id);
      if (at == calls_.end() || at->second.reached.has(core::milestone::connected) ||
          at->second.reached.has(core::milestone::abandoned))
        continue;
      if (!std::exchange(at->second.treated, true))
        tell_and_count(id, at->second, now, [&] { pacing_->abandoned(id, now); });
      treat(id, at->second);
      changed = true;
    }
    if (grace_look_ <= now)
      grace_look_ = time_point::max();
    look_at_graces();
    if (changed)
      act();
  }

  void treat(const uuid& id, const call_in_flight& call) {
    if (!call.channel)
      return;
    const auto failed = [me = me_, id](const result<std::string>& said) {
      if (!said)
        caf::anon_send(me, treatment_failed{id});
    };
    const auto place = plan_ ? core::abandon_place(*plan_) : std::nullopt;
    if (!place)
      return caf::anon_send(call.channel, hang_up_call{failed});
    caf::anon_send(
        call.channel,
        redirect_call{*place, [failed, id, channel = call.channel](const result<std::string>& said) {
                        if (said || said.error().code != errc::pbx_refused)
                          return failed(said);
                        spdlog::warn("event=abandoned_call_not_redirected dialing={} reason=\"{}\"",
                                     to_string(id), said.error().message);
                        caf::anon_send(channel, hang_up_call{failed});
                      }});
  }

  void treat_again(const uuid& id) {
    if (calls_.contains(id))
      await_grace(wall_clock_now() + treat_again_after, id);
  }

  std::int64_t today_at(time_point now) const {
    return schedule_ ? schedule_->date_number(now) : core::schedule{}.date_number(now);
  }

  void adopt(const adopted_calls& adopted) {
    const auto now = wall_clock_now();
    for (const auto& one : adopted.calls) {
      call_in_flight call;
      call.channel = one.channel;
      call.entry = one.record->uuid_dl_list;
      call.pbx = one.record->pbx;
      call.deadline = now;
      call.begun = std::min(now, one.record->tm_create.value_or(now));
      call.answered = call.connected = now;
      call.counted = one.record->counted != 0;
      call.reached.add(core::milestone::channel);
      if (one.record->res_dial == 4) {
        // Most of those who answered are talking by now; the queue's own listing tells of those who wait.
        call.reached.add(core::milestone::answered);
        call.reached.add(core::milestone::connected);
      }
      ++by_pbx_[one.record->pbx];
      auto& kept = calls_[one.record->id] = std::move(call);
      tell_and_count(one.record->id, kept, now, [&] { tell_pacing(one.record->id, kept); });
    }
    pacing_.tell_ledger(today_at(now), now);
    publish(now);
  }

  // --- what is kept and shown
  // -------------------------------------------------------------------------------

  void restore_counters() {
    auto txn = shared_.env->read();
    if (!txn)
      return;
    const auto kept = storage::get_snapshot(*txn, campaign_snapshot_name(id_));
    if (!kept || !*kept)
      return;
    if (const auto counters = from_record<campaign_counters>(**kept, campaign_counter_fields))
      counters_ = kept_ = *counters;
  }

  void keep_all() {
    const auto now = wall_clock_now();
    keep_counters(now);
    pacing_.keep(now);
  }

  void keep_counters(time_point now) {
    next_keep_ = now + keep_every;
    if (counters_ == kept_)
      return;
    kept_ = counters_;
    shared_.write([name = campaign_snapshot_name(id_), bytes = to_record(counters_, campaign_counter_fields)](
                      storage::write_txn& txn) { (void)storage::put_snapshot(txn, name, bytes); },
                  [](const std::optional<error>&) {});
  }

  core::campaign_snapshot snapshot(time_point now) const {
    core::campaign_snapshot s;
    s.status = state_.status;
    s.calls_in_flight = static_cast<std::int64_t>(calls_.size());
    s.has_plan = plan_.has_value();
    s.has_dlma = list_.has_value();
    s.has_destination = dest_.has_value();
    s.dial_mode = plan_ ? plan_->dial_mode : 0;
    if (dest_)
      s.destination_unusable = unusable(*dest_);
    s.queue = queue_;
    s.queue_known = pacing_.queue_known();
    s.schedule_open = schedule_ && schedule_->is_open(now);
    if (schedule_)
      s.schedule_change = schedule_->next_change(now);
    s.pbx_configured = static_cast<std::int64_t>(shared_.pbx_names.size());
    std::int64_t tokens = 0;
    for (const auto& name : shared_.pbx_names)
      if (const auto pbx = shared_.live.pbxs.find(name); pbx && pbx->connected) {
        ++s.pbx_usable;
        s.pbx_free_channels += static_cast<std::int64_t>(
            pbx->max_channels > pbx->channels ? pbx->max_channels - pbx->channels : 0);
        tokens += static_cast<std::int64_t>(pbx->tokens);
      }
    if (s.pbx_usable > 0 && tokens == 0)
      s.rate_limited_until = now + 1s;
    s.agents = pacing_.agents();
    s.pacing = core::may_dial(state_.status) ? decision_ : std::nullopt;
    s.calls = pacing_->calls();
    s.limits = pacing_->options();
    s.abandons = pacing_->ledger();
    s.predicts = pacing_.predicts();
    s.list = list_counts_;
    s.next_eligible = next_eligible_;
    return s;
  }

  void publish(time_point now) {
    next_publish_ = now + publish_every;
    if (!record_)
      return;
    live_campaign shown;
    shown.id = id_;
    shown.status = record_->status;
    shown.queue = queue_;
    shown.calls_begun = static_cast<std::uint64_t>(counters_.begun);
    shown.answered = static_cast<std::uint64_t>(counters_.answered);
    shown.connected = static_cast<std::uint64_t>(counters_.connected);
    shown.abandoned = static_cast<std::uint64_t>(counters_.abandoned);
    shown.ended = static_cast<std::uint64_t>(counters_.ended);
    shown.failed = static_cast<std::uint64_t>(counters_.failed);
    shown.in_flight = calls_.size();
    const auto& c = pacing_->calls();
    shown.outstanding = static_cast<std::size_t>(c.outstanding());
    shown.ringing = static_cast<std::size_t>(c.ringing);
    shown.waiting = static_cast<std::size_t>(c.waiting);
    shown.talking = static_cast<std::size_t>(c.with_agent);
    const auto& a = pacing_.agents();
    shown.agents_total = static_cast<std::size_t>(a.members());
    shown.agents_free = static_cast<std::size_t>(a.available);
    shown.agents_busy = static_cast<std::size_t>(a.on_call + a.ringing + a.wrap_up);
    shown.agents_paused = static_cast<std::size_t>(a.paused);
    shown.agents = a;
    shown.waiting_since = longest_waiting();
    if (list_counts_)
      shown_counts_ = list_counts_;
    if (shown_counts_) {
      shown.entries_total = shown_counts_->total;
      shown.entries_ready = shown_counts_->ready;
      shown.entries_cooling = shown_counts_->cooling;
      shown.entries_leased = shown_counts_->dialing;
      shown.entries_done = shown_counts_->answered + shown_counts_->exhausted + shown_counts_->no_numbers;
    }
    shown.snapshot = std::make_shared<const core::campaign_snapshot>(snapshot(now));
    core::append_reasons(shown.explain_json, core::explain_campaign(*shown.snapshot, now));
    shown.in_flight_by_age = pacing_->in_flight_by_age(now);
    shown.answer_days = pacing_.shown_days();
    shown.pacing = pacing_.shown(treatment(), now);
    shown.policy = plan_ ? core::dial_policy::from(*plan_) : core::dial_policy{};
    shown.dlma = list_wanted_;
    shown.at = now;
    show_history(shown);
    shared_.live.campaigns.put(id_, shown);
    tell_stats(shown);
  }

  /// Of our callers who wait for an agent.
  maybe_time longest_waiting() const {
    maybe_time since;
    if (pacing_->calls().waiting == 0)
      return since;
    for (const auto& [id, call] : calls_)
      if (call.reached.has(core::milestone::answered) && !call.reached.has(core::milestone::connected) &&
          !call.reached.has(core::milestone::abandoned) && !call.treated && (!since || call.answered < *since))
        since = call.answered;
    return since;
  }

  void show_history(live_campaign& shown) {
    const auto& a = shown.agents;
    const auto& c = pacing_->calls();
    history_.at(shown.at, {counters_.begun, counters_.begun - c.dialing, counters_.answered, counters_.connected,
                           counters_.abandoned,
                           shown_counts_ ? std::optional{static_cast<std::int64_t>(shown.entries_done)} : std::nullopt,
                           a.available + a.ringing + a.on_call + a.wrap_up, a.on_call + a.wrap_up});
    shown.busy_share = history_.busy_share(1min);
    shown.answer_rate = history_.answer_rate(1min);
    shown.calls_per_second = history_.calls_per_second(10s);
    if (core::may_dial(state_.status))
      shown.expected_end = history_.expected_end(static_cast<std::int64_t>(shown.entries_total - std::min(shown.entries_done, shown.entries_total)));
    shown.sums = history_.sums();
    shown.history = history_.samples();
  }

  std::string treatment() const {
    if (!plan_ || queue_.empty() || !core::treats_abandoned_calls(*plan_))
      return {};
    const auto place = core::abandon_place(*plan_);
    return place ? place->context + ',' + place->exten + ',' + place->priority : std::string{"hang up"};
  }

private:
  using timed_call = std::pair<time_point, uuid>;

  caf::stateful_actor<campaign_actor_state>* self_;
  caf::actor me_;
  uuid id_;
  engine_shared& shared_;

  std::optional<campaign> record_;
  std::optional<plan> plan_;
  std::optional<dlma> list_;
  std::optional<destination> dest_;
  std::shared_ptr<const storage::call_setup> setup_;
  std::optional<core::schedule> schedule_;
  std::string queue_, watched_;
  core::campaign_state state_;
  bool transition_pending_{false};

  campaign_pacing pacing_;
  std::optional<core::pacing_decision> decision_;

  caf::actor list_actor_;
  maybe_uuid list_wanted_;
  bool lease_pending_{false};
  std::optional<core::list_counts> list_counts_, shown_counts_;
  maybe_time next_eligible_;

  std::unordered_map<uuid, call_in_flight> calls_;
  std::unordered_map<std::string, std::int64_t> by_pbx_;
  std::priority_queue<timed_call, std::vector<timed_call>, std::greater<>> deadlines_, graces_;
  time_point grace_look_{time_point::max()}; ///< when `grace_passed` comes next
  time_point next_ledger_{}, next_estimates_{};
  campaign_counters counters_, kept_;
  core::campaign_history history_;
  std::string told_record_; ///< as live clients know it
  time_point next_publish_{}, next_stats_{}, next_counts_{}, next_keep_{}, next_hang_up_{}, hold_until_{};
};

caf::behavior campaign_actor(caf::stateful_actor<campaign_actor_state>* self, const uuid& id,
                             engine_shared* shared) {
  log_faults(self, "campaign " + to_string(id));
  self->state.work = std::make_shared<campaign_work>(self, id, shared);
  auto* work = self->state.work.get();
  self->send(self, caf::tick_atom::value);
  return {
      [=](const reload&) { work->read(); },
      [=](const wake&) { work->act(); },
      [=](const dial_list_ready& ready) { work->list_ready(ready); },
      [=](const leased& answer) { work->take_leased(answer); },
      [=](const begun_batch& batch) { work->take_begun(batch); },
      [=](const call_milestone& what) { work->milestone(what); },
      [=](const call_finished& what) { work->finished(what); },
      [=](const adopted_calls& adopted) { work->adopt(adopted); },
      [=](const grace_passed&) { work->pass_graces(); },
      [=](const treatment_failed& what) { work->treat_again(what.id); },
      [=](const count_again& again) { self->delayed_send(self, 1s, count_now{again.answer}); },
      [=](const count_now& now) { work->count(now.answer); },
      [=](const keep_now&) { work->keep_all(); },
      [=](caf::tick_atom) { work->tick(); },
  };
}

} // namespace ringmaster
