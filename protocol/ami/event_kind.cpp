// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/event_kind.hpp"

#include <array>

namespace ringmaster::ami {
namespace {

constexpr std::array<std::string_view, event_kind_count> spellings{std::string_view{},
#define RINGMASTER_AMI_TEXT(name, text) std::string_view{text},
                                                                   RINGMASTER_AMI_EVENTS(RINGMASTER_AMI_TEXT)
#undef RINGMASTER_AMI_TEXT
};

constexpr std::size_t table_bits = 10;

/// Length and four letters tell all known names apart.
constexpr std::size_t slot(std::string_view name, std::uint64_t multiplier) noexcept {
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(name[i]));
  };
  const auto size = name.size();
  const auto key = size | at(0) << 8 | at(size - 1) << 16 | at(size / 2) << 24 | at(size * 3 / 4) << 32 |
                   at(size / 4) << 40;
  return (key * multiplier) >> (64 - table_bits);
}

struct perfect_hash {
  std::uint64_t multiplier{0};
  std::array<event_kind, std::size_t{1} << table_bits> kinds{};
};

/// Tries odd multipliers until no two names meet.
consteval perfect_hash make_hash() {
  std::uint64_t seed = 0x9e3779b97f4a7c15;
  for (int attempt = 0; attempt != 4096; ++attempt) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    perfect_hash made;
    made.multiplier = seed | 1;
    bool clash = false;
    for (std::size_t i = 1; i != event_kind_count && !clash; ++i) {
      auto& kind = made.kinds[slot(spellings[i], made.multiplier)];
      clash = kind != event_kind::other;
      kind = static_cast<event_kind>(i);
    }
    if (!clash)
      return made;
  }
  return {};
}

constexpr perfect_hash hash = make_hash();
static_assert(hash.multiplier != 0, "no multiplier tells the names of the events apart");

} // namespace

std::string_view to_string(event_kind kind) noexcept {
  return spellings[static_cast<std::size_t>(kind)];
}

event_kind event_kind_of(std::string_view name) noexcept {
  if (name.empty())
    return event_kind::other;
  const auto kind = hash.kinds[slot(name, hash.multiplier)];
  return spellings[static_cast<std::size_t>(kind)] == name ? kind : event_kind::other;
}

} // namespace ringmaster::ami
