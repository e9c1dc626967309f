// SPDX-License-Identifier: Apache-2.0
/// The two sides of the live benchmarks, one process each.
#pragma once

#include <cstdint>

namespace ringmaster::bench {

/// The daemon's own hub, front, server and sockets, without Asterisk servers. Prints {"port": N}, then obeys
/// lines on standard input: "publish EVENTS BYTES" hands that many events to the hub at once and prints "ok".
int serve_live();

/// The least that a server can do that sends each event to each socket by a system call: a loop of send(). Obeys the same
/// lines; subscribers are to be of the kind "redis".
int serve_bare();

/// Many subscribers in one thread: WebSockets ("ws") or Redis connections ("redis"). Prints "ready" when all
/// have subscribed, then obeys lines: "expect MESSAGES" waits until that many more have come to all sockets
/// together and prints {"seconds": S}; "stop N" reads no longer from the first N sockets. A message is
/// counted by the one '^' that it holds; '~' would not do, which is the length byte of every such frame.
int load_live(const char* kind, std::uint16_t port, unsigned sockets, const char* path, const char* topic);

struct flow {
  unsigned rate{50'000}; ///< events a second
  double seconds{5};
  unsigned channels{1'000};
  unsigned tick_ms{1}; ///< between two writes
};
/// An Asterisk that says events of its channels, and a live client that notes how long
/// after the write of its bytes an event's frame has come. Prints {"port": N}, waits for a line "PORT PATH"
/// of the daemon's WebSocket, prints {"events", "p50_ms", "p99_ms", "most_ms"} and the same as "all_…" of all turns
/// so far. Each further line is another turn.
int feed_live(const flow& how);
/// The same bytes in the same writes through an echo server of a few lines: a turn for each line.
int echo_live(const flow& how);

} // namespace ringmaster::bench
