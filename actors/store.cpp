// SPDX-License-Identifier: Apache-2.0
#include "actors/store.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"

#include "protocol/seldom.hpp"
#include "storage/snapshot.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <span>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;
using operations = std::vector<store_operation_ptr>;
using some_operations = std::span<const store_operation_ptr>;

/// Enough to make the cost of a commit small for each, not so many that the first waits long for the last.
constexpr std::size_t most_in_a_commit = 4096;
constexpr auto try_again_every = 1s;
/// Readers are done within milliseconds; who takes longer than this, a copy that is being written, is not waited for.
constexpr auto patience_with_readers = 2s;

class writer {
public:
  writer(caf::stateful_actor<store_state>* self, storage::environment& env, live_state& live, const left_behind& left,
         const clock& time)
      : self_{self}, env_{env}, live_{live}, time_{time} {
    for (const auto& note : left.notes) {
      waiting_.push_back(std::make_shared<store_operation>(
          store_operation{[note](storage::write_txn& txn) {
                            (void)storage::apply(txn, note);
                            return true;
                          },
                          [](const std::optional<error>&) {}, storage::room::reserve, [note] { return note; }}));
    }
    noted_ = waiting_.size();
    if (waiting_.empty())
      return;
    settled_ = left.settled;
    waits_because_ = left.why;
    if (auto opened = storage::waiting_notes::open(env_.data_dir()); opened)
      notes_.emplace(std::move(*opened));
    publish();
  }

  void take(const store_operation_ptr& operation) {
    gathered_.push_back(operation);
    gathered_ordinary_ = gathered_ordinary_ || is_ordinary(operation);
    // This message goes behind all that wait already, so that they share the commit.
    if (gathered_.size() == 1)
      me<store_handle>(self_).tell(commit_now{});
    else if (gathered_.size() >= most_in_a_commit)
      commit();
  }

  void commit() {
    auto all = std::exchange(gathered_, {});
    auto ordinary = std::exchange(gathered_ordinary_, false);
    if (all.empty())
      return;
    if (!waiting_.empty()) // what waits comes first: ends of the same calls may be among these
      write_what_waits();
    if (!waiting_.empty()) {
      const auto later = std::stable_partition(all.begin(), all.end(), [](const auto& one) { return !one->note; });
      std::move(later, all.end(), std::back_inserter(waiting_));
      all.erase(later, all.end());
      ordinary = std::any_of(all.begin(), all.end(), is_ordinary);
    }
    write(all, ordinary);
    note_what_waits();
  }

  void try_again() {
    looking_ = false;
    write_what_waits();
    if (!live_.writable.load())
      write({std::make_shared<store_operation>(
          store_operation{[](storage::write_txn& txn) { return storage::put_snapshot(txn, "store/probe", "x").has_value(); },
                          [](const std::optional<error>&) {}})}, true);
    note_what_waits();
    if (!waiting_.empty() || !live_.writable.load())
      look_again();
  }

private:
  /// How a transaction has ended.
  struct ending {
    std::optional<error> failed;        ///< the disk refused: nothing is on disk
    std::optional<std::size_t> refused; ///< nothing is on disk either, because of this one, which had written something
    std::vector<std::pair<std::size_t, error>> faults; ///< those that have thrown
  };

  /// In one transaction. `settles`: and so many of the file's notes.
  ending run(some_operations all, storage::room may_fill, std::size_t settles) {
    ending how;
    auto txn = env_.write(may_fill);
    if (!txn) {
      how.failed = txn.error();
      return how;
    }
    for (std::size_t i = 0; i < all.size() && !txn->broken(); ++i) {
      const auto before = txn->writes();
      bool kept = false;
      try {
        kept = all[i]->run(*txn);
      } catch (const std::exception& fault) {
        how.faults.emplace_back(i, fault_of(fault.what()));
      } catch (...) {
        how.faults.emplace_back(i, fault_of("no std::exception"));
      }
      if (!kept && txn->writes() != before && !txn->broken()) {
        how.refused = i;
        return how; // and the transaction is dropped
      }
    }
    if (settles > 0 && notes_ && !txn->broken())
      (void)notes_->settle(*txn, settles);
    if (auto committed = txn->commit(); !committed) {
      how.failed = committed.error();
      return how;
    }
    live_.total.commits.fetch_add(1, std::memory_order_relaxed);
    live_.total.committed_operations.fetch_add(all.size(), std::memory_order_relaxed);
    return how;
  }

  error fault_of(const char* what) {
    if (const auto times = thrown_.due(time_.now()))
      log_critical("event=command_fault reason={} times={}", what, *times);
    return {errc::internal, "a fault of the server: the log has it, and nothing was changed", {}};
  }

