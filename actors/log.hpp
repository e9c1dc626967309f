// SPDX-License-Identifier: Apache-2.0
/// The log: one line an event, `event=what_happened key=value …`, read by people, grep and parsers of logfmt.
///
/// Much of what is logged comes from elsewhere: Asterisk's words, names of agents and trunks, what the kernel says. So whatever
/// text is given here is written as a *value* (`in_log_line`): alone where it is plain, else in quotes, with quotes, control
/// characters and bytes that are no UTF-8 escaped. No text can look like another field or another line. Formats have plain `{}`
/// without quotes of their own; a test holds that nobody logs past these functions.
///
/// Any thread. Nothing is formatted that the level leaves out.
#pragma once

#include "protocol/printable.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <string>
#include <string_view>
#include <type_traits>

namespace ringmaster {

namespace logging {

template <class T>
inline constexpr bool is_text = std::is_convertible_v<const T&, std::string_view>;

/// What stands for a value in the line.
template <class T>
using written = std::conditional_t<is_text<T>, std::string, const T&>;

template <class T>
written<T> write(const T& value) {
  if constexpr (is_text<T>)
    return in_log_line(value);
  else
    return value;
}

template <class... Values>
void line(spdlog::level::level_enum level, fmt::string_view format, const Values&... values) {
  auto* const to = spdlog::default_logger_raw();
  if (to && to->should_log(level))
    to->log(level, fmt::vformat(format, fmt::make_format_args(write(values)...)));
}

} // namespace logging

template <class... Values>
using log_text = fmt::format_string<std::remove_cvref_t<logging::written<Values>>...>;

template <class... Values>
void log_debug(log_text<Values...> format, const Values&... values) {
  logging::line(spdlog::level::debug, fmt::string_view{format}, values...);
}
template <class... Values>
void log_info(log_text<Values...> format, const Values&... values) {
  logging::line(spdlog::level::info, fmt::string_view{format}, values...);
}
template <class... Values>
void log_warn(log_text<Values...> format, const Values&... values) {
  logging::line(spdlog::level::warn, fmt::string_view{format}, values...);
}
template <class... Values>
void log_error(log_text<Values...> format, const Values&... values) {
  logging::line(spdlog::level::err, fmt::string_view{format}, values...);
}
template <class... Values>
void log_critical(log_text<Values...> format, const Values&... values) {
  logging::line(spdlog::level::critical, fmt::string_view{format}, values...);
}

} // namespace ringmaster
