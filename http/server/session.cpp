// SPDX-License-Identifier: Apache-2.0
#include "http/server/session.hpp"

#include "http/server/wire.hpp"

#include <algorithm>
#include <cstring>

namespace ringmaster::http {
namespace {

constexpr std::size_t first_room = 4 * 1024;
constexpr std::size_t body_room = 64 * 1024;
constexpr std::size_t keep_room = 64 * 1024; ///< larger buffers are given back when they are empty
/// A shared body from this size on goes out of the memory where it lies, so that who reads slowly holds no copy of it.
constexpr std::size_t copied_body = 4 * 1024;
constexpr std::size_t free_body = 4 * 1024; ///< a buffered body up to this size needs no share of the memory for bodies
/// A refused body up to this size is read and thrown away, so that the connection can go on.
constexpr std::uint64_t discard_limit = 64 * 1024;

void keep_headers(std::string_view raw, const request_head& head, request& req) {
  req.headers.reserve(raw.size(), head.fields.size());
  for (const auto& f : head.fields)
    req.headers.add(f.name, f.value);
}

/// What a responder holds: answers once, and 500 when it is dropped without.
class reply_handle final : public reply_target {
public:
  reply_handle(std::shared_ptr<session> to, std::uint64_t number) : to_{std::move(to)}, number_{number} {}

  ~reply_handle() override {
    if (answered_.load(std::memory_order_acquire))
      return;
    deliver({}, true);
  }

  void answer(response r) override {
    if (!answered_.exchange(true, std::memory_order_acq_rel))
      deliver(std::move(r), false);
  }

  [[nodiscard]] bool abandoned() const noexcept override { return to_->is_gone(); }

private:
  void deliver(response r, bool dropped) {
    if (to_->is_gone())
      return;
    if (to_->link()->is_here())
      return to_->on_answer(number_, std::move(r), dropped);
    to_->link()->post(
        [s = to_, n = number_, r = std::move(r), dropped]() mutable { s->on_answer(n, std::move(r), dropped); });
  }

