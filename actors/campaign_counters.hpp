// SPDX-License-Identifier: Apache-2.0
/// What a campaign counts over its life; kept as a snapshot, so that a restart goes on counting.
#pragma once

#include "protocol/fields.hpp"

namespace ringmaster {

struct campaign_counters {
  std::int64_t begun{0}, answered{0}, connected{0}, abandoned{0}, ended{0}, failed{0}, fate_unknown{0};
  bool operator==(const campaign_counters&) const = default;
};

inline constexpr auto campaign_counter_fields = field_table{
    field{1, "begun", &campaign_counters::begun, access::read_only, "Calls begun."},
    field{2, "answered", &campaign_counters::answered, access::read_only, "Calls answered."},
    field{3, "connected", &campaign_counters::connected, access::read_only, "Calls that talked to an agent."},
    field{4, "abandoned", &campaign_counters::abandoned, access::read_only, "Answered calls that met none in time."},
    field{5, "ended", &campaign_counters::ended, access::read_only, "Calls that are over."},
    field{6, "failed", &campaign_counters::failed, access::read_only, "Calls that could not be begun."},
    field{7, "fate_unknown", &campaign_counters::fate_unknown, access::read_only,
          "Answered calls that ended while nobody could hear whether they met an agent."}};

[[nodiscard]] inline std::string campaign_snapshot_name(const uuid& id) { return "campaign/" + to_string(id); }

} // namespace ringmaster
