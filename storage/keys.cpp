// SPDX-License-Identifier: Apache-2.0
#include "storage/keys.hpp"

#include <algorithm>
#include <cstring>

namespace ringmaster::storage {

std::string_view table_name(table t) noexcept {
  switch (t) {
  case table::meta: return "meta";
  case table::plan: return "plan";
  case table::destination: return "destination";
  case table::dlma: return "dlma";
  case table::campaign: return "campaign";
  case table::dl: return "dl";
  case table::dl_by_dlma: return "dl_by_dlma";
  case table::deleted: return "deleted";
  case table::purge: return "purge";
  case table::dialing: return "dialing";
  case table::capsule: return "capsule";
  case table::result_outbox: return "result_outbox";
  case table::user: return "user";
  case table::token: return "token";
  case table::snapshot: return "snapshot";
  case table::counters: return "counters";
  case table::abandonment: return "abandonment";
  case table::erase_queue: return "erase_queue";
  case table::erased: return "erased";
  case table::collected: return "collected";
  case table::collected_by: return "collected_by";
  case table::outbox: return "outbox";
  }
  return {};
}

be64::be64(std::uint64_t value) noexcept {
  for (auto at = bytes.rbegin(); at != bytes.rend(); ++at, value >>= 8)
    *at = static_cast<char>(value & 0xFF);
}

std::optional<std::uint64_t> be64::read(std::string_view from) noexcept {
  if (from.size() != 8)
    return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : from)
    value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

entry_key::entry_key(const uuid& dlma, const uuid& dl) noexcept {
  std::memcpy(bytes.data(), dlma.bytes.data(), 16);
  std::memcpy(bytes.data() + 16, dl.bytes.data(), 16);
}

day_key::day_key(const uuid& campaign, std::uint64_t day) noexcept {
  std::memcpy(bytes.data(), campaign.bytes.data(), 16);
  std::memcpy(bytes.data() + 16, be64{day}.bytes.data(), 8);
}

deleted_key::deleted_key(resource kind, const uuid& id) noexcept {
  bytes[0] = static_cast<char>(kind);
  std::memcpy(bytes.data() + 1, id.bytes.data(), 16);
}

erase_key::erase_key(std::uint64_t deleted_at_ns, const deleted_key& of) noexcept {
  std::memcpy(bytes.data(), be64{deleted_at_ns}.bytes.data(), 8);
  std::memcpy(bytes.data() + 8, of.bytes.data(), of.bytes.size());
}

std::optional<uuid> read_uuid(std::string_view from) noexcept {
  uuid id;
  if (from.size() != id.bytes.size())
    return std::nullopt;
  std::memcpy(id.bytes.data(), from.data(), from.size());
  return id;
}

entry_state::entry_state(const dial_entry& e) noexcept {
  bytes[0] = static_cast<char>((e.status & 3) | (e.answered ? 4 : 0));
  bytes[1] = static_cast<char>(e.numbers_mask);
  std::memcpy(bytes.data() + 2, &e.last_hangup_ns, 8);
  std::memcpy(bytes.data() + 10, &e.created_ns, 8);
  std::memcpy(bytes.data() + 18, e.trycnt.data(), 16);
}

bool read_entry_state(std::string_view from, const uuid& id, dial_entry& e) noexcept {
  if (from.size() != entry_state::size)
    return false;
  e.id = id;
  e.status = static_cast<std::uint8_t>(from[0] & 3);
  e.answered = (from[0] & 4) != 0;
  e.numbers_mask = static_cast<std::uint8_t>(from[1]);
  std::memcpy(&e.last_hangup_ns, from.data() + 2, 8);
  std::memcpy(&e.created_ns, from.data() + 10, 8);
  std::memcpy(e.trycnt.data(), from.data() + 18, 16);
  return true;
}

} // namespace ringmaster::storage
