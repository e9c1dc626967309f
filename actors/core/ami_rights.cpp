// SPDX-License-Identifier: Apache-2.0
#include "actors/core/ami_rights.hpp"

#include "protocol/printable.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace ringmaster::core {
namespace {

using ami::event_kind;

/// What is listed may be ahead of its event by a moment.
constexpr std::chrono::seconds patience{2};

constexpr std::array<ami_right_info, ami_right_count> infos{{
    {ami_right::begin_calls, "begin_calls", false, "originate", "no call can be begun"},
    {ami_right::hang_up, "hang_up", false, "call", "no call can be hung up"},
    {ami_right::send_away, "send_away", false, "call", "no caller can be sent to another place in the dialplan"},
    {ami_right::list_channels, "list_channels", false, "system",
     "after a connection was lost nobody knows which calls are still up"},
    {ami_right::write_config, "write_config", false, "config", "queues and parking lots cannot be made, changed or removed"},
    {ami_right::hear_system, "hear_system", true, "system", "shutdowns and reloads of the server are not heard"},
    {ami_right::hear_calls, "hear_calls", true, "call", "calls are never heard to ring, to be answered or to end"},
    {ami_right::hear_queues, "hear_queues", true, "agent", "callers are never heard to wait in a queue or to leave it"},
    {ami_right::hear_agents, "hear_agents", true, "agent",
     "agents are never heard to take a call: who talks to one would be taken for somebody who waits"},
    {ami_right::hear_users, "hear_users", true, "user", "user events are not shown"},
    {ami_right::hear_agis, "hear_agis", true, "agi", "calls in an async AGI are not shown"},
    {ami_right::hear_dialplan, "hear_dialplan", true, "dialplan", "variables, applications and places of channels are not shown"},
}};

/// Bits of EVENT_FLAG_… in Asterisk's manager.h.
constexpr std::uint64_t bit_of(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 14> names{"system", "call",      "log",       "verbose", "command", "agent",     "user",
                                                   "config", "dtmf",      "reporting", "cdr",     "dialplan", "originate", "agi"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name)
      return std::uint64_t{1} << i;
  return 0;
}

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional{value} : std::nullopt;
}

} // namespace

const ami_right_info& info(ami_right right) noexcept { return infos[static_cast<std::size_t>(right)]; }

std::string missing_right::mend() const {
  const auto& about = info(right);
  if (about.read)
    return fmt::format("in manager.conf give this user '{}' in its line read = …, and no eventfilter that drops such events; "
                       "then reload manager, and log in anew",
                       about.needs);
  return fmt::format("in manager.conf give this user '{}' in its line write = …; then reload manager, and log in anew", about.needs);
}

void ami_rights::logged_in() {
  heard_.reset();
  own_heard_ = false;
  known_ = {};
  missing_.clear();
}

void ami_rights::tell(ami_right right, proof what, std::string seen) {
  at(right).told = what;
  at(right).seen = what == proof::missing ? std::move(seen) : std::string{};
}

void ami_rights::may_read(std::uint64_t bits) {
  for (const auto& about : infos) {
    if (!about.read || (about.right == ami_right::hear_dialplan && !dialplan_))
      continue;
    // That the class may be read does not prove that no filter drops what matters: only an event does.
    tell(about.right, (bits & bit_of(about.needs)) != 0 ? proof::open : proof::missing,
         fmt::format("manager show connected tells that this session may not read {}", about.needs));
  }
}

void ami_rights::refused(std::string_view action, std::string_view words) {
  if (words != "Permission denied")
    return;
  const auto look_in = [&](const auto& rights) {
    for (const auto& [right, name] : rights)
      if (name == action)
        tell(right, proof::missing, fmt::format("Asterisk answers {} with '{}'", action, one_line(words)));
  };
  look_in(actions);
  look_in(when_refused);
}

void ami_rights::suspect(ami_right right, std::string seen, time_point now) {
  auto& one = at(right).suspected;
  if (!one.since)
    one = {std::move(seen), now};
}

void ami_rights::booted_unheard() {
  tell(ami_right::hear_system, proof::missing, "Asterisk has booted, and no FullyBooted was heard");
}

void ami_rights::sent_our_own(time_point now) {
  suspect(ami_right::hear_users, "a UserEvent of our own did not come back", now);
}

