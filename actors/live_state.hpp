// SPDX-License-Identifier: Apache-2.0
/// What is true now, for readers that must not disturb the actors: each actor publishes an immutable snapshot
/// whenever what it shows has changed, and readers take the newest one. Calls, of which there are many, are looked at
/// where they are (`live_call`).
///
/// Threads: everything may be called from any thread. A read takes a shared lock for a map look-up and copies
/// a pointer (about 50 ns).
#pragma once

#include "actors/core/ami_rights.hpp"
#include "actors/core/call.hpp"
#include "actors/core/campaign_history.hpp"
#include "actors/core/dial_list.hpp"
#include "actors/core/explain.hpp"
#include "actors/core/health.hpp"
#include "actors/core/pacing.hpp"
#include "actors/core/queue_state.hpp"
#include "actors/handles.hpp"
#include "protocol/outbound.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster {

/// A map for many threads, in shards.
template <class Key, class Value>
class shared_map {
public:
  /// A default-made value where there is none.
  [[nodiscard]] Value find(const Key& key) const {
    const auto& s = shard_of(key);
    std::shared_lock lock{s.guard};
    const auto at = s.entries.find(key);
    return at == s.entries.end() ? Value{} : at->second;
  }
  void put(const Key& key, Value fresh) {
    auto& s = shard_of(key);
    std::unique_lock lock{s.guard};
    std::swap(s.entries[key], fresh); // the old one is released after the lock
  }
  void erase(const Key& key) {
    auto& s = shard_of(key);
    Value gone{};
    std::unique_lock lock{s.guard};
    if (const auto at = s.entries.find(key); at != s.entries.end()) {
      gone = std::move(at->second);
      s.entries.erase(at);
    }
  }
  /// Everything, each entry as it is when its shard is read.
  [[nodiscard]] std::vector<Value> all() const {
    std::vector<Value> found;
    for (const auto& s : shards_) {
      std::shared_lock lock{s.guard};
      for (const auto& [key, value] : s.entries)
        found.push_back(value);
    }
    return found;
  }
  void clear() {
    for (auto& s : shards_) {
      std::unique_lock lock{s.guard};
      s.entries.clear();
    }
  }
  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    for (const auto& s : shards_) {
      std::shared_lock lock{s.guard};
      count += s.entries.size();
    }
    return count;
  }

private:
  struct alignas(64) shard {
    mutable std::shared_mutex guard;
    boost::unordered_flat_map<Key, Value, std::hash<Key>> entries;
  };
  static constexpr std::size_t shard_count = 16;
  [[nodiscard]] const shard& shard_of(const Key& key) const { return shards_[std::hash<Key>{}(key) % shard_count]; }
  [[nodiscard]] shard& shard_of(const Key& key) { return shards_[std::hash<Key>{}(key) % shard_count]; }
  std::array<shard, shard_count> shards_;
};

/// A map from keys to immutable snapshots.
template <class Key, class Value>
class snapshot_map : public shared_map<Key, std::shared_ptr<const Value>> {
public:
  using pointer = std::shared_ptr<const Value>;
  using shared_map<Key, pointer>::put;
  void put(const Key& key, Value value) { put(key, std::make_shared<const Value>(std::move(value))); }
};

/// What a reader sees of a call that is up, beyond what its durable record says.
struct live_dialing {
  uuid id;
  uuid campaign;
  std::int64_t status{0};
  std::int64_t res_dial{0}, res_hangup{0};
  text channel, res_dial_detail, res_hangup_detail;
  maybe_time tm_update;
};

/// A call that is up: its machine, which its channel actor drives and anybody may look at. It changes in place: a
/// snapshot for each event would cost more than the event, and most are never looked at. Small, since there are many:
/// of its durable record it has what the end of the call needs.
class live_call {
public:
  live_call(const dialing& record, core::call machine)
      : id_{record.id}, machine_{std::move(machine)}, campaign_{record.uuid_camp}, entry_{record.uuid_dl_list},
        dlma_{record.uuid_dlma}, recorded_at_{record.tm_update} {
    if (record.status != 0 || record.channel)
      recorded_ = std::make_unique<const live_dialing>(
          live_dialing{record.id, record.uuid_camp, record.status, record.res_dial, record.res_hangup, record.channel,
                       record.res_dial_detail, record.res_hangup_detail, record.tm_update});
  }

