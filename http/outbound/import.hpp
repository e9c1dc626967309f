// SPDX-License-Identifier: Apache-2.0
/// POST /ob/dls/import?dlma_uuid=…[&format=csv|jsonl]: a dial list of any size as a stream.
///
/// The body is read no faster than it is stored: a few batches are on their way to the disk at a time. The
/// answer comes when everything taken is durable:
///
///     {"imported": N, "rejected": N, "errors": [{"line": N, "reason": "…"}, …], "truncated_errors": false}
///
/// `errors` holds the first 1,000 rejected lines. Without `dlma_uuid` each row has to name its dlma; without
/// `format` the content type decides (…/x-ndjson and …/jsonl are JSON lines), else it is CSV.
///
/// When the client goes in the middle, or storing fails, what was stored until then stays.
#pragma once

#include "http/outbound/context.hpp"
#include "http/router.hpp"

namespace ringmaster::outbound {

[[nodiscard]] result<void> add_import(http::router& r, const context& c);

} // namespace ringmaster::outbound
