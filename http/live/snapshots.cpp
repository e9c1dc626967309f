#include "http/live/snapshots.hpp"

#include "actors/core/telephone/tables.hpp"
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

/// The live objects of every kind that is told in `family`, server by server.
void telephone(engine& of, core::topic_family family, std::string_view above, const take_item& take) {
  std::string json;
  for (const auto& server : of.telephones())
    server->each([&]<class T>(const core::live_table<T>& table) {
      if (core::resource<T>::family != family)
        return;
      if constexpr (core::resource<T>::family) {
        std::vector<typename core::live_table<T>::pointer> all;
        table.collect(all);
        for (const auto& one : all) {
          json.clear();
          const auto topic = one->look([&](const T& value) {
            append_json(json, value, core::resource<T>::fields);
            return topic_below(above, core::resource<T>::target(value));
          });
          take(topic, json);
        }
      }
    });
}

} // namespace

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
  case core::topic_family::channels:
  case core::topic_family::agis:
  case core::topic_family::queue_entries:
  case core::topic_family::queue_members:
  case core::topic_family::queues:
  case core::topic_family::parked_calls: telephone(of, family, above, take); return {};
  }
  return {};
}

} // namespace ringmaster::live
