// SPDX-License-Identifier: Apache-2.0
/// Any bytes as what a client sends for a resource, or as a record of the database. The first byte says which. What is
/// accepted must come back the same from its record, be shown as sound JSON, and be accepted again.
#include "protocol/fields.hpp"
#include "protocol/outbound.hpp"

#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace ringmaster;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

template <class T, class Table>
void is_kept(const T& object, const Table& table) {
  const auto record = to_record(object, table);
  const auto read = from_record<T>(record, table);
  require(read.has_value() && to_record(*read, table) == record);
  const auto json = to_json(object, table);
  for (const char c : json)
    require(static_cast<unsigned char>(c) >= 0x20);
  simdjson::dom::parser again;
  const simdjson::padded_string padded{json};
  require(again.parse(padded).error() == simdjson::SUCCESS);
}

template <class T, class Table>
void try_all(std::string_view bytes, const Table& table) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded{bytes};
  simdjson::dom::element body;
  if (parser.parse(padded).get(body) == simdjson::SUCCESS) {
    if (const auto made = merge_json(T{}, body, table)) {
      is_kept(*made, table);
      const auto twice = merge_json(*made, body, table);
      require(twice.has_value() && to_record(*twice, table) == to_record(*made, table));
    } else {
      require(!made.error().message.empty());
    }
  }
  if (const auto cut = bytes.find('='); cut != std::string_view::npos) {
    T object{};
    if (!assign_text(object, bytes.substr(0, cut), bytes.substr(cut + 1), table))
      is_kept(object, table);
  }
  // A damaged database must be refused or read, never worse.
  if (const auto record = from_record<T>(std::string{"\1"}.append(bytes), table)) {
    const auto kept = to_record(*record, table);
    const auto read = from_record<T>(kept, table);
    require(read.has_value() && to_record(*read, table) == kept);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 5) {
  case 0: try_all<plan>(bytes, plan_fields); break;
  case 1: try_all<destination>(bytes, destination_fields); break;
  case 2: try_all<dlma>(bytes, dlma_fields); break;
  case 3: try_all<dl>(bytes, dl_fields); break;
  default: try_all<campaign>(bytes, campaign_fields);
  }
  return 0;
}
