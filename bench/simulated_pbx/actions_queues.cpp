// SPDX-License-Identifier: Apache-2.0
// Actions about queues and their members.
#include "bench/simulated_pbx/actions.hpp"

#include <charconv>

namespace ringmaster::sim {
namespace {

std::int64_t number_or_zero(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void report(session& s, const action& a, const std::optional<std::string>& trouble, std::string_view done) {
  if (trouble)
    fail(s, a, *trouble);
  else
    succeed(s, a, done);
}

template <class Change>
void change_members(session& s, const action& a, std::string_view done, Change change) {
  if (a.get("Interface").empty())
    return fail(s, a, "Need 'Interface' parameter.");
  report(s, a, change(s.host().life().queues), done);
}

} // namespace

void queue_status(session& s, const action& a) {
  begin_list(s, a, "Queue status will follow");
  std::string out;
  const std::size_t n =
      s.host().life().queues.status(out, a.get("Queue"), a.get("Member"), a.get("ActionID"));
  s.send(out);
  end_list(s, a, "QueueStatusComplete", n);
}

void queue_summary(session& s, const action& a) {
  begin_list(s, a, "Queue summary will follow");
  std::string out;
  const std::size_t n = s.host().life().queues.summary(out, a.get("Queue"), a.get("ActionID"));
  s.send(out);
  end_list(s, a, "QueueSummaryComplete", n);
}

void queue_add(session& s, const action& a) {
  if (a.get("Queue").empty())
    return fail(s, a, "'Queue' not specified.");
  change_members(s, a, "Added interface to queue", [&](queue_system& queues) {
    return queues.add(a.get("Queue"), a.get("Interface"), a.get("MemberName"),
                      number_or_zero(a.get("Penalty")), is_true(a.get("Paused")));
  });
}

void queue_remove(session& s, const action& a) {
  if (a.get("Queue").empty())
    return fail(s, a, "Need 'Queue' and 'Interface' parameters.");
  change_members(s, a, "Removed interface from queue",
                 [&](queue_system& queues) { return queues.remove(a.get("Queue"), a.get("Interface")); });
}

void queue_pause(session& s, const action& a) {
  if (a.get("Paused").empty())
    return fail(s, a, "Need 'Interface' and 'Paused' parameters.");
  const bool paused = is_true(a.get("Paused"));
  change_members(s, a, paused ? "Interface paused successfully" : "Interface unpaused successfully",
                 [&](queue_system& queues) {
                   return queues.pause(a.get("Queue"), a.get("Interface"), paused, a.get("Reason"));
                 });
}

void queue_penalty(session& s, const action& a) {
  change_members(s, a, "Interface penalty set successfully", [&](queue_system& queues) {
    return queues.set_penalty(a.get("Queue"), a.get("Interface"), number_or_zero(a.get("Penalty")));
  });
}

void queue_ring_in_use(session& s, const action& a) {
  change_members(s, a, "Interface ringinuse set successfully", [&](queue_system& queues) {
    return queues.set_ring_in_use(a.get("Queue"), a.get("Interface"), is_true(a.get("RingInUse")));
  });
}

void queue_reset(session& s, const action& a) {
  s.host().life().queues.reset(a.get("Queue"));
  succeed(s, a, "Queue stats reset successfully");
}

} // namespace ringmaster::sim
