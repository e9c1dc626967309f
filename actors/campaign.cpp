// SPDX-License-Identifier: Apache-2.0
#include "actors/campaign.hpp"

#include "actors/campaign_calls.hpp"
#include "actors/campaign_pacing.hpp"
#include "actors/campaign_setup.hpp"
#include "actors/campaign_view.hpp"
#include "actors/core/campaign_rest.hpp"
#include "actors/core/campaign_state.hpp"
#include "actors/core/originate.hpp"
#include "actors/core/pbx_choice.hpp"
#include "actors/engine.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "storage/dialing.hpp"
#include "storage/outbound.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

constexpr auto publish_every = 250ms;
constexpr auto counts_every = 1s;
constexpr auto list_news_every = 100ms; ///< at most, where the list is dialed; it may tell of each of its entries
constexpr auto keep_every = 5s;
constexpr auto ledger_every = 1s;
constexpr auto estimates_every = 30s;
/// How long an entry waits whose telephone is in use, before it is looked at again.
constexpr auto in_use_for = 5s;
/// Of who rests, news of its queue and list are shown as late as that.
constexpr auto shown_at_rest_every = 2s;
constexpr std::int64_t most_at_once = 1000; ///< entries leased in one go: one commit's worth

const core::technology_aliases sip_is_pjsip{{"SIP", "PJSIP"}};

/// A number that stands for it.
std::uint64_t first_eight(const uuid& id) {
  std::uint64_t number = 0;
  std::memcpy(&number, id.bytes.data(), sizeof number);
  return number;
}

} // namespace

class campaign_work {
public:
  campaign_work(caf::stateful_actor<campaign_actor_state>* self, const uuid& id, engine_shared* shared)
      : self_{self}, me_{caf::actor_cast<caf::actor>(self)}, id_{id}, shared_{*shared}, pacing_{id, *shared, me_},
        calls_{self, id, *shared, pacing_, setup_}, view_{id, *shared, pacing_, calls_, setup_} {
    read();
  }

  // --- what is on disk
  // --------------------------------------------------------------------------------------

  void read() {
    transition_pending_ = false;
    const auto now = moment();
    if (const auto failed = setup_.read(*shared_.env, id_, shared_.timezone, *shared_.zones->rules()))
      return log_error("event=campaign_unreadable campaign={} reason={}", to_string(id_),
                           failed->message);
    if (!setup_.camp)
      return removed();
    if (setup_.not_writable)
      log_warn("event=calls_not_writable campaign={} field={} reason={}", to_string(id_),
                   setup_.not_writable->field, setup_.not_writable->message);
    forget_refusals();
    state_.status = static_cast<campaign_status>(setup_.camp->status);
    expect_schedule();
    use_plan(now);
    use_list(now);
    list_news_ = true; // another plan may find somebody to dial in it
    next_counts_ = {};
    follow_status();
    pacing_.look_at_agents(now);
    publish(now); // before anybody is told of the status that these figures belong to
    view_.tell_record();
  }

  /// Plans, destinations or lists have changed: read it again if they are ours.
  void read_if_ours(const std::vector<uuid>& resources) {
    const auto& c = setup_.camp;
    if (c && std::any_of(resources.begin(), resources.end(),
                         [&](const uuid& id) { return c->plan == id || c->dlma == id || c->dest == id; }))
      read();
  }

  /// What opened or closed meanwhile by the new rules is made up for, as after a restart.
  void use_zones(const zone_rules& zones) {
    if (!setup_.camp)
      return;
    setup_.use_zones(shared_.timezone, zones);
    expect_schedule();
    publish(moment());
  }

  /// What a server refused was the campaign as it was.
  void forget_refusals() {
    for (auto& [name, breakers] : shared_.breakers)
      breakers.forget(id_);
  }

  void removed() {
    removed_ = true;
    state_ = {};
    forget_refusals();
    drop_list();
    watch({});
    view_.remove();
    if (calls_.empty())
      end();
  }

