// SPDX-License-Identifier: Apache-2.0
#include "actors/core/campaign_state.hpp"

#include "actors/core/originate.hpp"

#include <fmt/core.h>

namespace ringmaster::core {
namespace {

using enum campaign_status;

campaign_step stay(campaign_state s) noexcept {
  return {s};
}

campaign_step go(campaign_state from, campaign_status to) noexcept {
  campaign_step step;
  step.state = {to, false};
  step.changed = from.status != to;
  return step;
}

/// On the way when calls are in flight, else there already.
campaign_step go_by(campaign_state from, campaign_status way, campaign_status goal,
                    std::size_t calls) noexcept {
  return go(from, calls > 0 ? way : goal);
}

error not_now(campaign_status from, std::string_view why) {
  return {errc::illegal_state, fmt::format("the campaign is {}: {}", status_name(from), why), "status"};
}

} // namespace

std::optional<time_point> schedule_acts_at(const schedule& when, campaign_status status, time_point since, time_point now) {
  if (status != campaign_status::stopped && status != campaign_status::started)
    return std::nullopt;
  const bool to_open = status == campaign_status::stopped;
  auto at = when.next_change(since);
  if (at && when.is_open(since) == to_open) // that ends the present time; the one after it counts
    at = when.next_change(*at);
  if (at && *at <= now && when.is_open(now) != to_open) // missed, and over
    at = when.next_change(now);
  return at;
}

std::string_view status_name(campaign_status s) noexcept {
  switch (s) {
  case stopped:
    return "stopped";
  case started:
    return "started";
  case paused:
    return "paused";
  case stopping:
    return "stopping";
  case starting:
    return "starting";
  case pausing:
    return "pausing";
  case force_stopping:
    return "force-stopping";
  }
  return "unknown";
}

result<campaign_step> request_status(campaign_state from, std::int64_t wanted, std::size_t calls_in_flight) {
  const auto goal = static_cast<campaign_status>(wanted);
  if (goal == from.status)
    return stay(from);
  switch (goal) {
  case stopped:
    switch (from.status) {
    case stopping:
    case force_stopping: {
      auto step = stay(from); // on its way, now for the caller's reason
      step.state.list_done = false;
      return step;
    }
    case stopped:
    case started:
    case paused:
    case starting:
    case pausing:
      return go_by(from, stopping, stopped, calls_in_flight);
    }
    break;
  case started:
    switch (from.status) {
    case starting:
      return stay(from);
    case force_stopping:
      return not_now(from.status, "wait until its calls are hung up, then start it");
    case stopped:
    case started:
    case paused:
    case stopping:
    case pausing: {
      auto step = go(from, starting);
      step.prepare = true;
      return step;
    }
    }
    break;
  case paused:
    switch (from.status) {
    case pausing:
      return stay(from);
    case started:
    case starting:
      return go_by(from, pausing, paused, calls_in_flight);
    case stopped:
    case stopping:
    case force_stopping:
      return not_now(from.status, "only a started campaign can be paused");
    case paused:
      return stay(from);
    }
    break;
  case force_stopping: {
    if (from.status == stopped)
      return stay(from);
    auto step = go_by(from, force_stopping, stopped, calls_in_flight);
    step.hang_up_all = calls_in_flight > 0;
    return step;
  }
  case stopping:
  case starting:
  case pausing:
    break;
  }
  return invalid_field("status",
                       "status must be 0 (stop), 1 (start), 2 (pause) or 30 (stop by hanging up); 10, 11 "
                       "and 12 are shown on the way and cannot be asked for");
}

campaign_step prepared(campaign_state from) noexcept {
  return from.status == starting ? go(from, started) : stay(from);
}

campaign_step calls_left(campaign_state from, std::size_t calls_in_flight) noexcept {
  if (calls_in_flight > 0)
    return stay(from);
  switch (from.status) {
  case stopping: {
    auto step = go(from, stopped);
    step.start_next = from.list_done;
    return step;
  }
  case force_stopping:
    return go(from, stopped);
  case pausing:
    return go(from, paused);
  case stopped:
  case started:
  case paused:
  case starting:
    return stay(from);
  }
  return stay(from);
}

campaign_step list_done(campaign_state from, std::int64_t dl_end_handle,
                        std::size_t calls_in_flight) noexcept {
  if (from.status != started || dl_end_handle != 1)
    return stay(from);
  auto step = go_by(from, stopping, stopped, calls_in_flight);
  step.state.list_done = step.state.status == stopping;
  step.start_next = step.state.status == stopped;
  return step;
}

std::optional<error> early_media_for_agents(const plan& p, const destination& dest) {
  if (!asks_for_early_media(p) || agent_queue(dest).empty())
    return std::nullopt;
  return invalid_field("early_media", "early_media must not be true where the destination is a queue: Asterisk tells of an "
                                      "answer before there is one then, and callers who never answer would get agents");
}

std::optional<error> cannot_start(const campaign& c, const plan* p, const dlma* list,
                                  const destination* dest) {
  const auto missing = [](std::string_view field, std::string_view what, bool named) {
    return error{errc::illegal_state,
                 named ? fmt::format("the campaign's {} does not exist any more", what)
                       : fmt::format("the campaign has no {}", what),
                 std::string{field}};
  };
  if (!p || p->in_use != 1)
    return missing("plan", "plan", c.plan.has_value());
  if (!list || list->in_use != 1)
    return missing("dlma", "dial list master", c.dlma.has_value());
  if (!dest || dest->in_use != 1)
    return missing("dest", "destination", c.dest.has_value());
  if (p->dial_mode == 0)
    return error{errc::illegal_state, "the campaign's plan dials nothing: its dial_mode is 0", "dial_mode"};
  if (const auto lacks = unusable(*dest))
    return error{errc::illegal_state, "the campaign's destination cannot take calls: " + *lacks, "dest"};
  if (auto wrong = early_media_for_agents(*p, *dest))
    return wrong;
  if (auto wrong = cannot_be_written(*p, *dest, merge_variables({&c.vars, &p->vars, &dest->vars, &list->vars})))
    return error{errc::illegal_state, "no call of the campaign can be written for Asterisk: " + wrong->message, wrong->field};
  return std::nullopt;
}

} // namespace ringmaster::core
