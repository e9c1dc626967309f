// SPDX-License-Identifier: Apache-2.0
// Does what the hardening flags change: copies into a buffer whose size the compiler knows, by a length that it does not.
#include <cstdio>
#include <cstring>

int main(int argc, char** argv) {
  char buffer[64];
  std::memcpy(buffer, argv[0], std::strlen(argv[0]) % sizeof buffer);
  return std::snprintf(buffer, sizeof buffer, "%s %d", argv[0], argc) < 0;
}
