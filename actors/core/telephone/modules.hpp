// SPDX-License-Identifier: Apache-2.0
/// The server's modules, as `module show` lists them: after each login, and after modules were loaded, unloaded or
/// reloaded. A login without the right to use the CLI (AMI class command) leaves the list empty.
#pragma once

#include "actors/core/telephone/fold.hpp"

#include <optional>

namespace ringmaster::core {

/// A line of `module show`; nothing: it is none of a module. Columns may run into each other, so that it is read from
/// both ends.
[[nodiscard]] std::optional<telephone::module_info> read_module_line(std::string_view line);

class module_fold final : public telephone_fold {
public:
  module_fold(telephone_writer& to, telephone_questions& questions) : to_{to}, questions_{questions} {}

  [[nodiscard]] std::span<const ami::event_kind> kinds() const noexcept override;
  void on_event(const ami::message& m, time_point now) override;
  [[nodiscard]] std::span<const telephone_question> listings() const noexcept override;
  void on_response(std::string_view action, const ami::message& m, time_point now) override;
  void on_doubt(time_point) override { list_at_.reset(); }
  void on_time(time_point now) override;

private:
  void list_soon(time_point now);

  telephone_writer& to_;
  telephone_questions& questions_;
  std::optional<time_point> list_at_;
};

} // namespace ringmaster::core
