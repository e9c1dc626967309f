// SPDX-License-Identifier: Apache-2.0
/// Does everything in the database fit together? For tests, backups and support.
#pragma once

#include "storage/environment.hpp"

#include <string>
#include <vector>

namespace ringmaster::storage {

/// Reads every record. One sentence for each thing that does not fit, none when all is well: records that
/// cannot be read, entries and their states out of step, references that lead nowhere, dialings without
/// their entry or capsules, an entry that is being dialed without a dialing.
[[nodiscard]] result<std::vector<std::string>> check_consistency(const txn& in);

} // namespace ringmaster::storage
