// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/section_writer.hpp"

#include "protocol/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ringmaster::core {
namespace {

constexpr std::string_view no_such_file = "Config file not found";

} // namespace

section_writer::section_writer(std::string server, section_order order, bool lossy)
    : server_{std::move(server)}, order_{std::move(order)}, files_{files_of(order_.kind)}, lossy_{lossy} {}

// --- what is wrong

error section_writer::refusal(const telephone_answer& said, std::string_view action) const {
  const auto words = said.get("Message");
  auto message = fmt::format("{} says: {}", server_, one_line(words));
  if (words == "Permission denied")
    message += fmt::format(" ({} needs '{}' in this user's line write = … of manager.conf)", action,
                           action == "ModuleLoad" ? "system" : "config");
  return {errc::pbx_refused, std::move(message), {}};
}

error section_writer::not_included() const {
  return {errc::illegal_state,
          fmt::format("{} does not read {}, so that the {} was not made: add the line '{}' at the end of {} on that "
                      "server, and try again",
                      server_, files_.ours, files_.noun, include_line(order_.kind), files_.main),
          {}};
}

error section_writer::not_ours() const {
  return {errc::illegal_state,
          fmt::format("{} \"{}\" is not in {} of {}: it is in {} or in a file that this includes, and Asterisk may "
                      "damage such a file when it writes it. Change it there by hand; or allow it with "
                      "allow_lossy_config_changes of this server's settings, whose description says what may be lost",
                      files_.noun, order_.name, files_.ours, server_, files_.main),
          "name"};
}

error section_writer::held_elsewhere() const {
  return {errc::illegal_state,
          fmt::format("{} of {}, or a file that it includes, has a section [{}] already, although {} does not show it: "
                      "a template, or what was not reloaded",
                      files_.main, server_, order_.name, files_.module),
          "name"};
}

// --- the way

section_writer::step section_writer::ask(phase at, telephone_request what) {
  at_ = at;
  return what;
}

section_writer::step section_writer::reload(phase at) {
  reloaded_ = true;
  auto what = module_request(module_action::reload, files_.module);
  if (!what)
    return result<void>{what.error()};
  return ask(at, std::move(*what));
}

section_writer::step section_writer::begin() {
  if (order_.verb != section_verb::create)
    return ask(phase::ours_before, sections_question(files_.ours, order_.name));
  at_ = phase::module_before;
  return ask_module{};
}

section_writer::step section_writer::on_module(const result<bool>& knows) {
  if (at_ == phase::module_before) {
    if (!knows)
      return result<void>{knows.error()};
    if (*knows)
      return result<void>{
          invalid_field("name", fmt::format("there is a {} \"{}\" already", files_.noun, order_.name))};
    return ask(phase::making_file, {"CreateConfig", {{"Filename", std::string{files_.ours}}}});
  }
  if (!knows)
    return take_back(knows.error());
  if (*knows)
    return result<void>{};
  return take_back({errc::pbx_refused,
                    fmt::format("{} does not take {} \"{}\", although {} includes {}: its log says why", server_,
                                files_.noun, order_.name, files_.main, files_.ours),
                    {}});
}

