// SPDX-License-Identifier: Apache-2.0
#include "actors/core/reconcile.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

namespace ringmaster::core {

namespace {

constexpr std::int64_t up = 6;

/// Channels and callers, to be found by what a dialing knows.
class census {
public:
  explicit census(const server_lists& lists) : lists_{lists} {
    by_id_.reserve(lists.channels.size());
    for (const auto& c : lists.channels) {
      by_id_.emplace(normal(c.unique_id), &c);
      if (!c.bridge.empty())
        by_bridge_.emplace(c.bridge, &c);
      // The agent's leg belongs to the same call, and so do a Local channel's halves.
      if (c.linked_id != c.unique_id && c.state == up && c.application != "AppQueue" && !c.name.starts_with("Local/"))
        if (const auto call = parse_uuid(c.linked_id))
          by_link_.emplace(*call, &c);
    }
    if (lists.callers)
      for (const auto& w : *lists.callers)
        waiting_.emplace(normal(w.unique_id), &w);
  }

  [[nodiscard]] const live_channel* own(const uuid& id) const {
    const auto at = by_id_.find(to_string(id));
    return at == by_id_.end() ? nullptr : at->second;
  }

  /// The channel that has taken the place of the call's own; of several the oldest, which is the customer's.
  [[nodiscard]] const live_channel* successor(const uuid& id) const {
    const live_channel* oldest = nullptr;
    const auto [first, last] = by_link_.equal_range(id);
    for (auto at = first; at != last; ++at)
      if (!oldest || at->second->lasted > oldest->lasted)
        oldest = at->second;
    return oldest;
  }

  void place(reconciled& r, const live_channel& c, time_point asked) const {
    if (c.state != up) {
      r.stands = standing::not_up;
      return;
    }
    if (const auto at = waiting_.find(normal(c.unique_id)); at != waiting_.end()) {
      r.stands = standing::waits;
      r.since = asked - at->second->waited;
      r.queue = at->second->queue;
      return;
    }
    const bool of_queue = is_queue(c.application);
    if (!c.bridge.empty() && c.application != "Park") {
      const auto [first, last] = by_bridge_.equal_range(c.bridge);
      for (auto at = first; at != last; ++at) {
        const auto& other = *at->second;
        if (&other == &c)
          continue;
        if (is_held(other.application))
          continue;
        const bool agent = of_queue || other.application == "AppQueue";
        if (r.stands != standing::with_agent) {
          r.stands = agent ? standing::with_agent : standing::talks;
          r.since = asked - std::min(c.lasted, other.lasted);
        }
      }
      if (r.stands != standing::unknown)
        return;
    }
    // In a queue's application, and neither a caller nor bridged: he has just been there, or will be at once.
    r.ask_again = lists_.callers && (of_queue || !c.bridge.empty()) && c.application != "Park";
  }

private:
  /// Asterisk keeps an id as it was given; ours may come back in another case from another's hand.
  static std::string normal(const std::string& unique_id) {
    const auto id = parse_uuid(unique_id);
    return id ? to_string(*id) : unique_id;
  }
  static bool is_queue(std::string_view application) noexcept {
    return application == "Queue" || application == "queue";
  }
  /// Those who are parked share a bridge, and talk to nobody; an agent may have parked them out of the queue, whose
  /// application they still run.
  static bool is_held(std::string_view application) noexcept { return is_queue(application) || application == "Park"; }

  const server_lists& lists_;
  std::unordered_map<std::string, const live_channel*> by_id_;
  std::unordered_multimap<std::string, const live_channel*> by_bridge_;
  std::unordered_multimap<uuid, const live_channel*> by_link_;
  std::unordered_map<std::string, const waiting_caller*> waiting_;
};

} // namespace

std::chrono::seconds channel_duration(std::string_view text) noexcept {
  std::chrono::seconds sum{0};
  for (int part = 0; part < 3; ++part) {
    std::int64_t value = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (wrong != std::errc{} || value < 0 || value > 1'000'000 || (part < 2 ? used >= text.size() || text[used] != ':' : used != text.size()))
      return std::chrono::seconds{0};
    sum = sum * 60 + std::chrono::seconds{value};
    text.remove_prefix(std::min(used + 1, text.size()));
  }
  return sum;
}

reconciliation reconcile(const std::vector<open_dialing>& dialings, const server_lists& lists, time_point asked) {
  const census now{lists};
  reconciliation out;
  out.dialings.reserve(dialings.size());
  std::unordered_set<uuid> ours;
  for (const auto& d : dialings) {
    ours.insert(d.id);
    if (!d.other_channel_id.is_nil())
      ours.insert(d.other_channel_id);
    reconciled r;
    r.id = d.id;
    const auto* own = now.own(d.id);
    const auto* lives = own ? own : now.successor(d.id);
    if (lives) {
      r.what = verdict::adopt;
      r.channel = lives->name;
      r.channel_state = lives->state;
      if (!own)
        r.moved_to = lives->unique_id;
      now.place(r, *lives, asked);
    } else if (d.begun >= asked) {
      r.what = verdict::undecided;
    } else if (d.status == dialing_status::none || d.status == dialing_status::originate_sent) {
      r.what = verdict::never_seen;
      r.detail = "The outcome is unknown: no answer to the Originate was heard; it is not sent again";
    } else {
      r.what = verdict::unknown;
      r.detail = "The outcome is unknown: the call ended while nobody could hear of it";
    }
    out.dialings.push_back(std::move(r));
  }
  for (const auto& c : lists.channels)
    if (const auto id = parse_uuid(c.unique_id); id && !ours.contains(*id))
      out.strays.push_back(c);
  return out;
}

listing_schedule::number listing_schedule::want(bool urgent) noexcept {
  wanted_ = true;
  urgent_ = urgent_ || urgent;
  return current_ + 1;
}

bool listing_schedule::due(time_point now) const noexcept {
  // A clock that was set back must not hold a listing up for as long as that.
  const auto since = began_ && *began_ <= now ? now - *began_ : std::chrono::nanoseconds::max();
  if (under_way_)
    return since > patience_;
  return wanted_ && (urgent_ || since >= apart_);
}

void listing_schedule::began(time_point now) noexcept {
  began_ = now;
  ++current_;
  wanted_ = urgent_ = false;
  under_way_ = true;
}

void listing_schedule::ended(bool complete) noexcept {
  if (under_way_ && !complete)
    wanted_ = true;
  under_way_ = false;
}

} // namespace ringmaster::core
