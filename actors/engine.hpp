/// The engine as the outside sees it: start it, write through it, read what is live, ask for things to happen.
///
/// Threads: every member function may be called from any thread unless it says otherwise. Callbacks come on
/// threads of the engine (the store's, an actor's) and must hand on at once: `http::responder` does.
#pragma once

#include "actors/core/call.hpp"
#include "actors/core/telephone/requests.hpp"
#include "actors/live_state.hpp"
#include "actors/pbx_options.hpp"
#include "protocol/dial_entry.hpp"
#include "protocol/error.hpp"
#include "protocol/outbound.hpp"
#include "protocol/time.hpp"
#include "storage/environment.hpp"
#include "storage/outbound.hpp"

#include <caf/actor.hpp>
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

/// What a write changed; the engine tells the actors whom it concerns once the write is on disk.
struct changes {
  std::vector<uuid> campaigns;                                  ///< created, updated, deleted
  std::vector<uuid> resources;                                  ///< plans, destinations, dlmas
  std::vector<std::pair<uuid, dial_entry>> entries;             ///< dlma and the entry as it is now
  std::vector<std::pair<uuid, uuid>> gone;                      ///< dlma and an entry that is not in it any more
  std::vector<uuid> hang_up;                                    ///< dialings to hang up

  [[nodiscard]] bool empty() const noexcept {
    return campaigns.empty() && resources.empty() && entries.empty() && gone.empty() && hang_up.empty();
  }
};

struct engine_options {
  const clock* time{&machine_clock()}; ///< outlives the engine
  std::vector<pbx_options> pbxs;
  std::filesystem::path result_file;
  std::string timezone{"UTC"};         ///< of campaigns that name none
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
  /// disk, or with the error of `work` or of the disk. `work` may be run again, in another transaction, where the first
  /// one found no room. Writes that are too many at once are refused (`overloaded`) before anything is done. What deletes
  /// or stops may fill the reserve.
  template <class R>
  void transact(std::function<result<R>(storage::write_txn&, changes&)> work,
                std::function<void(result<R>)> done, storage::room may_fill = storage::room::ordinary);

  [[nodiscard]] storage::environment& database() noexcept;
  [[nodiscard]] live_state& live() noexcept;
  /// The ledger of all agents.
  [[nodiscard]] agent_room& agents() noexcept;
  [[nodiscard]] const engine_options& options() const noexcept;

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

  /// Why an entry is not dialed now, as JSON: {"reasons": [{"code", "text", "until", …}…], …}.
  void explain_entry(const uuid& entry, std::function<void(result<std::string>)> done);

  /// For actors of folders to the right (the front); they have to end before the engine does.
  [[nodiscard]] caf::actor_system& actors() noexcept;
  /// Where live events come from; see `actors/hub.hpp`.
  [[nodiscard]] const caf::actor& hub() const noexcept;

  /// Writes that wait or run now.
  [[nodiscard]] std::size_t writes_in_flight() const noexcept;

private:
  engine() = default;
  void submit(std::function<void(storage::write_txn&)> run,
              std::function<void(const std::optional<error>&)> done, storage::room may_fill);
  void publish(std::shared_ptr<const changes> what);
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
