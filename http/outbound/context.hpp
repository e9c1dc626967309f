// SPDX-License-Identifier: Apache-2.0
/// What this family takes from the kit of all.
#pragma once

#include "http/api/context.hpp"
#include "http/api/input.hpp"

namespace ringmaster::outbound {

using api::answer;
using api::context;
using api::done;
using api::empty_body;
using api::input;
using api::json_body;
using api::path_id;
using api::read_body;
using api::refuse;

} // namespace ringmaster::outbound
