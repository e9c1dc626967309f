// SPDX-License-Identifier: Apache-2.0
#include "actors/engine.hpp"

#include "actors/campaign.hpp"
#include "actors/channel.hpp"
#include "actors/core/explain.hpp"
#include "actors/core/telephone/tables.hpp"
#include "actors/dial_list.hpp"
#include "actors/guard.hpp"
#include "actors/hub.hpp"
#include "actors/log.hpp"
#include "actors/messages.hpp"
#include "actors/pbx.hpp"
#include "actors/results.hpp"
#include "actors/shared.hpp"
#include "actors/store.hpp"
#include "actors/surroundings.hpp"
#include "protocol/ami/parallel_parser.hpp"
#include "protocol/telephone_number.hpp"
#include "storage/dialing.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <future>
#include <thread>
#include <unordered_map>

namespace ringmaster {
namespace {

constexpr std::size_t most_writes = 20'000; ///< of callers, at once
constexpr std::chrono::milliseconds figures_of_rest_are_fresh_for{250}; ///< as those of who dials

/// Keeps the actors of campaigns and dial lists, and tells each what a commit changed for it.
struct engine_actor_state {
  static constexpr const char* name = "engine";
  struct used_list {
    dial_list_handle actor;
    std::size_t users{0};
  };
  std::unordered_map<uuid, campaign_handle> campaigns;
  std::unordered_map<uuid, used_list> lists;
  surroundings seen;
};
using engine_actor = caf::stateful_actor<engine_actor_state>;

campaign_handle campaign_of(engine_actor* self, engine_shared& shared, const uuid& id) {
  auto& campaigns = self->state.campaigns;
  const auto at = campaigns.find(id);
  if (at != campaigns.end())
    return at->second;
  return campaigns.emplace(id, campaign_handle{self->spawn<caf::linked>(campaign_actor, id, &shared)}).first->second;
}

dial_list_handle use_list(engine_actor* self, engine_shared& shared, const uuid& dlma) {
  auto& list = self->state.lists[dlma];
  if (!list.actor) {
    list.actor = dial_list_handle{self->spawn<caf::linked>(dial_list_actor, dlma, shared.env, shared.time)};
    shared.dial_lists.put(dlma, list.actor);
    list.actor.tell(load_dial_list{});
    shared.live.dial_lists.fetch_add(1, std::memory_order_relaxed);
  }
  list.users += 1;
  return list.actor;
}

void release_list(engine_actor* self, engine_shared& shared, const uuid& dlma) {
  const auto at = self->state.lists.find(dlma);
  if (at == self->state.lists.end() || --at->second.users != 0)
    return;
  shared.dial_lists.erase(dlma);
  at->second.actor.tell(end_dial_list{});
  self->state.lists.erase(at);
  shared.live.dial_lists.fetch_sub(1, std::memory_order_relaxed);
}

void apply(engine_actor* self, engine_shared& shared, const changes& what) {
  std::unordered_map<uuid, entries_changed> by_list;
  for (const auto& [dlma, entry] : what.entries)
    by_list[dlma].now.push_back(entry);
  for (const auto& [dlma, entry] : what.gone)
    by_list[dlma].gone.push_back(entry);
  for (auto& [dlma, changed] : by_list)
    if (const auto at = self->state.lists.find(dlma); at != self->state.lists.end())
      at->second.actor.tell(std::move(changed));
  if (!what.resources.empty()) {
    const resources_changed told{std::make_shared<const std::vector<uuid>>(what.resources)};
    for (const auto& [id, campaign] : self->state.campaigns)
      campaign.tell(told);
  }
  for (const auto& id : what.campaigns)
    campaign_of(self, shared, id).tell(reload{});
  for (const auto& id : what.hang_up)
    if (const auto call = shared.live.dialings.find(id))
      call.channel().tell(hang_up_call{[](result<std::string>) {}});
}

caf::behavior engine_behavior(engine_actor* self, engine_shared* shared) {
  log_faults(self, "engine");
  return takes<engine_handle>(
      [=](const engine_look&) {
        auto now = surroundings::look(*shared);
        // Of the first look there is nothing before.
        if (const auto leap = now.leap_since(self->state.seen); leap && self->state.seen.now != time_point{}) {
          log_warn("event=clock_leap stood_still={} ms={}", leap->stood_still,
                   std::chrono::duration_cast<std::chrono::milliseconds>(leap->by).count());
          shared->live.leap.put(leap);
        }
        if (now.differ_from(self->state.seen)) {
          for (const auto& [id, campaign] : self->state.campaigns)
            campaign.tell(look_now{});
          self->state.seen = std::move(now);
        } else {
          self->state.seen.now = now.now;
        }
        me<engine_handle>(self).tell_later(surroundings::looks_every, engine_look{});
      },
      [=](const changes_ptr& what) { apply(self, *shared, *what); },
      [=](const zone_rules_changed& what) {
        for (const auto& [id, campaign] : self->state.campaigns)
          campaign.tell(what);
      },
      [=](const keep_now& what) {
        for (const auto& [id, campaign] : self->state.campaigns)
          campaign.tell(what);
      },
      [=](const show_now& what) {
        if (const auto at = self->state.campaigns.find(what.campaign); at != self->state.campaigns.end())
          at->second.tell(what);
      },
      [=](const need_dial_list& what) {
        what.campaign.tell(dial_list_ready{what.dlma, use_list(self, *shared, what.dlma)});
      },
      [=](const release_dial_list& what) { release_list(self, *shared, what.dlma); },
      [=](const campaign_over& what) { self->state.campaigns.erase(what.campaign); },
      [=](const adopted_calls& adopted) {
        // One message a campaign and one a server, however many calls were up.
        std::unordered_map<uuid, adopted_calls> by_campaign;
        std::unordered_map<std::string, adopt_batch> by_pbx;
        for (const auto& one : adopted.calls) {
          const auto& record = *one.record;
          auto campaign = campaign_of(self, *shared, record.uuid_camp);
          auto channel = channel::begin(self->system(), record, campaign, true, *shared);
          by_campaign[record.uuid_camp].calls.push_back({one.record, channel});
          if (shared->pbxs.count(record.pbx) != 0)
            by_pbx[record.pbx].calls.push_back(
                {{record.id, record.other_channel_id, static_cast<dialing_status>(record.status),
                  shared->time->moment_of(record.tm_create.value_or(time_point{}))},
                 channel});
          else
            channel.tell(channel_presence{false, 0, {}, "its server is not configured any more"});
        }
        for (auto& [id, calls] : by_campaign)
          campaign_of(self, *shared, id).tell(std::move(calls));
        for (auto& [name, calls] : by_pbx)
          shared->pbxs.at(name).tell(std::move(calls));
      });
}

} // namespace

struct engine::impl {
  impl(engine_options o, std::unique_ptr<zone_keeper> z)
      : options{std::move(o)}, zones{std::move(z)}, parsers{options.parser_threads} {
    config.set("scheduler.max-threads", std::max<std::size_t>(options.actor_threads, 1));
    config.set("scheduler.max-throughput", std::size_t{300});
    // One queue for all workers, who sleep until there is work. Those that steal look for work every 50 µs first, a
    // quarter of a core in a daemon that does nothing, and cost a third more CPU an event with few of them.
    config.set("scheduler.policy", caf::atom("sharing"));
    system = std::make_unique<caf::actor_system>(config);
  }

