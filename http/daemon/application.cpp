// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/application.hpp"

#include "actors/commands/access.hpp"
#include "actors/engine.hpp"
#include "actors/log.hpp"
#include "http/admin/audit.hpp"
#include "http/api/openapi.hpp"
#include "http/auth/login.hpp"
#include "http/daemon/access.hpp"
#include "http/daemon/descriptors.hpp"
#include "http/daemon/status.hpp"
#include "http/live/front.hpp"
#include "http/outbound/purge.hpp"
#include "http/outbound/rehearsals.hpp"
#include "http/outbound/routes.hpp"
#include "http/server/server.hpp"
#include "http/telephone/routes.hpp"
#include "http/www/pages.hpp"
#include "protocol/seldom.hpp"
#include "storage/audit.hpp"

#include <algorithm>
#include <thread>

namespace ringmaster::daemon {

namespace {

constexpr auto token_sweep_every = std::chrono::seconds{5};   ///< who stays connected is let go when its token has expired
constexpr auto token_purge_every = std::chrono::minutes{10};
/// For requests in flight; the whole daemon has five seconds to end.
constexpr auto answer_grace = std::chrono::milliseconds{1'500};

std::size_t threads(std::uint64_t wanted) {
  return wanted > 0 ? wanted : std::max(1u, std::thread::hardware_concurrency());
}

pbx_login login_of(const config::pbx_settings& p) {
  return {p.address, p.port, p.username, p.password, p.allow_plain_secret};
}

engine_options options_of(const config::settings& s) {
  engine_options o;
  for (const auto& p : s.pbxs) {
    pbx_options to;
    to.name = p.name;
    static_cast<pbx_login&>(to) = login_of(p);
    to.originate_rate = p.originate_rate;
    to.max_channels = p.max_channels;
    to.technology_aliases = s.technology_aliases && p.technology_aliases;
    to.allow_lossy_config_changes = p.allow_lossy_config_changes;
    to.dialplan_events = s.dialplan_events && p.dialplan_events;
    o.pbxs.push_back(std::move(to));
  }
  o.result_file = config::result_file(s);
  o.timezone = s.timezone;
  o.zone_folder = s.zoneinfo;
  o.actor_threads = threads(s.threads.actors);
  o.parser_threads = threads(s.threads.parsers);
  return o;
}

/// Some at a time, until there are no more that are old enough.
void forget_audit(engine& at, time_point until) {
  constexpr std::size_t a_piece = 1'000; // some 10 ms of the writer
  at.transact<std::size_t>([until](storage::write_txn& in, changes&) { return storage::forget_audit(in, until, a_piece); },
                           [&at, until](const result<std::size_t>& gone) {
                             if (gone && *gone == a_piece)
                               forget_audit(at, until);
                           },
                           storage::room::reserve);
}

} // namespace

struct application::parts {
  parts(storage::environment e, const config::settings& s) : env{std::move(e)}, settings{s} {}
  /// First nobody asks any more, then no password is being checked, then the engine tells the last results;
  /// whatever those calls refer to is still there.
  ~parts() {
    if (front)
      front->close_all();
    if (server)
      server->stop(answer_grace);
    server.reset();
    front.reset();
    passwords.reset();
    engine.reset();
  }

  storage::environment env;
  const config::settings settings;
  std::unique_ptr<ringmaster::engine> engine;
  std::optional<database_users> users;
  std::optional<database_tokens> token_store;
  std::optional<auth::token_cache> tokens;
  std::optional<auth::password_pool> passwords;
  std::optional<database_networks> networks;
  std::optional<auth::login> login;
  metrics::registry metrics;
  seldom_by_text complaints; ///< of the HTTP server
  std::optional<outbound::purger> purger;
  std::optional<outbound::eraser> eraser;
  outbound::rehearsals rehearsals;
  std::unique_ptr<live::front> front;
  std::optional<http::router> router;
  std::unique_ptr<http::server> server;
  time_point next_sweep{}, next_purge{}, next_zone_look{};

  result<void> start_engine(const tell_password& tell) {
    if (auto done = create_first_user(env, settings.admin_password, settings.passwords, wall_clock_now(), tell); !done)
      return done;
    auto started = ringmaster::engine::start(options_of(settings), env);
    if (!started)
      return started.error();
    engine = std::move(*started);
    add_engine_metrics(metrics, *engine);
    purger.emplace(outbound::context{engine.get()});
    eraser.emplace(outbound::context{engine.get()}, std::chrono::days{settings.erase_deleted_after_days});
    return {};
  }

  result<void> open_access() {
    users.emplace(env);
    token_store.emplace(*engine);
    tokens.emplace(*token_store, settings.tokens);
    passwords.emplace(auth::password_pool::options{static_cast<unsigned>(settings.threads.passwords), 32, settings.passwords});
    networks.emplace(env, *engine);
    login.emplace(*users, *tokens, *passwords, &*networks, [](std::string_view user, std::string_view address) {
      // No flood: how many passwords are checked is bounded.
      log_warn("event=login_failed user={} address={}", user, address);
    });
    add_login_metrics(metrics, *login);
    return tokens->load(*users, wall_clock_now());
  }