  void end() {
    shared_.engine.tell(campaign_over{id_});
    self_->quit();
  }

  void use_plan(time_point now) {
    if (setup_.how && pacing_.use(*setup_.how, now))
      calls_.tell_pacing(now);
    pacing_.tell_ledger(setup_.today(date()), now);
    pacing_.serve(setup_.queue, {static_cast<double>(setup_.camp->weight), pacing_->options().grace,
                                 setup_.how ? setup_.how->agent_no_answer_limit : std::nullopt});
    watch(setup_.queue);
  }

  void watch(const std::string& queue) {
    if (queue == watched_)
      return;
    for (const auto& [name, pbx] : shared_.pbxs) {
      if (!watched_.empty())
        pbx.tell(watch_queue{watched_, me_, false});
      if (!queue.empty())
        pbx.tell(watch_queue{queue, me_});
    }
    watched_ = queue;
  }

  /// A campaign that was stopped for a while has no list: those of years of campaigns would not fit into memory. Who has
  /// just made or stopped one sees what its list holds, and starts it without waiting.
  void use_list(time_point now) {
    const bool stopped = state_.status == campaign_status::stopped;
    if (!stopped)
      in_use_at_ = now;
    const bool used = setup_.list && (!stopped || now < list_let_go_at());
    const auto wanted = used ? std::optional{setup_.list->id} : std::nullopt;
    if (wanted == list_wanted_)
      return;
    drop_list();
    list_wanted_ = wanted;
    if (wanted)
      shared_.engine.tell(need_dial_list{*wanted, me_});
  }

  time_point list_let_go_at() const {
    const auto& c = setup_.camp;
    const auto changed = c ? shared_.time->moment_of(c->tm_update.value_or(c->tm_create.value_or(time_point{}))) : time_point{};
    return std::max(in_use_at_, changed) + shared_.list_linger;
  }

  void drop_list() {
    if (list_actor_)
      list_actor_.tell(drop_view{id_});
    if (list_wanted_)
      shared_.engine.tell(release_dial_list{*list_wanted_});
    list_actor_ = {};
    list_wanted_.reset();
    list_counts_.reset();
    next_eligible_.reset();
    lease_pending_ = list_news_ = list_tells_ = false;
  }

  void list_ready(const dial_list_ready& ready) {
    if (!list_wanted_ || ready.dlma != *list_wanted_)
      return;
    if (ready.list != list_actor_)
      lease_pending_ = false; // of one that has ended since
    list_actor_ = ready.list;
    list_counts_.reset();
    follow_status();
    act();
  }

  // --- status
  // -----------------------------------------------------------------------------------------------

  void follow_status() {
    if (!setup_.camp)
      return;
    if (state_.status == campaign_status::starting) {
      if (list_actor_)
        take_step(core::prepared(state_));
    } else {
      take_step(core::calls_left(state_, calls_.size()));
    }
    if (state_.status == campaign_status::force_stopping)
      calls_.hang_up_all(moment());
  }

  void take_step(const core::campaign_step& step) {
    if (step.hang_up_all)
      calls_.hang_up_all(moment());
    if (!step.changed || transition_pending_ || !setup_.camp)
      return;
    transition_pending_ = true;
    publish(moment()); // whoever reads that it has stopped does not find its last calls in the figures
    auto told = std::make_shared<changes>();
    auto& engine = shared_.engine;
    shared_.write(
        [id = id_, from = setup_.camp->status, to = step.state.status, next = step.start_next, told,
         time = shared_.time](storage::write_txn& txn) {
          *told = {};
          const auto now = storage::get<campaign>(txn, id);
          // Somebody else may have asked for another status meanwhile; theirs stands.
          if (!now || now->status != from || !storage::set_campaign_status(txn, id, to, time->date()))
            return;
          told->campaigns.push_back(id);
          if (next && now->next_campaign)
            start_by_itself(txn, *now->next_campaign, *told, time->date());
        },
        [me = me_, told, engine](const std::optional<error>& failed) {
          if (failed) // a disk that refuses is not asked again at once
            me.tell_later(counts_every, reload{});
          else if (told->campaigns.empty())
            me.tell(reload{});
          else
            engine.tell(changes_ptr{told});
        },
        storage::room::reserve);
    log_info("event=campaign_status campaign={} from={} to={}", to_string(id_),
                 core::status_name(state_.status), core::status_name(step.state.status));
  }