  std::shared_ptr<session> to_;
  std::uint64_t number_;
  std::atomic<bool> answered_{};
};

} // namespace

session::session(shard& home, client who, bool tls)
    : home_{home}, to_{home.to}, link_{home.link}, peer_{std::move(who.address)}, network_{std::move(who.network)}, tls_{tls}, since_{home.now},
      wrote_{home.now} {
  in_.resize(first_room);
  home.counters->open.fetch_add(1, std::memory_order_relaxed);
  // The counters may be all that is left of the server when an upgraded connection ends.
  open_token_ = std::shared_ptr<void>{nullptr, [counters = home.counters, place = std::move(who.place)](void*) {
                                        counters->open.fetch_sub(1, std::memory_order_relaxed);
                                      }};
}

session::~session() = default;

void session::report(std::string_view what) const { home_.fault(what); }

void session::did_open() {
  if (phase_ != phase::opening)
    return;
  phase_ = phase::head;
  if (home_.finishing)
    return finish();
  read_more();
}

// ---- Time

bool session::is_late(shard::clock::time_point now) const noexcept {
  const auto& l = home_.options.limits;
  if (phase_ == phase::closed)
    return false;
  if (phase_ == phase::lingering)
    return now - since_ > l.linger_time;
  if (sending() && now - wrote_ > l.write_time)
    return true;
  switch (phase_) {
  case phase::opening: return now - since_ > l.head_time;
  case phase::head:
    if (!slots_.empty() || sending())
      return false;
    return now - since_ > (begin_ != end_ || first_number_ == 0 ? l.head_time : l.idle_time);
  case phase::body: {
    // What is kept until it is complete must not be kept for hours by a client that drips; what is streamed is not kept.
    auto allowed = l.body_time + std::chrono::milliseconds{body_bytes_ * 1000 / std::max<std::size_t>(l.body_rate, 1)};
    if (use_ != body_use::stream)
      allowed = std::min(allowed, std::max(l.body_time, l.body_time_most));
    return now - since_ - body_paused_ > allowed;
  }
  case phase::paused:
  case phase::finishing:
  case phase::lingering:
  case phase::closed: return false;
  }
  return false;
}

void session::time_out() {
  home_.counters->timed_out.fetch_add(1, std::memory_order_relaxed);
  const bool in_request = phase_ == phase::body || (phase_ == phase::head && begin_ != end_);
  if (!in_request || sending())
    return close();
  const error why{errc::timed_out, "the request did not come in time", {}};
  reject(408, why);
  abort_sink(why);
}

// ---- Reading

void session::read_more() {
  if (reading_ || eof_)
    return;
  const bool wanted = (phase_ == phase::head && !last_request_) || phase_ == phase::body || phase_ == phase::lingering;
  if (!wanted || (phase_ == phase::head && !may_take_head()))
    return;
  if (begin_ == end_) {
    begin_ = end_ = searched_ = 0;
    if (in_.size() > keep_room && phase_ == phase::head)
      std::string(first_room, '\0').swap(in_);
  } else if (begin_ > 0) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (phase_ == phase::body && use_ != body_use::discard && in_.size() < body_room)
    in_.resize(body_room);
  else if (end_ == in_.size())
    in_.resize(in_.size() * 2); // bounded: a head or a chunk line over its limit was refused before
  reading_ = true;
  start_read(in_.data() + end_, in_.size() - end_);
}

void session::did_read(boost::system::error_code ec, std::size_t n) {
  reading_ = false;
  if (phase_ == phase::closed)
    return;
  if (phase_ == phase::lingering) {
    if (ec)
      return close();
    begin_ = end_ = 0;
    return read_more();
  }
  if (ec) {
    eof_ = true;
    if (phase_ == phase::body || phase_ == phase::paused) {
      abort_sink(error{errc::malformed, "the connection ended within the body", {}});
      return close();
    }
    // A client may shut its side down and still wait for answers.
    if (ec != boost::asio::error::eof || (slots_.empty() && !sending() && out_.empty()))
      return close();
    last_request_ = true;
    return enter_finishing();
  }
  if (begin_ == end_ && phase_ == phase::head)
    since_ = home_.now;
  end_ += n;
  process();
}

void session::process() {
  if (processing_)
    return;
  const auto self = shared_from_this();
  // Answers that go out make room for requests that have been read already: nothing else would come to look at those.
  for (bool stepped = true; stepped;) {
    stepped = false;
    processing_ = true;
    try {
      while (step())
        stepped = true;
    } catch (const std::exception& e) {
      report(std::string{"a handler threw: "} + e.what());
      close();
    }
    processing_ = false;
    flush();
    stepped = stepped && phase_ == phase::head && begin_ != end_;
  }
  read_more();
}

bool session::may_take_head() const noexcept {
  const auto& l = home_.options.limits;
  return !last_request_ && slots_.size() < l.pipelined && out_.size() < (known_ ? l.unsent : l.unsent_to_strangers);
}

bool session::goes_before(const session& other) const noexcept {
  const bool waits = !slots_.empty(), other_waits = !other.slots_.empty();
  return waits != other_waits ? other_waits : since_ < other.since_;
}

bool session::step() {
  switch (phase_) {
  case phase::head:
    return may_take_head() && begin_ != end_ && take_head();
  case phase::body:
    if (decoder_)
      return begin_ != end_ && take_body();
    end_body();
    return true;
  case phase::opening:
  case phase::paused:
  case phase::finishing:
  case phase::lingering:
  case phase::closed: return false;
  }
  return false;
}

bool session::take_head() {
  auto bytes = unread();
  // One empty line before a request is forgiven, as RFC 9112 asks: old clients send it after a body.
  if (searched_ == 0 && bytes.starts_with("\r\n")) {
    begin_ += 2;
    bytes = unread();
    if (bytes.empty())
      return false;
  }
  const auto& l = home_.options.limits;
  const auto size = find_head_end(bytes, searched_);
  if (!size) {
    searched_ = bytes.size();
    if (bytes.size() > l.head.bytes)
      refuse(refusal::head_too_long);
    return false;
  }
  searched_ = 0;
  const auto raw = bytes.substr(0, *size);
  if (const auto why = read_head(raw, l.head, head_)) {
    refuse(*why);
    return false;
  }
  home_.counters->requests.fetch_add(1, std::memory_order_relaxed);
  // `raw` stays valid: nothing below moves the buffer.
  begin_ += *size;
  dispatch(raw, head_);
  since_ = home_.now;
  return true;
}

void session::dispatch(std::string_view raw, request_head& head) {
  request req;
  req.method = head.method;
  req.target = head.target;
  req.peer = peer_;
  req.tls = tls_;
  req.wants_upgrade = head.wants_upgrade;
  req.arrived = wall_clock_now();
  keep_headers(raw, head, req);
  intake where;
  if (head.target == "*")
    where.refusal = response{204, {}, {}, {{"Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS"}}, false};
  else if (const auto ok = read_target(head.target, req); !ok)
    where.refusal = to_.refusal(ok.error(), req.arrived);
  else
    where = to_.begin(req);
  if (!where.to && !where.refusal)
    where.refusal = to_.refusal(error{errc::not_found, "there is nothing here", {}}, req.arrived);

  if (!known_ && req.caller) {
    known_ = true;
    home_.recognize(*this);
  }
  if (!where.refusal && where.to->on_upgrade) {
    if (head.wants_upgrade && head.framing == framing::none && slots_.empty() && !sending() && out_.empty())
      return upgrade(raw, std::move(req), where.to->on_upgrade);
    where.refusal = form_of(where.to).refusal(error{errc::illegal_state, "this path takes a protocol upgrade alone", {}}, req.arrived, 426);
    where.refusal->headers.emplace_back("Upgrade", "websocket");
  }
  if (head.framing != framing::none || (!where.refusal && where.to->on_stream))
    return start_body(raw, head, std::move(req), std::move(where));

  const auto number = add_slot(head, where.to);
  if (where.refusal)
    put_answer(number, std::move(*where.refusal));
  else
    where.to->on_request(std::move(req), make_responder(number));
}

// ---- Bodies

void session::start_body(std::string_view raw, request_head& head, request req, intake where) {
  const auto& l = home_.options.limits;
  const auto most = where.to && where.to->open ? l.open_body : l.body;
  const auto limit = where.to && where.to->max_body > 0 ? where.to->max_body : most;
  const bool streamed = !where.refusal && where.to->on_stream;
  use_ = where.refusal ? body_use::discard : streamed ? body_use::stream : body_use::buffer;
  if (use_ == body_use::buffer && head.content_length > limit)
    return refuse(refusal::body_too_long, where.to);
  if (use_ == body_use::discard && (head.framing == framing::chunked || head.content_length > discard_limit || head.expects_continue)) {
    where.refusal->close = true;
    put_answer(add_slot(head, where.to), std::move(*where.refusal));
    return enter_finishing();
  }
  decoder_.reset();
  if (head.framing != framing::none) {
    decoder_.emplace(l.head);
    if (const auto why = decoder_->begin(raw, head))
      return refuse(*why, where.to);
  }
  body_number_ = add_slot(head, where.to);
  slots_.back().body_pending = true;
  pending_to_ = where.to;
  body_.clear();
  body_bytes_ = 0;
  body_declared_ = head.framing == framing::length ? head.content_length : 0;
  body_limit_ = use_ == body_use::buffer ? limit : ~std::uint64_t{0};
  body_paused_ = {};
  since_ = home_.now;
  owes_continue_ = head.expects_continue && begin_ == end_;
  phase_ = phase::body;
  if (use_ == body_use::discard) {
    held_ = std::move(where.refusal);
  } else if (use_ == body_use::stream) {
    sink_ = where.to->on_stream(std::move(req), make_responder(body_number_));
    stop_answered_body();
  } else {
    pending_ = std::move(req);
  }
}

/// True when the streamed body needs no further reading: its sink is missing, or has answered already.
bool session::stop_answered_body() {
  const bool answered = body_number_ < first_number_ || body_number_ - first_number_ >= slots_.size() ||
                        slots_[body_number_ - first_number_].ready;
  if (sink_ && !answered)
    return false;
  abort_sink(error{errc::illegal_state, "answered before the end of the body", {}});
  enter_finishing();
  return true;
}

bool session::take_body() {
  const auto before = body_.size();
  // A string that grows by itself doubles, and would end up with more than it holds: the last step goes to what was declared,
  // which for most bodies is the first.
  const auto room = body_.capacity(), needed = before + unread().size();
  if (use_ == body_use::buffer && needed > room)
    body_.reserve(body_declared_ > 0 && (body_declared_ <= needed || body_declared_ < 4 * room) ? body_declared_
                                                                                               : std::max(needed, 2 * room));
  const auto p = decoder_->feed(unread(), body_);
  begin_ += p.used;
  body_bytes_ += body_.size() - before;
  owes_continue_ = false;
  if (p.why || body_bytes_ > body_limit_) {
    const auto why = p.why.value_or(refusal::body_too_long);
    refuse(why);
    abort_sink(error{errc::malformed, std::string{describe(why)}, {}});
    return false;
  }
  if (use_ == body_use::buffer && body_.size() > free_body) {
    if (!body_share_)
      body_share_ = std::make_shared<budget_share>(home_.bodies);
    if (!body_share_->grow_to(body_.capacity())) {
      home_.counters->bodies_refused.fetch_add(1, std::memory_order_relaxed);
      reject(503, error{errc::limit_exceeded, "too much is being sent by all clients together; try again in a moment", {}});
      return false;
    }
  }
  // What is left is a piece of a chunk's line, which has no reason to be long.
  if (!p.done && end_ - begin_ > 1024 && p.used == 0) {
    refuse(refusal::bad_chunk);
    abort_sink(error{errc::malformed, std::string{describe(refusal::bad_chunk)}, {}});
    return false;
  }
  if (use_ == body_use::discard)
    body_.clear();
  if (p.done)
    decoder_.reset();
  if (use_ == body_use::stream && !body_.empty())
    return give_piece();
  return p.done || p.used > 0;
}

/// True when the sink wants more at once.
bool session::give_piece() {
  phase_ = phase::paused;
  paused_at_ = home_.now;
  const auto number = ++piece_;
  const auto sink = sink_;
  in_sink_ = true;
  sink->on_chunk(body_, [self = shared_from_this(), number] {
    if (self->link_->is_here())
      return self->on_resume(number);
    self->link_->post([self, number] { self->on_resume(number); });
  });
  in_sink_ = false;
  body_.clear();
  if (stop_answered_body())
    return false;
  return phase_ == phase::body;
}

void session::on_resume(std::uint64_t piece) {
  if (phase_ != phase::paused || piece != piece_)
    return;
  ++piece_; // a second call for the same piece changes nothing
  phase_ = phase::body;
  body_paused_ += home_.now - paused_at_;
  process();
}

void session::end_body() {
  slots_[body_number_ - first_number_].body_pending = false;
  phase_ = phase::head;
  since_ = home_.now;
  switch (use_) {
  case body_use::discard: put_answer(body_number_, std::move(*held_)); return;
  case body_use::stream: {
    const auto sink = std::move(sink_);
    sink_.reset();
    sink->on_end();
    return;
  }
  case body_use::buffer:
    pending_.body = std::exchange(body_, {});
    pending_.body_share = std::exchange(body_share_, nullptr);
    pending_to_->on_request(std::move(pending_), make_responder(body_number_));
    pending_ = request{};
    return;
  }
}

void session::abort_sink(const error& why) {
  if (const auto sink = std::exchange(sink_, nullptr))
    sink->on_abort(why);
}

// ---- Ends that are not answers of handlers

void session::refuse(refusal why, const endpoint* by) {
  home_.counters->refused.fetch_add(1, std::memory_order_relaxed);
  const auto status = http_status(why);
  reject(status, error{status == 413 ? errc::too_large : errc::malformed, std::string{describe(why)}, {}}, by);
}

void session::reject(unsigned status, const error& why, const endpoint* by) {
  // A body that broke off has a place already; so has nothing else.
  const bool placed = phase_ == phase::body && !slots_.empty() && slots_.back().body_pending;
  auto r = (placed ? *slots_.back().form : form_of(by)).refusal(why, wall_clock_now(), status);
  r.close = true;
  if (status == 503)
    r.headers.emplace_back("Retry-After", "1");
  const auto number = placed ? body_number_ : add_slot(request_head{}, nullptr);
  put_answer(number, std::move(r));
  enter_finishing();
  if (!processing_)
    flush();
}

void session::upgrade(std::string_view raw, request req, const upgrade_handler& to) {
  std::string head{raw}, after{unread()};
  phase_ = phase::closed;
  home_.forget(*this);
  auto taken = take_stream();
  taken.head = std::move(head);
  taken.after = std::move(after);
  taken.home = link_;
  taken.lifetime = open_token_;
  open_token_.reset();
  to(std::move(req), std::move(taken));
}

void session::finish() {
  if (phase_ == phase::opening || (phase_ == phase::head && slots_.empty() && begin_ == end_ && !sending() && out_.empty()))
    return close();
  last_request_ = true;
  if (phase_ == phase::head) {
    enter_finishing();
    flush();
  }
}

void session::enter_finishing() {
  if (phase_ == phase::closed || phase_ == phase::lingering)
    return;
  phase_ = phase::finishing;
  decoder_.reset();
  pending_ = request{};
  std::string{}.swap(body_);
  body_share_.reset();
}

void session::linger() {
  if (eof_)
    return close();
  // Closing with unread bytes would reset the connection and take the answer with it.
  phase_ = phase::lingering;
  since_ = home_.now;
  begin_ = end_ = 0;
  if (shut_sending())
    read_more();
}

void session::close() {
  if (phase_ == phase::closed)
    return;
  const auto self = shared_from_this();
  abort_sink(error{errc::malformed, "the connection ended within the body", {}});
  phase_ = phase::closed;
  gone_.store(true, std::memory_order_relaxed);
  source_.reset();
  body_share_.reset();
  slots_.clear();
  home_.forget(*this);
  open_token_.reset();
  close_stream();
  if (ops_ == 0)
    release_stream();
}

void session::op_ended() {
  if (--ops_ == 0 && phase_ == phase::closed)
    release_stream();
}

// ---- Answers

const refusal_form& session::form_of(const endpoint* to) const noexcept { return to && to->form ? *to->form : to_; }

std::uint64_t session::add_slot(const request_head& head, const endpoint* to) {
  auto& s = slots_.emplace_back();
  s.form = &form_of(to);
  s.http_1_1 = head.http_1_1;
  s.keep_alive = head.keep_alive;
  s.head_only = head.method == method::head;
  if (!head.keep_alive)
    last_request_ = true;
  return first_number_ + slots_.size() - 1;
}

responder session::make_responder(std::uint64_t number) {
  return responder{std::make_shared<reply_handle>(shared_from_this(), number)};
}

bool session::put_answer(std::uint64_t number, response r) {
  // It may have gone with the answers behind one that closed the connection.
  if (number < first_number_ || number - first_number_ >= slots_.size())
    return false;
  auto& s = slots_[number - first_number_];
  if (s.ready)
    return false;
  s.ready = std::move(r);
  return true;
}

void session::on_answer(std::uint64_t number, response r, bool dropped) {
  if (phase_ == phase::closed || phase_ == phase::lingering)
    return;
  if (dropped && number >= first_number_ && number - first_number_ < slots_.size())
    r = slots_[number - first_number_].form->refusal(error{errc::internal, "the request was not answered", {}}, wall_clock_now());
  if (put_answer(number, std::move(r)) && dropped)
    report("a handler dropped its responder: answered 500");
  if (processing_ || in_sink_)
    return;
  const auto self = shared_from_this();
  if (sink_ && number == body_number_)
    stop_answered_body();
  flush();
  process();
}

void session::flush() {
  do {
    if (phase_ == phase::closed || phase_ == phase::lingering)
      return;
    fill();
    send();
  } while (can_fill());
}

/// Whether an answer that is there could be put behind what has gone out.
bool session::can_fill() const noexcept {
  return phase_ != phase::closed && phase_ != phase::lingering && !sending() && !apart_ && !source_ && !last_one_sent_ &&
         !slots_.empty() && slots_.front().ready;
}

void session::fill() {
  while (!slots_.empty() && !source_ && !apart_ && !last_one_sent_) {
    auto& front = slots_.front();
    if (!front.ready) {
      if (front.body_pending && owes_continue_) {
        out_ += "HTTP/1.1 100 Continue\r\n\r\n";
        owes_continue_ = false;
      }
      break;
    }
    auto& r = *front.ready;
    // A stream over HTTP/1.0 is ended by the end of the connection.
    const bool streamed = std::holds_alternative<std::shared_ptr<body_source>>(r.body);
    const bool last = !front.keep_alive || r.close || front.body_pending || (streamed && !front.http_1_1) ||
                      (last_request_ && slots_.size() == 1);
    const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&r.body);
    const bool apart = shared && *shared && (*shared)->size() >= copied_body && !front.head_only;
    append_response(out_, r,
                    {front.http_1_1, !last, front.head_only, home_.date_line(), apart, tls_ ? home_.tls_only : std::string_view{}});
    if (apart)
      apart_ = *shared;
    home_.counters->by_status_class[std::min(r.status / 100, 5u)].fetch_add(1, std::memory_order_relaxed);
    last_one_sent_ = last;
    if (streamed && !front.head_only) {
      source_chunked_ = front.http_1_1;
      source_ = std::get<std::shared_ptr<body_source>>(r.body);
      r.body = std::string{};
      break;
    }
    slots_.pop_front();
    ++first_number_;
  }
  if (last_one_sent_) {
    if (!source_)
      slots_.clear();
    if (phase_ != phase::finishing)
      enter_finishing();
  }
}

