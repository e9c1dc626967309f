// SPDX-License-Identifier: Apache-2.0
/// Queues, their members, and the agents behind them: who is rung for whom, who talks, who rests.
#pragma once

#include "bench/simulated_pbx/calls.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ringmaster::sim {

class queue;
struct config_section;

/// What rings and talks: one for each interface, shared by the queues that it is a member of.
struct phone {
  std::string interface;  ///< Local/agent-01@agents/n
  std::string technology; ///< Local, PJSIP
  std::string resource;   ///< agent-01@agents, agent-01
  std::string extension;  ///< agent-01
  std::string context;    ///< agents; empty for a phone
  enum class device : std::uint8_t { free = 1, in_use = 2, ringing = 6 } state{device::free};
  sim_time rests_until{0}; ///< wrap-up work
  std::uint64_t calls{0};  ///< rung so often; chooses what the agent does in the next one
  pick_up habit{pick_up::usual};
  std::optional<distribution> ring; ///< picks up after this long; nothing: as the queue's agents do
  std::vector<queue*> queues;

  [[nodiscard]] std::string device_name() const { return technology + "/" + resource; }
};

struct member {
  std::shared_ptr<sim::phone> phone;
  std::string name;
  std::int64_t penalty{0};
  bool paused{false};
  std::string paused_reason;
  bool dynamic{false};
  bool ring_in_use{false};
  bool in_call{false};
  std::int64_t calls_taken{0};
  std::int64_t last_call{0}; ///< seconds since 1970, as are the next two; 0: never
  std::int64_t last_pause{0};
  std::int64_t login{0};
  sim_time last_rung{-1};
};

/// How a call comes to be out of its queue.
enum class parting : std::uint8_t {
  caller,   ///< he hangs up
  agent,    ///< the agent ends the talk
  transfer, ///< the agent passes him on
  handed,   ///< the same after he has talked with the one who takes him: the caller stays in his bridge
  action,   ///< AMI's Hangup or Redirect: of a talk that ends so no AgentComplete tells
  parked,   ///< by the agent or an action; nor of one that ends so
  moved,    ///< AMI's Redirect of a waiting caller who has no dialplan to come back to: no event tells of it at all
  timeout,  ///< the queue's own time is over
  empty,    ///< `leavewhenempty`
};

/// Why a queue lets nobody in.
enum class refusal_to_join : std::uint8_t { unknown, full, empty };

class queue {
public:
  queue_population how; ///< its name, strategy and its agents' habits
  std::vector<std::shared_ptr<member>> members;
  std::vector<std::uint64_t> waiting; ///< calls, first come first
  std::size_t next_member{0};         ///< where the round robin goes on
  std::int64_t weight{0}; ///< shown, and without effect here
  std::int64_t hold_time{0}, talk_time{0}, completed{0}, abandoned{0}, completed_in_level{0};

  [[nodiscard]] member* find(std::string_view interface) const;
  [[nodiscard]] double service_level() const noexcept {
    return completed == 0 ? 0.0
                          : 100.0 * static_cast<double>(completed_in_level) / static_cast<double>(completed);
  }
};

class queue_system {
public:
  explicit queue_system(core& c);
  void serve(call_system& calls) noexcept { calls_ = &calls; }

  /// Nothing when the caller is in; else Queue() is over at once, and no event but QUEUESTATUS tells of it.
  std::optional<refusal_to_join> join(call& c, std::string_view name, std::optional<sim_time> timeout);
  /// The caller goes: it abandons, or its talk with an agent ends.
  void leave(call& c, parting how);
  /// Action Hangup on an agent's channel.
  void hang_up_agent(std::uint64_t attempt);
  /// The caller's Local channel gave way to the trunk's: Asterisk says that his talk is complete, and it goes on.
  void caller_was_swapped(call& c);
  /// The agent who talks with `c` leaves it in its bridge, with whom he has asked to take it.
  void hand_over(call& c);
  /// The agent's channel of a talk; null: `c` talks with none.
  [[nodiscard]] channel* agent_of(const call& c) const;
  [[nodiscard]] call* caller_of(std::uint64_t id) const;
  /// What the agent behind an interface does from now on; false: nobody has it.
  bool set_habit(std::string_view interface, pick_up how, std::optional<distribution> ring);

