// SPDX-License-Identifier: Apache-2.0
/// Parking lots and the calls in them.
#pragma once

#include "actors/core/telephone/fold.hpp"
#include "actors/core/telephone/roster.hpp"

namespace ringmaster::core {

class parking_fold final : public telephone_fold {
public:
  parking_fold(telephone_writer& to, telephone_questions& questions);
  [[nodiscard]] std::span<const ami::event_kind> kinds() const noexcept override;
  [[nodiscard]] std::span<const telephone_question> listings() const noexcept override;
  void on_event(const ami::message& m, time_point now) override;
  void on_response(std::string_view action, const ami::message& m, time_point now) override;
  void on_doubt(time_point now) override;
  void on_time(time_point now) override;

private:
  telephone_questions& questions_;
  roster<telephone::parked_call> calls_;
  roster<telephone::parking_lot> lots_;
};

} // namespace ringmaster::core