  /// Of the channel actor alone.
  core::call_change on(const core::call_event& event, time_point now, const clock& time) {
    const std::lock_guard lock{guard_};
    const auto change = machine_.on(event, now);
    if (change.status_changed || !change.reached.empty()) {
      changed_ = now;
      time_ = &time;
    }
    return change;
  }
  /// Of the channel actor alone, which is the only one that changes it and so needs no lock to read it.
  [[nodiscard]] const core::call& machine() const noexcept { return machine_; }

  [[nodiscard]] const uuid& id() const noexcept { return id_; }
  [[nodiscard]] const uuid& campaign() const noexcept { return campaign_; }
  [[nodiscard]] const uuid& entry() const noexcept { return entry_; }
  [[nodiscard]] const uuid& dlma() const noexcept { return dlma_; }

  /// From any thread: all of one moment.
  [[nodiscard]] live_dialing shown() const {
    live_dialing seen;
    if (recorded_) {
      seen = *recorded_;
    } else {
      seen.id = id_;
      seen.campaign = campaign_;
      seen.tm_update = recorded_at_;
    }
    const std::lock_guard lock{guard_};
    if (changed_)
      machine_.write_to(seen, time_->date_of(*changed_)); // which most events need not know
    return seen;
  }

private:
  // What nearly every event looks at comes first: with many calls each line of the cache counts.
  mutable std::mutex guard_;
  std::optional<time_point> changed_;
  uuid id_;
  core::call machine_;
  uuid campaign_, entry_, dlma_;
  const clock* time_{nullptr}; ///< what `changed_` is of
  maybe_time recorded_at_;
  std::unique_ptr<const live_dialing> recorded_; ///< null: nothing had happened yet when it was recorded
};

/// A call that is up, and its channel actor, of which it is a part: both stay as long as somebody has this.
class live_call_pointer {
public:
  live_call_pointer() = default;
  live_call_pointer(channel_handle channel, const live_call& call) : channel_{std::move(channel)}, call_{&call} {}

  [[nodiscard]] explicit operator bool() const noexcept { return call_ != nullptr; }
  const live_call* operator->() const noexcept { return call_; }
  [[nodiscard]] const channel_handle& channel() const noexcept { return channel_; }

private:
  channel_handle channel_;
  const live_call* call_{nullptr};
};

inline const auto nothing_missing = std::make_shared<const std::vector<core::missing_right>>();

/// How far the daemon has come with an Asterisk server.
enum class server_state : std::uint8_t {
  away,       ///< it cannot be reached, or does not answer
  refused,    ///< it has refused the last login
  logging_in, ///< it answers: login, its boot, its lists
  connected,
};
[[nodiscard]] std::string_view name(server_state s) noexcept;

/// One Asterisk server.
struct live_pbx {
  std::string name;
  server_state state{server_state::away};
  bool connected{false};      ///< logged in, fully booted and resynced
  std::string trouble;        ///< why it is not connected, for a person, on one line; what the server said is quoted
  std::optional<time_point> trouble_since; ///< since when it is not (a date); nothing: it is, or was never yet
  /// What its AMI user lacks, as far as is known; never null.
  std::shared_ptr<const std::vector<core::missing_right>> missing_rights{nothing_missing};
  bool hears_agents{false};   ///< an AgentConnect was heard since the login: that nobody is with an agent means something
  std::size_t channels{0};    ///< our calls on it
  std::size_t max_channels{0};
  double rate{0};             ///< originates a second allowed
  double tokens{0};           ///< originates that could go out at once
  std::size_t queued{0};      ///< originates that wait for a token
  bool sip_means_pjsip{false};
  time_point since;           ///< of `connected`; a date
};

/// Members and callers of one queue on one server. Times are moments (`clock`).
struct live_queue {
  std::string pbx, name;
  core::availability agents;
  bool known{false};          ///< the server has it, by its last listing
  std::shared_ptr<const std::vector<core::agent_status>> members; ///< the same pointer: nothing about them has changed
  std::shared_ptr<const std::vector<core::agent_identity>> who;   ///< of those members, by their keys, in any order
};

/// What a campaign's pacing believes and may do.
struct live_pacing {
  core::pacing_view view; ///< its times are dates
  core::pacing_options options;
  std::string group;     ///< campaigns of the same one share their budget; empty: none
  std::string treatment; ///< of abandoned calls: "hang up", or the dialplan's context,exten,priority; empty: none
};

