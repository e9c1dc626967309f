// SPDX-License-Identifier: Apache-2.0
#include "actors/core/telephone/systems.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace ringmaster::core {
namespace {

using ami::event_kind;
using telephone::system_info;

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

double decimal(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::isfinite(value) ? value : 0;
}

} // namespace

system_fold::system_fold(telephone_writer& to, telephone_questions& questions)
    : to_{to}, questions_{questions}, id_{std::to_string(to.tables().ordinal)} {
  system_info s;
  s.id = id_;
  to_.create(std::move(s), time_point{});
  to_.change<system_info>(id_, time_point{}, [](system_info& one, editor&) { one.tm_update.reset(); });
}

std::span<const event_kind> system_fold::kinds() const noexcept {
  // After the channels' own fold, so that they are counted when they have changed.
  static constexpr std::array wanted{event_kind::newchannel, event_kind::newstate, event_kind::hangup, event_kind::core_show_channels_complete,
                                     event_kind::reload};
  return wanted;
}

std::span<const telephone_question> system_fold::listings() const noexcept {
  static const std::array questions{telephone_question{"CoreSettings"}, telephone_question{"CoreStatus"}};
  return questions;
}

void system_fold::set_connected(std::int64_t value, time_point now) {
  to_.change<system_info>(id_, now, [&](system_info& s, editor& e) {
    if (s.connected != value)
      s.tm_connect = now;
    e.set(s.connected, value);
  });
}

void system_fold::on_event(const ami::message& m, time_point now) {
  if (m.kind() == event_kind::reload) {
    questions_.ask(*this, {"CoreStatus"});
    return;
  }
  const auto channels = static_cast<std::int64_t>(to_.tables().of<telephone::channel>().size());
  if (std::exchange(channels_, channels) != channels)
    to_.change<system_info>(id_, now, [&](system_info& one, editor& e) { e.set(one.current_calls, channels); });
}

void system_fold::on_response(std::string_view action, const ami::message& m, time_point now) {
  if (m.get("Response") != "Success")
    return;
  to_.change<system_info>(id_, now, [&](system_info& s, editor& e) {
    if (action == "CoreSettings") {
      e.set(s.ami_version, m.get("AMIversion"));
      e.set(s.ast_version, m.get("AsteriskVersion"));
      e.set(s.system_name, m.get("SystemName"));
      e.set(s.max_calls, number(m.get("CoreMaxCalls")));
      e.set(s.max_load_avg, telephone::real{decimal(m.get("CoreMaxLoadAvg"))});
      e.set(s.run_user, m.get("CoreRunUser"));
      e.set(s.run_group, m.get("CoreRunGroup"));
      e.set(s.max_file_handles, number(m.get("CoreMaxFilehandles")));
      e.set(s.real_time_enabled, m.get("CoreRealTimeEnabled"));
      e.set(s.cdr_enabled, m.get("CoreCDRenabled"));
      e.set(s.http_enabled, m.get("CoreHTTPenabled"));
    } else {
      e.set(s.startup_date, m.get("CoreStartupDate"));
      e.set(s.startup_time, m.get("CoreStartupTime"));
      e.set(s.reload_date, m.get("CoreReloadDate"));
      e.set(s.reload_time, m.get("CoreReloadTime"));
    }
  });
}

} // namespace ringmaster::core
