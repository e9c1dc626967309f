// SPDX-License-Identifier: Apache-2.0
/// What waits in the database until somebody outside has it: lines for the result file, and whatever else is to be told
/// once and never lost. A line is put in with the transaction that it tells of, and taken out when it has arrived.
#pragma once

#include "storage/environment.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::storage {

/// One line of people waiting, in the order in which they came. Cheap to make; holds nothing itself.
class outbox {
public:
  /// That of the result file, which has a table of its own since the first databases.
  [[nodiscard]] static outbox of_results() noexcept { return outbox{std::nullopt}; }
  /// That of a receiver: whoever gives the numbers keeps them apart, and `drop_all`s what is left when a receiver goes.
  [[nodiscard]] static outbox of(std::uint64_t receiver) noexcept { return outbox{receiver}; }

  struct waiting {
    std::uint64_t number; ///< higher than that of every one before it, also of those that are gone
    std::string text;
  };

  /// The number that it got.
  [[nodiscard]] result<std::uint64_t> append(write_txn& in, std::string_view text) const;
  /// The first `limit` of those after `after`.
  [[nodiscard]] result<std::vector<waiting>> read(const txn& in, std::size_t limit, std::uint64_t after = 0) const;
  /// Takes out those up to `number`; how many there were.
  [[nodiscard]] result<std::size_t> drop(write_txn& in, std::uint64_t number) const;
  /// Takes out one that has arrived before others; whether it was there.
  [[nodiscard]] result<bool> drop_one(write_txn& in, std::uint64_t number) const;
  [[nodiscard]] result<std::size_t> drop_all(write_txn& in) const { return drop(in, ~std::uint64_t{0}); }

private:
  explicit outbox(std::optional<std::uint64_t> receiver) noexcept : receiver_{receiver} {}
  [[nodiscard]] table where() const noexcept { return receiver_ ? table::outbox : table::result_outbox; }
  [[nodiscard]] std::string key(std::uint64_t number) const;
  [[nodiscard]] result<std::optional<std::uint64_t>> number_in(std::string_view key) const;

  std::optional<std::uint64_t> receiver_;
};

} // namespace ringmaster::storage
