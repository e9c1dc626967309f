// SPDX-License-Identifier: Apache-2.0
#include "bench/actors/stream_server.hpp"
#include "bench/live/bench_live.hpp"
#include "bench/live/subscriber.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ringmaster::bench {
namespace {

using clock = std::chrono::steady_clock;
constexpr std::string_view mark = "connected_line_num";

std::int64_t nanoseconds() {
  return clock::now().time_since_epoch().count();
}

/// What Asterisk says of a channel; its connected line's number is the time.
void append_event(std::string& to, std::string_view event, unsigned channel, std::int64_t stamp) {
  const auto number = std::to_string(channel);
  to.append("Event: ")
      .append(event)
      .append("\r\nPrivilege: call,all\r\nChannel: PJSIP/phone-")
      .append(number);
  to.append("\r\nChannelState: 6\r\nChannelStateDesc: Up\r\nCallerIDNum: 100\r\nCallerIDName: phone")
      .append(number);
  to.append("\r\nConnectedLineNum: ").append(std::to_string(stamp));
  to.append("\r\nConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\nContext: default\r\nExten: "
            "s\r\n"
            "Priority: 1\r\nUniqueid: 1700000000.")
      .append(number);
  to.append("\r\nLinkedid: 1700000000.").append(number).append("\r\n\r\n");
}

/// Sends events at the rate and in the writes that `how` says.
template <class Send>
void send_paced(const flow& how, Send&& send) {
  const auto tick = std::chrono::milliseconds{how.tick_ms};
  const auto begin = clock::now();
  std::uint64_t sent = 0;
  std::string bytes;
  for (auto due = begin + tick; due < begin + std::chrono::duration<double>(how.seconds); due += tick) {
    std::this_thread::sleep_until(due);
    const auto until =
        static_cast<std::uint64_t>(std::chrono::duration<double>(clock::now() - begin).count() * how.rate);
    bytes.clear();
    const auto now = nanoseconds();
    for (; sent < until; ++sent)
      append_event(bytes, "Newstate", static_cast<unsigned>(sent % how.channels), now);
    send(bytes);
  }
}

/// Takes bytes as they come and notes how old each stamp in them is. One thread takes, another one asks.
class stopwatch {
public:
  /// The stamp of what is said before the time is taken.
  static constexpr std::int64_t begun = 1;

