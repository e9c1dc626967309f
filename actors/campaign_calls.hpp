// SPDX-License-Identifier: Apache-2.0
/// A campaign's calls that are up: how far each is, when it wants to hear of time next, and what becomes of a
/// live answer that nobody takes. What happens to them it tells pacing, and counts.
///
/// A grace begins when it is known that a caller waits. While the line to his server is down none passes, and nobody is
/// hung up or counted; after the login the server says who waits and who talks.
///
/// All times are moments (`clock`). Belongs to one campaign actor, on its thread alone; sends that one `grace_passed`, `treatment_failed` and
/// `count_again`, which it hands back. Writes through the store. What names a call is O(1).
#pragma once

#include "actors/campaign_counters.hpp"
#include "actors/campaign_pacing.hpp"
#include "actors/campaign_setup.hpp"
#include "actors/core/settled_calls.hpp"
#include "actors/messages.hpp"
#include "actors/shared.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ringmaster {

class campaign_calls {
public:
  /// Goes on counting where the campaign `id` left off. `pacing` and `setup` are those of the same campaign.
  campaign_calls(caf::event_based_actor* self, const uuid& id, engine_shared& shared, campaign_pacing& pacing,
                 const campaign_setup& setup);
  ~campaign_calls();
  campaign_calls(const campaign_calls&) = delete;
  campaign_calls& operator=(const campaign_calls&) = delete;

  [[nodiscard]] bool empty() const noexcept { return calls_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return calls_.size(); }
  /// Of those, calls whose intents are on disk.
  [[nodiscard]] std::size_t begun() const noexcept { return begun_; }
  /// Since when the caller waits who has waited longest for an agent; nothing: none does. O(calls).
  [[nodiscard]] maybe_time longest_waiting() const;
  [[nodiscard]] const campaign_counters& counters() const noexcept { return counters_; }
  /// Of the calls that this process has begun.
  [[nodiscard]] const core::settled_calls& settled() const noexcept { return settled_; }
  /// Calls that were told to be over, see `live_state::ends`.
  [[nodiscard]] std::uint64_t ends_heard() const noexcept { return ends_heard_; }

  // A call's life.
  /// It is to be begun, and its server has room for it (`server_room::claim`); its intent is on the way to the disk. The
  /// ledger is locked: see `campaign_pacing::reserve`.
  void intend(core::agent_ledger& ledger, const uuid& id, const std::string& pbx, const core::call_features& features,
              const breaker_ticket& ticket,
              time_point now);
  /// Its intent is on disk: makes its channel actor. Null: there is no such call.
  [[nodiscard]] channel_handle begin(const dialing& intent);
  /// Calls that were up when this process began.
  void adopt(const adopted_calls& adopted, time_point now);
  /// True: pacing has heard something new.
  [[nodiscard]] bool milestone(const call_milestone& what, time_point now);
  /// It is over, and its end is on disk.
  void finished(const call_finished& what, time_point now);
  /// It is none of ours: its intent could not be written.
  void forget(const uuid& id, time_point now) { forget(id, true, now); }

  void hang_up_all(time_point now);
  /// Hangs up the ringing calls that pacing gives up; they end as any that is not answered.
  void give_up_ringing(time_point now);
  /// Another method paces now: tells it each call's whole life so far, at the times when it happened.
  void tell_pacing(time_point now);

  // Live answers that nobody takes.
  /// Hangs up or sends away whose grace has passed. True: pacing has heard something new.
  [[nodiscard]] bool pass_graces(time_point now);
  /// What the server says of a caller whose grace has passed while nobody knew whether he is with an agent. True: pacing
  /// has heard something new.
  [[nodiscard]] bool confirmed(const uuid& id, bool waits, time_point now);
  /// The server would not do so.
  void treat_again(const uuid& id, time_point now);
  /// Writes a live answer down, in the commit that takes the end of the call, or what else happens now.
  void count(const storage::counted_answer& answer);

  /// Sees to deadlines; to be called several times a second.
  void pass_deadlines(time_point now);
  /// Writes the counters down, if they have changed.
  void keep();

private:
  struct call_in_flight {
    channel_handle channel; ///< null while the intent is not on disk
    std::string pbx;
    core::milestones reached;
    time_point deadline{time_point::max()};
    time_point begun, rang, answered, connected;
    core::call_features features;
    breaker_ticket ticket;
    campaign_pacing::call_claim claim; ///< of an agent
    core::settled_calls::place place{core::settled_calls::no_place};
    bool counted{false}; ///< among the live answers of its day
    bool not_waiting{false}; ///< so the server says, although no agent was heard to take the call: nobody knows its fate
    bool treated{false}; ///< its grace has passed: it was hung up or sent away, or that is being tried
    bool out_of_sight{false}; ///< nobody knows what it has come to: it is given no grace, and nobody gives it up
    bool talks{false};     ///< or has talked: to an agent, or to whoever else it was found with; or it waits elsewhere
    bool sent_away{false}; ///< to another place of the dialplan, or that is being tried

    /// In the queue, with nobody to talk to yet.
    [[nodiscard]] bool waits() const noexcept { return may_be_given_up() && !treated; }
    /// It is known to have answered and to have met nobody.
    [[nodiscard]] bool has_met_nobody() const noexcept {
      return reached.has(core::milestone::answered) && !reached.has(core::milestone::connected) && !out_of_sight && !talks;
    }
    /// And it has not left the queue.
    [[nodiscard]] bool may_be_given_up() const noexcept {
      return has_met_nobody() && !reached.has(core::milestone::abandoned);
    }
    /// It may have met an agent, or waited in vain: nothing was heard that would tell.
    [[nodiscard]] bool fate_is_unknown() const noexcept { return out_of_sight || not_waiting; }
  };
  using timed_call = std::pair<time_point, uuid>;
  using timed_calls = std::priority_queue<timed_call, std::vector<timed_call>, std::greater<>>;

  void restore_counters();
  void count_connected();
  void count_abandoned();
  /// `heard`: how it ended.
  void forget(const uuid& id, bool heard, time_point now);
  void tell_pacing(const uuid& id, call_in_flight& call, time_point now);
  template <class Tell>
  void tell_and_count(const uuid& id, call_in_flight& call, Tell&& tell);
  void await_grace(time_point until, const uuid& id, time_point now);
  void look_at_graces(time_point now);
  [[nodiscard]] bool must_ask(const call_in_flight& call) const;
  void give_up(const uuid& id, call_in_flight& call, time_point now);
  void treat(const uuid& id, call_in_flight& call);

  caf::event_based_actor* self_;
  campaign_handle me_;
  uuid id_;
  engine_shared& shared_;
  campaign_pacing& pacing_;
  const campaign_setup& setup_;

  boost::unordered_flat_map<uuid, call_in_flight, std::hash<uuid>> calls_;
  timed_calls deadlines_, graces_;
  time_point grace_look_{time_point::max()}; ///< when `grace_passed` comes next
  time_point next_hang_up_{};
  campaign_counters counters_, kept_;
  core::settled_calls settled_;
  std::uint64_t ends_heard_{0};
  std::size_t begun_{0};
};

} // namespace ringmaster
