// SPDX-License-Identifier: Apache-2.0
#include "actors/ami_actions.hpp"

#include "protocol/ami/action.hpp"
#include "protocol/ami/grammar.hpp"
#include "protocol/printable.hpp"

#include <chrono>
#include <optional>

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
  outward_.clear();
  unavailable_ = why;
  for (auto& [id, one] : std::exchange(asked_, {}))
    one.told(why);
  for (auto& [id, one] : std::exchange(looks_, {}))
    one.told(why);
  for (auto& [id, one] : std::exchange(lists_, {}))
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

namespace {

/// What goes outward goes by another way.
std::optional<error> wrong_way(std::string_view action) {
  if (!core::rings_outside(action))
    return std::nullopt;
  return error{errc::illegal_state, "the action " + std::string{action} + " could make a telephone outside ring", {}};
}

telephone_answer whole(const ami::message& m) {
  telephone_answer all;
  for (const auto& [key, value] : m)
    all.headers.emplace_back(key, value);
  return all;
}

} // namespace

void ami_actions::ring_outside(std::string_view action, const headers& with, const done& told) {
  if (const auto may = core::may_ring_outside(action, with); !may)
    return told(may.error());
  const auto id = put(action, with, {std::string{action}, told, {}, time_.now() + answer_limit});
  if (!id)
    told(id.error());
}

result<void> ami_actions::ring_outside(std::string_view originate) {
  auto may = core::may_ring_outside(originate);
  if (may)
    outward_.append(originate);
  return may;
}

void ami_actions::send_outward() {
  if (link_ && !outward_.empty())
    link_->send(std::exchange(outward_, {}));
}

std::string ami_actions::ask(std::string_view action, const headers& with, const done& told) {
  if (const auto why = wrong_way(action))
    return told(*why), std::string{};
  auto id = put(action, with, {std::string{action}, told, {}, time_.now() + answer_limit});
  if (id)
    return std::move(*id);
  told(id.error());
  return {};
}

void ami_actions::ask_message(std::string_view action, const headers& with, message_taker taker) {
  if (wrong_way(action))
    return;
  (void)put(action, with, {std::string{action}, nobody, std::move(taker), time_.now() + message_limit});
}

std::string ami_actions::ask_whole(std::string_view action, const headers& with, const answered_whole& told) {
  if (const auto why = wrong_way(action))
    return told(*why), std::string{};
  auto id = put(action, with,
                {std::string{action}, [told](const result<std::string>& none) { told(none.error()); },
                 [this, told, name = std::string{action}](const ami::message& m) {
                   const auto said = whole(m);
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

void ami_actions::ask_list(std::string_view action, const headers& with, const answered_list& told) {
  if (const auto why = wrong_way(action))
    return told(*why);
  const auto until = time_.now() + message_limit;
  const auto id = put(action, with,
                      {std::string{action}, nobody,
                       [this, name = std::string{action}](const ami::message& m) {
                         const auto at = lists_.find(std::string{m.action_id()});
                         if (at == lists_.end())
                           return;
                         at->second.messages.push_back(whole(m));
                         if (m.get("Response") == "Error")
                           end_list(at->first, refusal(name, m.get("Message")));
                         else if (!ami::grammar::same_name(m.get("EventList"), "start"))
                           end_list(at->first, {});
                       },
                       until});
  if (!id)
    return told(id.error());
  lists_.emplace(*id, listing{{}, told, until});
}

void ami_actions::listed(const ami::message& event) {
  const auto id = event.action_id();
  if (id.empty())
    return;
  const auto at = lists_.find(std::string{id});
  if (at == lists_.end())
    return;
  auto& list = at->second;
  list.until = time_.now() + message_limit;
  list.messages.push_back(whole(event));
  if (ami::grammar::same_name(event.get("EventList"), "Complete"))
    end_list(at->first, {});
  else if (list.messages.size() > most_of_a_list)
    end_list(at->first, error{errc::too_large, server_ + " lists more than can be taken", {}});
}

void ami_actions::end_list(const std::string& id, const result<void>& how) {
  auto list = lists_.extract(id);
  how ? list.mapped().told(std::move(list.mapped().messages)) : list.mapped().told(how.error());
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
  expire_in(lists_);
  expire_in(asked_);
}

} // namespace ringmaster
