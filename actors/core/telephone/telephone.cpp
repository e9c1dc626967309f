// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/telephone.hpp"

#include "actors/core/telephone/agents.hpp"
#include "actors/core/telephone/agis.hpp"
#include "actors/core/telephone/channels.hpp"
#include "actors/core/telephone/devices.hpp"
#include "actors/core/telephone/modules.hpp"
#include "actors/core/telephone/parking.hpp"
#include "actors/core/telephone/peers.hpp"
#include "actors/core/telephone/pjsip.hpp"
#include "actors/core/telephone/queues.hpp"
#include "actors/core/telephone/systems.hpp"
#include "protocol/ami/action.hpp"

namespace ringmaster::core {

std::string telephone_questions::ask(telephone_fold& who, const telephone_question& what) {
  auto id = "telephone-" + std::to_string(++last_);
  ami::action action{what.action};
  action.action_id(id);
  for (const auto& [name, value] : what.headers)
    action.header(name, value);
  const auto bytes = std::move(action).bytes();
  if (!bytes)
    return {};
  bytes_.append(*bytes);
  asked_.emplace(id, asked{&who, what.action});
  return id;
}

std::optional<telephone_questions::asked> telephone_questions::answered(std::string_view action_id) {
  const auto at = asked_.find(action_id);
  if (at == asked_.end())
    return std::nullopt;
  auto found = std::move(at->second);
  asked_.erase(at);
  return found;
}

telephone_system::telephone_system(telephone_tables& to, telephone_listener& listener)
    : writer_{to, listener} {
  folds_.push_back(std::make_unique<channel_fold>(writer_));
  folds_.push_back(std::make_unique<agi_fold>(writer_));
  folds_.push_back(std::make_unique<queue_fold>(writer_));
  folds_.push_back(std::make_unique<system_fold>(writer_, questions_)); // counts channels: after their fold
  folds_.push_back(std::make_unique<module_fold>(writer_, questions_));
  folds_.push_back(std::make_unique<agent_fold>(writer_));
  folds_.push_back(std::make_unique<device_fold>(writer_));
  folds_.push_back(std::make_unique<parking_fold>(writer_, questions_));
  folds_.push_back(
      std::make_unique<peer_fold>(writer_)); // hears of endpoints before pjsip asks for their details
  folds_.push_back(std::make_unique<pjsip_fold>(writer_, questions_));
  for (const auto& fold : folds_)
    for (const auto kind : fold->kinds())
      by_kind_[static_cast<std::size_t>(kind)].push_back(fold.get());
}

telephone_system::~telephone_system() = default;

void telephone_system::connected(time_point now, bool pbx_lists) {
  questions_.forget_all();
  for (const auto& fold : folds_) {
    fold->on_doubt(now);
    for (const auto& question : fold->listings())
      if (!pbx_lists || !question.asked_by_pbx)
        questions_.ask(*fold, question);
  }
}

void telephone_system::lost(time_point now) {
  questions_.forget_all();
  for (const auto& fold : folds_)
    fold->on_lost(now);
}

void telephone_system::pbx_lists(std::string_view action, std::string_view list, std::string_view of) {
  for (const auto& fold : folds_)
    fold->on_pbx_list(action, list, of);
}

void telephone_system::on_message(const ami::message& m, time_point now) {
  if (m.type() == ami::message_type::event) {
    for (auto* fold : by_kind_[static_cast<std::size_t>(m.kind())])
      fold->on_event(m, now);
  } else if (m.type() == ami::message_type::response) {
    if (const auto asked = questions_.answered(m.action_id()))
      asked->who->on_response(asked->action, m, now);
  }
}

void telephone_system::on_time(time_point now) {
  for (const auto& fold : folds_)
    fold->on_time(now);
}

} // namespace ringmaster::core
