#include "http/outbound/purge.hpp"

#include "storage/outbound.hpp"

#include <atomic>
#include <vector>

namespace ringmaster::outbound {

namespace {
constexpr std::size_t entries_a_piece = 1'000; // some 5 ms of the writer
}

struct purger::state : std::enable_shared_from_this<state> {
  explicit state(const context& from) : c{from} {}

  void go_on(std::vector<uuid> lists) {
    if (lists.empty())
      return working.store(false);
    const auto list = lists.back();
    c.engine->transact<storage::purged>(
        [list](storage::write_txn& in, changes&) { return storage::purge_entries(in, list, entries_a_piece); },
        [self = shared_from_this(), lists = std::move(lists)](const result<storage::purged>& done) mutable {
          if (!done)
            return self->working.store(false); // the next poke tries again
          if (done->done)
            lists.pop_back();
          self->go_on(std::move(lists));
        },
        storage::room::reserve);
  }

  const context c;
  std::atomic<bool> working{false};
};

purger::purger(const context& c) : state_{std::make_shared<state>(c)} {}

void purger::poke() {
  if (state_->working.exchange(true))
    return;
  std::vector<uuid> left;
  if (const auto in = state_->c.read())
    if (auto pending = storage::pending_purges(*in))
      left = std::move(*pending);
  state_->go_on(std::move(left));
}

} // namespace ringmaster::outbound
