#include "actors/core/reconcile.hpp"

#include <unordered_map>
#include <unordered_set>

namespace ringmaster::core {

reconciliation reconcile(const std::vector<open_dialing>& dialings, const std::vector<live_channel>& channels,
                         time_point asked) {
  std::unordered_map<uuid, const live_channel*> live;
  live.reserve(channels.size());
  for (const auto& c : channels)
    if (const auto id = parse_uuid(c.unique_id))
      live.emplace(*id, &c);

  reconciliation out;
  out.dialings.reserve(dialings.size());
  std::unordered_set<uuid> ours;
  for (const auto& d : dialings) {
    ours.insert(d.id);
    if (!d.other_channel_id.is_nil())
      ours.insert(d.other_channel_id);
    reconciled r;
    r.id = d.id;
    if (const auto it = live.find(d.id); it != live.end()) {
      r.what = verdict::adopt;
      r.channel = it->second->name;
      r.channel_state = it->second->state;
    } else if (d.begun >= asked) {
      r.what = verdict::undecided;
    } else if (d.status == dialing_status::none || d.status == dialing_status::originate_sent) {
      r.what = verdict::never_seen;
      r.detail = "The outcome is unknown: no answer to the Originate was heard; it is not sent again";
    } else {
      r.what = verdict::unknown;
      r.detail = "The outcome is unknown: the call ended while nobody could hear of it";
    }
    out.dialings.push_back(std::move(r));
  }
  for (const auto& c : channels)
    if (const auto id = parse_uuid(c.unique_id); id && !ours.contains(*id))
      out.strays.push_back(c);
  return out;
}

listing_schedule::number listing_schedule::want(bool urgent) noexcept {
  wanted_ = true;
  urgent_ = urgent_ || urgent;
  return current_ + 1;
}

bool listing_schedule::due(time_point now) const noexcept {
  // A clock that was set back must not hold a listing up for as long as that.
  const auto since = began_ && *began_ <= now ? now - *began_ : std::chrono::nanoseconds::max();
  if (under_way_)
    return since > patience_;
  return wanted_ && (urgent_ || since >= apart_);
}

void listing_schedule::began(time_point now) noexcept {
  began_ = now;
  ++current_;
  wanted_ = urgent_ = false;
  under_way_ = true;
}

void listing_schedule::ended(bool complete) noexcept {
  if (under_way_ && !complete)
    wanted_ = true;
  under_way_ = false;
}

} // namespace ringmaster::core
