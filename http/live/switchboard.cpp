#include "http/live/switchboard.hpp"

#include "http/live/text_frame.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace ringmaster::live {
namespace {

constexpr std::size_t most_compared = 32; ///< different selections of a batch's events that are remembered

text_ptr framed(const std::vector<core::frame_ptr>& frames, const std::vector<std::uint32_t>& which) {
  std::string bytes;
  std::size_t room = 0;
  for (const auto i : which)
    room += frames[i]->text.size() + 10;
  bytes.reserve(room);
  for (const auto i : which)
    append_text_frame(bytes, frames[i]->text);
  return std::make_shared<const std::string>(std::move(bytes));
}

} // namespace

void switchboard::ask(const reader& r, std::string topic, std::optional<std::uint64_t> from) {
  caf::anon_send(hub_, hub_subscribe{front_, r.id, std::move(topic), from});
}

void switchboard::disconnect(const reader& r, const std::string& topic) {
  const auto at = by_topic_.find(topic);
  if (at == by_topic_.end())
    return;
  auto& all = at->second;
  all.erase(std::remove(all.begin(), all.end(), &r), all.end());
  if (all.empty())
    by_topic_.erase(at);
}

void switchboard::release(std::string topic) {
  caf::anon_send(hub_, hub_unsubscribe{std::move(topic)});
}

void switchboard::deliver(const std::vector<core::frame_ptr>& frames) {
  std::string key;
  for (std::uint32_t i = 0; i < frames.size(); ++i) {
    const auto& f = *frames[i];
    last_seq_ = f.seq;
    for_each_above(f.topic, [&](std::string_view topic) {
      key.assign(topic);
      const auto at = by_topic_.find(key);
      if (at == by_topic_.end())
        return;
      for (auto* r : at->second) {
        if (r->last_seq >= f.seq)
          continue; // has it by another of its subscriptions
        r->last_seq = f.seq;
        if (r->pending.empty())
          heard_.push_back(r);
        r->pending.push_back(i);
      }
    });
  }
  // Most of those who hear anything hear the same: their bytes are put together once.
  std::vector<std::pair<std::vector<std::uint32_t>, text_ptr>> made;
  for (auto* r : heard_) {
    auto same = std::find_if(made.begin(), made.end(), [&](const auto& m) { return m.first == r->pending; });
    if (same == made.end()) {
      if (made.size() == most_compared)
        made.pop_back();
      made.emplace_back(r->pending, framed(frames, r->pending));
      same = made.end() - 1;
    }
    r->pending.clear();
    r->on_events(same->second);
  }
  heard_.clear();
}

void switchboard::answer(const hub_subscribed& what) {
  last_seq_ = std::max(last_seq_, what.seq);
  const auto at = readers_.find(what.reader);
  if (at != readers_.end())
    if (const auto r = at->second.lock())
      return r->on_subscribed(what);
  release(what.topic); // it left while it was being answered
}

void switchboard::end_all() {
  auto all = readers_; // ending takes them off the map
  for (const auto& [id, weak] : all)
    if (const auto r = weak.lock())
      r->go_away();
}

} // namespace ringmaster::live
