// SPDX-License-Identifier: Apache-2.0
/// Any bytes as a dial list, in any pieces: how they are cut must change nothing, and what was taken must come back the
/// same from an export. The first byte says format and pieces.
#include "protocol/dial_list_import.hpp"
#include "protocol/fields.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace ringmaster;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

struct outcome {
  std::vector<std::string> rows; ///< as records
  std::vector<std::pair<std::uint64_t, std::string>> rejected;
  std::string failed;
  std::string exported;
  bool operator==(const outcome&) const = default;
};

outcome import(std::string_view bytes, dial_list_format format, std::size_t piece, std::size_t max_line = 512) {
  outcome seen;
  append_csv_header(seen.exported);
  import_options options;
  options.format = format;
  options.max_line = max_line;
  options.batch = 3;
  dial_list_importer in{options,
                        [&](std::span<dl> rows, std::span<const std::uint64_t> lines) {
                          require(rows.size() == lines.size());
                          for (const auto& row : rows) {
                            seen.rows.push_back(to_record(row, dl_fields));
                            append_csv_row(seen.exported, row);
                          }
                        },
                        [&](import_rejection r) {
                          require(r.line > 0 && !r.reason.empty());
                          seen.rejected.emplace_back(r.line, std::move(r.reason));
                        }};
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    if (const auto fed = in.feed(bytes.substr(at, piece)); !fed) {
      seen.failed = fed.error().message;
      require(!seen.failed.empty());
      return seen;
    }
  if (const auto ended = in.finish(); !ended)
    seen.failed = ended.error().message;
  return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const auto format = data[0] % 2 == 0 ? dial_list_format::csv : dial_list_format::json_lines;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto whole = import(bytes, format, std::max<std::size_t>(bytes.size(), 1));
  require(import(bytes, format, 1 + data[0] / 2) == whole);
  if (whole.rows.empty())
    return 0;
  // Exported lines are longer: they have every column, and quotes are doubled.
  const auto again = import(whole.exported, dial_list_format::csv, 4096, import_options{}.max_line);
  require(again.failed.empty() && again.rejected.empty());
  require(again.rows.size() == whole.rows.size() && again.exported == whole.exported);
  return 0;
}