  /// Starts or stops the campaign when its schedule opens or closes. Asked for once: what cannot be started then waits for
  /// the next opening.
  void follow_schedule() {
    if (!scheduled_at_ || date() < *scheduled_at_ || transition_pending_)
      return;
    scheduled_at_.reset();
    if (state_.status == campaign_status::started) {
      log_info("event=schedule_closed campaign={}", to_string(id_));
      if (const auto step = core::request_status(state_, static_cast<std::int64_t>(campaign_status::stopped), calls_.size()))
        take_step(*step);
      return;
    }
    log_info("event=schedule_opened campaign={}", to_string(id_));
    transition_pending_ = true;
    auto told = std::make_shared<changes>();
    shared_.write(
        [id = id_, told, time = shared_.time](storage::write_txn& txn) {
          *told = {};
          const auto camp = storage::get<campaign>(txn, id);
          if (camp && camp->status == static_cast<std::int64_t>(campaign_status::stopped))
            start_by_itself(txn, id, *told, time->date());
        },
        [me = me_, told, engine = shared_.engine](const std::optional<error>& failed) {
          if (failed)
            me.tell_later(counts_every, reload{});
          else if (told->campaigns.empty())
            me.tell(schedule_passed{});
          else
            engine.tell(changes_ptr{told});
        });
  }

  /// The start that the schedule wanted was not possible; a changed campaign is read anew.
  void schedule_passed_by() {
    transition_pending_ = false;
    scheduled_at_ = schedule_acts_after(date(), date());
  }

  /// By what is on disk: since then the campaign is as it is.
  void expect_schedule() {
    const auto today = date();
    scheduled_at_ = schedule_acts_after(setup_.camp->tm_update.value_or(setup_.camp->tm_create.value_or(today)), today);
  }

  /// Of dates.
  maybe_time schedule_acts_after(time_point since, time_point today) const {
    return setup_.schedule ? core::schedule_acts_at(*setup_.schedule, state_.status, since, today) : std::nullopt;
  }

  // --- dialing
  // ----------------------------------------------------------------------------------------------

  /// The only one that counts is the last that was asked for.
  void look(const campaign_look& at) {
    if (at.generation == look_generation_)
      look();
  }

  void look() {
    next_look_ = time_point::max();
    const auto now = moment();
    calls_.pass_deadlines(now);
    if (state_.status == campaign_status::force_stopping)
      calls_.hang_up_all(now);
    use_list(now);
    follow_schedule();
    pass_graces();
    act();
    if (now >= next_ledger_) {
      next_ledger_ = now + ledger_every;
      pacing_.tell_ledger(setup_.today(date()), now);
    }
    if (now >= next_estimates_) {
      next_estimates_ = now + estimates_every;
      pacing_.keep(now);
    }
    if (rests_)
      pacing_.rest(now);
    if (now >= next_publish_)
      publish(now);
    if (now >= next_keep_) {
      next_keep_ = now + keep_every;
      calls_.keep();
    }
  }

  /// After every message: when to look again, and whether there is anything left to do until then. Who is at work looks soon
  /// anyway, which costs one comparison here.
  void plan_look() {
    const auto now = moment();
    if (!rests_ && next_look_ <= now + core::look_while_dialing)
      return;
    if (rests_ && std::exchange(nothing_new_, false))
      return;
    const auto leisure = this->leisure(now);
    const bool begins_to_rest = !std::exchange(rests_, core::rests(leisure)) && rests_;
    if (begins_to_rest) { // let others have the agents, and leave nothing behind that was to be written in a moment
      act();
      calls_.keep();
      pacing_.rest(now); // what was never used goes at once: thousands of campaigns are read at a start
      publish(now);
    }
    auto at = now + core::next_look(leisure, first_eight(id_), now);
    if (rests_ && list_news_)
      at = std::min(at, std::max(next_counts_, now + 1ms));
    if (rests_ && unshown_news_)
      at = std::min(at, std::max(published_ + shown_at_rest_every, now + 1ms));
    if (next_look_ <= at)
      return;
    next_look_ = at;
    me_.tell_later(at - now, campaign_look{++look_generation_});
  }

