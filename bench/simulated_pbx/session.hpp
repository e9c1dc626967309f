// SPDX-License-Identifier: Apache-2.0
/// One AMI client's connection: reads actions, gathers what goes out, and lets ordered faults strike.
#pragma once

#include "bench/simulated_pbx/action.hpp"
#include "bench/simulated_pbx/emitter.hpp"
#include "bench/simulated_pbx/expression.hpp"
#include "bench/simulated_pbx/faults.hpp"
#include "bench/simulated_pbx/pbx.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::sim {

class session;

/// What a session needs of the server. All in the server's one thread.
class session_host {
public:
  virtual ~session_host() = default;
  [[nodiscard]] virtual pbx& life() = 0;
  [[nodiscard]] virtual fault_plan& faults() = 0;
  [[nodiscard]] virtual emitter& events() = 0;
  [[nodiscard]] virtual const std::string& user() const = 0;
  [[nodiscard]] virtual const std::string& secret() const = 0;
  /// Simulated time is brought to now.
  virtual void begin_turn() = 0;
  /// The journal, then the sessions' output, go out.
  virtual void end_turn() = 0;
  virtual void has_output(session& s) = 0;
  virtual void closed(session& s) = 0;
  virtual void count_originate() = 0;
  virtual void journal_login(std::string_view user, std::string_view events) = 0;
  virtual void count_sent(std::size_t bytes) = 0;
  /// Restarts the PBX after this turn; connects are refused for `down`.
  virtual void restart(std::chrono::milliseconds down) = 0;
  /// From now on every action is refused. When the last call is over (`hang_up`: now), the clients are told and let go, and
  /// connects are refused for `down`; without it, for good.
  virtual void stop_gently(bool hang_up, bool restarts, std::optional<std::chrono::milliseconds> down) = 0;
  /// Asterisk's `core abort shutdown`.
  virtual void go_on() = 0;
};

class session final : public subscriber, public std::enable_shared_from_this<session> {
public:
  /// A client that leaves this much unread is cut off, silently, as Asterisk does.
  static constexpr std::size_t most_unread = 64U << 20U;

  session(boost::asio::ip::tcp::socket socket, session_host& host, std::uint64_t id);

  void start();
  /// Ends the connection now; what is unsent is lost.
  void close();
  /// Ends it once everything is sent.
  void close_after_output();
  /// Starts sending what has gathered.
  void flush();

  // subscriber
  [[nodiscard]] std::uint16_t mask() const noexcept override {
    return authenticated_ ? static_cast<std::uint16_t>(mask_ & readable_) : std::uint16_t{0};
  }
  void deliver(std::string_view event, std::string_view text) override;

  /// For answers: appended as they are, out of the faults' reach except `cut`.
  void send(std::string_view text);

  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] session_host& host() noexcept { return host_; }
  [[nodiscard]] bool authenticated() const noexcept { return authenticated_; }
  void set_authenticated(const ami_user& as);
  /// Whether the user's `write` has one of these classes; empty: what everybody may.
  [[nodiscard]] bool may(std::string_view classes) const;
  void set_mask(std::uint16_t mask);
  [[nodiscard]] const std::string& challenge() const noexcept { return challenge_; }
  void set_challenge(std::string c) { challenge_ = std::move(c); }
  /// `Action: Filter`: an event by name, wanted or unwanted.
  void add_filter(std::string event, bool wanted);
  [[nodiscard]] const std::string& local_address() const noexcept { return local_address_; }
  [[nodiscard]] const std::string& remote_address() const noexcept { return remote_address_; }
  [[nodiscard]] const std::string& opened_at() const noexcept { return opened_at_; }
  /// A synchronous Originate holds up the actions behind it.
  void block() noexcept { blocked_ = true; }
  void unblock();

private:
  void read();
  void process();
  void append(std::string_view text);

  boost::asio::ip::tcp::socket socket_;
  session_host& host_;
  std::uint64_t id_;
  boost::asio::steady_timer login_timer_;
  action_reader reader_;
  std::string input_;
  std::string pending_;
  std::string writing_;
  bool is_writing_{false};
  bool closing_{false};
  bool closed_{false};
  bool blocked_{false};
  bool authenticated_{false};
  std::uint16_t mask_{every_class};
  std::uint16_t readable_{0};
  std::vector<std::string> writable_;
  std::vector<std::string> unwanted_, wanted_;
  std::vector<std::unique_ptr<expression>> never_, only_; ///< the user's filters
  std::string challenge_;
  std::string held_; ///< an event that the fault `reorder` holds back
  std::optional<std::uint64_t> cut_after_;
  std::string local_address_, remote_address_, opened_at_;
};

} // namespace ringmaster::sim
