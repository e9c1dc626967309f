// SPDX-License-Identifier: Apache-2.0
/// How a handler has something done: a command in the next write transaction, with who asks for it.
#pragma once

#include "actors/commands/command.hpp"
#include "http/api/context.hpp"
#include "http/auth/principal.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace ringmaster::api {

/// `by`: the caller of the request; null: nobody but the daemon. Runs `work(const commands::context&)`, which may be run again, and
/// gives its result to `done` once it is on disk; see `engine::transact`.
template <class Result, class Work, class Done>
void write(const context& c, std::shared_ptr<const auth::principal> by, Work work, Done done,
           storage::room may_fill = storage::room::ordinary) {
  c.engine->transact<Result>(
      [c, work = std::move(work), now = c.now(), by = std::move(by)](storage::write_txn& in, changes& told) {
        return work(commands::context{in, told, now, *c.engine->zones().rules(), by ? std::string_view{by->user} : std::string_view{}});
      },
      std::move(done), may_fill);
}

} // namespace ringmaster::api
