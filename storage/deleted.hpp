/// What deletes have left: a deleted resource is kept, but no query of `outbound.hpp` finds it.
#pragma once

#include "protocol/outbound.hpp"
#include "storage/environment.hpp"

namespace ringmaster::storage {

/// A campaign as its delete left it: `in_use` 0, `tm_delete` set. `not_found` for ids that live, or never did.
[[nodiscard]] result<campaign> get_deleted_campaign(const txn& in, const uuid& id);

} // namespace ringmaster::storage
