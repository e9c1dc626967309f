// SPDX-License-Identifier: Apache-2.0
/// Which entry of a dial list is dialed next.
///
/// One `dial_list` holds the compact state of every entry of one list, and who has leased it. Each campaign
/// looks at it through a *view* of its own, which is the list ordered by that campaign's policy (its plan's
/// retry counts and delay): entries that can be dialed now, by fewest tries and then age (to the microsecond;
/// equal ones in the order they were added), and entries that cool down, by the time when that ends. An entry
/// that cools down never stands in another's way.
///
/// - A number is tried up to its own maximum before the next number's turn.
/// - Answered entries are done, reserved ones (status 2) are left alone, and so are entries that are dialed
///   (status 1, or leased). A leased entry is not handed out again, to no view, until it is ended or given
///   back.
/// - `retry_delay` counts from the last hangup.
/// - An entry whose call could not be written for Asterisk is *held* until it changes or `release_held`: its tries are
///   untouched, the others go on. That is known in memory alone; after a restart it is found out again.
///
/// How: two binary heaps a view, of 16 bytes an item. An item names its entry's version; any change of an
/// entry raises the version, so that old items become stale and are dropped when they come up or when they
/// are half of the heap. Costs: a lease O(log n), about 1 µs at a million entries; a change O(log n) a view;
/// 56 bytes an entry, 6 to 12 for finding it by id, 16 to 32 for each view. Not thread-safe.
#pragma once

#include "protocol/dial_entry.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

/// How a campaign's plan treats entries.
struct dial_policy {
  std::array<std::uint16_t, numbers_per_entry> max_retry_cnt{5, 5, 5, 5, 5, 5, 5, 5};
  std::chrono::seconds retry_delay{60};
  bool allow_number_in_use{false}; ///< an entry is dialed although another call to its telephone is up
  bool operator==(const dial_policy&) const = default;
  [[nodiscard]] static dial_policy from(const plan& p) noexcept;
};

enum class view_id : std::uint32_t {};

/// An entry to be dialed now.
struct leased_entry {
  uuid id;
  std::uint8_t number{0}; ///< which of its numbers, from 0
  std::uint16_t tries{0}; ///< of that number so far, this one not counted
};

/// Why an entry is, or is not, dialed.
enum class entry_state : std::uint8_t {
  ready,
  cooling,   ///< until last hangup + retry_delay, or while it is put off
  dialing,   ///< leased, or its status says so
  reserved,  ///< status 2
  answered,  ///< done
  exhausted, ///< every number has had its tries
  no_numbers,
  held, ///< its call could not be written for Asterisk
  absent, ///< not in this list
  number_in_use, ///< another call to its telephone is up: said where calls are known; a list has it as cooling
};
[[nodiscard]] std::string_view name(entry_state s) noexcept;

struct entry_explanation {
  entry_state state{entry_state::absent};
  std::optional<time_point> until;    ///< when a cooling one can be dialed
  std::optional<std::uint8_t> number; ///< the one whose turn it is, from 0
  std::uint16_t tries{0};             ///< of that number
  std::uint16_t most{0};              ///< tries that the policy gives that number
  std::string why{};                  ///< of a held one: what is wrong with it
  std::optional<uuid> other_call{};   ///< the dialing that has its telephone
};

/// Entries by state, as a view sees them.
struct list_counts {
  std::size_t total{0}, ready{0}, cooling{0}, dialing{0}, reserved{0}, answered{0}, exhausted{0},
      no_numbers{0}, held{0};
  std::size_t put_off{0}; ///< of those that cool down, because their telephone is in use by another call
  /// Nothing is left to dial and nothing is in flight. Reserved entries are not waited for.
  [[nodiscard]] bool list_done() const noexcept { return ready == 0 && cooling == 0 && dialing == 0; }
  bool operator==(const list_counts&) const = default;
};

class dial_list {
public:
  dial_list();
  ~dial_list();
  dial_list(dial_list&&) noexcept;
  dial_list& operator=(dial_list&&) noexcept;

  void reserve(std::size_t entries);
  /// False, and nothing done, when there is an entry with this id.
  bool add(const dial_entry& e);
  /// Replaces an entry's state, the lease stays. False when there is none.
  bool update(const dial_entry& e);
  /// False when there is none.
  bool remove(const uuid& id);

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] std::optional<dial_entry> find(const uuid& id) const;
  [[nodiscard]] bool is_leased(const uuid& id) const;

  /// O(n): orders the whole list by `policy`.
  [[nodiscard]] view_id add_view(const dial_policy& policy, time_point now);
  /// O(n) when the policy differs.
  void set_policy(view_id view, const dial_policy& policy, time_point now);
  void remove_view(view_id view);

  /// Up to `n` entries to dial now, best first, added to `out`. Returns how many.
  std::size_t lease(view_id view, time_point now, std::size_t n, std::vector<leased_entry>& out);
  /// Leases one entry by id whatever its state, as for a dialing that is adopted after a restart. False when
  /// it is leased or absent.
  bool lease_one(const uuid& id);
  /// The entry was not dialed after all. False when it is not leased.
  bool give_back(const uuid& id);
  /// The same, and it is not leased again before `until`, or before it has changed.
  bool put_off(const uuid& id, time_point until);
  /// The entry's dialing ended with this new state; its lease ends. False when there is no such entry.
  bool ended(const dial_entry& after);

  /// The entry's call cannot be written, because of `why`: it is not dialed until it changes. False when there is none.
  bool hold(const uuid& id, std::string why);
  /// Calls are written another way now: whoever is held may be dialed again. O(held entries).
  void release_held();

  /// `now` when something is ready, the end of the first cooling otherwise; nothing when only changes help.
  [[nodiscard]] std::optional<time_point> next_eligible_time(view_id view, time_point now);
  [[nodiscard]] list_counts counts(view_id view, time_point now);
  [[nodiscard]] entry_explanation explain(view_id view, const uuid& id, time_point now) const;
  /// By a policy that need not be any view's.
  [[nodiscard]] entry_explanation explain(const uuid& id, const dial_policy& policy, time_point now) const;
  /// The same without a list, for an entry read from elsewhere.
  [[nodiscard]] static entry_explanation explain(const dial_entry& e, const dial_policy& policy, bool leased,
                                                 time_point now);

  /// Bytes allocated, all in.
  [[nodiscard]] std::size_t memory() const noexcept;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace ringmaster::core
