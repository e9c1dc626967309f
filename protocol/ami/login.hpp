// SPDX-License-Identifier: Apache-2.0
/// How a client proves to Asterisk that it knows its user's secret.
#pragma once

#include "protocol/ami/message.hpp"
#include "protocol/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::ami {

/// The headers of Login that prove `secret`, after Asterisk's answer to Challenge (AuthType MD5): AuthType and Key, so that
/// who reads the line does not read the secret. Where there is no challenge, or no MD5 in this machine's crypto library, the
/// secret itself would have to go out: whoever can put himself between the two could ask for it that way. So it does only if
/// `plain_allowed`; else `pbx_refused`, with Asterisk's words and what to do. Pure.
[[nodiscard]] result<std::vector<std::pair<std::string, std::string>>>
login_proof(const message& challenge, std::string_view secret, bool plain_allowed);

} // namespace ringmaster::ami
