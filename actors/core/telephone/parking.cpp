// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/parking.hpp"

#include "actors/core/telephone/header_values.hpp"

#include <array>

namespace ringmaster::core {
namespace {

using ami::event_kind;
using telephone::parked_call;
using telephone::parking_lot;

parked_call told(const ami::message& m) {
  parked_call c;
  c.account_code = m.get("ParkeeAccountCode");
  c.caller_id_name = m.get("ParkeeCallerIDName");
  c.caller_id_num = m.get("ParkeeCallerIDNum");
  c.channel = m.get("ParkeeChannel");
  c.channel_state = m.get("ParkeeChannelState");
  c.channel_state_desc = m.get("ParkeeChannelStateDesc");
  c.connected_line_name = m.get("ParkeeConnectedLineName");
  c.connected_line_num = m.get("ParkeeConnectedLineNum");
  c.context = m.get("ParkeeContext");
  c.exten = m.get("ParkeeExten");
  c.linked_id = m.get("ParkeeLinkedid");
  c.priority = m.get("ParkeePriority");
  c.unique_id = m.get("ParkeeUniqueid");
  c.parker_dial_string = m.get("ParkerDialString");
  c.duration = number_of(m.get("ParkingDuration")).value_or(0);
  c.lot = m.get("Parkinglot");
  c.space = m.get("ParkingSpace");
  c.timeout = number_of(m.get("ParkingTimeout")).value_or(0);
  return c;
}

parking_lot lot(const ami::message& m) {
  return {string_of(m, "Name"),
          string_of(m, "StartSpace"),
          string_of(m, "StopSpace"),
          number_of(m.get("Timeout")).value_or(0),
          {},
          {},
          {}};
}

} // namespace

parking_fold::parking_fold(telephone_writer& to, telephone_questions& questions)
    : questions_{questions}, calls_{to, roster<parked_call>::ids::used_again, take_all<parked_call>},
      lots_{to, roster<parking_lot>::ids::used_again, take_all<parking_lot>} {}

std::span<const event_kind> parking_fold::kinds() const noexcept {
  static constexpr std::array wanted{event_kind::parked_call,
                                     event_kind::unparked_call,
                                     event_kind::parked_call_timeout,
                                     event_kind::parked_call_give_up,
                                     event_kind::parked_calls_complete,
                                     event_kind::parkinglot,
                                     event_kind::parkinglots_complete,
                                     event_kind::hangup,
                                     event_kind::reload};
  return wanted;
}

std::span<const telephone_question> parking_fold::listings() const noexcept {
  static const std::array questions{telephone_question{"Parkinglots"}, telephone_question{"ParkedCalls"}};
  return questions;
}

void parking_fold::on_event(const ami::message& m, time_point now) {
  const auto kind = m.kind();
  if (kind == event_kind::hangup) {
    calls_.gone(m.get("Uniqueid"), now); // its give-up may have been lost
  } else if (kind == event_kind::parked_call) {
    auto call = told(m);
    if (const auto list = m.action_id(); !list.empty())
      return calls_.list_item(list, std::move(call));
    const auto id = call.unique_id;
    calls_.hear(
        id, now, [&] { return std::optional{call}; },
        [&](parked_call& known, editor& e) { take_all(known, call, e); });
  } else if (kind == event_kind::parked_calls_complete) {
    calls_.list_complete(m.action_id(), items_said(m), now);
  } else if (kind == event_kind::parkinglot) {
    lots_.list_item(m.action_id(), lot(m));
  } else if (kind == event_kind::parkinglots_complete) {
    lots_.list_complete(m.action_id(), items_said(m), now);
  } else if (kind == event_kind::reload) {
    if (m.get("Module") == "res_parking.so")
      for (const auto& question : listings())
        questions_.ask(*this, question);
  } else { // taken back, timed out or given up
    const auto last = told(m);
    calls_.gone(last.unique_id, now, [&](parked_call& known, editor& e) { take_all(known, last, e); });
  }
}

void parking_fold::on_response(std::string_view action, const ami::message& m, time_point now) {
  if (m.get("Response") != "Error") // else res_parking is not loaded
    return;
  if (action == "ParkedCalls")
    calls_.list_refused(now);
  else
    lots_.list_refused(now);
}

void parking_fold::on_doubt(time_point) {
  calls_.doubt_all();
  lots_.doubt_all();
}

void parking_fold::on_time(time_point now) {
  calls_.on_time(now);
  lots_.on_time(now);
}

} // namespace ringmaster::core
