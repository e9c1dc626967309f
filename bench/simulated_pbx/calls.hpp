// SPDX-License-Identifier: Apache-2.0
/// Originated calls: dialing a customer, answer or refusal, what runs after the answer, and every way to end.
///
///     originate ─► dialing ─┬─ refused, rings out, cancelled ─► gone
///                           └─ answer ─► up: application (queue, park, wait …) ─► gone
#pragma once

#include "bench/simulated_pbx/core.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ringmaster::sim {

class queue_system;
enum class parting : std::uint8_t;
class parking_lot;
class parking_system;
class equipment;
class queue;

/// What `Action: Originate` asks for.
struct originate_request {
  std::string action_id;
  std::uint64_t session{0}; ///< who waits for the answer of a synchronous one
  bool async{true};
  bool of_the_house{false}; ///< somebody at the PBX makes it, and no client; the journal leaves it out
  std::string channel; ///< as given, e.g. Local/1000001@customers
  std::string id;      ///< ChannelId; empty: the PBX's own
  std::string other_id;
  sim_time timeout{30'000'000};
  std::string caller_number, caller_name;
  std::string application, data;
  std::string context, extension;
  int priority{1};
  std::string account;
  std::vector<std::pair<std::string, std::string>> variables; ///< in the order given
};

/// Where a dial string leads.
struct dial_target {
  std::string technology; ///< Local, PJSIP …
  std::string number;     ///< what is called
  std::string resource;   ///< the channel's name between technology and serial: 1000001@customers, carrier
  std::string context;    ///< of Local
};
[[nodiscard]] dial_target parse_dial_string(std::string_view text);

/// A caller's place in a queue; in `call` because there is at most one.
struct queue_place {
  queue* in{nullptr}; ///< null: in no queue
  sim_time joined{0};
  int original_position{0};
  bool connected{false};
  sim_time connected_at{0};
  sim_time retry_at{0};
  std::vector<std::uint64_t> attempts; ///< members that ring for it, or the one that talks
};

struct call {
  enum class phase : std::uint8_t { dialing, up };
  std::uint64_t id{0};
  originate_request request;
  dial_target target;
  customer who;
  phase where{phase::dialing};
  std::optional<trunk_condition> trunk; ///< what is wrong with it, for this call
  bool ringing{false};
  bool in_dialplan{false}; ///< runs a context, not a single application
  bool over_limit{false};  ///< no dialplan begins for it
  channel* one{nullptr};   ///< the side that runs the application
  channel* two{nullptr};   ///< of Local: the customer's side
  const route* way{nullptr};  ///< of Local into a context that dials a trunk
  channel* three{nullptr};    ///< the trunk's channel behind `two`; after an optimisation it is `one`
  std::string trunk_bridge;   ///< that `two` and `three` are in
  bool swapped{false};        ///< the Local channel has been optimised away
  channel* partner{nullptr};  ///< whom an agent handed the call over to, a Local channel …
  channel* partner_two{nullptr};
  std::uint64_t with{0};      ///< the call that this one talks with since it was taken back from its parking space
  std::uint32_t step{0}; ///< changes with each application, so that timers of former ones know they are late
  queue_place place;
  int parking_space{0};
  parking_lot* parked_in{nullptr};
  sim_time parked_at{0};
  bool in_agi{false}; ///< waits for AGI commands
  std::string agent;  ///< of the agent pool: who has logged in with it
};

/// Why an up call ends.
enum class ending : std::uint8_t {
  customer,    ///< the customer hangs up
  application, ///< nothing more to run
  request,     ///< an action hangs it up
  server,      ///< the whole PBX stops
};

class call_system {
public:
  call_system(core& c, queue_system& queues, parking_system& parking, equipment& things)
      : core_{c}, queues_{queues}, parking_{parking}, equipment_{things} {}

  /// Told of the end of a synchronous originate: session, action id, whether it was answered.
  std::function<void(std::uint64_t, const std::string&, bool)> answer_synchronous;

