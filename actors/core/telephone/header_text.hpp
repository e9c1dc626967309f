// SPDX-License-Identifier: Apache-2.0
/// What text of a caller's may look like before it goes into an action.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ringmaster::core {

/// Of letters, digits and the characters in `others`; neither empty nor longer than `most` bytes.
[[nodiscard]] bool is_made_of(std::string_view text, std::string_view others, std::size_t most) noexcept;
/// "PJSIP/agent-01", "Local/agent-01@agents/n".
[[nodiscard]] bool is_interface(std::string_view text) noexcept;
/// Relative, so that it is looked for among Asterisk's sounds, and never above them.
[[nodiscard]] bool is_sound(std::string_view name) noexcept;
/// ASCII alone.
[[nodiscard]] std::string upper_case(std::string_view text);

} // namespace ringmaster::core
