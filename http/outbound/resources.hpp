// SPDX-License-Identifier: Apache-2.0
/// The five resources that callers make: what is particular to each, beyond its field table.
#pragma once

#include "http/outbound/resource.hpp"
#include "protocol/outbound.hpp"

namespace ringmaster::outbound {

struct plan_resource {
  using object = plan;
  using keeper = keeper_of<plan>;
  static constexpr std::string_view may_read = outbound::may_read, may_write = outbound::may_write;
  static constexpr const auto& table = plan_fields;
  static constexpr http::object_kind shown{"Plan", [] { return describe<plan>(plan_fields); }}, sent{"PlanInput", shown.fields};
  static constexpr std::string_view group = "Plans";
  static constexpr std::string_view name = "plan", path = "/ob/plans";
  static constexpr std::size_t list_count = most_items;
};

struct destination_resource {
  using object = destination;
  using keeper = keeper_of<destination>;
  static constexpr std::string_view may_read = outbound::may_read, may_write = outbound::may_write;
  static constexpr const auto& table = destination_fields;
  static constexpr http::object_kind shown{"Destination", [] { return describe<destination>(destination_fields); }}, sent{"DestinationInput", shown.fields};
  static constexpr std::string_view group = "Destinations";
  static constexpr std::string_view name = "destination", path = "/ob/destinations";
  static constexpr std::size_t list_count = most_items;
};

struct dlma_resource {
  using object = dlma;
  using keeper = keeper_of<dlma>;
  static constexpr std::string_view may_read = outbound::may_read, may_write = outbound::may_write;
  static constexpr const auto& table = dlma_fields;
  static constexpr http::object_kind shown{"Dlma", [] { return describe<dlma>(dlma_fields); }}, sent{"DlmaInput", shown.fields};
  static constexpr std::string_view group = "Dial lists";
  static constexpr std::string_view name = "dlma", path = "/ob/dlmas";
  static constexpr std::size_t list_count = most_items;
};

/// Lists by `dlma_uuid`, or of every dlma without it; as CSV with `format=csv`.
struct dl_resource {
  using object = dl;
  using keeper = keeper_of<dl>;
  static constexpr std::string_view may_read = outbound::may_read, may_write = outbound::may_write;
  static constexpr const auto& table = dl_fields;
  static constexpr http::object_kind shown{"Dl", [] { return describe<dl>(dl_fields); }}, sent{"DlInput", shown.fields};
  static constexpr std::string_view group = "Dial list entries";
  static constexpr std::string_view name = "dl", path = "/ob/dls";
  static constexpr std::size_t list_count = 100;
  static std::vector<http::query_parameter> list_query();
  static result<storage::page<dl>> list(const storage::txn& in, const http::request& req, const page_query& which);
  static std::optional<http::response> other_form(const context& c, const http::request& req);
};

/// A list shows ids alone, as the reference's does, or whole campaigns with `detail=1`.
struct campaign_resource {
  using object = campaign;
  using keeper = keeper_of<campaign>;
  static constexpr std::string_view may_read = outbound::may_read, may_write = outbound::may_write;
  static constexpr const auto& table = campaign_fields;
  static constexpr http::object_kind shown{"Campaign", [] { return describe<campaign>(campaign_fields); }}, sent{"CampaignInput", shown.fields};
  static constexpr std::string_view group = "Campaigns";
  static constexpr std::string_view name = "campaign", path = "/ob/campaigns";
  static constexpr std::size_t list_count = most_items;
  static std::vector<http::query_parameter> list_query();
  static result<storage::page<campaign>> list(const storage::txn& in, const http::request& req, const page_query& which);
  static void append_item(std::string& out, const campaign& item, const http::request& req);
  /// Another status alone: a campaign can be stopped whatever else cannot be written.
  static bool stops(const input& body);
};

} // namespace ringmaster::outbound
