// SPDX-License-Identifier: Apache-2.0
#include "http/live/socket.hpp"

#include "http/auth/principal.hpp"
#include "http/live/answers.hpp"
#include "http/live/frame_reader.hpp"
#include "http/live/handshake.hpp"
#include "http/live/keep_alive.hpp"
#include "http/live/snapshots.hpp"
#include "http/live/write_lane.hpp"

#include <boost/asio/write.hpp>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <variant>

namespace ringmaster::live {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using clock = reader::clock;

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

/// The families that the caller may hear of.
core::topic_family_set audible(const auth::principal& caller) {
  core::topic_family_set found = 0;
  for (const auto& row : core::topic_families)
    if (caller.may(row.permission))
      found |= core::bit_of(row.family);
  return found;
}

/// What a client has asked for and what has yet to be made for it: one thing at a time, so that it costs one piece
/// however much it asks for. Exists while there is something.
struct agenda {
  struct entry {
    std::string topic;
    bool mends{false}; ///< a fresh snapshot for one who was too slow; else a new subscription
    std::optional<std::uint64_t> from;
  };
  std::vector<entry> next;           ///< in this order
  std::string topic;                 ///< of what is being asked of the hub or sent; empty: nothing is
  std::optional<std::uint64_t> from; ///< that it was asked with
  std::unique_ptr<piecewise> source; ///< what is being sent; null: the hub has not answered
  std::uint64_t seq{0};              ///< of the subscription, or of the state that mends
  /// All events up to this number went out before anything else does; those behind it are held or lost.
  std::uint64_t told{0};
};

/// `Stream` is the connection below the WebSocket. Whatever operation of it is under way keeps the socket
/// alive; there is always one, or the socket is gone.
///
///     open ──our close──▶ closing ──the client's──▶ ending ──all is written──▶ ended ──end of stream──▶ gone
///       └──the client's close, or what is no frame────▲
///
/// Gone is also whose connection breaks or whose time is up.
template <class Stream>
class socket final : public reader, public std::enable_shared_from_this<socket<Stream>> {
public:
  socket(Stream stream, std::shared_ptr<void> lifetime, const std::shared_ptr<const auth::principal>& caller,
         std::shared_ptr<switchboard> board)
      : stream_{std::move(stream)}, lifetime_{std::move(lifetime)}, board_{std::move(board)},
        caller_{caller}, audible_{audible(*caller)}, alive_{clock::now()} {}

  ~socket() override {
    for (const auto& [topic, subscription] : topics_) {
      board_->disconnect(*this, topic);
      if (!subscription.pending) // else the hub's answer finds nobody, which takes it back
        board_->release(topic);
    }
    board_->forget(*this);
  }

  void begin(std::string_view head, std::string_view after) {
    // What the kernel holds for a reader who does not read is memory, too, and thousands can stop at once.
    error_code ignored;
    stream_.lowest_layer().set_option(asio::socket_base::send_buffer_size{kernel_buffer}, ignored);
    board_->enlist(*this);
    auto answer = answer_handshake(head, stream_.get_executor());
    send_bytes(std::move(answer.bytes));
    if (answer.accepted)
      return hear(after);
    phase_ = phase::ending;
    since_ = clock::now();
  }

  // --- from the switchboard

  void on_events(const text_ptr& frames) override {
    if (phase_ != phase::open)
      return;
    if (caller_.expired())
      return end_without_token();
    if (behind_) {
      if (clock::now() - since_ > board_->limits.behind)
        drop();
      return;
    }
    // Something is being written whenever something waits: when that is done, it catches up.
    if (lane_.bounded_bytes() != 0 && lane_.bounded_bytes() + frames->size() > board_->limits.waiting) {
      behind_ = true;
      since_ = clock::now();
      mark_told(board_->told_before());
      return lane_.drop_events();
    }
    lane_.send(frames, write_lane::kind::events);
    write();
  }

