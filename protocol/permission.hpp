// SPDX-License-Identifier: Apache-2.0
/// What a user may be permitted to do: the only place where the names stand. Routes and topics ask for one of them; users hold
/// some, or `*`, which is all. A name that users hold is never changed.
#pragma once

#include <string_view>

namespace ringmaster::permission {

inline constexpr std::string_view ob_read = "ob.read", ob_write = "ob.write", ob_agent = "ob.agent", ob_compliance = "ob.compliance",
                                  ob_record = "ob.record", telephone_read = "telephone.read", telephone_supervise = "telephone.supervise",
                                  metrics_read = "metrics.read";
inline constexpr std::string_view all_of_them = "*";

struct described {
  std::string_view name;
  std::string_view doc; ///< what one may do with it, for people
};
inline constexpr described all[] = {{ob_read, "See campaigns, plans, destinations, lists, entries and calls, by REST and live."},
                                    {ob_write, "Make, change and delete them, start and stop campaigns, hang calls up."},
                                    {ob_agent, "Work as an agent: see and settle the calls that one has oneself."},
                                    {ob_compliance, "See who changed what, and what the law asks to be kept."},
                                    {ob_record, "Hear recordings of calls."},
                                    {telephone_read, "See the telephone system: channels, queues, members, agents, devices, parked calls."},
                                    {telephone_supervise, "Change it: hang up, redirect, pause members, make queues and parking lots."},
                                    {metrics_read, "Read the metrics."}};

} // namespace ringmaster::permission
