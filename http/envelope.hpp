// SPDX-License-Identifier: Apache-2.0
/// The reply envelope of the call manager's API:
///   {"api_ver": "0.1", "result": …, "statuscode": 200, "timestamp": "…Z"}
///   {"api_ver": "0.1", "error": {"code": N, "message": "…", "field": "…"}, "statuscode": N, "timestamp": "…Z"}
#pragma once

#include "http/server/response.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <string>
#include <string_view>

namespace ringmaster::http {

/// A reply without a result, as a delete of nothing but itself has.
[[nodiscard]] response success(time_point now);

/// `result_json` is a finished JSON value and is taken as it is.
[[nodiscard]] response success(std::string_view result_json, time_point now);

/// The error in its envelope with the HTTP status of its code. `unauthorized` brings
/// `WWW-Authenticate: Bearer realm="ringmaster"`.
[[nodiscard]] response failure(const error& e, time_point now);
/// The same with another status, where HTTP has one that no `errc` means.
[[nodiscard]] response failure(const error& e, time_point now, unsigned status);

/// For a reply that is built in place: `begin_envelope(out)`, append the result value, `end_envelope`.
void begin_envelope(std::string& out);
void end_envelope(std::string& out, unsigned status, time_point now);

} // namespace ringmaster::http
