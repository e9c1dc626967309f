// SPDX-License-Identifier: Apache-2.0
/// One ledger of all agents of all servers, and of the calls that campaigns have on the way to them. What is scarce is a
/// person, not a queue: who is a member of five queues is one agent.
///
/// An agent is known by his key, which is made of the server and of the interface whose state counts (`agent_key_of`).
/// Each queue tells what it knows of its members. In the others' eyes a member is as busy as the busiest of his queues
/// says: who talks, is rung or wraps up in one is not free in another. A pause is of the queue that he paused in.
///
/// Campaigns reserve calls where the agents are: whoever holds this ledger's lock looks, decides and claims in one step, so
/// that two campaigns never begin a call each for the one agent whom both have seen. A claim counts until its call meets an
/// agent, is abandoned or ends; after it met one, until the queue has told of an agent who talks.
///
/// Where queues share some of their agents, callers of one take those of the other. How many is up to Asterisk, which
/// offers each caller to whom its queue likes. So a campaign that begins calls for free agents alone counts, of the calls
/// to another queue, as many as there are shared agents who are free; one that predicts counts each of them by the share of
/// that queue's agents whom it reaches too.
///
/// Who does not pick up is counted on less and less (`agent_presence`), and is to be paused after as many calls in a row as the
/// campaigns allow that have calls for him.
///
/// When several campaigns want the same agents, they **take turns**: calls go to the campaign that has begun fewest for its
/// weight. Who has just come begins level with the others, and who lets its turn pass loses it. How many calls there is
/// room for says whoever asks; the one whose turn it is may begin them although it would have waited by itself, so that none
/// that predicts keeps others out by being the boldest, or the first to have learned.
///
/// Pure, not thread-safe. A call's steps are O(1); `queue_is` is O(members), next to nothing for those who do what they did;
/// `look` is O(age steps × campaigns and queues with agents in common).
#pragma once

#include "actors/core/agent_presence.hpp"
#include "actors/core/pacing.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

/// The key of a member. `state_interface` may be empty: it is the interface then. Letters' case, and the options of a Local
/// channel, make no difference, as they make none to Asterisk.
[[nodiscard]] agent_key agent_key_of(std::string_view server, std::string_view interface,
                                     std::string_view state_interface = {});

/// Whether he is shown as one who does not answer: he left two calls in a row unanswered, or is more likely not to answer
/// than to.
[[nodiscard]] bool seems_absent(const agent_status& agent, std::int64_t unanswered) noexcept;

/// How busy that is, the more the higher; 0: he takes no calls at all.
[[nodiscard]] int busy_rank(agent_state s) noexcept;

class agent_ledger {
public:
  using queue_index = std::uint32_t;
  using campaign_index = std::uint32_t;
  using members_pointer = std::shared_ptr<const std::vector<agent_status>>;

  /// A call that is meant for an agent of a queue. A default-made one counts nowhere, and nothing happens to it.
  class claim {
    friend agent_ledger;
    enum class phase : std::uint8_t { none, dialing, given_up, answered };
    queue_index queue_{0};
    campaign_index campaign_{0};
    std::int64_t begun_{0}; ///< in steps of `call_age_step`
    phase at_{phase::none};
  };

  // --- queues
  /// The queue of that name of a server; the same each time.
  [[nodiscard]] queue_index queue(std::size_t server, std::string_view name);
  /// All its members who are logged in, and its counts. The same pointer as before: nobody does anything new.
  void queue_is(queue_index queue, members_pointer members, const availability& counts, time_point now);

  /// What its members do, all queues considered; null: it has never told.
  [[nodiscard]] members_pointer members(queue_index queue, time_point now);
  /// What a member's ringing came to. True: he has left as many calls unanswered as the campaigns allow that have calls on the
  /// way to this queue, and is to be paused.
  [[nodiscard]] bool rang(queue_index queue, agent_key agent, ring_end end, duration for_how_long, time_point now);
  /// He came out of a pause.
  void is_there(agent_key agent, time_point now);
  [[nodiscard]] bool doubts_anybody() const noexcept { return !presence_.empty(); }
  /// Calls in a row that he has left unanswered.
  [[nodiscard]] std::int64_t unanswered(agent_key agent) const;

  // --- campaigns
  [[nodiscard]] campaign_index join();
  void leave(campaign_index campaign);
  struct terms {
    double weight{1};                             ///< above 0
    duration grace{std::chrono::seconds{2}};      ///< its callers wait for so long
    std::optional<std::int64_t> no_answer_limit{}; ///< unanswered calls in a row after which an agent is paused; nothing: never
  };
  /// The queues that its calls go to from now on, one a server.
  void campaign_is(campaign_index campaign, std::span<const queue_index> queues, const terms& on);

  // --- calls
  [[nodiscard]] claim begun(campaign_index campaign, queue_index queue, time_point begun);
  /// It will not be answered, and has not ended yet.
  void given_up(claim& c) noexcept;
  void answered(claim& c) noexcept;
  /// It has met an agent.
  void handed(claim& c, time_point now);
  /// Over, abandoned, or with a machine: it needs no agent any more.
  void ended(claim& c) noexcept;

