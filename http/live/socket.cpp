#include "http/live/socket.hpp"

#include "http/live/snapshots.hpp"
#include "http/live/text_frame.hpp"
#include "http/live/write_lane.hpp"
#include "protocol/json.hpp"

#include <boost/beast/websocket/stream.hpp>
#include <simdjson.h>

#include <array>
#include <map>
#include <optional>

namespace ringmaster::live {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

constexpr std::size_t snapshot_piece = 64 * 1024; ///< bytes of items in one message, about

struct wish {
  bool subscribe{};
  std::string topic;
  bool snapshot{};
  std::optional<std::uint64_t> from;
};

/// The value of `name`, of type T; nothing when it is missing. `what` is said of another type.
template <class T>
result<std::optional<T>> member(simdjson::dom::object in, const char* name, const char* what) {
  simdjson::dom::element value;
  if (in[name].get(value) != simdjson::SUCCESS)
    return std::optional<T>{};
  T got{};
  if (value.get(got) != simdjson::SUCCESS)
    return error{errc::invalid_field, std::string{"\""} + name + "\" is to be " + what, name};
  return std::optional<T>{got};
}

result<wish> read_wish(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS)
    return error{errc::malformed, "the message is not a JSON object", {}};
  for (const auto& [name, value] : root)
    if (name != "type" && name != "topic" && name != "snapshot" && name != "from")
      return error{errc::invalid_field, "there is no field \"" + std::string{name} + "\"", std::string{name}};
  const auto type = member<std::string_view>(root, "type", "a string");
  if (!type)
    return type.error();
  if (!*type || (**type != "subscribe" && **type != "unsubscribe"))
    return error{errc::invalid_field, "\"type\" is \"subscribe\" or \"unsubscribe\"", "type"};
  const auto topic = member<std::string_view>(root, "topic", "a string");
  if (!topic)
    return topic.error();
  if (!*topic)
    return error{errc::invalid_field, "\"topic\" is missing", "topic"};
  auto read = read_topic(**topic);
  if (!read)
    return read.error();
  const auto snapshot = member<bool>(root, "snapshot", "true or false");
  if (!snapshot)
    return snapshot.error();
  const auto from = member<std::uint64_t>(root, "from", "a number that an event carried");
  if (!from)
    return from.error();
  return wish{**type == "subscribe", std::move(*read), snapshot->value_or(false), *from};
}

template <class Write>
std::string message(Write&& write) {
  std::string text;
  json_writer w{text};
  w.begin_object();
  write(w);
  w.end_object();
  return text;
}

std::string error_message(const error& e) {
  return message([&](json_writer& w) {
    w.member("type", "error");
    w.key("error");
    w.begin_object();
    w.member("code", static_cast<std::int64_t>(http_status(e.code)));
    w.member("message", e.message);
    if (!e.field.empty())
      w.member("field", e.field);
    w.end_object();
  });
}

std::string about_topic(std::string_view type, std::string_view topic, std::optional<std::uint64_t> seq = {},
                     std::string_view reason = {}) {
  return message([&](json_writer& w) {
    w.member("type", type);
    w.member("topic", topic);
    if (seq)
      w.member("seq", static_cast<std::int64_t>(*seq));
    if (!reason.empty())
      w.member("reason", reason);
  });
}

/// `Stream` is the connection below the WebSocket.
template <class Stream>
class socket final : public reader, public std::enable_shared_from_this<socket<Stream>> {
public:
  socket(Stream stream, http::upgraded_connection& from, http::request req,
         std::shared_ptr<switchboard> board, const socket_limits& limits)
      : ws_{std::move(stream)}, lifetime_{std::move(from.lifetime)}, head_{std::move(from.bytes)},
        caller_{std::move(req.caller)}, board_{std::move(board)}, limits_{limits} {}

  ~socket() override {
    for (const auto& [topic, subscription] : topics_) {
      board_->disconnect(*this, topic);
      if (subscription.asked)
        board_->release(topic);
    }
    if (id != 0)
      board_->forget(id);
  }

