// SPDX-License-Identifier: Apache-2.0
/// What a value must be beyond its type, as data: the check, the sentence of an error, the documentation and the OpenAPI
/// description are all made of it, so that they cannot say different things.
///
///     inline constexpr constraint dial_timeout_limits{.least = 1'000, .most = 600'000, .unit = "ms"};
///     field{5, "dial_timeout", &plan::dial_timeout, access::writable, "Ringing timeout.", dial_timeout_limits}
///
/// Null passes all of them. An empty text does, too, since it means "not set", unless `texts` leaves it out.
#pragma once

#include "protocol/field_types.hpp"
#include "protocol/text_form.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ringmaster {

struct constraint {
  // Of numbers.
  std::optional<double> least{}, most{};  ///< both included
  std::optional<double> above{}, below{}; ///< both left out
  std::string_view unit{};
  std::span<const std::int64_t> integers{}; ///< one of these
  // Of texts.
  std::span<const std::string_view> texts{}; ///< one of these
  bool any_case{false};                      ///< however its letters of ASCII are written
  std::size_t bytes{0};                      ///< at most; 0: no bound
  std::optional<std::string_view> marks{};   ///< letters and digits of ASCII and these marks, nothing else
  bool all_letters{false};                   ///< with `marks`: whatever is printable beyond ASCII, too
  text_form form{text_form::any};
  // Of variables of a channel.
  bool fits_asterisk{false}; ///< each is a line that Asterisk reads whole
  // Of all.
  bool required{false};    ///< must be given when an object is made, and stay given
  std::string_view says{}; ///< completes "NAME must be …" where what follows from the rest is no sentence for people
};

/// Anything of its type.
inline constexpr constraint any_value{};

/// Completes "NAME must be …"; empty where there is nothing to say.
[[nodiscard]] std::string must_be(const constraint& c);

[[nodiscard]] bool passes(const constraint& c, std::int64_t value) noexcept;
[[nodiscard]] bool passes(const constraint& c, double value) noexcept;
[[nodiscard]] bool passes(const constraint& c, std::string_view value);
[[nodiscard]] bool passes(const constraint& c, const variables& value);
[[nodiscard]] inline bool passes(const constraint& c, const std::string& value) { return passes(c, std::string_view{value}); }
[[nodiscard]] inline bool passes(const constraint& c, const lines& value) { return passes(c, std::string_view{value.value}); }
template <class M>
[[nodiscard]] bool passes(const constraint& c, const std::optional<M>& value) {
  return !value || passes(c, *value);
}
/// Of types that no constraint speaks of.
template <class M>
[[nodiscard]] bool passes(const constraint&, const M&) noexcept {
  return true;
}

inline void tidy(const constraint& c, std::string& value) { tidy(c.form, value); }
inline void tidy(const constraint& c, lines& value) { tidy(c.form, value.value); }
template <class M>
void tidy(const constraint& c, std::optional<M>& value) {
  if (value)
    tidy(c, *value);
}
template <class M>
void tidy(const constraint&, M&) noexcept {}

/// Whether `c` says nothing that values of this kind cannot have; a table with another one does not compile.
[[nodiscard]] constexpr bool suits(const constraint& c, value_kind kind) noexcept {
  const bool of_numbers = c.least || c.most || c.above || c.below || !c.unit.empty();
  const bool of_texts = !c.texts.empty() || c.any_case || c.bytes > 0 || c.marks || c.all_letters || c.form != text_form::any;
  switch (kind) {
  case value_kind::integer: return !of_texts && !c.fits_asterisk;
  case value_kind::number: return !of_texts && !c.fits_asterisk && c.integers.empty();
  case value_kind::string:
  case value_kind::lines: return !of_numbers && !c.fits_asterisk && c.integers.empty();
  case value_kind::strings: return !of_numbers && !of_texts && c.integers.empty();
  default: return !of_numbers && !of_texts && !c.fits_asterisk && c.integers.empty();
  }
}

} // namespace ringmaster
