// SPDX-License-Identifier: Apache-2.0
#include "http/live/switchboard.hpp"

#include "http/websocket/frames.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace ringmaster::live {
namespace {

constexpr std::size_t most_compared = 32; ///< different selections of a batch's events that are looked through for the same

} // namespace

void switchboard::ask(const reader& r, std::string topic, std::optional<std::uint64_t> from) {
  hub_.tell(hub_subscribe{front_, r.id, std::move(topic), from});
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
  hub_.tell(hub_unsubscribe{std::move(topic)});
}

void switchboard::enlist(reader& r) {
  r.id = number_ << 48 | ++last_id_;
  readers_.emplace(r.id, &r);
  count_->fetch_add(1, std::memory_order_relaxed);
}

void switchboard::forget(const reader& r) {
  if (readers_.erase(r.id) > 0)
    count_->fetch_sub(1, std::memory_order_relaxed);
}

void switchboard::deliver(const std::vector<core::frame_ptr>& frames) {
  // Most of those who hear anything hear the same. So who gets what is kept as one number, for which the
  // bytes are put together once: events come in order, and the number says which selection an event was added
  // to.
  selections_.assign(1, {});
  told_before_ = last_seq_;
  std::string key;
  for (std::uint32_t i = 0; i < frames.size(); ++i) {
    const auto& f = *frames[i];
    last_seq_ = f.seq;
    const auto first = selections_.size();
    for_each_above(f.topic, [&](std::string_view topic) {
      key.assign(topic);
      const auto at = by_topic_.find(key);
      if (at == by_topic_.end())
        return;
      const auto families = topic == "/" ? core::families_of_event(f.topic) : ~core::topic_family_set{0};
      for (auto* r : at->second) {
        if ((r->audible & families) == 0 || !f.is_for(r->user))
          continue;
        if (r->last_seq >= f.seq)
          continue; // has it by another of its subscriptions
        r->last_seq = f.seq;
        if (r->selection == 0)
          heard_.push_back(r);
        r->selection = with_event(r->selection, i, first);
      }
    });
  }
  for (auto* r : heard_)
    r->on_events(bytes_of(std::exchange(r->selection, 0), frames));
  heard_.clear();
  selections_.clear();
}

/// The number of `selection` and `event` behind it. Those that end with this event begin at `first`.
std::uint32_t switchboard::with_event(std::uint32_t selection, std::uint32_t event, std::size_t first) {
  const auto end = std::min(selections_.size(), first + most_compared);
  for (auto i = first; i < end; ++i)
    if (selections_[i].before == selection)
      return static_cast<std::uint32_t>(i);
  selections_.push_back({selection, event, nullptr});
  return static_cast<std::uint32_t>(selections_.size() - 1);
}

const text_ptr& switchboard::bytes_of(std::uint32_t selection, const std::vector<core::frame_ptr>& frames) {
  auto& made = selections_[selection].bytes;
  if (made)
    return made;
  std::vector<std::uint32_t> which;
  std::size_t room = 0;
  for (auto at = selection; at != 0; at = selections_[at].before) {
    which.push_back(selections_[at].event);
    room += frames[which.back()]->text.size() + 10;
  }
  std::string bytes;
  bytes.reserve(room);
  for (auto i = which.rbegin(); i != which.rend(); ++i)
    websocket::append_frame(bytes, websocket::opcode::text, frames[*i]->text);
  made = std::make_shared<const std::string>(std::move(bytes));
  return made;
}

void switchboard::answer(const hub_subscribed& what) {
  last_seq_ = std::max(last_seq_, what.seq);
  const auto at = readers_.find(what.reader);
  if (at != readers_.end())
    return at->second->on_subscribed(what);
  release(what.topic); // it left while it was being answered
}

} // namespace ringmaster::live