void session::send() {
  if (phase_ == phase::closed || phase_ == phase::lingering || sending())
    return;
  while (next_to_go()) {
    wrote_ = home_.now;
    offset_ = write_now(going_);
    if (sending())
      return start_write(going_.substr(offset_));
  }
  sent_all();
}

/// Sets `going_` to what is to be sent next: what has been put together, then the body that stands behind it.
bool session::next_to_go() {
  offset_ = 0;
  going_ = {};
  writing_apart_.reset();
  if (!out_.empty()) {
    writing_.clear();
    writing_.swap(out_);
    going_ = writing_;
  } else if (apart_) {
    writing_apart_ = std::exchange(apart_, nullptr);
    going_ = *writing_apart_;
  }
  return !going_.empty();
}

void session::did_write(boost::system::error_code ec, std::size_t n) {
  if (phase_ == phase::closed)
    return;
  if (ec)
    return close();
  offset_ += n;
  wrote_ = home_.now;
  if (sending())
    return start_write(going_.substr(offset_));
  const auto self = shared_from_this();
  send();
  // Pipelined requests may have waited for room.
  process();
}

void session::sent_all() {
  if (writing_.capacity() > keep_room)
    std::string{}.swap(writing_);
  writing_.clear();
  if (source_)
    return pump_source();
  if (phase_ == phase::finishing && slots_.empty())
    return linger();
  if (phase_ == phase::head && slots_.empty() && begin_ == end_)
    since_ = home_.now;
}

