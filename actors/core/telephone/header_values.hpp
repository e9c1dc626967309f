// SPDX-License-Identifier: Apache-2.0
/// Reading header values into the members of live objects.
#pragma once

#include "actors/core/telephone/resources.hpp"
#include "actors/core/telephone/writer.hpp"
#include "protocol/ami/message.hpp"

#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::core {

/// The whole number that `text` begins with: "3" of "3.000000". Nothing: it begins with none.
[[nodiscard]] inline telephone::maybe_number number_of(std::string_view text) noexcept {
  std::int64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
    return std::nullopt;
  return value;
}

/// A header as optional text: nothing when it is not there.
[[nodiscard]] inline telephone::text text_of(const ami::message& m, std::string_view name) {
  const auto found = m.find(name);
  return found ? telephone::text{*found} : telephone::text{};
}

/// Nothing where the server says nothing.
[[nodiscard]] inline telephone::text filled(std::string_view said) {
  return said.empty() ? telephone::text{} : telephone::text{said};
}

[[nodiscard]] inline std::string string_of(const ami::message& m, std::string_view name) {
  return std::string{m.get(name)};
}

[[nodiscard]] inline std::int64_t unix_seconds(time_point t) {
  return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

/// How many items a list's last event says that it had.
[[nodiscard]] inline std::optional<std::int64_t> items_said(const ami::message& complete) {
  return number_of(complete.get("ListItems"));
}

/// Asterisk's PJSIP answers a list of nothing with an error.
[[nodiscard]] inline bool is_empty_list(const ami::message& response) {
  const auto said = response.get("Message");
  return said.starts_with("No ") && said.find(" found") != std::string_view::npos;
}

/// Set by the writer, and never told by a server.
[[nodiscard]] inline bool is_writers_own(std::string_view field) noexcept {
  return field == "pbx" || field == "global_id" || field == "tm_update";
}

/// An overlay for `roster`: the item's word is taken for every field that it has something to say of; nulls
/// say nothing.
template <class T>
void take_what_is_said(T& known, const T& item, editor& e) {
  resource<T>::fields.each([&](const auto& f) {
    if (is_writers_own(f.name))
      return;
    const auto& said = f.get(item);
    if constexpr (requires { said.has_value(); }) {
      if (said.has_value())
        e.set(f.get(known), said);
    } else {
      e.set(f.get(known), said);
    }
  });
}

/// As `take_what_is_said`, nulls included.
template <class T>
void take_all(T& known, const T& item, editor& e) {
  resource<T>::fields.each([&](const auto& f) {
    if (!is_writers_own(f.name))
      e.set(f.get(known), f.get(item));
  });
}

} // namespace ringmaster::core
