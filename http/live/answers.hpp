// SPDX-License-Identifier: Apache-2.0
/// What the daemon says to a live client of its own accord, as JSON: everything but events.
#pragma once

#include "protocol/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace ringmaster::live {

/// {"type": "error", "error": {"code", "message", "field"}, "seq"}
[[nodiscard]] std::string error_message(const error& e, std::uint64_t seq);

/// {"type": `type`, "topic", "seq", "reason"}; no reason where it is empty.
[[nodiscard]] std::string about_topic(std::string_view type, std::string_view topic, std::uint64_t seq,
                                      std::string_view reason = {});

/// {"type": "snapshot", "topic", "name", "seq", "last", "items": [`items`]}
[[nodiscard]] std::string snapshot_message(std::string_view topic, std::string_view name, std::uint64_t seq,
                                           bool last, std::string_view items);

} // namespace ringmaster::live
