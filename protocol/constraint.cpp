// SPDX-License-Identifier: Apache-2.0
#include "protocol/constraint.hpp"

#include "protocol/ami/action.hpp"
#include "protocol/ami/grammar.hpp"
#include "protocol/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace ringmaster {
namespace {

bool is_alnum(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// "a, b or c".
template <class Range>
std::string any_of(const Range& all) {
  std::string out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0)
      out.append(i + 1 == all.size() ? " or " : ", ");
    out.append(fmt::format("{}", all[i]));
  }
  return out;
}

std::string texts_of(const constraint& c) {
  std::vector<std::string_view> named;
  for (const auto one : c.texts)
    named.push_back(one.empty() ? std::string_view{"empty"} : one);
  return any_of(named);
}

std::string number_between(const constraint& c) {
  std::string out;
  const auto add = [&](std::string_view word, double bound) {
    out.append(out.empty() ? "" : " and ").append(word).append(fmt::format(" {}", bound));
  };
  if (c.least && c.most) {
    out = fmt::format("from {} to {}", *c.least, *c.most);
  } else {
    if (c.least)
      add("at least", *c.least);
    if (c.above)
      add("above", *c.above);
    if (c.most)
      add("at most", *c.most);
    if (c.below)
      add("below", *c.below);
  }
  if (!c.unit.empty())
    out.append(" ").append(c.unit);
  return out;
}

std::string characters(const constraint& c) {
  std::string out = c.all_letters ? "letters of any language, digits" : "letters, digits";
  std::string others;
  for (const auto mark : *c.marks)
    if (mark != ' ')
      others.append(others.empty() ? "" : " ").push_back(mark);
  const bool blanks = c.marks->find(' ') != std::string_view::npos;
  if (blanks)
    out.append(others.empty() ? " and blanks" : ", blanks");
  if (!others.empty())
    out.append(" and ").append(others);
  if (c.bytes > 0)
    out.append(fmt::format(", at most {}", c.bytes)).append(c.all_letters ? " bytes" : "");
  return out;
}

} // namespace

std::string must_be(const constraint& c) {
  if (!c.says.empty())
    return std::string{c.says};
  if (!c.integers.empty())
    return any_of(c.integers);
  if (!c.texts.empty())
    return texts_of(c);
  if (c.least || c.most || c.above || c.below)
    return number_between(c);
  if (c.marks)
    return characters(c);
  if (c.bytes > 0)
    return fmt::format("text of at most {} bytes", c.bytes);
  return {};
}

bool passes(const constraint& c, double value) noexcept {
  return (!c.least || value >= *c.least) && (!c.most || value <= *c.most) && (!c.above || value > *c.above) &&
         (!c.below || value < *c.below);
}

bool passes(const constraint& c, std::int64_t value) noexcept {
  if (!c.integers.empty() && std::find(c.integers.begin(), c.integers.end(), value) == c.integers.end())
    return false;
  // Exact where it matters: bounds are far below 2^53, beyond which doubles leave out integers.
  return passes(c, static_cast<double>(value));
}

bool passes(const constraint& c, std::string_view value) {
  if (!c.texts.empty())
    return std::any_of(c.texts.begin(), c.texts.end(), [&](std::string_view one) {
      return c.any_case ? ami::grammar::same_name(one, value) : one == value;
    });
  if (value.empty())
    return true;
  if (c.bytes > 0 && value.size() > c.bytes)
    return false;
  if (c.marks) {
    if (c.all_letters && !is_printable(value))
      return false;
    const bool all = std::all_of(value.begin(), value.end(), [&](char one) {
      return is_alnum(one) || (c.all_letters && static_cast<unsigned char>(one) >= 0x80) ||
             c.marks->find(one) != std::string_view::npos;
    });
    if (!all)
      return false;
  }
  return has_form(c.form, value);
}

bool passes(const constraint& c, const variables& value) {
  return !c.fits_asterisk || std::all_of(value.entries.begin(), value.entries.end(), [](const auto& one) {
    return ami::variable_line_size(one.first, one.second) <= ami::max_action_line;
  });
}

} // namespace ringmaster
