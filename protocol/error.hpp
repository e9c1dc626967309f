// SPDX-License-Identifier: Apache-2.0
/// Errors are values: what went wrong, said so that the reader can act on it, and with which field.
/// No code of ours throws; exceptions of third parties are turned into an `error` where they appear.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ringmaster {

/// Every way in which a request of a caller, a peer or the disk can fail.
enum class errc : std::uint8_t {
  malformed,       ///< not JSON, not AMI, not CSV: the bytes have no meaning (HTTP 400)
  invalid_field,   ///< a field is unknown, of the wrong type, out of range or unsafe (400)
  illegal_state,   ///< the request is well-formed but not possible now (400)
  still_referenced,///< a delete without force of something others refer to (400)
  unauthorized,    ///< no token, or an unknown or expired one (401)
  forbidden,       ///< a known caller without the permission (403)
  not_found,       ///< unknown or deleted id, unknown path (404)
  wrong_method,    ///< the path exists, the method does not (405)
  too_large,       ///< a body, line, message or list over its limit (413)
  limit_exceeded,  ///< too many requests in flight or too many attempts (429)
  storage_failed,  ///< the disk refused: nothing was acknowledged (500)
  storage_full,    ///< there is no room left, in the database or on its disk: nothing was acknowledged (507)
  number_in_use,   ///< another call to the same telephone is up; within the engine alone (400)
  internal,        ///< a fault of ours (500)
  pbx_refused,     ///< Asterisk said no; the message is its own (502)
  pbx_unavailable, ///< no Asterisk is connected (503)
  overloaded,      ///< try again later (503)
  timed_out,       ///< no answer in time (504)
};

struct error {
  errc code{errc::internal};
  std::string message; ///< a sentence for a person
  std::string field;   ///< the field, header or key at fault; empty when there is none
};

/// The HTTP status that says `code`.
[[nodiscard]] constexpr unsigned http_status(errc code) noexcept {
  switch (code) {
  case errc::malformed:
  case errc::invalid_field:
  case errc::illegal_state:
  case errc::number_in_use:
  case errc::still_referenced: return 400;
  case errc::unauthorized: return 401;
  case errc::forbidden: return 403;
  case errc::not_found: return 404;
  case errc::wrong_method: return 405;
  case errc::too_large: return 413;
  case errc::limit_exceeded: return 429;
  case errc::storage_failed:
  case errc::internal: return 500;
  case errc::pbx_refused: return 502;
  case errc::pbx_unavailable:
  case errc::overloaded: return 503;
  case errc::timed_out: return 504;
  case errc::storage_full: return 507;
  }
  return 500;
}

/// A value or an `error`. Use `has_value()` / `if (r)`, `*r`, `r.error()`.
template <class T>
using result = boost::system::result<T, error>;

/// `.value()` of a failed result is a fault of ours; found by boost::system::result through ADL.
[[noreturn]] void throw_exception_from_error(const error& e, const boost::source_location& where);

[[nodiscard]] inline error invalid_field(std::string_view field, std::string message) {
  return error{errc::invalid_field, std::move(message), std::string{field}};
}

} // namespace ringmaster
