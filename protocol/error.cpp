// SPDX-License-Identifier: Apache-2.0
#include "protocol/error.hpp"

#include <stdexcept>

namespace ringmaster {

void throw_exception_from_error(const error& e, const boost::source_location&) {
  throw std::logic_error{"a failed result was read: " + e.message};
}

} // namespace ringmaster
