// SPDX-License-Identifier: Apache-2.0
/// Query parameters of the outbound API. Which there are the routes say; a bad value is `invalid_field` with the parameter's
/// name.
#pragma once

#include "http/server/request.hpp"
#include "protocol/error.hpp"
#include "protocol/uuid.hpp"
#include "storage/outbound.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace ringmaster::outbound {

/// Most items that one page of a list holds.
inline constexpr std::size_t most_items = 10'000;

/// "0" or "1"; missing or empty is false.
[[nodiscard]] result<bool> flag(const http::request& req, std::string_view name);

/// Missing or empty is nothing.
[[nodiscard]] result<std::optional<uuid>> id_parameter(const http::request& req, std::string_view name);

/// `count` (1 to `most_items`) and `page_token`.
[[nodiscard]] result<storage::page_request> page_parameters(const http::request& req, std::size_t default_count);

} // namespace ringmaster::outbound
