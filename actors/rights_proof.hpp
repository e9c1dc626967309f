// SPDX-License-Identifier: Apache-2.0
/// How it is proved what the AMI user of one server may do and hear (core/ami_rights.hpp): whom to ask, what to compare, and
/// when.
///
/// The server is asked at each login, every ten minutes, and after manager.conf was reloaded: ListCommands, then a UserEvent
/// of our own, then `manager show connected`, each as far as the user may. Beside that the listings that the pbx actor asks
/// for anyway are compared with the events that should have told the same.
///
/// Of the pbx actor alone, on its thread. An event costs a bit.
#pragma once

#include "actors/ami_actions.hpp"
#include "actors/core/ami_rights.hpp"
#include "actors/live_state.hpp"
#include "actors/pbx_options.hpp"
#include "protocol/ami/message.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ringmaster {

class rights_proof {
public:
  using missing_rights = std::shared_ptr<const std::vector<core::missing_right>>;

  /// `ended` is called when what was asked has been answered, or was not within two seconds: some servers answer no such
  /// question, and dialing does not wait for them.
  rights_proof(const pbx_options& options, const clock& time, ami_actions& actions, std::function<void()> ended);

  /// Logged in anew: nothing is known. No two logins have the same number.
  void logged_in(std::uint64_t login);
  /// Asks now.
  void ask();
  /// Asks at the next look.
  void ask_soon() { next_ask_ = time_.now(); }
  [[nodiscard]] bool asking() const noexcept { return asking_; }
  /// Ends an asking that nobody answers.
  void expire(time_point now);
  /// Asks again when it is time, and draws conclusions. True: what is missing has changed, which is logged.
  [[nodiscard]] bool look(time_point now);

  // What the server says.
  void heard(const ami::message& event);
  void refused(std::string_view action, std::string_view words) { rights_.refused(action, words); }
  /// FullyBooted did not come, although the server has booted.
  void booted_unheard() { rights_.booted_unheard(); }
  /// An Originate of ours was accepted.
  void call_accepted();
  /// A call was accepted so long ago that something must have been heard, and nothing was: only a list of the channels that
  /// is asked for from now on can say whether there was anything to hear.
  [[nodiscard]] bool calls_in_question(time_point now) const;
  /// That list has come, and still nothing was heard.
  void calls_go_unheard();
  /// A caller whom a listing of ours tells of, waiting for so long.
  void caller_listed(std::string_view queue, std::chrono::seconds waits);
  /// A QueueMember of a listing of ours.
  void member_listed(const ami::message& m);

  [[nodiscard]] bool hears(core::ami_right right) const noexcept { return rights_.of(right) == core::proof::given; }
  /// As of the last look; never null.
  [[nodiscard]] const missing_rights& missing() const noexcept { return missing_; }

private:
  void list_commands();
  void show_connected();
  void end();
  void publish();

  const pbx_options& options_;
  const clock& time_;
  ami_actions& actions_;
  std::function<void()> ended_;
  core::ami_rights rights_;
  missing_rights missing_{nothing_missing};
  std::uint64_t login_{0};
  bool asking_{false};
  time_point logged_in_at_{}, asked_at_{}, next_ask_{}, next_look_{};
  std::optional<time_point> accepted_at_; ///< when this login's first Originate was
  /// Members as listed last, by queue and interface; only until an AgentConnect has been heard.
  struct member_calls {
    bool in_call{false};
    std::int64_t taken{0};
  };
  std::unordered_map<std::string, member_calls> in_call_;
};

} // namespace ringmaster
