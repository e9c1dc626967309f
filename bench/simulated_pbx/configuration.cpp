// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/configuration.hpp"

#include "bench/simulated_pbx/parking.hpp"
#include "bench/simulated_pbx/queues.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ringmaster::sim {
namespace {

bool read_number(std::string_view text, std::uint32_t& into) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into);
  return failed == std::errc{} && end == text.data() + text.size();
}

std::string words_of(const emptiness& e) {
  std::string words = "loose";
  for (const auto& [is, word] : {std::pair{e.paused, "paused"}, {e.in_use, "inuse"}, {e.ringing, "ringing"}, {e.resting, "wrapup"}})
    if (is)
      words.append(",").append(word);
  return words;
}

/// A file and those that it includes, to be changed together.
struct file_tree {
  config_file own;
  std::vector<config_file> included;

  [[nodiscard]] config_section* find(std::string_view section) noexcept {
    if (auto* found = own.find(section))
      return found;
    for (auto& file : included)
      if (auto* found = file.find(section))
        return found;
    return nullptr;
  }
  void remove(std::string_view section) {
    const auto named = [&](const config_section& s) { return same_name(s.name, section); };
    std::erase_if(own.sections, named);
    for (auto& file : included)
      std::erase_if(file.sections, named);
  }
};

/// One of UpdateConfig's changes. `match`: of several lines of one name, the one with this value.
std::optional<std::string> change(file_tree& tree, std::string_view what, std::string_view section,
                                  std::string_view variable, std::string_view value, std::string_view match) {
  if (section.empty())
    return "Category not specified";
  config_section* at = tree.find(section);
  if (same_name(what, "NewCat")) {
    if (at != nullptr)
      return "Create category did not complete successfully";
    tree.own.sections.push_back({std::string{section}, {}});
    return std::nullopt;
  }
  if (at == nullptr)
    return "Given category does not exist";
  if (same_name(what, "DelCat")) {
    tree.remove(section);
    return std::nullopt;
  }
  if (same_name(what, "EmptyCat")) {
    at->lines.clear();
    return std::nullopt;
  }
  if (variable.empty())
    return "Problem with category, value, or line (if required)";
  if (same_name(what, "Append")) {
    if (value.starts_with('>'))
      value.remove_prefix(1);
    while (value.starts_with(' '))
      value.remove_prefix(1);
    if (tree.own.find(section) == nullptr && !tree.own.sections.empty())
      at = &tree.own.sections.back(); // of an included file: into the wrong one, as Asterisk does it
    at->lines.emplace_back(variable, value);
    return std::nullopt;
  }
  if (same_name(what, "Delete"))
    return std::erase_if(at->lines, [&](const auto& line) {
             return same_name(line.first, variable) && (match.empty() || same_name(line.second, match));
           }) == 0
               ? std::optional<std::string>{"Update did not complete successfully"}
               : std::nullopt;
  return "Unknown action command";
}

/// Nothing: res_parking would not take it.
std::optional<parking_population> lot_of(const config_section& s) {
  parking_population p;
  p.name = s.name;
  p.context = s.get("context", "parkedcalls");
  const auto spaces = s.get("parkpos", "701-750");
  const auto dash = spaces.find('-');
  std::uint32_t time = 0;
  const auto slot = s.get("findslot", "first");
  if (dash == spaces.npos || !read_number(spaces.substr(0, dash), p.first) ||
      !read_number(spaces.substr(dash + 1), p.last) || p.first > p.last ||
      !read_number(s.get("parkingtime", "45"), time) || (slot != "first" && slot != "next"))
    return std::nullopt;
  p.timeout_s = time;
  return p;
}

} // namespace

std::string_view config_section::get(std::string_view variable, std::string_view otherwise) const noexcept {
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    if (same_name(line->first, variable))
      return line->second;
  return otherwise;
}

config_section* config_file::find(std::string_view section) noexcept {
  const auto at = std::find_if(sections.begin(), sections.end(),
                               [&](const auto& s) { return same_name(s.name, section); });
  return at == sections.end() ? nullptr : &*at;
}