  core::campaign_leisure leisure(time_point now) const {
    core::campaign_leisure of;
    const auto today = date();
    of.at_work = !calls_.empty() || (lease_pending_ && wanted_ > 0) || transition_pending_ || state_.status == campaign_status::starting ||
                 (!setup_.camp && !removed_);
    of.may_begin = may_begin();
    of.dry = list_tells_ && is_dry(now);
    of.nobody = nobody_there();
    of.watched = shared_.is_wanted(core::topic_family::stats);
    const auto know = [&](maybe_time at, time_point from) {
      if (at)
        of.known = std::min(of.known.value_or(duration::max()), *at - from);
    };
    know(scheduled_at_, today);
    if (setup_.schedule && core::may_dial(state_.status))
      know(setup_.schedule->next_change(today), today);
    if (of.dry)
      know(next_eligible_, now);
    if (list_wanted_ && state_.status == campaign_status::stopped)
      know(list_let_go_at(), now);
    return of;
  }

  /// Nothing in the list can be dialed now, and it tells when that changes.
  bool is_dry(time_point now) const {
    return list_counts_ && list_counts_->ready == 0 && !list_news_ && (!next_eligible_ || *next_eligible_ > now);
  }

  /// Nobody who could take a call: the queue tells when that changes, the engine when a server is there again.
  bool nobody_there() const {
    if (!setup_.queue.empty())
      return pacing_.agents().working() == 0;
    return std::none_of(shared_.pbx_names.begin(), shared_.pbx_names.end(), [&](const std::string& name) {
      const auto pbx = shared_.live.pbxs.find(name);
      return pbx && pbx->connected;
    });
  }

  /// Something may have changed that nobody tells of: servers, the database, clocks, who listens.
  void look_around() {
    next_publish_ = {};
    look();
  }

  void wake_up() {
    if (rests_ && (!may_begin() || is_dry(moment()))) {
      // Of people who are no concern of a campaign that has nobody for them. There may be many news, and many such campaigns.
      nothing_new_ = std::exchange(unshown_news_, true);
      return;
    }
    unshown_news_ = rests_;
    act();
  }

  void list_has_changed(const dial_list_handle& list) {
    if (list != list_actor_)
      return;
    const auto now = moment();
    list_news_ = true;
    if (!rests_ && !(list_counts_ && list_counts_->ready == 0))
      return; // it is asked soon, and for entries
    next_counts_ = std::min(next_counts_, std::max(now, asked_ + (may_begin() ? duration{list_news_every} : duration{counts_every})));
    if (rests_ && now >= next_counts_)
      act();
  }

  bool may_begin() const {
    return setup_.calls && list_actor_ && core::may_dial(state_.status) && !transition_pending_ &&
           setup_.is_open(date()) && setup_.how->dial_mode == 1 && !unusable(*setup_.dest) && !setup_.not_writable &&
           !shared_.stopping && shared_.live.writable.load(std::memory_order_relaxed);
  }

