#include "bench/live/bench_live.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::bench {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int connected(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    give_up("connect");
  return fd;
}

void say(int fd, std::string_view text) {
  if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    give_up("write");
}

void hear_until(int fd, std::string_view end) {
  std::string heard;
  std::array<char, 4096> some;
  while (heard.find(end) == std::string::npos) {
    const auto n = ::read(fd, some.data(), some.size());
    if (n <= 0)
      give_up("read");
    heard.append(some.data(), static_cast<std::size_t>(n));
  }
}

void subscribe_ws(int fd, const char* path) {
  say(fd, std::string{"GET "} + path +
              " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: "
              "Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  hear_until(fd, "\r\n\r\n");
  const std::string wish = R"({"type":"subscribe","topic":"/ob/campaigns"})";
  // Final, text, masked with zeros.
  say(fd, std::string{"\x81"} + static_cast<char>(0x80 | wish.size()) + std::string(4, '\0') + wish);
  hear_until(fd, "subscribed");
}

void subscribe_redis(int fd) {
  say(fd, "SUBSCRIBE /ob/campaigns\r\n");
  hear_until(fd, ":1\r\n");
}

class subscribers {
public:
  subscribers(bool redis, std::uint16_t port, unsigned count, const char* path) : epoll_{::epoll_create1(0)} {
    for (unsigned i = 0; i < count; ++i) {
      const int fd = connected(port);
      redis ? subscribe_redis(fd) : subscribe_ws(fd, path);
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
    return static_cast<std::uint64_t>(std::count(room_.data(), room_.data() + n, '~'));
  }
  int epoll_;
  std::vector<int> fds_;
  std::vector<char> room_ = std::vector<char>(256 * 1024);
};

} // namespace

int load_live(const char* kind, std::uint16_t port, unsigned sockets, const char* path) {
  subscribers all{std::strcmp(kind, "redis") == 0, port, sockets, path};
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
