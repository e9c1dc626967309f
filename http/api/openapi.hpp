// SPDX-License-Identifier: Apache-2.0
/// What the router knows about its routes, printed: an OpenAPI 3.1 description, and the index of the API with its permissions.
/// Nothing is said here that does not stand beside a route or in a field table.
#pragma once

#include "http/router.hpp"

#include <string>
#include <string_view>

namespace ringmaster::api {

/// A document of OpenAPI 3.1 (spec.openapis.org/oas/v3.1.0): a path and method each, at the path that it was added with (aliases
/// are told of in the introduction), its parameters, bodies and answers with their envelope, and the permission as
/// `x-permission`. Pages for the browser are left out.
[[nodiscard]] std::string openapi(const http::router& of, std::string_view version);

/// The same as tables of Markdown, one a group: method, path, permission, what it does.
[[nodiscard]] std::string index(const http::router& of);

/// GET /openapi.json, open to everybody, since it says nothing that the documentation does not. `of` is to outlive the server;
/// what is added to it later is in the answer as well, if it comes before the first request.
[[nodiscard]] result<void> add_openapi(http::router& of, std::string_view version);

} // namespace ringmaster::api
