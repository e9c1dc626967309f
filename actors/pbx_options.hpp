/// How one Asterisk server is reached and what it may be asked to carry.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ringmaster {

struct pbx_options {
  std::string name{"asterisk"};
  std::string address{"127.0.0.1"};
  std::uint16_t port{5038};
  std::string username, secret;
  double originate_rate{50};      ///< originates a second
  /// Originates that may go out at once after a while without any.
  [[nodiscard]] double originate_burst() const noexcept { return originate_rate / 5; }
  std::size_t max_channels{1000}; ///< our calls at once
  bool technology_aliases{true};  ///< SIP dials PJSIP on a server that has no chan_sip
  /// Whether the login asks for the event class dialplan (VarSet, Newexten): variables, application and place of every
  /// channel, for about as much traffic as all else.
  bool dialplan_events{true};
  /// The server is asked for its channels, or because a queue is in doubt for that, at most this often.
  std::chrono::milliseconds list_channels_every{10'000}, list_queues_every{30'000};
  /// A queue that a campaign dials for is asked for at least this often: not every change of its members is told.
  std::chrono::milliseconds audit_queues_every{40'000};
  /// Members who are busy, and callers who wait, without a word for so long are in doubt.
  std::chrono::milliseconds doubt_queue_after{60'000};
};

} // namespace ringmaster