  void spawn_all() {
    shared.store = store_handle{system->spawn<caf::detached>(store_actor, shared.env, &shared.live, left, shared.time)};
    shared.results = results_handle{system->spawn<caf::detached>(results_actor, options.result_file, &shared)};
    shared.hub = spawn_hub(*system, &shared, options.hub_linger);
    shared.engine = engine_handle{system->spawn(engine_behavior, &shared)};
    for (const auto& pbx : options.pbxs) {
      shared.pbx_names.push_back(pbx.name);
      shared.breakers.try_emplace(pbx.name, pbx.name);
      shared.rooms.try_emplace(pbx.name, pbx.originate_rate, pbx.originate_burst(),
                               static_cast<std::int64_t>(pbx.max_channels), shared.time->now());
      auto tables = std::make_shared<core::telephone_tables>(pbx.name, shared.telephones.size() + 1);
      shared.telephones.push_back(tables);
      shared.pbxs[pbx.name] = pbx_handle{
          system->spawn(pbx_actor, pbx, pbx_environment{&io, &parsers, &shared.live, std::move(tables), &shared, shared.time})};
    }
    shared.essential.add("store", shared.store.actor());
    shared.essential.add("results", shared.results.actor());
    shared.essential.add("hub", shared.hub.actor());
    shared.essential.add("engine", shared.engine.actor());
    for (const auto& [name, pbx] : shared.pbxs)
      shared.essential.add("pbx " + name, pbx.actor());
  }

