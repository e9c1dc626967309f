#include "protocol/dial_list_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace ringmaster {
namespace {

// --- one cell into one field --------------------------------------------------------------------------------

using assign_cell = std::optional<error> (*)(dl&, std::string_view);

template <std::size_t I>
std::optional<error> assign_field_at(dl& row, std::string_view cell) {
  const auto& f = std::get<I>(dl_fields.all);
  return detail::assign_field(row, f, [&](auto& fresh) {
    return field_type<std::remove_cvref_t<decltype(fresh)>>::read_text(cell, fresh);
  });
}

struct column {
  std::string_view name;
  assign_cell assign{nullptr}; ///< null: passed over
};

/// Every field of `dl_fields`, so that a row needs no look-up by name.
template <std::size_t... I>
std::array<column, sizeof...(I)> make_columns(std::index_sequence<I...>) {
  return {column{std::get<I>(dl_fields.all).name,
                 std::get<I>(dl_fields.all).may == access::writable ? &assign_field_at<I> : nullptr}...};
}

const auto& known_columns() {
  static const auto columns = make_columns(std::make_index_sequence<std::remove_cvref_t<decltype(dl_fields)>::size>{});
  return columns;
}

std::string_view trim(std::string_view bytes) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!bytes.empty() && blank(bytes.front()))
    bytes.remove_prefix(1);
  while (!bytes.empty() && blank(bytes.back()))
    bytes.remove_suffix(1);
  return bytes;
}

// --- cells of one line --------------------------------------------------------------------------------------

enum class cell_end : std::uint8_t { more, last, unclosed, stray_quote };

/// Takes one cell off `line`. `cell` points into the line, or into `scratch` when quotes had to go.
cell_end take_cell(std::string_view& line, char separator, std::string_view& cell, std::string& scratch) {
  if (line.empty() || line.front() != '"') {
    const auto end = line.find(separator);
    const bool more = end != std::string_view::npos;
    cell = line.substr(0, end);
    if (cell.find('"') != std::string_view::npos)
      return cell_end::stray_quote;
    line.remove_prefix(cell.size() + (more ? 1 : 0));
    return more ? cell_end::more : cell_end::last;
  }
  line.remove_prefix(1);
  scratch.clear();
  for (bool copied = false;;) {
    const auto quote = line.find('"');
    if (quote == std::string_view::npos)
      return cell_end::unclosed;
    const auto part = line.substr(0, quote);
    const bool doubled = quote + 1 < line.size() && line[quote + 1] == '"';
    if (doubled) {
      scratch.append(part).push_back('"');
      copied = true;
      line.remove_prefix(quote + 2);
      continue;
    }
    cell = copied ? std::string_view{scratch.append(part)} : part;
    line.remove_prefix(quote + 1);
    if (line.empty())
      return cell_end::last;
    if (line.front() != separator)
      return cell_end::stray_quote;
    line.remove_prefix(1);
    return cell_end::more;
  }
}

/// Of a header line: no name of a column holds any of them.
char separator_of(std::string_view header) noexcept {
  const auto at = header.find_first_of(",;\t");
  return at == std::string_view::npos ? ',' : header[at];
}

} // namespace

// --- importer -----------------------------------------------------------------------------------------------

struct dial_list_importer::impl {
  import_options options;
  take_rows on_rows;
  take_rejection on_rejection;

  std::string carry;             // a line whose end has not come yet
  std::uint64_t line{0};         // number of the last one begun
  bool begun{false};             // the byte order mark, if any, is behind us
  bool overlong{false};          // passing over the rest of a line that is too long
  bool in_quotes{false};         // passing over the rest of a value with a line break
  std::size_t passed{0};         // bytes passed over since `in_quotes`
  std::optional<error> unusable; // what is wrong with the header

  std::vector<column> columns; // CSV: of the header; empty before it
  char separator{','};
  std::vector<dl> rows;
  std::vector<std::uint64_t> lines;
  std::size_t filled{0};
  std::uint64_t accepted{0}, rejected{0};
  std::string scratch;
  simdjson::dom::parser json;

  void reject(std::string reason) {
    ++rejected;
    on_rejection({line, std::move(reason)});
  }

  void hand_over() {
    if (filled == 0)
      return;
    accepted += filled;
    on_rows(std::span{rows}.first(filled), std::span{lines}.first(filled));
    filled = 0;
  }

