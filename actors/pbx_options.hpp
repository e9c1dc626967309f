/// How one Asterisk server is reached and what it may be asked to carry.
#pragma once

#include <cstdint>
#include <string>

namespace ringmaster {

struct pbx_options {
  std::string name{"asterisk"};
  std::string address{"127.0.0.1"};
  std::uint16_t port{5038};
  std::string username, secret;
  double originate_rate{50};      ///< originates a second
  std::size_t max_channels{1000}; ///< our calls at once
  bool technology_aliases{true};  ///< SIP dials PJSIP on a server that has no chan_sip
};

} // namespace ringmaster
