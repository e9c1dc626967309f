// SPDX-License-Identifier: Apache-2.0
/// One server's telephone system with a listener that writes everything down.
#pragma once

#include "actors/core/telephone/telephone.hpp"
#include "protocol/ami/parser.hpp"
#include "tests/data/ami/recordings.hpp"

#include <simdjson.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core::tests {

struct told {
  std::string topic, name, body;
};

class bench : public telephone_listener {
public:
  bool wants(topic_family family) const noexcept override { return (wanted & bit_of(family)) != 0; }
  void tell(std::string topic, std::string_view name, std::string_view body) override {
    events.push_back({std::move(topic), std::string{name}, std::string{body}});
  }

  /// What a server says, as one block; lines end in "\n".
  void say(std::string_view text) {
    const auto block = ami::parse(text);
    for (const auto m : *block)
      system.on_message(m, now);
    system.flush();
  }
  void hear(const ami::message& m) {
    system.on_message(m, now);
    system.flush();
  }
  void pass(std::chrono::nanoseconds by) {
    now += by;
    system.on_time(now);
    system.flush();
  }
  std::vector<told> take() { return std::exchange(events, {}); }
  /// Names of what was told since the last time, in order: "core.channel.create …".
  std::string names() {
    std::string all;
    for (const auto& one : take())
      all += (all.empty() ? "" : " ") + one.name;
    return all;
  }

  template <class T>
  std::size_t count() const { return tables.of<T>().size(); }
  /// The object as REST shows it; "(none)" when there is none.
  template <class T>
  std::string shown(std::string_view id) const {
    const auto one = tables.of<T>().find(id);
    return one ? one->look([](const T& v) { return to_json(v, resource<T>::fields); }) : "(none)";
  }

  topic_family_set wanted{~topic_family_set{0}};
  time_point now{std::chrono::hours{500'000}};
  std::vector<told> events;
  telephone_tables tables{"asterisk", 1};
  telephone_system system{tables, *this};
};

/// The value at a JSON pointer; strings without their quotes.
inline std::string at(std::string_view json, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root, value;
  if (parser.parse(json.data(), json.size()).get(root) || root.at_pointer(pointer).get(value))
    return "(none)";
  std::string_view string;
  return value.get(string) == simdjson::SUCCESS ? std::string{string} : simdjson::minify(value);
}

/// A snapshot's headers as events have them.
inline std::string channel_headers(const std::string& id, const std::string& name, int state = 4,
                                   const std::string& caller = "Ann") {
  return "Channel: " + name + "\nChannelState: " + std::to_string(state) +
         "\nChannelStateDesc: X\nCallerIDNum: 100\nCallerIDName: " + caller +
         "\nConnectedLineNum: <unknown>\nConnectedLineName: <unknown>\nLanguage: en\nAccountCode: \nContext: demo\nExten: "
         "4002\nPriority: 1\nUniqueid: " +
         id + "\nLinkedid: " + id + "\n";
}
inline std::string newchannel(const std::string& id, int state = 4, const std::string& caller = "Ann") {
  return "Event: Newchannel\n" + channel_headers(id, "PJSIP/" + id, state, caller) + "\n";
}
inline std::string hangup(const std::string& id) {
  return "Event: Hangup\n" + channel_headers(id, "PJSIP/" + id, 6) + "Cause: 127\nCause-txt: Interworking, unspecified\n\n";
}
inline std::string listed(const std::string& list, const std::string& id, int state = 6) {
  return "Event: CoreShowChannel\nActionID: " + list + "\n" + channel_headers(id, "PJSIP/" + id, state) +
         "Application: Queue\nApplicationData: sales\nDuration: 00:01:02\nBridgeId: \n\n";
}
inline std::string list_end(const std::string& list, std::size_t items) {
  return "Event: CoreShowChannelsComplete\nActionID: " + list +
         "\nEventList: Complete\nListItems: " + std::to_string(items) + "\n\n";
}

} // namespace ringmaster::core::tests
