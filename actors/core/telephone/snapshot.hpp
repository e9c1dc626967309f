// SPDX-License-Identifier: Apache-2.0
/// What events say of a channel, put into whatever shows one.
#pragma once

#include "actors/core/telephone/writer.hpp"
#include "protocol/ami/snapshots.hpp"

namespace ringmaster::core {

/// For an object with the members of a channel's snapshot.
template <class T>
void apply_snapshot(T& c, const ami::channel_snapshot& s, editor& e) {
  e.set(c.name, s.name);
  if (s.state)
    e.set(c.state, static_cast<std::int64_t>(*s.state));
  e.set(c.state_desc, s.state_desc);
  e.set(c.caller_id_num, s.caller_id_num);
  e.set(c.caller_id_name, s.caller_id_name);
  e.set(c.connected_line_num, s.connected_line_num);
  e.set(c.connected_line_name, s.connected_line_name);
  e.set(c.language, s.language);
  e.set(c.account_code, s.account_code);
  e.set(c.context, s.context);
  e.set(c.exten, s.exten);
  if (s.priority)
    e.set(c.priority, std::to_string(*s.priority));
  e.set(c.linked_id, s.linked_id);
}

/// The same from another object of that kind, as a listing shows it.
template <class T>
void overlay_snapshot(T& known, const T& item, editor& e) {
  e.set(known.name, item.name);
  e.set(known.state, item.state);
  e.set(known.state_desc, item.state_desc);
  e.set(known.caller_id_num, item.caller_id_num);
  e.set(known.caller_id_name, item.caller_id_name);
  e.set(known.connected_line_num, item.connected_line_num);
  e.set(known.connected_line_name, item.connected_line_name);
  e.set(known.language, item.language);
  e.set(known.account_code, item.account_code);
  e.set(known.context, item.context);
  e.set(known.exten, item.exten);
  e.set(known.priority, item.priority);
  e.set(known.linked_id, item.linked_id);
}

} // namespace ringmaster::core