  /// Runs them, has those told that are on disk, and takes them off the front of `left`. A command that is refused after it
  /// has written something ends its transaction: those before it are written again without it, by themselves, so that each
  /// is run twice at most, however many are refused.
  std::optional<error> run_whole(some_operations& left, storage::room may_fill, std::size_t settles) {
    while (!left.empty()) {
      const auto how = run(left, may_fill, settles);
      if (how.failed)
        return how.failed;
      const auto whole = how.refused.value_or(left.size());
      if (!how.refused) {
        tell(left, how);
      } else if (auto before = left.first(whole); !before.empty()) {
        const auto failed = run_whole(before, may_fill, 0);
        if (failed) {
          left = left.subspan(whole - before.size());
          return failed;
        }
      }
      if (how.refused) {
        const auto fault = std::find_if(how.faults.begin(), how.faults.end(), [&](const auto& one) { return one.first == whole; });
        left[whole]->done(fault == how.faults.end() ? std::nullopt : std::optional{fault->second});
      }
      left = left.subspan(std::min(whole + 1, left.size()));
    }
    return std::nullopt;
  }

  static void tell(some_operations all, const ending& how) {
    auto fault = how.faults.begin();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (fault != how.faults.end() && fault->first == i)
        all[i]->done((fault++)->second);
      else
        all[i]->done(std::nullopt);
  }

  /// The same; a database that is too small is made larger first. What is left in `left` is not on disk.
  std::optional<error> run_with_room(some_operations& left, storage::room may_fill, std::size_t settles = 0) {
    for (;;) {
      auto failed = run_whole(left, may_fill, settles);
      if (!failed || !is_room_missing(*failed))
        return failed;
      const auto grown = env_.grow(patience_with_readers);
      if (!grown)
        return grown.error();
      if (!*grown)
        return failed;
      log_info("event=database_grown limit={}", env_.space().limit);
    }
  }

  /// `ordinary`: one of them is.
  void write(const operations& all, bool ordinary) {
    some_operations left{all};
    if (left.empty())
      return;
    auto failed = run_with_room(left, ordinary ? storage::room::ordinary : storage::room::reserve);
    if (!failed) {
      if (ordinary)
        works();
      return;
    }
    if (left.size() > 1)
      return write_in_pieces(left, *failed);
    if (ordinary)
      fails(*failed);
    refuse(left, *failed);
  }

  /// One after the other, where it is room that is missing: what is large has failed all of them. Those that may use the
  /// reserve, next to each other, share a commit where they can.
  void write_in_pieces(some_operations all, const error& why) {
    const bool room_is_missing = is_room_missing(why);
    bool one_passed = false;
    std::optional<error> last;
    for (std::size_t i = 0; i < all.size();) {
      std::size_t end = i + 1;
      const bool ordinary = is_ordinary(all[i]);
      while (end < all.size() && is_ordinary(all[end]) == ordinary && (!ordinary || !room_is_missing))
        ++end;
      auto piece = all.subspan(i, end - i);
      i = end;
      if (!ordinary) {
        write_in_reserve(piece);
        continue;
      }
      const auto failed = room_is_missing ? run_with_room(piece, storage::room::ordinary) : std::optional{why};
      if (failed) {
        last = failed;
        refuse(piece, *failed);
        continue;
      }
      one_passed = true;
    }
    if (last)
      fails(*last);
    else if (one_passed)
      works();
  }

  /// What is too much for the reserve at once may fit half by half: it is used again from one commit to the next.
  void write_in_reserve(some_operations all) {
    const auto failed = run_with_room(all, storage::room::reserve);
    if (!failed)
      return;
    if (all.size() > 1 && is_room_missing(*failed)) {
      write_in_reserve(all.first(all.size() / 2));
      write_in_reserve(all.subspan(all.size() / 2));
    } else {
      refuse(all, *failed);
    }
  }

  void refuse(some_operations all, const error& why) {
    live_.total.commit_failures.fetch_add(1, std::memory_order_relaxed);
    for (const auto& one : all)
      if (one->note) {
        waiting_.push_back(one);
        waits_because_ = why.message;
      } else {
        one->done(why);
      }
  }

  // --- what waits

