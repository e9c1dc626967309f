// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/message.hpp"

#include "protocol/ami/grammar.hpp"

#include <algorithm>

namespace ringmaster::ami {
namespace {

std::string_view line_of(const block& owner, std::uint32_t line) noexcept {
  const auto* newlines = owner.newlines();
  const char* data = owner.bytes().data();
  const std::uint32_t start = line == 0 ? 0 : newlines[line - 1] + 1;
  std::uint32_t end = newlines[line];
  if (end > start && data[end - 1] == '\r')
    --end;
  return {data + start, end - start};
}

} // namespace

header message::at_line(std::uint32_t line) const noexcept {
  const auto whole = line_of(*block_, line);
  if (line >= entry_->raw_line) {
    // Output without a newline of its own has the closing mark on its last line.
    const bool marked = line + 1 == entry_->end_line && whole.ends_with(grammar::end_of_output);
    return {"Output", marked ? whole.substr(0, whole.size() - grammar::end_of_output.size()) : whole};
  }
  const auto colon = whole.find(':');
  if (colon == std::string_view::npos || entry_->type == message_type::greeting)
    return {{}, whole};
  return {whole.substr(0, colon), grammar::after_colon(whole.substr(colon + 1))};
}

std::optional<std::string_view> message::find(std::string_view name) const noexcept {
  if (name.empty() || entry_->type == message_type::greeting || entry_->raw_line != entry_->end_line) {
    for (const auto [found, value] : *this)
      if (grammar::same_name(found, name))
        return value;
    return std::nullopt;
  }
  if (name.find(':') != std::string_view::npos)
    return std::nullopt;
  // A name holds no colon, so the first colon is where the wanted name would end, or it is another name.
  const auto* newlines = block_->newlines();
  const char* data = block_->bytes().data();
  const char* at = data + (entry_->first_line == 0 ? 0 : newlines[entry_->first_line - 1] + 1);
  for (auto line = entry_->first_line; line != entry_->end_line; ++line) {
    const char* end = data + newlines[line];
    if (static_cast<std::size_t>(end - at) > name.size() && at[name.size()] == ':' &&
        grammar::same_name({at, name.size()}, name)) {
      at += name.size() + 1;
      return grammar::after_colon(grammar::without_end({at, static_cast<std::size_t>(end - at)}));
    }
    at = end + 1;
  }
  return std::nullopt;
}

std::string_view message::get(std::string_view name) const noexcept {
  return find(name).value_or(std::string_view{});
}

std::vector<std::string_view> message::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto [found, value] : *this)
    if (grammar::same_name(found, name))
      values.push_back(value);
  return values;
}

std::optional<std::string_view> message::channel_variable(std::string_view name,
                                                          std::string_view prefix) const noexcept {
  constexpr std::string_view suffix = "ChanVariable";
  for (const auto [found, value] : *this) {
    if (found.size() < prefix.size() + suffix.size() ||
        !grammar::same_name(found.substr(0, prefix.size()), prefix) ||
        !grammar::same_name(found.substr(prefix.size(), suffix.size()), suffix))
      continue;
    const auto rest = found.substr(prefix.size() + suffix.size());
    if (!rest.empty() && rest.front() != '(')
      continue;
    // Variables' names are told apart by case in Asterisk.
    if (value.size() > name.size() && value[name.size()] == '=' && value.starts_with(name))
      return value.substr(name.size() + 1);
  }
  return std::nullopt;
}

std::string_view message::what() const noexcept {
  switch (entry_->type) {
  case message_type::event:
    return get("Event");
  case message_type::response:
    return get("Response");
  case message_type::action:
    return get("Action");
  case message_type::greeting:
    return (*this)[0].value;
  case message_type::other:
    return {};
  }
  return {};
}

std::string_view message::bytes() const noexcept {
  const auto* newlines = block_->newlines();
  const std::uint32_t start = entry_->first_line == 0 ? 0 : newlines[entry_->first_line - 1] + 1;
  const auto end =
      std::min<std::size_t>(block_->bytes().size(), std::size_t{newlines[entry_->end_line - 1]} + 1);
  return block_->bytes().substr(start, end - start);
}

} // namespace ringmaster::ami
