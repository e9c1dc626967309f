// SPDX-License-Identifier: Apache-2.0
#include "http/outbound/purge.hpp"

#include "actors/commands/erasing.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

namespace ringmaster::outbound {

namespace {
constexpr std::size_t most_a_piece = 1'000; // some 5 ms of the writer
}

struct purger::state : std::enable_shared_from_this<state> {
  explicit state(const context& from) : c{from} {}

  void go_on(std::vector<uuid> lists) {
    if (lists.empty())
      return working.store(false);
    const auto list = lists.back();
    c.engine->transact<storage::purged>(
        [list, count = entries_a_piece](storage::write_txn& in, changes&) { return commands::purge_entries(in, list, count); },
        [self = shared_from_this(), lists = std::move(lists)](const result<storage::purged>& done) mutable {
          if (!done) {
            // The reserve of a full database is small, and used again from one commit to the next.
            if (done.error().code == errc::storage_full && self->entries_a_piece > 1) {
              self->entries_a_piece = std::max<std::size_t>(1, self->entries_a_piece / 4);
              return self->go_on(std::move(lists));
            }
            return self->working.store(false); // the next poke tries again
          }
          self->entries_a_piece = std::clamp(2 * self->entries_a_piece, std::size_t{1}, most_a_piece);
          if (done->done)
            lists.pop_back();
          self->go_on(std::move(lists));
        },
        storage::room::reserve);
  }

  const context c;
  std::atomic<bool> working{false};
  std::size_t entries_a_piece{most_a_piece}; ///< of the one that is working
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

struct eraser::state : std::enable_shared_from_this<state> {
  state(const context& from, std::chrono::days keep) : c{from}, kept{keep} {}

  void go_on(time_point now) {
    c.engine->transact<storage::erased_some>(
        [until = now - kept, now, count = a_piece_has](storage::write_txn& in, changes&) { return commands::erase_some(in, until, now, count); },
        [self = shared_from_this(), now](const result<storage::erased_some>& done) {
          if (done) {
            self->a_piece_has = std::clamp(2 * self->a_piece_has, std::size_t{1}, most_a_piece);
            return done->more ? self->go_on(now) : self->working.store(false);
          }
          // As above: the reserve of a full database is small.
          if (done.error().code == errc::storage_full && self->a_piece_has > 1) {
            self->a_piece_has = std::max<std::size_t>(1, self->a_piece_has / 4);
            return self->go_on(now);
          }
          self->working.store(false);
        },
        storage::room::reserve);
  }

  const context c;
  const std::chrono::days kept;
  std::atomic<bool> working{false};
  std::size_t a_piece_has{most_a_piece}; ///< of the one that is working
};

eraser::eraser(const context& c, std::chrono::days kept) : state_{std::make_shared<state>(c, kept)} {}

void eraser::poke(time_point date) {
  if (state_->working.exchange(true))
    return;
  bool wanted = false;
  if (const auto in = state_->c.read()) {
    const auto due = storage::is_erasing_due(*in, date - state_->kept);
    const auto earlier = storage::has_earlier_deletes(*in);
    wanted = (due && *due) || (earlier && *earlier);
  }
  wanted ? state_->go_on(date) : state_->working.store(false);
}

} // namespace ringmaster::outbound
