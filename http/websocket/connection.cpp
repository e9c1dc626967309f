// SPDX-License-Identifier: Apache-2.0
#include "http/websocket/connection.hpp"

#include "http/websocket/handshake.hpp"

#include <boost/asio/write.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ringmaster::websocket {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t answers_waiting = 256;
constexpr int kernel_buffer = 64 * 1024; ///< bytes; Linux takes twice as much, with its own overhead
constexpr clock::duration between_looks = std::chrono::seconds{1};

} // namespace

// --- all of a thread

void connections::enlist(connection& one) {
  all_.insert(&one);
  if (std::exchange(ticking_, true))
    return;
  home_->each_tick([weak = weak_from_this()](clock::time_point now) {
    const auto self = weak.lock();
    return self && self->tick(now);
  });
}

bool connections::tick(clock::time_point now) {
  if (now - ticked_ < std::min(between_looks, clock::duration{limits_.idle} / 4))
    return true;
  ticked_ = now;
  // None of them ends here: a connection that closes is gone when its last operation has come back.
  for (auto* one : all_)
    one->on_time(now);
  return true;
}

void connections::end_all() {
  for (auto* one : all_)
    one->go_away();
}

// --- one

connection::connection(std::shared_ptr<connections> among, std::shared_ptr<void> lifetime,
                       const std::shared_ptr<const auth::principal>& caller)
    : among_{std::move(among)}, lifetime_{std::move(lifetime)}, caller_{caller}, alive_{clock::now()} {}

connection::~connection() { among_->forget(*this); }

void connection::begin(std::string_view head, std::string_view after, const make_protocol& make) {
  // What the kernel holds for a reader who does not read is memory, too, and thousands can stop at once.
  bound_kernel_buffer(kernel_buffer);
  among_->enlist(*this);
  says_ = make(*this);
  auto answer = answer_handshake(head, executor());
  send_frames(std::make_shared<const std::string>(std::move(answer.bytes)), write_lane::kind::answer);
  if (answer.accepted)
    return hear(after);
  phase_ = phase::ending;
  since_ = clock::now();
}

bool connection::is_permitted() {
  if (!caller_.expired())
    return true;
  lane_.drop_events();
  close(close_code::policy, "the token has ended, or what it permits has changed");
  return false;
}

void connection::on_time(clock::time_point now) {
  if (phase_ == phase::gone)
    return;
  if (phase_ != phase::open) {
    if (now - since_ > among_->bounds().closing)
      drop();
    return;
  }
  if (!is_permitted())
    return;
  switch (alive_.at(now, among_->bounds().idle)) {
  case keep_alive::step::nothing: return;
  case keep_alive::step::ping: return send_frame(opcode::ping, {});
  case keep_alive::step::end: return drop();
  }
}

void connection::go_away() {
  lane_.drop_events(); // what it hears next is that it ends
  close(close_code::going_away);
}

// --- what comes

void connection::hear(std::string_view bytes) {
  alive_.heard(clock::now());
  while (phase_ == phase::open || phase_ == phase::closing) {
    const auto heard = frames_.next(bytes, among_->bounds().message);
    if (!heard)
      break;
    take(*heard);
  }
  switch (phase_) {
  case phase::open:
    // Who asks and does not read the answers is not listened to.
    read_later_ = lane_.size() > answers_waiting;
    return read_later_ ? void() : listen();
  case phase::ending: return lane_.empty() ? end_stream() : void();
  case phase::closing:
  case phase::ended: return listen();
  case phase::gone: return;
  }
}

void connection::take(const heard_frame& what) {
  switch (what.what) {
  case heard_frame::kind::violation: return end(what.code);
  case heard_frame::kind::close: return end(what.code == close_code::none ? close_code::normal : what.code);
  case heard_frame::kind::pong: return;
  case heard_frame::kind::ping: return send_frame(opcode::pong, what.body);
  case heard_frame::kind::binary: return close(close_code::not_understood);
  case heard_frame::kind::text: break;
  }
  if (phase_ == phase::open && is_permitted())
    says_->on_text(what.body);
}

// --- what goes

void connection::send(std::string_view text) { send_frame(opcode::text, text); }

void connection::send_frame(opcode what, std::string_view body) {
  std::string frame;
  append_frame(frame, what, body);
  send_frames(std::make_shared<const std::string>(std::move(frame)), write_lane::kind::answer);
}

void connection::send_frames(text_ptr frames, write_lane::kind what) {
  lane_.send(std::move(frames), what);
  write();
}

void connection::write() {
  const auto pieces = phase_ == phase::gone ? 0 : lane_.begin_write();
  if (pieces != 0)
    start_write(pieces);
}

