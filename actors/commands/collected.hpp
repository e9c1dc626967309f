// SPDX-License-Identifier: Apache-2.0
/// What can be done with objects of a collection about which there are no further rules. A kind that has some has commands of
/// its own, which call these.
#pragma once

#include "actors/commands/command.hpp"
#include "storage/collection.hpp"

#include <functional>

namespace ringmaster::commands {

template <storage::collected T>
[[nodiscard]] result<T> create_collected(const context& c, const T& fresh) {
  auto made = storage::create(c.in, fresh, c.now);
  if (made)
    if (const auto noted = c.note("created", storage::collection<T>::name, std::to_string(made->id)); !noted)
      return noted.error();
  return made;
}

template <storage::collected T>
[[nodiscard]] result<T> update_collected(const context& c, std::int64_t id, const std::function<result<T>(const T&)>& edit) {
  T before{};
  auto after = storage::update<T>(
      c.in, id, [&](const T& found) { return before = found, edit(found); }, c.now);
  if (after)
    if (const auto noted = c.note("changed", storage::collection<T>::name, std::to_string(id),
                                  changed_fields(before, *after, storage::collection<T>::fields));
        !noted)
      return noted.error();
  return after;
}

template <storage::collected T>
[[nodiscard]] result<T> remove_collected(const context& c, std::int64_t id) {
  auto gone = storage::remove<T>(c.in, id);
  if (gone)
    if (const auto noted = c.note("removed", storage::collection<T>::name, std::to_string(id)); !noted)
      return noted.error();
  return gone;
}

} // namespace ringmaster::commands
