// SPDX-License-Identifier: Apache-2.0
#include "actors/core/queue_listings.hpp"

#include <algorithm>
#include <utility>

namespace ringmaster::core {

void queue_listings::want_all(time_point at) {
  all_at_ = all_at_ ? std::min(*all_at_, at) : at;
}

void queue_listings::doubt(std::string_view queue) {
  doubted_.emplace(queue);
}

void queue_listings::watch(std::string_view queue, bool on) {
  auto at = queues_.find(queue);
  if (at == queues_.end()) {
    if (!on)
      return;
    at = queues_.emplace(std::string{queue}, known_queue{}).first;
  }
  at->second.watched = on;
  if (!on && !at->second.there)
    queues_.erase(at);
  stale_ = true;
}

void queue_listings::heard_of(std::string_view queue) {
  auto at = queues_.find(queue);
  if (at == queues_.end())
    at = queues_.emplace(std::string{queue}, known_queue{}).first;
  if (std::exchange(at->second.there, true))
    return;
  if (under_way_) // which tells of it
    at->second.listed = under_way_->began;
  stale_ = true;
}

void queue_listings::absent(std::string_view queue) {
  const auto at = queues_.find(queue);
  if (at == queues_.end())
    return;
  at->second.there = false;
  if (!at->second.watched)
    queues_.erase(at);
  stale_ = true;
}

void queue_listings::look_for_next() {
  stale_ = false;
  next_at_.reset();
  for (const auto& [name, queue] : queues_) {
    const auto at = queue.listed ? *queue.listed + (queue.watched ? pace_.watched : pace_.others) : time_point{};
    if (next_at_ && *next_at_ <= at)
      continue;
    next_ = name;
    next_at_ = at;
  }
}

std::optional<std::string> queue_listings::due(time_point now) {
  if (under_way_) {
    // A clock that was set back must not hold a listing up for as long as that.
    if (under_way_->began <= now && now - under_way_->began <= pace_.patience)
      return std::nullopt;
    ended(false);
  }
  if (all_at_ && *all_at_ <= now)
    return std::string{};
  const bool apart = !last_single_ || *last_single_ > now || now - *last_single_ >= pace_.apart;
  if (!wanted_.empty() && apart)
    return *wanted_.begin();
  if (!doubted_.empty() && (!last_doubt_ || *last_doubt_ > now || now - *last_doubt_ >= pace_.doubts))
    return doubted_.size() == 1 ? *doubted_.begin() : std::string{};
  if (stale_)
    look_for_next();
  if (next_at_ && *next_at_ <= now && apart)
    return next_;
  return std::nullopt;
}

void queue_listings::began(const std::string& queue, time_point now) {
  const bool all = queue.empty();
  const bool of_doubt = all ? !doubted_.empty() : doubted_.contains(queue);
  const bool of_question = wanted_.contains(queue);
  if (of_doubt)
    last_doubt_ = now;
  if (all) {
    all_at_.reset();
    doubted_.clear();
    wanted_.clear();
  } else {
    doubted_.erase(queue);
    wanted_.erase(queue);
    last_single_ = now;
  }
  for (auto& [name, known] : queues_)
    if (all || name == queue)
      known.listed = now; // also one that fails: the audit goes on with the others meanwhile
  under_way_ = listing{queue, now, of_doubt, of_question};
  stale_ = true;
}

void queue_listings::ended(bool complete) {
  const auto ended = std::exchange(under_way_, std::nullopt);
  if (!ended || complete)
    return;
  if (ended->queue.empty())
    want_all(ended->began + pace_.doubts);
  else if (ended->of_doubt || ended->of_question)
    doubted_.insert(ended->queue);
}

void queue_listings::lost() {
  under_way_.reset();
  doubted_.clear();
  wanted_.clear();
  all_at_.reset();
  for (auto& [name, known] : queues_)
    known.listed.reset();
  stale_ = true;
}

} // namespace ringmaster::core
