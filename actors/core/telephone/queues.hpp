// SPDX-License-Identifier: Apache-2.0
/// Queues, members and waiting callers: QueueStatus and the events of app_queue. When the server is asked for its queues,
/// and for which, the pbx actor decides (core/queue_listings.hpp): what readers see and what campaigns dial for comes from
/// the same listings.
///
/// Between listings the figures of a queue go on as app_queue itself computes them: `calls` as join and leave say,
/// `abandoned` with QueueCallerAbandon, `completed` with AgentComplete, `hold_time` and `talk_time` as its running averages
/// (three parts old, one part new), the service level from the waiting time of each completed call. Source: Asterisk's
/// app_queue, recalc_holdtime and update_queue.
///
/// Whoever leaves moves those behind him up by one, which app_queue does not tell: positions are those of the order of
/// joining, from the position that each event gives.
#pragma once

#include "actors/core/telephone/fold.hpp"
#include "actors/core/telephone/roster.hpp"
#include "protocol/ami/snapshots.hpp"

#include <map>
#include <set>

namespace ringmaster::core {

class queue_fold final : public telephone_fold {
public:
  explicit queue_fold(telephone_writer& to);

  [[nodiscard]] std::span<const ami::event_kind> kinds() const noexcept override;
  void on_event(const ami::message& m, time_point now) override;
  [[nodiscard]] std::span<const telephone_question> listings() const noexcept override;
  void on_doubt(time_point) override;
  void on_time(time_point now) override;
  void on_pbx_list(std::string_view action, std::string_view list, std::string_view of) override;

private:
  void list_began(std::string_view list);
  void list_complete(const ami::message& m, time_point now);
  void on_member(const ami::member_snapshot& s, time_point now);
  void joined(const ami::message& m, time_point now);
  void left(const ami::message& m, time_point now);
  void abandoned(const ami::message& m, time_point now);
  void forget_entry(std::string_view unique_id, time_point now);
  void renumber(const std::string& queue, std::size_t from, time_point now);
  template <class Edit>
  void on_queue(std::string_view queue, time_point now, Edit&& edit);

  telephone_writer& to_;
  roster<telephone::queue> queues_;
  roster<telephone::queue_member> members_;
  roster<telephone::queue_entry> entries_;
  /// Unique ids of those who wait, in their order, by queue.
  std::map<std::string, std::vector<std::string>, std::less<>> order_;
  std::string list_;        ///< ActionID of the listing under way
  std::int64_t items_{0};   ///< of it so far
  std::set<std::string, std::less<>> in_list_; ///< queues that it is of
  /// ActionID of the listing that the pbx actor asked for last, and the queue that it is of; empty: of all.
  std::string pbx_list_, pbx_list_of_;
};

} // namespace ringmaster::core
