// SPDX-License-Identifier: Apache-2.0
/// Which calls are up to which telephones: several to one where a plan allows it.
///
/// Not thread-safe. O(1); a call is about 40 bytes.
#pragma once

#include "protocol/telephone_number.hpp"
#include "protocol/uuid.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

namespace ringmaster::storage {

class live_calls {
public:
  using call = std::pair<telephone_key, uuid>;

  [[nodiscard]] bool empty() const noexcept { return first_.empty(); }
  void add(const call& one) {
    if (!first_.insert(one).second)
      more_.insert(one);
  }
  /// What is not there is left alone.
  void remove(const call& gone) {
    const auto& [telephone, id] = gone;
    if (const auto at = first_.find(telephone); at == first_.end()) {
      return;
    } else if (at->second == id) {
      if (const auto next = more_.empty() ? more_.end() : more_.find(telephone); next != more_.end()) {
        at->second = next->second;
        more_.erase(next);
      } else {
        first_.erase(at);
      }
      return;
    }
    for (auto [at, end] = more_.equal_range(telephone); at != end; ++at)
      if (at->second == id) {
        more_.erase(at);
        return;
      }
  }
  /// One of the calls to that telephone, of those that are not in `but`.
  [[nodiscard]] std::optional<uuid> find(const telephone_key& telephone, std::span<const call> but = {}) const {
    const auto is_up = [&](const uuid& id) { return std::find(but.begin(), but.end(), call{telephone, id}) == but.end(); };
    const auto first = first_.find(telephone);
    if (first == first_.end())
      return std::nullopt;
    if (is_up(first->second))
      return first->second;
    for (auto [at, end] = more_.equal_range(telephone); at != end; ++at)
      if (is_up(at->second))
        return at->second;
    return std::nullopt;
  }

private:
  boost::unordered_flat_map<telephone_key, uuid, std::hash<telephone_key>> first_;
  std::unordered_multimap<telephone_key, uuid> more_; ///< to telephones that are in `first_`
};

} // namespace ringmaster::storage