  dl& fresh_row() {
    if (filled == rows.size()) {
      rows.emplace_back();
      lines.emplace_back();
    } else {
      rows[filled] = dl{};
    }
    return rows[filled];
  }

  void keep_row() {
    auto& row = rows[filled];
    if (options.dlma)
      row.dlma_uuid = *options.dlma;
    if (row.dlma_uuid.is_nil())
      return reject("dlma_uuid is required");
    lines[filled++] = line;
    if (filled >= options.batch)
      hand_over();
  }

  // --- CSV --------------------------------------------------------------------------------------------------

  void read_header(std::string_view bytes) {
    if (!simdjson::validate_utf8(bytes.data(), bytes.size())) {
      unusable = error{errc::malformed, "the header line must be UTF-8, which this is not", {}};
      return;
    }
    separator = separator_of(bytes);
    for (auto end = cell_end::more; end == cell_end::more;) {
      std::string_view cell;
      end = take_cell(bytes, separator, cell, scratch);
      if (end == cell_end::unclosed || end == cell_end::stray_quote) {
        unusable = error{errc::malformed, "the header line has a quote out of place", {}};
        return;
      }
      const auto name = trim(cell);
      const auto& known = known_columns();
      const auto at = std::find_if(known.begin(), known.end(), [&](const column& c) { return c.name == name; });
      if (at == known.end()) {
        unusable = invalid_field(name.substr(0, 80), fmt::format("unknown column \"{}\"", name.substr(0, 80)));
        return;
      }
      if (std::any_of(columns.begin(), columns.end(), [&](const column& c) { return c.name == name; })) {
        unusable = invalid_field(name, fmt::format("the column \"{}\" is there twice", name));
        return;
      }
      columns.push_back(*at);
    }
  }

  void read_csv(std::string_view bytes) {
    auto& row = fresh_row();
    std::size_t count = 0;
    for (auto end = cell_end::more; end == cell_end::more; ++count) {
      std::string_view cell;
      end = take_cell(bytes, separator, cell, scratch);
      if (end == cell_end::unclosed) {
        reject("a value in quotes has a line break or no closing quote");
        in_quotes = true;
        passed = 0;
        return;
      }
      if (end == cell_end::stray_quote)
        return reject("a quote is out of place");
      if (count >= columns.size() || cell.empty())
        continue;
      const auto& to = columns[count];
      if (!to.assign)
        continue;
      if (auto wrong = to.assign(row, cell))
        return reject(std::move(wrong->message));
    }
    if (count != columns.size())
      return reject(fmt::format("the line has {} values, the header {}", count, columns.size()));
    if (row.status == dl_dialing) // in an export of a list that is being dialed
      row.status = dl_idle;
    keep_row();
  }

  // --- JSON lines -------------------------------------------------------------------------------------------

  void read_json(std::string_view bytes) {
    simdjson::dom::element body;
    if (const auto wrong = json.parse(bytes.data(), bytes.size()).get(body))
      return reject(wrong == simdjson::UTF8_ERROR ? "the line must be UTF-8, which this is not" : "the line is not a JSON object");
    static const dl defaults{};
    auto row = merge_json(defaults, body, dl_fields);
    if (!row)
      return reject(std::move(row.error().message));
    fresh_row() = std::move(*row);
    if (rows[filled].status == dl_dialing)
      rows[filled].status = dl_idle;
    keep_row();
  }

  // --- lines ------------------------------------------------------------------------------------------------

  /// One physical line without its end.
  void read_line(std::string_view bytes) {
    ++line;
    if (!bytes.empty() && bytes.back() == '\r')
      bytes.remove_suffix(1);
    if (!std::exchange(begun, true) && bytes.starts_with("\xEF\xBB\xBF"))
      bytes.remove_prefix(3);
    if (in_quotes) {
      // A pair of quotes within the value changes nothing, so that counting them finds its end. A quote that
      // was never closed must not swallow the rest of the stream.
      passed += bytes.size() + 1;
      if (std::count(bytes.begin(), bytes.end(), '"') % 2 != 0 || passed > options.max_line)
        in_quotes = false;
      return;
    }
    if (bytes.size() > options.max_line)
      return too_long();
    if (trim(bytes).empty())
      return;
    switch (options.format) {
    case dial_list_format::csv:
      if (columns.empty())
        read_header(bytes);
      else
        read_csv(bytes);
      return;
    case dial_list_format::json_lines: read_json(bytes); return;
    }
  }