  void act() {
    const auto now = moment();
    if (!setup_.camp)
      return;
    pacing_.look_at_agents(now);
    pacing_.follow_group(setup_.today(date()), now);
    calls_.give_up_ringing(now);
    if (!list_actor_)
      (void)pacing_.turn(0, false, now);
    if (!list_actor_ || lease_pending_)
      return;
    // An empty list is asked again when it tells that it has changed, or something in it may have become eligible.
    const bool dry = is_dry(now);
    std::size_t wanted = 0;
    const bool able = may_begin() && now >= hold_until_;
    // What was laid by is read again for a call, not for a question.
    if (able && list_counts_ && !list_news_ && !dry && !nobody_there())
      pacing_.wake(now);
    if (pacing_.rests()) {
      decision_.reset();
    } else if (able) {
      decision_ = pacing_->decide(now);
      const auto calls = decision_->calls > 0 ? decision_->calls : pacing_.left_to_us(now);
      if (calls > 0)
        wanted = core::choose_pbx(capacities(now), std::min(calls, most_at_once)).size();
    }
    // Who has no room, or nobody to call, lets others have the agents.
    wanted = static_cast<std::size_t>(pacing_.turn(static_cast<std::int64_t>(wanted), able && !dry, now));
    if (dry && list_tells_)
      end_list_if_done();
    // Nor is it asked where nothing can have changed.
    if ((wanted == 0 || dry) && (now < next_counts_ || (dry && list_tells_ && !next_eligible_)))
      return;
    next_counts_ = now + counts_every;
    asked_ = now;
    list_news_ = false;
    lease_pending_ = true;
    wanted_ = wanted;
    list_actor_.tell(lease_request{id_, setup_.how ? core::dial_policy::from(*setup_.how) : core::dial_policy{},
                                 wanted, me_, setup_.version});
  }

  /// After a decision of pacing: what each server can take.
  std::vector<core::pbx_capacity> capacities(time_point now) const {
    std::vector<core::pbx_capacity> servers;
    const auto wanted = pacing_->by_pool();
    const auto needs = setup_.needs();
    for (const auto& name : shared_.pbx_names) {
      const auto pbx = shared_.live.pbxs.find(name);
      core::pbx_capacity one;
      if (!setup_.queue.empty())
        one.queue = {servers.size() < wanted.size() ? wanted[servers.size()] : 0, pacing_.working(servers.size())};
      auto& room = shared_.rooms.at(name);
      one.usable = pbx && pbx->connected && reaches_queue(name) && !core::hinders(*pbx->missing_rights, needs);
      one.max_channels = room.channels();
      one.channels = room.calls();
      one.tokens = room.tokens(now);
      switch (shared_.breakers.at(name).may_begin(setup_.trunk, id_, now)) {
      case core::permit::none: one.usable = false; break;
      case core::permit::probe: one.tokens = std::min<std::int64_t>(one.tokens, 1); break;
      case core::permit::free: break;
      }
      servers.push_back(one);
    }
    return servers;
  }

  bool reaches_queue(const std::string& pbx) const {
    if (setup_.queue.empty())
      return true;
    const auto queue = shared_.live.queues.find(queue_key(pbx, setup_.queue));
    return queue && queue->known;
  }

  /// Asked for again with each look, since the disk may have refused it.
  void end_list_if_done() {
    if (core::may_dial(state_.status) && list_counts_ && list_counts_->list_done() && calls_.empty() && setup_.how)
      take_step(core::list_done(state_, setup_.how->dl_end_handle, calls_.size()));
  }