/// What a campaign is doing, renewed a few times a second; of one that has nothing to do, every ten seconds and when it is asked for
/// (`engine::when_shown`).
struct live_campaign {
  uuid id;
  std::int64_t status{0};
  bool rests{false};          ///< it has nothing to do
  std::uint64_t calls_begun{0}, answered{0}, connected{0}, abandoned{0}, ended{0}, failed{0}, fate_unknown{0};
  std::uint64_t ends_heard{0}; ///< calls whose ends are in these figures; see `live_state::ends`
  std::size_t in_flight{0}, outstanding{0}, ringing{0}, waiting{0}, talking{0};
  maybe_time waiting_since;   ///< of the caller who waits longest; a date, as all times here
  std::string queue;          ///< that its answered calls go to; empty: no queue
  std::size_t agents_total{0}, agents_free{0}, agents_busy{0}, agents_paused{0};
  core::availability agents;  ///< the same, state by state
  bool entries_known{false}; ///< the list is in memory; else the five below say nothing
  std::size_t entries_total{0}, entries_ready{0}, entries_cooling{0}, entries_leased{0}, entries_done{0};
  std::string explain_json;   ///< the list of reasons, as `GET …/explain` gives it
  core::reason first_reason;  ///< of those
  std::shared_ptr<const core::campaign_snapshot> snapshot; ///< what the reasons were made from
  std::shared_ptr<const live_pacing> pacing;
  std::shared_ptr<const core::abandon_days> answer_days; ///< live answers and abandoned ones
  core::dial_policy policy;   ///< that the list is dialed by
  maybe_uuid dlma;
  /// Of the last minute or more, see core/campaign_history.hpp; nothing where that would not mean anything yet.
  std::optional<double> busy_share, answer_rate;
  double calls_per_second{0}; ///< of the last ten seconds
  maybe_time expected_end;    ///< of the list, at the pace of the last ten minutes
  core::campaign_sample sums; ///< by `at`
  std::shared_ptr<const std::vector<core::campaign_sample>> history; ///< the last hour
  time_point at;
};

/// Whether something on disk can be written; the database, or the result file.
struct live_writing {
  bool works{true};
  std::string trouble;    ///< why not, for a person
  time_point since;       ///< it does not work
  std::size_t waiting{0}; ///< of the database: what became of calls and waits until it can be written
};

/// One snapshot that many threads read.
template <class Value>
class published {
public:
  [[nodiscard]] std::shared_ptr<const Value> get() const {
    const std::lock_guard lock{guard_};
    return value_;
  }
  void put(Value fresh) {
    auto made = std::make_shared<const Value>(std::move(fresh));
    const std::lock_guard lock{guard_};
    value_.swap(made);
  }

private:
  mutable std::mutex guard_;
  std::shared_ptr<const Value> value_{std::make_shared<const Value>()};
};

struct live_state {
  published<live_writing> database;     ///< the store's
  published<live_writing> result_file;  ///< the results actor's
  published<std::optional<core::clock_leap>> leap; ///< of a clock, the last one; the engine's
  std::atomic<std::int64_t> disk_free{-1}; ///< bytes where the database is; -1: not known
  std::atomic<bool> writable{true};     ///< `database.works`, for those who ask often
  shared_map<uuid, live_call_pointer> dialings;
  snapshot_map<uuid, live_campaign> campaigns;
  /// Calls of a campaign whose ends are on disk, counted before anybody is told. As long as there are more of them than the
  /// campaign's figures know of (`ends_heard`), those still count what has ended.
  shared_map<uuid, std::shared_ptr<std::atomic<std::uint64_t>>> ends;
  snapshot_map<std::string, live_pbx> pbxs;
  snapshot_map<std::string, live_queue> queues; ///< by "pbx\nqueue"

  /// Sums of the daemon's life, for the metrics.
  struct totals {
    std::atomic<std::uint64_t> ami_messages{0}, ami_bytes{0}, calls_begun{0}, calls_answered{0}, calls_connected{0},
        calls_abandoned{0}, calls_ended{0}, originate_failures{0}, commits{0}, committed_operations{0},
        commit_failures{0};
  } total;
  std::atomic<std::uint64_t> dial_lists{0}; ///< in memory now
};

[[nodiscard]] inline std::string queue_key(std::string_view pbx, std::string_view queue) {
  return std::string{pbx}.append("\n").append(queue);
}

} // namespace ringmaster