section_writer::step section_writer::on_answer(const result<telephone_answer>& said) {
  const bool refused = said && said->refuses();
  const auto words = said ? said->get("Message") : std::string_view{};
  switch (at_) {
  case phase::making_file:
    if (!said)
      return result<void>{said.error()};
    if (refused && words != "File exists")
      return result<void>{refusal(*said, "CreateConfig")};
    return ask(phase::main_before, sections_question(files_.main, order_.name));

  case phase::main_before:
    if (!said)
      return result<void>{said.error()};
    if (refused && words == "Config file has invalid format")
      return result<void>{error{errc::illegal_state,
                                fmt::format("{} cannot read its {}, and would have none of its {}s after a restart: mend "
                                            "that file, or the files that it includes, first",
                                            server_, files_.main, files_.noun),
                                {}}};
    if (refused && words != no_such_file)
      return result<void>{refusal(*said, "GetConfig")};
    in_main_ = refused ? 0 : sections_in(*said, order_.name).size();
    return ask(phase::ours_before, sections_question(files_.ours, order_.name));

  case phase::ours_before:
    if (!said)
      return result<void>{said.error()};
    if (refused && words != no_such_file)
      return result<void>{refusal(*said, "GetConfig")};
    return have_ours(refused ? nullptr : &*said);

  case phase::writing: return written(said);

  case phase::main_after:
    if (!said)
      return take_back(said.error());
    if (refused && words != no_such_file)
      return take_back(refusal(*said, "GetConfig"));
    if (refused || sections_in(*said, order_.name).empty())
      return take_back(not_included());
    return reload(phase::reloading);

  case phase::reloading:
    if (said && !refused) {
      if (foreign_ || order_.verb == section_verb::remove)
        return result<void>{};
      at_ = phase::module_after;
      return ask_module{};
    }
    return take_back(said ? refusal(*said, "ModuleLoad") : said.error());

  case phase::undoing:
    if (!said || (refused && words != "Given category does not exist")) // else it was never written
      undoable_ = false;
    return undo_next();

  case phase::reloading_undone:
  case phase::module_before:
  case phase::module_after: break;
  }
  return end();
}

section_writer::step section_writer::have_ours(const telephone_answer* said) {
  auto ours = said ? sections_in(*said, order_.name) : std::vector<section_lines>{};
  if (order_.verb == section_verb::create) {
    // What we hold and the module does not know was left behind by a connection that was lost.
    const bool is_template = std::any_of(ours.begin(), ours.end(), [](const section_lines& s) { return s.is_template; });
    if (in_main_ > ours.size() || is_template)
      return result<void>{held_elsewhere()};
    steps_ = section_made(files_.ours, order_, !ours.empty());
    undo_ = section_removed(files_.ours, order_.name);
    return write();
  }
  foreign_ = ours.empty();
  if (foreign_ && !lossy_)
    return result<void>{not_ours()};
  if (order_.verb == section_verb::remove) {
    steps_ = section_removed(file(), order_.name);
    return write();
  }
  steps_ = section_changed(file(), order_);
  if (!foreign_) {
    auto back = section_restored(files_.ours, order_.name, ours.front());
    undoable_ = back.has_value();
    if (back)
      undo_ = std::move(*back);
  }
  return write();
}

section_writer::step section_writer::write() { return ask(phase::writing, steps_[next_++]); }

section_writer::step section_writer::written(const result<telephone_answer>& said) {
  if (!said || said->refuses()) {
    auto why = said ? refusal(*said, "UpdateConfig") : said.error();
    if (said && next_ == 1) // it is done as a whole, or not at all
      return result<void>{std::move(why)};
    return take_back(std::move(why));
  }
  if (next_ < steps_.size())
    return write();
  if (order_.verb == section_verb::create)
    return ask(phase::main_after, sections_question(files_.main, order_.name));
  return reload(phase::reloading);
}

section_writer::step section_writer::take_back(error why) {
  why_ = std::move(why);
  next_ = 0;
  return undo_next();
}

section_writer::step section_writer::undo_next() {
  if (undoable_ && next_ < undo_.size())
    return ask(phase::undoing, undo_[next_++]);
  if (undoable_ && reloaded_ && !undo_.empty())
    return reload(phase::reloading_undone);
  return end();
}

section_writer::step section_writer::end() {
  if (undo_.empty() && undoable_) // removed, or of another file: there is no way back
    why_.message += fmt::format("; what was written into {} stays", file());
  else if (!undoable_)
    why_.message += fmt::format("; what was written into {} could not be taken back", file());
  return result<void>{why_};
}

} // namespace ringmaster::core
