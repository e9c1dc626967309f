// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pbx_connection.hpp"

#include <utility>

namespace ringmaster::core {

pbx_connection::due pbx_connection::look(time_point now) {
  if (phase_ == phase::idle)
    return now >= next_connect_ ? due::connect : due::nothing;
  if (now - heard_ > silence_limit)
    return why_ = "nothing was heard for 25 s", due::give_up;
  if (phase_ != phase::ready && now > until_)
    return why_ = "login took too long", due::give_up;
  if (now < next_ask_)
    return due::nothing;
  if (phase_ == phase::ready) {
    next_ask_ = now + ping_every;
    return due::ping;
  }
  if (phase_ == phase::booting) {
    next_ask_ = now + boot_patience;
    return due::ask_whether_booted;
  }
  return due::nothing;
}

void pbx_connection::connecting(time_point now) {
  phase_ = phase::greeting;
  opened_ = false;
  heard_ = now;
  until_ = now + login_limit;
}

void pbx_connection::opened(time_point now) {
  opened_ = true;
  heard(now);
}

bool pbx_connection::go(phase from, phase to) noexcept {
  if (phase_ != from)
    return false;
  phase_ = to;
  return true;
}

bool pbx_connection::greeted() { return go(phase::greeting, phase::challenge); }
bool pbx_connection::challenge_answered() { return go(phase::challenge, phase::login); }

bool pbx_connection::logged_in(time_point now) {
  if (!go(phase::login, phase::booting))
    return false;
  refusals_ = 0;
  until_ = now + boot_limit;
  next_ask_ = now + boot_patience;
  trouble_ = "logged in, but Asterisk has not told yet that it has booted";
  return true;
}

bool pbx_connection::booted(time_point now) {
  if (!go(phase::booting, phase::listing))
    return false;
  until_ = now + login_limit;
  return true;
}

bool pbx_connection::listed(time_point now) {
  if (!go(phase::listing, phase::ready))
    return false;
  trouble_.clear();
  trouble_since_.reset();
  ready_since_ = now;
  next_ask_ = now + ping_every;
  return true;
}

std::string pbx_connection::in_words(std::string_view why) const {
  std::string_view meaning;
  switch (phase_) {
  case phase::greeting:
    meaning = opened_ ? "the port accepts connections, but no Asterisk has answered there (is it the port of manager.conf?): " : "";
    break;
  case phase::challenge:
  case phase::login: meaning = "during the login: "; break;
  case phase::booting: meaning = "logged in, but Asterisk has not told that it has booted (is it still loading its modules?): "; break;
  case phase::listing: meaning = "logged in, but Asterisk has not listed its channels and queues: "; break;
  case phase::idle:
  case phase::ready: break;
  }
  return std::string{meaning}.append(why);
}

pbx_connection::loss pbx_connection::lost(std::string_view why, time_point now) {
  // Who lets us in and shuts the door at once is no better than who does not answer.
  if (phase_ == phase::ready && now - ready_since_ >= steady_after)
    retry_.reset();
  const auto wait = retry_.next();
  return ended(in_words(why), wait, phase_ == phase::ready || retry_.attempts() <= 3 || retry_.attempts() % 20 == 0, now);
}

pbx_connection::loss pbx_connection::refused(std::string_view why, time_point now) {
  ++refusals_;
  return ended(std::string{"login refused: "}.append(why), pause_after_refusals(refusals_), true, now);
}

pbx_connection::loss pbx_connection::ended(std::string why, std::chrono::milliseconds wait, bool worth_telling, time_point now) {
  const bool was_ready = std::exchange(phase_, phase::idle) == phase::ready;
  if (was_ready || !trouble_since_)
    trouble_since_ = now;
  trouble_ = why;
  opened_ = false;
  next_connect_ = now + wait;
  return {was_ready, std::move(why), wait, worth_telling};
}

void pbx_connection::start_anew() noexcept {
  refusals_ = 0;
  retry_.reset();
  next_connect_ = {};
}

} // namespace ringmaster::core
