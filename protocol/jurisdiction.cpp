// SPDX-License-Identifier: Apache-2.0
#include "protocol/jurisdiction.hpp"

#include <algorithm>
#include <array>

namespace ringmaster {

const jurisdiction* find_jurisdiction(std::string_view name) noexcept {
  using std::chrono::seconds;
  static constexpr std::array known{
      jurisdiction{"US", 0.03, 30, seconds{2}, seconds{15}},
      jurisdiction{"UK", 0, 1, seconds{2}, seconds{15}},
      jurisdiction{"own", 0.03, 30, seconds{2}, seconds{15}},
  };
  const auto at = std::find_if(known.begin(), known.end(), [&](const auto& j) { return j.name == name; });
  return at == known.end() ? nullptr : &*at;
}

} // namespace ringmaster
