// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/parking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace ringmaster::sim {

namespace {

/// Who parked it, for the way back: the channel's name without its serial.
std::string parker_of(const channel& c) {
  return c.name.substr(0, c.name.rfind('-'));
}

} // namespace

void parking_lot::bridge_headers(header_writer& to, std::size_t channels) const {
  to.text("BridgeUniqueid", bridge_)
      .text("BridgeType", "parking")
      .text("BridgeTechnology", "holding_bridge")
      .text("BridgeCreator", "Parking")
      .text("BridgeName", how_.name)
      .number("BridgeNumChannels", static_cast<std::int64_t>(channels))
      .text("BridgeVideoSourceMode", "none");
}

std::string parking_lot::device_of(int number) const {
  return fmt::format("park:{}@{}", number, how_.context);
}

void parking_lot::describe(header_writer& to, const call& c, sim_time timeout, sim_time left) const {
  to.channel(*c.one, "Parkee");
  describe_space(to, c, timeout, left);
}

void parking_lot::describe_space(header_writer& to, const call& c, sim_time timeout, sim_time left) const {
  to.text("ParkerDialString", parker_of(*c.one))
      .text("Parkinglot", how_.name)
      .number("ParkingSpace", c.parking_space)
      .number("ParkingTimeout", whole_seconds(left))
      .number("ParkingDuration", whole_seconds(timeout - left));
}

bool parking_lot::park(call& c, std::optional<sim_time> wanted) {
  int number = static_cast<int>(how_.first);
  while (spaces_.contains(number))
    ++number;
  if (number > static_cast<int>(how_.last))
    return false;
  const sim_time stay = wanted.value_or(seconds_of(timeout()));
  spaces_.emplace(number, space{c.id, stay});
  c.parking_space = number;
  c.parked_in = this;
  c.parked_at = core_.clock.now();
  if (bridge_.empty()) {
    bridge_ = core_.new_uuid();
    auto e = core_.out.begin("BridgeCreate", event_class::call);
    bridge_headers(e, 0);
  }
  c.one->bridge = bridge_;
  core_.device(device_of(number), "INUSE");
  {
    auto e = core_.out.begin("ParkedCall", event_class::call);
    describe(e, c, stay, stay);
  }
  {
    auto e = core_.out.begin("BridgeEnter", event_class::call);
    bridge_headers(e, spaces_.size());
    e.channel(*c.one);
  }
  core_.out.begin("MusicOnHoldStart", event_class::call).channel(*c.one).text("Class", "default");
  core_.clock.after(stay, [this, number, id = c.id] { expire(number, id); });
  return true;
}

void parking_lot::leave(call& c) {
  leave(c, nullptr);
}

void parking_lot::give(call& c, const channel& retriever) {
  leave(c, &retriever);
}

void parking_lot::leave(call& c, const channel* retriever) {
  const auto it = spaces_.find(c.parking_space);
  if (it == spaces_.end())
    return;
  const sim_time left = std::max(it->second.timeout - (core_.clock.now() - c.parked_at), sim_time{0});
  const sim_time stay = it->second.timeout;
  if (retriever == nullptr) {
    auto e = core_.out.begin("ParkedCallGiveUp", event_class::call);
    describe(e, c, stay, left);
  }
  core_.out.begin("MusicOnHoldStop", event_class::call).channel(*c.one);
  core_.device(device_of(c.parking_space), "NOT_INUSE");
  if (retriever != nullptr) {
    auto e = core_.out.begin("UnParkedCall", event_class::call);
    e.channel(*c.one, "Parkee").channel(*retriever, "Retriever");
    describe_space(e, c, stay, left);
  }
  {
    auto e = core_.out.begin("BridgeLeave", event_class::call);
    bridge_headers(e, spaces_.size() - 1);
    e.channel(*c.one);
  }
  spaces_.erase(it);
  c.one->bridge.clear();
  c.parking_space = 0;
  c.parked_in = nullptr;
}

void parking_lot::expire(int number, std::uint64_t id) {
  const auto it = spaces_.find(number);
  call* const c = calls_->find(id);
  if (it == spaces_.end() || it->second.call != id || c == nullptr ||
      core_.clock.now() - c->parked_at < it->second.timeout)
    return;
  channel& one = *c->one;
  const std::string parker = parker_of(one);
  std::string flat = parker;
  std::replace(flat.begin(), flat.end(), '/', '_');
  core_.var_set(one, "PARKING_SPACE", std::to_string(number));
  core_.var_set(one, "PARKEDLOT", how_.name);
  core_.var_set(one, "PARKER", parker);
  core_.var_set(one, "PARKER_FLAT", flat);
  core_.out.begin("MusicOnHoldStop", event_class::call).channel(one);
  core_.device(device_of(number), "NOT_INUSE");
  one.context = "park-timeout";
  one.extension = flat;
  one.priority = 1;
  {
    auto e = core_.out.begin("ParkedCallTimeOut", event_class::call);
    describe(e, *c, it->second.timeout, sim_time{0});
  }
  {
    auto e = core_.out.begin("BridgeLeave", event_class::call);
    bridge_headers(e, spaces_.size() - 1);
    e.channel(one);
  }
  spaces_.erase(it);
  one.bridge.clear();
  c->parking_space = 0;
  c->parked_in = nullptr;
  calls_->return_from_parking(*c, "park-timeout", flat);
}

std::size_t parking_lot::list(std::string& out, std::string_view action_id) const {
  std::size_t n = 0;
  for (const auto& [number, where] : spaces_) {
    const call* c = calls_->find(where.call);
    if (c == nullptr)
      continue;
    out += "Event: ParkedCall\r\n";
    header_writer to = core_.out.answer(out);
    const sim_time left = where.timeout - (core_.clock.now() - c->parked_at);
    describe(to, *c, where.timeout, std::max(left, sim_time{0}));
    if (!action_id.empty())
      to.text("ActionID", action_id);
    out += "\r\n";
    ++n;
  }
  return n;
}

parking_system::parking_system(core& c) : core_{c} {
  for (const parking_population& how : c.people.parking_lots)
    lots_.push_back(std::make_unique<parking_lot>(c, how));
}

void parking_system::configure(const std::vector<parking_population>& wanted) {
  const auto in = [&](const parking_lot& lot) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const auto& how) { return how.name == lot.name(); });
  };
  const auto stay = std::stable_partition(lots_.begin(), lots_.end(), [&](const auto& lot) { return in(*lot) || !lot->empty(); });
  std::move(stay, lots_.end(), std::back_inserter(gone_)); // timers may still look at them
  lots_.erase(stay, lots_.end());
  for (const auto& how : wanted) {
    const auto known = std::find_if(lots_.begin(), lots_.end(), [&](const auto& lot) { return lot->name() == how.name; });
    if (known != lots_.end()) {
      (*known)->change(how);
    } else {
      lots_.push_back(std::make_unique<parking_lot>(core_, how));
      lots_.back()->serve(*calls_);
    }
  }
}

void parking_system::serve(call_system& calls) noexcept {
  calls_ = &calls;
  for (const auto& lot : lots_)
    lot->serve(calls);
}

parking_lot* parking_system::find(std::string_view name) const {
  const auto it = std::find_if(lots_.begin(), lots_.end(),
                               [&](const auto& lot) { return name.empty() || lot->name() == name; });
  return it == lots_.end() ? nullptr : it->get();
}

bool parking_system::park(call& c, std::string_view lot, std::optional<sim_time> timeout) {
  parking_lot* where = find(lot);
  return where != nullptr && where->park(c, timeout);
}

} // namespace ringmaster::sim
