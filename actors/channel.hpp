// SPDX-License-Identifier: Apache-2.0
/// One live call of ours: the actor around core/call.hpp. It begins with the durable intent, follows the call
/// through the messages that the pbx routes to it, tells its campaign what happens, and ends when the end of
/// the call is on disk.
///
/// An answer is written down when it comes (so that nobody who answered is called again after a crash), the
/// end when it comes. Where neither can be written, a note of it waits beside the database (`store_operation`), and
/// meanwhile the call counts as live.
///
/// There is one for each call that is up, and nearly all that they hear comes from their pbx. So they are small, one
/// piece of memory each, and run on the thread of whoever sends (actors/direct_actor.hpp): what the pbx has fetched for
/// a message is where the message is handled. Nobody is linked to them. A fault ends the campaign as well, as that of
/// any other actor would.
///
/// What it learns of the way to the telephone it tells the server's circuit breakers, and gives tries back when these say
/// that the way failed and not the calls.
///
/// Messages: `message_batch`, `originate_written`, `channel_presence`, `connection_lost`, `call_deadline`,
/// `hang_up_call`, `redirect_call`; `end_not_written` and `call_over` to itself.
#pragma once

#include "actors/core/call.hpp"
#include "actors/core/translate.hpp"
#include "actors/direct_actor.hpp"
#include "actors/messages.hpp"
#include "actors/shared.hpp"

namespace ringmaster {

class channel final : public direct_actor {
public:
  /// The channel of a call whose intent is on disk; `adopted`: it was up before this process began. It is in
  /// `live_state::dialings` then.
  [[nodiscard]] static channel_handle begin(caf::actor_system& system, const dialing& record, campaign_handle campaign,
                                        bool adopted, engine_shared& shared, const breaker_ticket& ticket = {});

  /// Of `begin`.
  channel(caf::actor_config& config, const dialing& record, campaign_handle campaign, bool adopted, engine_shared& shared,
          const breaker_ticket& ticket);

  const char* name() const override { return "channel"; }

  /// What nearly every message looks at is among so many first bytes of it.
  static constexpr std::size_t hot_bytes = 320;

private:
  void receive(caf::type_erased_tuple& what) override;
  void ended(const caf::error& why) noexcept override;

  void take(const core::call_event& event);
  [[nodiscard]] bool is_of_the_customer(const core::addressed_event& what) const;
  [[nodiscard]] bool is(call_is what, const std::function<void(result<std::string>)>& else_told) const;
  void tell(const char* event) const;
  void log_end() const;
  void keep_answer();
  void tell_breakers(bool new_channel, time_point now);
  void give_back(const std::vector<core::used_try>& tries);
  void write_end();
  template <class Message>
  void ask_pbx(Message what) const;

  engine_shared& shared_;
  campaign_handle campaign_;
  pbx_handle pbx_; ///< no pbx: its server has left the configuration
  time_point told_deadline_{}; ///< that the campaign knows
  bool answer_kept_;
  bool end_refused_{false}; ///< by the disk, and not tried again yet
  bool evidence_told_{false};
  bool try_given_back_{false}; ///< its way failed, and not the call
  live_call call_;
  server_breakers* breakers_; ///< null: a call that was begun by another process
  breaker_ticket ticket_;
  std::optional<std::string> held_; ///< why its Originate could not be written
};

} // namespace ringmaster
