/// Points in time as the APIs write them: UTC, nanoseconds, nine digits.
#pragma once

#include "protocol/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace ringmaster {

/// Nanoseconds since the Unix epoch, UTC. Pure code takes `now` as an argument and never asks a clock.
using time_point = std::chrono::sys_time<std::chrono::nanoseconds>;
using duration = std::chrono::nanoseconds;

/// The wall clock; called by shells (actors, sessions, `main`) alone.
[[nodiscard]] time_point wall_clock_now() noexcept;

/// "2017-03-08T01:42:40.668089274Z".
[[nodiscard]] std::string format_timestamp(time_point at);
void append_timestamp(std::string& to, time_point at);

/// Reads what `format_timestamp` writes, with no to nine digits of fraction.
[[nodiscard]] result<time_point> parse_timestamp(std::string_view text);

} // namespace ringmaster
