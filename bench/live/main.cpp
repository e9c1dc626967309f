// SPDX-License-Identifier: Apache-2.0
#include "bench/live/bench_live.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
  using namespace ringmaster::bench;
  if (argc == 2 && std::strcmp(argv[1], "serve") == 0)
    return serve_live();
  if (argc == 2 && std::strcmp(argv[1], "bare") == 0)
    return serve_bare();
  if (argc == 7 && std::strcmp(argv[1], "load") == 0)
    return load_live(argv[2], static_cast<std::uint16_t>(std::atoi(argv[3])),
                     static_cast<unsigned>(std::atoi(argv[4])), argv[5], argv[6]);
  const bool feed = argc >= 2 && std::strcmp(argv[1], "feed") == 0;
  if (argc == 6 && (feed || std::strcmp(argv[1], "echo") == 0)) {
    const auto number = [&](int i) { return static_cast<unsigned>(std::atoi(argv[i])); };
    const flow how{number(2), std::atof(argv[3]), number(4), number(5)};
    return feed ? feed_live(how) : echo_live(how);
  }
  std::fputs(
      "bench_live serve | bare | load ws|redis PORT SOCKETS PATH TOPIC | feed|echo RATE SECONDS CHANNELS TICK_MS\n",
      stderr);
  return 2;
}