  void write_what_waits() {
    if (waiting_.empty())
      return;
    const auto before = waiting_.size();
    for (auto piece = before; !waiting_.empty();) {
      piece = std::min(piece, waiting_.size());
      const auto of_the_file = std::min(piece, noted_);
      some_operations some{waiting_.data(), piece};
      const auto failed = run_with_room(some, storage::room::reserve, of_the_file > 0 ? settled_ + of_the_file : 0);
      const auto written = piece - some.size();
      settled_ += std::min(written, noted_);
      noted_ -= std::min(written, noted_);
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(written));
      if (failed) {
        waits_because_ = failed->message;
        if (piece == 1 || !is_room_missing(*failed))
          break;
        piece /= 2;
      }
    }
    if (waiting_.size() == before)
      return;
    log_info("event=waiting_ends_written count={} waiting_ends={}", before - waiting_.size(), waiting_.size());
    if (settled_ > 0 && waiting_.empty() && notes_) {
      if (const auto emptied = notes_->clear(); !emptied)
        log_error("event=waiting_ends_not_emptied reason={}", emptied.error().message);
      settled_ = 0;
    }
    publish();
  }

  /// On disk, for a start that comes before they can be written.
  void note_what_waits() {
    if (noted_ < waiting_.size()) {
      std::vector<storage::call_note> fresh;
      for (auto i = noted_; i < waiting_.size(); ++i)
        fresh.push_back(waiting_[i]->note());
      if (const auto done = append(fresh); done)
        noted_ = waiting_.size();
      else
        complain("waiting_ends_not_noted", done.error().message, not_noted_);
      publish();
    }
    if (!waiting_.empty() || !live_.writable.load())
      look_again();
  }

  result<void> append(const std::vector<storage::call_note>& fresh) {
    if (!notes_) {
      auto opened = storage::waiting_notes::open(env_.data_dir());
      if (!opened)
        return opened.error();
      notes_.emplace(std::move(*opened));
    }
    return notes_->append(fresh);
  }

  void look_again() {
    if (!std::exchange(looking_, true))
      me<store_handle>(self_).tell_later(try_again_every, ringmaster::try_again{});
  }

  // --- what is told

  static bool is_room_missing(const error& why) { return why.code == errc::storage_full && !why.field.empty(); }
  static bool is_ordinary(const store_operation_ptr& one) { return one->may_fill == storage::room::ordinary; }

  void works() {
    if (trouble_.empty())
      return;
    trouble_.clear();
    publish();
  }

  void fails(const error& why) {
    complain("commit_failed", why.message, not_committed_);
    trouble_ = why.message;
    publish();
  }

  void publish() {
    live_writing now;
    now.works = trouble_.empty() && waiting_.empty();
    now.trouble = trouble_.empty() ? waits_because_ : trouble_;
    now.waiting = waiting_.size();
    const bool worked = live_.writable.exchange(now.works);
    if (worked && !now.works)
      since_ = time_.date();
    if (!worked && now.works)
      log_info("event=database_writable_again");
    now.since = since_;
    live_.database.put(now);
    if (!now.works)
      look_again();
  }

  void complain(std::string_view event, const std::string& why, seldom& complaint) {
    if (const auto times = complaint.due(time_.now()))
      log_error("event={} reason={} times={} waiting_ends={}", event, why, *times, waiting_.size());
  }

  caf::stateful_actor<store_state>* self_;
  storage::environment& env_;
  live_state& live_;
  const clock& time_;
  operations gathered_;
  bool gathered_ordinary_{false}; ///< one of them is

  operations waiting_;     ///< what became of calls and could not be written
  std::size_t noted_{0};   ///< so many of them, the first ones, are in the file
  std::size_t settled_{0}; ///< so many notes come before those in the file, and are in the database
  std::optional<storage::waiting_notes> notes_;
  bool looking_{false};    ///< a `try_again` is on its way

  std::string trouble_, waits_because_;
  time_point since_{};
  seldom not_committed_, not_noted_, thrown_;
};

} // namespace

result<void> take_up_notes(storage::environment& env, left_behind& left) {
  auto notes = storage::waiting_notes::open(env.data_dir());
  if (!notes) {
    if (notes.error().code != errc::storage_full)
      return notes.error();
    log_warn("event=waiting_ends_not_ready reason={}", notes.error().message);
    return {};
  }
  if (notes->found().empty())
    return {};
  const auto settled = [&]() -> result<std::size_t> {
    const auto in = env.read();
    if (!in)
      return in.error();
    return notes->settled(*in);
  }();
  if (!settled)
    return settled.error();
  const std::vector<storage::call_note> missing{
      notes->found().begin() + static_cast<std::ptrdiff_t>(std::min(*settled, notes->found().size())), notes->found().end()};
  if (!missing.empty()) {
    const auto write_all = [&]() -> result<void> {
      auto txn = env.write(storage::room::reserve);
      if (!txn)
        return txn.error();
      for (const auto& note : missing)
        if (auto done = storage::apply(*txn, note); !done)
          return done;
      if (auto done = notes->settle(*txn, notes->found().size()); !done)
        return done;
      return txn->commit();
    };
    auto written = write_all();
    if (!written && written.error().field == "database.map_limit")
      if (const auto grown = env.grow(patience_with_readers); grown && *grown)
        written = write_all();
    if (!written) {
      log_error("event=waiting_ends_not_written count={} reason={}", missing.size(), written.error().message);
      left = {missing, *settled, written.error().message};
      return {};
    }
  }
  log_info("event=waiting_ends_written count={}", missing.size());
  if (const auto emptied = notes->clear(); !emptied)
    log_error("event=waiting_ends_not_emptied reason={}", emptied.error().message);
  return {};
}

caf::behavior store_actor(caf::stateful_actor<store_state>* self, storage::environment* env, live_state* live,
                          const left_behind& left, const clock* time) {
  log_faults(self, "store");
  auto work = std::make_shared<writer>(self, *env, *live, left, *time);
  self->state.work = work;
  return takes<store_handle>(
      [at = work.get()](const store_operation_ptr& operation) { at->take(operation); },
      [at = work.get()](const commit_now&) { at->commit(); },
      [at = work.get()](const try_again&) { at->try_again(); });
}

} // namespace ringmaster
