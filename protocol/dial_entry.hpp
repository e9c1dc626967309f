// SPDX-License-Identifier: Apache-2.0
/// What choosing the next entry of a dial list needs of an entry, and nothing else: small enough that a list
/// of a million entries stays in memory. Storage keeps the same values beside each list, so that a restart
/// need not read whole entries.
#pragma once

#include "protocol/outbound.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace ringmaster {

struct dial_entry {
  uuid id;
  std::int64_t last_hangup_ns{0}; ///< since the Unix epoch; 0: never called
  std::int64_t created_ns{0};     ///< since the Unix epoch
  std::array<std::uint16_t, numbers_per_entry> trycnt{};
  std::uint8_t numbers_mask{0}; ///< bit i: number_(i+1) is there, not empty, and not known to be unknown
  std::uint8_t status{0};       ///< as `dl::status`: 0 idle, 1 dialing, 2 reserved
  bool answered{false};         ///< the last dialing was answered (`res_dial` 4)

  bool operator==(const dial_entry&) const = default;

  [[nodiscard]] static dial_entry from(const dl& d) noexcept {
    dial_entry e;
    e.id = d.id;
    e.last_hangup_ns = d.tm_last_hangup ? d.tm_last_hangup->time_since_epoch().count() : 0;
    e.created_ns = d.tm_create ? d.tm_create->time_since_epoch().count() : 0;
    for (std::size_t i = 0; i < numbers_per_entry; ++i) {
      e.trycnt[i] = static_cast<std::uint16_t>(std::clamp<std::int64_t>(d.trycnt[i], 0, 0xFFFF));
      if (d.number[i] && !d.number[i]->empty() && (d.numbers_unknown >> i & 1) == 0)
        e.numbers_mask = static_cast<std::uint8_t>(e.numbers_mask | (1u << i));
    }
    e.status = static_cast<std::uint8_t>(std::clamp<std::int64_t>(d.status, 0, 2));
    e.answered = d.res_dial == 4;
    return e;
  }
};
static_assert(sizeof(dial_entry) <= 56);

} // namespace ringmaster
