// SPDX-License-Identifier: Apache-2.0
/// What an actor wants back after a restart: bytes under a name, e.g. "pacing/<campaign uuid>".
#pragma once

#include "storage/environment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::storage {

/// Nothing when there is none.
[[nodiscard]] result<std::optional<std::string>> get_snapshot(const txn& in, std::string_view name);
[[nodiscard]] result<void> put_snapshot(write_txn& in, std::string_view name, std::string_view bytes);
/// Whether it was there.
result<bool> remove_snapshot(write_txn& in, std::string_view name);

} // namespace ringmaster::storage
