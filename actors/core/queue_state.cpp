// SPDX-License-Identifier: Apache-2.0
#include "actors/core/queue_state.hpp"

#include "actors/core/agent_ledger.hpp"

#include <algorithm>
#include <array>

namespace ringmaster::core {
namespace {

using std::chrono::seconds;

/// A member that has been rung for this long is not: the event that ended it was lost.
constexpr seconds longest_ringing{120};
/// After AgentConnect the device's state and `InCall` may lag for a moment; later they are believed.
constexpr seconds settling{10};
/// Between a caller's leaving the queue and the agent's connection there is next to nothing.
constexpr seconds leaving{2};

} // namespace

std::string_view name(member_activity a) noexcept {
  switch (a) {
  case member_activity::available:
    return "available";
  case member_activity::ringing:
    return "ringing";
  case member_activity::on_call:
    return "on call";
  case member_activity::wrap_up:
    return "wrap-up";
  case member_activity::paused:
    return "paused";
  case member_activity::unavailable:
    return "unavailable";
  }
  return "";
}

static bool is_wrap_up(std::string_view reason) noexcept {
  std::array<char, 16> letters{};
  std::size_t n = 0;
  for (const char c : reason) {
    if (c == '-' || c == '_' || c == ' ')
      continue;
    if (n == letters.size())
      return false;
    letters[n++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const std::string_view word{letters.data(), n};
  return word == "wrapup" || word == "acw" || word == "aftercallwork";
}

/// Whether the leg of a member's channel lives as long as his talk: one of a Local channel does not that may be optimised
/// away, as those without the option `n` are.
static bool leg_stays(std::string_view interface) noexcept {
  if (interface.substr(0, 6) != "Local/" && interface.substr(0, 6) != "local/")
    return true;
  const auto options = interface.find('/', 6);
  return options != std::string_view::npos && interface.find('n', options) != std::string_view::npos;
}

queue_state::queue_state(std::string name, seconds default_wrapup, std::chrono::nanoseconds doubt_after)
    : name_{std::move(name)}, default_wrapup_{default_wrapup}, doubt_after_{doubt_after} {}

void queue_state::apply(queue_member& m, const member_update& u, time_point now, bool live) {
  m.heard = now;
  if (!u.name.empty() && m.name != u.name) {
    m.name = u.name;
    identities_changed_ = true;
  }
  if (!u.state_interface.empty() && m.state_interface != u.state_interface) {
    m.state_interface = u.state_interface;
    m.key = 0;
    identities_changed_ = true;
  }
  // The telephone has stopped ringing, and nobody has picked it up.
  if (live && !m.on_call && !m.in_call && m.rung && u.status == 1 && (m.status == 6 || m.status == 7))
    m.rung.reset();
  m.status = u.status.value_or(m.status);
  m.penalty = u.penalty.value_or(m.penalty);
  m.ring_in_use = u.ring_in_use.value_or(m.ring_in_use);
  m.wrapup = u.wrapup.value_or(m.wrapup);
  if (u.login_time)
    m.login_time = u.login_time;
  if (u.paused) {
    identities_changed_ = identities_changed_ || m.paused != *u.paused || m.paused_reason != u.paused_reason;
    m.paused = *u.paused;
    m.paused_reason = u.paused_reason;
    m.after_call = m.after_call && m.paused;
  }
  if (u.last_call && u.last_call->time_since_epoch().count() > 0) {
    // A server's clock may be ahead of ours; a call that has ended, ended before now.
    const time_point told{*u.last_call};
    const auto ended = live ? std::min(told, now) : told; // of a list: see resync_end
    if (!m.wrap_from || *m.wrap_from < ended)
      m.wrap_from = ended;
  }
  if (!live && u.last_pause && u.last_pause->time_since_epoch().count() > 0)
    m.last_pause = time_point{*u.last_pause}; // see resync_end
  // A call more than when it was connected, and none now: AgentComplete was lost.
  const auto call_is_over = live && m.on_call && u.in_call == false &&
                            ((u.calls_taken && *u.calls_taken > m.calls_taken) ||
                             (m.status == 1 && m.rung && now - *m.rung > settling));
  if (call_is_over) {
    m.on_call = false;
    m.rung.reset();
  }
  m.calls_taken = u.calls_taken.value_or(m.calls_taken);
  m.in_call = u.in_call.value_or(m.in_call);
  if (!m.in_call)
    m.talks_since.reset();
  if (!m.on_call && !m.in_call && m.rung && now - *m.rung > settling && m.status == 1)
    m.rung.reset();
}

void queue_state::resync_begin(std::string_view list) {
  resyncing_ = true;
  list_ = list;
  fresh_members_.clear();
  fresh_callers_.clear();
}

void queue_state::resync_member(const member_update& u) {
  if (!resyncing_ || u.interface.empty())
    return;
  auto& m = fresh_members_[std::string{u.interface}];
  m = {};
  // Lists do not tell `ringinuse`: keep what was heard before, unless the queue was reloaded since.
  if (const auto old = members_.find(std::string{u.interface}); old != members_.end()) {
    const bool reloaded = u.login_time && old->second.login_time && *u.login_time != *old->second.login_time;
    m.ring_in_use = old->second.ring_in_use && !reloaded;
    if (!old->second.on_call) // of a call the list itself tells
      m.rung = old->second.rung;
    m.caller = old->second.caller;
    m.leg = old->second.leg;
    m.state_interface = old->second.state_interface;
  }
  apply(m, u, time_point{}, false);
}

void queue_state::resync_entry(std::string_view unique_id) {
  if (resyncing_)
    fresh_callers_.emplace(unique_id, time_point{});
}

void queue_state::resync_end(time_point now) {
  if (!resyncing_)
    return;
  for (auto& [interface, m] : fresh_members_) {
    m.heard = now;
    m.listed = true;
    if (m.wrap_from)
      m.wrap_from = std::min(*m.wrap_from, now);
    if (m.last_pause)
      m.last_pause = std::min(*m.last_pause, now);
    // The list says that the phone is not in use, and has had the time to know of a ringing.
    if (m.rung && !m.on_call && !m.in_call && m.status == 1 && now - *m.rung > settling)
      m.rung.reset();
    if (const auto before = members_.find(interface); before != members_.end()) {
      m.key = m.state_interface == before->second.state_interface ? before->second.key : 0;
      m.told = before->second.told;
      m.told_since = before->second.told_since;
      m.told_or_before = before->second.told_or_before;
      m.completed = before->second.completed;
      m.after_call = m.paused && before->second.after_call;
      if (m.in_call && before->second.on_call)
        m.talks_since = before->second.rung; // when it was connected, as was heard then
      else if (m.in_call)
        m.talks_since = before->second.talks_since;
    }
  }
  members_ = std::move(fresh_members_);
  callers_ = std::move(fresh_callers_);
  for (auto& [unique_id, heard] : callers_)
    heard = now;
  fresh_members_.clear();
  fresh_callers_.clear();
  resyncing_ = false;
  known_ = true;
  identities_changed_ = true;
}

void queue_state::listing_over(std::string_view list, time_point now) {
  if (resyncing_ && list_ == list)
    return resync_end(now);
  identities_changed_ = identities_changed_ || !members_.empty();
  members_.clear();
  callers_.clear();
  known_ = false;
}

/// A leg is called as the member's interface, without Local's options, and a number: "PJSIP/agent-01-0000001a".
static bool is_leg_of(std::string_view channel, std::string_view interface) noexcept {
  if (interface.starts_with("Local/"))
    if (const auto options = interface.find('/', 6); options != std::string_view::npos)
      interface = interface.substr(0, options);
  return channel.size() > interface.size() && channel.starts_with(interface) && channel[interface.size()] == '-' &&
         channel.find('-', interface.size() + 1) == std::string_view::npos;
}

void queue_state::resync_legs(std::span<const agent_leg> legs) {
  for (auto& [interface, m] : members_) {
    if (m.on_call || !m.in_call)
      continue;
    for (const auto& leg : legs)
      if (is_leg_of(leg.channel, interface))
        m.talks_since = m.talks_since ? std::min(*m.talks_since, leg.since) : leg.since;
  }
}

void queue_state::member_added(const member_update& u, time_point now) {
  if (u.interface.empty())
    return;
  const auto before = members_.size();
  auto& m = members_[std::string{u.interface}];
  const bool was_paused = m.paused;
  apply(m, u, now, true);
  if (m.paused && !was_paused)
    pauses(m, now);
  if (was_paused && !m.paused)
    note(u.interface, std::nullopt);
  identities_changed_ = identities_changed_ || members_.size() != before;
  if (resyncing_)
    apply(fresh_members_[std::string{u.interface}], u, now, true);
}

void queue_state::member_removed(std::string_view interface) {
  identities_changed_ = members_.erase(std::string{interface}) > 0 || identities_changed_;
  fresh_members_.erase(std::string{interface});
}

void queue_state::member_changed(const member_update& u, time_point now) {
  member_added(u, now); // an event of a member whose beginning was missed is as good
}

void queue_state::pauses(queue_member& m, time_point now) {
  const auto completed = std::exchange(m.completed, std::nullopt);
  if (!completed)
    return;
  if (const auto delay = now - *completed; delay <= after_call_habits::longest_delay) {
    habits_.paused(delay, m.paused_reason);
    m.after_call = habits_.is_after_call_work(m.paused_reason);
  } else {
    habits_.stayed();
  }
  settling_ = habits_.settling();
}

/// The next call came, and no pause before it.
void queue_state::stays(std::string_view interface) {
  const auto at = members_.find(std::string{interface});
  if (at == members_.end() || !std::exchange(at->second.completed, std::nullopt))
    return;
  habits_.stayed();
  settling_ = habits_.settling();
}

// The live picture and the one that a resync is drawing hear the same.
template <class F>
static void on_member(std::unordered_map<std::string, queue_member>& a,
                      std::unordered_map<std::string, queue_member>& b, std::string_view interface, F&& f) {
  const std::string key{interface};
  if (const auto it = a.find(key); it != a.end())
    f(it->second);
  if (const auto it = b.find(key); it != b.end())
    f(it->second);
}

void queue_state::agent_called(std::string_view interface, time_point now, std::string_view caller, std::string_view leg) {
  stays(interface);
  on_member(members_, fresh_members_, interface, [&](queue_member& m) {
    m.rung = m.heard = now;
    m.caller = caller;
    m.leg = leg;
    m.leg_moved = false;
    m.left.reset();
  });
}

void queue_state::agent_connected(std::string_view interface, time_point now, std::string_view caller, std::string_view leg) {
  stays(interface);
  if (const auto at = members_.find(std::string{interface}); at != members_.end() && at->second.rung && !at->second.on_call)
    note(interface, ring_end::picked_up, now - *at->second.rung);
  on_member(members_, fresh_members_, interface, [&](queue_member& m) {
    m.rung = m.heard = now; // `rung` from here on: when the call began
    m.on_call = true;
    m.caller = caller;
    m.leg = leg;
    m.leg_moved = false;
    m.left.reset();
  });
  if (caller.empty())
    return;
  release(now, std::nullopt, [&](const queue_member& m) { return m.caller == caller; });
  explain_rings(caller, std::nullopt);
}

void queue_state::agent_completed(std::string_view interface, time_point now, std::string_view caller) {
  on_member(members_, fresh_members_, interface, [&](queue_member& m) {
    const bool earlier = m.rung && !caller.empty() && !m.caller.empty() && m.caller != caller;
    m.heard = now;
    m.wrap_from = m.wrap_from ? std::max(*m.wrap_from, now) : now;
    if (earlier)
      return;
    m.rung.reset();
    m.on_call = false;
    m.in_call = false;
    m.talks_since.reset();
    if (!m.paused)
      m.completed = now;
  });
}

void queue_state::agent_unanswered(std::string_view interface, time_point now) {
  // Also where the end of his leg has ended the ringing already.
  std::erase_if(unexplained_, [&](const ended_ring& r) { return r.interface == interface; });
  if (const auto at = members_.find(std::string{interface}); at != members_.end() && !at->second.on_call)
    note(interface, ring_end::unanswered, at->second.rung ? now - *at->second.rung : duration{0});
  agent_released(interface, now);
}

void queue_state::explain_rings(std::string_view caller, std::optional<ring_end> came_to) {
  std::erase_if(unexplained_, [&](const ended_ring& r) {
    if (r.caller != caller)
      return false;
    if (came_to)
      note(r.interface, came_to, r.rung);
    return true;
  });
}

std::vector<member_news> queue_state::take_news(time_point now) {
  // A caller who was sent elsewhere in the dialplan leaves without a word.
  std::erase_if(unexplained_, [&](const ended_ring& r) {
    if (now - r.at < leaving)
      return false;
    note(r.interface, ring_end::caller_gone, r.rung);
    return true;
  });
  return std::exchange(news_, {});
}

void queue_state::agent_released(std::string_view interface, time_point now) {
  on_member(members_, fresh_members_, interface, [&](queue_member& m) {
    m.heard = now;
    if (!m.on_call)
      m.rung.reset();
  });
}

void queue_state::note(std::string_view interface, std::optional<ring_end> rang, duration rung) {
  constexpr std::size_t most = 256; // where nobody asks
  if (news_.size() < most)
    news_.push_back({std::string{interface}, rang, rung});
}

/// Those who are rung for a call, and for whom `which` holds, are not any more.
template <class Which>
void queue_state::release(time_point now, std::optional<ring_end> came_to, Which&& which) {
  for (auto* picture : {&members_, &fresh_members_})
    for (auto& [interface, m] : *picture)
      if (m.rung && !m.on_call && which(m)) {
        if (came_to && picture == &members_)
          note(interface, came_to, now - *m.rung);
        m.rung.reset();
        m.left.reset();
        m.heard = now;
      }
}

void queue_state::caller_joined(std::string_view unique_id, time_point now) {
  callers_.insert_or_assign(std::string{unique_id}, now);
  if (resyncing_)
    fresh_callers_.insert_or_assign(std::string{unique_id}, now);
}

void queue_state::caller_left(std::string_view unique_id, time_point now) {
  const std::string id{unique_id};
  callers_.erase(id);
  if (resyncing_)
    fresh_callers_.erase(id);
  // Whoever is rung for him may be the one whom he goes to.
  for (auto* picture : {&members_, &fresh_members_})
    for (auto& [interface, m] : *picture)
      if (m.rung && !m.on_call && m.caller == unique_id)
        m.left = now;
}

void queue_state::caller_abandoned(std::string_view unique_id, time_point now) {
  caller_left(unique_id, now);
  release(now, ring_end::caller_gone, [&](const queue_member& m) { return m.caller == unique_id; });
  explain_rings(unique_id, ring_end::caller_gone);
}

/// The talk goes on: the AgentComplete that Asterisk sends for a caller whose Local channel it leaves out is of no end.
void queue_state::channel_replaced(std::string_view unique_id, std::string_view by) {
  if (unique_id.empty() || by.empty())
    return;
  for (auto* picture : {&members_, &fresh_members_})
    for (auto& [interface, m] : *picture) {
      if (m.caller == unique_id)
        m.caller = by;
      if (m.leg == unique_id) {
        m.leg = by;
        m.leg_moved = true;
      }
    }
}

void queue_state::channel_ended(std::string_view unique_id, time_point now) {
  if (unique_id.empty())
    return;
  callers_.erase(std::string{unique_id});
  if (resyncing_)
    fresh_callers_.erase(std::string{unique_id});
  release(now, ring_end::caller_gone, [&](const queue_member& m) { return m.caller == unique_id; });
  explain_rings(unique_id, ring_end::caller_gone);
  constexpr std::size_t most = 256;
  for (const auto& [interface, m] : members_)
    if (m.rung && !m.on_call && m.leg == unique_id && unexplained_.size() < most)
      unexplained_.push_back({interface, m.caller, now - *m.rung, now});
  release(now, std::nullopt, [&](const queue_member& m) { return m.leg == unique_id; });
  std::vector<std::string> over; // of both pictures, so that each is told once
  for (const auto* picture : {&members_, &fresh_members_})
    for (const auto& [interface, m] : *picture)
      if (m.on_call && (m.caller == unique_id || (m.leg == unique_id && (m.leg_moved || leg_stays(interface)))))
        over.push_back(interface);
  for (const auto& interface : over)
    agent_completed(interface, now);
}

member_activity queue_state::activity(const queue_member& m, time_point now) const noexcept {
  if (m.on_call || m.in_call)
    return member_activity::on_call;
  if (m.rung && now - *m.rung < longest_ringing && !(m.left && now - *m.left >= leaving))
    return member_activity::ringing;
  switch (m.status) { // a number of the peer's, not an enum
  case 4:             // invalid
  case 5:
    return member_activity::unavailable;
  case 6:
    if (!m.ring_in_use)
      return member_activity::ringing;
    break;
  case 2:
  case 3:
  case 7:
  case 8:
    if (!m.ring_in_use)
      return member_activity::on_call;
    break;
  }
  if (m.paused)
    return m.after_call || is_wrap_up(m.paused_reason) ? member_activity::wrap_up : member_activity::paused;
  if (now < wrap_up_end(m) || (m.completed && now < *m.completed + settling_))
    return member_activity::wrap_up;
  return member_activity::available;
}

/// Of a wrap-up whose length the server knows.
std::optional<time_point> queue_state::wrap_up_end(const queue_member& m) const noexcept {
  if (!m.wrap_from)
    return std::nullopt;
  return *m.wrap_from + (m.wrapup > seconds{0} ? m.wrapup : default_wrapup_);
}

std::int64_t queue_state::available_members(time_point now) const noexcept {
  return std::count_if(members_.begin(), members_.end(), [&](const auto& one) {
    return activity(one.second, now) == member_activity::available;
  });
}

availability queue_state::counts(time_point now, seconds horizon) const noexcept {
  availability a;
  for (const auto& [interface, m] : members_) {
    switch (activity(m, now)) {
    case member_activity::available:
      ++a.available;
      break;
    case member_activity::ringing:
      ++a.ringing;
      break;
    case member_activity::on_call:
      ++a.on_call;
      break;
    case member_activity::wrap_up:
      ++a.wrap_up;
      // Not who may be about to pause.
      if (now < wrap_up_end(m) && activity(m, now + horizon) == member_activity::available)
        ++a.soon;
      break;
    case member_activity::paused:
      ++a.paused;
      break;
    case member_activity::unavailable:
      ++a.unavailable;
      break;
    }
  }
  a.waiting = static_cast<std::int64_t>(callers_.size());
  return a;
}

namespace {

agent_state state_of(member_activity a) noexcept {
  switch (a) {
  case member_activity::available:
    return agent_state::free;
  case member_activity::ringing:
    return agent_state::ringing;
  case member_activity::on_call:
    return agent_state::talking;
  case member_activity::wrap_up:
    return agent_state::wrap_up;
  case member_activity::paused:
    return agent_state::paused;
  case member_activity::unavailable:
    return agent_state::logged_out;
  }
  return agent_state::logged_out;
}

} // namespace

std::vector<agent_status> queue_state::agents(std::string_view server, time_point now) {
  std::vector<agent_status> all;
  all.reserve(members_.size());
  bool aliases = false;
  for (auto& [interface, m] : members_) {
    const auto state = state_of(activity(m, now));
    const auto wrap_end = wrap_up_end(m);
    // Events tell when some states began; of the others it is known when they were first seen.
    std::optional<time_point> began;
    if (state == agent_state::ringing || (state == agent_state::talking && m.on_call))
      began = m.rung;
    else if (state == agent_state::talking)
      began = m.talks_since;
    else if (state == agent_state::wrap_up && !m.paused)
      began = m.wrap_from;
    else if (state == agent_state::free && m.told == agent_state::wrap_up && wrap_end > m.told_since)
      began = wrap_end;
    // What a list says of somebody who was not known: after a start, say.
    else if (state == agent_state::free && !m.told && wrap_end && m.last_pause.value_or(time_point{}) <= *wrap_end)
      began = wrap_end;
    if (state == agent_state::paused && m.last_pause && m.told != state && (!m.told || *m.last_pause > m.told_since))
      began = m.last_pause;
    if (m.told != state || (began && state != agent_state::free)) {
      m.told_or_before = !m.told && !began && m.listed;
      m.told_since = std::min(began.value_or(now), now);
    }
    m.told = state;
    if (state == agent_state::logged_out)
      continue;
    if (m.key == 0)
      m.key = agent_key_of(server, interface, m.state_interface);
    aliases = aliases || (!m.state_interface.empty() && m.state_interface != interface);
    all.push_back({m.key, state, m.told_since,
                   state == agent_state::wrap_up && !m.paused && now < wrap_end ? wrap_end : std::nullopt,
                   1, m.told_or_before});
  }
  if (aliases) {
    std::sort(all.begin(), all.end(), [](const agent_status& a, const agent_status& b) {
      return a.agent != b.agent ? a.agent < b.agent : busy_rank(a.state) > busy_rank(b.state);
    });
    all.erase(std::unique(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.agent == b.agent; }),
              all.end());
  }
  return all;
}

agent_key queue_state::key_of(std::string_view server, std::string_view interface) const {
  const auto at = members_.find(std::string{interface});
  return agent_key_of(server, interface, at == members_.end() ? std::string_view{} : std::string_view{at->second.state_interface});
}

std::vector<agent_identity> queue_state::identities(std::string_view server) const {
  std::vector<agent_identity> all;
  all.reserve(members_.size());
  for (const auto& [interface, m] : members_)
    all.push_back({m.key != 0 ? m.key : agent_key_of(server, interface, m.state_interface), m.name.empty() ? interface : m.name, interface,
                   std::string{server}, m.paused ? m.paused_reason : std::string{}});
  return all;
}

std::optional<time_point> queue_state::next_change(time_point now) const noexcept {
  std::optional<time_point> first;
  const auto consider = [&](time_point t) {
    if (t > now && (!first || t < *first))
      first = t;
  };
  for (const auto& [interface, m] : members_) {
    if (m.rung && !m.on_call)
      consider(*m.rung + longest_ringing);
    if (m.left && m.rung && !m.on_call)
      consider(*m.left + leaving);
    if (const auto end = wrap_up_end(m))
      consider(*end);
    if (m.completed)
      consider(*m.completed + settling_);
  }
  for (const auto& r : unexplained_)
    consider(r.at + leaving);
  return first;
}

std::optional<time_point> queue_state::in_doubt_from(time_point now) const noexcept {
  if (!known_)
    return std::nullopt;
  std::optional<time_point> unheard_since;
  const auto consider = [&](time_point heard) {
    if (!unheard_since || heard < *unheard_since)
      unheard_since = heard;
  };
  for (const auto& [interface, m] : members_) {
    const auto doing = activity(m, now);
    if (doing == member_activity::on_call || doing == member_activity::ringing)
      consider(m.heard);
  }
  for (const auto& [unique_id, heard] : callers_)
    consider(heard);
  if (!unheard_since)
    return std::nullopt;
  return *unheard_since + doubt_after_;
}

} // namespace ringmaster::core
