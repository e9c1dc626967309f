// SPDX-License-Identifier: Apache-2.0
// Actions about the connection and the PBX as a whole.
#include "bench/simulated_pbx/actions.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace ringmaster::sim {
namespace {

constexpr std::string_view version = "22.10.1";

std::string md5_hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i)
    fmt::format_to(std::back_inserter(hex), "{:02x}", digest[i]);
  return hex;
}

template <class T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

/// The one of the command line, who may all, or one of the population's.
std::optional<ami_user> user_named(session_host& host, std::string_view name) {
  if (same_name(name, host.user()))
    return ami_user{host.user(), host.secret(), "all", "all", {}};
  for (const ami_user& user : host.life().state.people.users)
    if (same_name(user.name, name))
      return user;
  return std::nullopt;
}

/// What is read again; nothing but a Reload event tells of it, and of `queue reload` not even that.
bool read_again(session& s, std::string_view module, bool told) {
  pbx& life = s.host().life();
  const bool all = module.empty();
  bool read = true;
  for (const std::string_view each : {"app_queue.so", "res_parking.so"})
    if (all || same_name(module, each))
      read = life.config.reload(each, life.queues, life.parking) && read;
  if (told)
    s.host().events().begin("Reload", event_class::system).text("Module", all ? "All" : module).number("Status", 0);
  return read;
}

} // namespace

void login(session& s, const action& a) {
  session_host& host = s.host();
  const bool by_digest = same_name(a.get("AuthType"), "MD5");
  const std::optional<ami_user> user = user_named(host, a.get("Username"));
  const bool right =
      user && (by_digest ? !s.challenge().empty() && a.get("Key") == md5_hex(s.challenge() + user->secret)
                                    : a.get("Secret") == user->secret);
  if (!right || host.faults().strike(fault::kind::refuse_login)) {
    fail(s, a, "Authentication failed");
    s.close_after_output();
    return;
  }
  if (const auto mask = a.get("Events"); !mask.empty())
    s.set_mask(classes_in(mask));
  host.journal_login(user->name, a.get("Events"));
  succeed(s, a, "Authentication accepted");
  // To this client alone, and whatever its mask: it has just arrived.
  const std::int64_t uptime = whole_seconds(host.life().state.clock.now());
  s.send(fmt::format("Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: {0}\r\nLastReload: {0}\r\n"
                     "Status: Fully Booted\r\n\r\n",
                     uptime));
  s.set_authenticated(*user);
  host.events()
      .begin("SuccessfulAuth", event_class::security)
      .text("EventTV", event_time())
      .text("Severity", "Informational")
      .text("Service", "AMI")
      .text("EventVersion", "1")
      .text("AccountID", user->name)
      .text("SessionID", fmt::format("0x{:x}", s.id()))
      .text("LocalAddress", s.local_address())
      .text("RemoteAddress", s.remote_address())
      .text("UsingPassword", "0")
      .text("SessionTV", s.opened_at());
}

