// SPDX-License-Identifier: Apache-2.0
/// A server that answers the telephone system's questions out of a recording, and tells its events.
#pragma once

#include "tests/core/telephone/bench.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core::tests {

/// Messages of a recording as text, in order.
inline std::vector<std::string> messages_of(const std::string& recording) {
  std::vector<std::string> all;
  std::string text = recordings::bytes(recording);
  std::erase(text, '\r');
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find("\n\n", at), text.size());
    if (end > at)
      all.push_back(text.substr(at, end - at) + "\n\n");
    at = text.find_first_not_of('\n', end);
  }
  return all;
}

inline std::string header(std::string_view message, std::string_view name) {
  const auto line = std::string{"\n"}.append(name).append(": ");
  const auto at = message.find(line);
  if (at == std::string_view::npos)
    return {};
  const auto begin = at + line.size();
  return std::string{message.substr(begin, message.find('\n', begin) - begin)};
}

inline void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

/// A bench whose server says what `tel-listing` recorded.
class replaying : public bench {
public:
  /// What is answered to an action (with its header `Endpoint`, if it has one), instead of what was recorded.
  std::map<std::string, std::string> instead;
  std::vector<std::string> asked;

  void log_in() {
    system.connected(now, false);
    serve();
  }

  /// Answers questions until there are no more.
  void serve() {
    for (auto questions = system.take_questions(); !questions.empty(); questions = system.take_questions()) {
      std::erase(questions, '\r');
      for (std::size_t at = 0; at < questions.size(); at = questions.find("\n\n", at) + 2)
        answer("\n" + questions.substr(at, questions.find("\n\n", at) - at));
    }
  }

private:
  void answer(const std::string& question) {
    const auto action = header(question, "Action"), endpoint = header(question, "Endpoint");
    const auto key = endpoint.empty() ? action : action + " " + endpoint;
    asked.push_back(key);
    std::string said;
    if (const auto other = instead.find(key); other != instead.end()) {
      said = other->second;
    } else {
      // The recording has the answer for one account and one trunk; the others are like the trunk.
      const std::string of = endpoint == "desk-01" ? "desk-01" : "carrier";
      std::string recorded_id;
      static const auto recording = messages_of("tel-listing.ami");
      for (std::size_t i = 0; i < recording.size() && recorded_id.empty(); ++i)
        if (const auto id = header(recording[i], "ActionID"); id.substr(0, id.rfind('-')) == action)
          for (auto j = i; j < recording.size() && header(recording[j], "ActionID") == id; ++j)
            if (endpoint.empty() || header(recording[j], "ObjectName") == of)
              recorded_id = id;
      for (const auto& message : recording)
        if (!recorded_id.empty() && header(message, "ActionID") == recorded_id)
          said += message;
      if (!endpoint.empty() && endpoint != of)
        replace_all(said, of, endpoint);
    }
    if (said.empty())
      said = "Response: Error\nActionID: x\nMessage: Invalid/unknown command\n\n";
    // As the recording's, the answer's ids become the question's.
    std::string mine;
    for (std::size_t at = 0; at < said.size();) {
      const auto end = said.find('\n', at) + 1;
      const auto line = std::string_view{said}.substr(at, end - at);
      mine += line.starts_with("ActionID: ") ? "ActionID: " + header(question, "ActionID") + "\n"
                                             : std::string{line};
      at = end;
    }
    say(mine);
  }
};

} // namespace ringmaster::core::tests
