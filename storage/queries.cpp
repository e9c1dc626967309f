// SPDX-License-Identifier: Apache-2.0
#include "storage/outbound.hpp"

#include "storage/records.hpp"

#include <algorithm>
#include <limits>

namespace ringmaster::storage {

using namespace records;

namespace {

/// Most rows that one page steps over, so that a list in the middle of a purge does not hold its caller up.
constexpr std::size_t most_passed_over = 20'000;

/// The first row after `after`, or the first one.
result<std::optional<cursor::row>> begin_after(cursor& rows, const std::optional<uuid>& after) {
  if (!after)
    return rows.first();
  auto row = rows.seek(after->view());
  if (row && *row && (*row)->key == after->view())
    return rows.next();
  return row;
}

/// Whether an entry can be seen: not when its dlma is deleted and the purge has not come to it yet.
class dlma_watch {
public:
  explicit dlma_watch(const txn& in) : in_{in} {}
  result<bool> lives(const uuid& id) {
    if (known_ && id_ == id)
      return lives_;
    const auto there = in_.has(table::dlma, id.view());
    if (!there)
      return there.error();
    known_ = true;
    id_ = id;
    return lives_ = *there;
  }

private:
  const txn& in_;
  uuid id_;
  bool known_{false}, lives_{false};
};

} // namespace

template <class T>
result<T> get(const txn& in, const uuid& id) {
  auto object = need<T>(in, id);
  if constexpr (std::is_same_v<T, dl>) {
    if (!object)
      return object;
    const auto visible = in.has(table::dlma, object->dlma_uuid.view());
    if (!visible)
      return visible.error();
    if (!*visible)
      return unknown<dl>(id);
  }
  return object;
}

result<campaign> get_deleted_campaign(const txn& in, const uuid& id) {
  const auto bytes = in.get(table::deleted, deleted_key{traits<campaign>::kind, id}.view());
  if (!bytes)
    return bytes.error();
  return *bytes ? decode<campaign>(**bytes) : unknown<campaign>(id);
}

template <class T>
result<page<T>> list(const txn& in, const page_request& which) {
  auto rows = cursor::open(in, traits<T>::live);
  if (!rows)
    return rows.error();
  page<T> out;
  dlma_watch dlmas{in};
  std::size_t passed = 0;
  std::optional<uuid> last = which.after;
  auto row = begin_after(*rows, which.after);
  for (; row && *row; row = rows->next()) {
    if (out.items.size() >= which.count || passed >= most_passed_over) {
      out.next = last;
      return out;
    }
    auto object = decode<T>((*row)->value);
    if (!object)
      return object.error();
    last = object->id;
    if constexpr (std::is_same_v<T, dl>) {
      const auto visible = dlmas.lives(object->dlma_uuid);
      if (!visible)
        return visible.error();
      if (!*visible) {
        ++passed;
        continue;
      }
    }
    out.items.push_back(std::move(*object));
  }
  if (!row)
    return row.error();
  return out;
}

template <class T>
result<std::vector<T>> all(const txn& in) {
  std::vector<T> everything;
  page_request which{.after = {}, .count = std::numeric_limits<std::size_t>::max()};
  for (;;) {
    auto some = list<T>(in, which);
    if (!some)
      return some.error();
    std::move(some->items.begin(), some->items.end(), std::back_inserter(everything));
    if (!some->next)
      return everything;
    which.after = some->next;
  }
}

template result<plan> get<plan>(const txn&, const uuid&);
template result<destination> get<destination>(const txn&, const uuid&);
template result<dlma> get<dlma>(const txn&, const uuid&);
template result<campaign> get<campaign>(const txn&, const uuid&);
template result<dl> get<dl>(const txn&, const uuid&);
template result<page<plan>> list<plan>(const txn&, const page_request&);
template result<page<destination>> list<destination>(const txn&, const page_request&);
template result<page<dlma>> list<dlma>(const txn&, const page_request&);
template result<page<campaign>> list<campaign>(const txn&, const page_request&);
template result<page<dl>> list<dl>(const txn&, const page_request&);
template result<std::vector<plan>> all<plan>(const txn&);
template result<std::vector<destination>> all<destination>(const txn&);
template result<std::vector<dlma>> all<dlma>(const txn&);
template result<std::vector<campaign>> all<campaign>(const txn&);
template result<std::vector<dl>> all<dl>(const txn&);

result<page<dl>> list_entries(const txn& in, const uuid& dlma_id, const page_request& which) {
  const auto there = in.has(table::dlma, dlma_id.view());
  if (!there)
    return there.error();
  if (!*there)
    return unknown<dlma>(dlma_id);
  auto rows = cursor::open(in, table::dl_by_dlma);
  if (!rows)
    return rows.error();
  page<dl> out;
  const entry_key from{dlma_id, which.after.value_or(uuid{})};
  auto row = rows->seek(from.view());
  if (row && *row && which.after && (*row)->key == from.view())
    row = rows->next();
  for (; row && *row && (*row)->key.starts_with(dlma_id.view()); row = rows->next()) {
    if (out.items.size() >= which.count) {
      out.next = out.items.empty() ? which.after : std::optional{out.items.back().id};
      return out;
    }
    const auto id = read_uuid((*row)->key.substr(16));
    if (!id)
      return error{errc::storage_failed, "a key of the table dl_by_dlma cannot be read", {}};
    auto entry = need<dl>(in, *id);
    if (!entry)
      return entry.error();
    out.items.push_back(std::move(*entry));
  }
  if (!row)
    return row.error();
  return out;
}

result<std::size_t> for_each_entry(const txn& in, const uuid& dlma_id,
                                   const std::function<bool(const dial_entry&)>& take, const maybe_uuid& after) {
  auto rows = cursor::open(in, table::dl_by_dlma);
  if (!rows)
    return rows.error();
  std::size_t count = 0;
  const entry_key from{dlma_id, after.value_or(uuid{})};
  auto row = rows->seek(from.view());
  if (row && *row && after && (*row)->key == from.view())
    row = rows->next();
  for (; row && *row && (*row)->key.starts_with(dlma_id.view()); row = rows->next()) {
    const auto id = read_uuid((*row)->key.substr(16));
    dial_entry state;
    if (!id || !read_entry_state((*row)->value, *id, state))
      return error{errc::storage_failed, "a row of the table dl_by_dlma cannot be read", {}};
    ++count;
    if (!take(state))
      return count;
  }
  if (!row)
    return row.error();
  return count;
}

result<std::vector<campaign>> referring_campaigns(const txn& in, const uuid& id) {
  auto everything = all<campaign>(in);
  if (!everything)
    return everything;
  std::erase_if(*everything, [&](const campaign& c) {
    return c.plan != id && c.dest != id && c.dlma != id && c.next_campaign != id;
  });
  return everything;
}

} // namespace ringmaster::storage