void challenge(session& s, const action& a) {
  if (!same_name(a.get("AuthType"), "MD5"))
    return fail(s, a, "Must specify AuthType");
  random_source random{derive_seed(s.host().life().state.seed, "challenge", s.id())};
  s.set_challenge(std::to_string(random.next() % 1'000'000'000U));
  answer{a, "Success"}.text("Challenge", s.challenge()).to(s);
}

void logoff(session& s, const action& a) {
  answer{a, "Goodbye"}.text("Message", "Thanks for all the fish.").to(s);
  s.close_after_output();
}

void ping(session& s, const action& a) {
  const core& c = s.host().life().state;
  answer{a, "Success"}
      .text("Ping", "Pong")
      .text("Timestamp", fmt::format("{}.{:06d}", c.wall_seconds(), c.clock.now().count() % 1'000'000))
      .to(s);
}

void events(session& s, const action& a) {
  const std::uint16_t mask = classes_in(a.get("EventMask"));
  s.set_mask(mask);
  answer{a, "Success"}.text("Events", mask == 0 ? "Off" : "On").to(s);
}

void filter(session& s, const action& a) {
  // The two ways to say it: `Filter: !Event: VarSet`, and Asterisk 22's
  // `Filter(action(exclude),name(VarSet)):`.
  for (const auto& [key, value] : a.headers) {
    std::string_view k = key;
    if (same_name(k.substr(0, 6), "Filter") && k.size() > 6) {
      const auto at = k.find("name(");
      if (at == std::string_view::npos)
        continue;
      const std::string_view name = k.substr(at + 5, k.find(')', at) - at - 5);
      s.add_filter(std::string{name}, k.find("exclude") == std::string_view::npos);
    } else if (same_name(k, "Filter")) {
      std::string_view v = value;
      const bool wanted = !v.starts_with('!');
      if (!wanted)
        v.remove_prefix(1);
      if (!v.starts_with("Event: "))
        continue;
      v.remove_prefix(7);
      if (v.ends_with('$'))
        v.remove_suffix(1);
      s.add_filter(std::string{v}, wanted);
    }
  }
  succeed(s, a, "Added new filter");
}

void core_settings(session& s, const action& a) {
  answer{a, "Success"}
      .text("AMIversion", "11.0.0")
      .text("AsteriskVersion", version)
      .text("SystemName", {})
      .number("CoreMaxCalls", static_cast<std::int64_t>(s.host().life().state.people.max_calls))
      .text("CoreMaxLoadAvg", "0.000000")
      .text("CoreRunUser", {})
      .text("CoreRunGroup", {})
      .text("CoreMaxFilehandles", "0")
      .text("CoreRealTimeEnabled", "No")
      .text("CoreCDRenabled", "Yes")
      .text("CoreHTTPenabled", "No")
      .text("SoundsSearchCustomDir", "No")
      .to(s);
}

void core_status(session& s, const action& a) {
  const pbx& life = s.host().life();
  const std::string started = life.state.date_time(sim_time{0});
  const std::string day = started.substr(0, 10);
  const std::string time = started.substr(11);
  answer{a, "Success"}
      .text("CoreStartupDate", day)
      .text("CoreStartupTime", time)
      .text("CoreReloadDate", day)
      .text("CoreReloadTime", time)
      .number("CoreCurrentCalls", static_cast<std::int64_t>(life.calls.live()))
      .number("CoreProcessedCalls", static_cast<std::int64_t>(life.calls.processed()))
      .to(s);
}

void command(session& s, const action& a) {
  const std::string_view line = a.get("Command");
  pbx& life = s.host().life();
  const auto output = [&](const std::vector<std::string>& lines) {
    answer out{a, "Success"};
    out.text("Message", "Command output follows");
    for (const std::string& each : lines)
      out.text("Output", each);
    out.to(s);
  };
  if (line == "core show uptime") {
    const auto seconds = whole_seconds(life.state.clock.now());
    return output(
        {fmt::format("System uptime: {} seconds", seconds), fmt::format("Last reload: {} seconds", seconds)});
  }
  if (line == "core show version")
    return output({fmt::format("Asterisk {} (simulated)", version)});
  if (line == "core show channels count")
    return output({fmt::format("{} active channels", life.state.channels.size()),
                   fmt::format("{} active calls", life.calls.live()),
                   fmt::format("{} calls processed", life.calls.processed())});
  if (line == "module show")
    return output(life.things.module_table({}));
  if (constexpr std::string_view like = "module show like "; line.starts_with(like))
    return output(life.things.module_table(line.substr(like.size())));
  if (line == "core stop gracefully" || line == "core restart gracefully") {
    output({});
    const bool again = line.starts_with("core restart");
    return s.host().stop_gently(false, again, again ? std::optional{std::chrono::milliseconds{1000}} : std::nullopt);
  }
  if (line == "core reload" || line == "module reload") {
    output({});
    (void)read_again(s, {}, true);
    return;
  }
  if (constexpr std::string_view one = "module reload "; line.starts_with(one)) {
    const std::string_view module = line.substr(one.size());
    output({life.things.find_module(module) == nullptr ? fmt::format("No such module '{}'", module)
                                                       : fmt::format("Module '{}' reloaded successfully.", module)});
    if (life.things.find_module(module) != nullptr)
      (void)read_again(s, module, true);
    return;
  }
  if (line == "queue reload all" || line == "queue reload members" || line.starts_with("queue reload ")) {
    output({});
    (void)read_again(s, "app_queue.so", false);
    return;
  }
  const auto second = line.find(' ');
  const auto third = second == std::string_view::npos ? second : line.find(' ', second + 1);
  answer{a, "Error"}
      .text("Message", "Command output follows")
      .text("Output",
            fmt::format("No such command '{}' (type 'core show help {}' for other possible commands)", line,
                        line.substr(0, third)))
      .to(s);
}

void user_event(session& s, const action& a) {
  succeed(s, a, "Event Sent");
  auto e = s.host().events().begin("UserEvent", event_class::user);
  e.text("UserEvent", a.get("UserEvent"));
  for (const auto& [name, value] : a.headers)
    if (!same_name(name, "Action") && !same_name(name, "UserEvent"))
      e.text(name, value);
}

void simulator_fault(session& s, const action& a) {
  if (same_name(a.get("Kind"), "none")) {
    s.host().faults().clear();
    return succeed(s, a, "Faults cleared");
  }
  fault f;
  const auto kind = fault_kind(a.get("Kind"));
  if (!kind)
    return fail(
        s, a,
        "Kind must be drop, delay, duplicate, lose, reorder, refuse-originate, refuse-login, garbage, "
        "cut or none");
  f.what = *kind;
  const auto given = [&](std::string_view name) { return !a.get(name).empty(); };
  const auto probability = number_in<double>(a.get("Probability"));
  const auto count = number_in<std::uint64_t>(a.get("Count"));
  const auto delay = number_in<double>(a.get("Delay"));
  const auto bytes = number_in<std::uint64_t>(a.get("After"));
  if (given("Probability") && (!probability || *probability < 0 || *probability > 1))
    return fail(s, a, "Probability must be from 0 to 1");
  if (given("Count") && (!count || *count == 0))
    return fail(s, a, "Count must be a positive whole number");
  if (given("Delay") && (!delay || *delay < 0))
    return fail(s, a, "Delay must be milliseconds");
  if (given("After") && !bytes)
    return fail(s, a, "After must be a number of bytes");
  f.probability = probability.value_or(1);
  f.count = count;
  f.delay = seconds_of(delay.value_or(0) / 1e3);
  f.after_bytes = bytes.value_or(0);
  f.words = a.get("Words");
  succeed(s, a, "Fault ordered"); // first: the answer itself is no event, but `cut` counts every byte
  s.host().faults().add(f);
}

void reload(session& s, const action& a) {
  const std::string_view module = a.get("Module");
  if (!module.empty() && s.host().life().things.find_module(module) == nullptr)
    return fail(s, a, "No such module");
  succeed(s, a, "Module Reloaded"); // whatever the file says, with queues.conf at least
  (void)read_again(s, module, true);
}

void simulator_agent(session& s, const action& a) {
  const auto how = pick_up_named(a.get("Does"));
  if (!how)
    return fail(s, a, "Does must be usual, absent or rejects");
  std::optional<distribution> ring;
  if (const std::string_view given = a.get("Ring"); !given.empty()) {
    const auto seconds = number_in<double>(given);
    if (!seconds || *seconds < 0)
      return fail(s, a, "Ring must be seconds");
    ring = distribution{distribution::shape::constant, *seconds, 0};
  }
  if (!s.host().life().queues.set_habit(a.get("Interface"), *how, ring))
    return fail(s, a, "No queue has that Interface");
  succeed(s, a, "Agent changed");
}

void simulator_trunk(session& s, const action& a) {
  trunk_condition how;
  const auto kind = trunk_condition_named(a.get("Is"));
  const auto share = number_in<double>(a.get("Share"));
  const auto cause = number_in<int>(a.get("Cause"));
  if (a.get("Trunk").empty())
    return fail(s, a, "Trunk is missing");
  if (!kind)
    return fail(s, a, "Is must be up, refuses, missing or silent");
  if (!a.get("Share").empty() && (!share || *share < 0 || *share > 1))
    return fail(s, a, "Share must be from 0 to 1");
  if (!a.get("Cause").empty() && (!cause || *cause < 0 || *cause > 127))
    return fail(s, a, "Cause must be from 0 to 127");
  how.what = *kind;
  how.share = share.value_or(1);
  how.cause = cause.value_or(34);
  s.host().life().state.trunks[std::string{a.get("Trunk")}] = how;
  succeed(s, a, "Trunk changed");
}

void simulator_stop(session& s, const action& a) {
  const std::string_view how = a.get("Mode");
  std::optional<std::chrono::milliseconds> down;
  if (const std::string_view given = a.get("Down"); !given.empty()) {
    const auto ms = number_in<std::int64_t>(given);
    if (!ms || *ms < 0 || *ms > 3'600'000)
      return fail(s, a, "Down must be milliseconds, an hour at most");
    down = std::chrono::milliseconds{*ms};
  }
  if (how == "abort") {
    s.host().go_on();
    return succeed(s, a, "Going on");
  }
  if (how != "gracefully" && how != "hangup")
    return fail(s, a, "Mode must be gracefully, hangup or abort");
  succeed(s, a, "Stopping");
  s.host().stop_gently(how == "hangup", down.has_value(), down);
}

void simulator_restart(session& s, const action& a) {
  const auto down = number_in<std::int64_t>(a.get("Down")).value_or(0);
  if (down < 0 || down > 3'600'000)
    return fail(s, a, "Down must be milliseconds, an hour at most");
  succeed(s, a, "Restarting");
  s.host().restart(std::chrono::milliseconds{down});
}

} // namespace ringmaster::sim
