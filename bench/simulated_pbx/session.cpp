// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/session.hpp"

#include "bench/simulated_pbx/actions.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace ringmaster::sim {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds login_limit{30};
// A held-back event does not wait for ever for one to overtake it.
constexpr sim_time reorder_limit{20'000};

std::string described(const asio::ip::tcp::endpoint& e) {
  return fmt::format("IPV{}/TCP/{}/{}", e.address().is_v6() ? 6 : 4, e.address().to_string(), e.port());
}

} // namespace

session::session(asio::ip::tcp::socket socket, session_host& host, std::uint64_t id)
    : socket_{std::move(socket)}, host_{host}, id_{id}, login_timer_{socket_.get_executor()} {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  local_address_ = described(socket_.local_endpoint(ignored));
  remote_address_ = described(socket_.remote_endpoint(ignored));
  opened_at_ = event_time();
  input_.resize(16U << 10U);
}

void session::start() {
  send(greeting);
  flush();
  login_timer_.expires_after(login_limit);
  login_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& e) {
    if (!e && !self->authenticated_)
      self->close();
  });
  read();
}

void session::read() {
  socket_.async_read_some(asio::buffer(input_),
                          [self = shared_from_this()](const boost::system::error_code& e, std::size_t n) {
                            if (e)
                              return self->close();
                            self->host_.begin_turn();
                            self->reader_.feed({self->input_.data(), n});
                            self->process();
                            self->host_.end_turn();
                            if (!self->closed_)
                              self->read();
                          });
}

void session::process() {
  action a;
  while (!blocked_ && !closing_ && !closed_) {
    switch (reader_.next(a)) {
    case action_reader::status::more:
      return;
    case action_reader::status::ready:
      handle_action(*this, a);
      break;
    case action_reader::status::line_too_long:
    case action_reader::status::too_many_headers:
      send("Response: Error\r\nMessage: Failed to parse, line or message too long\r\n\r\n");
      close_after_output();
      return;
    }
  }
}

void session::unblock() {
  blocked_ = false;
  // After this turn: an action must not be handled in the middle of a call's work.
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->host_.begin_turn();
    self->process();
    self->host_.end_turn();
  });
}

void session::set_authenticated(const ami_user& as) {
  authenticated_ = true;
  readable_ = classes_in(as.read);
  writable_ = split_arguments(as.write);
  for (const std::string& filter : as.filters)
    if (filter.starts_with('!'))
      never_.push_back(std::make_unique<expression>(filter.substr(1)));
    else
      only_.push_back(std::make_unique<expression>(filter));
  login_timer_.cancel();
  host_.events().refresh();
}

bool session::may(std::string_view classes) const {
  const auto has = [&](std::string_view name) {
    return std::find(writable_.begin(), writable_.end(), name) != writable_.end();
  };
  if (classes.empty() || has("all"))
    return true;
  const auto wanted = split_arguments(classes);
  return std::any_of(wanted.begin(), wanted.end(), has);
}

void session::set_mask(std::uint16_t mask) {
  mask_ = mask;
  host_.events().refresh();
}

void session::add_filter(std::string event, bool wanted) {
  (wanted ? wanted_ : unwanted_).push_back(std::move(event));
}

void session::deliver(std::string_view event, std::string_view text) {
  if (!unwanted_.empty() && std::find(unwanted_.begin(), unwanted_.end(), event) != unwanted_.end())
    return;
  if (!wanted_.empty() && std::find(wanted_.begin(), wanted_.end(), event) == wanted_.end())
    return;
  if (!never_.empty() || !only_.empty()) {
    const std::string whole{text};
    const auto fits = [&](const auto& filter) { return filter->matches(whole); };
    if (std::any_of(never_.begin(), never_.end(), fits) ||
        (!only_.empty() && std::none_of(only_.begin(), only_.end(), fits)))
      return;
  }
  fault_plan& faults = host_.faults();
  if (faults.empty() && held_.empty())
    return send(text);

  using enum fault::kind;
  if (faults.strike(drop)) {
    close_after_output();
    return;
  }
  if (const auto f = faults.strike(cut))
    cut_after_ = f->after_bytes;
  if (faults.strike(lose))
    return;
  if (faults.strike(garbage))
    send(std::string_view{"\x00\xff\xfe no colon here\r\n: no name\r\n\x1b[0m\r\n\r\n", 37});
  if (const auto f = faults.strike(delay)) {
    host_.life().state.clock.after(f->delay, [self = weak_from_this(), late = std::string{text}] {
      if (const auto alive = self.lock())
        alive->send(late);
    });
    return;
  }
  if (held_.empty() && faults.strike(reorder)) {
    held_ = text;
    host_.life().state.clock.after(reorder_limit, [self = weak_from_this()] {
      if (const auto alive = self.lock(); alive && !alive->held_.empty())
        alive->send(std::exchange(alive->held_, {}));
    });
    return;
  }
  send(text);
  if (faults.strike(duplicate))
    send(text);
  if (!held_.empty())
    send(std::exchange(held_, {}));
}

void session::send(std::string_view text) {
  if (closing_ || closed_)
    return;
  if (cut_after_ && text.size() >= *cut_after_) {
    append(text.substr(0, *cut_after_));
    close_after_output();
    return;
  }
  if (cut_after_)
    *cut_after_ -= text.size();
  append(text);
}

void session::append(std::string_view text) {
  if (pending_.empty())
    host_.has_output(*this);
  pending_.append(text);
  if (pending_.size() > most_unread && !closing_) {
    closing_ = true; // nothing more is gathered
    // Later, because an emitter may be walking over its subscribers right now.
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
  }
}

void session::close_after_output() {
  closing_ = true;
  host_.has_output(*this);
}

void session::flush() {
  if (closed_ || is_writing_)
    return;
  if (pending_.empty()) {
    if (closing_)
      close();
    return;
  }
  is_writing_ = true;
  writing_.clear();
  std::swap(writing_, pending_);
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = shared_from_this()](const boost::system::error_code& e, std::size_t n) {
                      self->is_writing_ = false;
                      self->host_.count_sent(n);
                      if (e)
                        return self->close();
                      self->flush();
                    });
}

void session::close() {
  if (closed_)
    return;
  closed_ = true;
  boost::system::error_code ignored;
  login_timer_.cancel();
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  host_.closed(*this);
}

} // namespace ringmaster::sim
