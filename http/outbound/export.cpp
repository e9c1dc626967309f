// SPDX-License-Identifier: Apache-2.0
#include "http/outbound/export.hpp"

#include "protocol/dial_list_import.hpp"
#include "storage/outbound.hpp"

namespace ringmaster::outbound {

namespace {

/// About 100 KB, and a millisecond of the session's thread.
constexpr std::size_t rows_a_piece = 500;

class csv_source final : public http::body_source {
public:
  csv_source(const context& c, const uuid& list) : context_{c}, list_{list} { append_csv_header(ahead_); }

  void next(give to) override {
    std::string piece = std::move(ahead_);
    ahead_.clear();
    while (!done_) {
      const auto in = context_.read();
      if (!in)
        return to(in.error());
      const auto rows = storage::list_entries(*in, list_, where_);
      if (!rows)
        return to(rows.error());
      for (const auto& entry : rows->items)
        append_csv_row(piece, entry);
      where_.after = rows->next;
      done_ = !rows->next;
      if (!piece.empty())
        break;
    }
    to(std::move(piece));
  }

private:
  const context context_;
  const uuid list_;
  storage::page_request where_{std::nullopt, rows_a_piece};
  std::string ahead_;
  bool done_{false};
};

} // namespace

http::response export_entries(const context& c, const http::request& req) {
  const auto list = id_parameter(req, "dlma_uuid");
  if (!list)
    return refuse(c, list.error());
  if (!*list)
    return refuse(c, invalid_field("dlma_uuid", "dlma_uuid says which list to export"));
  const auto in = c.read();
  if (!in)
    return refuse(c, in.error());
  if (const auto known = storage::get<dlma>(*in, **list); !known)
    return refuse(c, known.error());
  return http::response{
      200,
      "text/csv; charset=utf-8",
      std::shared_ptr<http::body_source>{std::make_shared<csv_source>(c, **list)},
      {{"Content-Disposition", "attachment; filename=\"" + to_string(**list) + ".csv\""}},
      false};
}

} // namespace ringmaster::outbound
