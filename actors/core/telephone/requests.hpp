// SPDX-License-Identifier: Apache-2.0
/// What a client may ask a server for, as AMI actions. Every value passes the checks here before it is put into one;
/// what could reach a shell, a file or another command is refused, and nothing is repaired.
#pragma once

#include "protocol/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster {

/// An AMI action that somebody asks a server for.
struct telephone_request {
  std::string action;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// What Asterisk responds to one, be it that it refuses.
struct telephone_answer {
  std::vector<std::pair<std::string, std::string>> headers;

  /// The first header of that name, which is written as here; empty: none.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  [[nodiscard]] bool refuses() const noexcept { return get("Response") == "Error"; }
};

namespace core {

/// Hangs up the channel of this name.
[[nodiscard]] result<telephone_request> hang_up_request(std::string_view channel);

/// A command for a channel that waits in asynchronous AGI. Allowed are (in any case):
///
///     ANSWER, HANGUP, NOOP, CHANNEL STATUS, ASYNCAGI BREAK, VERBOSE, WAIT FOR DIGIT, RECEIVE CHAR, RECEIVE TEXT,
///     SAY …, SEND TEXT, TDD MODE, SET AUTOHANGUP, SET CALLERID, SET CONTEXT, SET EXTENSION, SET PRIORITY, SET MUSIC
///     GET DATA, GET OPTION, STREAM FILE, CONTROL STREAM FILE    of a sound below Asterisk's own folder of sounds
///     GET VARIABLE, SET VARIABLE                                of a plain variable, not of a function
///     EXEC                                                      of an application that destinations may name
///
/// What is left out writes files (RECORD FILE), reads or writes the database, calls functions (GET FULL VARIABLE), sends
/// files (SEND IMAGE), or goes to subroutines and speech engines. Error: `invalid_field`, "command".
[[nodiscard]] result<telephone_request> agi_request(std::string_view channel, std::string_view command_id,
                                                    std::string_view command);

enum class module_action : std::uint8_t { load, reload, unload };
/// `name`: letters, digits and '_', with or without ".so".
[[nodiscard]] result<telephone_request> module_request(module_action what, std::string_view name);
/// Without ".so".
[[nodiscard]] std::string_view module_name(std::string_view name) noexcept;

// --- what a supervisor does to a queue member

struct member_to_add {
  std::string queue_name, location;
  std::optional<std::string> name, state_interface;
  std::optional<std::int64_t> penalty, paused;
};
[[nodiscard]] result<telephone_request> queue_add_request(const member_to_add& who);
[[nodiscard]] result<telephone_request> queue_remove_request(std::string_view queue, std::string_view location);

/// What is set changes.
struct member_change {
  std::optional<std::int64_t> paused, penalty, ring_inuse;
  std::optional<std::string> paused_reason;
};
/// One action for each thing that changes, in their order.
[[nodiscard]] result<std::vector<telephone_request>> queue_member_requests(std::string_view queue, std::string_view location,
                                                                           const member_change& what);

} // namespace core
} // namespace ringmaster
