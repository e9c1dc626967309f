// SPDX-License-Identifier: Apache-2.0
#include "http/outbound/rehearsals.hpp"

#include "actors/core/plan_pacing.hpp"
#include "http/outbound/resource.hpp"
#include "storage/outbound.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace ringmaster::outbound {

namespace sim = core::simulation;

// --- the thread ------------------------------------------------------------------------------------------

struct rehearsals::impl {
  struct job {
    uuid campaign, id;
    std::optional<sim::rehearsal> work;
    status said;
    bool ended{false}; ///< somebody wants it to stop
  };
  using job_ptr = std::shared_ptr<job>;

  explicit impl(rehearsals::limits l) : bounds{l}, thread{[this] { run(); }} {}
  ~impl() {
    {
      const std::lock_guard lock{guard};
      stopping = true;
      for (const auto& j : jobs)
        j->ended = true;
    }
    changed.notify_all();
    thread.join();
  }

  void run() {
    // Whatever it computes can wait; a call cannot.
    const sched_param none{};
    pthread_setschedparam(pthread_self(), SCHED_IDLE, &none);
    std::unique_lock lock{guard};
    for (;;) {
      job_ptr next;
      for (const auto& j : jobs)
        if (j->said.at == status::phase::waiting) {
          next = j;
          break;
        }
      if (!next) {
        if (stopping)
          return;
        changed.wait(lock);
        continue;
      }
      work_on(*next, lock);
    }
  }

  void work_on(job& j, std::unique_lock<std::mutex>& lock) {
    j.said.at = status::phase::running;
    bool more = true;
    while (more && !j.ended) {
      lock.unlock();
      more = j.work->advance(60);
      const auto progress = j.work->progress();
      lock.lock();
      j.said.progress = progress;
    }
    if (more) {
      j.said.at = status::phase::cancelled;
    } else {
      j.said.outcomes = j.work->outcomes();
      j.said.at = status::phase::done;
    }
    j.work.reset();
    while (jobs.size() > bounds.kept && !is_open(*jobs.front()))
      jobs.pop_front();
  }

  static bool is_open(const job& j) { return j.said.at == status::phase::waiting || j.said.at == status::phase::running; }

  [[nodiscard]] job_ptr find(const uuid& campaign, const uuid& id) const {
    for (const auto& j : jobs)
      if (j->id == id && j->campaign == campaign)
        return j;
    return nullptr;
  }

  const rehearsals::limits bounds;
  mutable std::mutex guard;
  std::condition_variable changed;
  std::deque<job_ptr> jobs;
  bool stopping{false};
  std::thread thread;
};

rehearsals::rehearsals(limits l) : impl_{std::make_unique<impl>(l)} {}
rehearsals::~rehearsals() = default;

result<uuid> rehearsals::begin(const uuid& campaign, sim::rehearsal work, std::string about) {
  auto fresh = std::make_shared<impl::job>();
  fresh->campaign = campaign;
  fresh->id = random_uuid();
  fresh->work.emplace(std::move(work));
  fresh->said.about = std::move(about);
  {
    const std::lock_guard lock{impl_->guard};
    const auto open = std::count_if(impl_->jobs.begin(), impl_->jobs.end(), [](const auto& j) { return impl::is_open(*j); });
    if (static_cast<std::size_t>(open) >= impl_->bounds.waiting)
      return error{errc::overloaded, "too many rehearsals wait already; ask again when one is done", {}};
    impl_->jobs.push_back(fresh);
  }
  impl_->changed.notify_all();
  return fresh->id;
}

result<rehearsals::status> rehearsals::find(const uuid& campaign, const uuid& id) const {
  const std::lock_guard lock{impl_->guard};
  if (const auto j = impl_->find(campaign, id))
    return j->said;
  return error{errc::not_found, "there is no rehearsal " + to_string(id) + " of this campaign", "id"};
}

