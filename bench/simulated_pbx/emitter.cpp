// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/emitter.hpp"

#include "bench/simulated_pbx/action.hpp"

#include <algorithm>
#include <charconv>

namespace ringmaster::sim {

namespace {

constexpr std::pair<event_class, std::string_view> class_names[] = {
    {event_class::system, "system"},     {event_class::call, "call"},           {event_class::agent, "agent"},
    {event_class::user, "user"},         {event_class::dialplan, "dialplan"},   {event_class::cdr, "cdr"},
    {event_class::security, "security"}, {event_class::reporting, "reporting"}, {event_class::agi, "agi"}};

void append(std::string& out, std::string_view prefix, std::string_view name, std::string_view value) {
  out.append(prefix).append(name).append(": ").append(value).append("\r\n");
}

void append(std::string& out, std::string_view prefix, std::string_view name, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  append(out, prefix, name, std::string_view{digits, static_cast<std::size_t>(end - digits)});
}

std::string_view shown(const std::string& id) {
  return id.empty() ? std::string_view{"<unknown>"} : id;
}

} // namespace

std::string_view name_of(event_class c) noexcept {
  for (const auto& [value, name] : class_names)
    if (value == c)
      return name;
  return "system";
}

std::uint16_t class_bit(std::string_view name) noexcept {
  for (const auto& [value, text] : class_names)
    if (text == name)
      return static_cast<std::uint16_t>(value);
  return 0;
}

std::uint16_t classes_in(std::string_view text) {
  if (is_true(text))
    return every_class;
  std::uint16_t mask = 0;
  for (const std::string& name : split_arguments(text))
    mask = static_cast<std::uint16_t>(mask | (name == "all" ? every_class : class_bit(name)));
  return mask;
}

header_writer& header_writer::text(std::string_view name, std::string_view value) {
  if (into_ != nullptr)
    append(*into_, {}, name, value);
  return *this;
}

header_writer& header_writer::number(std::string_view name, std::int64_t value) {
  if (into_ != nullptr)
    append(*into_, {}, name, value);
  return *this;
}

header_writer& header_writer::channel(const sim::channel& c, std::string_view prefix) {
  if (into_ == nullptr)
    return *this;
  std::string& out = *into_;
  append(out, prefix, "Channel", c.name);
  append(out, prefix, "ChannelState", static_cast<std::int64_t>(c.state));
  append(out, prefix, "ChannelStateDesc", name_of(c.state));
  append(out, prefix, "CallerIDNum", shown(c.caller_number));
  append(out, prefix, "CallerIDName", shown(c.caller_name));
  append(out, prefix, "ConnectedLineNum", shown(c.connected_number));
  append(out, prefix, "ConnectedLineName", shown(c.connected_name));
  append(out, prefix, "Language", "en");
  append(out, prefix, "AccountCode", c.account);
  append(out, prefix, "Context", c.context);
  append(out, prefix, "Exten", c.extension);
  append(out, prefix, "Priority", c.priority);
  append(out, prefix, "Uniqueid", c.unique_id);
  append(out, prefix, "Linkedid", c.linked_id);
  for (const std::string& name : *channel_variables_) {
    const std::string* value = c.variable(name);
    out.append(prefix).append("ChanVariable: ").append(name).append("=");
    if (value != nullptr)
      out.append(*value);
    out.append("\r\n");
  }
  return *this;
}

emitter::event::event(emitter& owner, std::string_view name, event_class c, bool wanted)
    : header_writer{wanted ? &owner.text_ : nullptr, owner.channel_variables_}, owner_{owner}, name_{name},
      class_{c} {
  ++owner.events_;
  if (into_ == nullptr)
    return;
  into_->clear();
  into_->append("Event: ").append(name).append("\r\nPrivilege: ").append(name_of(c)).append(",all\r\n");
}

emitter::event::~event() {
  if (into_ == nullptr)
    return;
  into_->append("\r\n");
  for (subscriber* s : owner_.subscribers_)
    if ((s->mask() & static_cast<std::uint16_t>(class_)) != 0)
      s->deliver(name_, *into_);
}

void emitter::add(subscriber& s) {
  subscribers_.push_back(&s);
  refresh();
}

void emitter::remove(subscriber& s) {
  std::erase(subscribers_, &s);
  refresh();
}

void emitter::refresh() noexcept {
  wanted_ = 0;
  for (const subscriber* s : subscribers_)
    wanted_ = static_cast<std::uint16_t>(wanted_ | s->mask());
}

} // namespace ringmaster::sim
