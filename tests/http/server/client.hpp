// SPDX-License-Identifier: Apache-2.0
/// A blocking client on loopback that sees the very bytes, for the tests of the server.
#pragma once

#include "http/envelope.hpp"
#include "http/server/server.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

namespace ringmaster::http::server_tests {

struct reply {
  unsigned status{};
  std::string head;
  std::string body;
};

class client {
public:
  /// `from`: an address of loopback to come from.
  explicit client(std::uint16_t port, const char* from = nullptr) : fd_{::socket(AF_INET, SOCK_STREAM, 0)} {
    if (from) {
      sockaddr_in own{};
      own.sin_family = AF_INET;
      EXPECT_EQ(1, ::inet_pton(AF_INET, from, &own.sin_addr));
      EXPECT_EQ(0, ::bind(fd_, reinterpret_cast<sockaddr*>(&own), sizeof own)) << std::strerror(errno);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(0, ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to)) << std::strerror(errno);
    // A server that does not answer must fail the test, not hang it.
    timeval limit{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  ~client() { hang_up(); }
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void hang_up() {
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int descriptor() const noexcept { return fd_; }
  void shut_sending() { ::shutdown(fd_, SHUT_WR); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// More bytes into `left`; false at the end or an error.
  bool more() {
    char room[16384];
    errno = 0; // recv leaves it alone at an orderly end
    const auto n = ::recv(fd_, room, sizeof room, 0);
    if (n <= 0)
      return false;
    left.append(room, static_cast<std::size_t>(n));
    return true;
  }

  /// The next response, its chunks put together. Status 0: the connection ended before it was complete.
  reply read(bool head_only = false) {
    reply r;
    std::size_t end;
    while ((end = left.find("\r\n\r\n")) == std::string::npos)
      if (!more())
        return r;
    r.head = left.substr(0, end + 4);
    left.erase(0, end + 4);
    const auto status = static_cast<unsigned>(std::stoul(r.head.substr(9, 3)));
    if (status < 200 || status == 204 || head_only) {
      r.status = status;
      return r;
    }
    if (r.head.find("Transfer-Encoding: chunked") != std::string::npos) {
      if (!read_chunks(r.body))
        return r;
    } else if (const auto at = r.head.find("Content-Length: "); at != std::string::npos) {
      const auto size = std::stoul(r.head.substr(at + 16));
      while (left.size() < size)
        if (!more())
          return r;
      r.body = left.substr(0, size);
      left.erase(0, size);
    } else {
      while (more()) {
      }
      r.body.swap(left);
    }
    r.status = status;
    return r;
  }

  reply ask(std::string_view bytes) {
    send(bytes);
    return read();
  }

  /// True when the server has closed and nothing was left to read.
  bool at_end() { return left.empty() && !more() && errno != EAGAIN; }

  std::string left;

private:
  bool read_chunks(std::string& body) {
    while (true) {
      std::size_t eol;
      while ((eol = left.find("\r\n")) == std::string::npos)
        if (!more())
          return false;
      const auto size = std::stoul(left.substr(0, eol), nullptr, 16);
      while (left.size() < eol + 2 + size + 2)
        if (!more())
          return false;
      body.append(left, eol + 2, size);
      EXPECT_EQ("\r\n", left.substr(eol + 2 + size, 2));
      left.erase(0, eol + 2 + size + 2);
      if (size == 0)
        return true;
    }
  }

  int fd_;
};

/// Endpoints by "METHOD /path".
class table final : public dispatcher {
public:
  std::map<std::string, endpoint> routes;

  void on(const std::string& what, handler h) { routes[what].on_request = std::move(h); }

  [[nodiscard]] intake begin(request& req) const override {
    std::string path;
    for (const auto& s : req.segments)
      path += "/" + s;
    const auto found = routes.find(std::string{to_string(req.method)} + " " + path);
    return found == routes.end() ? intake{} : intake{&found->second, {}};
  }
  using dispatcher::refusal;
  [[nodiscard]] response refusal(const error& why, time_point now, unsigned status) const override {
    return call_manager().refusal(why, now, status);
  }
};

inline std::string get(std::string_view path, std::string_view more = {}) {
  std::string out{"GET "};
  out.append(path).append(" HTTP/1.1\r\nHost: test\r\n").append(more).append("\r\n");
  return out;
}

inline std::string post(std::string_view path, std::string_view body, std::string_view more = {}) {
  std::string out{"POST "};
  out.append(path).append(" HTTP/1.1\r\nHost: test\r\nContent-Length: ").append(std::to_string(body.size()));
  out.append("\r\n").append(more).append("\r\n").append(body);
  return out;
}

} // namespace ringmaster::http::server_tests
