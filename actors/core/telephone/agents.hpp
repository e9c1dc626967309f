// SPDX-License-Identifier: Apache-2.0
/// Agents of the agent pool.
#pragma once

#include "actors/core/telephone/fold.hpp"
#include "actors/core/telephone/roster.hpp"

namespace ringmaster::core {

class agent_fold final : public telephone_fold {
public:
  explicit agent_fold(telephone_writer& to);
  [[nodiscard]] std::span<const ami::event_kind> kinds() const noexcept override;
  [[nodiscard]] std::span<const telephone_question> listings() const noexcept override;
  void on_event(const ami::message& m, time_point now) override;
  void on_response(std::string_view action, const ami::message& m, time_point now) override;
  void on_doubt(time_point) override { agents_.doubt_all(); }
  void on_time(time_point now) override { agents_.on_time(now); }

private:
  roster<telephone::agent> agents_;
};

} // namespace ringmaster::core
