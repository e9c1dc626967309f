// SPDX-License-Identifier: Apache-2.0
#include "http/live/snapshots.hpp"

#include "actors/core/telephone/tables.hpp"
#include "actors/core/topic_family.hpp"
#include "actors/live_json.hpp"
#include "http/live/answers.hpp"
#include "http/websocket/frames.hpp"
#include "storage/outbound.hpp"

#include <type_traits>
#include <utility>

namespace ringmaster::live {
namespace {

/// The things of one family below a topic, one after the other.
class walk {
public:
  virtual ~walk() = default;
  /// Appends the next one as the JSON object that an event of it would carry. False: there is none any more.
  virtual result<bool> next(std::string& json) = 0;
};

/// `Show(json, item)` appends it, if it is still there and below the topic, and tells whether it did.
template <class Item, class Show>
class walk_of final : public walk {
public:
  walk_of(std::vector<Item> items, Show show) : items_{std::move(items)}, show_{std::move(show)} {}

  result<bool> next(std::string& json) override {
    while (at_ < items_.size())
      if (const auto shown = show_(json, std::exchange(items_[at_++], {})); !shown || *shown)
        return shown;
    return false;
  }

private:
  std::vector<Item> items_;
  std::size_t at_{0};
  Show show_;
};

template <class Item, class Show>
std::unique_ptr<walk> make_walk(std::vector<Item> items, Show show) {
  return std::make_unique<walk_of<Item, Show>>(std::move(items), std::move(show));
}

/// Ids, not the records themselves: those of a reader that has stopped would stay in memory.
template <class From>
std::vector<uuid> ids(const std::vector<From>& all, uuid (*id_of)(const From&)) {
  std::vector<uuid> found;
  found.reserve(all.size());
  for (const auto& one : all)
    found.push_back(id_of(one));
  return found;
}

result<std::unique_ptr<walk>> campaigns(engine& of, const std::string& topic, std::string_view above) {
  const auto in = of.database().read();
  if (!in)
    return in.error();
  const auto all = storage::all<campaign>(*in);
  if (!all)
    return all.error();
  return make_walk(ids<campaign>(*all, [](const campaign& one) { return one.id; }),
                   [&of, topic, above](std::string& json, const uuid& id) -> result<bool> {
                     if (!topic_covers(topic, topic_below(above, to_string(id))))
                       return false;
                     const auto now = of.database().read();
                     if (!now)
                       return now.error();
                     const auto one = storage::get<campaign>(*now, id);
                     if (!one)
                       return one.error().code == errc::not_found ? result<bool>{false} : one.error();
                     append_json(json, *one, campaign_fields);
                     return true;
                   });
}

std::unique_ptr<walk> dialings(engine& of, const std::string& topic, std::string_view above) {
  return make_walk(ids<live_call_pointer>(of.live().dialings.all(), [](const live_call_pointer& one) { return one->id(); }),
                   [&of, topic, above](std::string& json, const uuid& id) -> result<bool> {
                     const auto one = of.live().dialings.find(id);
                     if (!one || !topic_covers(topic, topic_below(above, to_string(id))))
                       return false;
                     append_live_dialing(json, one->shown());
                     return true;
                   });
}

std::unique_ptr<walk> stats(engine& of, const std::string& topic, std::string_view above) {
  using pointer = std::shared_ptr<const live_campaign>;
  return make_walk(ids<pointer>(of.live().campaigns.all(), [](const pointer& one) { return one->id; }),
                   [&of, topic, above](std::string& json, const uuid& id) -> result<bool> {
                     const auto one = of.live().campaigns.find(id);
                     if (!one || !topic_covers(topic, topic_below(above, to_string(id))))
                       return false;
                     append_stats(json, *one, one->status);
                     return true;
                   });
}

/// Those that are configured, whether they can be reached or not.
std::unique_ptr<walk> servers(engine& of, const std::string& topic, std::string_view above) {
  std::vector<std::string> names;
  for (const auto& one : of.options().pbxs)
    names.push_back(one.name);
  return make_walk(std::move(names), [&of, topic, above](std::string& json, const std::string& name) -> result<bool> {
    if (!topic_covers(topic, topic_below(above, name)))
      return false;
    json_writer w{json};
    append_server(w, name, of.live().pbxs.find(name).get(), of.resting(name));
    return true;
  });
}

/// The live objects of the kind that is told in `family`, of all servers.
template <class T>
std::unique_ptr<walk> objects(engine& of, const std::string& topic, std::string_view above) {
  using pointer = typename core::live_table<T>::pointer;
  std::vector<pointer> all;
  for (const auto& server : of.telephones())
    server->each([&]<class U>(const core::live_table<U>& table) {
      if constexpr (std::is_same_v<T, U>)
        table.collect(all);
    });
  return make_walk(std::move(all), [topic, above](std::string& json, const pointer& one) -> result<bool> {
    return one->look([&](const T& value) {
      if (!topic_covers(topic, topic_below(above, core::resource<T>::target(value))))
        return false;
      append_json(json, value, core::resource<T>::fields);
      return true;
    });
  });
}

result<std::unique_ptr<walk>> walk_through(engine& of, core::topic_family family, const std::string& topic) {
  const auto above = core::topic_of(family);
  switch (family) {
  case core::topic_family::campaigns:
    return campaigns(of, topic, above);
  case core::topic_family::dialings:
    return dialings(of, topic, above);
  case core::topic_family::stats:
    return stats(of, topic, above);
  case core::topic_family::servers:
    return servers(of, topic, above);
  case core::topic_family::channels:
    return objects<telephone::channel>(of, topic, above);
  case core::topic_family::agis:
    return objects<telephone::agi>(of, topic, above);
  case core::topic_family::queue_entries:
    return objects<telephone::queue_entry>(of, topic, above);
  case core::topic_family::queue_members:
    return objects<telephone::queue_member>(of, topic, above);
  case core::topic_family::queues:
    return objects<telephone::queue>(of, topic, above);
  case core::topic_family::parked_calls:
    return objects<telephone::parked_call>(of, topic, above);
  }
  return error{errc::internal, "a family that nobody knows", {}};
}

class snapshot final : public piecewise {
public:
  snapshot(engine& of, std::string topic, std::uint64_t seq, core::topic_family_set audible)
      : of_{of}, topic_{std::move(topic)}, seq_{seq}, wanted_{core::families_under(topic_) & audible} {}

