#include "bench/live/bench_live.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
  using namespace ringmaster::bench;
  if (argc == 2 && std::strcmp(argv[1], "serve") == 0)
    return serve_live();
  if ((argc == 5 || argc == 6) && std::strcmp(argv[1], "load") == 0)
    return load_live(argv[2], static_cast<std::uint16_t>(std::atoi(argv[3])),
                     static_cast<unsigned>(std::atoi(argv[4])), argc == 6 ? argv[5] : "/");
  if (argc == 4 && std::strcmp(argv[1], "feed") == 0)
    return feed_live(static_cast<unsigned>(std::atoi(argv[2])), std::atof(argv[3]));
  if (argc == 4 && std::strcmp(argv[1], "echo") == 0)
    return echo_live(static_cast<unsigned>(std::atoi(argv[2])), std::atof(argv[3]));
  std::fputs("bench_live serve | load ws|redis PORT SOCKETS [PATH] | feed RATE SECONDS | echo RATE SECONDS\n",
             stderr);
  return 2;
}
