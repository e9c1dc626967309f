// SPDX-License-Identifier: Apache-2.0
/// Who may do what: a user, and the tokens that he carries. Passwords and tokens are here as hashes alone.
#pragma once

#include "protocol/fields.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ringmaster {

/// Names without blanks; a list in JSON, one text with blanks between in records.
struct words : std::vector<std::string> {
  using std::vector<std::string>::vector;
  words() = default;
  words(std::vector<std::string> all) : std::vector<std::string>(std::move(all)) {} // a list is one of them
};

template <>
struct field_type<words> : field_type<std::vector<std::string>> {
  static void write_record(std::string& out, const words& v) {
    for (std::size_t i = 0; i < v.size(); ++i)
      out.append(i > 0 ? " " : "").append(v[i]);
  }
  static bool read_record(std::string_view from, words& v) {
    v.clear();
    while (!from.empty()) {
      const auto blank = std::min(from.find(' '), from.size());
      v.emplace_back(from.substr(0, blank));
      from.remove_prefix(std::min(blank + 1, from.size()));
    }
    return true;
  }
};

struct user_account {
  std::string name;          ///< 1 to 255 bytes, a single line
  std::string password_hash; ///< argon2id, encoded
  words permissions{};       ///< of protocol/permission.hpp
  std::optional<time_point> tm_create{}, tm_update{};

  bool operator==(const user_account&) const = default;
};
inline constexpr auto user_account_fields =
    field_table{field{1, "name", &user_account::name, access::stored_only, "The name."},
                field{2, "password_hash", &user_account::password_hash, access::stored_only, ""},
                field{3, "permissions", &user_account::permissions, access::stored_only, "What the user may do."},
                field{4, "tm_create", &user_account::tm_create, access::stored_only, "Created at."},
                field{5, "tm_update", &user_account::tm_update, access::stored_only, "Last changed at."}};

/// SHA-256 of a token's text: the only form of a token that is kept.
using token_hash = std::array<std::uint8_t, 32>;

struct access_token {
  token_hash hash{}; ///< the key of its record
  std::string user;
  time_point issued{};
  time_point expires{};

  bool operator==(const access_token&) const = default;
};
inline constexpr auto access_token_fields = field_table{field{1, "user", &access_token::user, access::stored_only, ""},
                                                        field{2, "issued", &access_token::issued, access::stored_only, ""},
                                                        field{3, "expires", &access_token::expires, access::stored_only, ""}};

} // namespace ringmaster
