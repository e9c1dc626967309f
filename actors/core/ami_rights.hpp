// SPDX-License-Identifier: Apache-2.0
/// What an AMI user must be allowed for dialing, and how it is proved that it is.
///
/// Asterisk says nothing when a user of manager.conf may not read a class of events, or when an eventfilter drops some:
/// they just never come. Silence is no answer; so each right is *unproven* until something proves it, or proves that it is
/// missing:
///
/// - **write**: ListCommands names the actions that this user may use, and no others. An action that is answered with
///   "Permission denied" is missing as well; what only some want to be done (write_config) is missing from then on alone.
/// - **read**: what `manager show connected` says of our own session, where the user may use Command; an event of the
///   class that was heard. FullyBooted is told to whoever may read system, a UserEvent of our own to whoever may read user.
/// - **what a listing shows and no event has told**: a call that Asterisk has accepted and of which nothing is heard; a
///   caller who waits in a queue without a QueueCallerJoin; a member in a call without an AgentConnect. The event may be on
///   its way, so that such a suspicion becomes a proof only when nothing has come for two seconds.
///
/// A right that was missing is proved by the event all the same: rights change. Asterisk keeps a session's rights until it
/// logs in again, whatever is reloaded meanwhile (22.10).
///
/// Pure; not thread-safe. `heard` is for every event and costs a bit; all else is seldom.
#pragma once

#include "protocol/ami/event_kind.hpp"
#include "protocol/time.hpp"

#include <array>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::core {

enum class ami_right : std::uint8_t {
  begin_calls,   ///< Originate
  hang_up,       ///< Hangup
  send_away,     ///< Redirect
  list_channels, ///< CoreShowChannels
  write_config,  ///< UpdateConfig and its kin; asked of nobody who does not use them
  hear_system,   ///< FullyBooted, Reload, Shutdown
  hear_calls,    ///< Newchannel, Hangup, OriginateResponse
  hear_queues,   ///< QueueCallerJoin
  hear_agents,   ///< AgentConnect
  hear_users,    ///< UserEvent
  hear_agis,     ///< AsyncAGIStart
  hear_dialplan, ///< VarSet, Newexten
};
inline constexpr std::size_t ami_right_count = 12;

/// What is known of a right, in words for the log, /health and `explain`.
struct ami_right_info {
  ami_right right;
  std::string_view name;  ///< "hear_agents"; never changes
  bool read;              ///< of the classes in `read`, else in `write`
  std::string_view needs; ///< the class of manager.conf: "agent"
  std::string_view costs; ///< what goes wrong without it
};
[[nodiscard]] const ami_right_info& info(ami_right right) noexcept;

struct missing_right {
  ami_right right;
  std::string seen; ///< what says so: "Asterisk answers Hangup with 'Permission denied'"
  bool operator==(const missing_right&) const = default;

  /// What manager.conf needs: "read = …,agent" and, for events, no eventfilter that drops them.
  [[nodiscard]] std::string mend() const;
};

enum class proof : std::uint8_t { open, given, missing };

class ami_rights {
public:
  /// `dialplan`: whether the login asks for that class.
  explicit ami_rights(bool dialplan) noexcept : dialplan_{dialplan} {}

  /// Logged in anew: nothing is known.
  void logged_in();
  /// Every event.
  void heard(ami::event_kind kind) noexcept { heard_.set(static_cast<std::size_t>(kind)); }
  /// Our own UserEvent is back.
  void heard_our_own() noexcept { own_heard_ = true; }

  /// The actions that ListCommands names, those of `ami_right` by `is_allowed(action)`.
  template <class IsAllowed>
  void allowed_are(IsAllowed&& is_allowed) {
    for (const auto& [right, action] : actions)
      tell(right, is_allowed(action) ? proof::given : proof::missing, "ListCommands names no " + std::string{action});
  }
  /// What the user may read, as the bits that `manager show connected` prints.
  void may_read(std::uint64_t bits);
  /// Asterisk has answered `action` with `words`: "Permission denied" says that it is not allowed.
  void refused(std::string_view action, std::string_view words);

  /// The server has booted, and FullyBooted did not come.
  void booted_unheard();
  /// Our own UserEvent was accepted, and is to come back.
  void sent_our_own(time_point now);
  /// A call of ours was accepted, and nothing of the class call has been heard since then, although the server was
  /// asked for its channels later: `seen` says what it told.
  void calls_go_unheard(std::string seen, time_point now) { suspect(ami_right::hear_calls, std::move(seen), now); }
  /// A listing has told of a caller in a queue, with no QueueCallerJoin ever heard.
  void caller_goes_unheard(std::string_view queue, time_point now);
  /// A listing tells that a member is in a call which it was not in when it was listed before.
  void agent_goes_unheard(std::string_view queue, std::string_view member, time_point now);
  /// Suspicions become proofs. True: what is missing has changed since the last call.
  [[nodiscard]] bool look(time_point now);

  [[nodiscard]] proof of(ami_right right) const noexcept;
  /// As of the last `look`.
  [[nodiscard]] const std::vector<missing_right>& missing() const noexcept { return missing_; }

  /// The actions that rights of `write` stand for.
  struct action_right {
    ami_right right;
    std::string_view action;
  };
  static constexpr std::array<action_right, 4> actions{{{ami_right::begin_calls, "Originate"},
                                                        {ami_right::hang_up, "Hangup"},
                                                        {ami_right::send_away, "Redirect"},
                                                        {ami_right::list_channels, "CoreShowChannels"}}};
  /// Those that are missing only when they were refused.
  static constexpr std::array<action_right, 3> when_refused{{{ami_right::write_config, "CreateConfig"},
                                                             {ami_right::write_config, "GetConfig"},
                                                             {ami_right::write_config, "UpdateConfig"}}};

private:
  struct suspicion {
    std::string seen;
    std::optional<time_point> since;
  };
  struct known {
    proof told{proof::open}; ///< by what the server says of rights
    std::string seen;        ///< why it is missing
    suspicion suspected;
  };

  void tell(ami_right right, proof what, std::string seen);
  void suspect(ami_right right, std::string seen, time_point now);
  [[nodiscard]] bool is_heard(ami_right right) const noexcept;
  [[nodiscard]] known& at(ami_right right) noexcept { return known_[static_cast<std::size_t>(right)]; }
  [[nodiscard]] const known& at(ami_right right) const noexcept { return known_[static_cast<std::size_t>(right)]; }

  bool dialplan_;
  std::bitset<ami::event_kind_count> heard_;
  bool own_heard_{false};
  std::array<known, ami_right_count> known_;
  std::vector<missing_right> missing_;
};

/// What a campaign needs of a server.
struct campaign_needs {
  bool queue{false};     ///< answered calls go to a queue: agents are counted, and who meets nobody is treated
  bool hangs_up{false};  ///< such a caller is hung up
  bool sends_away{false}; ///< or sent to a place in the dialplan
};
/// The first of the missing rights without which the campaign must not dial on that server; null: none.
[[nodiscard]] const missing_right* hinders(std::span<const missing_right> missing, const campaign_needs& needs) noexcept;

/// The bits of `ReadPerms` of our own session in what `manager show connected` prints, line by line: that of the session
/// of `user` which began last. Nothing: it is not among them.
[[nodiscard]] std::optional<std::uint64_t> own_read_permissions(std::span<const std::string_view> lines, std::string_view user);

} // namespace ringmaster::core
