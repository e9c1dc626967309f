// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace ringmaster::daemon {

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 1024; // what POSIX systems begin with
  if (limit.rlim_cur < limit.rlim_max) {
    auto raised = limit;
    raised.rlim_cur = raised.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0)
      limit = raised;
  }
  return limit.rlim_cur;
}

std::uint64_t reserved_descriptors(std::size_t servers, std::size_t io_threads) {
  // A server has its socket, a second one while a lost one is being closed, and what resolves its name; an io thread an epoll,
  // an event and a timer descriptor. The rest: database, lock, result file, log, backups, CAF's own, libraries.
  return 64 + 4 * static_cast<std::uint64_t>(servers) + 4 * static_cast<std::uint64_t>(io_threads);
}

std::size_t possible_connections(std::uint64_t limit, std::size_t wanted, std::uint64_t reserved) {
  constexpr std::uint64_t least = 8;
  const auto left = limit > reserved ? limit - reserved : 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(wanted, std::max(left, least)));
}

} // namespace ringmaster::daemon
