// SPDX-License-Identifier: Apache-2.0
#include "actors/rights_proof.hpp"

#include "actors/log.hpp"
#include "protocol/ami/event_kind.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;
using core::ami_right;

constexpr auto look_every = 500ms;
constexpr auto ask_every = 10min;
constexpr auto asking_limit = 2s;
/// By then something must have been heard of a call that was accepted.
constexpr auto accepted_patience = 3s;
/// A listing tells how long a caller has waited, in whole seconds: who came so soon after the login may have come before it.
constexpr auto joined_near_login = 2s;
constexpr std::string_view own_user_event = "RingmasterProof";

} // namespace

rights_proof::rights_proof(const pbx_options& options, const clock& time, ami_actions& actions, std::function<void()> ended)
    : options_{options}, time_{time}, actions_{actions}, ended_{std::move(ended)}, rights_{options.dialplan_events} {}

void rights_proof::logged_in(std::uint64_t login) {
  rights_.logged_in();
  login_ = login;
  logged_in_at_ = time_.now();
  asking_ = false;
  accepted_at_.reset();
  in_call_.clear();
  publish();
}

void rights_proof::ask() {
  asked_at_ = time_.now();
  next_ask_ = asked_at_ + ask_every;
  asking_ = true;
  list_commands();
}

void rights_proof::list_commands() {
  actions_.ask_message("ListCommands", {}, [this](const ami::message& m) {
    if (m.get("Response") != "Success" || !m.has("ListCommands"))
      return end();
    rights_.allowed_are([&](std::string_view action) { return m.has(action); });
    if (m.has("UserEvent") && rights_.of(ami_right::hear_users) == core::proof::open)
      actions_.ask("UserEvent", {{"UserEvent", std::string{own_user_event}}, {"Login", std::to_string(login_)}},
                   [this](const result<std::string>& said) {
                     if (said)
                       rights_.sent_our_own(time_.now());
                   });
    if (!m.has("Command"))
      return end();
    show_connected();
  });
}

void rights_proof::show_connected() {
  actions_.ask_message("Command", {{"Command", "manager show connected"}}, [this](const ami::message& shown) {
    const auto lines = shown.all("Output");
    if (const auto bits = core::own_read_permissions(lines, options_.username))
      rights_.may_read(*bits);
    end();
  });
}

void rights_proof::end() {
  asking_ = false;
  ended_();
}

void rights_proof::expire(time_point now) {
  if (asking_ && now - asked_at_ > asking_limit)
    end();
}

bool rights_proof::look(time_point now) {
  // A wait longer than there ever is one: the clock was set back.
  if (now < next_look_ && next_look_ - now < look_every)
    return false;
  next_look_ = now + look_every;
  if (now >= next_ask_)
    ask();
  const auto before = rights_.missing();
  if (!rights_.look(now))
    return false;
  for (const auto& one : rights_.missing())
    if (std::find(before.begin(), before.end(), one) == before.end())
      log_warn("event=ami_right_missing pbx={} user={} right={} seen={} costs={} mend={}", options_.name,
                   options_.username, core::info(one.right).name, one.seen, core::info(one.right).costs, one.mend());
  publish();
  return true;
}

void rights_proof::publish() { missing_ = std::make_shared<const std::vector<core::missing_right>>(rights_.missing()); }

void rights_proof::heard(const ami::message& event) {
  rights_.heard(event.kind());
  if (event.kind() == ami::event_kind::user_event && event.get("UserEvent") == own_user_event &&
      event.get("Login") == std::to_string(login_))
    rights_.heard_our_own();
}

void rights_proof::call_accepted() {
  if (!accepted_at_)
    accepted_at_ = time_.now();
}

bool rights_proof::calls_in_question(time_point now) const {
  return accepted_at_ && now - *accepted_at_ >= accepted_patience && !hears(ami_right::hear_calls);
}

void rights_proof::calls_go_unheard() {
  rights_.calls_go_unheard("Asterisk has begun calls for us, and no event has told of any", time_.now());
}

void rights_proof::caller_listed(std::string_view queue, std::chrono::seconds waits) {
  const auto now = time_.now();
  if (waits + joined_near_login < now - logged_in_at_)
    rights_.caller_goes_unheard(queue, now);
}

void rights_proof::member_listed(const ami::message& m) {
  if (hears(ami_right::hear_agents))
    return in_call_.clear();
  std::int64_t taken = 0;
  const auto told = m.get("CallsTaken");
  std::from_chars(told.data(), told.data() + told.size(), taken);
  const member_calls now{m.get("InCall") == "1", taken};
  const auto [at, first] = in_call_.try_emplace(std::string{m.get("Queue")}.append("\n").append(m.get("Location")), now);
  if (first)
    return;
  const auto before = std::exchange(at->second, now);
  if ((now.in_call && !before.in_call) || now.taken > before.taken)
    rights_.agent_goes_unheard(m.get("Queue"), m.get("Location"), time_.now());
}

} // namespace ringmaster
