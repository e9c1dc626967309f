// SPDX-License-Identifier: Apache-2.0
/// Dial lists as text: reading CSV and JSON lines as they stream in, writing CSV.
///
/// CSV is RFC 4180's, and what spreadsheets make of it where that means one thing alone: a header line that names fields of
/// `dl_fields`, in any case, with blanks or dashes for '_'; cells in quotes where they hold a separator or a quote; lines ended by LF,
/// CRLF, or CR where the header line is. The separator is a comma, or the semicolon or tab that the header line has instead, or what a
/// first line `sep=;` names. An empty cell leaves the field's default, and so do cells that are missing at the end of a row, as
/// long as the row has a number. Columns without a name at the end, cells of blanks behind the last column and rows without any
/// value are passed over. Values hold no line breaks, so a quoted one with a break is refused, up to its closing quote. Blanks around
/// what is no text (whole numbers, times, uuids) go, as does a `.0` behind a whole number; `="…"` is its text, and an apostrophe that
/// keeps a spreadsheet from calculating it (spreadsheet_guard.hpp) is none of a text's. A column that the engine
/// keeps by itself (`uuid`, `in_use`, `tm_create`, …) is passed over, so that an export can be imported again; so is a status of 1
/// (dialing), which becomes 0. The encoding is found out: see text_encoding.hpp; UTF-16 is known by its byte order mark.
///
/// Telephone numbers are handed over as they are written: `storage::import_entries` reads them, since the list's kind decides.
///
/// JSON lines: one object a line, as the body of `POST /ob/dls`.
///
/// Pure and without threads; one importer a stream. Memory is bounded by the line limit, the batch that the
/// caller has not taken yet and the rejections kept.
#pragma once

#include "protocol/error.hpp"
#include "protocol/outbound.hpp"
#include "protocol/text_encoding.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster {

enum class dial_list_format : std::uint8_t { csv, json_lines };

struct import_options {
  dial_list_format format{dial_list_format::csv};
  std::optional<uuid> dlma;            ///< of every row, whatever it names: an export goes into another list
  std::size_t max_line{64 * 1024};     ///< bytes; a longer one is rejected, without being kept
  std::size_t batch{1'000};            ///< rows handed over at once
};

/// A line that was not taken. Lines count from 1, the header included.
struct import_rejection {
  std::uint64_t line{0};
  std::string reason;
};

/// Reads a stream of any size in pieces of any size:
///
///     dial_list_importer in{options, store_rows, keep_rejection};
///     while (more) if (auto r = in.feed(bytes); !r) refuse(r.error());
///     in.finish();
class dial_list_importer {
public:
  /// Rows and, for each, its line. They may be moved from.
  using take_rows = std::function<void(std::span<dl> rows, std::span<const std::uint64_t> lines)>;
  using take_rejection = std::function<void(import_rejection)>;

  dial_list_importer(const import_options& options, take_rows rows, take_rejection rejection);
  ~dial_list_importer();
  dial_list_importer(dial_list_importer&&) noexcept;
  dial_list_importer& operator=(dial_list_importer&&) noexcept;

  /// Fails only for a header that cannot be used (unknown or doubled column, too long); nothing more can be
  /// read then, and the same error comes again. About 0.5 µs a row.
  [[nodiscard]] result<void> feed(std::string_view bytes);
  /// The last line may lack its end. Hands over what is left. Fails when no header came.
  [[nodiscard]] result<void> finish();

  [[nodiscard]] std::uint64_t accepted() const noexcept; ///< rows handed over so far
  [[nodiscard]] std::uint64_t rejected() const noexcept;
  [[nodiscard]] text_encoding encoding() const noexcept; ///< of what was read so far

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Appends the header line of an export: every shown field of `dl_fields`.
void append_csv_header(std::string& out);
/// Appends an entry as a line that `dial_list_importer` reads back. No spreadsheet takes a cell for a formula: see
/// spreadsheet_guard.hpp.
void append_csv_row(std::string& out, const dl& entry);

} // namespace ringmaster
