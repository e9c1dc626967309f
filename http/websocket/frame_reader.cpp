// SPDX-License-Identifier: Apache-2.0
#include "http/websocket/frame_reader.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace ringmaster::websocket {
namespace {

constexpr std::size_t start_size = 2;
constexpr std::size_t mask_size = 4;
constexpr std::uint8_t masked = 0x80, length_bits = 0x7f, reserved_bits = 0x70;
constexpr std::uint8_t short_length = 125; ///< also the most that a control frame may carry
constexpr std::uint8_t in_two_bytes = 126;

/// May be in a close frame: the standard's, those that IANA has registered since (1012 to 1014), and the
/// ranges for libraries and applications.
constexpr bool is_sendable(unsigned code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

} // namespace

std::optional<heard_frame> frame_reader::next(std::string_view& bytes, std::size_t most) {
  while (!ended_) {
    while (head_size_ < head_length()) {
      if (bytes.empty())
        return {};
      head_[head_size_++] = static_cast<std::uint8_t>(bytes.front());
      bytes.remove_prefix(1);
      if (head_size_ == start_size && !is_sound_start())
        return violation(close_code::protocol_error);
      if (head_size_ == head_length())
        if (auto wrong = begin_body(most))
          return wrong;
    }
    take_body(bytes);
    if (left_ > 0)
      return {};
    head_size_ = 0;
    if (auto told = end_frame())
      return told;
  }
  bytes = {};
  return {};
}

std::size_t frame_reader::head_length() const noexcept {
  if (head_size_ < start_size)
    return start_size;
  const auto length = head_[1] & length_bits;
  return start_size + mask_size + (length <= short_length ? 0u : length == in_two_bytes ? 2u : 8u);
}

bool frame_reader::is_sound_start() const noexcept {
  if ((head_[0] & reserved_bits) != 0 || (head_[1] & masked) == 0)
    return false;
  switch (kind()) {
  case opcode::continuation: return under_way_ != opcode::continuation;
  case opcode::text:
  case opcode::binary: return under_way_ == opcode::continuation;
  case opcode::close:
  case opcode::ping:
  case opcode::pong: return is_final() && (head_[1] & length_bits) <= short_length;
  }
  return false; // a number that means nothing yet
}

std::optional<heard_frame> frame_reader::begin_body(std::size_t most) {
  const std::size_t wide = head_size_ - start_size - mask_size;
  left_ = wide == 0 ? head_[1] & length_bits : 0u;
  for (std::size_t i = 0; i < wide; ++i)
    left_ = left_ << 8 | head_[start_size + i];
  // The shortest form alone is allowed, and no more than 63 bits.
  if ((wide == 2 && left_ <= short_length) || (wide == 8 && (left_ <= 0xffff || left_ >> 63 != 0)))
    return violation(close_code::protocol_error);
  if (is_control())
    return {};
  if (left_ > most || message_.size() > most - left_)
    return violation(close_code::too_big);
  if (kind() != opcode::continuation)
    under_way_ = kind();
  return {};
}

void frame_reader::take_body(std::string_view& bytes) {
  auto& into = is_control() ? control_ : message_;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  const auto* mask = head_.data() + head_length() - mask_size;
  const auto begin = into.size();
  into.append(bytes.substr(0, count));
  for (std::size_t i = 0; i < count; ++i)
    into[begin + i] = static_cast<char>(static_cast<std::uint8_t>(into[begin + i]) ^ mask[(mask_at_ + i) % mask_size]);
  mask_at_ = static_cast<std::uint8_t>((mask_at_ + count) % mask_size);
  left_ -= count;
  bytes.remove_prefix(count);
}

std::optional<heard_frame> frame_reader::end_frame() {
  using what = heard_frame::kind;
  mask_at_ = 0;
  if (is_control()) {
    auto body = std::exchange(control_, {});
    if (kind() == opcode::close)
      return end_with_close(std::move(body));
    return heard_frame{kind() == opcode::ping ? what::ping : what::pong, std::move(body), {}};
  }
  if (!is_final())
    return {};
  auto body = std::exchange(message_, {});
  if (std::exchange(under_way_, opcode::continuation) == opcode::binary)
    return heard_frame{what::binary, std::move(body), {}};
  if (!simdjson::validate_utf8(body))
    return violation(close_code::not_utf8);
  return heard_frame{what::text, std::move(body), {}};
}

std::optional<heard_frame> frame_reader::end_with_close(std::string body) {
  if (body.empty()) {
    ended_ = true;
    return heard_frame{heard_frame::kind::close, {}, close_code::none};
  }
  if (body.size() == 1)
    return violation(close_code::protocol_error);
  const auto code = static_cast<unsigned>(static_cast<std::uint8_t>(body[0])) << 8 | static_cast<std::uint8_t>(body[1]);
  if (!is_sendable(code))
    return violation(close_code::protocol_error);
  body.erase(0, 2);
  if (!simdjson::validate_utf8(body))
    return violation(close_code::not_utf8);
  ended_ = true;
  return heard_frame{heard_frame::kind::close, std::move(body), static_cast<close_code>(code)};
}

std::optional<heard_frame> frame_reader::violation(close_code why) {
  ended_ = true;
  message_ = std::string{};
  control_ = std::string{};
  return heard_frame{heard_frame::kind::violation, {}, why};
}

} // namespace ringmaster::websocket
