/// The state that a live client begins with: what is now, family by family, in the words of the events.
#pragma once

#include "actors/core/topic_family.hpp"
#include "actors/engine.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace ringmaster::live {

/// Gets one item: the topic it lives under, and the JSON object that an event of it would carry.
using take_item = std::function<void(std::string_view topic, std::string_view json)>;

/// Calls `take` for everything of `family`, as actors have published it by now. Reads the database for what is
/// durable. Any thread; disturbs no actor.
result<void> for_each_item(engine& of, core::topic_family family, const take_item& take);

} // namespace ringmaster::live
