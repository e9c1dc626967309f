// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/configuration.hpp"

#include "actors/core/telephone/header_text.hpp"
#include "protocol/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace ringmaster::core {
namespace {

enum class form : std::uint8_t {
  yes_no,
  number,
  word,   ///< of the spec's `words`
  words,  ///< one or several of them, between commas
  name,   ///< of a context, a class of music, a rule
  sound,  ///< below Asterisk's folder of sounds; nothing for none
  sounds, ///< between commas
  exten,
  spaces, ///< 701-720
  member, ///< INTERFACE[,PENALTY[,NAME[,STATE INTERFACE[,RING IN USE[,WRAP-UP TIME[,PAUSED]]]]]]
};

struct spec {
  std::string_view name;
  form of;
  std::string_view words{};
};

constexpr std::string_view empty_rules =
    "yes no strict loose paused penalty inuse ringing unavailable invalid unknown wrapup";
constexpr std::string_view parties = "no caller callee both";

// Source: app_queue's and res_parking's option lists, Asterisk 22.
constexpr std::array queue_settings{
    spec{"announce", form::sound},
    spec{"announce-frequency", form::number},
    spec{"announce-holdtime", form::word, "yes no once"},
    spec{"announce-position", form::word, "yes no limit more"},
    spec{"announce-position-limit", form::number},
    spec{"announce-position-only-up", form::yes_no},
    spec{"announce-round-seconds", form::number},
    spec{"announce-to-first-user", form::yes_no},
    spec{"autofill", form::yes_no},
    spec{"autopause", form::word, "yes no all"},
    spec{"autopausebusy", form::yes_no},
    spec{"autopausedelay", form::number},
    spec{"autopauseunavail", form::yes_no},
    spec{"context", form::name},
    spec{"defaultrule", form::name},
    spec{"force_longest_waiting_caller", form::yes_no},
    spec{"joinempty", form::words, empty_rules},
    spec{"leavewhenempty", form::words, empty_rules},
    spec{"log-restricted-caller-id", form::yes_no},
    spec{"maxlen", form::number},
    spec{"member", form::member},
    spec{"memberdelay", form::number},
    spec{"membergosub", form::name},
    spec{"min-announce-frequency", form::number},
    spec{"musicclass", form::name},
    spec{"penaltymemberslimit", form::number},
    spec{"periodic-announce", form::sounds},
    spec{"periodic-announce-frequency", form::number},
    spec{"periodic-announce-startdelay", form::number},
    spec{"queue-callerannounce", form::sound},
    spec{"queue-callswaiting", form::sound},
    spec{"queue-holdtime", form::sound},
    spec{"queue-minute", form::sound},
    spec{"queue-minutes", form::sound},
    spec{"queue-quantity1", form::sound},
    spec{"queue-quantity2", form::sound},
    spec{"queue-reporthold", form::sound},
    spec{"queue-seconds", form::sound},
    spec{"queue-thankyou", form::sound},
    spec{"queue-thereare", form::sound},
    spec{"queue-youarenext", form::sound},
    spec{"random-periodic-announce", form::yes_no},
    spec{"relative-periodic-announce", form::yes_no},
    spec{"reportholdtime", form::yes_no},
    spec{"retry", form::number},
    spec{"ringinuse", form::yes_no},
    spec{"servicelevel", form::number},
    spec{"setinterfacevar", form::yes_no},
    spec{"setqueueentryvar", form::yes_no},
    spec{"setqueuevar", form::yes_no},
    spec{"strategy", form::word, "ringall leastrecent fewestcalls random rrmemory rrordered linear wrandom"},
    spec{"timeout", form::number},
    spec{"timeoutpriority", form::word, "app conf"},
    spec{"timeoutrestart", form::yes_no},
    spec{"weight", form::number},
    spec{"wrapuptime", form::number},
};
constexpr std::array lot_settings{
    spec{"comebackcontext", form::name},
    spec{"comebackdialtime", form::number},
    spec{"comebacktoorigin", form::yes_no},
    spec{"context", form::name},
    spec{"courtesytone", form::sound},
    spec{"findslot", form::word, "first next"},
    spec{"parkedcallhangup", form::word, parties},
    spec{"parkedcallrecording", form::word, parties},
    spec{"parkedcallreparking", form::word, parties},
    spec{"parkedcalltransfers", form::word, parties},
    spec{"parkedmusicclass", form::name},
    spec{"parkedplay", form::word, parties},
    spec{"parkext", form::exten},
    spec{"parkext_exclusive", form::yes_no},
    spec{"parkinghints", form::yes_no},
    spec{"parkingtime", form::number},
    spec{"parkpos", form::spaces},
};

std::span<const spec> settings_of(configured_kind what) noexcept {
  return what == configured_kind::queue ? std::span<const spec>{queue_settings}
                                        : std::span<const spec>{lot_settings};
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == text.npos)
      return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_word_of(std::string_view words, std::string_view text) {
  const auto all = split(words, ' ');
  return std::find(all.begin(), all.end(), text) != all.end();
}

std::optional<std::uint32_t> number_in(std::string_view text, std::uint32_t most) {
  std::uint32_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc{} || end != text.data() + text.size() || n > most)
    return std::nullopt;
  return n;
}

