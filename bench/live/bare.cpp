// SPDX-License-Identifier: Apache-2.0
#include "bench/live/bench_live.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace ringmaster::bench {
namespace {

/// Takes whoever is there, and answers the first words of each as Redis answers a subscription.
class bare_server {
public:
  bare_server() {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(listener_, 4096) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
      return;
    port_ = ntohs(at.sin_port);
    watch(listener_);
    watch(STDIN_FILENO);
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  int run() {
    std::array<epoll_event, 64> events;
    for (;;) {
      const auto count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_)
          welcome();
        else if (fd != STDIN_FILENO)
          answer(fd);
        else if (std::string line; std::getline(std::cin, line))
          publish(line);
        else
          return 0;
      }
    }
  }

private:
  void watch(int fd) const {
    epoll_event e{};
    e.events = EPOLLIN;
    e.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &e);
  }
  void welcome() const {
    const int fd = ::accept(listener_, nullptr, nullptr);
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watch(fd);
  }
  void answer(int fd) {
    std::array<char, 4096> some;
    if (::read(fd, some.data(), some.size()) <= 0) {
      ::close(fd);
      return;
    }
    (void)!::write(fd, ":1\r\n", 4);
    subscribers_.push_back(fd);
  }
  void publish(const std::string& line) const {
    std::istringstream words{line};
    std::string word;
    std::size_t count = 0, bytes = 0;
    words >> word >> count >> bytes;
    // As long as the frame of the others' event.
    const auto text = '^' + std::string(bytes + 110, 'x');
    for (std::size_t i = 0; i < count; ++i)
      for (const int fd : subscribers_)
        (void)!::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    std::cout << "ok" << std::endl;
  }

  int listener_{-1};
  std::uint16_t port_{0};
  int epoll_{::epoll_create1(0)};
  std::vector<int> subscribers_;
};

} // namespace

int serve_bare() {
  bare_server server;
  if (server.port() == 0) {
    std::perror("bench_live bare");
    return 1;
  }
  std::cout << "{\"port\": " << server.port() << "}" << std::endl;
  return server.run();
}

} // namespace ringmaster::bench
