#include "http/live/switchboard.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace ringmaster::live {

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
  for (const auto& f : frames) {
    last_seq_ = f->seq;
    for_each_above(f->topic, [&](std::string_view topic) {
      key.assign(topic);
      const auto at = by_topic_.find(key);
      if (at == by_topic_.end())
        return;
      for (auto* r : at->second) {
        if (r->last_seq >= f->seq)
          continue; // has it by another of its subscriptions
        r->last_seq = f->seq;
        r->on_frame(f);
        if (!std::exchange(r->to_flush, true))
          to_flush_.push_back(r);
      }
    });
  }
  for (auto* r : to_flush_) {
    r->to_flush = false;
    r->flush();
  }
  to_flush_.clear();
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