  void originate(originate_request request);
  /// An agent and the customer have met: a Local channel between them may give way now.
  void talks_with_agent(call& c);
  /// Action BlindTransfer by one who is in a bridge with `c`: the agent, or the other one.
  void blind_transfer(call& c, const channel& by, std::string_view context, std::string_view extension);
  /// Action Atxfer by the agent: asks the extension, and hands `c` over a moment later.
  void attended_transfer(call& c, std::string_view context, std::string_view extension);
  /// The agent parks `c`, and somebody else takes it back.
  void park_and_take_back(call& c, sim_time after);
  [[nodiscard]] call* find(std::uint64_t id);
  [[nodiscard]] std::size_t live() const noexcept { return calls_.size(); }
  [[nodiscard]] std::uint64_t processed() const noexcept { return last_id_; }

  /// Action Hangup on one of the call's channels.
  void hang_up(call& c, const channel& which, int cause);
  /// Action Redirect of the side that runs the application. False when the call is not up.
  bool redirect(call& c, std::string_view context, std::string_view extension, int priority);
  /// Ends all that is up or on the way, because the PBX stops.
  void hang_up_all();
  /// The application is done with the call; the PBX hangs up.
  void application_done(call& c, int cause) { end(c, ending::application, cause); }
  /// One AGI command for a call that waits for them; events tell of the result.
  void run_agi(call& c, std::string_view command, std::string_view command_id);
  /// A parked call's time is over.
  void return_from_parking(call& c, std::string_view context, std::string_view extension);
  /// Takes the call out of its queue or parking space without ending it.
  void leave_application(call& c, parting how);

private:
  void dial(call& c);
  void prepare(call& c);
  void dial_local(call& c);
  void dial_direct(call& c);
  void begin_ringing(call& c);
  void refuse(call& c);
  void refuse_local(call& c);
  void refuse_direct(call& c);
  [[nodiscard]] std::optional<trunk_condition> condition_of(std::string_view trunk);
  void dial_trunk(call& c);
  void drop_trunk(call& c, int cause, std::string_view dial_status);
  void optimise(call& c);
  void hand_over(call& c, const std::string& bridge);
  void leave_partner(call& c);
  void talk_with(call& c, call& parked);
  void take_back(call& c, std::string_view space);
  void not_made(call& c, std::string_view why);
  void answer(call& c);
  void ring_timeout(call& c);
  void cancel(call& c, int cause);
  void respond(const call& c, bool success, int reason);
  void respond_failure(const originate_request& r, int reason);
  void run(call& c);
  void run_application(call& c, const std::string& name, const std::string& data);
  void run_context(call& c, std::string_view context, std::string_view extension, int priority);
  void run_queue(call& c, std::string_view data);
  void run_detection(call& c, std::string_view queue_name);
  void run_async_agi(call& c, std::string_view arguments);
  void leave_agi(call& c, std::string_view status);
  void customer_listens(call& c);
  void end(call& c, ending how, int cause);
  void forget(call& c);
  void after(sim_time delay, const call& c, void (call_system::*what)(call&), bool same_step);

  [[nodiscard]] bool is_customer_context(std::string_view context) const;
  [[nodiscard]] std::string local_device(const call& c) const { return "Local/" + c.target.resource; }
  [[nodiscard]] std::string direct_device(const call& c) const {
    return c.swapped ? trunk_device(c) : c.target.technology + "/" + c.target.resource;
  }
  [[nodiscard]] std::string trunk_device(const call& c) const { return "PJSIP/" + c.way->trunk; }
  void log(std::string_view event, const call& c, std::string_view detail = {});

  core& core_;
  queue_system& queues_;
  parking_system& parking_;
  equipment& equipment_;
  std::uint64_t last_id_{0};
  std::uint64_t optimisations_{0};
  std::uint64_t trunk_dice_{0};
  std::unordered_map<std::uint64_t, std::unique_ptr<call>> calls_;
};

} // namespace ringmaster::sim
