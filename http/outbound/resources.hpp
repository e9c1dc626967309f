// SPDX-License-Identifier: Apache-2.0
/// The five resources that callers make: what is particular to each, beyond its field table.
#pragma once

#include "http/outbound/resource.hpp"
#include "protocol/outbound.hpp"

namespace ringmaster::outbound {

struct plan_resource {
  using object = plan;
  static constexpr const auto& table = plan_fields;
  static constexpr std::string_view name = "plan", path = "/ob/plans";
  static constexpr std::size_t list_count = most_items;
};

struct destination_resource {
  using object = destination;
  static constexpr const auto& table = destination_fields;
  static constexpr std::string_view name = "destination", path = "/ob/destinations";
  static constexpr std::size_t list_count = most_items;
};

struct dlma_resource {
  using object = dlma;
  static constexpr const auto& table = dlma_fields;
  static constexpr std::string_view name = "dlma", path = "/ob/dlmas";
  static constexpr std::size_t list_count = most_items;
};

/// Lists by `dlma_uuid`, or of every dlma without it; as CSV with `format=csv`.
struct dl_resource {
  using object = dl;
  static constexpr const auto& table = dl_fields;
  static constexpr std::string_view name = "dl", path = "/ob/dls";
  static constexpr std::size_t list_count = 100;
  static constexpr std::initializer_list<const char*> list_query{"dlma_uuid", "format"};
  static result<storage::page<dl>> list(const storage::txn& in, const http::request& req, const storage::page_request& which);
  static std::optional<http::response> other_form(const context& c, const http::request& req);
};

/// A list shows ids alone, as the reference's does, or whole campaigns with `detail=1`.
struct campaign_resource {
  using object = campaign;
  static constexpr const auto& table = campaign_fields;
  static constexpr std::string_view name = "campaign", path = "/ob/campaigns";
  static constexpr std::size_t list_count = most_items;
  static constexpr std::initializer_list<const char*> list_query{"detail"};
  static result<storage::page<campaign>> list(const storage::txn& in, const http::request& req, const storage::page_request& which);
  static void append_item(std::string& out, const campaign& item, const http::request& req);
  /// Another status alone: a campaign can be stopped whatever else cannot be written.
  static bool stops(simdjson::dom::element body);
};

} // namespace ringmaster::outbound
