// SPDX-License-Identifier: Apache-2.0
/// How many live answers a campaign had on each day, and how many of them no agent took in time: what laws on
/// automatic dialers limit. Kept for 367 days, beyond the longest window.
///
/// Rules of errors and threads as in storage/outbound.hpp.
#pragma once

#include "protocol/time.hpp"
#include "protocol/uuid.hpp"
#include "storage/environment.hpp"

#include <cstdint>
#include <vector>

namespace ringmaster::storage {

/// One live answer whose fate is known.
struct counted_answer {
  uuid call, campaign;
  std::int64_t day{0}; ///< since 1970-01-01, in the campaign's time zone
  bool abandoned{false};
};

/// Adds it to its day. Whether it was added: a call that is up counts once, whatever becomes of the process
/// meanwhile; whoever counts a call that is over sees to that himself. About 5 µs.
[[nodiscard]] result<bool> count_answer(write_txn& in, const counted_answer& answer);

struct day_of_answers {
  std::int64_t day{0}, answers{0}, abandons{0};
  bool operator==(const day_of_answers&) const = default;
};
/// All days of a campaign that have any, in their order.
[[nodiscard]] result<std::vector<day_of_answers>> answers_by_day(const txn& in, const uuid& campaign);

} // namespace ringmaster::storage
