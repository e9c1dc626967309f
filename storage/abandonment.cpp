// SPDX-License-Identifier: Apache-2.0
#include "storage/abandonment.hpp"

#include "storage/records.hpp"

namespace ringmaster::storage {
namespace {

constexpr std::int64_t days_kept = 366; ///< before the newest one

std::optional<day_of_answers> read_day(std::string_view key, std::string_view value) {
  if (key.size() != 24 || value.size() != 16)
    return std::nullopt;
  const auto day = be64::read(key.substr(16)), answers = be64::read(value.substr(0, 8)),
             abandons = be64::read(value.substr(8));
  return day_of_answers{static_cast<std::int64_t>(*day), static_cast<std::int64_t>(*answers),
                        static_cast<std::int64_t>(*abandons)};
}

error unreadable() { return {errc::storage_failed, "a row of the table abandonment cannot be read", {}}; }

} // namespace

result<std::vector<day_of_answers>> answers_by_day(const txn& in, const uuid& campaign) {
  auto rows = cursor::open(in, table::abandonment);
  if (!rows)
    return rows.error();
  std::vector<day_of_answers> days;
  auto row = rows->seek(campaign.view());
  for (; row && *row && (*row)->key.starts_with(campaign.view()); row = rows->next()) {
    const auto day = read_day((*row)->key, (*row)->value);
    if (!day)
      return unreadable();
    days.push_back(*day);
  }
  if (!row)
    return row.error();
  return days;
}

result<bool> count_answer(write_txn& in, const counted_answer& answer) {
  auto call = records::find<dialing>(in, answer.call);
  if (!call)
    return call.error();
  if (*call) {
    if ((*call)->counted != 0)
      return false;
    (*call)->counted = 1;
    if (auto done = records::store(in, **call); !done)
      return done.error();
  }
  const day_key key{answer.campaign, static_cast<std::uint64_t>(answer.day)};
  const auto before = in.get(table::abandonment, key.view());
  if (!before)
    return before.error();
  day_of_answers sum{answer.day, 0, 0};
  const bool fresh = !*before;
  if (!fresh) {
    const auto read = read_day(key.view(), **before);
    if (!read)
      return unreadable();
    sum = *read;
  }
  std::string value;
  value.append(be64{static_cast<std::uint64_t>(sum.answers + 1)}.view());
  value.append(be64{static_cast<std::uint64_t>(sum.abandons + (answer.abandoned ? 1 : 0))}.view());
  if (auto done = in.put(table::abandonment, key.view(), value); !done)
    return done.error();
  if (!fresh)
    return true;
  const auto days = answers_by_day(in, answer.campaign);
  if (!days)
    return days.error();
  for (const auto& old : *days)
    if (old.day < days->back().day - days_kept)
      if (auto gone = in.erase(table::abandonment, day_key{answer.campaign, static_cast<std::uint64_t>(old.day)}.view());
          !gone)
        return gone.error();
  return true;
}

} // namespace ringmaster::storage
