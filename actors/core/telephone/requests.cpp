// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/requests.hpp"

#include "actors/core/telephone/header_text.hpp"
#include "protocol/field_types.hpp"
#include "protocol/outbound.hpp"
#include "protocol/printable.hpp"

#include <algorithm>
#include <array>

namespace ringmaster {

std::string_view telephone_answer::get(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers)
    if (key == name)
      return value;
  return {};
}

} // namespace ringmaster

namespace ringmaster::core {
namespace {

/// Printable, one line.
bool is_plain_text(std::string_view text, std::size_t most) noexcept { return text.size() <= most && is_printable(text); }

error refused(std::string message) { return invalid_field("command", std::move(message)); }

/// Words between blanks; quotes hold some together and are taken off. Nothing: the quotes do not end.
std::optional<std::vector<std::string>> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool quoted = false, in_word = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
      if (!in_word)
        words.emplace_back();
      in_word = true;
    } else if (c == ' ' && !quoted) {
      in_word = false;
    } else {
      if (!in_word)
        words.emplace_back();
      in_word = true;
      words.back().push_back(c);
    }
  }
  return quoted ? std::nullopt : std::optional{std::move(words)};
}

enum class arguments : std::uint8_t { text, sound, get_variable, set_variable, exec };
struct verb {
  std::string_view words;
  arguments of;
};
constexpr std::array verbs{
    verb{"ANSWER", arguments::text},          verb{"ASYNCAGI BREAK", arguments::text},
    verb{"CHANNEL STATUS", arguments::text},  verb{"CONTROL STREAM FILE", arguments::sound},
    verb{"EXEC", arguments::exec},            verb{"GET DATA", arguments::sound},
    verb{"GET OPTION", arguments::sound},     verb{"GET VARIABLE", arguments::get_variable},
    verb{"HANGUP", arguments::text},          verb{"NOOP", arguments::text},
    verb{"RECEIVE CHAR", arguments::text},    verb{"RECEIVE TEXT", arguments::text},
    verb{"SAY ALPHA", arguments::text},       verb{"SAY DATE", arguments::text},
    verb{"SAY DATETIME", arguments::text},    verb{"SAY DIGITS", arguments::text},
    verb{"SAY NUMBER", arguments::text},      verb{"SAY PHONETIC", arguments::text},
    verb{"SAY TIME", arguments::text},        verb{"SEND TEXT", arguments::text},
    verb{"SET AUTOHANGUP", arguments::text},  verb{"SET CALLERID", arguments::text},
    verb{"SET CONTEXT", arguments::text},     verb{"SET EXTENSION", arguments::text},
    verb{"SET MUSIC", arguments::text},       verb{"SET PRIORITY", arguments::text},
    verb{"SET VARIABLE", arguments::set_variable}, verb{"STREAM FILE", arguments::sound},
    verb{"TDD MODE", arguments::text},        verb{"VERBOSE", arguments::text},
    verb{"WAIT FOR DIGIT", arguments::text},
};

/// The verb that `words` begin with, and how many of them it takes.
std::pair<const verb*, std::size_t> verb_of(const std::vector<std::string>& words) {
  for (const auto& one : verbs) {
    std::string begun;
    std::size_t n = 0;
    while (n < words.size() && begun.size() < one.words.size()) {
      begun += (n == 0 ? "" : " ") + upper_case(words[n]);
      ++n;
    }
    if (begun == one.words)
      return {&one, n};
  }
  return {nullptr, 0};
}