  // --- what a campaign sees
  struct view {
    members_pointer agents; ///< what they do, all queues considered; null: the queue has never told
    availability counts;    ///< of those; without others' calls
    queue_load load;
    calls_weighed_by_age others{}; ///< calls not answered yet that are likely to take one of these agents
  };
  /// `answer_rate` is what the campaign believes of its own calls; 0: others' calls count as they are. Keeps nothing of it.
  void look(campaign_index campaign, queue_index queue, double answer_rate, time_point now, view& seen);
  /// Grows whenever what some campaign sees may have changed.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  /// Tells the others how likely its calls are to be answered; 0: not known.
  void answer_rate_is(campaign_index campaign, double rate) noexcept { campaigns_[campaign].answer_rate = rate; }

  // --- turns
  /// Whether it would begin calls if there were agents for them; to be said again at least once a second.
  void wants(campaign_index campaign, bool calls, time_point now);
  /// Of the calls that it could begin now, those that are its turn. The others are for `next`, who are to be told; null: do
  /// not ask who.
  [[nodiscard]] std::int64_t turn(campaign_index campaign, const granted_calls& could, time_point now,
                                  std::vector<campaign_index>* next = nullptr);
  /// Calls that others could begin and have left to this campaign in the last moments, because it is its turn: there is room
  /// for them by what those others know of the agents.
  [[nodiscard]] granted_calls granted(campaign_index campaign, time_point now) const noexcept {
    const auto& c = campaigns_[campaign];
    return c.granted_until && now < *c.granted_until ? c.granted : granted_calls{};
  }
  /// Whether others want the same agents now.
  [[nodiscard]] bool has_rivals(campaign_index campaign, time_point now) const { return !rivals(campaign, now).empty(); }
  /// It begins none now: who waits for it to take its turn need not, and is in `denied`.
  void pass(campaign_index campaign, time_point now, std::vector<campaign_index>& denied);

private:
  struct seat {
    queue_index queue;
    agent_status told;
  };
  struct agent_record {
    boost::container::small_vector<seat, 1> seats;
  };
  /// Agents whom two queues have in common.
  struct overlap {
    std::int64_t working{0}, free{0}, ringing{0};
  };
  struct desk { ///< of a campaign at a queue
    campaign_index campaign;
    std::int64_t dialing{0}, answered{0};
    std::int64_t first_step{0};
    std::deque<std::int32_t> by_step; ///< calls not answered, not given up, by when they were begun
    std::deque<time_point> ahead;     ///< calls that met an agent of whom the queue has not told yet
    double handed{0};                 ///< calls that met agents, ever
    time_point last{};                ///< when a call was begun or met an agent
    [[nodiscard]] std::int64_t outstanding() const noexcept { return dialing + answered; }
  };
  struct queue_record {
    std::size_t server{0};
    std::string name;
    members_pointer told, seen; ///< `seen` as all queues tell
    availability told_counts, seen_counts;
    std::int64_t shared{0}; ///< members with seats elsewhere
    boost::unordered_flat_map<queue_index, overlap> overlaps;
    std::vector<desk> desks;
    std::vector<campaign_index> campaigns; ///< whose calls go here
    std::deque<time_point> taken;          ///< agents who began to talk, of whose caller nothing is known yet
    bool stale{true};                      ///< `seen` is to be made anew
    bool doubted{false};                   ///< somebody in `seen` may not answer, as of …
    time_point seen_at{};
  };
  struct campaign_record {
    bool used{false};
    terms on;
    double served{0}, answer_rate{0};
    [[nodiscard]] double each() const noexcept { return 1 / on.weight; }
    std::vector<queue_index> queues;
    std::optional<time_point> wants_until;
    granted_calls granted;
    std::optional<time_point> granted_until;
    std::optional<std::uint64_t> denied_at; ///< calls begun by then, when it was last not its turn
  };

  [[nodiscard]] static agent_status effective(const agent_record& agent, std::size_t seat) noexcept;
  void count_overlaps(const agent_record& agent, std::int64_t by);
  void set_seat(agent_key key, queue_index queue, const agent_status* told);
  void make_seen(queue_record& of, queue_index index, time_point now);
  void see(queue_record& of, queue_index index, time_point now);
  void forget_seen(agent_key agent);
  void began_to_talk(queue_record& of, time_point now);
  desk& desk_of(claim& c);
  desk& desk_at(queue_index queue, campaign_index campaign);
  void take_out(desk& d, claim& c) noexcept;
  [[nodiscard]] bool hungry(const campaign_record& c, time_point now) const noexcept {
    return c.used && c.wants_until && now < *c.wants_until;
  }
  [[nodiscard]] std::vector<campaign_index> rivals(campaign_index campaign, time_point now) const;

  std::uint64_t version_{1};
  std::uint64_t begun_{0}; ///< calls, ever
  std::vector<boost::unordered_flat_map<std::string, queue_index>> by_name_; ///< of each server
  std::vector<queue_record> queues_;
  std::vector<campaign_record> campaigns_;
  boost::unordered_flat_map<agent_key, agent_record> agents_;
  boost::unordered_flat_map<agent_key, agent_presence> presence_; ///< of those who have missed calls of late
};

} // namespace ringmaster::core
