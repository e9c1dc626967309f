// SPDX-License-Identifier: Apache-2.0
/// How one Asterisk server is reached and what it may be asked to carry.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ringmaster {

/// Where it is and who we are there. May change while the daemon runs; the rest may not.
struct pbx_login {
  std::string address{"127.0.0.1"};
  std::uint16_t port{5038};
  std::string username, secret;
  bool allow_plain_secret{false}; ///< the secret may go out as it is where the server offers no MD5 challenge
  bool operator==(const pbx_login&) const = default;
};

struct pbx_options : pbx_login {
  std::string name{"asterisk"};
  double originate_rate{50};      ///< originates a second
  /// Originates that may go out at once after a while without any.
  [[nodiscard]] double originate_burst() const noexcept { return originate_rate / 5; }
  std::size_t max_channels{1000}; ///< our calls at once
  bool technology_aliases{true};  ///< SIP dials PJSIP on a server that has no chan_sip
  /// Whether the login asks for the event class dialplan (VarSet, Newexten): variables, application and place of every
  /// channel, for about as much traffic as all else.
  bool dialplan_events{true};
  /// Queues and parking lots of files that are not our own may be changed and removed, with what Asterisk loses of such a
  /// file when it writes it (core/telephone/configuration.hpp).
  bool allow_lossy_config_changes{false};
  /// The server is asked for its channels, or because a queue is in doubt for that, at most this often.
  std::chrono::milliseconds list_channels_every{10'000}, list_queues_every{30'000};
  /// A queue that a campaign dials for is asked for at least this often: not every change of its members is told.
  std::chrono::milliseconds audit_queues_every{40'000};
  /// Members who are busy, and callers who wait, without a word for so long are in doubt.
  std::chrono::milliseconds doubt_queue_after{60'000};
};

} // namespace ringmaster