  result<void> lay_routes() {
    router.emplace([this](std::string_view token, time_point now) { return login->who(token, now); });
    outbound::add_aliases(*router);
    telephone::add_aliases(*router);
    router->alias("/v1", ""); // last, so that it goes before all others
    if (auto added = login->add_to(*router); !added)
      return added;
    if (auto added = add_status(*router, *engine, metrics); !added)
      return added;
    if (auto added = www::add_pages(*router); !added)
      return added;
    front = std::make_unique<live::front>(*engine);
    if (auto added = front->add_to(*router); !added)
      return added;
    const outbound::context context{engine.get()};
    if (auto added = outbound::add_rehearsals(*router, context, rehearsals); !added)
      return added;
    if (auto added = telephone::add_routes(*router, context); !added)
      return added;
    if (auto added = admin::add_audit(*router, context); !added)
      return added;
    if (auto added = outbound::add_routes(*router, context); !added)
      return added;
    return api::add_openapi(*router, RINGMASTER_VERSION);
  }

  result<void> listen() {
    auto options = settings.server_options();
    const auto limit = raise_descriptor_limit();
    const auto possible = possible_connections(limit, options.limits.connections,
                                               reserved_descriptors(settings.pbxs.size(), options.threads));
    if (possible < options.limits.connections)
      log_warn("event=fewer_connections possible={} wanted={} descriptors={} remedy={}", possible, options.limits.connections, limit,
               "raise the limit of open files (LimitNOFILE, ulimit -Hn), or lower http.limits.connections");
    options.limits.connections = possible;
    options.limits.strangers = std::min(options.limits.strangers, std::max<std::size_t>(possible / 2, 4));
    options.on_fault = [this](std::string_view what) {
      if (const auto times = complaints.due(what, engine->options().time->now()))
        log_error("event=http_fault reason={} times={}", what, *times);
    };
    auto started = http::server::start(std::move(options), *router);
    if (!started)
      return started.error();
    server = std::move(*started);
    add_server_metrics(metrics, *server);
    return {};
  }
};

application::application(std::unique_ptr<parts> made) : parts_{std::move(made)} {}
application::~application() = default;

result<std::unique_ptr<application>> application::start(const config::settings& s, bool listen,
                                                            const tell_password& tell) {
  storage::environment_options where;
  where.data_dir = s.data_dir;
  where.map_size = s.database_map_size;
  where.map_limit = s.database_map_limit;
  if (auto kind = config::check_result_kind(s); !kind)
    return kind.error();
  auto env = storage::environment::open(where);
  if (!env)
    return env.error();
  if (auto noted = env->note_result_file(config::result_file(s)); !noted)
    return noted.error();
  // Lines wait in the database until they can be written: a reason to complain, not one to stay away.
  if (const auto usable = config::check_result_file(s); !usable)
    log_error("event=result_file_unwritable reason={} lines=kept", usable.error().message);
  auto made = std::make_unique<parts>(std::move(*env), s);
  if (auto done = made->start_engine(tell); !done)
    return done.error();
  if (auto done = made->open_access(); !done)
    return done.error();
  if (auto done = made->lay_routes(); !done)
    return done.error();
  if (listen)
    if (auto done = made->listen(); !done)
      return done.error();
  std::unique_ptr<application> whole{new application{std::move(made)}};
  whole->housekeeping();
  return whole;
}

std::string application::address() const {
  if (!parts_->server)
    return {};
  const auto& h = parts_->settings.http;
  const bool v6 = h.address.find(':') != std::string::npos;
  return std::string{h.certificate.empty() ? "http://" : "https://"} + (v6 ? "[" + h.address + "]" : h.address) + ":" +
         std::to_string(parts_->server->port());
}

const http::router& application::routes() const noexcept { return *parts_->router; }

void application::settings_are(const config::settings& s) {
  std::size_t unknown = 0;
  for (const auto& p : s.pbxs)
    if (!parts_->engine->use_login(p.name, login_of(p)))
      ++unknown;
  log_info("event=settings_read_again servers={}", s.pbxs.size() - unknown);
  if (unknown > 0 || s.pbxs.size() != parts_->engine->options().pbxs.size())
    log_warn("event=settings_need_a_restart reason={}", "servers were added, removed or renamed");
}

void application::housekeeping() {
  parts_->purger->poke();
  const auto& time = *parts_->engine->options().time;
  const auto moment = time.now();
  const auto now = time.date();
  parts_->eraser->poke(now);
  if (moment >= parts_->next_zone_look) {
    parts_->next_zone_look = moment + zone_keeper::look_every;
    parts_->engine->look_at_zone_files();
    parts_->engine->look_at_disk();
  }
  if (moment >= parts_->next_sweep) {
    parts_->next_sweep = moment + token_sweep_every;
    parts_->tokens->sweep(now);
  }
  if (moment < parts_->next_purge)
    return;
  parts_->next_purge = moment + token_purge_every;
  forget_audit(*parts_->engine, now - std::chrono::days{parts_->settings.audit_days});
  parts_->engine->transact<std::size_t>(
      [now](storage::write_txn& in, changes&) { return commands::end_expired_tokens(in, now); },
      [](const result<std::size_t>& done) {
        if (!done)
          log_warn("event=token_sweep_failed reason={}", done.error().message);
      },
      storage::room::reserve);
}

} // namespace ringmaster::daemon