  explicit stopwatch(std::string_view before) : before_{before} {}
  void take(std::string_view bytes) {
    const auto now = nanoseconds();
    rest_.append(bytes);
    std::size_t done = 0;
    for (;;) {
      const auto at = rest_.find(before_, done);
      if (at == std::string::npos)
        break;
      auto digit = at + before_.size();
      std::int64_t stamp = 0;
      bool any = false;
      for (; digit < rest_.size() && digit < at + before_.size() + 30; ++digit) {
        const char c = rest_[digit];
        if (c >= '0' && c <= '9') {
          stamp = stamp * 10 + (c - '0');
          any = true;
        } else if (any) {
          break;
        }
      }
      if (digit == rest_.size())
        break; // cut within it
      done = digit;
      if (stamp == begun)
        ++begun_;
      else if (stamp > 1'000'000'000) {
        const std::lock_guard lock{guard_};
        ages_.push_back(now - stamp);
      }
    }
    rest_.erase(0,
                std::max(done, rest_.size() < before_.size() + 30 ? 0 : rest_.size() - before_.size() - 30));
  }
  /// Prints what has come since the last time, and after it, as all_…, what has come since the beginning.
  void tell() {
    auto fresh = settled();
    all_.insert(all_.end(), fresh.begin(), fresh.end());
    std::cout << '{';
    print("", fresh);
    std::cout << ", ";
    print("all_", all_);
    std::cout << '}' << std::endl;
  }
  /// How many with the stamp `begun` have come. From any thread.
  [[nodiscard]] std::size_t begun_seen() const { return begun_; }

private:
  /// When nothing has come for a while.
  std::vector<std::int64_t> settled() {
    for (auto before = static_cast<std::size_t>(-1);;) {
      {
        const std::lock_guard lock{guard_};
        if (ages_.size() == before)
          return std::exchange(ages_, {});
        before = ages_.size();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
  }
  static void print(const char* which, std::vector<std::int64_t>& ages) {
    std::sort(ages.begin(), ages.end());
    const auto at = [&](double share) {
      const auto place = static_cast<std::size_t>(share * static_cast<double>(ages.size() - 1));
      return ages.empty() ? 0.0 : static_cast<double>(ages[place]) / 1e6;
    };
    std::cout << '"' << which << "events\": " << ages.size() << ", \"" << which << "p50_ms\": " << at(0.5)
              << ", \"" << which << "p99_ms\": " << at(0.99) << ", \"" << which << "most_ms\": " << at(1);
  }

  std::vector<std::int64_t> all_;
  std::mutex guard_;
  std::string before_;
  std::string rest_;
  std::vector<std::int64_t> ages_;
  std::atomic<std::size_t> begun_{0};
};

void read_into(int fd, stopwatch& watch, const std::atomic<bool>& over) {
  const timeval wait{0, 200'000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  std::vector<char> room(256 * 1024);
  for (;;) {
    const auto n = ::read(fd, room.data(), room.size());
    if (n > 0)
      watch.take({room.data(), static_cast<std::size_t>(n)});
    else if (n == 0 || over)
      return;
  }
}

} // namespace

int feed_live(const flow& how) {
  stream_server asterisk;
  std::cout << "{\"port\": " << asterisk.port() << "}" << std::endl;
  std::string line;
  std::getline(std::cin, line); // the daemon is there: its port, and the path of its WebSocket
  std::istringstream words{line};
  unsigned port = 0;
  std::string path;
  words >> port >> path;
  const int fd = connect_loopback(static_cast<std::uint16_t>(port));
  subscribe_ws(fd, path.c_str(), "/core/channels");
  stopwatch watch{mark};
  std::atomic<bool> over{false};
  std::thread reader{[&] { read_into(fd, watch, over); }};
  std::string bytes;
  for (unsigned i = 0; i < how.channels;) { // not more at once than a slow reader is kept
    bytes.clear();
    for (const auto end = std::min(how.channels, i + 500); i < end; ++i)
      append_event(bytes, "Newchannel", i, stopwatch::begun);
    asterisk.send(bytes);
    for (const auto late = clock::now() + std::chrono::seconds{10}; watch.begun_seen() < i;) {
      if (clock::now() > late) {
        std::cerr << "only " << watch.begun_seen() << " of " << i << " channels were told of\n";
        std::_Exit(1);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
  }
  do {
    send_paced(how, [&](const std::string& events) { asterisk.send(events); });
    watch.tell();
  } while (std::getline(std::cin, line)); // another turn
  over = true;
  reader.join();
  ::close(fd);
  return 0;
}

int echo_live(const flow& how) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* address = reinterpret_cast<sockaddr*>(&at);
  if (::bind(listener, address, size) != 0 || ::listen(listener, 1) != 0 ||
      ::getsockname(listener, address, &size) != 0)
    return 1;
  std::thread server{[&] { echo_one(listener); }};
  const int fd = connect_loopback(ntohs(at.sin_port));
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  stopwatch watch{"ConnectedLineNum:"};
  std::atomic<bool> over{false};
  std::thread reader{[&] { read_into(fd, watch, over); }};
  for (std::string line; std::getline(std::cin, line);) {
    send_paced(how, [&](std::string_view events) {
      while (!events.empty()) {
        const auto n = ::write(fd, events.data(), events.size());
        if (n <= 0)
          return;
        events.remove_prefix(static_cast<std::size_t>(n));
      }
    });
    watch.tell();
  }
  over = true;
  reader.join();
  ::close(fd);
  server.join();
  ::close(listener);
  return 0;
}

} // namespace ringmaster::bench
