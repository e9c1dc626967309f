// SPDX-License-Identifier: Apache-2.0
#include "protocol/written_number.hpp"

#include "protocol/outbound_rules.hpp"
#include "protocol/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ringmaster {
namespace {

constexpr std::size_t most_digits = 15; // E.164

constexpr bool is_digit(char32_t c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char32_t c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_dash(char32_t c) noexcept { return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212; }

std::size_t digits_of(std::string_view v) noexcept {
  return static_cast<std::size_t>(std::count_if(v.begin(), v.end(), [](unsigned char c) { return is_digit(c); }));
}
bool has_letter(std::string_view v) noexcept {
  return std::any_of(v.begin(), v.end(), [](unsigned char c) { return is_letter(c); });
}

/// As nearly all numbers are: digits, perhaps behind a "+" or "00", and nothing that is refused.
bool is_plain(std::string_view v) noexcept {
  std::size_t most = most_digits;
  if (v.starts_with('+')) {
    v.remove_prefix(1);
    if (v.starts_with('0'))
      return false;
  } else if (v.starts_with("00")) {
    most += 2;
  }
  char all = 0; // of zeros alone only the bits that every digit has
  for (const char c : v) {
    if (c < '0' || c > '9')
      return false;
    all = static_cast<char>(all | c);
  }
  return v.size() <= most && all > '0';
}

/// Takes digits off the front; how many there were.
std::size_t take_digits(std::string_view& v) noexcept {
  const auto end = std::min(v.find_first_not_of("0123456789"), v.size());
  v.remove_prefix(end);
  return end;
}

/// 4.31556E+10, 4,31556e+010, 4E10: what a spreadsheet shows of a number that is too long for its column.
bool is_exponent(std::string_view v) noexcept {
  if (v.starts_with('+') || v.starts_with('-'))
    v.remove_prefix(1);
  if (take_digits(v) == 0)
    return false;
  if (v.starts_with('.') || v.starts_with(',')) {
    v.remove_prefix(1);
    take_digits(v);
  }
  if (!v.starts_with('E') && !v.starts_with('e'))
    return false;
  v.remove_prefix(1);
  if (v.starts_with('+') || v.starts_with('-'))
    v.remove_prefix(1);
  const auto power = take_digits(v);
  return power >= 1 && power <= 3 && v.empty();
}

/// 43155501012.0, 43155501012,00, 43155501012.5: what a program writes that took it for an amount. (None begins with 0.)
bool is_decimal(std::string_view v) noexcept {
  const bool amount = !v.starts_with('+') && !v.starts_with('0');
  if (v.starts_with('+'))
    v.remove_prefix(1);
  const auto whole = take_digits(v);
  if (whole == 0 || (!v.starts_with('.') && !v.starts_with(',')))
    return false;
  v.remove_prefix(1);
  const auto zeros = v.find_first_not_of('0') == std::string_view::npos;
  const auto places = take_digits(v);
  return v.empty() && (places == 1 || places == 2) && (zeros || (amount && whole >= 7));
}

std::string in_lower_case(std::string_view v) {
  std::string lower{v};
  for (auto& c : lower)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& words, std::string_view word) noexcept {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Words that say nothing but which telephone it is; of any other word ("old", "fax") nobody knows here whether the number may
/// be dialed. In lower case.
constexpr std::array<std::string_view, 26> labels{
    "tel",    "telefon", "telephone", "phone", "ph",    "t",       "mobile", "mobil", "mob",    "cell",       "cellphone", "handy", "gsm",
    "home",   "work",    "office",    "büro",  "buero", "private", "privat", "main",  "direct", "geschäftlich", "dienstlich", "m",     "p"};
constexpr std::array<std::string_view, 6> conjunctions{"or", "oder", "and", "und", "ou", "et"};
constexpr std::array<std::string_view, 8> extensions{"x", "ext", "extn", "extension", "dw", "durchwahl", "kl", "klappe"};
/// Country codes behind which a 0 is dialed from abroad as well, for it is part of the number: Italy, San Marino, Ivory Coast,
/// Benin, Gabon, Congo. Source: their national numbering plans, as told to the ITU (Operational Bulletin).
constexpr std::array<std::string_view, 6> keep_their_zero{"39", "378", "225", "229", "241", "242"};

constexpr std::string_view two_numbers = "may be two numbers; write one, and the other into another number_ field";

/// Reads what is neither plain nor a name. Holds the state of one value.
class reader {
public:
  explicit reader(std::string_view text) noexcept : rest_{text} {}

  /// What completes `"…" …`, or nothing; then `digits` is the number.
  std::optional<std::string> read() {
    for (bool first = true; !rest_.empty(); first = false) {
      const auto from = rest_;
      const auto c = take_character(rest_);
      if (!c)
        return "is not UTF-8";
      std::optional<std::string> wrong;
      if (is_digit(*c) || *c == '*' || *c == '#')
        digits.push_back(static_cast<char>(*c));
      else if (*c == '+')
        wrong = plus();
      else if (first && is_dash(*c))
        wrong = "begins with a minus, as a spreadsheet's formula makes it; write the digits as text";
      else if (*c == '(')
        wrong = bracket();
      else if (*c == '/')
        wrong = slash();
      else if (is_blank(*c) || is_dash(*c) || *c == '.' || *c == '_' || *c == ')' || *c == '[' || *c == ']')
        changed = true;
      else if (*c == ':' && labelled_)
        changed = true;
      else if (is_letter(*c) || *c >= 0xC0)
        wrong = word(from);
      else if (!digits.empty() && digits_of(rest_) > 0 && std::u32string_view{U",;|&\\"}.find(*c) != std::u32string_view::npos)
        wrong = std::string{two_numbers};
      else
        wrong = stranger(*c);
      if (wrong)
        return wrong;
    }
    return whole();
  }

  std::string digits;
  bool changed{false}; ///< something was left out

private:
  static std::string stranger(char32_t c) {
    std::string one;
    append_character(one, c);
    return fmt::format("has the character {} (U+{:04X}), which is in no number", shown(one), static_cast<std::uint32_t>(c));
  }

  std::optional<std::string> plus() {
    if (digits.empty()) {
      digits.push_back('+');
      return std::nullopt;
    }
    return digits_of(digits) == 0 ? "has more than one +"
                                  : fmt::format("has a + within, and {}", two_numbers);
  }

  /// The country code that was read, when it is all that was read.
  [[nodiscard]] std::string_view country_code() const noexcept {
    const std::string_view read{digits};
    const std::size_t prefix = read.starts_with('+') ? 1 : read.starts_with("00") ? 2 : 0;
    const auto code = read.substr(prefix);
    return prefix > 0 && code.size() <= 3 && digits_of(code) == code.size() ? code : std::string_view{};
  }

  /// Behind "(". A zero that is dialed within the country alone is left out.
  std::optional<std::string> bracket() {
    changed = true;
    const auto inside = trimmed(rest_.substr(0, rest_.find(')')));
    if (!inside.starts_with('0') || digits.empty() || digits == "+")
      return std::nullopt;
    const auto code = country_code();
    if (code.empty())
      return inside == "0" ? std::optional<std::string>{"has a (0) that may or may not be dialed; write it without brackets, or leave it out"}
                           : std::nullopt;
    if (is_among(keep_their_zero, code) || inside != "0")
      return "has a 0 in brackets behind a country code; write it without brackets where it is dialed from abroad (as in Italy), or "
             "leave it out";
    rest_.remove_prefix(std::min(rest_.find(')'), rest_.size() - 1) + 1);
    return std::nullopt;
  }

  /// "01/5550102" is one number: an area code and the rest. Where more comes before the slash, what comes behind it is another
  /// number, or the end of one.
  std::optional<std::string> slash() {
    changed = true;
    const auto before = digits_of(digits);
    const std::size_t code = digits.starts_with('+') ? 2 : digits.starts_with("00") ? 4 : 0;
    if (before > 6 + code && digits_of(rest_) > 0)
      return std::string{two_numbers};
    return std::nullopt;
  }

  /// From its first character on.
  std::optional<std::string> word(std::string_view from) {
    for (auto next = rest_; !next.empty(); rest_ = next) {
      const auto c = take_character(next);
      if (!c || !(is_letter(*c) || (*c >= 0xC0 && !is_blank(*c) && !is_dash(*c))))
        break;
    }
    const auto one = from.substr(0, from.size() - rest_.size());
    const auto lower = in_lower_case(one);
    const bool before = digits.empty(), behind = digits_of(rest_) == 0;
    if (is_among(labels, lower) && before != behind) {
      changed = true;
      labelled_ = true;
      return std::nullopt;
    }
    if (is_among(conjunctions, lower) && !before && !behind)
      return std::string{two_numbers};
    if (is_among(extensions, lower) && !before)
      return "has an extension, which is not dialed; write the number alone";
    if (is_letter(static_cast<unsigned char>(one.front())))
      return "has letters; write the digits alone, and remarks into detail";
    return stranger(*take_character(from));
  }

  [[nodiscard]] std::optional<std::string> whole() const {
    if (digits.starts_with("+0"))
      return "has a 0 behind the +, and no country code begins with 0";
    if (digits_of(digits) == 0) // what had one was in brackets, and is not dialed
      return "has no digit that is dialed";
    if (digits.starts_with('+') && digits.find_first_of("*#") != std::string::npos)
      return "has a * or # behind a +, and no telephone number has";
    if (digits.find_first_of("123456789*#") == std::string::npos)
      return "has nothing but zeros";
    // A code such as *31# comes before a number.
    const auto behind = std::string_view{digits}.substr(digits.find_last_of("*#") + 1);
    const auto dialed = digits_of(behind) - (behind.starts_with("00") ? 2 : 0);
    if (dialed > most_digits)
      return fmt::format("has {} digits, and a telephone number has {} at most; of two numbers, write one into another number_ field",
                         dialed, most_digits);
    if (digits.size() > 64)
      return "is longer than 64 characters";
    return std::nullopt;
  }

  std::string_view rest_;
  bool labelled_{false};
};

/// 0 and 1 that were typed as letters: O664 1234567.
bool has_letters_for_digits(std::string_view v) noexcept {
  return digits_of(v) >= 5 && has_letter(v) && std::all_of(v.begin(), v.end(), [](unsigned char c) { return is_digit(c) || c == 'O' || c == 'o' || c == 'l' || c == 'I'; });
}

/// A SIP user or address among telephone numbers: has a letter or an "@", and a digit, and is no number with something behind it.
/// Label and number in one ("Tel.0155501") are no name.
bool is_name_with_digits(std::string_view v) {
  if (!has_letter(v) && v.find('@') == std::string_view::npos)
    return false;
  if (digits_of(v) == 0 || has_letters_for_digits(v))
    return false;
  if (v.find('@') != std::string_view::npos)
    return true;
  if (!is_letter(static_cast<unsigned char>(v.front())))
    return digits_of(v) < 7;
  const auto end = std::min(v.find_first_of("0123456789+*#_.-@"), v.size());
  return !(is_among(labels, in_lower_case(v.substr(0, end))) && digits_of(v) >= 5);
}

/// In a list of names: letters of any kind, and what else `number_rule` takes with its "+" where a number has it.
bool is_any_name(std::string_view v) noexcept {
  return has_letter(v) || (digits_of(v) > 0 && v.find('+', 1) == std::string_view::npos);
}

/// ="…" and '…, which tell a spreadsheet that a cell is text.
std::string_view without_text_signs(std::string_view v) noexcept {
  if (v.size() >= 3 && v.starts_with("=\"") && v.ends_with('"'))
    v = trimmed(v.substr(2, v.size() - 3));
  if (v.size() > 1 && v.starts_with('\''))
    v = trimmed(v.substr(1));
  return v;
}

std::string without_invisible(std::string_view v) {
  std::string out;
  while (!v.empty()) {
    const auto before = v;
    const auto c = take_character(v);
    if (!c)
      v.remove_prefix(1); // is told later
    if (!c || !is_invisible(*c))
      out.append(before.substr(0, before.size() - v.size()));
  }
  return out;
}

std::string complaint_about(std::string_view written, std::string_view says) {
  return fmt::format("a telephone number, and \"{}\" {}", shown(written), says);
}

} // namespace

std::optional<number_kind> number_kind_of(std::string_view name) noexcept {
  if (name == "number")
    return number_kind::number;
  if (name == "name")
    return number_kind::name;
  return std::nullopt;
}

std::optional<std::string> read_number(std::string& number, number_kind kind, number_repairs& done) {
  if (is_plain(number))
    return std::nullopt;
  auto clean = without_invisible(without_text_signs(trimmed(number)));
  const bool cleaned = clean != number;
  const auto take = [&](std::string&& read, bool normalised) -> std::optional<std::string> {
    number = std::move(read);
    if (!number.empty()) {
      done.cleaned += cleaned ? 1 : 0;
      done.normalised += normalised ? 1 : 0;
    }
    return std::nullopt;
  };
  if (clean.empty() || is_plain(clean))
    return take(std::move(clean), false);

  const std::optional<std::string> as_name{clean};
  const bool may_be_name = passes(number_rule, as_name);
  if (is_exponent(clean) && (kind == number_kind::number || clean.find('+') != std::string::npos))
    return complaint_about(number, "is what a spreadsheet made of one: make the column text, and write all its digits");
  if (is_decimal(clean) && (kind == number_kind::number || digits_of(clean) >= 7))
    return complaint_about(number, "has decimals, as a program makes them that takes it for an amount: make the column text");
  if (may_be_name && (kind == number_kind::name ? is_any_name(clean) : is_name_with_digits(clean)))
    return take(std::move(clean), false);
  if (digits_of(clean) == 0)
    return complaint_about(number, "has no digit; a list of names, such as SIP users, has number_kind \"name\"");
  if (has_letters_for_digits(clean))
    return complaint_about(number, "has a letter where a digit was meant: O or o for 0, l or I for 1");

  reader in{clean};
  if (const auto wrong = in.read())
    return complaint_about(number, *wrong);
  return take(std::move(in.digits), in.changed);
}

} // namespace ringmaster
