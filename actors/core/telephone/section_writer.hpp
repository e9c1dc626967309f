// SPDX-License-Identifier: Apache-2.0
/// What Asterisk is asked for, one after the other, until a section of its configuration is as somebody wants it.
///
/// **Made**, always in the file of our own: does the module know the name? is the file there (CreateConfig)? does the
/// main file hold such a section, in itself or in a file that it includes, and do we? UpdateConfig; does the main file
/// show the section now, which is to say: does it include ours? a reload; and does the module know the name?
///
/// **Changed, removed**: do we hold the section? If not, it is refused, or, where the server's setting allows that,
/// changed in the main file, with all that UpdateConfig may lose there.
///
/// A reload is answered with Success whatever the module could read (app_queue's at least), so that the module has the
/// last word. Where it does not have what was made, that is taken out again; where it has lost what was changed, the old
/// lines are put back. A change of several actions is not done as a whole; whatever stops it is undone the same way.
/// What cannot be undone any more, because the server is gone, stays in our file: making the section anew replaces it.
///
/// Pure. One of them at a time is to be under way on a server: UpdateConfig knows no locks.
#pragma once

#include "actors/core/telephone/configuration.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace ringmaster::core {

class section_writer {
public:
  /// Whether the module knows the section of the order: QueueStatus, or Parkinglots.
  struct ask_module {};
  /// What is to be done now: ask for one thing, or tell what came of it all.
  using step = std::variant<telephone_request, ask_module, result<void>>;

  /// `server`: its name, for errors. `lossy`: other files may be written as well.
  section_writer(std::string server, section_order order, bool lossy);

  [[nodiscard]] step begin();
  /// The answer to a request; an error: there is none.
  [[nodiscard]] step on_answer(const result<telephone_answer>& said);
  [[nodiscard]] step on_module(const result<bool>& knows);

  [[nodiscard]] const section_order& order() const noexcept { return order_; }
  /// The file that is written.
  [[nodiscard]] std::string_view file() const noexcept { return foreign_ ? files_.main : files_.ours; }

private:
  enum class phase : std::uint8_t {
    module_before,
    making_file,
    main_before,
    ours_before,
    writing,
    main_after,
    reloading,
    module_after,
    undoing,
    reloading_undone,
  };

  step ask(phase at, telephone_request what);
  step reload(phase at);
  step have_ours(const telephone_answer* said);
  step write();
  step written(const result<telephone_answer>& said);
  step take_back(error why);
  step undo_next();
  step end();

  [[nodiscard]] error refusal(const telephone_answer& said, std::string_view action) const;
  [[nodiscard]] error not_included() const;
  [[nodiscard]] error not_ours() const;
  [[nodiscard]] error held_elsewhere() const;

  std::string server_;
  section_order order_;
  configured_files files_;
  bool lossy_;
  bool foreign_{false};  ///< the main file is written
  phase at_{phase::module_before};
  std::size_t in_main_{0}; ///< sections of the name that the main file shows
  section_lines before_;   ///< what ours held
  std::vector<telephone_request> steps_, undo_;
  std::size_t next_{0};
  bool reloaded_{false}, undoable_{true};
  error why_;             ///< why it is being undone
};

} // namespace ringmaster::core
