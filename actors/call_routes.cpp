// SPDX-License-Identifier: Apache-2.0
#include "actors/call_routes.hpp"

#include "actors/channel.hpp"
#include "protocol/ami/subjects.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <iterator>

namespace ringmaster {

using ami::event_kind;

void call_routes::follow(const followed_call& call) {
  calls_.insert_or_assign(call.dialing.id, target{call.channel});
  if (!call.dialing.other_channel_id.is_nil())
    calls_.insert_or_assign(call.dialing.other_channel_id, target{call.channel, 0, true});
}

void call_routes::follow(const uuid& call, std::string_view unique_id) {
  auto& moved = moved_to_[call];
  if (moved == unique_id)
    return;
  if (!moved.empty())
    successors_.erase(moved);
  moved = unique_id;
  successors_.insert_or_assign(moved, call);
}

void call_routes::forget(const core::open_dialing& call) {
  calls_.erase(call.id);
  if (!call.other_channel_id.is_nil())
    calls_.erase(call.other_channel_id);
  if (moved_to_.empty())
    return;
  if (const auto at = moved_to_.find(call.id); at != moved_to_.end()) {
    successors_.erase(at->second);
    moved_to_.erase(at);
  }
}

void call_routes::follow_foreign(const std::string& unique_id, const follower_handle& who) {
  auto& followers = foreign_[unique_id];
  if (std::none_of(followers.begin(), followers.end(), [&](const auto& one) { return one->handle == who; }))
    followers.push_back(std::make_unique<follower>(follower{who, target{who}}));
}

void call_routes::unfollow_foreign(const std::string& unique_id, const follower_handle& who) {
  const auto at = foreign_.find(unique_id);
  if (at == foreign_.end())
    return;
  std::erase_if(at->second, [&](const auto& one) { return one->handle == who; });
  if (at->second.empty())
    foreign_.erase(at);
}

/// What is said of a channel names it in one of these; of BridgeEnter the one whose place is taken as well, and the call goes on
/// in the other then.
void call_routes::find_foreign(const ami::block& block, std::uint32_t heard) {
  for (std::uint32_t index = 0; index < heard; ++index) {
    const auto m = block[index];
    if (m.type() != ami::message_type::event || !m.action_id().empty()) // items of a list are no events of a channel's life
      continue;
    const auto of = m.get("Uniqueid"), to = m.get("DestUniqueid"),
               swapped = m.kind() == event_kind::bridge_enter ? m.get("SwapUniqueid") : std::string_view{};
    const auto give = [&](std::string_view id) {
      const auto at = id.empty() ? foreign_.end() : foreign_.find(id);
      if (at != foreign_.end())
        for (const auto& one : at->second)
          if (!one->over)
            found_.emplace_back(index, &one->to);
      return at;
    };
    if (const auto at = give(of); at != foreign_.end() && m.kind() == event_kind::hangup) {
      ended_.emplace_back(of);
      for (const auto& one : at->second)
        one->over = true; // what the block has behind it is of no channel
    }
    if (to != of)
      give(to);
    if (swapped.empty() || of.empty())
      continue;
    if (const auto at = give(swapped); at != foreign_.end()) {
      auto moved = std::move(at->second);
      foreign_.erase(at);
      auto& goes_on = foreign_[std::string{of}];
      std::move(moved.begin(), moved.end(), std::back_inserter(goes_on));
    }
  }
}

void call_routes::forget_ended() {
  for (const auto& id : ended_)
    foreign_.erase(id);
  ended_.clear();
}

void call_routes::begin() { batches_.clear(); }

void call_routes::batch(target& to, std::uint32_t index) {
  if (to.slot >= batches_.size() || batches_[to.slot].to != &to) {
    to.slot = static_cast<std::uint32_t>(batches_.size());
    batches_.push_back({&to, {}});
  }
  batches_[to.slot].at.push_back(index);
}

void call_routes::batch_queue(target& queue, const ami::message& m, std::uint32_t index) {
  batch(queue, index);
  if (m.kind() != event_kind::agent_called && m.kind() != event_kind::agent_connect)
    return;
  // A Hangup names no queue: whose caller or member it is of is kept from the events that told it.
  for (const auto id : {m.get("Uniqueid"), m.get("DestUniqueid")})
    if (!id.empty()) {
      auto& queues = legs_[std::string{id}];
      if (std::find(queues.begin(), queues.end(), &queue) == queues.end())
        queues.push_back(&queue);
    }
}

void call_routes::batch_end(std::string_view unique_id, const ami::message& m, std::uint32_t index) {
  if (legs_.empty()) // most servers' channels are of no queue's: their names need not be hashed
    return;
  const auto at = legs_.find(unique_id);
  if (at == legs_.end())
    return;
  for (auto* queue : at->second)
    batch(*queue, index);
  if (m.kind() == event_kind::hangup) {
    legs_.erase(at);
  } else if (const auto goes_on = m.get("Uniqueid"); !goes_on.empty()) {
    const auto queues = at->second;
    legs_.insert_or_assign(std::string{goes_on}, queues);
  }
}

/// With many calls up, whatever belongs to one of them is in main memory and not in the cache, and waiting for it
/// costs more than all else that an event costs. So the look-ups are made one right after the other, where the
/// processor overlaps them, and what a channel is made of is asked for several sends ahead; the send runs it, on this
/// very thread. Hints only: nothing depends on their being taken.
void call_routes::send(const ami::block_ptr& block, std::uint32_t heard) {
  found_.clear();
  for (const auto& [index, call] : block->subjects().calls)
    if (index < heard)
      if (const auto at = calls_.find(call); at != calls_.end()) {
        found_.emplace_back(index, &at->second);
        // Who takes the place of a Local channel's second half is not the customer: he stays where he is.
        if (const auto m = (*block)[index]; m.kind() == event_kind::bridge_enter && !at->second.second_half)
          follow(call, m.get("Uniqueid"));
      }
  if (!successors_.empty())
    find_successors(*block, heard);
  if (!foreign_.empty())
    find_foreign(*block, heard);
  for (const auto& [index, to] : found_)
    batch(*to, index);
  constexpr std::size_t ahead = 12;
  for (std::size_t i = 0; i < std::min(ahead, batches_.size()); ++i)
    prefetch(batches_[i].to->actor.actor());
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    if (i + ahead < batches_.size())
      prefetch(batches_[i + ahead].to->actor.actor());
    batches_[i].to->actor.tell(message_batch{block, std::move(batches_[i].at)});
  }
  if (!ended_.empty())
    forget_ended();
}

/// Of the few calls whose customers talk on over another channel than that which was dialed, that one's messages.
void call_routes::find_successors(const ami::block& block, std::uint32_t heard) {
  const auto before = found_.size();
  for (std::uint32_t index = 0; index < heard; ++index) {
    const auto m = block[index];
    const auto header = m.type() == ami::message_type::event ? ami::call_header(m.kind()) : std::string_view{};
    if (header.empty())
      continue;
    const auto at = successors_.find(m.get(header));
    if (at == successors_.end())
      continue;
    const auto call = at->second;
    if (const auto to = calls_.find(call); to != calls_.end())
      found_.emplace_back(index, &to->second);
    if (m.kind() == event_kind::bridge_enter)
      follow(call, m.get("Uniqueid"));
  }
  if (found_.size() != before)
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

void call_routes::prefetch(const caf::actor& to) {
  constexpr std::size_t line = CAF_CACHE_LINE_SIZE;
  const auto* const actor = reinterpret_cast<const char*>(to.operator->());
  for (std::size_t at = 0; at < channel::hot_bytes; at += line)
    __builtin_prefetch(actor + at, 1);
}

} // namespace ringmaster
