// SPDX-License-Identifier: Apache-2.0
/// What an operation of the API is, as data beside its route: the OpenAPI description, the index of the API and the table of
/// permissions are printed from it.
#pragma once

#include "protocol/schema.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::http {

/// A kind of object that requests or answers have, under the name that OpenAPI's `components` know it by.
struct object_kind {
  std::string_view name;       ///< "Plan"
  object_schema (*fields)(){}; ///< null: an object that only its description tells of
  std::string_view doc{};      ///< a sentence or several, in Markdown
};

struct query_parameter {
  std::string_view name, doc;
  value_kind kind{value_kind::string};
  std::vector<std::string_view> texts{}; ///< one of these, where there are only some
};

/// What the value of an answer is.
enum class reply_shape : std::uint8_t {
  nothing,  ///< no value
  one,      ///< an object
  list,     ///< as the dialect has lists, with the token of the next page where `count` was given
  document, ///< in no dialect: `media` says what
  upgrade,  ///< a WebSocket
};

/// What a request that went well has done.
enum class outcome : std::uint8_t { shown, created, changed, removed, acted };

struct operation {
  std::string_view group;   ///< "Plans": whose it is
  std::string_view summary; ///< what it does, without a full stop
  const object_kind* body{}; ///< null: none
  std::string_view body_media{"application/json"};
  const object_kind* reply{}; ///< of a list, of its items
  reply_shape shape{reply_shape::nothing};
  outcome does{outcome::shown}; ///< which status its answer has
  std::string_view media{"application/json"};
  std::string_view doc{}; ///< further sentences, in Markdown
  value_kind id{value_kind::string}; ///< of the last parameter of the path, if it has one
};

// What many operations share.
inline const query_parameter count_parameter{"count", "Items of a page, from 1 to 10000.", value_kind::integer};
inline const query_parameter page_token_parameter{"page_token", "Where the page begins: `next_page_token` of the one before."};

} // namespace ringmaster::http
