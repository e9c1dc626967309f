#include "protocol/outbound.hpp"

#include "protocol/jurisdiction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ringmaster {
namespace {

bool is_empty(const text& v) noexcept { return !v || v->empty(); }

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return fold(x) == fold(y);
  });
}

} // namespace

std::optional<error> validate(const destination& d) {
  // Queue's sixth and seventh arguments run an AGI program and a dialplan routine.
  if (!is_empty(d.application) && same_word(*d.application, "queue") && !is_empty(d.data) &&
      std::count(d.data->begin(), d.data->end(), ',') > 4)
    return invalid_field("data", "data of a queue has at most five parts: queue,options,URL,announcement,timeout");
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

std::optional<std::string> unusable(const destination& d) {
  if (d.type == 1) {
    if (is_empty(d.application))
      return "the destination has type 1 (application) and no application";
    if (same_word(*d.application, "queue") && is_empty(d.data))
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