  void on_subscribed(const hub_subscribed& answer) override {
    const auto at = topics_.find(answer.topic);
    if (at == topics_.end() || !at->second.pending)
      return board_->release(answer.topic); // it was taken back meanwhile
    auto& subscription = at->second;
    subscription.pending = false;
    if (phase_ != phase::open || !agenda_)
      return;
    // A number alone asks for what was missed; only where that is gone, or nothing was named, for everything.
    const bool resumes = agenda_->from && !answer.gap;
    send(about_topic("subscribed", answer.topic, resumes ? *agenda_->from : answer.seq));
    if (answer.gap)
      send(about_topic("resync", answer.topic, answer.seq,
                       "what happened after \"from\" is not kept any more"));
    board_->connect(*this, answer.topic);
    agenda_->seq = answer.seq;
    if (resumes) {
      auto missed = answer.missed;
      std::erase_if(missed, [&](const core::frame_ptr& f) { return has_by_another(answer.topic, f->topic); });
      begin_sending(replay_of(std::move(missed)));
    } else if (subscription.snapshot) {
      begin_sending(snapshot_of(board_->of, answer.topic, answer.seq));
    } else {
      agenda_->topic.clear();
    }
    go_on();
  }

  void on_time(clock::time_point now) override {
    if (phase_ == phase::gone)
      return;
    if (phase_ != phase::open) {
      if (now - since_ > board_->limits.closing)
        drop();
      return;
    }
    if (caller_.expired())
      return end_without_token();
    switch (alive_.at(now, board_->limits.idle)) {
    case keep_alive::step::nothing: return;
    case keep_alive::step::ping: return send_frame(opcode::ping, {});
    case keep_alive::step::end: return drop();
    }
  }

  void go_away() override {
    lane_.drop_events(); // what it hears next is that it ends
    close(close_code::going_away);
  }

private:
  struct held_topic {
    bool pending{true}; ///< the hub has not answered yet
    bool snapshot{false};
  };
  enum class phase : std::uint8_t { open, closing, ending, ended, gone };
  static constexpr bool plain = std::is_same_v<Stream, http::plain_stream>;

  // --- what comes

  /// Waits for bytes. Those of a plain connection stay with the kernel until they are looked at, so that
  /// whoever says nothing has no buffer here; TLS has to have one.
  void listen() {
    if constexpr (plain)
      stream_.async_wait(asio::socket_base::wait_read, [self = this->shared_from_this()](error_code ec) {
        if (!ec)
          self->read();
      });
    else
      stream_.async_read_some(asio::buffer(piece_),
                              [self = this->shared_from_this()](error_code ec, std::size_t bytes) {
                                ec ? self->drop() : self->hear({self->piece_.data(), bytes});
                              });
  }

  void read() {
    const auto room = board_->scratch();
    error_code ec;
    const auto bytes = stream_.read_some(asio::buffer(room.data(), room.size()), ec);
    if (ec == asio::error::would_block || ec == asio::error::interrupted)
      return listen();
    ec ? drop() : hear({room.data(), bytes});
  }

