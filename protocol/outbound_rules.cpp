// SPDX-License-Identifier: Apache-2.0
#include "protocol/outbound_rules.hpp"

namespace ringmaster {

bool is_allowed_application(std::string_view name) noexcept { return !name.empty() && passes(application_rule, name); }

} // namespace ringmaster
