// SPDX-License-Identifier: Apache-2.0
#include "actors/ami_actions.hpp"

#include "protocol/ami/action.hpp"
#include "protocol/printable.hpp"

#include <chrono>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

constexpr auto answer_limit = 10s;
/// The login's own questions: a server that is busy booting may take its time. So may one that writes a file or reads it again, on a
/// disk that others keep busy.
constexpr auto message_limit = 30s;

void nobody(const result<std::string>& /*said*/) {}

} // namespace

ami_actions::ami_actions(std::string server, const clock& time,
                         std::function<void(std::string_view, std::string_view)> refused)
    : server_{std::move(server)}, time_{time}, refused_{std::move(refused)},
      unavailable_{errc::pbx_unavailable, server_ + " is not connected yet", {}} {}

error ami_actions::refusal(std::string_view action, std::string_view words) {
  refused_(action, words);
  return {errc::pbx_refused, server_ + " says: " + one_line(words), {}};
}

void ami_actions::lost(const error& why) {
  link_.reset();
  unavailable_ = why;
  for (auto& [id, one] : std::exchange(asked_, {}))
    one.told(why);
  for (auto& [id, one] : std::exchange(looks_, {}))
    one.told(why);
}

result<std::string> ami_actions::put(std::string_view action, const headers& with, asked who) {
  if (!link_)
    return unavailable_;
  auto id = "ringmaster-" + std::to_string(++last_);
  ami::action made{action};
  made.action_id(id);
  for (const auto& [key, value] : with)
    made.header(key, value);
  auto bytes = std::move(made).bytes();
  if (!bytes)
    return bytes.error();
  asked_.emplace(id, std::move(who));
  link_->send(std::move(*bytes));
  return id;
}

std::string ami_actions::ask(std::string_view action, const headers& with, const done& told) {
  auto id = put(action, with, {std::string{action}, told, {}, time_.now() + answer_limit});
  if (id)
    return std::move(*id);
  told(id.error());
  return {};
}

void ami_actions::ask_message(std::string_view action, const headers& with, message_taker taker) {
  (void)put(action, with, {std::string{action}, nobody, std::move(taker), time_.now() + message_limit});
}

std::string ami_actions::ask_whole(std::string_view action, const headers& with, const answered_whole& told) {
  auto id = put(action, with,
                {std::string{action}, [told](const result<std::string>& none) { told(none.error()); },
                 [this, told, name = std::string{action}](const ami::message& m) {
                   telephone_answer said;
                   for (const auto& [key, value] : m)
                     said.headers.emplace_back(key, value);
                   if (said.refuses())
                     refused_(name, said.get("Message"));
                   told(said);
                 },
                 time_.now() + message_limit});
  if (id)
    return std::move(*id);
  told(id.error());
  return {};
}

void ami_actions::unless_it_talks(const std::string& channel, std::function<void()> act, const done& told) {
  const auto until = time_.now() + answer_limit;
  const auto id = put("Status", {{"Channel", channel}},
                      {"Status", nobody,
                       [this](const ami::message& m) { // the channel itself comes as an event
                         if (m.get("Response") == "Error")
                           looked_at(m.action_id(), refusal("Status", m.get("Message")));
                       },
                       until});
  if (!id)
    return told(id.error());
  looks_.emplace(*id, look{std::move(act), told, until});
}

void ami_actions::answered(const ami::message& response) {
  const auto at = asked_.find(std::string{response.action_id()});
  if (at == asked_.end())
    return;
  const auto one = std::move(at->second);
  asked_.erase(at);
  if (one.taker)
    return one.taker(response);
  const auto said = response.get("Message");
  if (response.get("Response") == "Error")
    return one.told(refusal(one.action, said));
  one.told(std::string{said});
}

void ami_actions::status(const ami::message& event) {
  if (looks_.empty())
    return;
  if (const auto at = looks_.find(std::string{event.action_id()}); at != looks_.end())
    at->second.talks = at->second.talks || !event.get("BridgeID").empty();
}

void ami_actions::status_complete(const ami::message& event) { looked_at(event.action_id(), result<void>{}); }

void ami_actions::looked_at(std::string_view action_id, const result<void>& found) {
  const auto at = looks_.find(std::string{action_id});
  if (at == looks_.end())
    return;
  const auto one = std::move(at->second);
  looks_.erase(at);
  if (!found)
    one.told(found.error());
  else if (one.talks)
    one.told(error{errc::illegal_state, "the caller talks by now", {}});
  else
    one.act();
}

void ami_actions::expire(time_point now) {
  const error late{errc::timed_out, server_ + " did not answer in time", {}};
  const auto expire_in = [&](auto& waiting) {
    for (auto at = waiting.begin(); at != waiting.end();) {
      if (now < at->second.until) {
        ++at;
        continue;
      }
      const auto told = std::move(at->second.told);
      at = waiting.erase(at);
      told(late);
    }
  };
  expire_in(looks_);
  expire_in(asked_);
}

} // namespace ringmaster
