// SPDX-License-Identifier: Apache-2.0
/// Text files whose encoding nobody named: UTF-8, what spreadsheets on Windows call "CSV" (Windows-1252), and what they call
/// "Unicode text" (UTF-16 with a byte order mark).
///
/// A file is read as it streams in, so whether all of it is UTF-8 is known at its end alone. What decides is the first character
/// beyond ASCII: where its bytes are UTF-8, the file is, and what is not later on is a fault of that line. Where they are not,
/// nothing before them was anything but ASCII, and the file is Windows-1252. A line of such a file whose bytes beyond ASCII are
/// UTF-8 after all is refused: the file is a mixture, and nobody can say which half is right.
///
/// Source of the table: the Unicode Consortium's mapping of cp1252; of UTF-16: RFC 2781.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster {

enum class text_encoding : std::uint8_t { utf_8, windows_1252, utf_16 };

/// "utf-8", "windows-1252", "utf-16".
[[nodiscard]] std::string_view name_of(text_encoding e) noexcept;

/// Makes UTF-8 of a file, line by line. Lines of ASCII cost one look at their bytes, eight at a time.
class line_decoder {
public:
  /// The file is UTF-8 whatever comes: it began with a byte order mark, or its format says so.
  void set_utf_8() noexcept { found_ = text_encoding::utf_8; }

  /// Replaces `line` by its UTF-8, which lies in the line's own bytes or, until the next call, in this object. Else what is wrong
  /// with it, as a sentence.
  [[nodiscard]] std::optional<std::string> decode(std::string_view& line);

  /// Of what was read so far; ASCII is UTF-8.
  [[nodiscard]] text_encoding encoding() const noexcept { return found_.value_or(text_encoding::utf_8); }

private:
  std::optional<text_encoding> found_; ///< nothing as long as all was ASCII
  std::string decoded_;
};

/// Makes UTF-8 of UTF-16 in pieces of any size. A surrogate that is alone becomes a byte that no UTF-8 has.
class utf_16_decoder {
public:
  explicit utf_16_decoder(bool big_endian) noexcept : big_endian_{big_endian} {}
  /// Appends what `bytes` complete.
  void decode(std::string_view bytes, std::string& out);
  /// The end of the file; appends what was begun.
  void finish(std::string& out);

private:
  bool big_endian_;
  std::optional<unsigned char> first_;  ///< of a unit whose second byte has not come
  std::optional<char16_t> high_;        ///< of a pair of surrogates
};

} // namespace ringmaster