configuration::configuration(const queue_system& queues, const parking_system& lots,
                             const std::vector<config_include>& includes)
    : files_{{"queues.conf", {{"general", {}}}}, {"res_parking.conf", {{"general", {}}}}} {
  for (const auto& one : includes)
    for (auto& file : files_)
      if (file.name == one.in)
        file.includes.push_back(one.file);
  for (const auto& q : queues.all()) {
    auto& s = files_[0].sections.emplace_back();
    s.name = q->how.name;
    s.lines = {{"strategy", q->how.strategy},
               {"servicelevel", std::to_string(q->how.service_level_s)},
               {"timeout", fmt::format("{:g}", q->how.ring_timeout_s)},
               {"retry", fmt::format("{:g}", q->how.retry_s)},
               {"maxlen", std::to_string(q->how.most_callers)},
               {"autopause", q->how.autopause}};
    if (const emptiness& e = q->how.join_empty; e.applies)
      s.lines.emplace_back("joinempty", words_of(e));
    if (const emptiness& e = q->how.leave_when_empty; e.applies)
      s.lines.emplace_back("leavewhenempty", words_of(e));
    for (const auto& m : q->members)
      s.lines.emplace_back("member", fmt::format("{},{},{}", m->phone->interface, m->penalty, m->name));
  }
  for (const auto& lot : lots.all())
    files_[1].sections.push_back({lot->name(),
                                  {{"context", lot->how().context},
                                   {"parkpos", fmt::format("{}-{}", lot->first(), lot->last())},
                                   {"parkingtime", fmt::format("{:.0f}", lot->timeout())}}});
}

std::optional<std::string> configuration::create(std::string_view file) {
  if (file.empty())
    return "Filename not specified";
  if (std::any_of(files_.begin(), files_.end(), [&](const auto& f) { return f.name == file; }))
    return "File exists";
  files_.push_back({std::string{file}, {}});
  return std::nullopt;
}

std::optional<std::vector<const config_section*>> configuration::get(std::string_view file,
                                                                     std::string_view section) const {
  const auto at = std::find_if(files_.begin(), files_.end(), [&](const auto& f) { return f.name == file; });
  if (at == files_.end())
    return std::nullopt;
  std::vector<const config_section*> found;
  const auto take = [&](const config_file& from) {
    for (const auto& s : from.sections)
      if (section.empty() || same_name(s.name, section))
        found.push_back(&s);
  };
  take(*at);
  for (const auto& name : at->includes)
    for (const auto& included : files_)
      if (included.name == name)
        take(included);
  return found;
}

std::optional<std::string> configuration::update(const action& a) {
  const auto from = a.get("SrcFilename");
  if (from.empty() || a.get("DstFilename").empty())
    return "Filename not specified";
  const auto at = std::find_if(files_.begin(), files_.end(), [&](const auto& f) { return f.name == from; });
  if (from != a.get("DstFilename") || at == files_.end())
    return "File requires escalated privileges"; // whatever is wrong with the name
  file_tree changed{*at, {}};
  for (const auto& file : files_)
    if (std::find(at->includes.begin(), at->includes.end(), file.name) != at->includes.end())
      changed.included.push_back(file);
  for (int i = 0;; ++i) {
    const auto of = [&](std::string_view name) { return a.get(fmt::format("{}-{:06}", name, i)); };
    if (of("Action").empty())
      break;
    if (auto wrong = change(changed, of("Action"), of("Cat"), of("Var"), of("Value"), of("Match")))
      return wrong;
  }
  *at = std::move(changed.own);
  for (auto& file : changed.included)
    *std::find_if(files_.begin(), files_.end(), [&](const auto& f) { return f.name == file.name; }) = std::move(file);
  return std::nullopt;
}

bool configuration::reload(std::string_view module, queue_system& queues, parking_system& lots) const {
  const auto sections = [&](std::string_view file) {
    std::vector<const config_section*> all;
    const auto told = get(file);
    for (const auto* s : *told)
      if (!same_name(s->name, "general") && // of two that have one name the first counts
          std::none_of(all.begin(), all.end(), [&](const auto* known) { return same_name(known->name, s->name); }))
        all.push_back(s);
    return all;
  };
  if (same_name(module, "app_queue.so")) {
    queues.configure(sections("queues.conf"));
  } else if (same_name(module, "res_parking.so")) {
    std::vector<parking_population> wanted;
    for (const auto* s : sections("res_parking.conf")) {
      auto lot = lot_of(*s);
      if (!lot)
        return false;
      wanted.push_back(std::move(*lot));
    }
    if (std::none_of(wanted.begin(), wanted.end(), [](const auto& lot) { return lot.name == "default"; }))
      wanted.insert(wanted.begin(), {"default", "parkedcalls", 701, 750, 45}); // Asterisk always has it
    lots.configure(wanted);
  }
  return true;
}

} // namespace ringmaster::sim
