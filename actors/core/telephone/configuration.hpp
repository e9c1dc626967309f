/// Queues and parking lots as Asterisk keeps them: sections of queues.conf and res_parking.conf, made,
/// changed and removed by UpdateConfig, after which the module reads its file again.
///
/// What may be set is on an allow-list, each setting with the form of its values; nothing that a
/// configuration file could read as something else ([ ] ; = > #, control characters) gets into a name or a
/// value. Left out are settings that write recordings (monitor-format, monitor-type).
///
/// A setting that is given replaces all lines of that name, the others stay. UpdateConfig refuses to delete
/// what is not there, and the daemon does not know what is: so a line is appended first, and then all of that
/// name are deleted.
#pragma once

#include "actors/core/telephone/requests.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

enum class configured_kind : std::uint8_t { queue, parking_lot };

/// No values: Asterisk's default. A leading ">", as in the file's "context => default", says nothing and may
/// be there.
struct setting {
  std::string name;
  std::vector<std::string> values;
};

/// Actions to be asked for one after the other, the last one being the reload.
struct reconfiguration {
  std::vector<telephone_request> steps;
  /// If a step behind the first is refused: a section that the module cannot read would keep it from
  /// starting.
  std::optional<telephone_request> undo{};
};

/// Errors name the field: "name", or the setting.
[[nodiscard]] result<reconfiguration> create_section(configured_kind what, std::string_view name,
                                                     const std::vector<setting>& settings);
/// Error: also that nothing is set.
[[nodiscard]] result<reconfiguration> change_section(configured_kind what, std::string_view name,
                                                     const std::vector<setting>& settings);
[[nodiscard]] result<reconfiguration> remove_section(configured_kind what, std::string_view name);

} // namespace ringmaster::core
