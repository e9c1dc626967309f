#include "http/live/snapshots.hpp"

#include "actors/live_json.hpp"
#include "storage/outbound.hpp"

namespace ringmaster::live {
namespace {

result<void> campaigns(engine& of, std::string_view above, const take_item& take) {
  const auto in = of.database().read();
  if (!in)
    return in.error();
  const auto all = storage::all<campaign>(*in);
  if (!all)
    return all.error();
  std::string json;
  for (const auto& one : *all) {
    json.clear();
    append_json(json, one, campaign_fields);
    take(topic_below(above, to_string(one.id)), json);
  }
  return {};
}

} // namespace

std::string_view item_name(core::topic_family family) noexcept {
  switch (family) {
  case core::topic_family::campaigns: return "ob.campaign";
  case core::topic_family::dialings: return "ob.dialing";
  case core::topic_family::stats: return "ob.stats";
  }
  return {};
}

result<void> for_each_item(engine& of, core::topic_family family, const take_item& take) {
  const auto above = core::topic_of(family);
  std::string json;
  switch (family) {
  case core::topic_family::campaigns: return campaigns(of, above, take);
  case core::topic_family::dialings:
    for (const auto& one : of.live().dialings.all()) {
      json.clear();
      append_live_dialing(json, one->shown());
      take(topic_below(above, to_string(one->begun().id)), json);
    }
    return {};
  case core::topic_family::stats:
    for (const auto& one : of.live().campaigns.all()) {
      json.clear();
      append_stats(json, *one, one->status);
      take(topic_below(above, to_string(one->id)), json);
    }
    return {};
  }
  return {};
}

} // namespace ringmaster::live
