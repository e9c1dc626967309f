// SPDX-License-Identifier: Apache-2.0
#include "storage/check.hpp"

#include "storage/audit.hpp"
#include "storage/dialing.hpp"
#include "storage/records.hpp"

#include <algorithm>
#include <unordered_map>

namespace ringmaster::storage {

using namespace records;

namespace {

using problems = std::vector<std::string>;

/// Gives `take` every row of a table.
template <class F>
result<void> each_row(const txn& in, table t, F&& take) {
  auto rows = cursor::open(in, t);
  if (!rows)
    return rows.error();
  auto row = rows->first();
  for (; row && *row; row = rows->next())
    if (auto done = take((*row)->key, (*row)->value); !done)
      return done;
  if (!row)
    return row.error();
  return {};
}

/// Gives `take` every record of a live table; those that cannot be read are problems.
template <class T, class F>
result<void> each_record(const txn& in, problems& found, F&& take) {
  return each_row(in, traits<T>::live, [&](std::string_view key, std::string_view bytes) -> result<void> {
    const auto id = read_uuid(key);
    const auto object = decode<T>(bytes);
    if (!id || !object || object->id != *id) {
      found.push_back(fmt::format("a record of the table {} cannot be read", table_name(traits<T>::live)));
      return {};
    }
    return take(*object);
  });
}

template <class T>
result<void> check_live(const txn& in, problems& found, const T& object) {
  const auto buried = in.has(table::deleted, deleted_key{traits<T>::kind, object.id}.view());
  if (!buried)
    return buried.error();
  if (object.in_use != 1 || object.tm_delete || *buried)
    found.push_back(fmt::format("{} {} is live and deleted at once", traits<T>::name, to_string(object.id)));
  return {};
}

template <class T>
result<void> check_all_live(const txn& in, problems& found) {
  return each_record<T>(in, found, [&](const T& object) { return check_live(in, found, object); });
}

result<void> check_campaign(const txn& in, problems& found, const campaign& c) {
  for (const auto& [where, to] : {std::pair{table::plan, &c.plan}, {table::dlma, &c.dlma},
                                  {table::destination, &c.dest}, {table::campaign, &c.next_campaign}}) {
    if (!*to)
      continue;
    const auto there = in.has(where, (**to).view());
    if (!there)
      return there.error();
    if (!*there)
      found.push_back(fmt::format("campaign {} refers to {} of the table {}, which is not there", to_string(c.id),
                                  to_string(**to), table_name(where)));
  }
  return check_live(in, found, c);
}

result<void> check_entry(const txn& in, problems& found, const dl& entry) {
  const auto who = to_string(entry.id);
  const auto state = in.get(table::dl_by_dlma, entry_key{entry.dlma_uuid, entry.id}.view());
  if (!state)
    return state.error();
  if (!*state)
    found.push_back(fmt::format("dl {} is not in its dlma's list", who));
  else if (**state != entry_state{dial_entry::from(entry)}.view())
    found.push_back(fmt::format("dl {} and its state in the list differ", who));

  for (const auto t : {table::dlma, table::purge}) {
    const auto there = in.has(t, entry.dlma_uuid.view());
    if (!there)
      return there.error();
    if (*there)
      break;
    if (t == table::purge)
      found.push_back(fmt::format("the dlma of dl {} is not there", who));
  }

  if ((entry.status == dl_dialing) != entry.dialing_uuid.has_value() ||
      entry.dialing_uuid.has_value() != entry.dialing_camp_uuid.has_value())
    found.push_back(fmt::format("dl {} has status {} and {} dialing", who, entry.status,
                                entry.dialing_uuid ? "a" : "no"));
  if (entry.dialing_uuid) {
    const auto call = find<dialing>(in, *entry.dialing_uuid);
    if (!call)
      return call.error();
    if (!*call || (*call)->uuid_dl_list != entry.id)
      found.push_back(fmt::format("the dialing of dl {} is not there", who));
  }
  return check_live(in, found, entry);
}

result<void> check_call(const txn& in, problems& found, const dialing& call) {
  const auto who = to_string(call.id);
  for (const auto* id : {&call.capsule_camp, &call.capsule_plan, &call.capsule_dest, &call.capsule_dlma}) {
    const auto there = in.has(table::capsule, id->view());
    if (!there)
      return there.error();
    if (!*there)
      found.push_back(fmt::format("a capsule of dialing {} is not there", who));
  }
  if (!decode<dl>(call.dl_record))
    found.push_back(fmt::format("the entry kept with dialing {} cannot be read", who));
  const auto entry = find<dl>(in, call.uuid_dl_list);
  if (!entry)
    return entry.error();
  if (*entry) {
    const auto& e = **entry;
    const auto i = static_cast<std::size_t>(call.dial_index - 1);
    if (e.dialing_uuid != call.id)
      found.push_back(fmt::format("the dl of dialing {} does not know it", who));
    else if (i >= numbers_per_entry || e.trycnt[i] != call.dial_trycnt)
      found.push_back(fmt::format("dialing {} and its dl count tries differently", who));
    return {};
  }
  const auto buried = in.has(table::deleted, deleted_key{resource::dl, call.uuid_dl_list}.view());
  if (!buried)
    return buried.error();
  if (!*buried)
    found.push_back(fmt::format("the dl of dialing {} is not there", who));
  return {};
}

result<void> check_deleted(problems& found, std::string_view key, std::string_view bytes) {
  const auto check = [&](auto object) {
    if (!object || object->in_use != 0 || !object->tm_delete || object->id != read_uuid(key.substr(1)))
      found.push_back("a record of the table deleted cannot be read, or is not deleted");
  };
  switch (key.empty() ? resource{} : static_cast<resource>(key[0])) {
  case resource::plan: check(decode<plan>(bytes)); return {};
  case resource::destination: check(decode<destination>(bytes)); return {};
  case resource::dlma: check(decode<dlma>(bytes)); return {};
  case resource::campaign: check(decode<campaign>(bytes)); return {};
  case resource::dl: check(decode<dl>(bytes)); return {};
  }
  found.push_back("a key of the table deleted cannot be read");
  return {};
}

result<void> check_day(problems& found, std::string_view key, std::string_view value) {
  const auto answers = be64::read(value.substr(0, std::min<std::size_t>(8, value.size())));
  const auto abandons = value.size() == 16 ? be64::read(value.substr(8)) : std::nullopt;
  if (key.size() != 24 || !answers || !abandons)
    found.push_back("a row of the table abandonment cannot be read");
  else if (*abandons > *answers)
    found.push_back("a day has more abandoned calls than live answers");
  return {};
}

result<void> check_outbox(const txn& in, problems& found) {
  std::uint64_t highest = 0;
  if (auto done = each_row(in, table::result_outbox,
                           [&](std::string_view key, std::string_view) -> result<void> {
                             highest = be64::read(key).value_or(~std::uint64_t{0});
                             return {};
                           });
      !done)
    return done;
  const auto counter = in.get(table::counters, "result_outbox");
  if (!counter)
    return counter.error();
  if (highest > (*counter ? be64::read(**counter).value_or(0) : 0))
    found.push_back("a result line has a number that was not given out yet");
  return {};
}

/// Every collection of the product is named where this is called.
template <class... T>
result<void> check_collections(const txn& in, problems& found) {
  result<void> all;
  const auto check = [&](const result<std::vector<std::string>>& one) {
    if (!one && all)
      all = one.error();
    if (one)
      found.insert(found.end(), one->begin(), one->end());
  };
  (check(check_collection<T>(in)), ...);
  return all;
}

} // namespace

result<std::vector<std::string>> check_consistency(const txn& in) {
  problems found;
  for (const auto& done :
       {check_all_live<plan>(in, found), check_all_live<destination>(in, found), check_all_live<dlma>(in, found),
        each_record<campaign>(in, found, [&](const campaign&c) { return check_campaign(in, found, c); }),
        each_record<dl>(in, found, [&](const dl&e) { return check_entry(in, found, e); }),
        each_record<dialing>(in, found, [&](const dialing&d) { return check_call(in, found, d); }),
        each_row(in, table::deleted, [&](std::string_view key, std::string_view bytes) { return check_deleted(found, key, bytes); }),
        each_row(in, table::abandonment, [&](std::string_view key, std::string_view value) { return check_day(found, key, value); }),
        check_outbox(in, found), check_collections<audit_record>(in, found)})
    if (!done)
      return done.error();
  const auto entries = in.size(table::dl), states = in.size(table::dl_by_dlma);
  if (!entries || !states)
    return (entries ? states : entries).error();
  if (*entries != *states)
    found.push_back(fmt::format("there are {} dls and {} states of dls", *entries, *states));
  return found;
}

} // namespace ringmaster::storage
