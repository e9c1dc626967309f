// SPDX-License-Identifier: Apache-2.0
#include "bench/ami/rivals.hpp"

#include "protocol/ami/convert.hpp"
#include "protocol/ami/event_fields.hpp"
#include "protocol/json.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace ringmaster::bench {
namespace {

void add(totals& to, ami::text value) {
  to.text_bytes += value.size();
}
void add(totals& to, const ami::number& value) {
  to.numbers += value.value_or(1);
}
void add(totals& to, const std::optional<bool>& value) {
  to.numbers += value.value_or(true) ? 1 : 2;
}
template <class Rep, class Period>
void add(totals& to, const std::optional<std::chrono::duration<Rep, Period>>& value) {
  to.numbers += value ? value->count() : 1;
}
void add(totals& to, const std::optional<std::chrono::sys_seconds>& value) {
  to.numbers += value ? value->time_since_epoch().count() : 1;
}
template <class Enum>
requires std::is_enum_v<Enum>
void add(totals& to, const std::optional<Enum>& value) {
  to.numbers += value ? static_cast<int>(*value) : 1;
}

template <class Struct, ami::fixed_text Name, auto Member>
void add_field(totals& to, const Struct& from, ami::field<Name, Member>) {
  add(to, from.*Member);
}
template <class Struct, ami::fixed_text Prefix, auto Member, class... Fields>
void add_field(totals& to, const Struct& from, ami::nested<Prefix, Member, ami::table<Fields...>>) {
  (add_field(to, from.*Member, Fields{}), ...);
}
template <class Struct, class... Fields>
void add_fields(totals& to, const Struct& from, ami::table<Fields...>) {
  (add_field(to, from, Fields{}), ...);
}

/// A typed event was read; its every field counts.
template <class Event>
[[gnu::noinline]] void add_event(totals& to, const Event& event) {
  ++to.events;
  add_fields(to, event, typename ami::fields_of<Event>::type{});
}

using object = simdjson::ondemand::object;

// In the table's order, which is the document's: the way of simdjson that skips nothing twice.
template <ami::fixed_text Name, auto Member, class Struct>
[[gnu::always_inline]] inline bool read(object& from, Struct& into, ami::field<Name, Member>) {
  static constexpr auto name = Name;
  std::string_view value;
  if (from.find_field_unordered(name.view()).get_string().get(value) != simdjson::SUCCESS)
    return false;
  ami::convert::into(into.*Member, value);
  return true;
}
template <ami::fixed_text Prefix, class Snapshot, class First, class... Fields>
[[gnu::noinline]] void read_nested(object& from, Snapshot& into, ami::table<First, Fields...>) {
  if (read(from, into, ami::prefixed<Prefix, First>{}))
    (read(from, into, ami::prefixed<Prefix, Fields>{}), ...);
}
template <class Struct, ami::fixed_text Prefix, auto Member, class Table>
void read(object& from, Struct& into, ami::nested<Prefix, Member, Table>) {
  read_nested<Prefix>(from, into.*Member, Table{});
}
template <class Struct, class... Fields>
void read_all(object& from, Struct& into, ami::table<Fields...>) {
  (read(from, into, Fields{}), ...);
}

template <class Event>
void read_event(totals& to, object& from) {
  Event event{};
  read_all(from, event, typename ami::fields_of<Event>::type{});
  add_event(to, event);
}

void read_kind(totals& to, ami::event_kind kind, object& from) {
  switch (kind) {
#define RINGMASTER_READ(name)                                                                                \
  case ami::event_kind::name:                                                                                \
    read_event<ami::name>(to, from);                                                                         \
    return;
    RINGMASTER_AMI_TYPED_EVENTS(RINGMASTER_READ)
#undef RINGMASTER_READ
  default: // known by name alone
    return;
  }
}

} // namespace

void add_typed(totals& to, const ami::block& from) {
  for (const auto m : from)
    ami::visit_event(m, [&](const auto& event) { add_event(to, event); });
}

std::string as_json(const ami::block& from) {
  std::string json = "[";
  for (const auto m : from) {
    json += json.size() == 1 ? "{" : ",{";
    bool first = true;
    for (const auto [name, value] : m) {
      if (!first)
        json += ',';
      first = false;
      append_json_string(json, name);
      json += ':';
      append_json_string(json, value);
    }
    json += '}';
  }
  json += ']';
  return json;
}

struct simdjson_reader::state {
  simdjson::ondemand::parser parser;
  std::vector<char> received;
};

simdjson_reader::simdjson_reader() : state_{new state} {}
simdjson_reader::~simdjson_reader() {
  delete state_;
}

void simdjson_reader::add_typed(totals& to, const std::string& json) {
  auto& received = state_->received;
  received.resize(std::max(received.size(), json.size() + simdjson::SIMDJSON_PADDING));
  std::memcpy(received.data(), json.data(), json.size());
  auto document = state_->parser.iterate(received.data(), json.size(), received.size());
  for (auto element : document.get_array()) {
    object from = element.get_object();
    std::string_view name;
    // The first key of every event is "Event"; the other messages are passed over, as ours are.
    if (from.find_field("Event").get_string().get(name) == simdjson::SUCCESS)
      read_kind(to, ami::event_kind_of(name), from);
  }
}

std::vector<std::string> as_http(const ami::block& from) {
  std::vector<std::string> heads;
  for (const auto m : from) {
    if (m.type() == ami::message_type::greeting)
      continue;
    auto& head = heads.emplace_back("HTTP/1.1 200 OK\r\n");
    for (const auto [name, value] : m) {
      for (const char c : name)
        if (std::string_view{"()/@;,"}.find(c) == std::string_view::npos)
          head += c;
      head.append(": ").append(value).append("\r\n");
    }
    head += "\r\n";
  }
  return heads;
}

std::size_t parse_http(const std::vector<std::string>& heads) {
  namespace http = boost::beast::http;
  std::size_t fields = 0;
  for (const auto& head : heads) {
    http::response_parser<http::empty_body> parser;
    parser.header_limit(1024 * 1024);
    boost::beast::error_code fault;
    parser.put(boost::asio::buffer(head), fault);
    if (fault || !parser.is_header_done())
      throw std::runtime_error{"Beast refused: " + fault.message() + "\n" + head};
    for ([[maybe_unused]] const auto& f : parser.get())
      ++fields;
  }
  return fields;
}

} // namespace ringmaster::bench
