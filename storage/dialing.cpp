// SPDX-License-Identifier: Apache-2.0
#include "storage/dialing.hpp"

#include "protocol/telephone_number.hpp"
#include "storage/outbox.hpp"
#include "storage/records.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <unordered_set>

namespace ringmaster::storage {

using namespace records;

namespace {

error refused(std::string message) { return {errc::illegal_state, std::move(message), {}}; }

/// What forbids this call now; nothing when it may begin.
std::optional<error> forbidden(const write_txn& in, const begin_request& request, const dl& entry) {
  const auto& setup = *request.setup;
  for (const auto& [where, id, name] : {std::tuple{table::campaign, setup.camp.id, "campaign"},
                                        std::tuple{table::dlma, entry.dlma_uuid, "dlma"}}) {
    const auto there = in.has(where, id.view());
    if (!there)
      return there.error();
    if (!*there)
      return error{errc::not_found, fmt::format("the {} {} is deleted", name, to_string(id)), {}};
  }
  if (entry.dlma_uuid != setup.list.id)
    return refused(fmt::format("the dl {} has moved to another dlma", to_string(entry.id)));
  if (entry.status != dl_idle)
    return refused(fmt::format("the dl {} is not idle: its status is {}", to_string(entry.id), entry.status));
  const auto i = request.number_index;
  if (i >= numbers_per_entry || !entry.number[i] || entry.number[i]->empty())
    return refused(fmt::format("the dl {} has no number_{}", to_string(entry.id), i + 1));
  if ((entry.numbers_unknown >> i & 1) != 0)
    return refused(fmt::format("number_{} of the dl {} does not exist", i + 1, to_string(entry.id)));
  if (entry.trycnt[i] >= setup.how.max_retry_cnt[i])
    return refused(fmt::format("number_{} of the dl {} has been tried {} times of {}", i + 1, to_string(entry.id),
                               entry.trycnt[i], setup.how.max_retry_cnt[i]));
  const auto known = in.has(table::dialing, request.id.view());
  if (!known)
    return known.error();
  if (*known)
    return refused(fmt::format("there is a dialing {} already", to_string(request.id)));
  if (!setup.how.allow_number_in_use)
    if (const auto other = in.call_to(telephone_key_of(*entry.number[i])))
      return error{errc::number_in_use,
                   fmt::format("the dialing {} to the same telephone is up", to_string(*other)), {}};
  return std::nullopt;
}

dialing describe(const begin_request& request, const dl& entry, time_point now) {
  const auto& setup = *request.setup;
  dialing call;
  call.id = request.id;
  call.action_id = request.id;
  call.other_channel_id = request.other_channel_id;
  call.dial_addr = *entry.number[request.number_index];
  call.dial_channel = dial_channel(setup.how.tech_name, call.dial_addr, setup.how.trunk_name);
  call.dial_application = setup.dest.application;
  call.dial_data = setup.dest.data;
  if (call.dial_application && !call.dial_data) // an application without data is shown with empty data
    call.dial_data.emplace();
  call.dial_context = setup.dest.context;
  call.dial_exten = setup.dest.exten;
  call.dial_priority = setup.dest.priority;
  call.dial_type = setup.dest.type;
  call.dial_timeout = setup.how.dial_timeout;
  call.early_media = asks_for_early_media(setup.how) ? 1 : 0;
  call.dial_index = static_cast<std::int64_t>(request.number_index) + 1;
  call.dial_trycnt = entry.trycnt[request.number_index] + 1;
  call.dial_variables = setup.vars;
  if (entry.vars)
    for (const auto& [name, value] : entry.vars->entries)
      call.dial_variables.set(name, value);
  call.uuid_camp = setup.camp.id;
  call.uuid_plan = setup.how.id;
  call.uuid_dest = setup.dest.id;
  call.uuid_dlma = setup.list.id;
  call.uuid_dl_list = entry.id;
  call.capsule_camp = setup.camp_capsule.id;
  call.capsule_plan = setup.plan_capsule.id;
  call.capsule_dest = setup.dest_capsule.id;
  call.capsule_dlma = setup.dlma_capsule.id;
  call.pbx = request.pbx;
  call.tm_create = now;
  return call;
}

result<void> keep(write_txn& in, const capsule& one) {
  const auto there = in.has(table::capsule, one.id.view());
  if (!there)
    return there.error();
  return *there ? result<void>{} : in.put(table::capsule, one.id.view(), one.json);
}

void append_text(json_writer& w, std::string_view name, const text& value) {
  w.key(name);
  if (value)
    w.string(*value);
  else
    w.null();
}

/// What was dialed, with the members and the empty strings of the reference's own example.
std::string describe_dial(const dialing& call) {
  std::string out;
  json_writer w{out};
  w.begin_object();
  w.member("channelid", to_string(call.id));
  w.member("dest_variables", "");
  w.member("dial_addr", call.dial_addr);
  append_text(w, "dial_application", call.dial_application);
  w.member("dial_channel", call.dial_channel);
  append_text(w, "dial_data", call.dial_data);
  w.member("dial_index", call.dial_index);
  w.member("dial_timeout", call.dial_timeout);
  w.member("dial_trycnt", call.dial_trycnt);
  w.member("dial_type", call.dial_type);
  w.member("dl_variables", "");
  w.member("otherchannelid", to_string(call.other_channel_id));
  w.member("plan_variables", "");
  w.member("uuid", to_string(call.uuid_dl_list));
  w.member("variables", "{}");
  w.end_object();
  return out;
}

} // namespace

capsule capsule::of(std::string json) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(json.data()), json.size(), digest.data());
  capsule c;
  std::memcpy(c.id.bytes.data(), digest.data(), c.id.bytes.size());
  c.json = std::move(json);
  return c;
}

