// SPDX-License-Identifier: Apache-2.0
#include "actors/server_breakers.hpp"

#include "actors/log.hpp"

#include <algorithm>
#include <array>

namespace ringmaster {
namespace {

using core::permit;

/// What Asterisk says of itself, whatever it was asked to call. All else is about what was asked for.
bool is_about_the_server(std::string_view words) noexcept {
  static constexpr std::array<std::string_view, 4> said{"Asterisk is shutting down", "Permission denied",
                                                        "Originate failed", "Authentication Required"};
  return std::find(said.begin(), said.end(), words) != said.end();
}

} // namespace

permit server_breakers::may_begin(const std::string& trunk, const uuid& campaign, time_point now) const {
  if (open_.load(std::memory_order_relaxed) == 0)
    return permit::free;
  const std::lock_guard lock{guard_};
  auto may = own_.may_begin(now);
  if (const auto at = trunks_.find(trunk); at != trunks_.end())
    may = std::min(may, at->second.may_begin(now));
  if (const auto at = campaigns_.find(campaign); at != campaigns_.end())
    may = std::min(may, at->second.may_begin(now));
  return may;
}

std::optional<breaker_ticket> server_breakers::begin(const std::string& trunk, const uuid& campaign,
                                                     const core::used_try& whose, time_point now) {
  const std::lock_guard lock{guard_};
  const auto of_campaign = campaigns_.find(campaign);
  auto& way = trunks_[trunk];
  if (own_.may_begin(now) == permit::none || way.may_begin(now) == permit::none ||
      (of_campaign != campaigns_.end() && of_campaign->second.may_begin(now) == permit::none))
    return std::nullopt;
  breaker_ticket call;
  call.trunk = &way;
  call.on_trunk = way.begin(whose, now);
  call.on_server = own_.begin(now);
  if (of_campaign != campaigns_.end())
    call.on_campaign = of_campaign->second.begin(now);
  return call;
}

void server_breakers::accepted(const breaker_ticket& call, const uuid& campaign) {
  if (open_.load(std::memory_order_relaxed) == 0)
    return;
  const std::lock_guard lock{guard_};
  if (own_.succeed(call.on_server))
    closed(core::resting_thing::server, server_);
  if (const auto at = campaigns_.find(campaign); at != campaigns_.end() && at->second.succeed(call.on_campaign))
    closed(core::resting_thing::campaign, to_string(campaign));
}

void server_breakers::refused(const breaker_ticket& call, const uuid& campaign, std::string_view words,
                              time_point now) {
  const std::lock_guard lock{guard_};
  if (is_about_the_server(words)) {
    if (own_.fail(call.on_server, words, now))
      opened(core::resting_thing::server, server_, own_);
    return;
  }
  if (auto& its = campaigns_[campaign]; its.fail(call.on_campaign, words, now))
    opened(core::resting_thing::campaign, to_string(campaign), its);
}

core::trunk_breaker::verdict server_breakers::hear(const breaker_ticket& call, core::call_evidence what,
                                                   std::string_view words, time_point now) {
  const std::lock_guard lock{guard_};
  auto verdict = call.trunk->hear(call.on_trunk, what, words, now);
  if (verdict.opened || verdict.closed)
    for (const auto& [name, trunk] : trunks_)
      if (&trunk == call.trunk) {
        if (verdict.opened)
          opened(core::resting_thing::trunk, name, trunk.state());
        else
          closed(core::resting_thing::trunk, name);
      }
  return verdict;
}

void server_breakers::try_again(time_point now) {
  const std::lock_guard lock{guard_};
  own_.try_again(now);
  for (auto& [name, trunk] : trunks_)
    trunk.try_again(now);
  for (auto& [id, its] : campaigns_)
    its.try_again(now);
}

void server_breakers::forget(const uuid& campaign) {
  const std::lock_guard lock{guard_};
  const auto at = campaigns_.find(campaign);
  if (at == campaigns_.end())
    return;
  if (at->second.open())
    closed(core::resting_thing::campaign, to_string(campaign));
  campaigns_.erase(at);
}

std::vector<core::resting> server_breakers::resting(time_point now) {
  std::vector<core::resting> all;
  if (open_.load(std::memory_order_relaxed) == 0)
    return all;
  const std::lock_guard lock{guard_};
  const auto look_at = [&](core::resting_thing what, const std::string& name, const core::circuit_breaker& state,
                           auto& one) {
    if (state.is_stale(now)) {
      one.close();
      closed(what, name);
    }
    if (state.open())
      all.push_back({what, server_, name, state.words(), state.since(), state.next_probe()});
  };
  look_at(core::resting_thing::server, server_, own_, own_);
  for (auto& [name, trunk] : trunks_)
    look_at(core::resting_thing::trunk, name, trunk.state(), trunk);
  for (auto& [id, its] : campaigns_)
    look_at(core::resting_thing::campaign, to_string(id), its, its);
  return all;
}

void server_breakers::opened(core::resting_thing what, std::string_view name, const core::circuit_breaker& state) {
  open_.fetch_add(1, std::memory_order_relaxed);
  log_warn("event={}_rests pbx={} name={} reason={}", core::name(what), server_, name, state.words());
}

void server_breakers::closed(core::resting_thing what, std::string_view name) {
  open_.fetch_sub(1, std::memory_order_relaxed);
  log_info("event={}_rests_no_more pbx={} name={}", core::name(what), server_, name);
}

} // namespace ringmaster