void ami_rights::caller_goes_unheard(std::string_view queue, time_point now) {
  suspect(ami_right::hear_queues, fmt::format("queue {} lists a caller, and no QueueCallerJoin was heard", one_line(queue)), now);
}

void ami_rights::agent_goes_unheard(std::string_view queue, std::string_view member, time_point now) {
  suspect(ami_right::hear_agents,
          fmt::format("queue {} lists {} in a call, and no AgentConnect was heard", one_line(queue), one_line(member)), now);
}

bool ami_rights::is_heard(ami_right right) const noexcept {
  const auto any = [this](auto... kinds) { return (heard_.test(static_cast<std::size_t>(kinds)) || ...); };
  switch (right) {
  case ami_right::hear_system: return any(event_kind::fully_booted, event_kind::reload, event_kind::peer_status, event_kind::registry);
  case ami_right::hear_calls:
    return any(event_kind::newchannel, event_kind::newstate, event_kind::dial_begin, event_kind::dial_end,
               event_kind::originate_response, event_kind::hangup);
  case ami_right::hear_queues: return any(event_kind::queue_caller_join);
  case ami_right::hear_agents: return any(event_kind::agent_connect);
  case ami_right::hear_users: return own_heard_;
  case ami_right::hear_agis: return any(event_kind::async_agi_start, event_kind::agi_exec_start);
  case ami_right::hear_dialplan: return any(event_kind::newexten, event_kind::var_set);
  case ami_right::begin_calls:
  case ami_right::hang_up:
  case ami_right::send_away:
  case ami_right::list_channels:
  case ami_right::write_config: break;
  }
  return false;
}

proof ami_rights::of(ami_right right) const noexcept {
  if (is_heard(right))
    return proof::given;
  for (const auto& one : missing_)
    if (one.right == right)
      return proof::missing;
  return at(right).told == proof::given ? proof::given : proof::open;
}

bool ami_rights::look(time_point now) {
  std::vector<missing_right> found;
  for (const auto& about : infos) {
    auto& one = at(about.right);
    if (is_heard(about.right)) {
      one.suspected = {};
      continue;
    }
    const auto& since = one.suspected.since;
    if (one.told == proof::missing)
      found.push_back({about.right, one.seen});
    else if (since && (now - *since >= patience || now < *since))
      found.push_back({about.right, one.suspected.seen});
  }
  if (found == missing_)
    return false;
  missing_ = std::move(found);
  return true;
}

const missing_right* hinders(std::span<const missing_right> missing, const campaign_needs& needs) noexcept {
  for (const auto& one : missing)
    switch (one.right) {
    case ami_right::begin_calls:
    case ami_right::hear_calls: return &one;
    case ami_right::hear_queues:
    case ami_right::hear_agents:
      if (needs.queue)
        return &one;
      break;
    case ami_right::hang_up:
      if (needs.hangs_up)
        return &one;
      break;
    case ami_right::send_away:
      if (needs.sends_away)
        return &one;
      break;
    case ami_right::list_channels: // the login fails without it
    case ami_right::write_config:
    case ami_right::hear_system:
    case ami_right::hear_users:
    case ami_right::hear_agis:
    case ami_right::hear_dialplan: break;
    }
  return nullptr;
}

std::optional<std::uint64_t> own_read_permissions(std::span<const std::string_view> lines, std::string_view user) {
  // Username, IP address, Start, Elapsed, FileDes, HttpCnt, ReadPerms, WritePerms; names are cut to 15 characters.
  std::optional<std::uint64_t> permissions;
  std::uint64_t newest = 0;
  for (auto line : lines) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const auto name = user.substr(0, 15);
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ')
      continue;
    line.remove_prefix(name.size());
    (void)next_word(line); // the address
    const auto start = number(next_word(line));
    for (int skipped = 0; skipped < 3; ++skipped)
      (void)next_word(line);
    const auto read = number(next_word(line));
    if (!start || !read || *start < newest)
      continue;
    // Of two that began in the same second nobody knows which is ours: what both may read is certain.
    permissions = permissions && *start == newest ? *permissions & *read : *read;
    newest = *start;
  }
  return permissions;
}

} // namespace ringmaster::core
