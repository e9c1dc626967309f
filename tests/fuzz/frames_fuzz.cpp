// SPDX-License-Identifier: Apache-2.0
/// Any bytes as what a client says in a WebSocket. They are read whole, byte by byte and in random pieces,
/// which must give the same; and by a second reader, a plain one over bytes that are all there, with which it
/// must agree. Input that begins with an odd byte is made into sound frames first, so that what lies behind a
/// head is reached as well.
#include "http/websocket/frame_reader.hpp"

#include "tests/http/live/client_frames.hpp"

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace live = ringmaster::websocket;
using ringmaster::tests::client_frame;

namespace {

constexpr std::size_t most = 300;

void require(bool holds) {
  if (!holds)
    std::abort();
}

struct told {
  live::heard_frame::kind what{};
  std::string body;
  unsigned code{};

  bool operator==(const told&) const = default;
};
using kind = live::heard_frame::kind;

/// By the ranges of RFC 3629, section 4.
bool is_utf8(std::string_view s) {
  const auto at = [&](std::size_t i) -> unsigned {
    return i < s.size() ? static_cast<unsigned char>(s[i]) : 0;
  };
  const auto tail = [&](std::size_t i) { return at(i) >= 0x80 && at(i) <= 0xbf; };
  for (std::size_t i = 0; i < s.size();) {
    const auto a = at(i), b = at(i + 1);
    if (a < 0x80)
      i += 1;
    else if (a >= 0xc2 && a <= 0xdf && tail(i + 1))
      i += 2;
    else if (a >= 0xe0 && a <= 0xef && tail(i + 1) && tail(i + 2) && !(a == 0xe0 && b < 0xa0) &&
             !(a == 0xed && b > 0x9f))
      i += 3;
    else if (a >= 0xf0 && a <= 0xf4 && tail(i + 1) && tail(i + 2) && tail(i + 3) &&
             !(a == 0xf0 && b < 0x90) && !(a == 0xf4 && b > 0x8f))
      i += 4;
    else
      return false;
  }
  return true;
}

/// RFC 6455, 5.2 to 5.5 and 7.4, in the order in which they stand there.
std::vector<told> read_plainly(const std::string& bytes) {
  std::vector<told> all;
  const auto wrong = [&](unsigned code) {
    all.push_back({kind::violation, {}, code});
    return all;
  };
  std::string message;
  unsigned message_opcode = 0;
  const auto byte = [&](std::size_t i) -> std::uint64_t { return static_cast<unsigned char>(bytes[i]); };
  for (std::size_t at = 0; at + 2 <= bytes.size();) {
    const bool final = byte(at) >= 0x80;
    const auto opcode = static_cast<unsigned>(byte(at) % 16);
    std::uint64_t length = byte(at + 1) % 128;
    const bool control = opcode >= 8;
    if ((byte(at) / 16) % 8 != 0 || byte(at + 1) < 0x80)
      return wrong(1002);
    if ((opcode > 2 && opcode < 8) || opcode > 10)
      return wrong(1002);
    if (control && (!final || length > 125))
      return wrong(1002);
    if (!control && (opcode == 0) != (message_opcode != 0))
      return wrong(1002);
    const std::size_t wide = length == 126 ? 2 : length == 127 ? 8 : 0, body = at + 2 + wide + 4;
    if (body > bytes.size())
      return all;
    if (wide > 0) {
      length = 0;
      for (std::size_t i = 0; i < wide; ++i)
        length = length * 256 + byte(at + 2 + i);
      if (length < (wide == 2 ? 126u : 65'536u) || length >= std::uint64_t{1} << 63)
        return wrong(1002);
    }
    if (!control && length + message.size() > most)
      return wrong(1009);
    if (length > bytes.size() - body)
      return all;
    std::string clear;
    for (std::size_t i = 0; i < length; ++i)
      clear += static_cast<char>(byte(body + i) ^ byte(body - 4 + i % 4));
    at = body + static_cast<std::size_t>(length);
    if (opcode == 8) {
      if (clear.empty()) {
        all.push_back({kind::close, {}, 1005});
        return all;
      }
      if (clear.size() == 1)
        return wrong(1002);
      const auto code = static_cast<unsigned char>(clear[0]) * 256u + static_cast<unsigned char>(clear[1]);
      const bool known = code >= 1000 && code < 1015 && code != 1004 && code != 1005 && code != 1006;
      if (!known && (code < 3000 || code > 4999))
        return wrong(1002);
      if (!is_utf8(clear.substr(2)))
        return wrong(1007);
      all.push_back({kind::close, clear.substr(2), code});
      return all;
    }
    if (control) {
      all.push_back({opcode == 9 ? kind::ping : kind::pong, clear, 0});
      continue;
    }
    message += clear;
    if (opcode != 0)
      message_opcode = opcode;
    if (!final)
      continue;
    if (message_opcode == 1 && !is_utf8(message))
      return wrong(1007);
    all.push_back({message_opcode == 1 ? kind::text : kind::binary, message, 0});
    message.clear();
    message_opcode = 0;
  }
  return all;
}

/// `piece` says how long the next one is.
template <class Piece>
std::vector<told> read_in_pieces(std::string_view bytes, Piece&& piece) {
  std::vector<told> all;
  live::frame_reader reader;
  while (!bytes.empty()) {
    auto part = bytes.substr(0, piece());
    bytes.remove_prefix(part.size());
    while (auto heard = reader.next(part, most))
      all.push_back({heard->what, heard->body, static_cast<unsigned>(heard->code)});
    require(part.empty());
  }
  return all;
}

/// Frames whose heads are sound but for what their bodies and their order may make of it. A byte says the
/// kind and whether it is final, the next one the length.
std::string framed(std::string_view script) {
  static constexpr unsigned kinds[] = {0, 1, 1, 2, 8, 9, 9, 10};
  std::string bytes;
  while (script.size() >= 2) {
    const auto what = static_cast<unsigned char>(script[0]), length = static_cast<unsigned char>(script[1]);
    const auto opcode = kinds[what % 8];
    const auto body = script.substr(2, opcode >= 8 ? length % 126 : length);
    bytes += client_frame(opcode, body,
                          {.final = opcode >= 8 || (what & 0x10) == 0, .mask = {"\x5a\x00\xff\x81", 4}});
    script.remove_prefix(2 + body.size());
  }
  return bytes;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view input{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto bytes = (data[0] & 1) != 0 ? framed(input) : std::string{input};
  const auto expected = read_plainly(bytes);
  require(read_in_pieces(bytes, [&] { return bytes.size(); }) == expected);
  require(read_in_pieces(bytes, [] { return std::size_t{1}; }) == expected);
  std::minstd_rand random{data[0]};
  require(read_in_pieces(bytes, [&] { return 1 + random() % 40; }) == expected);
  return 0;
}
