// SPDX-License-Identifier: Apache-2.0
/// What keeps plans, destinations, dlmas, dls and campaigns: ids are uuids, deletes know `force`, `delete_dls` and `erase`.
#pragma once

#include "actors/commands/outbound.hpp"
#include "http/api/resource.hpp"
#include "http/outbound/context.hpp"
#include "protocol/permission.hpp"

namespace ringmaster::outbound {

inline constexpr std::string_view may_read = permission::ob_read, may_write = permission::ob_write;

template <class T>
struct keeper_of {
  using id = uuid;
  static constexpr std::string_view parameter = "{uuid}";
  [[nodiscard]] static result<uuid> read_id(const context& c, const http::request& req, std::string_view what) {
    return path_id(c, req, what);
  }
  [[nodiscard]] static result<uuid> named_in_body(std::string_view text) {
    const auto body = read_body(text);
    if (!body)
      return body.error();
    uuid named;
    simdjson::dom::element value;
    if ((*body)->root["uuid"].get(value) != simdjson::SUCCESS || field_type<uuid>::read_json(value, named))
      return invalid_field("uuid", "uuid must be a uuid");
    return named;
  }
  [[nodiscard]] static result<T> get(const storage::txn& in, const uuid& which) { return storage::get<T>(in, which); }
  [[nodiscard]] static result<storage::page<T>> list(const storage::txn& in, const page_query& which) {
    return storage::list<T>(in, storage::page_request{which.after, which.count});
  }
  [[nodiscard]] static result<T> create(const commands::context& c, const T& fresh) { return commands::create(c, fresh); }
  [[nodiscard]] static result<T> update(const commands::context& c, const uuid& which, const storage::edit<T>& edit) {
    return commands::update<T>(c, which, edit);
  }
  [[nodiscard]] static std::vector<http::query_parameter> removal_query() {
    return {{"force", "1: also where others refer to it, or it has calls up.", value_kind::integer},
            {"delete_dls", "1: a dlma with its entries.", value_kind::integer},
            {"erase", "1: its personal data at once.", value_kind::integer}};
  }
  [[nodiscard]] static result<commands::removal> read_removal(const http::request& req) {
    commands::removal read;
    for (const auto& [name, into] : {std::pair{"force", &read.force}, {"delete_dls", &read.delete_dls}, {"erase", &read.erase}}) {
      const auto said = flag(req, name);
      if (!said)
        return said.error();
      *into = *said;
    }
    return read;
  }
  [[nodiscard]] static result<T> remove(const commands::context& c, const uuid& which, const commands::removal& options) {
    return commands::remove<T>(c, which, options);
  }
};

} // namespace ringmaster::outbound
