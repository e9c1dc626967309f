#include "bench/simulated_pbx/parking.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringmaster::sim {

namespace {

/// Who parked it, for the way back: the channel's name without its serial.
std::string parker_of(const channel& c) {
  return c.name.substr(0, c.name.rfind('-'));
}

void bridge_headers(header_writer& to, std::string_view id, int channels) {
  to.text("BridgeUniqueid", id)
      .text("BridgeType", "parking")
      .text("BridgeTechnology", "holding_bridge")
      .text("BridgeCreator", "Parking")
      .text("BridgeName", "default")
      .number("BridgeNumChannels", channels)
      .text("BridgeVideoSourceMode", "none");
}

} // namespace

void parking_lot::describe(header_writer& to, const call& c, sim_time timeout, sim_time left) const {
  to.channel(*c.one, "Parkee")
      .text("ParkerDialString", parker_of(*c.one))
      .text("Parkinglot", "default")
      .number("ParkingSpace", c.parking_space)
      .number("ParkingTimeout", whole_seconds(left))
      .number("ParkingDuration", whole_seconds(timeout - left));
}

bool parking_lot::park(call& c, std::optional<sim_time> wanted) {
  int number = first_space;
  while (spaces_.contains(number))
    ++number;
  if (number > last_space)
    return false;
  const sim_time timeout = wanted.value_or(seconds_of(core_.people.parking_timeout_s));
  spaces_.emplace(number, space{c.id, timeout});
  c.parking_space = number;
  c.parked_at = core_.clock.now();
  if (bridge_.empty()) {
    bridge_ = core_.new_uuid();
    auto e = core_.out.begin("BridgeCreate", event_class::call);
    bridge_headers(e, bridge_, 0);
  }
  c.one->bridge = bridge_;
  core_.device(fmt::format("park:{}@parkedcalls", number), "INUSE");
  {
    auto e = core_.out.begin("ParkedCall", event_class::call);
    describe(e, c, timeout, timeout);
  }
  {
    auto e = core_.out.begin("BridgeEnter", event_class::call);
    bridge_headers(e, c.one->bridge, static_cast<int>(spaces_.size()));
    e.channel(*c.one);
  }
  core_.out.begin("MusicOnHoldStart", event_class::call).channel(*c.one).text("Class", "default");
  core_.clock.after(timeout, [this, number, id = c.id] { expire(number, id); });
  return true;
}

void parking_lot::leave(call& c) {
  const auto it = spaces_.find(c.parking_space);
  if (it == spaces_.end())
    return;
  const sim_time left = it->second.timeout - (core_.clock.now() - c.parked_at);
  {
    auto e = core_.out.begin("ParkedCallGiveUp", event_class::call);
    describe(e, c, it->second.timeout, std::max(left, sim_time{0}));
  }
  core_.out.begin("MusicOnHoldStop", event_class::call).channel(*c.one);
  core_.device(fmt::format("park:{}@parkedcalls", c.parking_space), "NOT_INUSE");
  {
    auto e = core_.out.begin("BridgeLeave", event_class::call);
    bridge_headers(e, c.one->bridge, static_cast<int>(spaces_.size()) - 1);
    e.channel(*c.one);
  }
  spaces_.erase(it);
  c.one->bridge.clear();
  c.parking_space = 0;
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
  core_.var_set(one, "PARKEDLOT", "default");
  core_.var_set(one, "PARKER", parker);
  core_.var_set(one, "PARKER_FLAT", flat);
  core_.out.begin("MusicOnHoldStop", event_class::call).channel(one);
  core_.device(fmt::format("park:{}@parkedcalls", number), "NOT_INUSE");
  one.context = "park-timeout";
  one.extension = flat;
  one.priority = 1;
  {
    auto e = core_.out.begin("ParkedCallTimeOut", event_class::call);
    describe(e, *c, it->second.timeout, sim_time{0});
  }
  {
    auto e = core_.out.begin("BridgeLeave", event_class::call);
    bridge_headers(e, one.bridge, static_cast<int>(spaces_.size()) - 1);
    e.channel(one);
  }
  spaces_.erase(it);
  one.bridge.clear();
  c->parking_space = 0;
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

} // namespace ringmaster::sim
