// SPDX-License-Identifier: Apache-2.0
/// Queues and parking lots as Asterisk keeps them: sections of a configuration file, made, changed and removed by
/// UpdateConfig, after which the module reads its file again.
///
/// UpdateConfig writes a file anew, and what people write into queues.conf does not always survive that: block comments,
/// files included by a pattern, values that override a template's. AMI cannot tell whether a file has any. So there is a
/// **file of our own** for each kind, which nobody else writes, and which the administrator has queues.conf or
/// res_parking.conf include by one line (`include_line`). Other sections are changed only where a setting allows it.
/// `section_writer.hpp` says in which order Asterisk is asked for what.
///
/// What may be set is on an allow-list, each setting with the form of its values; nothing that a
/// configuration file could read as something else ([ ] ; = > #, control characters) gets into a name or a
/// value. Left out are settings that write recordings (monitor-format, monitor-type).
#pragma once

#include "actors/core/telephone/requests.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::core {

enum class configured_kind : std::uint8_t { queue, parking_lot };

struct configured_files {
  std::string_view noun;   ///< "queue"
  std::string_view main;   ///< the module's own: "queues.conf"
  std::string_view ours;   ///< the one that we write: "ringmaster-queues.conf"
  std::string_view module; ///< "app_queue"
};
[[nodiscard]] const configured_files& files_of(configured_kind what) noexcept;
/// What the administrator puts at the end of the main file. `#tryinclude`: with `#include`, Asterisk could not read the
/// main file at all while ours is not there.
[[nodiscard]] std::string include_line(configured_kind what);

/// No values: Asterisk's default. A leading ">", as in the file's "context => default", says nothing and may
/// be there.
struct setting {
  std::string name;
  std::vector<std::string> values;
};

enum class section_verb : std::uint8_t { create, change, remove };

/// What somebody wants of a section; made by the functions below, so that all of it may go into a file.
struct section_order {
  configured_kind kind{configured_kind::queue};
  section_verb verb{section_verb::create};
  std::string name;
  std::vector<setting> settings;
};

/// Lines that a section may have, so that Asterisk can show it in one message.
inline constexpr std::size_t most_section_lines = 1000;

/// Errors name the field: "name", or the setting.
[[nodiscard]] result<section_order> create_section(configured_kind what, std::string_view name, std::vector<setting> settings);
/// Error: also that nothing is set.
[[nodiscard]] result<section_order> change_section(configured_kind what, std::string_view name, std::vector<setting> settings);
[[nodiscard]] result<section_order> remove_section(configured_kind what, std::string_view name);

// --- as actions, each of no more headers than Asterisk takes; one of them is done as a whole or not at all

/// `replaces`: a section of that name is in the file, and goes.
[[nodiscard]] std::vector<telephone_request> section_made(std::string_view file, const section_order& order, bool replaces);
/// A setting that is given replaces all lines of that name, the others stay. UpdateConfig refuses to delete what is not
/// there, and only the file knows what is: so a line is appended first, and then all of that name are deleted.
[[nodiscard]] std::vector<telephone_request> section_changed(std::string_view file, const section_order& order);
[[nodiscard]] std::vector<telephone_request> section_removed(std::string_view file, std::string_view name);

/// A section as GetConfig tells it.
struct section_lines {
  std::vector<std::pair<std::string, std::string>> lines; ///< name and value
  bool is_template{false};
  bool inherits{false}; ///< some lines are a template's
};
/// The section has these lines again. Nothing: one of them does not go into an action.
[[nodiscard]] std::optional<std::vector<telephone_request>> section_restored(std::string_view file, std::string_view name,
                                                                             const section_lines& lines);

/// Asks for the sections of that name in a file and in all that it includes, templates as well.
[[nodiscard]] telephone_request sections_question(std::string_view file, std::string_view name);
/// What the answer tells; names are the same in any case.
[[nodiscard]] std::vector<section_lines> sections_in(const telephone_answer& answer, std::string_view name);

} // namespace ringmaster::core
