// SPDX-License-Identifier: Apache-2.0
/// Query parameters as values. Which there are the routes say; a bad value is `invalid_field` with the parameter's name.
#pragma once

#include "http/server/request.hpp"
#include "protocol/error.hpp"
#include "protocol/uuid.hpp"

#include <optional>
#include <string_view>

namespace ringmaster::api {

/// "0" or "1"; missing or empty is false.
[[nodiscard]] result<bool> flag(const http::request& req, std::string_view name);

/// Missing or empty is nothing.
[[nodiscard]] result<std::optional<uuid>> id_parameter(const http::request& req, std::string_view name);

} // namespace ringmaster::api
