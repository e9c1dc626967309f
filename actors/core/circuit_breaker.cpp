// SPDX-License-Identifier: Apache-2.0
#include "actors/core/circuit_breaker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ringmaster::core {
namespace {

bool is_failure(call_evidence what) noexcept {
  return what == call_evidence::number || what == call_evidence::network || what == call_evidence::no_channel ||
         what == call_evidence::limit;
}

} // namespace

// --- circuit_breaker

circuit_breaker::ticket circuit_breaker::begin(time_point now) noexcept {
  if (open_)
    next_probe_ = now + wait_;
  return ++last_;
}

bool circuit_breaker::fail(ticket call, std::string_view words, time_point now) {
  if (open_) {
    if (call >= opened_at_) {
      wait_ = std::min<std::chrono::nanoseconds>(2 * wait_, last_probe);
      next_probe_ = std::max(next_probe_, now + wait_);
      words_ = words;
    }
    return false;
  }
  if (call < opened_at_)
    return false; // late news of a time that is over
  open_ = true;
  opened_at_ = last_ + 1;
  since_ = now;
  wait_ = first_probe;
  next_probe_ = now + wait_;
  words_ = words;
  return true;
}

bool circuit_breaker::succeed(ticket call) noexcept {
  if (!open_ || call < opened_at_)
    return false;
  open_ = false;
  return true;
}

// --- trunk_breaker

trunk_breaker::ticket trunk_breaker::begin(const used_try& whose, time_point now) {
  forget_old();
  calls_.push_back({whose});
  return breaker_.begin(now);
}

trunk_breaker::verdict trunk_breaker::hear(ticket call, call_evidence what, std::string_view words, time_point now) {
  verdict v;
  auto* one = find(call);
  if (one && std::exchange(one->decided, true))
    return v;
  if (one)
    one->what = what;
  if (what == call_evidence::reached) {
    v.closed = breaker_.succeed(call);
    return v;
  }
  if (!is_failure(what))
    return v;
  v.give_back = excused(call, what);
  if (one && v.give_back)
    one->given_back = true;
  if (breaker_.open()) {
    if (what != call_evidence::number || by_numbers_)
      (void)breaker_.fail(call, std::string{breaker_.words()}, now);
    return v;
  }
  if (!one || call < excused_to_)
    return v;
  const auto wall = run_around(static_cast<std::size_t>(call - first_));
  if (!wall.is_wall() || !breaker_.fail(call, wall.describe(words), now))
    return v;
  v.opened = v.give_back = true;
  by_numbers_ = wall.by_numbers();
  give_back_around(wall, *one, v);
  return v;
}

/// The tries of all failures on both sides of the run up to a call that reached a telephone: calls that were begun together
/// fail in any order, so that those of a trunk that is down are not one run yet when the first one is long enough.
void trunk_breaker::give_back_around(run range, record& one, verdict& v) {
  const auto reached = [&](std::size_t i) { return calls_[i].decided && calls_[i].what == call_evidence::reached; };
  while (range.from > 0 && !reached(range.from - 1) && first_ + range.from > excused_to_)
    --range.from;
  while (range.to < calls_.size() && !reached(range.to))
    ++range.to;
  one.given_back = true;
  // A limit holds because other calls are up: that they were reached says nothing against it.
  if (range.limit >= most_without_channel)
    for (std::size_t i = 0; i < calls_.size(); ++i)
      if (calls_[i].what == call_evidence::limit && first_ + i >= excused_to_)
        give_back(calls_[i], v);
  excused_from_ = first_ + range.from;
  excused_to_ = breaker_.opened_at();
  for (auto i = range.from; i < range.to; ++i) {
    const auto& other = calls_[i];
    if (is_failure(other.what) && (other.what != call_evidence::number || by_numbers_))
      give_back(calls_[i], v);
  }
}

void trunk_breaker::give_back(record& one, verdict& v) {
  if (!std::exchange(one.given_back, true))
    v.back.push_back(one.whose);
}

trunk_breaker::record* trunk_breaker::find(ticket call) noexcept {
  return call >= first_ && call - first_ < calls_.size() ? &calls_[static_cast<std::size_t>(call - first_)] : nullptr;
}

/// The calls around `at` of which each has failed, or has ended without saying anything.
trunk_breaker::run trunk_breaker::run_around(std::size_t at) const noexcept {
  const auto belongs = [&](std::size_t i) {
    return calls_[i].decided && calls_[i].what != call_evidence::reached && first_ + i >= excused_to_;
  };
  run r{at, at + 1};
  while (r.from > 0 && belongs(r.from - 1))
    --r.from;
  while (r.to < calls_.size() && belongs(r.to))
    ++r.to;
  for (auto i = r.from; i < r.to; ++i) {
    r.number += calls_[i].what == call_evidence::number ? 1 : 0;
    r.network += calls_[i].what == call_evidence::network ? 1 : 0;
    r.no_channel += calls_[i].what == call_evidence::no_channel ? 1 : 0;
    r.limit += calls_[i].what == call_evidence::limit ? 1 : 0;
  }
  return r;
}

bool trunk_breaker::run::is_wall() const noexcept {
  return !by_numbers() || number + refused() >= most_unreached;
}

bool trunk_breaker::run::by_numbers() const noexcept {
  return limit < most_without_channel && no_channel < most_without_channel && refused() < most_refused;
}

/// Begun before it opened; and, once it is closed again, not before the run by which it had.
std::string trunk_breaker::run::describe(std::string_view words) const {
  if (limit >= most_without_channel)
    return fmt::format("the dialplan of {} calls in a row did not begin: is Asterisk at a limit of its own (maxcalls, maxload)?",
                       limit);
  if (no_channel >= most_without_channel)
    return fmt::format("Asterisk could make no channel for {} calls in a row: is there such a trunk, and is it registered?",
                       no_channel);
  if (refused() >= most_refused)
    return fmt::format("{} calls in a row failed in the network, the last one with: {}", refused(), words);
  return fmt::format("{} calls in a row reached nobody, {} of them since the network knows no such number: is the prefix "
                     "right?",
                     refused() + number, number);
}

bool trunk_breaker::excused(ticket call, call_evidence what) const noexcept {
  if (what == call_evidence::number && !by_numbers_)
    return false;
  if (breaker_.open())
    return call < breaker_.opened_at();
  return call >= excused_from_ && call < excused_to_;
}

/// What is decided is of use as long as a run may reach it.
void trunk_breaker::forget_old() {
  while (decided_ < calls_.size() && calls_[decided_].decided)
    ++decided_;
  while (calls_.size() >= memory || decided_ > 2 * most_unreached) {
    calls_.pop_front();
    ++first_;
    decided_ -= decided_ > 0 ? 1 : 0;
  }
}

} // namespace ringmaster::core
