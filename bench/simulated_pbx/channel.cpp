// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/channel.hpp"

#include <algorithm>

namespace ringmaster::sim {

std::string_view name_of(channel_state s) noexcept {
  switch (s) {
  case channel_state::down:
    return "Down";
  case channel_state::ring:
    return "Ring";
  case channel_state::ringing:
    return "Ringing";
  case channel_state::up:
    return "Up";
  case channel_state::busy:
    return "Busy";
  }
  return "Unknown";
}

std::string_view cause_text(int cause) noexcept {
  switch (cause) {
  case 1:
    return "Unallocated (unassigned) number";
  case 3:
    return "No route to destination";
  case 16:
    return "Normal Clearing";
  case 17:
    return "User busy";
  case 18:
    return "No user responding";
  case 19:
    return "User alerting, no answer";
  case 21:
    return "Call Rejected";
  case 20:
    return "Subscriber absent";
  case 26:
    return "Answered elsewhere";
  case 27:
    return "Destination out of order";
  case 34:
    return "Circuit/channel congestion";
  case 38:
    return "Network out of order";
  case 41:
    return "Temporary failure";
  case 42:
    return "Switching equipment congestion";
  case 127:
    return "Interworking, unspecified";
  default:
    return "Unknown";
  }
}

const std::string* channel::variable(std::string_view wanted) const noexcept {
  const auto it =
      std::find_if(variables.begin(), variables.end(), [&](const auto& v) { return v.name == wanted; });
  return it == variables.end() ? nullptr : &it->value;
}

void channel::set_variable(std::string_view given, std::string_view value) {
  const auto start = given.find_first_not_of('_');
  const std::string_view plain =
      start == std::string_view::npos || start > 2 ? given : given.substr(std::min<std::size_t>(start, 2));
  for (auto& v : variables)
    if (v.name == plain) {
      v.given = given;
      v.value = value;
      return;
    }
  variables.push_back({std::string{plain}, std::string{given}, std::string{value}});
}

namespace {

std::string lower(std::string_view text) {
  std::string s{text};
  std::transform(s.begin(), s.end(), s.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return s;
}

} // namespace

channel& channel_table::add(std::string name, std::string unique_id) {
  auto fresh = std::make_unique<channel>();
  channel& c = *fresh;
  c.number = ++created_;
  c.name = std::move(name);
  c.unique_id = std::move(unique_id);
  all_.emplace(c.number, std::move(fresh));
  by_name_[c.name] = &c;
  by_id_[lower(c.unique_id)] = &c;
  return c;
}

void channel_table::remove(const channel& c) {
  by_name_.erase(c.name);
  by_id_.erase(lower(c.unique_id));
  all_.erase(c.number);
}

channel* channel_table::find(std::string_view name_or_id) const {
  if (const auto it = by_name_.find(name_or_id); it != by_name_.end())
    return it->second;
  const auto it = by_id_.find(lower(name_or_id));
  return it == by_id_.end() ? nullptr : it->second;
}

bool channel_table::collides(std::string_view id) const {
  const std::string wanted = lower(id);
  const auto it = by_id_.lower_bound(wanted);
  return it != by_id_.end() && it->first.starts_with(wanted);
}

} // namespace ringmaster::sim
