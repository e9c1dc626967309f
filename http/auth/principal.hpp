// SPDX-License-Identifier: Apache-2.0
/// Who is asking, and what they may do.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::auth {

/// A signed-in user. Immutable once shared: a change of rights makes a new one.
struct principal {
  std::string user;
  std::vector<std::string> permissions; ///< names as routes carry them; "*" stands for every one

  /// True when the user holds `permission`; a route without a permission is open to every signed-in user.
  [[nodiscard]] bool may(std::string_view permission) const noexcept {
    return permission.empty() || std::any_of(permissions.begin(), permissions.end(), [&](const auto& held) {
             return held == permission || held == "*";
           });
  }
};

} // namespace ringmaster::auth
