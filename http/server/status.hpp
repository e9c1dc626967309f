// SPDX-License-Identifier: Apache-2.0
/// The HTTP status of an error (RFC 9110, RFC 6585, RFC 4918). A family of the API whose callers know other ones says so in its
/// dialect.
#pragma once

#include "protocol/error.hpp"

namespace ringmaster::http {

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
  case errc::conflict: return 409;
  case errc::gone: return 410;
  case errc::outdated: return 412;
  case errc::too_large: return 413;
  case errc::unsupported_media: return 415;
  case errc::bad_range: return 416;
  case errc::limit_exceeded: return 429;
  case errc::storage_failed:
  case errc::internal: return 500;
  case errc::not_implemented: return 501;
  case errc::pbx_refused: return 502;
  case errc::pbx_unavailable:
  case errc::overloaded: return 503;
  case errc::timed_out: return 504;
  case errc::storage_full: return 507;
  }
  return 500;
}

} // namespace ringmaster::http