std::shared_ptr<const call_setup> make_call_setup(campaign c, plan p, destination d, dlma m) {
  auto setup = std::make_shared<call_setup>();
  setup->camp_capsule = capsule::of(to_json(c, campaign_fields));
  setup->plan_capsule = capsule::of(to_json(p, plan_fields));
  setup->dest_capsule = capsule::of(to_json(d, destination_fields));
  setup->dlma_capsule = capsule::of(to_json(m, dlma_fields));
  setup->vars = merge_variables({&c.vars, &p.vars, &d.vars, &m.vars});
  setup->camp = std::move(c);
  setup->how = std::move(p);
  setup->dest = std::move(d);
  setup->list = std::move(m);
  return setup;
}

result<begun> begin_dialing(write_txn& in, const begin_request& request, time_point now) {
  const auto before = in.get(table::dl, request.entry.view());
  if (!before)
    return before.error();
  if (!*before)
    return unknown<dl>(request.entry);
  auto entry = decode<dl>(**before);
  if (!entry)
    return entry.error();
  if (auto wrong = forbidden(in, request, *entry))
    return *wrong;

  begun out{describe(request, *entry, now), std::move(*entry), {}};
  out.call.dl_record = **before; // the entry as it was, before anything is written
  for (const auto* one : {&request.setup->camp_capsule, &request.setup->plan_capsule,
                          &request.setup->dest_capsule, &request.setup->dlma_capsule})
    if (auto done = keep(in, *one); !done)
      return done.error();

  ++out.entry.trycnt[request.number_index];
  out.entry.status = dl_dialing;
  out.entry.dialing_uuid = request.id;
  out.entry.dialing_camp_uuid = request.setup->camp.id;
  out.entry.dialing_plan_uuid = request.setup->how.id;
  out.entry.tm_last_dial = now;
  out.state = dial_entry::from(out.entry);
  if (auto done = store_entry(in, out.entry, out.state); !done)
    return done.error();
  if (auto done = store(in, out.call); !done)
    return done.error();
  in.call_begins(telephone_key_of(out.call.dial_addr), request.id);
  return out;
}

result<dialing> update_dialing(write_txn& in, const uuid& id, const dialing_progress& progress, time_point now) {
  auto call = need<dialing>(in, id);
  if (!call)
    return call;
  if (progress.status)
    call->status = static_cast<std::int64_t>(*progress.status);
  if (progress.channel)
    call->channel = progress.channel;
  if (progress.res_dial) {
    call->res_dial = *progress.res_dial;
    call->res_dial_detail = std::string{res_dial_text(*progress.res_dial)};
  }
  call->tm_update = now;
  if (auto done = store(in, *call); !done)
    return done.error();
  return call;
}

result<ended> end_dialing(write_txn& in, const uuid& id, const call_outcome& outcome, time_point now) {
  auto call = need<dialing>(in, id);
  if (!call)
    return call.error();
  auto entry = find<dl>(in, call->uuid_dl_list);
  if (!entry)
    return entry.error();

  ended out;
  out.call = std::move(*call);
  out.call.status = static_cast<std::int64_t>(outcome.status);
  if (outcome.channel)
    out.call.channel = outcome.channel;
  out.call.res_dial = outcome.res_dial;
  out.call.res_dial_detail = outcome.res_dial_detail;
  out.call.res_hangup = outcome.res_hangup;
  out.call.res_hangup_detail = outcome.res_hangup_detail;
  out.call.tm_update = now;

  if (*entry && (*entry)->dialing_uuid == id) {
    auto& e = **entry;
    e.status = dl_idle;
    e.dialing_uuid.reset();
    e.dialing_camp_uuid.reset();
    e.dialing_plan_uuid.reset();
    e.res_dial = outcome.res_dial;
    e.res_dial_detail = outcome.res_dial_detail;
    e.res_hangup = outcome.res_hangup;
    e.res_hangup_detail = outcome.res_hangup_detail;
    e.tm_last_hangup = now;
    const auto number = static_cast<std::size_t>(out.call.dial_index - 1);
    if (outcome.try_unused && number < numbers_per_entry && e.trycnt[number] > 0)
      --e.trycnt[number];
    if (outcome.number_unknown && number < numbers_per_entry)
      e.numbers_unknown |= std::int64_t{1} << number;
    out.state = dial_entry::from(e);
    if (auto done = store_entry(in, e, *out.state); !done)
      return done.error();
  }
  out.line = to_json(out.call, result_line_fields);
  const auto seq = outbox::of_results().append(in, out.line);
  if (!seq)
    return seq.error();
  out.line_seq = *seq;
  if (auto done = in.erase(table::dialing, id.view()); !done)
    return done.error();
  in.call_ends(telephone_key_of(out.call.dial_addr), id);
  return out;
}