  void hear(std::string_view bytes) {
    alive_.heard(clock::now());
    while (phase_ == phase::open || phase_ == phase::closing) {
      const auto heard = frames_.next(bytes, board_->limits.message);
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

  void take(const heard_frame& what) {
    switch (what.what) {
    case heard_frame::kind::violation: return end(what.code);
    case heard_frame::kind::close: return end(what.code == close_code::none ? close_code::normal : what.code);
    case heard_frame::kind::pong: return;
    case heard_frame::kind::ping: return send_frame(opcode::pong, what.body);
    case heard_frame::kind::binary: return close(close_code::not_understood);
    case heard_frame::kind::text: break;
    }
    if (phase_ != phase::open)
      return;
    if (caller_.expired())
      return end_without_token();
    const auto asked = read_wish(what.body);
    if (!asked)
      send(error_message(asked.error(), told()));
    else if (const auto done = asked->subscribe ? subscribe(*asked) : unsubscribe(*asked); !done)
      send(error_message(done.error(), told()));
  }

  void end_without_token() {
    lane_.drop_events();
    close(close_code::policy, "the token has ended, or what it permits has changed");
  }

  // --- what it wishes

  result<void> subscribe(const wish& what) {
    const auto families = core::families_under(what.topic);
    if (families == 0)
      return error{errc::not_found, "nothing is told under the topic " + what.topic, "topic"};
    for (const auto& row : core::topic_families)
      if ((families & core::bit_of(row.family) & ~audible_) != 0)
        return error{errc::forbidden,
                     "the topic " + what.topic + " needs the permission " + std::string{row.permission},
                     "topic"};
    if (topics_.size() >= board_->limits.topics && topics_.count(what.topic) == 0)
      return error{errc::limit_exceeded, "a connection may have 1,000 subscriptions", "topic"};
    const auto [at, fresh] = topics_.try_emplace(what.topic);
    if (!fresh && (at->second.pending || is_on_agenda(what.topic)))
      return error{errc::illegal_state, "the subscription to " + what.topic + " is being made", "topic"};
    if (!fresh) { // asked for anew: as if it had not been there
      board_->disconnect(*this, what.topic);
      board_->release(what.topic);
    }
    at->second = held_topic{true, what.snapshot};
    the_agenda().next.push_back({what.topic, false, what.from});
    go_on();
    return {};
  }

  result<void> unsubscribe(const wish& what) {
    const auto at = topics_.find(what.topic);
    if (at == topics_.end())
      return error{errc::not_found, "there is no subscription to " + what.topic, "topic"};
    const bool current = agenda_ && agenda_->topic == what.topic;
    if (at->second.pending && current)
      return error{errc::illegal_state, "the subscription to " + what.topic + " is being made", "topic"};
    if (!at->second.pending) {
      board_->disconnect(*this, what.topic);
      board_->release(what.topic);
    }
    topics_.erase(at);
    if (agenda_)
      std::erase_if(agenda_->next, [&](const agenda::entry& e) { return e.topic == what.topic; });
    if (current)
      end_sending();
    send(about_topic("unsubscribed", what.topic, told()));
    go_on();
    return {};
  }

  [[nodiscard]] bool has_by_another(std::string_view than, std::string_view topic) const {
    for (const auto& [other, subscription] : topics_)
      if (other != than && !subscription.pending && topic_covers(other, topic))
        return true;
    return false;
  }

  // --- what takes long

  agenda& the_agenda() {
    if (!agenda_)
      agenda_ = std::make_unique<agenda>();
    return *agenda_;
  }
  [[nodiscard]] bool is_on_agenda(std::string_view topic) const {
    return agenda_ && (agenda_->topic == topic ||
                       std::any_of(agenda_->next.begin(), agenda_->next.end(),
                                   [&](const agenda::entry& e) { return e.topic == topic; }));
  }

  /// The number up to which every event was sent, or will be before what is said next.
  [[nodiscard]] std::uint64_t told() const noexcept {
    return agenda_ && agenda_->told != 0 ? agenda_->told : board_->last_seq();
  }
  void mark_told(std::uint64_t seq) {
    if (the_agenda().told == 0)
      agenda_->told = seq;
  }

  /// Events wait until it is over.
  void begin_sending(std::unique_ptr<piecewise> what) {
    agenda_->source = std::move(what);
    mark_told(board_->last_seq());
    lane_.hold();
  }
  void end_sending() {
    agenda_->source.reset();
    agenda_->topic.clear();
  }

  /// Whenever something may have to be done: a piece has gone, something was asked for, the hub has answered.
  void go_on() {
    while (phase_ == phase::open && lane_.empty()) {
      if (agenda_ && agenda_->source)
        send_piece();
      else if (agenda_ && !agenda_->topic.empty())
        return; // the hub is asked
      else if (is_mending())
        begin_next(); // also when events were lost again: each time at least one whole snapshot goes out
      else if (behind_)
        catch_up();
      else if (agenda_ && !agenda_->next.empty())
        begin_next();
      else
        return end_agenda();
    }
    // Nothing that costs memory is begun while something waits, but the hub may be asked.
    if (phase_ == phase::open && agenda_ && agenda_->topic.empty() && !behind_ && !agenda_->next.empty() &&
        !is_mending())
      begin_next();
  }
  /// What mends comes before new subscriptions.
  [[nodiscard]] bool is_mending() const noexcept {
    return agenda_ && !agenda_->next.empty() && agenda_->next.front().mends;
  }

  void send_piece() {
    std::string frames;
    if (agenda_->source->next(frames))
      return send_bytes(std::move(frames), write_lane::kind::piece);
    send(about_topic("complete", agenda_->topic, agenda_->seq));
    end_sending();
  }

  void begin_next() {
    auto what = std::move(agenda_->next.front());
    agenda_->next.erase(agenda_->next.begin());
    agenda_->topic = what.topic;
    agenda_->from = what.from;
    if (what.mends)
      return begin_sending(snapshot_of(board_->of, std::move(what.topic), agenda_->seq));
    release_events();
    board_->ask(*this, std::move(what.topic), what.from);
  }

  /// It was too slow: every topic is told so before any event is, or one that is cut off in between would not know.
  void catch_up() {
    behind_ = false;
    auto& a = the_agenda();
    a.seq = a.told = board_->last_seq();
    std::vector<agenda::entry> mending;
    for (const auto& [topic, subscription] : topics_) {
      if (subscription.pending)
        continue;
      send(about_topic("resync", topic, a.seq, "events came faster than they were read"));
      if (subscription.snapshot)
        mending.push_back({topic, true, {}});
    }
    a.next.insert(a.next.begin(), mending.begin(), mending.end());
    if (!mending.empty())
      lane_.hold();
  }

  void release_events() {
    agenda_->told = 0;
    lane_.release();
    write();
  }
  void end_agenda() {
    if (!agenda_)
      return;
    release_events();
    agenda_.reset();
  }

  // --- what goes

  void send(std::string_view text) { send_frame(opcode::text, text); }

  void send_frame(opcode what, std::string_view body) {
    std::string frame;
    append_frame(frame, what, body);
    send_bytes(std::move(frame));
  }

  void send_bytes(std::string bytes, write_lane::kind what = write_lane::kind::answer) {
    lane_.send(std::make_shared<const std::string>(std::move(bytes)), what);
    write();
  }

  void write() {
    const auto pieces = phase_ == phase::gone ? 0 : lane_.begin_write();
    if (pieces == 0)
      return;
    if (pieces == 1)
      return asio::async_write(
          stream_, lane_.buffer(0),
          [self = this->shared_from_this()](error_code ec, std::size_t) { self->written(ec); });
    std::vector<asio::const_buffer> all;
    all.reserve(pieces);
    for (std::size_t i = 0; i < pieces; ++i)
      all.push_back(lane_.buffer(i));
    const std::span<const asio::const_buffer> bytes{all};
    asio::async_write(stream_, bytes,
                      [self = this->shared_from_this(), kept = std::move(all)](error_code ec, std::size_t) {
                        self->written(ec);
                      });
  }

  void written(error_code ec) {
    lane_.end_write();
    if (ec)
      return drop();
    if (!lane_.empty())
      return write();
    if (phase_ == phase::ending)
      return end_stream();
    if (std::exchange(read_later_, false))
      listen();
    go_on();
  }

  // --- the end

  /// Ours; what the client still says until its own comes is not answered.
  void close(close_code why, std::string_view reason = {}) {
    if (phase_ != phase::open)
      return;
    phase_ = phase::closing;
    since_ = clock::now();
    agenda_.reset();
    lane_.send_last(std::make_shared<const std::string>(close_frame(why, reason)));
    write();
  }

  /// The client's close has come, or what it sent makes one unnecessary.
  void end(close_code why) {
    close(why);
    phase_ = phase::ending;
  }

  /// Nothing more goes out. The connection is closed when the client's end has come: closed with bytes unread,
  /// it would be reset and take with it what the client has not read.
  void end_stream() {
    phase_ = phase::ended;
    if constexpr (plain) {
      error_code ignored;
      stream_.shutdown(asio::socket_base::shutdown_send, ignored);
      listen();
    } else {
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->drop(); });
    }
  }

