// SPDX-License-Identifier: Apache-2.0
/// The engine as the outside sees it: start it, write through it, read what is live, ask for things to happen.
///
/// Threads: every member function may be called from any thread unless it says otherwise. Callbacks come on
/// threads of the engine (the store's, an actor's) and must hand on at once: `http::responder` does.
#pragma once

#include "actors/changes.hpp"
#include "actors/core/call.hpp"
#include "actors/core/health.hpp"
#include "actors/core/telephone/configuration.hpp"
#include "actors/core/telephone/requests.hpp"
#include "actors/handles.hpp"
#include "actors/live_state.hpp"
#include "actors/pbx_options.hpp"
#include "actors/watch.hpp"
#include "actors/zone_keeper.hpp"
#include "protocol/dial_entry.hpp"
#include "protocol/error.hpp"
#include "protocol/outbound.hpp"
#include "protocol/time.hpp"
#include "storage/environment.hpp"
#include "storage/outbound.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster {

namespace core {
class telephone_tables;
}
class agent_room;

struct engine_options {
  const clock* time{&machine_clock()}; ///< outlives the engine
  std::vector<pbx_options> pbxs;
  std::filesystem::path result_file;
  std::string timezone{"UTC"};         ///< of campaigns that name none
  std::filesystem::path zone_folder{usual_zone_folder}; ///< with the rules of the time zones
  std::size_t actor_threads{2};
  std::size_t parser_threads{1};
  /// How long live events are made and kept after the last reader of their kind has gone.
  std::chrono::milliseconds hub_linger{std::chrono::minutes{1}};
  /// How long the dial list of a campaign that is stopped stays in memory after its last change.
  std::chrono::milliseconds list_linger{std::chrono::minutes{10}};
  core::call_times call_times{};       ///< when calls are asked for and given up
};

class engine {
public:
  /// The environment outlives the engine.
  [[nodiscard]] static result<std::unique_ptr<engine>> start(engine_options options, storage::environment& env);
  /// Stops everything in order: no new calls, what is written is committed, connections closed. Calls that
  /// are up stay up on their servers and are adopted by the next start.
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// Runs `work` in the next write transaction, together with other writes, and calls `done` when it is on
  /// disk, or with the error of `work` or of the disk, which leaves nothing of it behind. `work` that throws is a fault of
  /// ours: it is logged, and `done` gets `internal`. `work` may be run again, in another transaction. Writes that are too many
  /// at once are refused (`overloaded`) before anything is done. What deletes or stops may fill the reserve.
  template <class R>
  void transact(std::function<result<R>(storage::write_txn&, changes&)> work,
                std::function<void(result<R>)> done, storage::room may_fill = storage::room::ordinary);

  [[nodiscard]] storage::environment& database() noexcept;
  [[nodiscard]] live_state& live() noexcept;
  /// The ledger of all agents.
  [[nodiscard]] agent_room& agents() noexcept;
  [[nodiscard]] const engine_options& options() const noexcept;

  /// The rules of the time zones.
  [[nodiscard]] const zone_keeper& zones() const noexcept;
  /// Looks whether their files have changed, and has the campaigns ask their schedules anew when there are newer rules. To
  /// be called every `zone_keeper::look_every`, by one thread.
  void look_at_zone_files();

  /// How much room the disk of the database has, for `what_is_wrong`. To be called now and then, by one thread.
  void look_at_disk();
  /// What is the matter now; empty when all is well.
  [[nodiscard]] std::vector<core::health_trouble> what_is_wrong();

  /// What fails by itself on a server and is rested; empty when it is not configured.
  [[nodiscard]] std::vector<core::resting> resting(const std::string& pbx);

  /// Hangs up a live dialing. `not_found` when it is not live; Asterisk's own words on refusal.
  void hang_up(const uuid& dialing, std::function<void(result<void>)> done);