bool is_sound_or_none(std::string_view text) {
  return text.empty() || is_sound(text);
}

bool is_member(std::string_view text) {
  const auto parts = split(text, ',');
  if (parts.size() > 7 || !is_interface(parts[0]))
    return false;
  const auto given = [&](std::size_t i) { return i < parts.size() && !parts[i].empty(); };
  return (!given(1) || number_in(parts[1], 1'000'000)) &&
         (!given(2) || is_made_of(parts[2], " _.+@/'-", 80)) && (!given(3) || is_interface(parts[3])) &&
         (!given(4) || is_word_of("yes no", parts[4])) && (!given(5) || number_in(parts[5], 86'400)) &&
         (!given(6) || is_word_of("yes no", parts[6]));
}

bool fits(const spec& s, std::string_view value) {
  switch (s.of) {
  case form::yes_no:
    return value == "yes" || value == "no";
  case form::number:
    return number_in(value, 1'000'000).has_value();
  case form::word:
    return is_word_of(s.words, value);
  case form::words: {
    const auto parts = split(value, ',');
    return std::all_of(parts.begin(), parts.end(),
                       [&](std::string_view one) { return is_word_of(s.words, one); });
  }
  case form::name:
    return is_made_of(value, "_.+@-", 79);
  case form::sound:
    return is_sound_or_none(value);
  case form::sounds: {
    const auto parts = split(value, ',');
    return parts.size() <= 10 && std::all_of(parts.begin(), parts.end(), is_sound_or_none);
  }
  case form::exten:
    return is_made_of(value, "*", 79);
  case form::spaces: {
    const auto parts = split(value, '-');
    const auto first = number_in(parts[0], 999'999);
    const auto last = parts.size() == 2 ? number_in(parts[1], 999'999) : std::nullopt;
    return first && last && *first > 0 && *first <= *last;
  }
  case form::member:
    return is_member(value);
  }
  return false;
}

std::string says(const spec& s) {
  switch (s.of) {
  case form::yes_no:
    return "yes or no";
  case form::number:
    return "a number from 0 to 1000000";
  case form::word:
    return fmt::format("one of {}", fmt::join(split(s.words, ' '), ", "));
  case form::words:
    return fmt::format("one or several, between commas, of {}", fmt::join(split(s.words, ' '), ", "));
  case form::name:
    return "a name of letters, digits and _ . + @ -, at most 79";
  case form::sound:
    return "a sound below Asterisk's folder of sounds, e.g. \"beep\" or \"digits/1\"";
  case form::sounds:
    return "at most ten sounds below Asterisk's folder of sounds, between commas";
  case form::exten:
    return "an extension of letters, digits and *";
  case form::spaces:
    return "the first and the last space, e.g. 701-720";
  case form::member:
    return "INTERFACE[,PENALTY[,NAME[,STATE INTERFACE[,RING IN USE[,WRAP-UP TIME[,PAUSED]]]]]], e.g. "
           "PJSIP/agent-01,1,Ann";
  }
  return {};
}

/// As it goes into the file.
std::string_view without_arrow(std::string_view value) noexcept {
  if (value.starts_with('>'))
    value.remove_prefix(1);
  else
    return value;
  const auto from = value.find_first_not_of(' ');
  return from == value.npos ? std::string_view{} : value.substr(from);
}

std::optional<error> wrong_name(configured_kind what, std::string_view name) {
  const auto must_be = [](std::string_view says) {
    return invalid_field("name", fmt::format("name must be {}", says));
  };
  if (!is_made_of(name, " _.+@-", 79) || name.starts_with(' ') || name.ends_with(' '))
    return must_be("made of letters, digits, blanks and _ . + @ -, at most 79, with no blank at its ends");
  if (upper_case(name) == "GENERAL")
    return must_be(fmt::format("another one: [general] of {} holds the settings of all", files_of(what).main));
  return std::nullopt;
}

std::optional<error> wrong_settings(configured_kind what, const std::vector<setting>& settings) {
  const auto known = settings_of(what);
  std::size_t lines = 0;
  for (const auto& one : settings) {
    const auto at =
        std::find_if(known.begin(), known.end(), [&](const spec& s) { return s.name == one.name; });
    if (at == known.end())
      return invalid_field(one.name, "unknown field \"" + one.name + '"');
    if (one.values.size() > 1 && at->of != form::member)
      return invalid_field(one.name, one.name + " takes a single value");
    for (const auto& value : one.values)
      if (value.size() > 512 || !fits(*at, without_arrow(value)))
        return invalid_field(one.name, one.name + " must be " + says(*at));
    lines += one.values.size();
    if (lines > most_section_lines)
      return invalid_field(one.name, fmt::format("{} has too many values: a {} may have {} lines", one.name,
                                                 files_of(what).noun, most_section_lines));
  }
  return std::nullopt;
}

/// Changes of one file, in as few actions as they fit in: an Asterisk takes 128 headers, and changes that are numbered
/// from 000000 without a gap.
class file_update {
public:
  explicit file_update(std::string_view file) : file_{file} {}

  void add(std::string_view action, std::string_view section, std::string_view variable = {},
           std::string_view value = {}) {
    constexpr std::size_t most_headers = 120;
    if (actions_.empty() || actions_.back().headers.size() + 4 > most_headers) {
      actions_.push_back({"UpdateConfig", {{"SrcFilename", file_}, {"DstFilename", file_}}});
      count_ = 0;
    }
    const auto put = [&](std::string_view name, std::string_view text) {
      actions_.back().headers.emplace_back(fmt::format("{}-{:06}", name, count_), text);
    };
    put("Action", action);
    put("Cat", section);
    if (!variable.empty())
      put("Var", variable);
    if (action == "Append")
      put("Value", value);
    ++count_;
  }
  void append(std::string_view section, const setting& what) {
    for (const auto& value : what.values)
      add("Append", section, what.name, without_arrow(value));
  }
  [[nodiscard]] std::vector<telephone_request> take() && { return std::move(actions_); }

private:
  std::string file_;
  std::vector<telephone_request> actions_;
  std::size_t count_{0};
};

result<section_order> checked(section_order order) {
  if (auto wrong = wrong_name(order.kind, order.name))
    return *wrong;
  if (auto wrong = wrong_settings(order.kind, order.settings))
    return *wrong;
  return order;
}

} // namespace

const configured_files& files_of(configured_kind what) noexcept {
  static constexpr configured_files queues{"queue", "queues.conf", "ringmaster-queues.conf", "app_queue"};
  static constexpr configured_files lots{"parking lot", "res_parking.conf", "ringmaster-parking.conf", "res_parking"};
  return what == configured_kind::queue ? queues : lots;
}

std::string include_line(configured_kind what) { return fmt::format("#tryinclude {}", files_of(what).ours); }

result<section_order> create_section(configured_kind what, std::string_view name, std::vector<setting> settings) {
  return checked({what, section_verb::create, std::string{name}, std::move(settings)});
}

result<section_order> change_section(configured_kind what, std::string_view name, std::vector<setting> settings) {
  auto order = checked({what, section_verb::change, std::string{name}, std::move(settings)});
  if (order && order->settings.empty())
    return error{errc::invalid_field, "the body must have a setting that changes", {}};
  return order;
}

result<section_order> remove_section(configured_kind what, std::string_view name) {
  return checked({what, section_verb::remove, std::string{name}, {}});
}

std::vector<telephone_request> section_made(std::string_view file, const section_order& order, bool replaces) {
  file_update changes{file};
  if (replaces)
    changes.add("DelCat", order.name);
  changes.add("NewCat", order.name);
  for (const auto& one : order.settings)
    changes.append(order.name, one);
  return std::move(changes).take();
}

std::vector<telephone_request> section_changed(std::string_view file, const section_order& order) {
  file_update changes{file};
  for (const auto& one : order.settings) {
    changes.add("Append", order.name, one.name, one.values.empty() ? "0" : without_arrow(one.values.front()));
    changes.add("Delete", order.name, one.name);
    changes.append(order.name, one);
  }
  return std::move(changes).take();
}

std::vector<telephone_request> section_removed(std::string_view file, std::string_view name) {
  file_update changes{file};
  changes.add("DelCat", name);
  return std::move(changes).take();
}

std::optional<std::vector<telephone_request>> section_restored(std::string_view file, std::string_view name,
                                                               const section_lines& lines) {
  if (lines.inherits)
    return std::nullopt;
  file_update changes{file};
  changes.add("EmptyCat", name);
  for (const auto& [variable, value] : lines.lines) {
    if (!is_made_of(variable, "_.-", 79) || value.size() > 900 || !is_printable(value))
      return std::nullopt;
    changes.add("Append", name, variable, value);
  }
  return std::move(changes).take();
}

telephone_request sections_question(std::string_view file, std::string_view name) {
  return {"GetConfig",
          {{"Filename", std::string{file}}, {"Category", std::string{name}}, {"Filter", "TEMPLATES=include"}}};
}

std::vector<section_lines> sections_in(const telephone_answer& answer, std::string_view name) {
  const auto wanted = upper_case(name);
  std::vector<section_lines> found;
  bool within = false; // the lines that come are of such a section
  for (const auto& [key, value] : answer.headers) {
    if (key.starts_with("Category-")) {
      within = upper_case(value) == wanted;
      if (within)
        found.emplace_back();
    } else if (within && key.starts_with("IsTemplate-")) {
      found.back().is_template = true;
    } else if (within && key.starts_with("Templates-")) {
      found.back().inherits = true;
    } else if (within && key.starts_with("Line-")) {
      const auto equals = value.find('=');
      found.back().lines.emplace_back(value.substr(0, equals),
                                      equals == value.npos ? std::string{} : value.substr(equals + 1));
    }
  }
  return found;
}

} // namespace ringmaster::core
