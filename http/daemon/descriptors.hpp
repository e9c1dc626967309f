// SPDX-License-Identifier: Apache-2.0
/// File descriptors: how many the process may have, and how many of them are for HTTP.
///
/// Connections are what strangers can make many of. So they get what is left when everything else has its own: the database,
/// the result file, the connections to Asterisk, the threads. Otherwise a thousand idle clients would keep results from being
/// written and a lost server from being connected again.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ringmaster::daemon {

/// Raises the soft limit (RLIMIT_NOFILE) to the hard one and gives it back. systemd and shells begin with 1,024, for
/// programs that use select(2), which this one does not.
[[nodiscard]] std::uint64_t raise_descriptor_limit();

/// Descriptors that everything but HTTP connections has to have. Pure.
[[nodiscard]] std::uint64_t reserved_descriptors(std::size_t servers, std::size_t io_threads);

/// How many of the `wanted` connections a process with `limit` descriptors can have beside the reserved ones; 8 at least,
/// for without them nobody could ask what is wrong. Pure.
[[nodiscard]] std::size_t possible_connections(std::uint64_t limit, std::size_t wanted, std::uint64_t reserved);

} // namespace ringmaster::daemon
