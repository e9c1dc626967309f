// SPDX-License-Identifier: Apache-2.0
#include "protocol/dial_list_import.hpp"

#include "protocol/spreadsheet_guard.hpp"
#include "protocol/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace ringmaster {
namespace {

// --- one cell into one field --------------------------------------------------------------------------------

using assign_cell = std::optional<error> (*)(dl&, std::string_view);

/// 2.0: what programs make of whole numbers in a column that has gaps.
std::string_view without_decimals(std::string_view whole) noexcept {
  const auto dot = whole.find('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < whole.size() &&
                 whole.find_first_not_of('0', dot + 1) == std::string_view::npos
             ? whole.substr(0, dot)
             : whole;
}

template <std::size_t I>
std::optional<error> assign_field_at(dl& row, std::string_view cell) {
  const auto& f = std::get<I>(dl_fields.all);
  using value = typename std::remove_cvref_t<decltype(f)>::value;
  if constexpr (!std::is_same_v<value, text>)
    cell = trimmed(cell);
  if constexpr (std::is_same_v<value, std::int64_t>)
    cell = without_decimals(cell);
  return detail::assign_field(row, f, [&](auto& fresh) {
    return field_type<std::remove_cvref_t<decltype(fresh)>>::read_text(cell, fresh);
  });
}

struct column {
  std::string_view name;
  assign_cell assign{nullptr}; ///< null: passed over
  bool number{false};          ///< one of number_1 … number_8
  bool text{false};            ///< holds any text, which may have a guard
};

template <class F>
constexpr bool is_number_field(const F& f) noexcept {
  return f.must->form == text_form::written_number;
}

/// Every field of `dl_fields`, so that a row needs no look-up by name.
template <std::size_t... I>
std::array<column, sizeof...(I)> make_columns(std::index_sequence<I...>) {
  return {column{std::get<I>(dl_fields.all).name,
                 is_sent(std::get<I>(dl_fields.all).may) ? &assign_field_at<I> : nullptr,
                 is_number_field(std::get<I>(dl_fields.all)),
                 std::is_same_v<typename std::remove_cvref_t<decltype(std::get<I>(dl_fields.all))>::value, text>}...};
}

const auto& known_columns() {
  static const auto columns = make_columns(std::make_index_sequence<std::remove_cvref_t<decltype(dl_fields)>::size>{});
  return columns;
}

/// A column's name as fields are spelled: "Number 1 " is number_1.
std::string column_name(std::string_view cell) {
  std::string name{trimmed(cell)};
  for (auto& c : name)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
    else if (c == ' ' || c == '-')
      c = '_';
  return name;
}

/// ="…", which tells a spreadsheet that a cell is text.
std::string_view without_formula(std::string_view cell) noexcept {
  return cell.size() >= 3 && cell.starts_with("=\"") && cell.ends_with('"') ? cell.substr(2, cell.size() - 3) : cell;
}

bool is_blank_text(std::string_view bytes) noexcept { return bytes.empty() || trimmed(bytes).empty(); }

// --- cells of one line --------------------------------------------------------------------------------------

enum class cell_end : std::uint8_t { more, last, unclosed, stray_quote };

/// Takes one cell off `line`. `cell` points into the line, or into `scratch` when quotes had to go; `quoted` says whether it
/// stood in quotes.
cell_end take_cell(std::string_view& line, char separator, std::string_view& cell, bool& quoted, std::string& scratch) {
  // Blanks around the quotes are of no value.
  const auto skip_blanks = [&](std::string_view from) {
    while (!from.empty() && (from.front() == ' ' || (from.front() == '\t' && separator != '\t')))
      from.remove_prefix(1);
    return from;
  };
  if (line.starts_with(' ') || line.starts_with('\t'))
    if (const auto text = skip_blanks(line); text.starts_with('"'))
      line = text;
  quoted = line.starts_with('"');
  if (!quoted) {
    const auto end = line.starts_with("=\"") ? line.find(separator, std::min(line.find('"', 2), line.size())) : line.find(separator);
    const bool more = end != std::string_view::npos;
    cell = line.substr(0, end);
    if (cell.find('"') != std::string_view::npos && without_formula(cell).find('"') != std::string_view::npos)
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
    line = skip_blanks(line.substr(quote + 1));
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

  std::string start;             // the first bytes, as long as they may begin a byte order mark
  bool started{false};           // that is decided
  std::optional<utf_16_decoder> wide;
  std::string narrow;            // what `wide` made of a piece
  line_decoder decoder;
  static constexpr std::size_t most_around = 5; // bytes of a line that are not its own: byte order mark, two CR
  enum class ends : std::uint8_t { unknown, lf, cr } line_ends{ends::unknown};
  bool after_cr{false};          // lines end with CR, and one has just ended

  std::string carry;             // a line whose end has not come yet
  std::uint64_t line{0};         // number of the last one begun
  bool begun{false};             // the byte order mark, if any, is behind us
  bool overlong{false};          // passing over the rest of a line that is too long
  bool in_quotes{false};         // passing over the rest of a value with a line break
  std::size_t passed{0};         // bytes passed over since `in_quotes`
  std::optional<error> unusable; // what is wrong with the header

  std::vector<column> columns; // CSV: of the header; empty before it
  char separator{'\0'};        // none: not known yet
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
    if (const auto missing = missing_field(row, dl_fields))
      return reject(missing->message);
    lines[filled++] = line;
    if (filled >= options.batch)
      hand_over();
  }

  // --- CSV --------------------------------------------------------------------------------------------------

  void refuse_header(std::string says) { unusable = error{errc::malformed, std::move(says), {}}; }

  /// `sep=;`, written for spreadsheets alone.
  bool is_separator_line(std::string_view bytes) {
    auto sign = trimmed(bytes);
    if (sign.starts_with('"'))
      sign.remove_prefix(1);
    if (separator != '\0' || sign.size() < 4 || column_name(sign.substr(0, 4)) != "sep=")
      return false;
    sign = bytes.substr(bytes.find('=') + 1); // a tab is a separator, too
    if (sign.empty() || std::string_view{",;\t|"}.find(sign.front()) == std::string_view::npos)
      refuse_header("the line sep= must name a comma, a semicolon, a tab or | as the separator");
    else
      separator = sign.front();
    return true;
  }

  void read_header(std::string_view bytes) {
    if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("\xD0\xCF\x11\xE0"))
      return refuse_header("this is a workbook and no CSV: save it as \"CSV UTF-8\"");
    if (bytes.find('\0') != std::string_view::npos)
      return refuse_header("the header line has NUL bytes, as UTF-16 without a byte order mark has: save the file as \"CSV UTF-8\"");
    if (auto wrong = decoder.decode(bytes))
      return refuse_header(std::move(*wrong));
    if (is_separator_line(bytes))
      return;
    if (separator == '\0')
      separator = separator_of(bytes);
    std::vector<column> found;
    std::optional<std::size_t> nameless; // the first column without a name
    for (auto end = cell_end::more; end == cell_end::more;) {
      std::string_view cell;
      bool quoted = false;
      end = take_cell(bytes, separator, cell, quoted, scratch);
      if (end == cell_end::unclosed || end == cell_end::stray_quote)
        return refuse_header("the header line has a quote out of place");
      const auto name = column_name(without_formula(cell));
      if (name.empty()) {
        nameless = nameless.value_or(found.size() + 1);
        continue;
      }
      if (nameless)
        return refuse_header(fmt::format("the column {} has no name", *nameless));
      const auto& known = known_columns();
      const auto at = std::find_if(known.begin(), known.end(), [&](const column& c) { return c.name == name; });
      if (at == known.end()) {
        const auto as_written = shown(trimmed(cell));
        unusable = invalid_field(as_written, fmt::format("unknown column \"{}\"; columns are named as the fields of a dl: number_1 to "
                                                         "number_8, name, detail, email, ukey, variables and others", as_written));
        return;
      }
      if (std::any_of(found.begin(), found.end(), [&](const column& c) { return c.name == name; })) {
        unusable = invalid_field(name, fmt::format("the column \"{}\" is there twice", name));
        return;
      }
      found.push_back(*at);
    }
    columns = std::move(found);
  }

  void read_csv(std::string_view bytes) {
    auto& row = fresh_row();
    std::size_t count = 0;
    bool any = false, has_number = false, surplus = false;
    for (auto end = cell_end::more; end == cell_end::more; ++count) {
      std::string_view cell;
      bool quoted = false;
      end = take_cell(bytes, separator, cell, quoted, scratch);
      if (end == cell_end::unclosed) {
        reject("a value in quotes has a line break or no closing quote; a value is one line, and a number_ field one number");
        in_quotes = true;
        passed = 0;
        return;
      }
      if (end == cell_end::stray_quote)
        return reject("a quote is out of place");
      if (cell.empty())
        continue;
      if (count >= columns.size()) {
        surplus = surplus || !is_blank_text(cell);
        continue;
      }
      const auto& to = columns[count];
      const bool blank = is_blank_text(cell);
      any = any || !blank;
      has_number = has_number || (to.number && !blank);
      if (!to.assign)
        continue;
      if (!quoted && !to.number) // in quotes it may be what an entry has
        cell = without_formula(cell);
      if (to.text)
        cell = without_spreadsheet_guard(cell);
      if (auto wrong = to.assign(row, cell); wrong && !blank)
        return reject(fmt::format("{}, and the cell has \"{}\"", wrong->message, shown(cell)));
    }
    if (!any && !surplus)
      return; // separators alone
    if (surplus)
      return reject(fmt::format("the line has {} values, the header {}", count, columns.size()));
    if (count < columns.size() && !has_number) // of half a line, or with another separator
      return reject(fmt::format("the line has {} values, the header {}, and no number is among them", count, columns.size()));
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
    for (int i = 0; i < 2 && bytes.ends_with('\r'); ++i) // two, where a program made CRLF of CRLF's LF
      bytes.remove_suffix(1);
    if (!std::exchange(begun, true) && bytes.starts_with("\xEF\xBB\xBF")) {
      bytes.remove_prefix(3);
      decoder.set_utf_8();
    }
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
    if (is_blank_text(bytes))
      return;
    switch (options.format) {
    case dial_list_format::csv:
      if (columns.empty())
        return read_header(bytes);
      if (auto wrong = decoder.decode(bytes))
        return reject(std::move(*wrong));
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

  /// Bytes as they come.
  void feed(std::string_view bytes) {
    if (!started) {
      start.append(bytes);
      if (start.size() < 2)
        return;
      return begin();
    }
    if (!wide)
      return feed_text(bytes);
    narrow.clear();
    wide->decode(bytes, narrow);
    feed_text(narrow);
  }

  void begin() {
    started = true;
    std::string_view bytes{start};
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
      wide.emplace(bytes.front() == '\xFE');
      decoder.set_utf_8();
      bytes.remove_prefix(2);
    }
    if (options.format == dial_list_format::json_lines) {
      decoder.set_utf_8();
      line_ends = ends::lf;
    }
    feed(bytes);
    start = {};
  }

  void finish() {
    if (!started)
      begin();
    if (wide) {
      narrow.clear();
      wide->finish(narrow);
      feed_text(narrow);
    }
    if (!unusable && !carry.empty()) {
      const auto rest = std::exchange(carry, {});
      line_ends = ends::lf;
      read_line(rest);
    }
    hand_over();
  }

  /// UTF-8, or what is taken for it. The first line's end says what ends lines: a lone CR is in no header, and in no
  /// value.
  void feed_text(std::string_view bytes) {
    if (line_ends != ends::unknown)
      return feed_lines(bytes);
    const auto looked_at = carry.size() - std::min<std::size_t>(carry.size(), 2); // the rest has neither CR nor LF
    carry.append(bytes);
    const auto end = carry.find_first_of("\r\n", looked_at);
    if (end == std::string::npos) {
      if (carry.size() > options.max_line + most_around)
        too_long();
      return;
    }
    // LF, CRLF and CRCRLF are ends of one kind.
    const auto behind = carry.find_first_not_of('\r', end);
    if (behind == std::string::npos && carry.size() - end < 3)
      return;
    line_ends = behind < end + 3 && carry[behind] == '\n' ? ends::lf : ends::cr;
    const auto all = std::exchange(carry, {});
    feed_lines(all);
  }

  /// Where the line at the front of `bytes` ends.
  std::size_t line_end(std::string_view bytes) const noexcept {
    if (line_ends == ends::cr)
      return bytes.find_first_of("\r\n");
    const auto* end = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
    return end ? static_cast<std::size_t>(end - bytes.data()) : std::string_view::npos;
  }

  void feed_lines(std::string_view bytes) {
    while (!unusable && !bytes.empty()) {
      if (std::exchange(after_cr, false) && bytes.front() == '\n') { // one end of two bytes
        bytes.remove_prefix(1);
        continue;
      }
      const auto end = line_end(bytes);
      if (end == std::string_view::npos)
        break;
      const auto part = bytes.substr(0, end);
      after_cr = bytes[end] == '\r';
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
    if (carry.size() > options.max_line + most_around) { // too long even without them
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
  if (!bytes.empty() && !impl_->unusable)
    impl_->feed(bytes);
  if (impl_->unusable)
    return *impl_->unusable;
  return {};
}

result<void> dial_list_importer::finish() {
  impl_->finish();
  if (!impl_->unusable && impl_->options.format == dial_list_format::csv && impl_->columns.empty())
    impl_->unusable = error{errc::malformed, "there is no header line that names the columns", {}};
  if (impl_->unusable)
    return *impl_->unusable;
  return {};
}

std::uint64_t dial_list_importer::accepted() const noexcept { return impl_->accepted; }
std::uint64_t dial_list_importer::rejected() const noexcept { return impl_->rejected; }
text_encoding dial_list_importer::encoding() const noexcept {
  return impl_->wide ? text_encoding::utf_16 : impl_->decoder.encoding();
}

// --- export -------------------------------------------------------------------------------------------------

namespace {

void append_cell(std::string& out, std::string_view value) {
  const bool guarded = needs_spreadsheet_guard(value);
  if (value.find_first_of(",\"\r\n") == std::string_view::npos && trimmed(value).size() == value.size()) {
    if (guarded)
      out.push_back(spreadsheet_guard);
    out.append(value);
    return;
  }
  out.push_back('"');
  if (guarded)
    out.push_back(spreadsheet_guard);
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
    if (!is_shown(f.may) || f.may == access::shown_only)
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