  /// Without a word: what it does not read would not reach it either.
  void drop() {
    phase_ = phase::gone;
    error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

  static constexpr std::size_t answers_waiting = 256;
  static constexpr int kernel_buffer = 64 * 1024; ///< bytes; Linux takes twice as much, with its own overhead
  using tls_piece = std::array<char, 512>;

  Stream stream_;
  std::shared_ptr<void> lifetime_;
  std::shared_ptr<switchboard> board_;
  write_lane lane_;
  frame_reader frames_;
  std::map<std::string, held_topic, std::less<>> topics_;
  std::unique_ptr<agenda> agenda_;
  const std::weak_ptr<const auth::principal> caller_; ///< gone: the token is
  const core::topic_family_set audible_;
  keep_alive alive_;
  clock::time_point since_{}; ///< that it is behind, or that the end began
  phase phase_{phase::open};
  bool behind_{false}, read_later_{false};
  [[no_unique_address]] std::conditional_t<plain, std::monostate, tls_piece> piece_;
};

} // namespace

void open_socket(http::upgraded_connection from, http::request req, std::shared_ptr<switchboard> board) {
  const auto open = [&]<class Stream>(Stream stream) {
    std::make_shared<socket<Stream>>(std::move(stream), std::move(from.lifetime), req.caller,
                                     std::move(board))
        ->begin(from.head, from.after);
  };
  if (auto* plain = std::get_if<http::plain_stream>(&from.stream))
    open(std::move(*plain));
  else
    open(std::move(*std::get<std::unique_ptr<http::tls_stream>>(from.stream)));
}

} // namespace ringmaster::live
