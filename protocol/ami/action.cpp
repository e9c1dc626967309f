// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/action.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

namespace ringmaster::ami {
namespace {

constexpr std::string_view breakers{"\r\n\0", 3};
constexpr std::string_view escaped_ones{"\\\",()[]"};

bool is_variable_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == ' ' ||
         c == '.' || c == '-';
}

} // namespace

action::action(std::string_view name) {
  header("Action", name);
}

action& action::header(std::string_view name, std::string_view value) & {
  if (name.empty() || name.front() == ' ')
    fail(errc::invalid_field, name, "a header's name is empty or begins with a space");
  else if (name.find_first_of(breakers) != std::string_view::npos || name.find(':') != std::string_view::npos)
    fail(errc::invalid_field, name, "a header's name holds a colon, CR, LF or NUL");
  else
    line(name, value, name);
  return *this;
}

action& action::header(std::string_view name, long long value) & {
  return header(name, fmt::to_string(value));
}

action& action::variable(std::string_view name, std::string_view value) & {
  bool proper = !name.empty() && name.front() != ' ';
  for (const char c : name)
    proper = proper && is_variable_character(c);
  if (!proper)
    fail(errc::invalid_field, name,
         "a channel variable's name holds more than letters, digits, _, ., - and spaces");
  else
    line("Variable", fmt::format("{}={}", name, escape_argument(value)), name);
  return *this;
}

void action::line(std::string_view name, std::string_view value, std::string_view field) {
  if (failed_)
    return;
  if (value.find_first_of(breakers) != std::string_view::npos)
    return fail(errc::invalid_field, field, "the value holds CR, LF or NUL");
  if (name.size() + 2 + value.size() + 2 > max_action_line)
    return fail(errc::invalid_field, field,
                fmt::format("the line has more than the {} bytes that Asterisk reads", max_action_line));
  if (++headers_ > max_action_headers)
    return fail(errc::too_large, field, fmt::format("more than {} headers", max_action_headers));
  text_.append(name).append(": ").append(value).append("\r\n");
}

void action::fail(errc code, std::string_view field, std::string message) {
  if (failed_)
    return;
  failed_ = true;
  fault_ = {code, "AMI action: " + std::move(message), std::string{field}};
}

result<std::string> action::bytes() const& {
  if (failed_)
    return fault_;
  return text_ + "\r\n";
}

result<std::string> action::bytes() && {
  if (failed_)
    return std::move(fault_);
  text_ += "\r\n";
  return std::move(text_);
}

std::size_t variable_line_size(std::string_view name, std::string_view value) noexcept {
  const auto escapes = std::count_if(value.begin(), value.end(),
                                     [](char c) { return escaped_ones.find(c) != std::string_view::npos; });
  return std::string_view{"Variable: =\r\n"}.size() + name.size() + value.size() + static_cast<std::size_t>(escapes);
}

std::string escape_argument(std::string_view value) {
  std::string escaped;
  escaped.reserve(value.size() + 8);
  for (const char c : value) {
    if (escaped_ones.find(c) != std::string_view::npos)
      escaped += '\\';
    escaped += c;
  }
  return escaped;
}

result<std::string> challenge_key(std::string_view challenge, std::string_view secret) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!context || EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), challenge.data(), challenge.size()) != 1 ||
      EVP_DigestUpdate(context.get(), secret.data(), secret.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1)
    return error{errc::internal, "the crypto library offers no MD5", {}};
  std::string hex;
  for (unsigned i = 0; i != size; ++i)
    fmt::format_to(std::back_inserter(hex), "{:02x}", digest[i]);
  return hex;
}

} // namespace ringmaster::ami
