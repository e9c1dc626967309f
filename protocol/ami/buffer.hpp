// SPDX-License-Identifier: Apache-2.0
/// Received bytes that own themselves and may be read a little past their end.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace ringmaster::ami {

/// A move-only run of bytes with `padding` zero bytes after its end, so that SIMD code and comparisons of
/// constant length need no special case for the last bytes. Made by the framer, consumed by `parse`.
class buffer {
public:
  static constexpr std::size_t padding = 64;

  buffer() = default;

  /// Uninitialised room for `capacity` bytes; `size()` is 0 until `resize`.
  explicit buffer(std::size_t capacity)
      : bytes_{std::make_unique_for_overwrite<char[]>(capacity + padding)}, capacity_{capacity} {
    resize(0);
  }

  /// A copy of `text`.
  [[nodiscard]] static buffer of(std::string_view text) {
    buffer made{text.size()};
    if (!text.empty())
      std::memcpy(made.data(), text.data(), text.size());
    made.resize(text.size());
    return made;
  }

  buffer(buffer&& other) noexcept
      : bytes_{std::move(other.bytes_)}, size_{std::exchange(other.size_, 0)}, capacity_{std::exchange(
                                                                                   other.capacity_, 0)} {}
  buffer& operator=(buffer&& other) noexcept {
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  [[nodiscard]] char* data() noexcept { return bytes_.get(); }
  [[nodiscard]] const char* data() const noexcept { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get(), size_}; }

  /// Says how many bytes are valid (at most `capacity()`) and clears the padding behind them.
  void resize(std::size_t size) noexcept {
    size_ = size;
    if (bytes_)
      std::memset(bytes_.get() + size, 0, padding);
  }

private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_{0};
  std::size_t capacity_{0};
};

} // namespace ringmaster::ami
