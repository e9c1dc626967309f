// SPDX-License-Identifier: Apache-2.0
/// All live objects of one server.
#pragma once

#include "actors/core/telephone/live_table.hpp"
#include "actors/core/telephone/resources.hpp"

#include <string>
#include <tuple>
#include <utility>

namespace ringmaster::core {

class telephone_tables {
public:
  explicit telephone_tables(std::string of, std::size_t number) : pbx{std::move(of)}, ordinal{number} {}

  const std::string pbx;     ///< name of the server
  const std::size_t ordinal; ///< of the server in the configuration, from 1

  template <class T>
  [[nodiscard]] live_table<T>& of() noexcept { return std::get<live_table<T>>(tables_); }
  template <class T>
  [[nodiscard]] const live_table<T>& of() const noexcept { return std::get<live_table<T>>(tables_); }

  /// `f(const live_table<T>&)` for every kind.
  template <class F>
  void each(F&& f) const {
    std::apply([&](const auto&... table) { (f(table), ...); }, tables_);
  }

private:
  all_resources::tuple_of<live_table> tables_;
};

} // namespace ringmaster::core
