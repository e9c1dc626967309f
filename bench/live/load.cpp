// SPDX-License-Identifier: Apache-2.0
#include "bench/live/bench_live.hpp"
#include "bench/live/subscriber.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace ringmaster::bench {
namespace {

class subscribers {
public:
  subscribers(bool redis, std::uint16_t port, unsigned count, const char* path, const char* topic)
      : epoll_{::epoll_create1(0)} {
    for (unsigned i = 0; i < count; ++i) {
      const int fd = connect_loopback(port);
      redis ? subscribe_redis(fd, topic) : subscribe_ws(fd, path, topic);
      ::fcntl(fd, F_SETFL, O_NONBLOCK);
      fds_.push_back(fd);
      listen(fd);
    }
  }
  void listen(int fd) {
    epoll_event e{};
    e.events = EPOLLIN;
    e.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &e);
  }
  void stop(std::size_t count) {
    for (std::size_t i = 0; i < std::min(count, fds_.size()); ++i)
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fds_[i], nullptr);
  }
  /// False: nothing came for ten seconds.
  bool wait_for(std::uint64_t messages) {
    for (std::uint64_t seen = 0; seen < messages;) {
      std::array<epoll_event, 256> ready;
      const int n = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 10'000);
      if (n <= 0)
        return false;
      for (int i = 0; i < n; ++i)
        seen += read_from(ready[static_cast<std::size_t>(i)].data.fd);
    }
    return true;
  }

private:
  std::uint64_t read_from(int fd) {
    const auto n = ::read(fd, room_.data(), room_.size());
    if (n <= 0) {
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
      return 0;
    }
    return static_cast<std::uint64_t>(std::count(room_.data(), room_.data() + n, '^'));
  }
  int epoll_;
  std::vector<int> fds_;
  std::vector<char> room_ = std::vector<char>(256 * 1024);
};

} // namespace

int load_live(const char* kind, std::uint16_t port, unsigned sockets, const char* path, const char* topic) {
  subscribers all{std::strcmp(kind, "redis") == 0, port, sockets, path, topic};
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words{line};
    std::string word;
    std::uint64_t count = 0;
    words >> word >> count;
    if (word == "stop") {
      all.stop(count);
      continue;
    }
    const auto begin = std::chrono::steady_clock::now();
    if (!all.wait_for(count)) {
      std::cerr << "nothing came for ten seconds\n";
      return 1;
    }
    std::cout << "{\"seconds\": "
              << std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() << "}"
              << std::endl;
  }
  return 0;
}

} // namespace ringmaster::bench