  /// What became of calls is known, though it could not be written yet: those that are over are not taken up, and who has
  /// answered is known to have.
  void know_what_waits(std::vector<dialing>& calls) const {
    for (const auto& note : left.notes) {
      const auto at = std::find_if(calls.begin(), calls.end(), [&](const dialing& one) { return one.id == note.call; });
      if (at == calls.end())
        continue;
      if (note.what == storage::call_note::ended) {
        calls.erase(at);
      } else if (note.what == storage::call_note::answered) {
        at->status = note.status;
        at->res_dial = note.res_dial;
        at->channel = note.channel;
      } else if (note.what == storage::call_note::counted) {
        at->counted = 1;
      }
    }
  }

  /// What the last process left: campaigns in use, and calls that were up.
  result<void> take_up() {
    auto txn = shared.env->read();
    if (!txn)
      return txn.error();
    auto campaigns = storage::all<campaign>(*txn);
    if (!campaigns)
      return campaigns.error();
    auto dialings = storage::all_dialings(*txn);
    if (!dialings)
      return dialings.error();
    know_what_waits(*dialings);
    if (!dialings->empty()) {
      adopted_calls adopted;
      for (auto& record : *dialings)
        adopted.calls.push_back({std::make_shared<const dialing>(std::move(record)), {}});
      log_info("event=calls_left_from_before count={}", adopted.calls.size());
      shared.engine.tell(std::move(adopted));
    }
    auto what = std::make_shared<changes>();
    for (const auto& one : *campaigns)
      what->campaigns.push_back(one.id);
    shared.engine.tell(changes_ptr{what});
    shared.engine.tell(engine_look{});
    return {};
  }

  /// Waits until the campaigns have handed to the store what they keep; not for long, it is learned anew.
  void keep_everything() {
    std::promise<void> kept;
    auto done = kept.get_future();
    shared.engine.tell(keep_now{std::shared_ptr<void>{nullptr, [all = std::make_shared<std::promise<void>>(std::move(kept))](
                                                               void*) { all->set_value(); }}});
    done.wait_for(std::chrono::seconds{3});
  }

  void stop() {
    shared.stopping = true;
    keep_everything();
    // Children are linked: campaigns and lists end with the engine, queues with their pbx.
    shared.engine.end();
    for (const auto& [name, pbx] : shared.pbxs)
      pbx.end();
    // Whatever was handed to the writer before is on disk when this is.
    std::promise<void> committed;
    auto done = committed.get_future();
    shared.write([](storage::write_txn&) {}, [&](const std::optional<error>&) { committed.set_value(); });
    done.wait();
    shared.results.end();
    shared.store.end();
    shared.hub.end();
    // Actors look at these handles until they end, and the system must not go before the handles have.
    system->await_all_actors_done();
    for (const auto& call : shared.live.dialings.all()) // nobody is left who could send them anything
      call.channel().end();
    shared.live.dialings.clear();
    shared.store = nullptr;
    shared.results = nullptr;
    shared.engine = nullptr;
    shared.hub = nullptr;
    shared.pbxs.clear();
    shared.essential.clear();
    system.reset();
    work.reset();
    io.stop();
    if (io_thread.joinable())
      io_thread.join();
  }

