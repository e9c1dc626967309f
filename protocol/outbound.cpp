// SPDX-License-Identifier: Apache-2.0
#include "protocol/outbound.hpp"

#include "protocol/jurisdiction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace ringmaster {
namespace {

bool is_empty(const text& v) noexcept { return !v || v->empty(); }

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return fold(x) == fold(y);
  });
}

bool calls(const destination& d, std::string_view application) noexcept {
  return !is_empty(d.application) && same_word(*d.application, application);
}

/// The part of an application's data with this number, from 0; parts are separated by commas.
std::string_view argument(const text& data, std::size_t number) noexcept {
  std::string_view rest = data ? std::string_view{*data} : std::string_view{};
  for (; number > 0; --number) {
    const auto comma = rest.find(',');
    if (comma == std::string_view::npos)
      return {};
    rest.remove_prefix(comma + 1);
  }
  return rest.substr(0, rest.find(','));
}

bool has_blank_ends(std::string_view v) noexcept { return v.empty() || v.front() == ' ' || v.back() == ' '; }

/// Whether `sounds`, names between '&', stay in Asterisk's folder of sounds: it takes paths and URLs as well.
bool are_sounds(std::string_view sounds) noexcept {
  for (;;) {
    const auto end = sounds.find('&');
    auto one = sounds.substr(0, end);
    while (one.starts_with(' '))
      one.remove_prefix(1);
    if (one.starts_with('/') || one.find("..") != std::string_view::npos || one.find("://") != std::string_view::npos)
      return false;
    if (end == std::string_view::npos)
      return true;
    sounds.remove_prefix(end + 1);
  }
}

/// Which argument of an application names sounds.
struct plays {
  std::string_view application;
  std::size_t argument;
};
constexpr std::array players{plays{"playback", 0}, plays{"background", 0}, plays{"queue", 3}};

} // namespace

std::optional<error> validate(const destination& d) {
  if (d.type != 0 && !is_empty(d.queues))
    return invalid_field("queues", "queues is for type 0: of type 1 the application's data names the queue");
  if (calls(d, "queue") && !is_empty(d.data)) {
    // Queue's sixth and seventh arguments run an AGI program and a dialplan routine.
    if (std::count(d.data->begin(), d.data->end(), ',') > 4)
      return invalid_field("data", "data of a queue has at most five parts: queue,options,URL,announcement,timeout");
    if (has_blank_ends(argument(d.data, 0)))
      return invalid_field("data", "data of a queue must begin with the queue's name, without blanks around it");
  }
  for (const auto& p : players)
    if (calls(d, p.application) && !are_sounds(argument(d.data, p.argument)))
      return invalid_field("data", fmt::format("data of {} must name sounds in Asterisk's folder of sounds: no '/' at the "
                                               "start, no \"..\" and no \"://\"", p.application));
  return std::nullopt;
}

std::optional<error> validate(const plan& p) {
  // A plan that names neither is of a client that knows nothing of either: its timeout stands.
  const auto* profile = p.jurisdiction ? find_jurisdiction(*p.jurisdiction) : nullptr;
  if (p.min_ring_seconds && p.dial_timeout < *p.min_ring_seconds * 1000)
    return invalid_field("dial_timeout", fmt::format("dial_timeout ({} ms) must not be below min_ring_seconds ({} s)",
                                                     p.dial_timeout, *p.min_ring_seconds));
  if (!p.min_ring_seconds && profile && std::chrono::milliseconds{p.dial_timeout} < profile->min_ring)
    return invalid_field("dial_timeout",
                         fmt::format("dial_timeout ({} ms) must not be below the ring time of jurisdiction {} ({} s); "
                                     "min_ring_seconds sets another",
                                     p.dial_timeout, profile->name,
                                     std::chrono::duration_cast<std::chrono::seconds>(profile->min_ring).count()));
  if (is_empty(p.abandon_context) && !(is_empty(p.abandon_exten) && is_empty(p.abandon_priority)))
    return invalid_field("abandon_context", "abandon_context must be given with abandon_exten and abandon_priority");
  return std::nullopt;
}

bool asks_for_early_media(const plan& p) noexcept {
  constexpr std::string_view yes{"true"};
  return p.early_media && std::equal(p.early_media->begin(), p.early_media->end(), yes.begin(), yes.end(),
                                     [](unsigned char a, char b) { return std::tolower(a) == b; });
}

std::string agent_queue(const destination& d) {
  if (d.type == 0)
    return d.queues.value_or(std::string{});
  return std::string{calls(d, "queue") ? argument(d.data, 0) : std::string_view{}};
}

std::optional<std::string> unusable(const destination& d) {
  if (d.type == 1) {
    if (is_empty(d.application))
      return "the destination has type 1 (application) and no application";
    if (calls(d, "queue") && has_blank_ends(argument(d.data, 0))) // no queue of Asterisk's can be called so
      return "the destination's application is queue and its data names no queue";
    return std::nullopt;
  }
  if (is_empty(d.exten) || is_empty(d.context))
    return "the destination has type 0 (extension) and no context or exten";
  return std::nullopt;
}

std::string_view res_dial_text(std::int64_t code) noexcept {
  static constexpr std::array<std::string_view, 35> texts{
      "",
      "Other end has hungup",
      "Local ring",
      "Remote end is ringing",
      "Remote end has answered",
      "Remote end is busy",
      "Make it go off hook",
      "Line is off hook",
      "Congestion (circuits busy)",
      "Flash hook",
      "Wink",
      "Set a low-level option",
      "Key Radio",
      "Un-Key Radio",
      "Indicate PROGRESS",
      "Indicate CALL PROCEEDING",
      "Indicate call is placed on hold",
      "Indicate call is left from hold",
      "Indicate video frame update",
      "T38 state change request/notification",
      "Indicate source of media has changed",
      "Indicate status of a transfer request",
      "Indicate connected line has changed",
      "Indicate redirecting id has changed",
      "T38 state change request/notification with parameters",
      "Indication that Call completion service is possible",
      "Media source has changed and requires a new RTP SSRC",
      "Tell ast_read to take a specific action",
      "Advice of Charge with encoded generic AOC payload",
      "End of the channel queue for a softhangup",
      "Indication that the extension dialed is incomplete",
      "Indicate that the caller is being malicious",
      "Interrupt the bridge and have it update the peer",
      "Update to the protocol-specific cause-code",
      "A masquerade is about to begin/end"};
  if (code < 0 || static_cast<std::size_t>(code) >= texts.size())
    return {};
  return texts[static_cast<std::size_t>(code)];
}

std::string dial_channel(std::string_view technology, std::string_view number, const text& trunk) {
  std::string out;
  out.append(technology).append("/").append(number);
  if (!is_empty(trunk))
    out.append("@").append(*trunk);
  return out;
}

variables merge_variables(std::initializer_list<const std::optional<variables>*> from) {
  variables merged;
  for (const auto* one : from)
    if (*one)
      for (const auto& [name, value] : (*one)->entries)
        merged.set(name, value);
  return merged;
}

} // namespace ringmaster
