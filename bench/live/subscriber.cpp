// SPDX-License-Identifier: Apache-2.0
#include "bench/live/subscriber.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace ringmaster::bench {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

} // namespace

int connect_loopback(std::uint16_t port) {
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

void subscribe_ws(int fd, const char* path, std::string_view topic) {
  say(fd, std::string{"GET "} + path +
              " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: "
              "Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  hear_until(fd, "\r\n\r\n");
  const auto wish = R"({"type":"subscribe","topic":")" + std::string{topic} + "\"}";
  // Final, text, masked with zeros.
  say(fd, std::string{"\x81"} + static_cast<char>(0x80 | wish.size()) + std::string(4, '\0') + wish);
  hear_until(fd, "subscribed");
}

void subscribe_redis(int fd, std::string_view channel) {
  say(fd, "SUBSCRIBE " + std::string{channel} + "\r\n");
  hear_until(fd, ":1\r\n");
}

void echo_one(int listener) {
  const int fd = ::accept(listener, nullptr, nullptr);
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const int epoll = ::epoll_create1(0);
  epoll_event e{};
  e.events = EPOLLIN;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
  std::array<char, 65536> some;
  while (::epoll_wait(epoll, &e, 1, -1) == 1) {
    const auto n = ::read(fd, some.data(), some.size());
    if (n <= 0)
      break;
    say(fd, {some.data(), static_cast<std::size_t>(n)});
  }
  ::close(epoll);
  ::close(fd);
}

} // namespace ringmaster::bench