  void take_leased(const leased& answer) {
    const auto now = moment();
    if (answer.list != list_actor_) { // the campaign has got another list meanwhile
      give_back all;
      for (const auto& entry : answer.entries)
        all.entries.push_back(entry.id);
      answer.list.tell(std::move(all));
      return;
    }
    lease_pending_ = false;
    list_tells_ = answer.entries.empty();
    if (rests_ && list_counts_ != answer.counts)
      unshown_news_ = true;
    list_counts_ = answer.counts;
    next_eligible_ = answer.next_eligible;
    if (answer.entries.empty()) {
      end_list_if_done();
      if (pacing_.rests() || is_dry(moment())) // there is somebody to dial; or else, others may have the agents
        act();
      return;
    }
    // The gate sees each call at this very instant, and so do agents: one may have been paused since.
    auto requests = std::make_shared<std::vector<storage::begin_request>>();
    give_back back;
    // In one step with the look at the agents: other campaigns see these calls from here on.
    const auto begin_for = [&](core::agent_ledger& ledger, std::int64_t most) {
      const auto servers =
          core::choose_pbx(capacities(now), std::min(static_cast<std::int64_t>(answer.entries.size()), most));
      for (std::size_t i = 0; i < answer.entries.size(); ++i) {
        const auto& entry = answer.entries[i];
        const auto claimed = i < servers.size() ? claim(shared_.pbx_names[servers[i]], entry, now) : std::nullopt;
        if (!claimed) {
          back.entries.push_back(entry.id);
          continue;
        }
        storage::begin_request request;
        request.id = random_uuid();
        if (core::resolve_technology(setup_.how->tech_name, nullptr) == "Local")
          request.other_channel_id = random_uuid();
        request.setup = setup_.calls;
        request.entry = entry.id;
        request.number_index = entry.number;
        request.pbx = shared_.pbx_names[servers[i]];
        calls_.intend(ledger, request.id, request.pbx,
                      {first_eight(setup_.list->id), static_cast<std::uint32_t>(entry.tries) + 1,
                       std::hash<uuid>{}(entry.id) + entry.number + 1},
                      *claimed, now);
        requests->push_back(std::move(request));
      }
    };
    if (may_begin()) {
      pacing_.follow_group(setup_.today(date()), now);
      pacing_.reserve(now, begin_for);
    } else {
      for (const auto& entry : answer.entries)
        back.entries.push_back(entry.id);
    }
    if (!back.entries.empty())
      list_actor_.tell(std::move(back));
    if (!requests->empty())
      begin(requests);
    act();
  }

  /// Room and leave on a server for one call. Nothing: another campaign has looked at the same moment and was quicker.
  std::optional<breaker_ticket> claim(const std::string& pbx, const core::leased_entry& entry, time_point now) {
    auto& room = shared_.rooms.at(pbx);
    if (!room.claim(now))
      return std::nullopt;
    auto ticket = shared_.breakers.at(pbx).begin(setup_.trunk, id_, {entry.id, entry.number}, now);
    if (!ticket)
      room.left();
    return ticket;
  }

  void begin(const std::shared_ptr<std::vector<storage::begin_request>>& requests) {
    struct outcome {
      begun_batch batch;
      entries_changed entries;
    };
    auto made = std::make_shared<outcome>();
    made->batch.list = list_actor_;
    shared_.write(
        [requests, made, id = id_, time = shared_.time](storage::write_txn& txn) {
          made->batch.calls.clear();
          made->batch.refused.clear();
          made->batch.in_use.clear();
          made->entries = {};
          const auto now = time->date();
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
            if (begun.error().code == errc::number_in_use) {
              made->batch.in_use.push_back({request.id, request.entry});
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
            made->batch.list = list;
            made->batch.why = failed->message;
            for (const auto& request : *requests)
              made->batch.refused.push_back({request.id, request.entry});
          } else if (!made->entries.now.empty() || !made->entries.gone.empty()) {
            list.tell(made->entries);
          }
          me.tell(std::move(made->batch));
        });
  }

  void take_begun(const begun_batch& batch) {
    const auto now = moment();
    give_back back;
    for (const auto& refused : batch.refused) {
      back.entries.push_back(refused.entry);
      calls_.forget(refused.call, now);
    }
    if (!batch.refused.empty()) {
      if (const auto times = shared_.complaints.due("calls_not_begun: " + batch.why, now))
        log_warn("event=calls_not_begun campaign={} count={} reason={} times={}", to_string(id_), batch.refused.size(), batch.why,
                 *times);
      batch.list.tell(std::move(back));
      hold_until_ = now + counts_every; // a disk that refuses is not asked again at once
    }
    if (!batch.in_use.empty()) {
      put_off later;
      later.until = now + in_use_for;
      for (const auto& one : batch.in_use) {
        later.entries.push_back(one.entry);
        calls_.forget(one.call, now);
      }
      log_debug("event=numbers_in_use campaign={} count={}", to_string(id_), batch.in_use.size());
      batch.list.tell(std::move(later));
    }
    std::unordered_map<std::string, originate_batch> by_pbx;
    for (const auto& call : batch.calls) {
      const auto channel = calls_.begin(*call);
      if (!channel)
        continue;
      if (auto bytes = originate_bytes(*call))
        by_pbx[call->pbx].calls.push_back(
            {followed_call{{call->id, call->other_channel_id, dialing_status::none, now}, channel},
             std::move(*bytes)});
      else
        channel.tell(not_written(bytes.error()));
    }
    for (auto& [name, originates] : by_pbx)
      shared_.pbxs.at(name).tell(std::move(originates));
    follow_status(); // a stop may have come while the intents were written
    if (!batch.in_use.empty())
      act(); // others of the list can be dialed in their place
  }