result<std::vector<restored_entry>> give_tries_back(write_txn& in, const std::vector<spent_try>& tries) {
  std::vector<restored_entry> restored;
  for (const auto& one : tries) {
    auto entry = find<dl>(in, one.entry);
    if (!entry)
      return entry.error();
    if (!*entry || one.number_index >= numbers_per_entry || (*entry)->trycnt[one.number_index] == 0)
      continue;
    auto& e = **entry;
    --e.trycnt[one.number_index];
    e.numbers_unknown &= ~(std::int64_t{1} << one.number_index);
    if (e.dialing_uuid) { // its call says which try it is
      auto call = find<dialing>(in, *e.dialing_uuid);
      if (!call)
        return call.error();
      if (*call && (*call)->dial_index == static_cast<std::int64_t>(one.number_index) + 1) {
        --(*call)->dial_trycnt;
        if (auto done = store(in, **call); !done)
          return done.error();
      }
    }
    const auto state = dial_entry::from(e);
    if (auto done = store_entry(in, e, state); !done)
      return done.error();
    restored.push_back({e.dlma_uuid, state});
  }
  return restored;
}

// --- live dialings ------------------------------------------------------------------------------------------

result<dialing> get_dialing(const txn& in, const uuid& id) { return need<dialing>(in, id); }

result<page<dialing>> list_dialings(const txn& in, const page_request& which) {
  auto rows = cursor::open(in, table::dialing);
  if (!rows)
    return rows.error();
  page<dialing> out;
  auto row = which.after ? rows->seek(which.after->view()) : rows->first();
  if (row && *row && which.after && (*row)->key == which.after->view())
    row = rows->next();
  for (; row && *row; row = rows->next()) {
    if (out.items.size() >= which.count) {
      out.next = out.items.empty() ? which.after : std::optional{out.items.back().id};
      return out;
    }
    auto call = decode<dialing>((*row)->value);
    if (!call)
      return call.error();
    out.items.push_back(std::move(*call));
  }
  if (!row)
    return row.error();
  return out;
}

result<std::vector<dialing>> all_dialings(const txn& in) {
  auto everything = list_dialings(in, {.after = {}, .count = std::numeric_limits<std::size_t>::max()});
  if (!everything)
    return everything.error();
  return std::move(everything->items);
}

result<std::unordered_map<uuid, std::size_t>> count_dialings(const txn& in) {
  const auto everything = all_dialings(in);
  if (!everything)
    return everything.error();
  std::unordered_map<uuid, std::size_t> counts;
  for (const auto& call : *everything)
    ++counts[call.uuid_camp];
  return counts;
}

result<void> fill_info(const txn& in, dialing& call) {
  for (const auto& [id, to] : {std::pair{&call.capsule_camp, &call.info_camp}, {&call.capsule_plan, &call.info_plan},
                               {&call.capsule_dest, &call.info_dest}, {&call.capsule_dlma, &call.info_dlma}}) {
    const auto json = in.get(table::capsule, id->view());
    if (!json)
      return json.error();
    if (*json)
      to->raw.assign(**json);
  }
  const auto entry = decode<dl>(call.dl_record);
  if (!entry)
    return entry.error();
  call.info_dl_list.raw = to_json(*entry, dl_fields);
  call.info_dial.raw = describe_dial(call);
  return {};
}

result<std::size_t> collect_capsules(write_txn& in) {
  const auto calls = all_dialings(in);
  if (!calls)
    return calls.error();
  std::unordered_set<uuid> used;
  for (const auto& call : *calls)
    used.insert({call.capsule_camp, call.capsule_plan, call.capsule_dest, call.capsule_dlma});
  std::vector<uuid> unused;
  {
    auto rows = cursor::open(in, table::capsule);
    if (!rows)
      return rows.error();
    auto row = rows->first();
    for (; row && *row; row = rows->next())
      if (const auto id = read_uuid((*row)->key); id && !used.contains(*id))
        unused.push_back(*id);
    if (!row)
      return row.error();
  }
  for (const auto& id : unused)
    if (auto done = in.erase(table::capsule, id.view()); !done)
      return done.error();
  return unused.size();
}

} // namespace ringmaster::storage
