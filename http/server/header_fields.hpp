// SPDX-License-Identifier: Apache-2.0
/// The headers of a request, all of them: in their order, repeats kept, names in lower case.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::http {

/// One text and where the parts of it begin: two allocations, however many headers there are. Values are as they were sent,
/// without the blanks around them: no control characters but tabs, but bytes above 0x7F in whatever encoding the client has.
class header_fields {
public:
  header_fields() = default;
  header_fields(std::initializer_list<std::pair<std::string_view, std::string_view>> all);

  /// `bytes` of names and values together, and how many there will be.
  void reserve(std::size_t bytes, std::size_t count);
  void add(std::string_view name, std::string_view value);
  void clear() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }
  [[nodiscard]] std::pair<std::string_view, std::string_view> operator[](std::size_t i) const noexcept;
  /// The first one of that name, which is in lower case; empty when there is none.
  [[nodiscard]] std::string_view find(std::string_view name) const noexcept;

private:
  struct place {
    std::uint32_t begins, name_size, value_size;
  };
  std::string text_; ///< NAME VALUE NAME VALUE …, nothing in between
  std::vector<place> places_;
};

} // namespace ringmaster::http