  /// The entry's own number or variables are at fault, since `may_begin` sees to the rest; unless the plan went meanwhile.
  static originate_written not_written(const error& why) {
    return {false, why.field.empty() ? why.message : why.field + ": " + why.message, why.code != errc::illegal_state};
  }

  result<std::string> originate_bytes(const dialing& call) const {
    const auto& how = setup_.how;
    if (!how)
      return error{errc::illegal_state, "the plan was deleted", {}};
    const auto pbx = shared_.live.pbxs.find(call.pbx);
    core::originate_options options;
    options.technology = how->tech_name;
    options.trunk = how->trunk_name;
    options.caller_id = how->caller_id;
    options.early_media = how->early_media;
    options.codecs = how->codecs;
    options.local_no_optimize = how->local_no_optimize;
    options.dialplan_context = how->dialplan_context;
    options.aliases = pbx && pbx->sip_means_pjsip ? &sip_is_pjsip : nullptr;
    return core::originate_action(call, options);
  }

  // --- calls
  // ------------------------------------------------------------------------------------------------

  void milestone(const call_milestone& what) {
    if (calls_.milestone(what, moment()))
      act();
  }

  void finished(const call_finished& what) {
    const auto now = moment();
    calls_.finished(what, now);
    list_counts_.reset();
    next_counts_ = std::min(next_counts_, now + list_news_every);
    if (!setup_.camp && calls_.empty())
      return end();
    follow_status();
    act();
  }

  void pass_graces() {
    if (calls_.pass_graces(moment()))
      act();
  }

  void confirmed(const caller_waits& what) {
    if (calls_.confirmed(what.id, what.waits, moment()))
      act();
  }

  void treat_again(const treatment_failed& what) { calls_.treat_again(what.id, moment()); }

  void count(const count_now& what) { calls_.count(what.answer); }

  void adopt(const adopted_calls& adopted) {
    const auto now = moment();
    pacing_.wake(now);
    calls_.adopt(adopted, now);
    pacing_.tell_ledger(setup_.today(date()), now);
    publish(now);
  }

  // --- what is kept and shown
  // -------------------------------------------------------------------------------

  void keep() {
    calls_.keep();
    pacing_.keep(moment());
  }

  void show() {
    const auto now = moment();
    if (rests_ && setup_.camp)
      pacing_.look_at_agents(now);
    publish(now);
  }

  void publish(time_point now) {
    next_publish_ = now + publish_every;
    published_ = now;
    unshown_news_ = false;
    if (setup_.camp)
      view_.publish({state_.status, decision_, list_wanted_.has_value(), list_counts_, next_eligible_, scheduled_at_, rests_}, now);
  }

private:
  // See `clock`: what is called `now` is a moment.
  [[nodiscard]] time_point moment() const noexcept { return shared_.time->now(); }
  [[nodiscard]] time_point date() const noexcept { return shared_.time->date(); }

  caf::stateful_actor<campaign_actor_state>* self_;
  campaign_handle me_;
  uuid id_;
  engine_shared& shared_;

  campaign_setup setup_;
  campaign_pacing pacing_;
  campaign_calls calls_;
  campaign_view view_;

