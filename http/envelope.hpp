// SPDX-License-Identifier: Apache-2.0
/// The dialect of the call manager's API, which the product's own additions speak too:
///   {"api_ver": "0.1", "result": …, "statuscode": 200, "timestamp": "…Z"}
///   {"api_ver": "0.1", "error": {"code": N, "message": "…", "field": "…"}, "statuscode": N, "timestamp": "…Z"}
/// Lists are {"list": […], "next_page_token": "…"}; everything that went well is 200. A refusal of `unauthorized` brings
/// `WWW-Authenticate: Bearer realm="ringmaster"`. A token comes in the header or in the query, as `authtoken`.
#pragma once

#include "http/dialect.hpp"

namespace ringmaster::http {

[[nodiscard]] const dialect& call_manager() noexcept;

} // namespace ringmaster::http
