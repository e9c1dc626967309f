// SPDX-License-Identifier: Apache-2.0
#include "bench/actors/stream_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace ringmaster::bench {
namespace {

std::string lower(std::string_view text) {
  std::string made{text};
  std::transform(made.begin(), made.end(), made.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

/// The value of a header of an action; header names are written in every case by clients.
std::string value_of(std::string_view action, std::string_view name) {
  while (!action.empty()) {
    const auto end = std::min(action.find("\r\n"), action.size());
    const auto line = action.substr(0, end);
    action.remove_prefix(std::min(end + 2, action.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || lower(line.substr(0, colon)) != name)
      continue;
    auto value = line.substr(colon + 1);
    while (value.starts_with(' '))
      value.remove_prefix(1);
    return std::string{value};
  }
  return {};
}

} // namespace

stream_server::stream_server(std::string on_ping) : on_ping_{std::move(on_ping)} {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* address = reinterpret_cast<sockaddr*>(&at);
  if (listener_ < 0 || ::bind(listener_, address, size) != 0 || ::listen(listener_, 4) != 0 ||
      ::getsockname(listener_, address, &size) != 0)
    throw std::runtime_error{"no port to listen on"};
  port_ = ntohs(at.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

stream_server::~stream_server() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  if (const int fd = client_; fd >= 0)
    ::shutdown(fd, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void stream_server::serve() {
  while (!stopping_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      return;
    const int at_once = 1; // as Asterisk's manager does
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    client_ = fd;
    talk();
    client_ = -1;
    ::close(fd);
  }
}

void stream_server::talk() {
  send("Asterisk Call Manager/11.0.0\r\n");
  std::string received;
  char room[16'384];
  for (;;) {
    const auto count = ::recv(client_, room, sizeof room, 0);
    if (count <= 0)
      return;
    received.append(room, static_cast<std::size_t>(count));
    for (auto end = received.find("\r\n\r\n"); end != std::string::npos; end = received.find("\r\n\r\n")) {
      answer(std::string_view{received}.substr(0, end));
      received.erase(0, end + 4);
    }
  }
}

void stream_server::answer(std::string_view action) {
  const auto what = lower(value_of(action, "action"));
  auto id = value_of(action, "actionid");
  if (!id.empty())
    id = "ActionID: " + id + "\r\n";
  const auto success = "Response: Success\r\n" + id;
  if (what == "challenge")
    send(success + "Challenge: 123456789\r\n\r\n");
  else if (what == "login")
    send(success + "Message: Authentication accepted\r\n\r\n"
                   "Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n");
  else if (what == "coreshowchannels")
    send(success + "EventList: start\r\nMessage: Channels will follow\r\n\r\n"
                   "Event: CoreShowChannelsComplete\r\n" + id + "EventList: Complete\r\nListItems: 0\r\n\r\n");
  else if (what == "queuestatus")
    send(success + "EventList: start\r\nMessage: Queue status will follow\r\n\r\n"
                   "Event: QueueStatusComplete\r\n" + id + "EventList: Complete\r\nListItems: 0\r\n\r\n");
  else
    send(success + "\r\n");
  if (what == "ping")
    send(on_ping_);
}

void stream_server::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return; // the client has gone: the next one comes
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

} // namespace ringmaster::bench
