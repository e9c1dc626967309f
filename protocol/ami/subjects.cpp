// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/subjects.hpp"

#include "protocol/ami/message.hpp"

namespace ringmaster::ami {
namespace {

/// Most events say nothing about a queue, and looking for one in each would cost more than all the rest.
bool tells_a_queue(event_kind kind) noexcept {
  switch (kind) {
  case event_kind::queue_params:
  case event_kind::queue_member:
  case event_kind::queue_entry:
  case event_kind::queue_member_added:
  case event_kind::queue_member_removed:
  case event_kind::queue_member_status:
  case event_kind::queue_member_pause:
  case event_kind::queue_member_penalty:
  case event_kind::queue_member_ringinuse:
  case event_kind::queue_caller_join:
  case event_kind::queue_caller_leave:
  case event_kind::queue_caller_abandon:
  case event_kind::agent_called:
  case event_kind::agent_connect:
  case event_kind::agent_complete:
  case event_kind::agent_ring_no_answer:
  case event_kind::agent_dump: return true;
  default: return false;
  }
}

} // namespace

std::string_view call_header(event_kind kind) noexcept {
  switch (kind) {
  case event_kind::originate_response: return "ActionID";
  case event_kind::dial_begin:
  case event_kind::dial_state:
  case event_kind::dial_end: return "DestUniqueid";
  case event_kind::bridge_enter: return "SwapUniqueid";
  case event_kind::local_bridge: return "LocalOneUniqueid";
  case event_kind::newchannel:
  case event_kind::newstate:
  case event_kind::rename:
  case event_kind::hangup:
  case event_kind::queue_caller_join:
  case event_kind::queue_caller_leave:
  case event_kind::queue_caller_abandon:
  case event_kind::agent_connect:
  case event_kind::agent_complete: return "Uniqueid";
  default: return {};
  }
}

subjects find_subjects(const block& in) {
  subjects found;
  for (std::uint32_t i = 0; i != in.size(); ++i) {
    const auto m = in[i];
    const auto kind = m.kind();
    const auto header = m.type() == message_type::response ? std::string_view{"ActionID"}
                        : m.type() == message_type::event  ? call_header(kind)
                                                           : std::string_view{};
    if (!header.empty()) {
      const auto id = m.get(header);
      if (const auto call = parse_uuid(id))
        found.calls.push_back({i, *call});
      if ((kind == event_kind::hangup || kind == event_kind::bridge_enter) && m.type() == message_type::event && !id.empty())
        found.ends.push_back({i, id});
    }
    if (m.type() == message_type::event && tells_a_queue(kind))
      if (const auto queue = m.get("Queue"); !queue.empty())
        found.queues.push_back({i, queue});
  }
  return found;
}

} // namespace ringmaster::ami