  void too_long() {
    auto reason = fmt::format("the line is longer than {} bytes", options.max_line);
    if (options.format == dial_list_format::csv && columns.empty())
      unusable = error{errc::too_large, std::move(reason), {}};
    else
      reject(std::move(reason));
  }

  void feed(std::string_view bytes) {
    while (!unusable) {
      const auto* end = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
      if (!end)
        break;
      const auto part = bytes.substr(0, static_cast<std::size_t>(end - bytes.data()));
      bytes.remove_prefix(part.size() + 1);
      if (std::exchange(overlong, false))
        continue; // rejected when it grew too long
      if (carry.empty()) {
        read_line(part);
      } else {
        carry.append(part);
        read_line(carry);
        carry.clear();
      }
    }
    if (unusable || overlong || bytes.empty())
      return;
    carry.append(bytes);
    if (carry.size() > options.max_line + 4) { // too long even without byte order mark and CR
      overlong = true;
      carry.clear();
      ++line;
      begun = true;
      if (in_quotes)
        in_quotes = false;
      else
        too_long();
    }
  }
};

dial_list_importer::dial_list_importer(const import_options& options, take_rows rows, take_rejection rejection)
    : impl_{std::make_unique<impl>()} {
  impl_->options = options;
  impl_->options.batch = std::max<std::size_t>(1, options.batch);
  impl_->on_rows = std::move(rows);
  impl_->on_rejection = std::move(rejection);
}

dial_list_importer::~dial_list_importer() = default;
dial_list_importer::dial_list_importer(dial_list_importer&&) noexcept = default;
dial_list_importer& dial_list_importer::operator=(dial_list_importer&&) noexcept = default;

result<void> dial_list_importer::feed(std::string_view bytes) {
  if (!bytes.empty())
    impl_->feed(bytes);
  if (impl_->unusable)
    return *impl_->unusable;
  return {};
}

result<void> dial_list_importer::finish() {
  if (!impl_->unusable && !impl_->carry.empty()) {
    const auto rest = std::exchange(impl_->carry, {});
    impl_->read_line(rest);
  }
  impl_->hand_over();
  if (!impl_->unusable && impl_->options.format == dial_list_format::csv && impl_->columns.empty())
    impl_->unusable = error{errc::malformed, "there is no header line that names the columns", {}};
  if (impl_->unusable)
    return *impl_->unusable;
  return {};
}

std::uint64_t dial_list_importer::accepted() const noexcept { return impl_->accepted; }
std::uint64_t dial_list_importer::rejected() const noexcept { return impl_->rejected; }

// --- export -------------------------------------------------------------------------------------------------

namespace {

void append_cell(std::string& out, std::string_view value) {
  if (value.find_first_of(",\"\r\n") == std::string_view::npos && trim(value).size() == value.size()) {
    out.append(value);
    return;
  }
  out.push_back('"');
  for (const char c : value) {
    if (c == '"')
      out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

void append_value(std::string& out, const std::string& v) { append_cell(out, v); }

void append_value(std::string& out, const variables& v) {
  std::string json;
  field_type<variables>::write_json(json, v);
  append_cell(out, json);
}

/// Numbers, uuids and times: their JSON without quotes, nothing in it needs any.
template <class M>
void append_value(std::string& out, const M& v) {
  const auto at = out.size();
  field_type<M>::write_json(out, v);
  if (out[at] == '"') {
    out.erase(at, 1);
    out.pop_back();
  }
}

template <class M>
void append_value(std::string& out, const std::optional<M>& v) {
  if (v)
    append_value(out, *v);
}

template <class F>
void each_cell(std::string& out, F&& append) {
  bool first = true;
  dl_fields.each([&](const auto& f) {
    if (f.may == access::stored_only || f.may == access::shown_only)
      return;
    if (!std::exchange(first, false))
      out.push_back(',');
    append(f);
  });
  out.append("\r\n");
}

} // namespace

void append_csv_header(std::string& out) {
  each_cell(out, [&](const auto& f) { out.append(f.name); });
}

void append_csv_row(std::string& out, const dl& entry) {
  each_cell(out, [&](const auto& f) { append_value(out, f.get(entry)); });
}

} // namespace ringmaster