  core::campaign_state state_;
  bool transition_pending_{false};
  maybe_time scheduled_at_; ///< the date at which the schedule starts or stops the campaign
  time_point in_use_at_{}; ///< last seen not stopped, in this process
  std::string watched_; ///< the queue whose news wakes us
  std::optional<core::pacing_decision> decision_;

  dial_list_handle list_actor_;
  maybe_uuid list_wanted_;
  bool lease_pending_{false};
  std::optional<core::list_counts> list_counts_;
  maybe_time next_eligible_;

  bool rests_{false}; ///< see core/campaign_rest.hpp
  bool list_tells_{false}; ///< it had nothing for us, and tells of its next change
  bool list_news_{false};  ///< the list has changed since it was asked
  bool unshown_news_{false}; ///< of who rests: its queue or list has changed since figures were published
  bool nothing_new_{false}; ///< in the message at hand
  bool removed_{false};
  time_point asked_{};     ///< the list, last
  std::size_t wanted_{0};  ///< entries, then
  time_point published_{};
  time_point next_look_{}; ///< the look that is on its way
  std::uint64_t look_generation_{0};
  time_point next_ledger_{}, next_estimates_{}, next_publish_{}, next_counts_{}, next_keep_{}, hold_until_{};
};

namespace {

/// A message, and then when to look again.
template <class Message, class Handle>
auto handled(campaign_work* work, Handle handle) {
  return [work, handle](const Message& what) {
    handle(*work, what);
    work->plan_look();
  };
}

} // namespace

caf::behavior campaign_actor(caf::stateful_actor<campaign_actor_state>* self, const uuid& id,
                             engine_shared* shared) {
  log_faults(self, "campaign " + to_string(id));
  self->state.work = std::make_shared<campaign_work>(self, id, shared);
  auto* work = self->state.work.get();
  me<campaign_handle>(self).tell(look_now{});
  // A message is compared with each of these in turn: what every call brings comes first.
  return takes<campaign_handle>(
      handled<call_milestone>(work, [](auto& w, const auto& what) { w.milestone(what); }),
      handled<call_finished>(work, [](auto& w, const auto& what) { w.finished(what); }),
      handled<begun_batch>(work, [](auto& w, const auto& batch) { w.take_begun(batch); }),
      handled<leased>(work, [](auto& w, const auto& answer) { w.take_leased(answer); }),
      handled<campaign_look>(work, [](auto& w, const auto& what) { w.look(what); }),
      handled<wake>(work, [](auto& w, const auto&) { w.wake_up(); }),
      handled<list_changed>(work, [](auto& w, const auto& what) { w.list_has_changed(what.list); }),
      handled<reload>(work, [](auto& w, const auto&) { w.read(); }),
      handled<resources_changed>(work, [](auto& w, const auto& what) { w.read_if_ours(*what.ids); }),
      handled<zone_rules_changed>(work, [](auto& w, const auto& what) { w.use_zones(*what.rules); }),
      handled<schedule_passed>(work, [](auto& w, const auto&) { w.schedule_passed_by(); }),
      handled<dial_list_ready>(work, [](auto& w, const auto& ready) { w.list_ready(ready); }),
      handled<adopted_calls>(work, [](auto& w, const auto& adopted) { w.adopt(adopted); }),
      handled<grace_passed>(work, [](auto& w, const auto&) { w.pass_graces(); }),
      handled<caller_waits>(work, [](auto& w, const auto& what) { w.confirmed(what); }),
      handled<treatment_failed>(work, [](auto& w, const auto& what) { w.treat_again(what); }),
      [=](const count_again& again) { me<campaign_handle>(self).tell_later(1s, count_now{again.answer}); },
      handled<count_now>(work, [](auto& w, const auto& now) { w.count(now); }),
      handled<keep_now>(work, [](auto& w, const auto&) { w.keep(); }),
      handled<show_now>(work, [](auto& w, const auto&) { w.show(); }),
      handled<look_now>(work, [](auto& w, const auto&) { w.look_around(); }));
}

} // namespace ringmaster
