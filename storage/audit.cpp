// SPDX-License-Identifier: Apache-2.0
#include "storage/audit.hpp"

namespace ringmaster::storage {

result<void> note(write_txn& in, time_point now, std::string_view user, std::string_view deed, std::string_view kind,
                  std::string_view object, std::string_view fields) {
  audit_record record{0,           now, std::string{user}, std::string{deed}, std::string{kind}, std::string{object}, std::string{fields},
                      std::nullopt};
  if (kind != "dl")
    record.history_of = record.object;
  const auto noted = create(in, std::move(record), now);
  return noted ? result<void>{} : noted.error();
}

result<std::int64_t> last_audit_before(const txn& in, time_point moment) {
  // Records are in the order of time, but for what a clock that stepped back has done.
  std::int64_t low = 0, high = 0; // the last one that is surely before, and the first that is surely not
  const auto given = in.get(table::counters, collecting::counter_of(collecting::of<audit_record>));
  if (!given)
    return given.error();
  high = static_cast<std::int64_t>(*given ? be64::read(**given).value_or(0) : 0) + 1;
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    const auto next = list<audit_record>(in, numbered_request{middle - 1, 1}); // it, or the first after it
    if (!next)
      return next.error();
    if (next->items.empty() || next->items.front().tm >= moment)
      high = middle;
    else
      low = next->items.front().id;
  }
  return low;
}

result<std::size_t> forget_audit(write_txn& in, time_point until, std::size_t limit) {
  const auto oldest = list<audit_record>(in, numbered_request{0, limit});
  if (!oldest)
    return oldest.error();
  std::size_t forgotten = 0;
  for (const auto& one : oldest->items) {
    if (one.tm >= until)
      break; // a clock that stepped back makes younger ones wait behind it, and loses none
    if (const auto gone = remove<audit_record>(in, one.id); !gone)
      return gone.error();
    ++forgotten;
  }
  return forgotten;
}

} // namespace ringmaster::storage
