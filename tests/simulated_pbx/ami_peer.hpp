// SPDX-License-Identifier: Apache-2.0
/// A PBX in a thread of its own and a plain AMI client for it, for tests of the simulated PBX.
#pragma once

#include "bench/simulated_pbx/simulated_pbx.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace ringmaster::sim::testing {

/// A message: its headers in order, with repeats.
struct message {
  std::vector<std::pair<std::string, std::string>> headers;

  [[nodiscard]] std::string get(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name)
        return value;
    return {};
  }
  [[nodiscard]] bool is(std::string_view event) const { return get("Event") == event; }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [key, value] : headers)
      all.push_back(key.substr(0, key.find('('))); // ChanVariable(CHANNEL)
    return all;
  }
};

/// Takes complete messages off the front of `bytes`.
inline std::vector<message> take_messages(std::string& bytes) {
  std::vector<message> found;
  message current;
  std::size_t done = 0;
  for (std::size_t at = 0;;) {
    const auto end = bytes.find('\n', at);
    if (end == std::string::npos)
      break;
    std::string line = bytes.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    if (line.empty()) {
      if (!current.headers.empty())
        found.push_back(std::exchange(current, {}));
      done = at;
    } else if (const auto colon = line.find(':'); colon != std::string::npos) {
      const auto value = line.find_first_not_of(' ', colon + 1);
      current.headers.emplace_back(line.substr(0, colon),
                                   value == std::string::npos ? "" : line.substr(value));
    }
  }
  bytes.erase(0, done);
  return found;
}

/// Runs a simulated PBX on a free port until it is destroyed.
class running_pbx {
public:
  explicit running_pbx(simulated_pbx_options options = {}) {
    options.port = 0;
    auto opened = simulated_pbx::open(std::move(options));
    if (!opened)
      throw std::runtime_error{opened.error().message};
    pbx_ = std::move(*opened);
    thread_ = std::thread{[this] { pbx_->run(); }};
  }
  ~running_pbx() {
    pbx_->stop();
    thread_.join();
  }
  running_pbx(const running_pbx&) = delete;
  running_pbx& operator=(const running_pbx&) = delete;

  [[nodiscard]] std::uint16_t port() const { return pbx_->port(); }
  [[nodiscard]] simulated_pbx& operator*() { return *pbx_; }

private:
  std::unique_ptr<simulated_pbx> pbx_;
  std::thread thread_;
};

class ami_peer {
public:
  static constexpr std::chrono::seconds patience{60};

  explicit ami_peer(std::uint16_t port) : port_{port} {
    if (!connect())
      throw std::runtime_error{"no connection"};
  }
  ~ami_peer() { disconnect(); }
  ami_peer(const ami_peer&) = delete;
  ami_peer& operator=(const ami_peer&) = delete;

  bool connect() {
    disconnect();
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    closed_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
    return !closed_;
  }
  void disconnect() {
    if (socket_ >= 0)
      ::close(socket_);
    socket_ = -1;
  }

  void send(std::string_view text) {
    while (!text.empty()) {
      const auto n = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  /// `lines` without the empty one at the end.
  void action(std::string_view lines) { send(std::string{lines} + "\r\n\r\n"); }

  void login(std::string_view extra = {}) {
    action("Action: Login\r\nActionID: login\r\nUsername: dialer\r\nSecret: secret" + std::string{extra});
    (void)response("login");
  }

  /// Everything received so far.
  [[nodiscard]] const std::vector<message>& seen() const { return seen_; }
  [[nodiscard]] const std::string& raw() const { return raw_; }
  [[nodiscard]] bool closed() const { return closed_; }

  /// Reads until `enough`; fails the test when the connection ends or patience does.
  bool read_until(const std::function<bool()>& enough) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!enough()) {
      if (closed_ || std::chrono::steady_clock::now() > until)
        return false;
      read_some(std::chrono::milliseconds{200});
    }
    return true;
  }
  /// Reads until the other side closes.
  bool read_to_end() {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!closed_ && std::chrono::steady_clock::now() < until)
      read_some(std::chrono::milliseconds{200});
    return closed_;
  }
  message response(std::string_view action_id) {
    const message* found = nullptr;
    read_until([&] {
      for (const message& m : seen_)
        if (!m.get("Response").empty() && !m.is("OriginateResponse") && m.get("ActionID") == action_id)
          found = &m;
      return found != nullptr;
    });
    if (found == nullptr) {
      ADD_FAILURE() << "no response to " << action_id;
      return {};
    }
    return *found;
  }
  message event(std::string_view name, std::string_view header = {}, std::string_view value = {}) {
    const message* found = nullptr;
    read_until([&] {
      for (const message& m : seen_)
        if (found == nullptr && m.is(name) && (header.empty() || m.get(header) == value))
          found = &m;
      return found != nullptr;
    });
    if (found == nullptr) {
      ADD_FAILURE() << "no event " << name << ' ' << header << ' ' << value;
      return {};
    }
    return *found;
  }
  [[nodiscard]] std::size_t count(std::string_view event) const {
    return static_cast<std::size_t>(
        std::count_if(seen_.begin(), seen_.end(), [&](const message& m) { return m.is(event); }));
  }

private:
  void read_some(std::chrono::milliseconds wait) {
    pollfd p{socket_, POLLIN, 0};
    if (::poll(&p, 1, static_cast<int>(wait.count())) <= 0)
      return;
    char buffer[65536];
    const auto n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n <= 0) {
      closed_ = true;
      return;
    }
    const std::string_view got{buffer, static_cast<std::size_t>(n)};
    raw_.append(got);
    unread_.append(got);
    if (!greeted_) {
      const auto end = unread_.find("\r\n");
      if (end == std::string::npos)
        return;
      unread_.erase(0, end + 2);
      greeted_ = true;
    }
    for (message& m : take_messages(unread_))
      seen_.push_back(std::move(m));
  }

  std::uint16_t port_;
  int socket_{-1};
  bool closed_{false};
  bool greeted_{false};
  std::string raw_, unread_;
  std::vector<message> seen_;
};

} // namespace ringmaster::sim::testing
