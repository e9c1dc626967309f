// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/modules.hpp"

#include <array>
#include <charconv>
#include <set>

namespace ringmaster::core {
namespace {

using ami::event_kind;
using telephone::module_info;

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(' ');
  return from == text.npos ? std::string_view{} : text.substr(from, text.find_last_not_of(' ') + 1 - from);
}

/// Takes the last word off `text`.
std::string_view last_word(std::string_view& text) {
  text = trimmed(text);
  const auto space = text.rfind(' ');
  const auto word = space == text.npos ? text : text.substr(space + 1);
  text = space == text.npos ? std::string_view{} : trimmed(text.substr(0, space));
  return word;
}

} // namespace

std::optional<module_info> read_module_line(std::string_view line) {
  const auto end = line.find(' ');
  auto name = line.substr(0, end);
  if (end == line.npos)
    return std::nullopt;
  if (name.ends_with(".so")) // those that are built in have no file
    name.remove_suffix(3);
  module_info m;
  m.name = name;
  auto rest = trimmed(line.substr(end));
  m.support_level = last_word(rest);
  auto status = last_word(rest);
  if (status != "Running")
    return std::nullopt;
  m.load = status;
  if (rest.ends_with(" Not")) {
    m.load = "Not Running";
    last_word(rest);
  }
  const auto uses = last_word(rest);
  const auto [stop, failed] = std::from_chars(uses.data(), uses.data() + uses.size(), m.use_count);
  if (failed != std::errc{} || stop != uses.data() + uses.size())
    return std::nullopt;
  m.description = rest;
  return m;
}

std::span<const event_kind> module_fold::kinds() const noexcept {
  static constexpr std::array wanted{event_kind::module_load, event_kind::module_unload, event_kind::reload};
  return wanted;
}

std::span<const telephone_question> module_fold::listings() const noexcept {
  static const std::array questions{telephone_question{"Command", {{"Command", "module show"}}}};
  return questions;
}

void module_fold::on_event(const ami::message&, time_point now) { list_soon(now); }

// Whoever loads one module often loads several.
void module_fold::list_soon(time_point now) { list_at_ = now + std::chrono::milliseconds{500}; }

void module_fold::on_time(time_point now) {
  if (!list_at_ || now < *list_at_)
    return;
  list_at_.reset();
  questions_.ask(*this, listings().front());
}

void module_fold::on_response(std::string_view, const ami::message& m, time_point now) {
  std::set<std::string, std::less<>> there;
  std::vector<module_info> listed;
  for (const auto h : m)
    if (h.name == "Output")
      if (auto one = read_module_line(h.value))
        listed.push_back(std::move(*one));
  if (listed.empty())
    return; // not allowed to ask, most likely: at least the module that answers would be there
  auto& table = to_.tables().of<module_info>();
  const auto lock = table.as_a_whole();
  for (auto& item : listed) {
    there.insert(item.name);
    const bool known = to_.change<module_info>(item.name, now, [&](module_info& one, editor& e) {
      e.set(one.load, item.load);
      e.set(one.description, item.description);
      e.set(one.use_count, item.use_count);
      e.set(one.support_level, item.support_level);
    });
    if (!known)
      to_.create(std::move(item), now);
  }
  std::vector<std::string> gone;
  table.each_own([&](const std::string& name, const auto&) {
    if (!there.contains(name))
      gone.push_back(name);
  });
  for (const auto& name : gone)
    to_.remove<module_info>(name, now);
}

} // namespace ringmaster::core