  /// What is known of each server's channels, queues and so on, in the order of the configuration; the list never
  /// changes, the tables do.
  [[nodiscard]] const std::vector<std::shared_ptr<core::telephone_tables>>& telephones() const noexcept;

  /// Asks the server for an action. `done` gets its message, `pbx_refused` with its message, `pbx_unavailable`,
  /// `timed_out`, or `not_found` when there is no such server.
  void ask(const std::string& pbx, telephone_request what, std::function<void(result<std::string>)> done);

  /// The same for whoever wants all messages of the answer: the response, and the events of a list, `EventList: Complete`
  /// included (`ami_actions::ask_list`).
  void ask_list(const std::string& pbx, telephone_request what, std::function<void(const result<std::vector<telephone_answer>>&)> done);

  /// Has an actor follow a channel of the server's that is no call of ours, by its unique id, and no longer (`follow_channel`).
  [[nodiscard]] result<void> follow(const std::string& pbx, const std::string& unique_id, const follower_handle& who);
  void unfollow(const std::string& pbx, const std::string& unique_id, const follower_handle& who);

  /// Has a section of the server's configuration made, changed or removed, after all that were asked for before. `done` gets
  /// what `core::section_writer` says, or one of the errors above; `overloaded` when too many wait.
  void configure(const std::string& pbx, core::section_order order, std::function<void(result<void>)> done);

  /// Servers by their names in the configuration: see `use_login`. `not_found` when there is no such server.
  [[nodiscard]] result<void> use_login(const std::string& pbx, pbx_login login);

  /// Why an entry is not dialed now, as JSON: {"reasons": [{"code", "text", "until", …}…], …}.
  void explain_entry(const uuid& entry, std::function<void(result<std::string>)> done);

  /// Calls `done` as soon as the figures of `live().campaigns` have no call any more of which somebody was told that it has
  /// ended, and are no older than those of a campaign that dials, where it has nothing to do. At once, where that is so,
  /// which is looked up in 0.1 µs. `status`: the campaign's, as the reader has read it; where the figures are of another one, they
  /// wait for what was committed before. On an actor's thread, or the caller's.
  void when_shown(const uuid& campaign, std::optional<std::int64_t> status, std::function<void()> done);

  /// For actors of folders to the right (the front); they have to end before the engine does.
  [[nodiscard]] caf::actor_system& actors() noexcept;
  /// Those whose end is the process's.
  [[nodiscard]] essential_actors& essential() noexcept;
  /// Where live events come from; see `actors/hub.hpp`.
  [[nodiscard]] const hub_handle& hub() const noexcept;

  /// Writes that wait or run now.
  [[nodiscard]] std::size_t writes_in_flight() const noexcept;

private:
  engine() = default;
  void submit(std::function<bool(storage::write_txn&)> run,
              std::function<void(const std::optional<error>&)> done, storage::room may_fill);
  void publish(std::shared_ptr<const changes> what);
  void explain_entry(const dl& entry, std::shared_ptr<const live_campaign> by, std::function<void(result<std::string>)> done);
  struct impl;
  std::unique_ptr<impl> impl_;
};

template <class R>
void engine::transact(std::function<result<R>(storage::write_txn&, changes&)> work,
                      std::function<void(result<R>)> done, storage::room may_fill) {
  struct job {
    std::function<result<R>(storage::write_txn&, changes&)> work;
    std::function<void(result<R>)> done;
    std::shared_ptr<changes> what{std::make_shared<changes>()};
    std::optional<result<R>> outcome{};
  };
  auto j = std::make_shared<job>(job{std::move(work), std::move(done)});
  submit([j](storage::write_txn& txn) {
           *j->what = {};
           j->outcome.emplace(j->work(txn, *j->what));
           return j->outcome->has_value();
         },
         [this, j](const std::optional<error>& failed) {
           if (failed)
             return j->done(*failed);
           if (j->outcome->has_value() && !j->what->empty())
             publish(j->what);
           j->done(std::move(*j->outcome));
         },
         may_fill);
}

} // namespace ringmaster
