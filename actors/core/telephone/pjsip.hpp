// SPDX-License-Identifier: Apache-2.0
/// PJSIP's endpoints, addresses of record, credentials, contacts and outbound registrations.
///
/// Asterisk lists each kind with little of what there is; all of it comes with PJSIPShowEndpoint, which is
/// asked for one endpoint after the other once the lists are there, so that no more than one answer is under
/// way. When all have come, the whole appears at once. Later an endpoint is asked for again when a contact of
/// it comes or goes, and everything when PJSIP has been reloaded.
#pragma once

#include "actors/core/telephone/fold.hpp"
#include "actors/core/telephone/roster.hpp"

#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace ringmaster::core {

class pjsip_fold final : public telephone_fold {
public:
  pjsip_fold(telephone_writer& to, telephone_questions& questions);
  [[nodiscard]] std::span<const ami::event_kind> kinds() const noexcept override;
  [[nodiscard]] std::span<const telephone_question> listings() const noexcept override;
  void on_event(const ami::message& m, time_point now) override;
  void on_response(std::string_view action, const ami::message& m, time_point now) override;
  void on_doubt(time_point now) override;
  void on_time(time_point now) override;

private:
  void on_answer(const ami::message& m, time_point now);
  void begin_round();
  void list_over(time_point now);
  void next_endpoint(time_point now);
  void round_over(time_point now);
  void endpoint_over(time_point now);
  void again(std::string_view endpoint, time_point now);
  void contact_status(const ami::message& m, time_point now);
  void device_state(const ami::message& m, time_point now);
  void registry(const ami::message& m, time_point now);
  void reloaded(std::string_view module);
  void channel_count(std::string_view channel, std::int64_t by, time_point now);

  /// An object that a list or an endpoint's answer has told of.
  template <class T>
  void told(roster<T>& of, T object, time_point now);

  telephone_writer& to_;
  telephone_questions& questions_;
  roster<telephone::pjsip_endpoint> endpoints_;
  roster<telephone::pjsip_aor> aors_;
  roster<telephone::pjsip_auth> auths_;
  roster<telephone::pjsip_contact> contacts_;
  roster<telephone::pjsip_registration> registrations_;

  std::size_t lists_left_{0}; ///< of the round under way, that are not complete
  bool round_{false};         ///< everything is being asked for
  bool stale_{false};         ///< PJSIP was reloaded while a round was under way
  std::uint64_t rounds_{0};   ///< names the round's lists for the rosters
  std::string round_name_;
  std::deque<std::string> to_ask_;      ///< endpoints
  std::deque<std::string> after_round_; ///< endpoints to be asked for once more when the round is over
  std::string asked_;                   ///< endpoint whose answer is under way; empty: none
  std::unordered_set<std::string> contacts_told_; ///< of that endpoint, by this answer
};

} // namespace ringmaster::core
