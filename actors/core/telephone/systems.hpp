// SPDX-License-Identifier: Apache-2.0
/// The server itself: one object, there from the beginning, filled in by CoreSettings and CoreStatus after each login.
#pragma once

#include "actors/core/telephone/fold.hpp"

namespace ringmaster::core {

class system_fold final : public telephone_fold {
public:
  system_fold(telephone_writer& to, telephone_questions& questions);

  [[nodiscard]] std::span<const ami::event_kind> kinds() const noexcept override;
  void on_event(const ami::message& m, time_point now) override;
  [[nodiscard]] std::span<const telephone_question> listings() const noexcept override;
  void on_response(std::string_view action, const ami::message& m, time_point now) override;
  void on_doubt(time_point now) override { set_connected(1, now); }
  void on_lost(time_point now) override { set_connected(0, now); }

private:
  void set_connected(std::int64_t value, time_point now);

  telephone_writer& to_;
  telephone_questions& questions_;
  const std::string id_;
  std::int64_t channels_{0}; ///< as shown
};

} // namespace ringmaster::core
