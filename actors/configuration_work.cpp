// SPDX-License-Identifier: Apache-2.0
#include "actors/configuration_work.hpp"

#include "actors/core/telephone/header_text.hpp"
#include "actors/log.hpp"
#include "protocol/printable.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;

/// A listing of all queues may be under way before the one that answers.
constexpr auto module_limit = 15s;
constexpr std::size_t most_waiting = 100;

constexpr std::string_view name_of(core::section_verb verb) noexcept {
  switch (verb) {
  case core::section_verb::create: return "create";
  case core::section_verb::change: return "change";
  case core::section_verb::remove: break;
  }
  return "remove";
}

} // namespace

configuration_work::configuration_work(std::string server, bool lossy, const clock& time, ami_actions& actions, surroundings with)
    : server_{std::move(server)}, lossy_{lossy}, time_{time}, actions_{actions}, with_{std::move(with)} {}

void configuration_work::want(core::section_order order, done told) {
  if (waiting_.size() >= most_waiting)
    return told(error{errc::overloaded, server_ + " has as many changes of its configuration to make as may wait", {}});
  waiting_.push_back({std::move(order), std::move(told)});
  go_on();
}

void configuration_work::go_on() {
  if (writer_ || waiting_.empty())
    return;
  auto next = std::move(waiting_.front());
  waiting_.pop_front();
  writer_.emplace(server_, std::move(next.order), lossy_);
  told_ = std::move(next.told);
  act(writer_->begin());
}

void configuration_work::act(core::section_writer::step what) {
  if (const auto* came = std::get_if<result<void>>(&what))
    return end(*came);
  if (std::holds_alternative<core::section_writer::ask_module>(what))
    return ask_module();
  const auto& request = std::get<telephone_request>(what);
  const bool reload = request.action == "ModuleLoad";
  actions_.ask_whole(request.action, request.headers, [this, reload](const result<telephone_answer>& said) {
    if (reload)
      with_.reloaded();
    act(writer_->on_answer(said));
  });
}

void configuration_work::ask_module() {
  question_.emplace();
  question_->until = time_.now() + module_limit;
  question_->of_queue = writer_->order().kind == core::configured_kind::queue;
  if (question_->of_queue)
    return with_.list_queue(writer_->order().name);
  question_->list = actions_.ask_whole("Parkinglots", {}, [this](const result<telephone_answer>& said) {
    if (!said)
      question_->knows = said.error();
    else if (said->refuses())
      question_->knows = error{errc::pbx_refused, server_ + " does not list its parking lots: " + one_line(said->get("Message")), {}};
  });
}

void configuration_work::queue_list_began(const std::string& queue) {
  if (question_ && question_->of_queue && (queue.empty() || queue == writer_->order().name))
    question_->listing = true;
}

void configuration_work::queue_list_ended(const std::set<std::string, std::less<>>& told) {
  if (!question_ || !question_->listing)
    return;
  const auto wanted = core::upper_case(writer_->order().name); // Asterisk knows no case of queues
  question_->knows = std::any_of(told.begin(), told.end(), [&](const std::string& one) { return core::upper_case(one) == wanted; });
}

void configuration_work::queue_list_failed(const error& why) {
  if (question_ && question_->listing)
    question_->knows = why;
}

void configuration_work::parking_lot(const ami::message& m) {
  if (question_ && !question_->list.empty() && m.action_id() == question_->list &&
      core::upper_case(m.get("Name")) == core::upper_case(writer_->order().name))
    question_->found = true;
}

void configuration_work::parking_lots_complete(const ami::message& m) {
  if (question_ && !question_->list.empty() && m.action_id() == question_->list)
    question_->knows = question_->found;
}

void configuration_work::know(const result<bool>& knows) {
  question_.reset();
  act(writer_->on_module(knows));
}

void configuration_work::lost(const error& why) {
  for (auto& one : std::exchange(waiting_, {}))
    one.told(why);
  if (question_)
    know(why); // else an action is under way, whose end comes by itself
}

void configuration_work::look(time_point now) {
  if (!question_)
    return;
  if (const auto knows = question_->knows)
    return know(*knows);
  if (now >= question_->until)
    know(error{errc::timed_out, server_ + " did not list what it has within 15 seconds", {}});
}

void configuration_work::end(const result<void>& came) {
  const auto& order = writer_->order();
  if (came)
    log_info("event=configuration_changed pbx={} file={} section={} what={}", server_, writer_->file(), order.name, name_of(order.verb));
  else
    log_warn("event=configuration_not_changed pbx={} file={} section={} what={} reason={}", server_, writer_->file(), order.name,
             name_of(order.verb), came.error().message);
  const auto told = std::move(told_);
  writer_.reset();
  told(came);
  go_on();
}

} // namespace ringmaster
