// SPDX-License-Identifier: Apache-2.0
#include "bench/actors/stream.hpp"

#include "tests/data/ami/recordings.hpp"

#include <cctype>
#include <charconv>
#include <stdexcept>
#include <string_view>

namespace ringmaster::bench {
namespace {

constexpr std::string_view channel_prefix = "load-2565-";     // + six digits, "-2": the other half
constexpr std::string_view action_prefix = "Originate-";      // + a number, two above the channel's
constexpr std::size_t action_offset = 2;

std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

/// Calls `text(piece)` and `id(number, half)` in the order of `from`.
template <class Text, class Id>
void walk(std::string_view from, Text&& text, Id&& id) {
  std::size_t done = 0, at = 0;
  while (at < from.size()) {
    const bool channel = from.compare(at, channel_prefix.size(), channel_prefix) == 0;
    const bool action = !channel && from.compare(at, action_prefix.size(), action_prefix) == 0;
    if (!channel && !action) {
      ++at;
      continue;
    }
    auto end = at + (channel ? channel_prefix : action_prefix).size();
    std::size_t number = 0;
    const auto read = std::from_chars(from.data() + end, from.data() + from.size(), number);
    end = static_cast<std::size_t>(read.ptr - from.data());
    const bool other = channel && from.compare(end, 2, "-2") == 0;
    text(from.substr(done, at - done));
    id(action ? number - action_offset : number, other ? 1u : 0u);
    done = at = other ? end + 2 : end;
  }
  text(from.substr(done));
}

const std::string& recording() {
  static const std::string kept = [] {
    auto all = recordings::bytes("load-queue.ami");
    const auto first = all.find("Response: Success\r\nActionID: Originate-");
    const auto last = all.rfind("\r\n\r\n");
    if (first == std::string::npos || last == std::string::npos)
      throw std::runtime_error{"the recording does not begin as expected"};
    return all.substr(first, last + 4 - first);
  }();
  return kept;
}

} // namespace

uuid call_id(std::size_t pass, std::size_t number, std::size_t half) {
  uuid made;
  const auto a = mixed(pass * 1'000'003 + number * 2 + half), b = mixed(a);
  std::memcpy(made.bytes.data(), &a, 8);
  std::memcpy(made.bytes.data() + 8, &b, 8);
  return made;
}

std::string recorded_load(std::size_t passes, std::size_t first) {
  std::string out;
  out.reserve(recording().size() * passes * 5 / 4);
  for (auto pass = first; pass < first + passes; ++pass)
    walk(
        recording(), [&](std::string_view piece) { out.append(piece); },
        [&](std::size_t number, std::size_t half) { out.append(to_string(call_id(pass, number, half))); });
  return out;
}

std::size_t events_in(const std::string& text) {
  std::size_t count = 0;
  for (auto at = text.find("\r\n\r\nEvent: "); at != std::string::npos; at = text.find("\r\n\r\nEvent: ", at + 4))
    ++count;
  return count + (text.starts_with("Event: ") ? 1 : 0);
}

call_script::call_script() {
  // The first call that was handed to an agent, from its beginning to its end.
  const std::string_view all = recording();
  const auto met = all.find("Event: AgentConnect\r\n");
  const auto id_at = all.find(channel_prefix, met);
  const auto id = all.substr(id_at, channel_prefix.size() + 6);
  std::size_t number = 0;
  std::from_chars(id.data() + channel_prefix.size(), id.data() + id.size(), number);
  const auto action = std::string{"ActionID: Originate-"} + std::to_string(number + action_offset) + "\r\n";
  const std::string own[] = {"\r\nUniqueid: " + std::string{id} + "\r\n",
                             "\r\nDestUniqueid: " + std::string{id} + "\r\n", action};
  for (std::size_t at = 0; at < all.size();) {
    const auto end = all.find("\r\n\r\n", at) + 4;
    const auto message = all.substr(at, end - at);
    at = end;
    bool mine = false;
    for (const auto& mark : own)
      mine = mine || message.find(mark) != std::string_view::npos;
    // Of the events about its channel only those that say something of the call's life reach an actor.
    bool told = message.starts_with("Response: ");
    for (const std::string_view kind : {"Newchannel", "Newstate", "DialBegin", "DialState", "DialEnd", "Hangup",
                                        "OriginateResponse", "QueueCallerJoin", "QueueCallerLeave", "AgentConnect",
                                        "AgentComplete"})
      told = told || message.starts_with("Event: " + std::string{kind} + "\r\n");
    if (!mine || !told)
      continue;
    std::vector<std::string> pieces;
    walk(
        message, [&](std::string_view piece) { pieces.emplace_back(piece); }, [](std::size_t, std::size_t) {});
    steps_.push_back(std::move(pieces));
  }
  if (steps_.size() < 6)
    throw std::runtime_error{"the recording has no whole call to an agent"};
}

void call_script::write(std::string& to, std::size_t step, const uuid& call) const {
  const auto id = to_string(call);
  const auto& pieces = steps_[step];
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    to.append(pieces[i]);
    if (i + 1 < pieces.size())
      to.append(id);
  }
}

} // namespace ringmaster::bench