std::optional<error> check(const verb& v, const std::vector<std::string>& rest) {
  switch (v.of) {
  case arguments::text: return std::nullopt;
  case arguments::sound:
    if (rest.empty() || !is_sound(rest[0]))
      return refused(std::string{v.words} + " takes a sound below Asterisk's folder of sounds, e.g. \"beep\" or \"digits/1\"");
    return std::nullopt;
  case arguments::get_variable:
    if (rest.size() != 1 || !is_variable_name(rest[0]))
      return refused("GET VARIABLE takes the name of a variable; functions are not called");
    return std::nullopt;
  case arguments::set_variable:
    if (rest.size() != 2 || !is_variable_name(rest[0]))
      return refused("SET VARIABLE takes the name of a variable and a value; functions are not called");
    return std::nullopt;
  case arguments::exec:
    if (rest.empty() || !is_allowed_application(rest[0]))
      return refused("EXEC takes an application that destinations may name, e.g. Playback or Queue");
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (!passes(application_data_rule, rest[i]))
        return refused("the data of EXEC may have letters, digits, blanks and _ . , : / @ + * # & = ^ -, at most 255 bytes");
      destination to;
      to.type = 1;
      to.application = rest[0];
      to.data = rest[i];
      if (const auto wrong = validate(to))
        return refused(wrong->message);
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<error> wrong_queue(std::string_view name) {
  if (name.empty() || !is_plain_text(name, 128))
    return invalid_field("queue_name", "queue_name must be the name of a queue, at most 128 characters in one line");
  return std::nullopt;
}

std::optional<error> wrong_flag(std::string_view name, const std::optional<std::int64_t>& v) {
  if (v && *v != 0 && *v != 1)
    return invalid_field(name, std::string{name} + " must be 0 or 1");
  return std::nullopt;
}

std::optional<error> wrong_penalty(const std::optional<std::int64_t>& v) {
  if (v && (*v < 0 || *v > 1'000'000))
    return invalid_field("penalty", "penalty must be from 0 to 1000000");
  return std::nullopt;
}

std::string yes_or_no(std::int64_t v) { return v == 1 ? "true" : "false"; }

} // namespace

result<telephone_request> hang_up_request(std::string_view channel) {
  // Asterisk takes "/…/" for a pattern that may mean many.
  if (channel.empty() || channel.starts_with('/') || !is_single_line(channel))
    return error{errc::illegal_state, "the channel's name is not known", {}};
  return telephone_request{"Hangup", {{"Channel", std::string{channel}}, {"Cause", "16"}}};
}

result<telephone_request> agi_request(std::string_view channel, std::string_view command_id, std::string_view command) {
  if (channel.empty() || !is_single_line(channel))
    return error{errc::illegal_state, "the channel's name is not known", {}};
  if (command.empty() || !is_plain_text(command, 768) || command.find('\\') != command.npos)
    return refused("command must be one line of printable characters without backslashes, at most 768 bytes");
  const auto words = words_of(command);
  if (!words)
    return refused("the quotes of the command do not end");
  const auto [known, taken] = verb_of(*words);
  if (!known)
    return refused("this AGI command is not allowed: ANSWER, HANGUP, NOOP, CHANNEL STATUS, ASYNCAGI BREAK, VERBOSE, WAIT FOR "
                   "DIGIT, RECEIVE, SAY, SEND TEXT, SET, GET DATA, GET OPTION, GET VARIABLE, STREAM FILE, CONTROL STREAM "
                   "FILE, TDD MODE and EXEC are");
  if (auto wrong = check(*known, {words->begin() + static_cast<std::ptrdiff_t>(taken), words->end()}))
    return *wrong;
  return telephone_request{
      "AGI",
      {{"Channel", std::string{channel}}, {"Command", std::string{command}}, {"CommandID", std::string{command_id}}}};
}

std::string_view module_name(std::string_view name) noexcept {
  if (name.ends_with(".so"))
    name.remove_suffix(3);
  return name;
}

result<telephone_request> module_request(module_action what, std::string_view name) {
  name = module_name(name);
  if (!is_made_of(name, "_", 80))
    return invalid_field("name", "a module's name has letters, digits and '_' only, as in app_queue");
  const auto type = what == module_action::load ? "load" : what == module_action::reload ? "reload" : "unload";
  return telephone_request{"ModuleLoad", {{"Module", std::string{name} + ".so"}, {"LoadType", type}}};
}

result<telephone_request> queue_add_request(const member_to_add& who) {
  if (auto wrong = wrong_queue(who.queue_name))
    return *wrong;
  if (!is_interface(who.location))
    return invalid_field("location", "location must be an interface like PJSIP/agent-01 or Local/agent-01@agents/n");
  if (who.state_interface && !is_interface(*who.state_interface))
    return invalid_field("state_interface", "state_interface must be an interface like PJSIP/agent-01");
  if (who.name && !is_plain_text(*who.name, 80))
    return invalid_field("name", "name must be one line of at most 80 characters");
  if (auto wrong = wrong_flag("paused", who.paused))
    return *wrong;
  if (auto wrong = wrong_penalty(who.penalty))
    return *wrong;
  telephone_request r{"QueueAdd", {{"Queue", who.queue_name}, {"Interface", who.location}}};
  if (who.name && !who.name->empty())
    r.headers.emplace_back("MemberName", *who.name);
  if (who.state_interface)
    r.headers.emplace_back("StateInterface", *who.state_interface);
  if (who.penalty)
    r.headers.emplace_back("Penalty", std::to_string(*who.penalty));
  if (who.paused)
    r.headers.emplace_back("Paused", yes_or_no(*who.paused));
  return r;
}

result<telephone_request> queue_remove_request(std::string_view queue, std::string_view location) {
  return telephone_request{"QueueRemove", {{"Queue", std::string{queue}}, {"Interface", std::string{location}}}};
}

result<std::vector<telephone_request>> queue_member_requests(std::string_view queue, std::string_view location,
                                                             const member_change& what) {
  if (auto wrong = wrong_flag("paused", what.paused))
    return *wrong;
  if (auto wrong = wrong_flag("ring_inuse", what.ring_inuse))
    return *wrong;
  if (auto wrong = wrong_penalty(what.penalty))
    return *wrong;
  if (what.paused_reason && !is_plain_text(*what.paused_reason, 80))
    return invalid_field("paused_reason", "paused_reason must be one line of at most 80 characters");
  if (what.paused_reason && !what.paused)
    return invalid_field("paused_reason", "paused_reason goes with paused");
  if (!what.paused && !what.penalty && !what.ring_inuse)
    return error{errc::invalid_field, "the body must have paused, penalty or ring_inuse", {}};
  const auto about = [&](const char* action) {
    return telephone_request{action, {{"Queue", std::string{queue}}, {"Interface", std::string{location}}}};
  };
  std::vector<telephone_request> all;
  if (what.paused) {
    auto& one = all.emplace_back(about("QueuePause"));
    one.headers.emplace_back("Paused", yes_or_no(*what.paused));
    if (what.paused_reason && !what.paused_reason->empty())
      one.headers.emplace_back("Reason", *what.paused_reason);
  }
  if (what.penalty)
    all.emplace_back(about("QueuePenalty")).headers.emplace_back("Penalty", std::to_string(*what.penalty));
  if (what.ring_inuse)
    all.emplace_back(about("QueueMemberRingInUse")).headers.emplace_back("RingInUse", yes_or_no(*what.ring_inuse));
  return all;
}

} // namespace ringmaster::core