result<rehearsals::status> rehearsals::cancel(const uuid& campaign, const uuid& id) {
  const std::lock_guard lock{impl_->guard};
  const auto j = impl_->find(campaign, id);
  if (!j)
    return error{errc::not_found, "there is no rehearsal " + to_string(id) + " of this campaign", "id"};
  j->ended = true;
  if (j->said.at == status::phase::waiting)
    j->said.at = status::phase::cancelled;
  auto said = j->said;
  if (said.at == status::phase::running) // it ends within a slice
    said.at = status::phase::cancelled;
  return said;
}

// --- what is asked ---------------------------------------------------------------------------------------

namespace {

struct rehearsal_request {
  std::optional<std::int64_t> agents;
  std::optional<double> answer_rate, ring_seconds, talk_seconds, wrap_up_seconds;
  double hours{8};
  std::int64_t seeds{4};
};

constexpr constraint seconds_rule{.least = 1, .most = 7'200, .unit = "s"};
constexpr constraint rate_rule{.most = 1, .above = 0, .says = "a share above 0, at most 1"};
constexpr constraint agents_rule{.least = 1, .most = 10'000};
constexpr constraint hours_rule{.least = 0.5, .most = 1'000};
constexpr constraint seeds_rule{.least = 1, .most = 20};

constexpr auto rehearsal_fields = field_table{
    field{1, "agents", &rehearsal_request::agents, access::writable, "Agents; null: as many as the queue has now.", agents_rule},
    field{2, "answer_rate", &rehearsal_request::answer_rate, access::writable, "Live answers per call; null: as learned.", rate_rule},
    field{3, "ring_seconds", &rehearsal_request::ring_seconds, access::writable, "Until a live answer, mean; null: as learned.", seconds_rule},
    field{4, "talk_seconds", &rehearsal_request::talk_seconds, access::writable, "Talk, mean; null: as learned.", seconds_rule},
    field{5, "wrap_up_seconds", &rehearsal_request::wrap_up_seconds, access::writable, "Wrap-up, mean; null: as learned.", seconds_rule},
    field{6, "hours", &rehearsal_request::hours, access::writable, "Simulated hours.", hours_rule},
    field{7, "seeds", &rehearsal_request::seeds, access::writable, "Runs of each setting, whose mean is told.", seeds_rule}};

/// Fewer answers than this say too little about a campaign.
constexpr std::int64_t enough_answers = 30;

struct prepared {
  sim::scenario what;
  std::string sources; ///< JSON: where each value comes from
};

/// The call centre of the request, of the campaign's own history where that says nothing, of the measured standard
/// where there is no history either.
prepared prepare(const rehearsal_request& asked, const live_campaign* live) {
  prepared made;
  made.what = *sim::named_scenario("realistic");
  made.what.name = "campaign";
  const auto* view = live && live->pacing ? &live->pacing->view : nullptr;
  const bool learned = view && view->answers >= enough_answers;
  json_writer w{made.sources};
  w.begin_object();
  const auto choose = [&](std::string_view name, std::optional<double> given, double history, double standard) {
    const bool from_history = !given && history > 0;
    const auto value = given.value_or(from_history ? history : standard);
    w.key(name);
    w.begin_object();
    w.member("value", value);
    w.member("from", given ? "request" : from_history ? "history" : "standard");
    w.end_object();
    return value;
  };
  const auto agents = asked.agents ? std::optional<double>{static_cast<double>(*asked.agents)} : std::nullopt;
  const auto logged_in = live ? static_cast<double>(live->agents_total) : 0;
  made.what.agents = static_cast<int>(choose("agents", agents, logged_in, made.what.agents));
  made.what.answer_rate = choose("answer_rate", asked.answer_rate, learned ? view->answer_probability : 0, made.what.answer_rate);
  const auto ring = choose("ring_seconds", asked.ring_seconds, learned ? view->ring_mean : 0, made.what.live.mean());
  const auto talk = choose("talk_seconds", asked.talk_seconds, learned ? view->talk_mean : 0, made.what.talk.mean());
  const auto wrap = choose("wrap_up_seconds", asked.wrap_up_seconds, learned ? view->wrap_up_mean : 0, made.what.wrap_up.mean());
  w.end_object();
  const auto setup = std::min(1.5, ring / 4);
  made.what.ring_after = setup;
  made.what.live = sim::distribution::lognormal(ring - setup, 0.6, setup, std::max(25.0, 3 * ring));
  made.what.talk = sim::distribution::lognormal(talk, 1);
  made.what.wrap_up = sim::distribution::lognormal(wrap, 0.7);
  made.what.hours = asked.hours;
  return made;
}

void append_side(json_writer& w, const sim::rehearsal_side& side) {
  w.begin_object();
  w.member("pacing_method", std::string_view{side.method});
  w.member("abandon_limit", side.options.abandon_limit);
  w.member("abandon_window_days", side.options.window_days);
  w.member("abandon_grace_ms", std::chrono::duration_cast<std::chrono::milliseconds>(side.options.grace).count());
  w.member("max_calls_per_agent", side.options.max_calls_per_agent);
  w.member("max_calls", side.options.max_calls);
  w.member("service_level", side.options.service_level);
  w.member("give_up_ringing", side.options.give_up_ringing);
  w.end_object();
}

sim::rehearsal_side side_of(const plan& p) { return {std::string{core::pacing_method_of(p)}, core::pacing_options_of(p)}; }

std::string_view name_of(rehearsals::status::phase at) {
  using phase = rehearsals::status::phase;
  switch (at) {
  case phase::waiting: return "waiting";
  case phase::running: return "running";
  case phase::done: return "done";
  case phase::cancelled: return "cancelled";
  }
  return {};
}

http::response show(const context& c, const uuid& campaign, const uuid& id, const rehearsals::status& said) {
  return answer(c, [&](std::string& out) {
    json_writer w{out};
    w.begin_object();
    w.member("id", to_string(id));
    w.member("campaign", to_string(campaign));
    w.member("status", name_of(said.at));
    w.member("progress", said.progress);
    w.key("settings");
    w.raw(said.about);
    w.key("now");
    said.outcomes.empty() ? w.null() : append_outcome(w, said.outcomes.front());
    w.key("proposed");
    said.outcomes.size() < 2 ? w.null() : append_outcome(w, said.outcomes[1]);
    w.end_object();
  });
}

/// The body: the fields above, and `proposed`, an object of plan fields that are to be different.
struct read_request {
  rehearsal_request asked;
  std::optional<plan> proposed;
};
result<read_request> read(std::string_view text, const plan& now) {
  const auto body = read_body(text, empty_body::taken);
  if (!body)
    return body.error();
  simdjson::dom::object root;
  if ((*body)->root.get(root) != simdjson::SUCCESS)
    return error{errc::malformed, "the body must be a JSON object", {}};
  // `proposed` has a table of its own; what is left is read by the request's.
  std::string rest;
  json_writer w{rest};
  w.begin_object();
  read_request made;
  for (const simdjson::dom::key_value_pair pair : root) {
    if (pair.key != "proposed") {
      w.key(pair.key);
      w.raw(simdjson::minify(pair.value));
      continue;
    }
    if (made.proposed)
      return invalid_field("proposed", "proposed is given twice");
    auto changed = merge_json(now, pair.value, plan_fields);
    if (!changed)
      return error{changed.error().code, "proposed: " + changed.error().message, "proposed." + changed.error().field};
    made.proposed = std::move(*changed);
  }
  w.end_object();
  simdjson::dom::parser parser;
  auto asked = merge_json(rehearsal_request{}, parser.parse(rest).value(), rehearsal_fields);
  if (!asked)
    return asked.error();
  made.asked = *asked;
  return made;
}

http::response begin(const context& c, rehearsals& all, const uuid& id, std::string_view body) {
  const auto in = c.read();
  if (!in)
    return refuse(c, in.error());
  const auto of = storage::get<campaign>(*in, id);
  if (!of)
    return refuse(c, of.error());
  const auto its_plan = of->plan ? storage::get<plan>(*in, *of->plan) : result<plan>{error{errc::not_found, {}, {}}};
  if (!its_plan)
    return refuse(c, error{errc::illegal_state, "the campaign has no plan whose pacing could be rehearsed", "plan"});
  const auto asked = read(body, *its_plan);
  if (!asked)
    return refuse(c, asked.error());
  const auto live = c.engine->live().campaigns.find(id);
  auto centre = prepare(asked->asked, live.get());
  std::vector<sim::rehearsal_side> sides{side_of(*its_plan)};
  if (asked->proposed)
    sides.push_back(side_of(*asked->proposed));
  std::string about;
  json_writer w{about};
  w.begin_object();
  w.key("call_centre");
  w.raw(centre.sources);
  w.member("hours", asked->asked.hours);
  w.member("seeds", asked->asked.seeds);
  w.key("now");
  append_side(w, sides.front());
  w.key("proposed");
  sides.size() < 2 ? w.null() : append_side(w, sides[1]);
  w.end_object();
  auto work = sim::rehearsal::make(centre.what, std::move(sides), static_cast<int>(asked->asked.seeds));
  if (!work)
    return refuse(c, work.error());
  const auto begun = all.begin(id, std::move(*work), std::move(about));
  if (!begun)
    return refuse(c, begun.error());
  return show(c, id, *begun, *all.find(id, *begun));
}

} // namespace

void append_outcome(json_writer& w, const sim::outcome& of) {
  w.begin_object();
  w.member("busy_share", of.busy_share);
  w.member("talk_share", of.talk_share);
  w.member("abandoned_share", of.abandoned_share);
  w.member("wait_mean", of.wait_mean);
  w.member("wait_p95", of.wait_p95);
  w.member("dials_per_live_answer", of.dials_per_live_answer);
  w.member("days_over_limit", of.days_over_limit);
  w.member("worst_day", of.worst_day);
  w.member("answers", of.answers);
  w.member("abandons", of.abandons);
  w.member("dials", of.dials);
  w.member("given_up", of.given_up);
  w.end_object();
}

result<void> add_rehearsals(http::router& r, const context& c, rehearsals& all) {
  using http::method;
  constexpr const char* one = "/ob/campaigns/{uuid}/rehearsal/{id}";
  static constexpr http::object_kind asked{"RehearsalInput", [] { return describe<rehearsal_request>(rehearsal_fields); }},
      shown{"Rehearsal", nullptr, "What a setting would do; see the documentation of pacing."};
  const auto look = [&r, c](method m, std::string_view permission, std::string_view summary, auto act) {
    return r.add({.method = m,
                  .path = one,
                  .permission = std::string{permission},
                  .to = {.on_request =
                             [c, act](const http::request& req, const http::responder& reply) {
                               const auto campaign_id = path_id(c, req, "campaign");
                               if (!campaign_id)
                                 return reply(refuse(c, campaign_id.error()));
                               const auto id = parse_uuid(req.param("id"));
                               if (!id)
                                 return reply(refuse(c, error{errc::not_found, "there is no such rehearsal", "id"}));
                               const auto said = act(*campaign_id, *id);
                               reply(said ? show(c, *campaign_id, *id, *said) : refuse(c, said.error()));
                             }},
                  .about = {.group = "Campaigns", .summary = summary, .reply = &shown, .shape = http::reply_shape::one}});
  };
  if (auto added = r.add({.method = method::post,
                          .path = "/ob/campaigns/{uuid}/rehearsal",
                          .permission = std::string{may_write},
                          .to = {.on_request =
                                     [c, &all](const http::request& req, const http::responder& reply) {
                                       const auto id = path_id(c, req, "campaign");
                                       reply(id ? begin(c, all, *id, req.body) : refuse(c, id.error()));
                                     }},
                          .about = {.group = "Campaigns",
                                    .summary = "Simulates what another setting would do",
                                    .body = &asked,
                                    .reply = &shown,
                                    .shape = http::reply_shape::one}});
      !added)
    return added;
  if (auto added = look(method::get, may_read, "Shows how far a simulation is, and what it found", [&all](const uuid& of, const uuid& id) { return all.find(of, id); }); !added)
    return added;
  return look(method::del, may_write, "Ends a simulation", [&all](const uuid& of, const uuid& id) { return all.cancel(of, id); });
}

} // namespace ringmaster::outbound
