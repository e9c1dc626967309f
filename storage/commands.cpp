// SPDX-License-Identifier: Apache-2.0
#include "storage/outbound.hpp"

#include "storage/records.hpp"

#include <algorithm>

namespace ringmaster::storage {

using namespace records;

namespace {

// --- rules that need other records --------------------------------------------------------------------------

template <class T>
std::optional<error> check_reference(const txn& in, std::string_view field, const maybe_uuid& to) {
  if (!to)
    return std::nullopt;
  const auto there = in.has(traits<T>::live, to->view());
  if (!there)
    return there.error();
  if (!*there)
    return invalid_field(field, fmt::format("{} must be the uuid of a {} in use", field, traits<T>::name));
  return std::nullopt;
}

std::optional<error> check(const txn&, const plan& p) { return validate(p); }
std::optional<error> check(const txn&, const destination& d) { return validate(d); }
std::optional<error> check(const txn&, const dlma&) { return std::nullopt; }
std::optional<error> check(const txn& in, const campaign& c) {
  if (auto wrong = check_reference<plan>(in, "plan", c.plan))
    return wrong;
  if (auto wrong = check_reference<dlma>(in, "dlma", c.dlma))
    return wrong;
  if (auto wrong = check_reference<destination>(in, "dest", c.dest))
    return wrong;
  if (c.next_campaign == c.id)
    return std::nullopt; // itself: go on with what has come into the list meanwhile
  return check_reference<campaign>(in, "next_campaign", c.next_campaign);
}

/// What the numbers of the entry's list are. Fails where it has none that is in use.
result<number_kind> kind_of_list(const txn& in, const dl& entry) {
  if (auto missing = missing_field(entry, dl_fields))
    return *missing;
  const auto list = find<dlma>(in, entry.dlma_uuid);
  if (!list)
    return list.error();
  if (!*list)
    return invalid_field("dlma_uuid", "dlma_uuid must be the uuid of a dlma in use");
  return number_kind_of((*list)->number_kind).value_or(number_kind::number);
}

/// Makes the numbers of `entry` what is dialed; those that `before` has as well stay as they are.
std::optional<error> read_numbers(dl& entry, number_kind kind, number_repairs& done, const dl* before = nullptr) {
  for (std::size_t i = 0; i < numbers_per_entry; ++i) {
    auto& number = entry.number[i];
    if (!given(number) || (before && number == before->number[i]))
      continue;
    if (const auto wrong = read_number(*number, kind, done)) {
      const auto field = fmt::format("number_{}", i + 1);
      return invalid_field(field, fmt_must_be(field, *wrong));
    }
    if (number->empty()) // of blanks alone
      number.reset();
  }
  return std::nullopt;
}

// --- the four that people fill by hand ----------------------------------------------------------------------

void complete(plan&) {}
void complete(destination&) {}
void complete(campaign&) {}
void complete(dlma& d) {
  d.dl_table = to_string(d.id);
  std::replace(d.dl_table.begin(), d.dl_table.end(), '-', '_');
}

/// Gives a new object its id and times; refuses an id that is or was another's.
template <class T>
std::optional<error> begin_life(const txn& in, T& fresh, time_point now) {
  if (auto missing = missing_field(fresh, traits<T>::fields))
    return missing;
  if (fresh.id.is_nil()) {
    fresh.id = ordered_uuid(now);
  } else {
    for (const auto& there : {in.has(traits<T>::live, fresh.id.view()),
                              in.has(table::deleted, deleted_key{traits<T>::kind, fresh.id}.view())}) {
      if (!there)
        return there.error();
      if (*there)
        return invalid_field("uuid", fmt::format("the uuid of a new {} must be new", traits<T>::name));
    }
  }
  fresh.in_use = 1;
  fresh.tm_create = now;
  fresh.tm_update.reset();
  fresh.tm_delete.reset();
  return std::nullopt;
}

template <class T>
result<T> create_one(write_txn& in, T fresh, time_point now) {
  if (auto wrong = begin_life(in, fresh, now))
    return *wrong;
  complete(fresh);
  if (auto wrong = check(in, fresh))
    return *wrong;
  if (auto done = store(in, fresh); !done)
    return done.error();
  return fresh;
}

template <class T>
result<T> update_one(write_txn& in, const uuid& id, const edit<T>& change, time_point now) {
  const auto before = need<T>(in, id);
  if (!before)
    return before;
  auto after = change(*before);
  if (!after)
    return after;
  after->id = id; // whatever the edit did: who it is and whether it lives are not its to say
  after->in_use = 1;
  after->tm_create = before->tm_create;
  after->tm_delete.reset();
  after->tm_update = now;
  if (auto missing = missing_field(*after, traits<T>::fields))
    return *missing;
  if (auto wrong = check(in, *after))
    return *wrong;
  if (auto done = store(in, *after); !done)
    return done.error();
  return after;
}

// --- deleting -----------------------------------------------------------------------------------------------

bool stops_without_its_reference(const campaign& c) {
  switch (static_cast<campaign_status>(c.status)) {
  case campaign_status::started:
  case campaign_status::paused:
  case campaign_status::starting:
  case campaign_status::pausing: return true;
  case campaign_status::stopped:
  case campaign_status::stopping:
  case campaign_status::force_stopping: return false;
  }
  return false;
}

/// Takes every reference to `id` out of `c`.
void forget(campaign& c, const uuid& id, time_point now) {
  bool needed = false;
  for (const auto member : {&campaign::plan, &campaign::dest, &campaign::dlma})
    if (c.*member == id) {
      (c.*member).reset();
      needed = true;
    }
  if (c.next_campaign == id)
    c.next_campaign.reset();
  if (needed && stops_without_its_reference(c))
    c.status = static_cast<std::int64_t>(campaign_status::stopping);
  c.tm_update = now;
}

/// Live dialings for which `of` is true. There are as many as calls are up.
template <class F>
result<std::vector<uuid>> live_dialings(const txn& in, F&& of) {
  auto rows = cursor::open(in, table::dialing);
  if (!rows)
    return rows.error();
  std::vector<uuid> found;
  auto row = rows->first();
  for (; row && *row; row = rows->next()) {
    const auto call = decode<dialing>((*row)->value);
    if (!call)
      return call.error();
    if (of(*call))
      found.push_back(call->id);
  }
  if (!row)
    return row.error();
  return found;
}

template <class T>
error referenced(const uuid& id, std::string_view by) {
  return {errc::still_referenced,
          fmt::format("{} {} is still referenced by {}; force=1 deletes it all the same", traits<T>::name,
                      to_string(id), by), {}};
}

/// What refers to an object that is about to be deleted; `still_referenced` without force.
template <class T>
result<removed<T>> prepare_removal(const txn& in, const uuid& id, bool force) {
  auto object = get<T>(in, id);
  if (!object)
    return object.error();
  auto campaigns = referring_campaigns(in, id);
  if (!campaigns)
    return campaigns.error();
  std::erase_if(*campaigns, [&](const campaign& c) { return c.id == id; });
  if (!force && !campaigns->empty())
    return referenced<T>(id, fmt::format("campaign {}", to_string(campaigns->front().id)));
  return removed<T>{std::move(*object), std::move(*campaigns), {}, false};
}

template <class T>
result<removed<T>> finish_removal(write_txn& in, removed<T> what, time_point now) {
  for (auto& c : what.changed) {
    forget(c, what.object.id, now);
    if (auto done = store(in, c); !done)
      return done.error();
  }
  if (auto done = bury(in, what.object, now); !done)
    return done.error();
  return what;
}

template <class T>
result<removed<T>> remove_one(write_txn& in, const uuid& id, bool force, time_point now) {
  auto what = prepare_removal<T>(in, id, force);
  if (!what)
    return what;
  return finish_removal(in, std::move(*what), now);
}

} // namespace

result<plan> create(write_txn& in, plan fresh, time_point now) { return create_one(in, std::move(fresh), now); }
result<destination> create(write_txn& in, destination fresh, time_point now) {
  return create_one(in, std::move(fresh), now);
}
result<dlma> create(write_txn& in, dlma fresh, time_point now) { return create_one(in, std::move(fresh), now); }
result<campaign> create(write_txn& in, campaign fresh, time_point now) {
  return create_one(in, std::move(fresh), now);
}

result<plan> update(write_txn& in, const uuid& id, const edit<plan>& change, time_point now) {
  return update_one(in, id, change, now);
}
result<destination> update(write_txn& in, const uuid& id, const edit<destination>& change, time_point now) {
  return update_one(in, id, change, now);
}
result<dlma> update(write_txn& in, const uuid& id, const edit<dlma>& change, time_point now) {
  return update_one(in, id, change, now);
}
result<campaign> update(write_txn& in, const uuid& id, const edit<campaign>& change, time_point now) {
  return update_one(in, id, change, now);
}

result<campaign> set_campaign_status(write_txn& in, const uuid& id, campaign_status status, time_point now) {
  auto c = need<campaign>(in, id);
  if (!c)
    return c;
  c->status = static_cast<std::int64_t>(status);
  c->tm_update = now;
  if (auto done = store(in, *c); !done)
    return done.error();
  return c;
}

result<removed<plan>> remove_plan(write_txn& in, const uuid& id, bool force, time_point now) {
  return remove_one<plan>(in, id, force, now);
}

result<removed<destination>> remove_destination(write_txn& in, const uuid& id, bool force, time_point now) {
  return remove_one<destination>(in, id, force, now);
}

result<removed<campaign>> remove_campaign(write_txn& in, const uuid& id, bool force, time_point now) {
  auto what = prepare_removal<campaign>(in, id, force);
  if (!what)
    return what;
  auto calls = live_dialings(in, [&](const dialing& d) { return d.uuid_camp == id; });
  if (!calls)
    return calls.error();
  if (!force && !calls->empty())
    return referenced<campaign>(id, fmt::format("{} live dialings", calls->size()));
  what->live_dialings = std::move(*calls);
  return finish_removal(in, std::move(*what), now);
}

result<removed<dlma>> remove_dlma(write_txn& in, const uuid& id, bool delete_dls, bool force, time_point now) {
  auto what = prepare_removal<dlma>(in, id, force);
  if (!what)
    return what;
  {
    auto rows = cursor::open(in, table::dl_by_dlma);
    if (!rows)
      return rows.error();
    const auto row = rows->seek(id.view());
    if (!row)
      return row.error();
    what->purge = *row && (*row)->key.starts_with(id.view());
  }
  if (what->purge && !delete_dls) // force clears references; it does not say that the customers may go
    return error{errc::still_referenced,
                 fmt::format("dlma {} still has dls; delete_dls=1 deletes them too", to_string(id)), {}};
  auto calls = live_dialings(in, [&](const dialing& d) { return d.uuid_dlma == id; });
  if (!calls)
    return calls.error();
  if (!force && !calls->empty())
    return referenced<dlma>(id, fmt::format("{} live dialings", calls->size()));
  what->live_dialings = std::move(*calls);
  if (what->purge)
    if (auto done = in.put(table::purge, id.view(),
                           be64{static_cast<std::uint64_t>(now.time_since_epoch().count())}.view());
        !done)
      return done.error();
  return finish_removal(in, std::move(*what), now);
}

// --- entries ------------------------------------------------------------------------------------------------

namespace {

std::optional<error> refuse_dialing_status(const dl& entry) {
  if (entry.status == dl_dialing)
    return invalid_field("status", "status 1 (dialing) is set by the engine alone");
  return std::nullopt;
}

} // namespace

result<entry_change> create(write_txn& in, dl fresh, time_point now) {
  if (auto wrong = begin_life(in, fresh, now))
    return *wrong;
  const auto kind = kind_of_list(in, fresh);
  if (!kind)
    return kind.error();
  if (auto wrong = refuse_dialing_status(fresh))
    return *wrong;
  number_repairs done_to_numbers;
  if (auto wrong = read_numbers(fresh, *kind, done_to_numbers))
    return *wrong;
  const auto state = dial_entry::from(fresh);
  if (auto done = store_entry(in, fresh, state); !done)
    return done.error();
  return entry_change{std::move(fresh), state, std::nullopt};
}

result<entry_change> update(write_txn& in, const uuid& id, const edit<dl>& change, time_point now) {
  const auto before = get<dl>(in, id);
  if (!before)
    return before.error();
  auto after = change(*before);
  if (!after)
    return after.error();
  if (before->status == dl_dialing) {
    const auto refuse = [](std::string_view field) {
      return error{errc::illegal_state, fmt::format("{} cannot be changed while the dl is being dialed", field),
                   std::string{field}};
    };
    if (after->status != before->status)
      return refuse("status");
    if (after->dlma_uuid != before->dlma_uuid)
      return refuse("dlma_uuid");
    for (std::size_t i = 0; i < numbers_per_entry; ++i)
      if (after->trycnt[i] != before->trycnt[i]) // else a try could be made twice
        return refuse(fmt::format("trycnt_{}", i + 1));
  } else if (auto wrong = refuse_dialing_status(*after)) {
    return *wrong;
  }
  // Whoever sends a whole entry back as it was read sends back its tries and results, too; a customer who was called
  // meanwhile would be called again.
  if (before->tm_last_dial && (!after->tm_last_dial || *after->tm_last_dial < *before->tm_last_dial))
    return error{errc::illegal_state,
                 "the entry was dialed after this was read; read it again, or leave out tm_last_dial, tries and results",
                 "tm_last_dial"};
  after->id = id;
  after->in_use = 1;
  after->dialing_camp_uuid = before->dialing_camp_uuid;
  after->dialing_plan_uuid = before->dialing_plan_uuid;
  after->dialing_uuid = before->dialing_uuid;
  after->tm_create = before->tm_create;
  after->tm_delete.reset();
  after->tm_update = now;
  const bool moved = after->dlma_uuid != before->dlma_uuid;
  if (moved || after->number != before->number) {
    const auto kind = kind_of_list(in, *after);
    if (!kind)
      return kind.error();
    number_repairs done_to_numbers;
    // In another list all have to suit; in its own, what was stored under another rule stays good.
    if (auto wrong = read_numbers(*after, *kind, done_to_numbers, moved ? nullptr : &*before))
      return *wrong;
  }
  // Another number, or one that is to be tried from the beginning, is not known to be unknown.
  for (std::size_t i = 0; i < numbers_per_entry; ++i)
    if (after->number[i] != before->number[i] || (after->trycnt[i] == 0 && before->trycnt[i] != 0))
      after->numbers_unknown &= ~(std::int64_t{1} << i);
  const auto state = dial_entry::from(*after);
  if (moved)
    if (auto done = in.erase(table::dl_by_dlma, entry_key{before->dlma_uuid, id}.view()); !done)
      return done.error();
  if (auto done = store_entry(in, *after, state); !done)
    return done.error();
  return entry_change{std::move(*after), state, moved ? std::optional{before->dlma_uuid} : std::nullopt};
}

result<removed<dl>> remove_entry(write_txn& in, const uuid& id, bool force, time_point now) {
  auto entry = get<dl>(in, id);
  if (!entry)
    return entry.error();
  removed<dl> what{std::move(*entry), {}, {}, false};
  if (what.object.dialing_uuid) {
    if (!force)
      return referenced<dl>(id, fmt::format("the live dialing {}", to_string(*what.object.dialing_uuid)));
    what.live_dialings.push_back(*what.object.dialing_uuid);
  }
  if (auto done = bury_entry(in, what.object, now); !done)
    return done.error();
  return what;
}

result<purged> purge_entries(write_txn& in, const uuid& dlma_id, std::size_t limit) {
  const auto since = in.get(table::purge, dlma_id.view());
  if (!since)
    return since.error();
  if (!*since)
    return purged{0, true};
  const auto deleted_at = time_point{std::chrono::nanoseconds{
      static_cast<std::int64_t>(be64::read((*since)->substr(0, 8)).value_or(0))}};
  const auto when = (*since)->size() > 8 ? erase_when::at_once : erase_when::after_a_time;

  std::vector<uuid> some; // gathered first: a cursor does not outlive a write
  bool more = false;
  {
    auto rows = cursor::open(in, table::dl_by_dlma);
    if (!rows)
      return rows.error();
    auto row = rows->seek(dlma_id.view());
    for (; row && *row && (*row)->key.starts_with(dlma_id.view()); row = rows->next()) {
      if (some.size() >= limit) {
        more = true;
        break;
      }
      const auto id = read_uuid((*row)->key.substr(16));
      if (!id)
        return error{errc::storage_failed, "a key of the table dl_by_dlma cannot be read", {}};
      some.push_back(*id);
    }
    if (!row)
      return row.error();
  }
  for (const auto& id : some) {
    auto entry = need<dl>(in, id);
    if (!entry)
      return entry.error();
    if (auto done = bury_entry(in, *entry, deleted_at, when); !done)
      return done.error();
  }
  if (!more)
    if (auto done = in.erase(table::purge, dlma_id.view()); !done)
      return done.error();
  return purged{some.size(), !more};
}

result<std::vector<uuid>> pending_purges(const txn& in) {
  auto rows = cursor::open(in, table::purge);
  if (!rows)
    return rows.error();
  std::vector<uuid> found;
  auto row = rows->first();
  for (; row && *row; row = rows->next())
    if (const auto id = read_uuid((*row)->key))
      found.push_back(*id);
  if (!row)
    return row.error();
  return found;
}

// --- import -------------------------------------------------------------------------------------------------

result<import_outcome> import_entries(write_txn& in, std::span<dl> batch, time_point now) {
  import_outcome out;
  out.stored.reserve(batch.size());
  std::optional<uuid> good; // the dlma that was found to be in use: rows mostly share one
  auto kind = number_kind::number; // of its numbers
  std::string bytes;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto& entry = batch[i];
    auto wrong = refuse_dialing_status(entry);
    if (!wrong && good != entry.dlma_uuid) {
      if (const auto known = kind_of_list(in, entry)) {
        good = entry.dlma_uuid;
        kind = *known;
      } else {
        wrong = known.error();
      }
    }
    auto repairs = out.repairs;
    if (!wrong)
      wrong = read_numbers(entry, kind, repairs);
    if (wrong) {
      if (wrong->code == errc::storage_failed)
        return *wrong;
      out.refused.push_back({i, std::move(*wrong)});
      continue;
    }
    out.repairs = repairs;
    entry.id = ordered_uuid(now);
    entry.in_use = 1;
    entry.tm_create = now;
    entry.tm_update.reset();
    entry.tm_delete.reset();
    entry.dialing_camp_uuid.reset();
    entry.dialing_plan_uuid.reset();
    entry.dialing_uuid.reset();
    const auto state = dial_entry::from(entry);
    bytes.clear();
    append_record(bytes, entry, dl_fields);
    if (auto done = in.put_in_order(table::dl, entry.id.view(), bytes); !done)
      return done.error();
    if (auto done = in.put_in_order(table::dl_by_dlma, entry_key{entry.dlma_uuid, entry.id}.view(),
                                    entry_state{state}.view());
        !done)
      return done.error();
    out.stored.push_back({entry.dlma_uuid, state});
  }
  return out;
}

} // namespace ringmaster::storage