  void begin() {
    lane().on_drained([weak = this->weak_from_this()] {
      if (const auto self = weak.lock())
        self->drained();
    });
    // What the kernel holds for a reader who does not read is memory, too, and thousands of them can stop at once.
    error_code ignored;
    boost::beast::get_lowest_layer(ws_).set_option(asio::socket_base::send_buffer_size{kernel_buffer}, ignored);
    websocket::stream_base::timeout times;
    times.handshake_timeout = std::chrono::seconds{10};
    times.idle_timeout = limits_.idle;
    times.keep_alive_pings = true;
    ws_.set_option(times);
    ws_.read_message_max(limits_.message);
    ws_.auto_fragment(false);
    board_->enlist(this->shared_from_this());
    ws_.async_accept(asio::buffer(head_), [self = this->shared_from_this()](error_code ec) {
      if (ec)
        return;
      self->open_ = true;
      self->head_ = {};
      self->closing_ ? self->go_away() : self->read();
    });
  }

  // --- from the switchboard

  void on_events(const text_ptr& frames) override {
    if (behind_) {
      if (clock::now() - behind_since_ > limits_.behind)
        drop();
      return;
    }
    // Something is being written whenever something waits: when that is done, it catches up.
    if (lane().event_bytes() != 0 && lane().event_bytes() + frames->size() > limits_.waiting) {
      behind_ = true;
      behind_since_ = clock::now();
      return lane().drop_events();
    }
    lane().send(frames, true);
  }

  void on_subscribed(const hub_subscribed& answer) override {
    const auto at = topics_.find(answer.topic);
    if (at == topics_.end() || !at->second.pending)
      return board_->release(answer.topic); // it was taken back meanwhile
    auto& subscription = at->second;
    subscription.pending = false;
    send(about_topic("subscribed", answer.topic, answer.seq));
    if (answer.gap) {
      send(about_topic("resync", answer.topic, answer.seq,
                       "what happened after \"from\" is not kept any more"));
    } else {
      for (const auto& f : answer.missed)
        if (!has_by_another(answer.topic, f->topic))
          send(f->text);
    }
    board_->connect(*this, answer.topic);
    // A number alone asks for what was missed; only where that is gone, or nothing was named, for everything.
    if (subscription.snapshot && (answer.gap || !subscription.resumed))
      send_snapshot(answer.topic, answer.seq);
  }

  void go_away() override {
    closing_ = true;
    if (!open_)
      return;
    lane().drop_events();
    close(websocket::close_code::going_away);
  }

private:
  struct held_topic {
    bool pending{true}; ///< the hub has not answered yet
    bool asked{true};   ///< the hub counts it
    bool snapshot{false};
    bool resumed{false};
  };
  /// Piece by piece: most sockets wait for years, and a buffer for whole messages would be most of their memory.
  void read() {
    ws_.async_read_some(asio::buffer(piece_), [self = this->shared_from_this()](error_code ec, std::size_t bytes) {
      if (ec)
        return; // closed, broken or idle: gone with the last reference
      self->in_.append(self->piece_.data(), bytes);
      self->ws_.is_message_done() ? self->take() : self->read();
    });
  }

  void take() {
    if (ws_.got_binary())
      return close(websocket::close_code::unknown_data);
    const auto text = std::exchange(in_, {});
    if (!simdjson::validate_utf8(text)) // Beast does not look at the end of a message whose last fragment is empty
      return close(websocket::close_code::bad_payload);
    const auto asked = read_wish(text);
    if (!asked)
      send(error_message(asked.error()));
    else if (const auto done = asked->subscribe ? subscribe(*asked) : unsubscribe(*asked); !done)
      send(error_message(done.error()));
    // Who asks and does not read the answers is not listened to.
    if (lane().size() > answers_waiting)
      read_later_ = true;
    else
      read();
  }

  result<void> subscribe(const wish& what) {
    const auto families = core::families_under(what.topic);
    if (families == 0)
      return error{errc::not_found, "nothing is told under the topic " + what.topic, "topic"};
    for (const auto& row : core::topic_families)
      if ((families & core::bit_of(row.family)) != 0 && !caller_->may(row.permission))
        return error{errc::forbidden,
                     "the topic " + what.topic + " needs the permission " + std::string{row.permission},
                     "topic"};
    if (topics_.size() >= limits_.topics && topics_.count(what.topic) == 0)
      return error{errc::limit_exceeded, "a connection may have 1,000 subscriptions", "topic"};
    const auto [at, fresh] = topics_.try_emplace(what.topic);
    if (!fresh && at->second.pending)
      return error{errc::illegal_state, "the subscription to " + what.topic + " is being made", "topic"};
    if (!fresh) { // asked for anew: as if it had not been there
      board_->disconnect(*this, what.topic);
      board_->release(what.topic);
    }
    at->second = held_topic{true, true, what.snapshot, what.from.has_value()};
    board_->ask(*this, what.topic, what.from);
    return {};
  }

