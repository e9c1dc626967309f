#include "actors/store.hpp"
#include "actors/guard.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

namespace ringmaster {
namespace {

/// Enough to make the cost of a commit small for each, not so many that the first waits long for the last.
constexpr std::size_t most_in_a_commit = 4096;

std::optional<error> run_all(const std::vector<store_operation_ptr>& operations, storage::environment& env) {
  auto txn = env.write();
  if (!txn)
    return txn.error();
  for (const auto& operation : operations) {
    operation->run(*txn);
    if (txn->broken())
      break;
  }
  if (auto committed = txn->commit(); !committed)
    return committed.error();
  return std::nullopt;
}

void commit(store_state& state, storage::environment& env, live_state& live) {
  const auto operations = std::exchange(state.gathered, {});
  if (operations.empty())
    return;
  const auto failed = run_all(operations, env);
  if (failed) {
    live.total.commit_failures.fetch_add(1, std::memory_order_relaxed);
    spdlog::error("event=commit_failed operations={} reason=\"{}\"", operations.size(), failed->message);
  } else {
    live.total.commits.fetch_add(1, std::memory_order_relaxed);
    live.total.committed_operations.fetch_add(operations.size(), std::memory_order_relaxed);
  }
  for (const auto& operation : operations)
    operation->done(failed);
}

} // namespace

caf::behavior store_actor(caf::stateful_actor<store_state>* self, storage::environment* env, live_state* live) {
  log_faults(self, "store");
  return {
      [=](const store_operation_ptr& operation) {
        auto& gathered = self->state.gathered;
        gathered.push_back(operation);
        // This message goes behind all that wait already, so that they share the commit.
        if (gathered.size() == 1)
          self->send(self, commit_now{});
        else if (gathered.size() >= most_in_a_commit)
          commit(self->state, *env, *live);
      },
      [=](const commit_now&) { commit(self->state, *env, *live); },
  };
}

} // namespace ringmaster
