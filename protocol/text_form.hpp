// SPDX-License-Identifier: Apache-2.0
/// Texts that are made in a certain way: what a constraint may ask of a value, and what reads such a text elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringmaster {

enum class text_form : std::uint8_t {
  any,
  date,           ///< YYYY-MM-DD
  dates,          ///< with commas between
  days,           ///< 0 (Sunday) to 6, with commas between
  clock_time,     ///< hh:mm:ss. 9:00, 09:00 and 9:00:00 become that; blanks around go
  time_zone,      ///< may name a time zone; whether there is one is asked when it is used
  queue_name,     ///< no blanks around it
  dialed_number,  ///< no ".." in it
  written_number, ///< what `read_number` (written_number.hpp) makes a dialed one of
};
/// Whether a text that is not empty has the form.
[[nodiscard]] bool has_form(text_form form, std::string_view text);
/// Makes one spelling of those that mean the same; what has not the form is left so that it is refused.
void tidy(text_form form, std::string& text);

/// Splits at commas and trims blanks; empty parts are kept.
template <class F>
void split_list(std::string_view list, F&& each) {
  for (;;) {
    const auto comma = list.find(',');
    auto part = list.substr(0, comma);
    while (!part.empty() && part.front() == ' ')
      part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ')
      part.remove_suffix(1);
    each(part);
    if (comma == std::string_view::npos)
      return;
    list.remove_prefix(comma + 1);
  }
}

} // namespace ringmaster
