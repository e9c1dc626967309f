// SPDX-License-Identifier: Apache-2.0
/// The calls of the recordings, each with the events that concern it, in recorded order.
#pragma once

#include "actors/core/translate.hpp"
#include "protocol/ami/events.hpp"
#include "protocol/ami/parser.hpp"
#include "tests/data/ami/recordings.hpp"

#include <map>
#include <string>
#include <vector>

namespace ringmaster::core {

struct recorded_call {
  std::string recording, action_id, channel_id, other_channel_id;
  std::vector<call_event> events; ///< views into `received`
};

/// One recording, parsed; keeps the bytes alive that the events point into.
struct recorded {
  ami::block_ptr received, sent;
  std::vector<recorded_call> calls; ///< one for each asynchronous Originate with a ChannelId
};

inline recorded read_calls(const std::string& name) {
  recorded r;
  r.received = ami::parse(std::string_view{recordings::bytes(name + ".ami")});
  r.sent = ami::parse(std::string_view{recordings::bytes(name + ".sent.ami")});
  for (const auto m : *r.sent)
    if (m.what() == "Originate" && m.has("ChannelId") && m.get("Async") == "true")
      r.calls.push_back({name, std::string{m.action_id()}, std::string{m.get("ChannelId")},
                         std::string{m.get("OtherChannelId")}, {}});
  std::multimap<std::string, std::size_t, std::less<>> by_id;
  for (std::size_t i = 0; i < r.calls.size(); ++i) {
    by_id.emplace(r.calls[i].action_id, i);
    by_id.emplace(r.calls[i].channel_id, i);
    if (!r.calls[i].other_channel_id.empty())
      by_id.emplace(r.calls[i].other_channel_id, i);
  }
  for (const auto m : *r.received)
    if (const auto e = to_call_event(m)) {
      const auto [from, to] = by_id.equal_range(e->call);
      for (auto it = from; it != to; ++it)
        r.calls[it->second].events.push_back(e->event);
    }
  return r;
}

} // namespace ringmaster::core
