// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/channels.hpp"

#include "actors/core/telephone/header_values.hpp"
#include "actors/core/telephone/snapshot.hpp"
#include "protocol/ami/events.hpp"

#include <array>
#include <charconv>

namespace ringmaster::core {
namespace {

using ami::event_kind;
using telephone::channel;

void set_variable(channel& c, std::string_view name, std::string_view value, editor& e) {
  // One underscore hands a variable on to the next channel, two to all that follow; neither is of its name.
  for (int i = 0; i < 2 && name.starts_with('_'); ++i)
    name.remove_prefix(1);
  if (name.empty())
    return;
  const auto* known = c.vars.find(name);
  if (known ? *known == value : c.vars.entries.size() >= most_channel_variables)
    return;
  c.vars.set(name, value);
  e.touch();
}

/// "00:01:02".
std::optional<std::chrono::seconds> age_of(std::string_view text) {
  std::int64_t total = 0;
  for (int part = 0; part < 3; ++part) {
    const auto colon = text.find(':');
    const auto digits = text.substr(0, colon);
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failed != std::errc{} || end != digits.data() + digits.size() || value < 0 || value > 1'000'000 ||
        (part < 2) != (colon != std::string_view::npos))
      return std::nullopt;
    total = total * 60 + value;
    text.remove_prefix(part < 2 ? colon + 1 : text.size());
  }
  return std::chrono::seconds{total};
}

channel listed(const ami::message& m, time_point today) {
  const auto item = ami::core_show_channel::from(m);
  channel c;
  editor e;
  c.unique_id = item.channel.unique_id;
  apply_snapshot(c, item.channel, e);
  c.application = filled(item.application);
  if (c.application)
    c.application_data.emplace(item.application_data);
  c.bridge_id = filled(item.bridge_id);
  c.duration = filled(item.duration);
  if (const auto age = age_of(item.duration))
    c.tm_create = today - *age;
  // What the server's `channelvars` adds: those that are set.
  for (const auto h : m)
    if (h.name.starts_with("ChanVariable"))
      if (const auto equals = h.value.find('='); equals != std::string_view::npos && equals + 1 < h.value.size())
        set_variable(c, h.value.substr(0, equals), h.value.substr(equals + 1), e);
  return c;
}

/// A listing tells nothing of variables but some, nothing new of when a channel began, and what it says of the
/// application may be older than the last Newexten only if events come out of order; they do not within a connection.
void overlay(channel& known, const channel& item, editor& e) {
  overlay_snapshot(known, item, e);
  if (item.application) {
    e.set(known.application, item.application);
    e.set(known.application_data, item.application_data);
  }
  e.set(known.bridge_id, item.bridge_id);
  for (const auto& [name, value] : item.vars.entries)
    set_variable(known, name, value, e);
}

} // namespace

channel_fold::channel_fold(telephone_writer& to) : channels_{to, roster<channel>::ids::used_once, overlay} {}

std::span<const event_kind> channel_fold::kinds() const noexcept {
  static constexpr std::array wanted{
      event_kind::newchannel,   event_kind::newstate,     event_kind::new_callerid,      event_kind::new_connected_line,
      event_kind::newexten,     event_kind::rename,       event_kind::hangup,            event_kind::var_set,
      event_kind::bridge_enter, event_kind::bridge_leave, event_kind::core_show_channel, event_kind::core_show_channels_complete,
  };
  return wanted;
}

std::span<const telephone_question> channel_fold::listings() const noexcept {
  static const std::array questions{telephone_question{"CoreShowChannels", {}, true}};
  return questions;
}

template <class Edit>
void channel_fold::hear(const ami::channel_snapshot& s, time_point now, bool sign_of_life, Edit&& edit) {
  channels_.hear(
      s.unique_id, now,
      [&]() -> std::optional<channel> {
        if (!sign_of_life)
          return std::nullopt;
        channel fresh;
        fresh.unique_id = s.unique_id;
        fresh.tm_create = channels_.date_of(now);
        return fresh;
      },
      [&](channel& c, editor& e) {
        apply_snapshot(c, s, e);
        edit(c, e);
      });
}

void channel_fold::on_event(const ami::message& m, time_point now) {
  const auto nothing = [](channel&, editor&) {};
  const auto kind = m.kind();
  if (kind == event_kind::var_set) {
    const auto e = ami::var_set::from(m);
    channels_.hear(
        e.channel.unique_id, now, [] { return std::optional<channel>{}; },
        [&](channel& c, editor& change) { set_variable(c, e.variable, e.value, change); });
  } else if (kind == event_kind::newexten) {
    const auto e = ami::newexten::from(m);
    hear(e.channel, now, true, [&](channel& c, editor& change) {
      change.set(c.application, e.application);
      change.set(c.application_data, e.app_data);
    });
  } else if (kind == event_kind::newchannel) {
    hear(ami::newchannel::from(m).channel, now, true, nothing);
  } else if (kind == event_kind::newstate) {
    hear(ami::newstate::from(m).channel, now, true, nothing);
  } else if (kind == event_kind::new_callerid) {
    hear(ami::new_callerid::from(m).channel, now, true, nothing);
  } else if (kind == event_kind::new_connected_line) {
    hear(ami::new_connected_line::from(m).channel, now, false, nothing);
  } else if (kind == event_kind::rename) {
    const auto e = ami::rename::from(m);
    channels_.hear(
        e.unique_id, now, [] { return std::optional<channel>{}; },
        [&](channel& c, editor& change) { change.set(c.name, e.new_name); });
  } else if (kind == event_kind::bridge_enter) {
    const auto e = ami::bridge_enter::from(m);
    hear(e.channel, now, false, [&](channel& c, editor& change) { change.set(c.bridge_id, e.bridge.unique_id); });
  } else if (kind == event_kind::bridge_leave) {
    const auto e = ami::bridge_leave::from(m);
    hear(e.channel, now, false, [&](channel& c, editor& change) {
      if (c.bridge_id == e.bridge.unique_id) // it may be in the next one already
        change.set(c.bridge_id, std::nullopt);
    });
  } else if (kind == event_kind::hangup) {
    const auto e = ami::hangup::from(m);
    channels_.gone(e.channel.unique_id, now, [&](channel& c, editor& change) {
      apply_snapshot(c, e.channel, change);
      c.hangup_cause = e.cause.value_or(0);
      c.hangup_cause_desc.emplace(e.cause_text);
    });
  } else if (kind == event_kind::core_show_channel) {
    channels_.list_item(m.action_id(), listed(m, channels_.date_of(now)));
  } else if (kind == event_kind::core_show_channels_complete) {
    const auto e = ami::core_show_channels_complete::from(m);
    channels_.list_complete(e.action_id, e.list_items, now);
  }
}

} // namespace ringmaster::core