  bool next(std::string& frames) override {
    const auto begin = frames.size();
    for (; family_ != core::topic_families.size() && frames.size() - begin < piece; ++family_) {
      const auto& row = core::topic_families[family_];
      if ((wanted_ & core::bit_of(row.family)) != 0 && !go_through(row, frames))
        break;
    }
    return frames.size() != begin;
  }

private:
  /// One message. True: it was the last of this family.
  bool go_through(const core::topic_family_row& row, std::string& frames) {
    std::string items;
    auto more = begin_walk(row.family);
    for (std::size_t before = 0; more && *more && items.size() <= piece; before = items.size()) {
      if (before != 0)
        items.push_back(',');
      const auto with_comma = items.size();
      more = walk_->next(items);
      if (items.size() == with_comma)
        items.resize(before);
    }
    if (!more)
      websocket::append_frame(frames, websocket::opcode::text, error_message(more.error(), seq_));
    const bool last = !more || !*more;
    websocket::append_frame(frames, websocket::opcode::text, snapshot_message(topic_, row.item, seq_, last, items));
    if (last)
      walk_.reset();
    return last;
  }

  result<bool> begin_walk(core::topic_family family) {
    if (!walk_) {
      auto begun = walk_through(of_, family, topic_);
      if (!begun)
        return begun.error();
      walk_ = std::move(*begun);
    }
    return true;
  }

  engine& of_;
  const std::string topic_;
  const std::uint64_t seq_;
  const core::topic_family_set wanted_;
  std::size_t family_{0};
  std::unique_ptr<walk> walk_;
};

class replay final : public piecewise {
public:
  explicit replay(std::vector<core::frame_ptr> missed) : missed_{std::move(missed)} {}

  bool next(std::string& frames) override {
    const auto begin = frames.size();
    while (at_ < missed_.size() && frames.size() - begin <= piece)
      websocket::append_frame(frames, websocket::opcode::text, std::exchange(missed_[at_++], nullptr)->text);
    return frames.size() != begin;
  }

private:
  std::vector<core::frame_ptr> missed_;
  std::size_t at_{0};
};

} // namespace

std::unique_ptr<piecewise> snapshot_of(engine& of, std::string topic, std::uint64_t seq, core::topic_family_set audible) {
  return std::make_unique<snapshot>(of, std::move(topic), seq, audible);
}

std::unique_ptr<piecewise> replay_of(std::vector<core::frame_ptr> missed) {
  return std::make_unique<replay>(std::move(missed));
}

} // namespace ringmaster::live
