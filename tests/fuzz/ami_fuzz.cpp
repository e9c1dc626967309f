// SPDX-License-Identifier: Apache-2.0
/// Any bytes, in any pieces: the framer and the parser must agree with the reference, whatever the
/// instruction set, and reading typed events and writing JSON must be safe.
#include "protocol/ami/events.hpp"
#include "protocol/ami/framer.hpp"
#include "protocol/ami/json.hpp"
#include "protocol/ami/parser.hpp"
#include "tests/protocol/ami/reference_parser.hpp"

#include <cstdint>
#include <cstdlib>

namespace ami = ringmaster::ami;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::size_t piece = 1 + data[0] % 97; // the first byte says how the rest is split
  const std::string bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto expected = ami::reference::parse(bytes);

  std::vector<ami::reference::headers> framed;
  ami::framer cutter;
  const auto take = [&](ami::buffer b) { ami::reference::append(framed, *ami::parse(std::move(b))); };
  if (!cutter.feed(bytes, take, piece))
    return 0; // over a limit
  if (cutter.pending() != 0)
    take(cutter.take_pending());
  if (framed != expected)
    std::abort();

  for (const auto set : {ami::instruction_set::scalar, ami::instruction_set::sse2, ami::instruction_set::avx2,
                         ami::instruction_set::avx512}) {
    const auto parsed = ami::parse(ami::buffer::of(bytes), set);
    if (ami::reference::of(*parsed) != expected)
      std::abort();
  }

  std::string json;
  const auto parsed = ami::parse(bytes);
  for (const auto m : *parsed) {
    ami::append_json(json, m);
    ami::visit_event(m, [](const auto&) {});
    static_cast<void>(m.what());
    static_cast<void>(m.channel_variable("X"));
    static_cast<void>(m.bytes());
  }
  return 0;
}
