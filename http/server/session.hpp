// SPDX-License-Identifier: Apache-2.0
/// One connection: reads requests through the gate, hands them out, sends answers in order.
/// Internal to the server; everything but `is_gone` and `link` runs on the shard's thread.
///
///     head ──gate──▶ (dispatch) ─▶ head
///       │                │ body
///       │                ▼
///       │   body ──sink took a piece──▶ paused ──resume──▶ body ──end──▶ head
///       ▼ refusal, limit, `Connection: close`
///     finishing ──all sent──▶ lingering ──the client closes, or time──▶ closed
#pragma once

#include "http/server/body_decoder.hpp"
#include "http/server/handler.hpp"
#include "http/server/shard.hpp"
#include "http/server/upgrade.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::http {

class session : public std::enable_shared_from_this<session> {
public:
  /// Who is connected.
  struct client {
    std::string address;         ///< without a port
    std::string network;         ///< `client_network` of it
    std::shared_ptr<void> place; ///< among the open connections
  };

  session(shard& home, client who, bool tls);
  virtual ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Takes the connection up. Once.
  virtual void begin() = 0;
  /// No further requests; ends when those in flight are answered.
  void finish();
  void close();
  /// For a shard that goes away: drops the stream whatever is pending.
  void release_now() { release_stream(); }

  [[nodiscard]] bool is_late(shard::clock::time_point now) const noexcept;
  void time_out();
  [[nodiscard]] const std::string& network() const noexcept { return network_; }
  /// Of two strangers: which of them is displaced before the other.
  [[nodiscard]] bool goes_before(const session& other) const noexcept;

  void on_answer(std::uint64_t number, response r, bool dropped);
  void on_resume(std::uint64_t piece);
  void on_piece(std::uint64_t pull, result<std::string> piece);
  [[nodiscard]] bool is_gone() const noexcept { return gone_.load(std::memory_order_relaxed); }
  /// A fault of ours, for the log.
  void report(std::string_view what) const;
  [[nodiscard]] const std::shared_ptr<shard_link>& link() const noexcept { return link_; }

protected:
  /// The transport; each start is answered by one `did_…` call.
  virtual void start_read(char* to, std::size_t room) = 0;
  virtual void start_write(std::string_view bytes) = 0;
  /// Sends what can be sent at once, without waiting; 0 when nothing can (or the transport cannot tell).
  virtual std::size_t write_now(std::string_view bytes) = 0;
  /// False when the transport does the reading until the client closes.
  virtual bool shut_sending() = 0;
  virtual void close_stream() = 0;
  virtual void release_stream() = 0;
  virtual upgraded_connection take_stream() = 0;

  void did_open();
  void did_read(boost::system::error_code ec, std::size_t n);
  void did_write(boost::system::error_code ec, std::size_t n);
  /// Around each asynchronous operation: the stream is freed when the last one has come back.
  void op_started() noexcept { ++ops_; }
  void op_ended();

  shard& home_;
  const dispatcher& to_;

private:
  enum class phase : std::uint8_t { opening, head, body, paused, finishing, lingering, closed };
  enum class body_use : std::uint8_t { buffer, stream, discard };

  /// One request's place in the order of answers.
  struct slot {
    std::optional<response> ready{};
    const refusal_form* form{}; ///< of its errors that no handler tells
    bool http_1_1{true};
    bool keep_alive{true};
    bool head_only{};
    bool body_pending{}; ///< its own body is still being read
  };

  void process();
  bool step();
  bool take_head();
  void dispatch(std::string_view raw, request_head& head);
  void start_body(std::string_view raw, request_head& head, request req, intake where);
  bool take_body();
  bool give_piece();
  bool stop_answered_body();
  void end_body();
  void abort_sink(const error& why);
  void upgrade(std::string_view raw, request req, const upgrade_handler& to);
  /// `by`: where the request would have gone, if that is known.
  void refuse(refusal why, const endpoint* by = nullptr);
  void reject(unsigned status, const error& why, const endpoint* by = nullptr);

  responder make_responder(std::uint64_t number);
  [[nodiscard]] const refusal_form& form_of(const endpoint* to) const noexcept;
  std::uint64_t add_slot(const request_head& head, const endpoint* to);
  bool put_answer(std::uint64_t number, response r);
  void flush();
  void pump_source();
  void send();
  void sent_all();
  void read_more();
  void enter_finishing();
  void linger();
  [[nodiscard]] std::string_view unread() const noexcept { return {in_.data() + begin_, end_ - begin_}; }
  [[nodiscard]] bool sending() const noexcept { return offset_ < going_.size(); }
  [[nodiscard]] bool may_take_head() const noexcept;
  [[nodiscard]] bool can_fill() const noexcept;
  void fill();
  [[nodiscard]] bool next_to_go();

  std::shared_ptr<shard_link> link_;
  std::shared_ptr<void> open_token_; ///< counts the connection as open
  std::string peer_;
  std::string network_;
  bool known_{}; ///< a good token has come
  bool tls_;
  std::atomic<bool> gone_{};
  phase phase_{phase::opening};
  shard::clock::time_point since_; ///< when the present phase began, or idleness did
  shard::clock::time_point wrote_;
  unsigned ops_{};
  bool reading_{};
  bool processing_{};
  bool eof_{};

  std::string in_;
  std::size_t begin_{};
  std::size_t end_{};
  std::size_t searched_{};
  request_head head_;

  // The request whose body is being read.
  std::optional<body_decoder> decoder_;
  body_use use_{body_use::discard};
  request pending_;
  std::optional<response> held_; ///< the answer to a body that is thrown away
  const endpoint* pending_to_{};
  std::uint64_t body_number_{};
  std::uint64_t body_bytes_{};
  std::uint64_t body_limit_{};
  std::uint64_t body_declared_{}; ///< Content-Length; 0: nobody knows before the end
  std::string body_;
  std::shared_ptr<budget_share> body_share_;
  bool owes_continue_{};
  bool in_sink_{};
  std::uint64_t piece_{};
  shard::clock::duration body_paused_{};
  shard::clock::time_point paused_at_;
  std::shared_ptr<body_sink> sink_;

  // Answers.
  std::deque<slot> slots_;
  std::uint64_t first_number_{};
  std::string out_;
  std::string writing_;
  std::shared_ptr<const std::string> apart_; ///< the body behind what is in `out_`; nothing is added to that before it goes
  std::shared_ptr<const std::string> writing_apart_;
  std::string_view going_; ///< of `writing_` or `writing_apart_`
  std::size_t offset_{};   ///< how much of it has gone
  bool last_request_{};  ///< the client or the server wants no further one
  bool last_one_sent_{}; ///< no answer goes out after those in `out_`
  std::shared_ptr<body_source> source_;
  bool source_chunked_{};
  bool pulling_{};
  bool pumping_{};
  std::uint64_t pull_{};
};

[[nodiscard]] std::shared_ptr<session> make_plain_session(shard& home, plain_stream socket, session::client who);
[[nodiscard]] std::shared_ptr<session> make_tls_session(shard& home, plain_stream socket, session::client who,
                                                        boost::asio::ssl::context& context);

} // namespace ringmaster::http
