// SPDX-License-Identifier: Apache-2.0
#include "actors/commands/outbound.hpp"

#include "actors/commands/campaign_rules.hpp"
#include "storage/erasing.hpp"

#include <map>
#include <type_traits>
#include <utility>

namespace ringmaster::commands {
namespace {

template <class T>
constexpr storage::resource kind_of() {
  if constexpr (std::is_same_v<T, plan>)
    return storage::resource::plan;
  else if constexpr (std::is_same_v<T, destination>)
    return storage::resource::destination;
  else if constexpr (std::is_same_v<T, dlma>)
    return storage::resource::dlma;
  else if constexpr (std::is_same_v<T, dl>)
    return storage::resource::dl;
  else
    return storage::resource::campaign;
}

constexpr std::string_view name_of(const plan&) { return "plan"; }
constexpr std::string_view name_of(const destination&) { return "destination"; }
constexpr std::string_view name_of(const dlma&) { return "dlma"; }
constexpr std::string_view name_of(const dl&) { return "dl"; }
constexpr std::string_view name_of(const campaign&) { return "campaign"; }
constexpr const auto& fields_of(const plan&) { return plan_fields; }
constexpr const auto& fields_of(const destination&) { return destination_fields; }
constexpr const auto& fields_of(const dlma&) { return dlma_fields; }
constexpr const auto& fields_of(const dl&) { return dl_fields; }
constexpr const auto& fields_of(const campaign&) { return campaign_fields; }

/// What was done, with a record of it for the audit.
template <class T>
result<T> recorded(const context& c, std::string_view deed, result<T> done, std::string_view fields = {}) {
  if (done)
    if (const auto noted = c.note(deed, name_of(*done), to_string(done->id), fields); !noted)
      return noted.error();
  return done;
}

/// Keeps the id of what was made or changed, for the actors.
template <class T>
result<T> noted(const context& c, result<T> written) {
  if (!written)
    return written;
  if constexpr (std::is_same_v<T, campaign>)
    c.told.campaigns.push_back(written->id);
  else
    c.told.resources.push_back(written->id);
  return written;
}

result<dl> noted(const context& c, result<storage::entry_change> written) {
  if (!written)
    return written.error();
  if (written->left)
    c.told.gone.emplace_back(*written->left, written->entry.id);
  c.told.entries.emplace_back(written->entry.dlma_uuid, written->state);
  return std::move(written->entry);
}

/// What every delete tells: campaigns that lost a reference.
template <class T>
result<T> told(const context& c, result<storage::removed<T>> gone) {
  if (!gone)
    return gone.error();
  for (const auto& changed : gone->changed)
    c.told.campaigns.push_back(changed.id);
  return std::move(gone->object);
}

result<plan> settle(const context& c, const plan&, plan after) { return settle_plan(c.in, std::move(after)); }
result<destination> settle(const context& c, const destination&, destination after) { return settle_destination(c.in, std::move(after)); }
result<dlma> settle(const context& c, const dlma&, dlma after) { return settle_dlma(c.in, std::move(after)); }
result<campaign> settle(const context& c, const campaign& before, campaign after) {
  return settle_campaign(c.in, before, std::move(after), c.zones);
}

result<plan> removed(const context& c, const uuid& id, const removal& options, const plan*) {
  return noted(c, told(c, storage::remove_plan(c.in, id, options.force, c.now)));
}
result<destination> removed(const context& c, const uuid& id, const removal& options, const destination*) {
  return noted(c, told(c, storage::remove_destination(c.in, id, options.force, c.now)));
}
result<dlma> removed(const context& c, const uuid& id, const removal& options, const dlma*) {
  return noted(c, told(c, storage::remove_dlma(c.in, id, options.delete_dls, options.force, c.now)));
}
result<dl> removed(const context& c, const uuid& id, const removal& options, const dl*) {
  auto gone = storage::remove_entry(c.in, id, options.force, c.now);
  if (gone) {
    c.told.gone.emplace_back(gone->object.dlma_uuid, id);
    c.told.hang_up.insert(c.told.hang_up.end(), gone->live_dialings.begin(), gone->live_dialings.end());
  }
  return told(c, std::move(gone));
}
result<campaign> removed(const context& c, const uuid& id, const removal& options, const campaign*) {
  auto gone = storage::remove_campaign(c.in, id, options.force, c.now);
  if (gone)
    c.told.hang_up.insert(c.told.hang_up.end(), gone->live_dialings.begin(), gone->live_dialings.end());
  return noted(c, told(c, std::move(gone)));
}

} // namespace

template <class T>
result<T> create(const context& c, T fresh) {
  if constexpr (std::is_same_v<T, campaign>) {
    const campaign nothing;
    const auto settled = settle_campaign(c.in, nothing, std::move(fresh), c.zones);
    return settled ? recorded(c, "created", noted(c, storage::create(c.in, *settled, c.now))) : settled;
  } else {
    return recorded(c, "created", noted(c, storage::create(c.in, std::move(fresh), c.now)));
  }
}

template <class T>
result<T> update(const context& c, const uuid& id, const storage::edit<T>& edit) {
  T before{};
  const auto changed = [&](result<T> now) {
    const auto names = now ? changed_fields(before, *now, fields_of(*now)) : std::string{};
    return recorded(c, "changed", std::move(now), names);
  };
  if constexpr (std::is_same_v<T, dl>) {
    const storage::edit<T> keeping = [&](const T& found) { return before = found, edit(found); };
    return changed(noted(c, storage::update(c.in, id, keeping, c.now)));
  } else {
    // The edit of storage must not look at other records, so everything is settled before it.
    auto found = storage::get<T>(c.in, id);
    if (!found)
      return found;
    before = std::move(*found);
    auto after = edit(before);
    if (!after)
      return after;
    after->id = id;
    const auto settled = settle(c, before, std::move(*after));
    if (!settled)
      return settled;
    const auto as_settled = [&](const T&) -> result<T> { return *settled; };
    return changed(noted(c, storage::update(c.in, id, storage::edit<T>{as_settled}, c.now)));
  }
}

template <class T>
result<T> remove(const context& c, const uuid& id, const removal& options) {
  auto gone = recorded(c, "removed", removed(c, id, options, static_cast<const T*>(nullptr)));
  if (!options.erase)
    return gone;
  if (!gone && gone.error().code == errc::not_found) // it may have been deleted before
    gone = storage::get_deleted<T>(c.in, id);
  if (!gone)
    return gone;
  if constexpr (std::is_same_v<T, dlma>)
    if (auto entries = storage::erase_when_purged(c.in, id); !entries)
      return entries.error();
  const auto erased = storage::erase_deleted(c.in, kind_of<T>(), id, c.now);
  return erased ? recorded(c, "erased", std::move(gone)) : erased.error();
}

result<storage::import_outcome> import_entries(const context& c, std::span<dl> entries) {
  auto outcome = storage::import_entries(c.in, entries, c.now);
  if (!outcome)
    return outcome;
  c.told.entries.reserve(outcome->stored.size());
  std::map<uuid, std::size_t> by_list;
  for (const auto& e : outcome->stored) {
    c.told.entries.emplace_back(e.dlma, e.state);
    ++by_list[e.dlma];
  }
  for (const auto& [list, count] : by_list)
    if (const auto noted = c.note("imported", "dlma", to_string(list), std::to_string(count)); !noted)
      return noted.error();
  return outcome;
}

#define RINGMASTER_COMMANDS_OF(T)                                                                                                        \
  template result<T> create(const context&, T);                                                                                          \
  template result<T> update(const context&, const uuid&, const storage::edit<T>&);                                                       \
  template result<T> remove(const context&, const uuid&, const removal&);
RINGMASTER_COMMANDS_OF(plan)
RINGMASTER_COMMANDS_OF(destination)
RINGMASTER_COMMANDS_OF(dlma)
RINGMASTER_COMMANDS_OF(dl)
RINGMASTER_COMMANDS_OF(campaign)
#undef RINGMASTER_COMMANDS_OF

} // namespace ringmaster::commands
