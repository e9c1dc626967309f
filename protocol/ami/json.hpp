// SPDX-License-Identifier: Apache-2.0
/// Messages as lines of JSON, for people and programs that wonder what their Asterisk says.
///
///     {"headers": [["Event", "Newchannel"], ["Privilege", "call,all"], …]}
///
/// Headers in their order, repeats kept. A line that has no colon is a header with an empty name; the greeting
/// of a connection is no message and is left out. Output of an old server's command has the name "Output". Control characters are
/// escaped, and bytes that are no UTF-8 become U+FFFD (one for each maximal invalid part, as Unicode
/// recommends).
#pragma once

#include "protocol/ami/framer.hpp"
#include "protocol/ami/message.hpp"

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::ami {

/// Appends `m` as one line with its newline.
void append_json(std::string& to, const message& m);

/// Appends every message of `from`; a greeting is none.
void append_json(std::string& to, const block& from);

/// Whether a recording ended where a message ends.
enum class recording_end : bool { whole, within_message };

/// Writes every message of `recording` to `out`, in constant memory. A recording that ends within a message
/// (it was cut, or the server went) loses nothing: what is there of the last message is its last line of
/// JSON, which has `"cut": true` beside its headers, and the result says so. errc::too_large for a message beyond `allowed`, after all messages before
/// it; errc::malformed when reading or writing fails.
[[nodiscard]] result<recording_end> write_json(std::FILE* recording, std::FILE* out, limits allowed = {});

/// `ringmaster ami-json FILE…`: writes the recordings' messages to `out`, one file after the other; "-" is
/// the standard input. Complaints go to `complaints`. Returns the exit status: 0, or 1 when a file could not
/// be read to its end, or ended within a message.
[[nodiscard]] int ami_json_files(const std::vector<std::string>& files, std::FILE* out,
                                 std::FILE* complaints);

} // namespace ringmaster::ami
