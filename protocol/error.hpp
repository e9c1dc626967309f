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
  malformed,         ///< not JSON, not AMI, not CSV: the bytes have no meaning
  invalid_field,     ///< a field is unknown, of the wrong type, out of range or unsafe
  illegal_state,     ///< the request is well-formed but not possible now
  still_referenced,  ///< a delete without force of something others refer to
  unauthorized,      ///< no token, or an unknown or expired one
  forbidden,         ///< a known caller without the permission
  not_found,         ///< unknown or deleted id, unknown path
  wrong_method,      ///< the path exists, the method does not
  conflict,          ///< there is one of that name or number already
  gone,              ///< it was there, and will not come back under this id
  outdated,          ///< what the caller takes for its present state is not
  too_large,         ///< a body, line, message or list over its limit
  unsupported_media, ///< a body of a kind, or in a coding, that is not read here
  bad_range,         ///< a part of a file that the file does not have
  limit_exceeded,    ///< too many requests in flight or too many attempts
  storage_failed,    ///< the disk refused: nothing was acknowledged
  storage_full,      ///< there is no room left, in the database or on its disk: nothing was acknowledged
  number_in_use,     ///< another call to the same telephone is up; within the engine alone
  internal,          ///< a fault of ours
  not_implemented,   ///< part of a published interface that this product does not have
  pbx_refused,       ///< Asterisk said no; the message is its own
  pbx_unavailable,   ///< no Asterisk is connected
  overloaded,        ///< try again later
  timed_out,         ///< no answer in time
};

struct error {
  errc code{errc::internal};
  std::string message; ///< a sentence for a person
  std::string field;   ///< the field, header or key at fault; empty when there is none
};

/// A value or an `error`. Use `has_value()` / `if (r)`, `*r`, `r.error()`.
template <class T>
using result = boost::system::result<T, error>;

/// `.value()` of a failed result is a fault of ours; found by boost::system::result through ADL.
[[noreturn]] void throw_exception_from_error(const error& e, const boost::source_location& where);

[[nodiscard]] inline error invalid_field(std::string_view field, std::string message) {
  return error{errc::invalid_field, std::move(message), std::string{field}};
}

} // namespace ringmaster
