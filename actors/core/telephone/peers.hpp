// SPDX-License-Identifier: Apache-2.0
/// Peers and registries: PJSIP's endpoints and outbound registrations, and those of IAX2. PJSIP's lists are
/// asked for by `pjsip_fold`; this fold reads their answers.
#pragma once

#include "actors/core/telephone/fold.hpp"
#include "actors/core/telephone/roster.hpp"

namespace ringmaster::core {

class peer_fold final : public telephone_fold {
public:
  explicit peer_fold(telephone_writer& to);
  [[nodiscard]] std::span<const ami::event_kind> kinds() const noexcept override;
  [[nodiscard]] std::span<const telephone_question> listings() const noexcept override;
  void on_event(const ami::message& m, time_point now) override;
  void on_response(std::string_view action, const ami::message& m, time_point now) override;
  void on_doubt(time_point now) override;
  void on_time(time_point now) override;

private:
  void hear_of_endpoint(const ami::message& m, time_point now);
  void hear_status(const ami::message& m, time_point now);
  void hear_registry(const ami::message& m, time_point now);

  roster<telephone::peer> peers_;
  roster<telephone::registry> registries_;
};

} // namespace ringmaster::core
