// SPDX-License-Identifier: Apache-2.0
#include "http/live/socket.hpp"

#include "http/auth/principal.hpp"
#include "http/live/answers.hpp"
#include "http/live/snapshots.hpp"
#include "http/websocket/connection.hpp"

#include <simdjson.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

namespace ringmaster::live {
namespace {

using websocket::clock;
using websocket::text_ptr;
using websocket::write_lane;

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
core::topic_family_set families_for(const auth::principal& caller) {
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

/// What is said over a live client's connection.
class subscriber final : public websocket::protocol, public reader {
public:
  subscriber(websocket::connection& over, const auth::principal& caller, std::shared_ptr<switchboard> board)
      : over_{over}, board_{std::move(board)} {
    audible = families_for(caller);
    user = caller.user;
    board_->enlist(*this);
  }

  ~subscriber() override {
    for (const auto& [topic, subscription] : topics_) {
      board_->disconnect(*this, topic);
      if (!subscription.pending) // else the hub's answer finds nobody, which takes it back
        board_->release(topic);
    }
    board_->forget(*this);
  }

  void on_text(std::string_view message) override {
    const auto asked = read_wish(message);
    if (!asked)
      send(error_message(asked.error(), told()));
    else if (const auto done = asked->subscribe ? subscribe(*asked) : unsubscribe(*asked); !done)
      send(error_message(done.error(), told()));
  }
  void on_sent() override { go_on(); }
  void on_closing() override { agenda_.reset(); }

  // --- from the switchboard

  void on_events(const text_ptr& frames) override {
    if (!over_.is_open() || !over_.is_permitted())
      return;
    if (behind_) {
      if (clock::now() - behind_since_ > board_->limits.behind)
        over_.drop();
      return;
    }
    // Something is being written whenever something waits: when that is done, it catches up.
    if (lane().bounded_bytes() != 0 && lane().bounded_bytes() + frames->size() > board_->limits.waiting) {
      behind_ = true;
      behind_since_ = clock::now();
      mark_told(board_->told_before());
      return lane().drop_events();
    }
    over_.send_frames(frames, write_lane::kind::events);
  }

  void on_subscribed(const hub_subscribed& answer) override {
    const auto at = topics_.find(answer.topic);
    if (at == topics_.end() || !at->second.pending)
      return board_->release(answer.topic); // it was taken back meanwhile
    auto& subscription = at->second;
    subscription.pending = false;
    if (!over_.is_open() || !agenda_)
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
      std::erase_if(missed, [&](const core::frame_ptr& f) {
        return (core::families_of_event(f->topic) & audible) == 0 || !f->is_for(user) || has_by_another(answer.topic, f->topic);
      });
      begin_sending(replay_of(std::move(missed)));
    } else if (subscription.snapshot) {
      begin_sending(snapshot_of(board_->of, answer.topic, answer.seq, audible));
    } else {
      agenda_->topic.clear();
    }
    go_on();
  }

private:
  struct held_topic {
    bool pending{true}; ///< the hub has not answered yet
    bool snapshot{false};
  };

  // --- what it wishes

  result<void> subscribe(const wish& what) {
    const auto families = core::families_under(what.topic);
    if (families == 0)
      return error{errc::not_found, "nothing is told under the topic " + what.topic, "topic"};
    for (const auto& row : core::topic_families)
      if ((families & core::bit_of(row.family) & ~audible) != 0 && !(what.topic == "/" && audible != 0)) // `/`: whatever it may hear
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
    lane().hold();
  }
  void end_sending() {
    agenda_->source.reset();
    agenda_->topic.clear();
  }

  /// Whenever something may have to be done: a piece has gone, something was asked for, the hub has answered.
  void go_on() {
    while (over_.is_open() && lane().empty()) {
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
    if (over_.is_open() && agenda_ && agenda_->topic.empty() && !behind_ && !agenda_->next.empty() && !is_mending())
      begin_next();
  }
  /// What mends comes before new subscriptions.
  [[nodiscard]] bool is_mending() const noexcept {
    return agenda_ && !agenda_->next.empty() && agenda_->next.front().mends;
  }

  void send_piece() {
    std::string frames;
    if (agenda_->source->next(frames))
      return over_.send_frames(std::make_shared<const std::string>(std::move(frames)), write_lane::kind::piece);
    send(about_topic("complete", agenda_->topic, agenda_->seq));
    end_sending();
  }

  void begin_next() {
    auto what = std::move(agenda_->next.front());
    agenda_->next.erase(agenda_->next.begin());
    agenda_->topic = what.topic;
    agenda_->from = what.from;
    if (what.mends)
      return begin_sending(snapshot_of(board_->of, std::move(what.topic), agenda_->seq, audible));
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
      lane().hold();
  }

  void release_events() {
    agenda_->told = 0;
    lane().release();
    over_.write();
  }
  void end_agenda() {
    if (!agenda_)
      return;
    release_events();
    agenda_.reset();
  }

  void send(std::string_view text) { over_.send(text); }
  [[nodiscard]] write_lane& lane() noexcept { return over_.lane(); }

  websocket::connection& over_; ///< which this goes with
  std::shared_ptr<switchboard> board_;
  std::map<std::string, held_topic, std::less<>> topics_;
  std::unique_ptr<agenda> agenda_;
  clock::time_point behind_since_{};
  bool behind_{false};
};

} // namespace

void open_socket(http::upgraded_connection from, const http::request& req, std::shared_ptr<switchboard> board) {
  auto among = board->sockets();
  websocket::open(std::move(from), req.caller, std::move(among),
                  [&](websocket::connection& over) { return std::make_unique<subscriber>(over, *req.caller, std::move(board)); });
}

} // namespace ringmaster::live