  result<void> unsubscribe(const wish& what) {
    const auto at = topics_.find(what.topic);
    if (at == topics_.end())
      return error{errc::not_found, "there is no subscription to " + what.topic, "topic"};
    if (at->second.pending)
      return error{errc::illegal_state, "the subscription to " + what.topic + " is being made", "topic"};
    board_->disconnect(*this, what.topic);
    board_->release(what.topic);
    topics_.erase(at);
    send(about_topic("unsubscribed", what.topic));
    return {};
  }

  [[nodiscard]] bool has_by_another(std::string_view than, std::string_view topic) const {
    for (const auto& [other, subscription] : topics_)
      if (other != than && !subscription.pending && topic_covers(other, topic))
        return true;
    return false;
  }

  /// All that is below `topic` now. Actors publish before they tell, so that it holds everything up to `seq`,
  /// and maybe something of what comes after.
  void send_snapshot(const std::string& topic, std::uint64_t seq) {
    for (const auto& row : core::topic_families) {
      if ((core::families_under(topic) & core::bit_of(row.family)) == 0)
        continue;
      std::string items;
      const auto flush = [&](bool last) {
        send(message([&](json_writer& w) {
          w.member("type", "snapshot");
          w.member("topic", topic);
          w.member("name", row.item);
          w.member("seq", static_cast<std::int64_t>(seq));
          w.member("last", last);
          w.key("items");
          w.raw("[" + items + "]");
        }));
        items.clear();
      };
      const auto done =
          for_each_item(board_->of, row.family, [&](std::string_view where, std::string_view json) {
            if (!topic_covers(topic, where))
              return;
            if (items.size() > snapshot_piece)
              flush(false);
            if (!items.empty())
              items += ',';
            items += json;
          });
      if (!done)
        send(error_message(done.error()));
      flush(true);
    }
  }

  void catch_up() {
    behind_ = false;
    const auto seq = board_->last_seq();
    for (const auto& [topic, subscription] : topics_) {
      if (subscription.pending)
        continue;
      send(about_topic("resync", topic, seq, "events came faster than they were read"));
      if (subscription.snapshot)
        send_snapshot(topic, seq);
    }
  }

  void send(std::string_view text) {
    std::string frame;
    append_text_frame(frame, text);
    lane().send(std::make_shared<const std::string>(std::move(frame)), false);
  }

  void drained() {
    if (closed_)
      return;
    if (std::exchange(read_later_, false))
      read();
    if (behind_)
      catch_up();
  }

  write_lane<Stream>& lane() { return ws_.next_layer(); }

  void close(websocket::close_code code) {
    if (std::exchange(closed_, true))
      return;
    ws_.async_close(code, [self = this->shared_from_this()](error_code) {});
  }

  /// Without a word: what it does not read would not reach it either.
  void drop() {
    closed_ = true;
    error_code ignored;
    boost::beast::get_lowest_layer(ws_).close(ignored);
  }

  static constexpr std::size_t answers_waiting = 256;
  static constexpr int kernel_buffer = 64 * 1024; ///< bytes; Linux takes twice as much, with its own overhead

  websocket::stream<write_lane<Stream>, false> ws_; // without compression
  std::shared_ptr<void> lifetime_;
  std::string head_; ///< the upgrade as it came, and what followed it; read by `async_accept`
  std::shared_ptr<const auth::principal> caller_;
  std::shared_ptr<switchboard> board_;
  const socket_limits limits_;
  std::array<char, 128> piece_;
  std::string in_; ///< of the message that is being read
  std::map<std::string, held_topic, std::less<>> topics_;
  clock::time_point behind_since_{};
  bool open_{false}, behind_{false}, read_later_{false}, closing_{false}, closed_{false};
};

} // namespace

void open_socket(http::upgraded_connection from, http::request req, const std::shared_ptr<switchboard>& board,
                 const socket_limits& limits) {
  if (auto* plain = std::get_if<http::plain_stream>(&from.stream)) {
    auto stream = std::move(*plain);
    std::make_shared<socket<http::plain_stream>>(std::move(stream), from, std::move(req), board, limits)
        ->begin();
  } else {
    auto stream = std::move(std::get<std::unique_ptr<http::tls_stream>>(from.stream));
    std::make_shared<socket<http::tls_stream>>(std::move(*stream), from, std::move(req), board, limits)
        ->begin();
  }
}

} // namespace ringmaster::live
