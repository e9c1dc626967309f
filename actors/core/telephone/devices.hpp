// SPDX-License-Identifier: Apache-2.0
/// Device states. Those of Local channels are left out: Asterisk keeps none either, and there would be one
/// for each number that was ever called.
#pragma once

#include "actors/core/telephone/fold.hpp"
#include "actors/core/telephone/roster.hpp"

namespace ringmaster::core {

class device_fold final : public telephone_fold {
public:
  explicit device_fold(telephone_writer& to);
  [[nodiscard]] std::span<const ami::event_kind> kinds() const noexcept override;
  [[nodiscard]] std::span<const telephone_question> listings() const noexcept override;
  void on_event(const ami::message& m, time_point now) override;
  void on_response(std::string_view action, const ami::message& m, time_point now) override;
  void on_doubt(time_point) override { devices_.doubt_all(); }
  void on_time(time_point now) override { devices_.on_time(now); }

private:
  roster<telephone::device_state> devices_;
};

} // namespace ringmaster::core
