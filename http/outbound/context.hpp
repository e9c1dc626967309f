// SPDX-License-Identifier: Apache-2.0
/// What this family takes from the kit of all.
#pragma once

#include "http/api/context.hpp"
#include "http/api/input.hpp"
#include "http/api/page.hpp"
#include "http/api/query.hpp"

namespace ringmaster::outbound {

using api::answer;
using api::context;
using api::done;
using api::empty_body;
using api::flag;
using api::id_parameter;
using api::input;
using api::json_body;
using api::most_items;
using api::path_id;
using api::read_body;
using api::refuse;
using page_query = api::page_query<uuid>;
using appended = api::appended<uuid>;

} // namespace ringmaster::outbound
