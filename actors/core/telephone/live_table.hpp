// SPDX-License-Identifier: Apache-2.0
/// The live objects of one kind of one server. One thread writes, any number read, and neither waits for the other
/// for longer than a look-up takes: objects change in place, each under a lock of its own, and a reader collects
/// pointers first and then looks at each object by itself.
///
/// Threads: the *writer* is one thread; it reads without locks, since nobody else changes anything. Everything else may
/// be called from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ringmaster::core {

/// So that maps of strings are asked with views.
struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

template <class T>
class live_object {
public:
  explicit live_object(T value) : serial{next_serial()}, value_{std::move(value)} {}

  /// Grows with every object that this process makes, of whatever kind and server: lists are in this order, so that
  /// pages neither miss nor double what was there all the time.
  const std::uint64_t serial;

  /// `f(const T&)`, all of one moment; short, because the writer waits for it.
  template <class F>
  decltype(auto) look(F&& f) const {
    const std::lock_guard lock{guard_};
    return f(value_);
  }

  /// Of the writer alone: `f(T&)`.
  template <class F>
  decltype(auto) change(F&& f) {
    const std::lock_guard lock{guard_};
    return f(value_);
  }
  /// Of the writer alone.
  [[nodiscard]] const T& own() const noexcept { return value_; }
  /// Of the writer alone: the place among those whose update waits to be told.
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  std::size_t waits_at{nowhere};

private:
  static std::uint64_t next_serial() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
  }
  mutable std::mutex guard_;
  T value_;
};

template <class T>
class live_table {
public:
  using object = live_object<T>;
  using pointer = std::shared_ptr<const object>;

  [[nodiscard]] pointer find(std::string_view id) const {
    const std::shared_lock whole{whole_};
    const auto& s = shard_of(id);
    const std::shared_lock lock{s.guard};
    const auto at = s.objects.find(id);
    return at == s.objects.end() ? nullptr : at->second;
  }
  /// Appends everything, in no order; 10,000 objects take some 0.3 ms, of which the writer waits for a sixteenth.
  void collect(std::vector<pointer>& into) const {
    const std::shared_lock whole{whole_};
    into.reserve(into.size() + size());
    for (const auto& s : shards_) {
      const std::shared_lock lock{s.guard};
      for (const auto& [id, one] : s.objects)
        into.push_back(one);
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  // --- of the writer alone

  [[nodiscard]] std::shared_ptr<object> own(std::string_view id) const {
    const auto& objects = shard_of(id).objects;
    const auto at = objects.find(id);
    return at == objects.end() ? nullptr : at->second;
  }
  /// Nobody of that id may be there.
  std::shared_ptr<object> insert(std::string_view id, T value) {
    auto made = std::make_shared<object>(std::move(value));
    auto& s = shard_of(id);
    const std::unique_lock lock{s.guard};
    s.objects.emplace(id, made);
    size_.fetch_add(1, std::memory_order_relaxed);
    return made;
  }
  /// What was there.
  std::shared_ptr<object> erase(std::string_view id) {
    auto& s = shard_of(id);
    const std::unique_lock lock{s.guard};
    const auto at = s.objects.find(id);
    if (at == s.objects.end())
      return nullptr;
    auto gone = std::move(at->second);
    s.objects.erase(at);
    size_.fetch_sub(1, std::memory_order_relaxed);
    return gone;
  }
  template <class F>
  void each_own(F&& f) const {
    for (const auto& s : shards_)
      for (const auto& [id, one] : s.objects)
        f(id, one);
  }
  /// While it is held, readers wait: what a listing says appears as a whole.
  [[nodiscard]] std::unique_lock<std::shared_mutex> as_a_whole() { return std::unique_lock{whole_}; }

private:
  struct alignas(64) shard {
    mutable std::shared_mutex guard;
    std::unordered_map<std::string, std::shared_ptr<object>, text_hash, std::equal_to<>> objects;
  };
  static constexpr std::size_t shard_count = 16;
  /// The map inside takes the lower bits of the hash.
  static std::size_t index_of(std::string_view id) noexcept { return text_hash{}(id) >> 32 & (shard_count - 1); }
  [[nodiscard]] const shard& shard_of(std::string_view id) const { return shards_[index_of(id)]; }
  [[nodiscard]] shard& shard_of(std::string_view id) { return shards_[index_of(id)]; }

  mutable std::shared_mutex whole_;
  std::array<shard, shard_count> shards_;
  std::atomic<std::size_t> size_{0};
};

} // namespace ringmaster::core