  // Actions. What they answer is an error's text, or nothing.
  std::optional<std::string> add(std::string_view name, std::string_view interface,
                                 std::string_view member_name, std::int64_t penalty, bool paused);
  std::optional<std::string> remove(std::string_view name, std::string_view interface);
  std::optional<std::string> pause(std::string_view name, std::string_view interface, bool paused,
                                   std::string_view reason);
  std::optional<std::string> set_penalty(std::string_view name, std::string_view interface,
                                         std::int64_t penalty);
  std::optional<std::string> set_ring_in_use(std::string_view name, std::string_view interface, bool on);
  void reset(std::string_view name);
  /// Reads the configuration anew: queues that are new, changed or gone, with their static members; nothing tells of it but
  /// the next list. A queue that somebody waits or talks in goes at the first reload after that (a real one with its
  /// last caller).
  void configure(const std::vector<const config_section*>& wanted);
  /// Appends the events of QueueStatus (or QueueSummary) and returns how many.
  std::size_t status(std::string& out, std::string_view name, std::string_view interface,
                     std::string_view action_id) const;
  std::size_t summary(std::string& out, std::string_view name, std::string_view action_id) const;
  [[nodiscard]] const std::vector<std::unique_ptr<queue>>& all() const noexcept { return queues_; }

private:
  /// One ringing of one member for one caller, up to the end of their talk.
  struct attempt {
    std::uint64_t id{0};
    std::uint64_t call{0};
    queue* in{nullptr};
    std::shared_ptr<sim::member> member;
    channel* one{nullptr};
    channel* two{nullptr}; ///< of a Local interface
    sim_time rung_at{0};
    sim_time talk{0};
    sim_time rest{0};
    sim_time pause_delay{0};
    std::string bridge;
    bool connected{false};
    bool told{false}; ///< AgentComplete has been sent
  };

  [[nodiscard]] queue* find(std::string_view name) const;
  std::shared_ptr<phone> phone_for(std::string_view interface);
  void attach(queue& q, const std::shared_ptr<member>& m);
  void configure_members(queue& q, const config_section& s);
  [[nodiscard]] bool can_take(const member& m) const;
  [[nodiscard]] std::vector<std::shared_ptr<member>> choose(queue& q);
  void assign(queue& q);
  void ring(queue& q, call& c, const std::shared_ptr<member>& m);
  void answered(std::uint64_t id);
  void no_answer(std::uint64_t id);
  void rejected(std::uint64_t id);
  void not_taken(attempt& a, std::string_view status, int cause);
  void give_up(attempt& a, std::string_view status, int cause);
  void talked(std::uint64_t id, parting how);
  void complete(attempt& a, call& c, parting how);
  void pass_on(std::uint64_t id, const std::string& kind);
  void release(attempt& a, int cause);
  void rest_by_pause(queue& q, const std::string& interface, sim_time rest);
  void leaves_by_itself(call& c, parting how);
  void look_whether_empty(call& c);
  [[nodiscard]] bool counts_as_empty(const queue& q, emptiness rule) const;
  void take_out(queue& q, call& c);
  void abandon(queue& q, call& c, parting how);
  void set_device(phone& p, phone::device state);
  void wake(const phone& p);
  void queue_variables(const queue& q, channel& c);
  void member_event(std::string_view event, const queue& q, const member& m);
  void agent_event(std::string_view event, const attempt& a, const call& c, std::string_view first,
                   std::int64_t first_value, std::string_view second, std::int64_t second_value,
                   std::string_view reason);
  void describe(header_writer& to, const queue& q, const member& m) const;
  [[nodiscard]] int position(const queue& q, const call& c) const;
  [[nodiscard]] std::vector<queue*> named(std::string_view name) const;

  core& core_;
  call_system* calls_{nullptr};
  std::vector<std::unique_ptr<queue>> queues_;
  std::vector<std::unique_ptr<queue>> gone_;
  std::unordered_map<std::string, std::shared_ptr<phone>> phones_;
  std::unordered_map<std::uint64_t, attempt> attempts_;
  std::uint64_t last_attempt_{0};
};

} // namespace ringmaster::sim
