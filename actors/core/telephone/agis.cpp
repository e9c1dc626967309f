// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/agis.hpp"

#include "actors/core/telephone/snapshot.hpp"
#include "protocol/ami/events.hpp"

#include <array>

namespace ringmaster::core {
namespace {

using ami::event_kind;
using telephone::agi;

std::string decoded(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

/// "agi_request: async\nagi_channel: …\n\n".
variables environment(std::string_view encoded) {
  variables env;
  const auto text = decoded(encoded);
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    const std::string_view line{text.data() + from, end - from};
    if (const auto colon = line.find(':'); colon != line.npos && colon > 0) {
      auto value = line.substr(colon + 1);
      if (value.starts_with(' '))
        value.remove_prefix(1);
      env.set(line.substr(0, colon), value);
    }
    from = end + 1;
  }
  return env;
}

void overlay(agi& known, const agi& item, editor& e) { overlay_snapshot(known, item, e); }

telephone::agi_command& entry_of(agi& a, std::string_view id) {
  if (auto* known = a.cmd.find(id))
    return *known;
  if (a.cmd.entries.size() >= most_agi_commands)
    a.cmd.entries.erase(a.cmd.entries.begin());
  return a.cmd.entries.emplace_back(std::string{id}, telephone::agi_command{}).second;
}

} // namespace

agi_fold::agi_fold(telephone_writer& to) : to_{to}, agis_{to, roster<agi>::ids::used_again, overlay} {}

std::span<const event_kind> agi_fold::kinds() const noexcept {
  static constexpr std::array wanted{
      event_kind::agi_exec_start,  event_kind::async_agi_start, event_kind::async_agi_exec,     event_kind::async_agi_end,     event_kind::hangup,
      event_kind::newstate,        event_kind::new_callerid,       event_kind::new_connected_line,
      event_kind::core_show_channel, event_kind::core_show_channels_complete,
  };
  return wanted;
}

void agi_fold::on_event(const ami::message& m, time_point now) {
  const auto hear = [&](const ami::channel_snapshot& s, bool waits_for_commands, auto&& edit) {
    agis_.hear(
        s.unique_id, now,
        [&]() -> std::optional<agi> {
          if (!waits_for_commands)
            return std::nullopt;
          agi fresh;
          fresh.unique_id = s.unique_id;
          return fresh;
        },
        [&](agi& a, editor& e) {
          apply_snapshot(a, s, e);
          edit(a, e);
        });
  };
  const auto nothing = [](agi&, editor&) {};
  const auto kind = m.kind();
  if (kind == event_kind::core_show_channel) {
    if (list_ != m.action_id()) {
      list_ = m.action_id();
      items_ = 0;
    }
    ++items_;
    const auto item = ami::core_show_channel::from(m);
    if (item.application == "AGI" && item.application_data.starts_with("agi:async")) {
      agi a;
      editor e;
      a.unique_id = item.channel.unique_id;
      apply_snapshot(a, item.channel, e);
      agis_.list_item(item.action_id, std::move(a));
    }
  } else if (kind == event_kind::core_show_channels_complete) {
    const auto end = ami::core_show_channels_complete::from(m);
    const bool whole = !end.list_items || *end.list_items == (list_ == end.action_id ? items_ : 0);
    agis_.list_complete(end.action_id, whole ? std::nullopt : std::optional<std::int64_t>{-1}, now);
    items_ = 0;
    list_.clear();
  } else if (kind == event_kind::async_agi_start) {
    const auto e = ami::async_agi_start::from(m);
    hear(e.channel, true, [&](agi& a, editor& change) {
      a.env = environment(e.env);
      a.cmd.entries.clear(); // the same channel may come here again
      change.touch();
    });
  } else if (kind == event_kind::async_agi_exec) {
    const auto e = ami::async_agi_exec::from(m);
    hear(e.channel, true, [&](agi& a, editor& change) {
      if (!e.command_id.empty()) {
        auto& one = entry_of(a, e.command_id);
        one = {};
        if (const auto at = running_.find(e.channel.unique_id); at != running_.end()) {
          one.command = at->second.command;
          one.tm_create = to_.date_of(at->second.since);
        }
        one.result = decoded(e.result);
        one.tm_update = to_.date_of(now);
      }
      change.touch();
    });
    running_.erase(std::string{e.channel.unique_id});
  } else if (kind == event_kind::agi_exec_start) {
    // Also of AGI scripts, whose channels are none of ours: remembered for those that wait for commands alone.
    if (const auto id = m.get("Uniqueid"); to_.find<agi>(id))
      running_.insert_or_assign(std::string{id}, running{std::string{m.get("Command")}, now});
  } else if (kind == event_kind::async_agi_end) {
    const auto e = ami::async_agi_end::from(m);
    running_.erase(std::string{e.channel.unique_id});
    agis_.gone(e.channel.unique_id, now, [&](agi& a, editor& change) { apply_snapshot(a, e.channel, change); });
  } else if (agis_.listed() && to_.tables().of<agi>().size() == 0) {
    return; // most servers, most of the time
  } else if (kind == event_kind::hangup) {
    const auto e = ami::hangup::from(m);
    running_.erase(std::string{e.channel.unique_id});
    agis_.gone(e.channel.unique_id, now, [&](agi& a, editor& change) { apply_snapshot(a, e.channel, change); });
  } else if (kind == event_kind::newstate) {
    hear(ami::newstate::from(m).channel, false, nothing);
  } else if (kind == event_kind::new_callerid) {
    hear(ami::new_callerid::from(m).channel, false, nothing);
  } else if (kind == event_kind::new_connected_line) {
    hear(ami::new_connected_line::from(m).channel, false, nothing);
  }
}

} // namespace ringmaster::core
