// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace ringmaster::daemon {

namespace {

spdlog::level::level_enum level_of(std::uint64_t syslog) noexcept {
  if (syslog <= 2)
    return spdlog::level::critical;
  if (syslog == 3)
    return spdlog::level::err;
  if (syslog == 4)
    return spdlog::level::warn;
  return syslog <= 6 ? spdlog::level::info : spdlog::level::debug;
}

} // namespace

void start_logging(std::uint64_t level) {
  auto logger = std::make_shared<spdlog::logger>("ringmaster", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%fZ level=%l %v", spdlog::pattern_time_type::utc);
  logger->set_level(level_of(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

} // namespace ringmaster::daemon
