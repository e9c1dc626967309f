// SPDX-License-Identifier: Apache-2.0
#include "protocol/ami/scan.hpp"

namespace ringmaster::ami {

bool supported(instruction_set set) noexcept {
  switch (set) {
  case instruction_set::scalar:
    return true;
#if defined(__x86_64__)
  case instruction_set::sse2:
    return true;
  case instruction_set::avx2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  case instruction_set::avx512:
    return supported(instruction_set::avx2) && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2");
#else
  case instruction_set::sse2:
  case instruction_set::avx2:
  case instruction_set::avx512:
    return false;
#endif
  }
  return false;
}

instruction_set best_instruction_set() noexcept {
  static const instruction_set best = [] {
    for (const auto set : {instruction_set::avx512, instruction_set::avx2, instruction_set::sse2})
      if (supported(set))
        return set;
    return instruction_set::scalar;
  }();
  return best;
}

namespace scan {

const functions& with(instruction_set set) noexcept {
#if defined(__x86_64__)
  if (supported(set))
    switch (set) {
    case instruction_set::scalar:
      return scalar;
    case instruction_set::sse2:
      return sse2;
    case instruction_set::avx2:
      return avx2;
    case instruction_set::avx512:
      return avx512;
    }
#else
  static_cast<void>(set);
#endif
  return scalar;
}

} // namespace scan
} // namespace ringmaster::ami
