// SPDX-License-Identifier: Apache-2.0
/// Random bytes that look like the AMI more or less, from a seed that a failing test prints.
#pragma once

#include <random>
#include <string>

namespace ringmaster::ami {

/// Pieces that matter to the grammar, in any order.
inline std::string random_ami(std::mt19937_64& random, std::size_t pieces) {
  static const std::string parts[] = {"Event: Hangup",
                                      "\r\n",
                                      "\r\n",
                                      "\n",
                                      "\r\n\r\n",
                                      "\n\n",
                                      "\r",
                                      "Channel: a",
                                      ":",
                                      ": ",
                                      "x",
                                      "Event",
                                      "Cause: 16",
                                      "Asterisk Call Manager/11.0.0\r\n",
                                      "Asterisk Call Man",
                                      "Response: Follows\r\n",
                                      "Privilege: Command\r\n",
                                      "ActionID: 7\n",
                                      "--END COMMAND--",
                                      "--END COMMAND--\r\n\r\n",
                                      "Response: Success\r\n",
                                      "\xc3\xa4\xff",
                                      std::string(1, '\0'),
                                      std::string(70, 'y'),
                                      "Uniqueid: 1.2\r\n",
                                      "uniqueid:3\r\n",
                                      "Action: Ping\r\n"};
  std::string made;
  for (std::size_t i = 0; i != pieces; ++i)
    made += parts[random() % std::size(parts)];
  return made;
}

} // namespace ringmaster::ami