  engine_options options;
  std::unique_ptr<zone_keeper> zones;
  caf::actor_system_config config;
  boost::asio::io_context io{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work;
  std::thread io_thread;
  ami::parser_pool parsers;
  engine_shared shared;
  left_behind left;
  std::atomic<std::size_t> writes{0};
  std::unique_ptr<caf::actor_system> system;
};

result<std::unique_ptr<engine>> engine::start(engine_options options, storage::environment& env) {
  auto zones = zone_keeper::open(options.zone_folder, options.time->date());
  if (!zones)
    return zones.error();
  std::unique_ptr<engine> made{new engine};
  made->impl_ = std::make_unique<impl>(std::move(options), std::move(*zones));
  auto& in = *made->impl_;
  in.shared.env = &env;
  in.shared.timezone = in.options.timezone;
  in.shared.zones = in.zones.get();
  in.shared.time = in.options.time;
  in.shared.call_times = in.options.call_times;
  in.shared.list_linger = in.options.list_linger;
  in.work.emplace(in.io.get_executor());
  if (auto taken = take_up_notes(env, in.left); !taken) {
    made->impl_.reset(); // nothing has begun that would have to be stopped
    return taken.error();
  }
  in.io_thread = std::thread{[&in] { in.io.run(); }};
  in.spawn_all();
  if (auto taken = in.take_up(); !taken)
    return taken.error(); // the destructor stops what has begun
  return made;
}

engine::~engine() {
  if (impl_)
    impl_->stop();
}

void engine::submit(std::function<bool(storage::write_txn&)> run,
                    std::function<void(const std::optional<error>&)> done, storage::room may_fill) {
  auto& in = *impl_;
  if (in.writes.fetch_add(1) >= most_writes) {
    in.writes.fetch_sub(1);
    return done(error{errc::overloaded, "too many writes wait for the disk; try again in a second", {}});
  }
  in.shared.write(std::move(run), [&in, done = std::move(done)](const std::optional<error>& failed) {
    in.writes.fetch_sub(1);
    try {
      done(failed);
    } catch (const std::exception& fault) { // the caller's, who does not get his answer; nobody else has to do with it
      log_critical("event=callback_fault reason={}", fault.what());
    }
  }, may_fill);
}

void engine::publish(std::shared_ptr<const changes> what) {
  impl_->shared.engine.tell(changes_ptr{std::move(what)});
}

storage::environment& engine::database() noexcept { return *impl_->shared.env; }
caf::actor_system& engine::actors() noexcept { return *impl_->system; }
essential_actors& engine::essential() noexcept { return impl_->shared.essential; }
const hub_handle& engine::hub() const noexcept { return impl_->shared.hub; }
live_state& engine::live() noexcept { return impl_->shared.live; }
agent_room& engine::agents() noexcept { return impl_->shared.agents; }
const engine_options& engine::options() const noexcept { return impl_->options; }
std::size_t engine::writes_in_flight() const noexcept { return impl_->writes.load(); }

const zone_keeper& engine::zones() const noexcept { return *impl_->zones; }

void engine::look_at_zone_files() {
  if (auto fresh = impl_->zones->look(impl_->shared.time->date()))
    impl_->shared.engine.tell(zone_rules_changed{std::move(fresh)});
}

void engine::look_at_disk() {
  std::error_code failed;
  const auto space = std::filesystem::space(impl_->shared.env->data_dir(), failed);
  live().disk_free.store(failed ? -1 : static_cast<std::int64_t>(space.available), std::memory_order_relaxed);
}

std::vector<core::health_trouble> engine::what_is_wrong() {
  const auto& shared = impl_->shared;
  core::health_facts facts;
  const auto writing = [](const live_writing& to) {
    return to.works ? core::health_facts::part{} : core::health_facts::part{to.trouble.empty() ? "it cannot be written" : to.trouble, to.since};
  };
  facts.database = writing(*shared.live.database.get());
  facts.result_file = writing(*shared.live.result_file.get());
  if (const auto zones = impl_->zones->now(); !zones.trouble.empty())
    facts.zone_rules = {zones.trouble, zones.trouble_since};
  for (const auto& name : shared.pbx_names) {
    auto& one = facts.servers.emplace_back();
    one.name = name;
    if (const auto live = shared.live.pbxs.find(name)) {
      one.connected = live->connected;
      one.away = {live->trouble, live->trouble_since};
      one.missing = *live->missing_rights;
    }
    one.rests = resting(name);
  }
  if (const auto free = shared.live.disk_free.load(std::memory_order_relaxed); free >= 0)
    facts.disk_free = static_cast<std::uint64_t>(free);
  facts.leap = *shared.live.leap.get();
  return core::what_is_wrong(facts, shared.time->date());
}

const std::vector<std::shared_ptr<core::telephone_tables>>& engine::telephones() const noexcept {
  return impl_->shared.telephones;
}

void engine::ask(const std::string& pbx, telephone_request what, std::function<void(result<std::string>)> done) {
  const auto at = impl_->shared.pbxs.find(pbx);
  if (at == impl_->shared.pbxs.end())
    return done(error{errc::not_found, "there is no server \"" + pbx + "\"", "pbx"});
  at->second.tell(pbx_request{std::move(what.action), std::move(what.headers), std::move(done)});
}

void engine::ask_list(const std::string& pbx, telephone_request what,
                      std::function<void(const result<std::vector<telephone_answer>>&)> done) {
  const auto at = impl_->shared.pbxs.find(pbx);
  if (at == impl_->shared.pbxs.end())
    return done(error{errc::not_found, "there is no server \"" + pbx + "\"", "pbx"});
  at->second.tell(pbx_list_request{std::move(what.action), std::move(what.headers), std::move(done)});
}

result<void> engine::follow(const std::string& pbx, const std::string& unique_id, const follower_handle& who) {
  const auto at = impl_->shared.pbxs.find(pbx);
  if (at == impl_->shared.pbxs.end())
    return error{errc::not_found, "there is no server \"" + pbx + "\"", "pbx"};
  at->second.tell(follow_channel{unique_id, who});
  return {};
}

void engine::unfollow(const std::string& pbx, const std::string& unique_id, const follower_handle& who) {
  if (const auto at = impl_->shared.pbxs.find(pbx); at != impl_->shared.pbxs.end())
    at->second.tell(unfollow_channel{unique_id, who});
}

void engine::configure(const std::string& pbx, core::section_order order, std::function<void(result<void>)> done) {
  const auto at = impl_->shared.pbxs.find(pbx);
  if (at == impl_->shared.pbxs.end())
    return done(error{errc::not_found, "there is no server \"" + pbx + "\"", "pbx"});
  at->second.tell(pbx_section{std::move(order), std::move(done)});
}

result<void> engine::use_login(const std::string& pbx, pbx_login login) {
  const auto at = impl_->shared.pbxs.find(pbx);
  if (at == impl_->shared.pbxs.end())
    return error{errc::not_found, "there is no server \"" + pbx + "\"", "pbx"};
  at->second.tell(ringmaster::use_login{std::move(login)});
  return {};
}

void engine::hang_up(const uuid& id, std::function<void(result<void>)> done) {
  const auto call = impl_->shared.live.dialings.find(id);
  if (!call)
    return done(error{errc::not_found, "no dialing " + to_string(id) + " is live", "uuid"});
  call.channel().tell(hang_up_call{[done = std::move(done)](result<std::string> said) {
                   if (said)
                     done(result<void>{});
                   else
                     done(said.error());
                 }});
}

std::vector<core::resting> engine::resting(const std::string& pbx) { return impl_->shared.resting(pbx); }

void engine::when_shown(const uuid& campaign, std::optional<std::int64_t> status, std::function<void()> done) {
  auto& shared = impl_->shared;
  const auto shown = shared.live.campaigns.find(campaign);
  if (!shown)
    return done();
  const auto ends = shared.live.ends.find(campaign);
  const bool another_status = status && shown->status != *status;
  const bool has_ended = ends && ends->load(std::memory_order_acquire) > shown->ends_heard;
  const bool old = shown->rests && std::chrono::abs(shared.time->date() - shown->at) > figures_of_rest_are_fresh_for;
  if (!another_status && !has_ended && !old)
    return done();
  show_now ask{campaign, std::shared_ptr<void>{nullptr, [done = std::move(done)](void*) { done(); }}};
  if (!another_status)
    return shared.engine.tell(std::move(ask));
  // What is on disk may be seen before those are told whom it concerns. They are when this comes back from the writer.
  shared.write([](storage::write_txn&) {},
               [engine = shared.engine, ask](const std::optional<error>&) { engine.tell(ask); },
               storage::room::reserve);
}

void engine::explain_entry(const uuid& id, std::function<void(result<std::string>)> done) {
  auto txn = impl_->shared.env->read();
  if (!txn)
    return done(txn.error());
  const auto entry = storage::get<dl>(*txn, id);
  if (!entry)
    return done(entry.error());
  // Of the campaigns that dial this list, one that is started says most.
  snapshot_map<uuid, live_campaign>::pointer by;
  for (const auto& one : impl_->shared.live.campaigns.all())
    if (one->dlma == entry->dlma_uuid && (!by || one->status == 1))
      by = one;
  if (!by)
    return explain_entry(*entry, nullptr, std::move(done));
  when_shown(by->id, std::nullopt, [this, entry = *entry, campaign = by->id, done = std::move(done)] {
    explain_entry(entry, impl_->shared.live.campaigns.find(campaign), done);
  });
}

/// `by`: of the campaign that dials it; null: none does.
void engine::explain_entry(const dl& entry, std::shared_ptr<const live_campaign> by, std::function<void(result<std::string>)> done) {
  const auto policy = by ? by->policy : core::dial_policy{};
  const auto answer = [id = entry.id, by, done = std::move(done), numbers = entry.number, policy,
                       env = impl_->shared.env, time = impl_->shared.time](core::entry_explanation found) {
    const auto now = time->date();
    if (found.state == core::entry_state::ready && found.number && numbers[*found.number] && !policy.allow_number_in_use)
      if ((found.other_call = env->call_to(telephone_key_of(*numbers[*found.number]))))
        found.state = core::entry_state::number_in_use;
    std::string json;
    json_writer w{json};
    w.begin_object();
    w.member("uuid", to_string(id));
    w.key("campaign");
    if (by)
      w.string(to_string(by->id));
    else
      w.null();
    w.member("state", core::name(found.state));
    w.key("reasons");
    std::string reasons;
    core::append_reasons(reasons, core::explain_entry(found, false, by ? by->snapshot.get() : nullptr, now));
    w.raw(reasons);
    w.end_object();
    done(std::move(json));
  };
  if (const auto list = impl_->shared.dial_lists.find(entry.dlma_uuid))
    return list->tell(explain_request{entry.id, policy, answer});
  answer(core::dial_list::explain(dial_entry::from(entry), policy, false, impl_->shared.time->date()));
}

} // namespace ringmaster
