// SPDX-License-Identifier: Apache-2.0
#include "http/server/header_fields.hpp"

#include <algorithm>
#include <iterator>

namespace ringmaster::http {

header_fields::header_fields(std::initializer_list<std::pair<std::string_view, std::string_view>> all) {
  for (const auto& [name, value] : all)
    add(name, value);
}

void header_fields::reserve(std::size_t bytes, std::size_t count) {
  text_.reserve(bytes);
  places_.reserve(count);
}

void header_fields::add(std::string_view name, std::string_view value) {
  places_.push_back(
      {static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size())});
  std::transform(name.begin(), name.end(), std::back_inserter(text_),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  text_.append(value);
}

void header_fields::clear() noexcept {
  text_.clear();
  places_.clear();
}

std::pair<std::string_view, std::string_view> header_fields::operator[](std::size_t i) const noexcept {
  const auto& p = places_[i];
  const std::string_view all{text_};
  return {all.substr(p.begins, p.name_size), all.substr(p.begins + p.name_size, p.value_size)};
}

std::string_view header_fields::find(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (const auto& [its, value] = (*this)[i]; its == name)
      return value;
  return {};
}

} // namespace ringmaster::http
