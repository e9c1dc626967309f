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
  static result<plan> create(storage::write_txn& in, changes& what, plan fresh, time_point now);
  static result<plan> update(storage::write_txn& in, changes& what, const uuid& id, const storage::edit<plan>& change, time_point now);
  static result<plan> remove(storage::write_txn& in, changes& what, const uuid& id, const remove_options& how, time_point now);
  static result<storage::page<plan>> list(const storage::txn& in, const http::request& req, const storage::page_request& which);
  static void append_item(std::string& out, const plan& item, const http::request& req);
};

struct destination_resource {
  using object = destination;
  static constexpr const auto& table = destination_fields;
  static constexpr std::string_view name = "destination", path = "/ob/destinations";
  static constexpr std::size_t list_count = most_items;
  static result<destination> create(storage::write_txn& in, changes& what, destination fresh, time_point now);
  static result<destination> update(storage::write_txn& in, changes& what, const uuid& id, const storage::edit<destination>& change, time_point now);
  static result<destination> remove(storage::write_txn& in, changes& what, const uuid& id, const remove_options& how, time_point now);
  static result<storage::page<destination>> list(const storage::txn& in, const http::request& req, const storage::page_request& which);
  static void append_item(std::string& out, const destination& item, const http::request& req);
};

struct dlma_resource {
  using object = dlma;
  static constexpr const auto& table = dlma_fields;
  static constexpr std::string_view name = "dlma", path = "/ob/dlmas";
  static constexpr std::size_t list_count = most_items;
  static result<dlma> create(storage::write_txn& in, changes& what, dlma fresh, time_point now);
  static result<dlma> update(storage::write_txn& in, changes& what, const uuid& id, const storage::edit<dlma>& change, time_point now);
  static result<dlma> remove(storage::write_txn& in, changes& what, const uuid& id, const remove_options& how, time_point now);
  static result<storage::page<dlma>> list(const storage::txn& in, const http::request& req, const storage::page_request& which);
  static void append_item(std::string& out, const dlma& item, const http::request& req);
};

/// Lists by `dlma_uuid`, or of every dlma without it; as CSV with `format=csv`.
struct dl_resource {
  using object = dl;
  static constexpr const auto& table = dl_fields;
  static constexpr std::string_view name = "dl", path = "/ob/dls";
  static constexpr std::size_t list_count = 100;
  static result<dl> create(storage::write_txn& in, changes& what, dl fresh, time_point now);
  static result<dl> update(storage::write_txn& in, changes& what, const uuid& id, const storage::edit<dl>& change, time_point now);
  static result<dl> remove(storage::write_txn& in, changes& what, const uuid& id, const remove_options& how, time_point now);
  static result<storage::page<dl>> list(const storage::txn& in, const http::request& req, const storage::page_request& which);
  static void append_item(std::string& out, const dl& item, const http::request& req);
  static std::optional<http::response> other_form(const context& c, const http::request& req);
};

/// A list shows ids alone, as the reference's does, or whole campaigns with `detail=1`. Status and schedule
/// are checked in the write transaction; see campaign_rules.hpp.
struct campaign_resource {
  using object = campaign;
  static constexpr const auto& table = campaign_fields;
  static constexpr std::string_view name = "campaign", path = "/ob/campaigns";
  static constexpr std::size_t list_count = most_items;
  static result<campaign> create(storage::write_txn& in, changes& what, campaign fresh, time_point now);
  static result<campaign> update(storage::write_txn& in, changes& what, const uuid& id, const storage::edit<campaign>& change, time_point now);
  static result<campaign> remove(storage::write_txn& in, changes& what, const uuid& id, const remove_options& how, time_point now);
  static result<storage::page<campaign>> list(const storage::txn& in, const http::request& req, const storage::page_request& which);
  static void append_item(std::string& out, const campaign& item, const http::request& req);
  /// Another status alone: a campaign can be stopped whatever else cannot be written.
  static bool stops(simdjson::dom::element body);
};

} // namespace ringmaster::outbound