void session::pump_source() {
  if (pumping_)
    return;
  const auto self = shared_from_this();
  pumping_ = true;
  // A source that always has more must not keep the thread from its other connections.
  for (int turns = 0; source_ && !pulling_ && !sending() && out_.empty() && phase_ != phase::closed; ++turns) {
    if (turns == 4) {
      link_->post([self] {
        if (self->source_ && self->phase_ != phase::closed)
          self->pump_source();
      });
      break;
    }
    pulling_ = true;
    const auto number = ++pull_;
    const auto source = source_;
    source->next([self, number](result<std::string> piece) {
      if (self->link_->is_here())
        return self->on_piece(number, std::move(piece));
      self->link_->post([self, number, piece = std::move(piece)]() mutable { self->on_piece(number, std::move(piece)); });
    });
  }
  pumping_ = false;
}

void session::on_piece(std::uint64_t pull, result<std::string> piece) {
  if (!pulling_ || pull != pull_ || phase_ == phase::closed)
    return;
  const auto self = shared_from_this();
  pulling_ = false;
  if (!piece) {
    report("a streamed answer was cut: " + piece.error().message);
    return close();
  }
  if (source_chunked_)
    append_chunk(out_, *piece);
  else
    out_ += *piece;
  if (!piece->empty())
    return send();
  source_.reset();
  slots_.pop_front();
  ++first_number_;
  if (last_one_sent_)
    slots_.clear();
  flush();
  process();
}

} // namespace ringmaster::http
