// SPDX-License-Identifier: Apache-2.0
/// Sockets of the benchmarks' clients: as little as it takes, so that the load costs little.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringmaster::bench {

/// A connection to the loopback; the process ends when there is none.
int connect_loopback(std::uint16_t port);
void say(int fd, std::string_view bytes);
/// Reads until `end` has come; the process ends when the connection does.
void hear_until(int fd, std::string_view end);
/// Upgrades and subscribes.
void subscribe_ws(int fd, const char* path, std::string_view topic);
void subscribe_redis(int fd, std::string_view channel);
/// Takes one connection and sends back what it hears, by epoll, until it ends.
void echo_one(int listener);

} // namespace ringmaster::bench
