// SPDX-License-Identifier: Apache-2.0
#include "http/auth/sign_in_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>

namespace ringmaster::auth {
namespace {

std::string pair_of(std::string_view user, std::string_view network) {
  std::string pair{network};
  return pair.append(1, ' ').append(user); // a network has no blank in it
}

} // namespace

sign_in_guard::sign_in_guard(sign_in_policy policy, std::string salt)
    : policy_{policy}, salt_{std::move(salt)}, by_known_{policy.known},
      buckets_(std::max<std::size_t>(policy.slots, 1), bucket{static_cast<double>(policy.burst)}) {}

sign_in_guard::verdict sign_in_guard::ask(std::string_view user, std::string_view network, time_point now) {
  if (knows(user, network)) {
    const auto wait = by_known_.take(pair_of(user, network), now);
    return {wait == duration::zero(), wait};
  }
  auto& of = bucket_of(user, now);
  const auto key = key_of(user, network);
  const auto rank = count(key, now);
  const bool promised = of.promised_to != 0 && now < of.promised_until;
  if (of.tries >= 1) {
    if (promised && of.promised_to != key && of.its_rank <= rank)
      return {false, of.promised_until - now};
    of.tries -= 1;
    if (of.promised_to == key)
      of.promised_to = 0;
    return {true, {}};
  }
  const auto next = std::chrono::ceil<std::chrono::seconds>(std::chrono::duration<double>{policy_.refill} * (1 - of.tries));
  if (!promised || rank < of.its_rank) {
    of.promised_to = key;
    of.its_rank = rank;
    of.promised_until = now + next + policy_.kept;
  }
  // Who was not promised it asks in vain before that promise has run out.
  return {false, of.promised_to == key ? duration{next} : of.promised_until - now};
}

bool sign_in_guard::right(std::string_view user, std::string_view network, time_point now, time_point date) {
  if (knows(user, network))
    by_known_.succeeded(pair_of(user, network));
  else
    unchecked(user, network, now);
  auto& networks = known_[std::string{user}];
  const auto [at, fresh] = networks.try_emplace(std::string{network}, date);
  const bool changed = fresh || date - at->second > std::chrono::hours{24};
  at->second = fresh || changed ? date : at->second;
  if (networks.size() > policy_.known_of_a_user)
    networks.erase(std::min_element(networks.begin(), networks.end(),
                                    [](const auto& a, const auto& b) { return a.second < b.second; }));
  return changed;
}

void sign_in_guard::unchecked(std::string_view user, std::string_view network, time_point now) {
  if (knows(user, network))
    return;
  auto& of = bucket_of(user, now);
  of.tries = std::min<double>(of.tries + 1, policy_.burst);
  asked_.erase(key_of(user, network));
}

bool sign_in_guard::knows(std::string_view user, std::string_view network) const {
  const auto at = known_.find(user);
  return at != known_.end() && at->second.find(network) != at->second.end();
}

std::string sign_in_guard::known() const {
  std::string lines;
  for (const auto& [user, networks] : known_)
    for (const auto& [network, date] : networks)
      fmt::format_to(std::back_inserter(lines), "{} {} {}\n",
                     std::chrono::duration_cast<std::chrono::seconds>(date.time_since_epoch()).count(), network, user);
  return lines;
}

void sign_in_guard::remember(std::string_view lines) {
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    const auto line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    std::int64_t seconds = 0;
    const auto read = std::from_chars(line.data(), line.data() + line.size(), seconds);
    const auto rest = line.substr(static_cast<std::size_t>(read.ptr - line.data()));
    const auto blank = rest.find(' ', 1);
    if (read.ec != std::errc{} || !rest.starts_with(' ') || blank == std::string_view::npos || blank == 1 || blank + 1 == rest.size())
      continue;
    known_[std::string{rest.substr(blank + 1)}][std::string{rest.substr(1, blank - 1)}] = time_point{std::chrono::seconds{seconds}};
  }
}

sign_in_guard::bucket& sign_in_guard::bucket_of(std::string_view user, time_point now) {
  auto& of = buckets_[std::hash<std::string>{}(salt_ + std::string{user}) % buckets_.size()];
  if (of.filled == time_point{})
    of.filled = now;
  if (now > of.filled) {
    of.tries = std::min<double>(of.tries + std::chrono::duration<double>{now - of.filled} / policy_.refill, policy_.burst);
    of.filled = now;
  }
  return of;
}

std::uint64_t sign_in_guard::key_of(std::string_view user, std::string_view network) const {
  const auto slot = std::hash<std::string>{}(salt_ + std::string{user}) % buckets_.size();
  return std::max<std::uint64_t>(std::hash<std::string>{}(fmt::format("{}{} {}", salt_, slot, network)), 1);
}

/// How often the network has asked before, and one more from now on.
unsigned sign_in_guard::count(std::uint64_t key, time_point now) {
  if (asked_.size() >= policy_.most_networks && !asked_.contains(key))
    forget_some(now);
  auto& of = asked_[key];
  if (now - of.last > policy_.remembered)
    of.times = 0;
  of.last = now;
  return of.times++;
}

void sign_in_guard::forget_some(time_point now) {
  std::erase_if(asked_, [&](const auto& one) { return now - one.second.last > policy_.remembered; });
  if (asked_.size() < policy_.most_networks)
    return;
  // Half of them at once: one by one would be a search for each that asks.
  std::vector<time_point> lasts;
  lasts.reserve(asked_.size());
  for (const auto& [key, one] : asked_)
    lasts.push_back(one.last);
  const auto middle = lasts.begin() + static_cast<std::ptrdiff_t>(lasts.size() / 2);
  std::nth_element(lasts.begin(), middle, lasts.end());
  std::erase_if(asked_, [before = *middle](const auto& one) { return one.second.last <= before; });
}

} // namespace ringmaster::auth