void connection::written(bool failed) {
  lane_.end_write();
  if (failed)
    return drop();
  if (!lane_.empty())
    return write();
  if (phase_ == phase::ending)
    return end_stream();
  if (std::exchange(read_later_, false))
    listen();
  if (phase_ == phase::open)
    says_->on_sent();
}

// --- the end

void connection::close(close_code why, std::string_view reason) {
  if (phase_ != phase::open)
    return;
  phase_ = phase::closing;
  since_ = clock::now();
  says_->on_closing();
  lane_.send_last(std::make_shared<const std::string>(close_frame(why, reason)));
  write();
}

/// The client's close has come, or what it sent makes one unnecessary.
void connection::end(close_code why) {
  close(why);
  phase_ = phase::ending;
}

/// Nothing more goes out. The connection is closed when the client's end has come: closed with bytes unread, it would be reset
/// and take with it what the client has not read.
void connection::end_stream() {
  phase_ = phase::ended;
  shut_sending();
}

void connection::drop() {
  phase_ = phase::gone;
  close_stream();
}

// --- the streams that it may run over

namespace {

template <class Stream>
class connection_over final : public connection {
public:
  connection_over(Stream stream, std::shared_ptr<connections> among, std::shared_ptr<void> lifetime,
                  const std::shared_ptr<const auth::principal>& caller)
      : connection{std::move(among), std::move(lifetime), caller}, stream_{std::move(stream)} {}

private:
  static constexpr bool plain = std::is_same_v<Stream, http::plain_stream>;
  using tls_piece = std::array<char, 512>;

  [[nodiscard]] std::shared_ptr<connection_over> self() { return std::static_pointer_cast<connection_over>(shared_from_this()); }

  /// Waits for bytes. Those of a plain connection stay with the kernel until they are looked at, so that whoever says nothing
  /// has no buffer here; TLS has to have one.
  void listen() override {
    if constexpr (plain)
      stream_.async_wait(asio::socket_base::wait_read, [self = self()](error_code ec) {
        if (!ec)
          self->read();
      });
    else
      stream_.async_read_some(asio::buffer(piece_), [self = self()](error_code ec, std::size_t bytes) {
        ec ? self->drop() : self->hear({self->piece_.data(), bytes});
      });
  }

  void read() {
    const auto room = scratch();
    error_code ec;
    const auto bytes = stream_.read_some(asio::buffer(room.data(), room.size()), ec);
    if (ec == asio::error::would_block || ec == asio::error::interrupted)
      return listen();
    ec ? drop() : hear({room.data(), bytes});
  }

  void start_write(std::size_t pieces) override {
    if (pieces == 1)
      return asio::async_write(stream_, lane().buffer(0), [self = self()](error_code ec, std::size_t) { self->written(ec.failed()); });
    std::vector<asio::const_buffer> all;
    all.reserve(pieces);
    for (std::size_t i = 0; i < pieces; ++i)
      all.push_back(lane().buffer(i));
    const std::span<const asio::const_buffer> bytes{all};
    asio::async_write(stream_, bytes, [self = self(), kept = std::move(all)](error_code ec, std::size_t) { self->written(ec.failed()); });
  }

  void shut_sending() override {
    if constexpr (plain) {
      error_code ignored;
      stream_.shutdown(asio::socket_base::shutdown_send, ignored);
      listen();
    } else {
      stream_.async_shutdown([self = self()](error_code) { self->drop(); });
    }
  }

  void close_stream() noexcept override {
    error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

  void bound_kernel_buffer(int bytes) noexcept override {
    error_code ignored;
    stream_.lowest_layer().set_option(asio::socket_base::send_buffer_size{bytes}, ignored);
  }
  [[nodiscard]] http::plain_stream::executor_type executor() override { return stream_.lowest_layer().get_executor(); }

  Stream stream_;
  [[no_unique_address]] std::conditional_t<plain, std::monostate, tls_piece> piece_;
};

} // namespace

void open(http::upgraded_connection from, const std::shared_ptr<const auth::principal>& caller, std::shared_ptr<connections> among,
          const connection::make_protocol& make) {
  const auto begin = [&]<class Stream>(Stream stream) {
    std::make_shared<connection_over<Stream>>(std::move(stream), std::move(among), std::move(from.lifetime), caller)
        ->begin(from.head, from.after, make);
  };
  if (auto* plain = std::get_if<http::plain_stream>(&from.stream))
    begin(std::move(*plain));
  else
    begin(std::move(*std::get<std::unique_ptr<http::tls_stream>>(from.stream)));
}

} // namespace ringmaster::websocket
