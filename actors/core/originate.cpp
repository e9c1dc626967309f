// SPDX-License-Identifier: Apache-2.0
#include "actors/core/originate.hpp"

#include "protocol/ami/action.hpp"
#include "protocol/ami/grammar.hpp"

#include <fmt/format.h>

#include <array>

namespace ringmaster::core {
namespace {

template <class M>
std::optional<error> check(std::string_view field, const M& value, const constraint& must) {
  if (passes(must, value))
    return std::nullopt;
  return invalid_field(field, fmt_must_be(field, must_be(must)));
}

} // namespace

std::string resolve_technology(std::string_view technology, const technology_aliases* aliases) {
  if (aliases)
    for (const auto& [from, to] : *aliases)
      if (ami::grammar::same_name(from, technology)) {
        technology = to;
        break;
      }
  for (const auto one : technologies)
    if (ami::grammar::same_name(one, technology))
      return std::string{one};
  return std::string{technology};
}

result<std::string> originate_channel(std::string_view technology, std::string_view number,
                                      const text& trunk) {
  const std::string tech{technology};
  if (auto wrong = check("tech_name", tech, technology_rule))
    return *wrong;
  const text dialed{std::string{number}};
  if (number.empty())
    return invalid_field("number", "there is no number to dial");
  if (auto wrong = check("number", dialed, number_rule))
    return *wrong;
  if (auto wrong = check("trunk_name", trunk, channel_name_rule))
    return *wrong;
  if (given(trunk) && number.find('@') != std::string_view::npos)
    return invalid_field("number", "a number with '@' has its own way out and cannot be dialed by a trunk");
  return dial_channel(tech, number, given(trunk) ? trunk : text{});
}

result<std::string> originate_action(const dialing& d, const originate_options& options) {
  const auto technology = resolve_technology(options.technology, options.aliases);
  auto channel = originate_channel(technology, d.dial_addr, options.trunk);
  if (!channel)
    return channel.error();
  if (d.id.is_nil())
    return invalid_field("uuid", "the dialing has no uuid");

  destination to;
  to.type = d.dial_type;
  to.application = d.dial_application;
  to.data = d.dial_data;
  to.context = d.dial_context;
  to.exten = d.dial_exten;
  to.priority = d.dial_priority;
  const std::array<std::optional<error>, 13> checks{
      check("dial_timeout", d.dial_timeout, dial_timeout_rule),
      check("type", d.dial_type, one_of_0_1),
      check("caller_id", options.caller_id, caller_id_rule),
      check("early_media", options.early_media, early_media_rule),
      check("codecs", options.codecs, codecs_rule),
      check("account", text{std::string{options.account}}, channel_name_rule),
      check("application", to.application, application_rule),
      check("data", to.data, application_data_rule),
      check("context", to.context, dialplan_name_rule),
      check("exten", to.exten, dialplan_name_rule),
      check("priority", to.priority, dialplan_name_rule),
      check("dialplan_context", options.dialplan_context, dialplan_name_rule),
      validate(to),
  };
  for (const auto& wrong : checks)
    if (wrong)
      return *wrong;
  if (const auto lacks = unusable(to))
    return invalid_field("dest", *lacks);

  const auto id = to_string(d.id);
  ami::action a{"Originate"};
  a.action_id(id);
  a.header("Channel", technology == "Local" && options.local_no_optimize ? *channel + "/n" : *channel);
  a.header("ChannelId", id);
  if (technology == "Local") {
    if (d.other_channel_id.is_nil())
      return invalid_field("other_channel_id", "a Local channel needs an id for its second half");
    a.header("OtherChannelId", to_string(d.other_channel_id));
  }
  a.header("Async", "true");
  a.header("Timeout", static_cast<long long>(d.dial_timeout));
  const bool by_dialplan = d.dial_type == 1 && given(options.dialplan_context);
  if (by_dialplan) {
    a.header("Context", *options.dialplan_context);
    a.header("Exten", "s");
    a.header("Priority", "1");
  } else if (d.dial_type == 1) {
    a.header("Application", *to.application);
    if (given(to.data))
      a.header("Data", *to.data);
  } else {
    a.header("Context", *to.context);
    a.header("Exten", *to.exten);
    a.header("Priority", given(to.priority) ? std::string_view{*to.priority} : std::string_view{"1"});
  }
  if (given(options.caller_id))
    a.header("CallerID", *options.caller_id);
  if (given(options.early_media))
    a.header("EarlyMedia", *options.early_media);
  if (given(options.codecs))
    a.header("Codecs", *options.codecs);
  if (!options.account.empty())
    a.header("Account", options.account);
  for (const auto& [name, value] : d.dial_variables.entries)
    a.variable(name, value);
  if (by_dialplan) {
    a.variable("RINGMASTER_APPLICATION", *to.application);
    a.variable("RINGMASTER_DATA", given(to.data) ? std::string_view{*to.data} : std::string_view{});
  }
  return std::move(a).bytes();
}

std::optional<error> cannot_be_written(const plan& how, const destination& to, const variables& vars) {
  dialing sample;
  sample.id.bytes.fill(0xFF); // any but nil
  sample.other_channel_id = sample.id;
  sample.dial_addr = std::string(64, '0'); // the longest
  sample.dial_type = to.type;
  sample.dial_application = to.application;
  sample.dial_data = to.data;
  sample.dial_context = to.context;
  sample.dial_exten = to.exten;
  sample.dial_priority = to.priority;
  sample.dial_timeout = how.dial_timeout;
  sample.dial_variables = vars;
  originate_options options;
  options.technology = how.tech_name;
  options.trunk = how.trunk_name;
  options.caller_id = how.caller_id;
  options.early_media = how.early_media;
  options.codecs = how.codecs;
  const auto bytes = originate_action(sample, options);
  if (bytes)
    return std::nullopt;
  auto why = bytes.error();
  if (vars.find(why.field) || why.code == errc::too_large)
    why = {errc::illegal_state,
           why.code == errc::too_large
               ? fmt::format("the {} variables of campaign, plan, destination and dlma together are more than the {} that "
                             "Asterisk reads",
                             vars.entries.size(), ami::most_originate_variables)
               : fmt::format("the variable {} is longer than Asterisk reads", why.field),
           "variables"};
  return why;
}

} // namespace ringmaster::core
