// SPDX-License-Identifier: Apache-2.0
/// Counters, gauges and histograms in Prometheus' text format.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::metrics {

using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Only grows. Any thread, lock-free.
class counter {
public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{};
};

/// Goes up and down. Any thread, lock-free.
class gauge {
public:
  void set(double v) noexcept { value_.store(v, std::memory_order_relaxed); }
  void add(double v) noexcept { value_.fetch_add(v, std::memory_order_relaxed); }
  [[nodiscard]] double value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<double> value_{};
};

/// Counts observations by bucket. Any thread, lock-free; a search over the bounds per observation.
class histogram {
public:
  /// `bounds` are upper limits, rising; +Inf is added.
  explicit histogram(std::vector<double> bounds) : bounds_{std::move(bounds)}, counts_(bounds_.size() + 1) {}
  void observe(double v) noexcept;

private:
  friend class registry;
  std::vector<double> bounds_;
  std::deque<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{};
};

/// Owns the metrics; they live as long as it does. Adding takes a lock, so keep the reference. The same name
/// and labels give the same metric.
class registry {
public:
  counter& add_counter(std::string_view name, std::string_view help, labels l = {});
  gauge& add_gauge(std::string_view name, std::string_view help, labels l = {});
  histogram& add_histogram(std::string_view name, std::string_view help, std::vector<double> bounds, labels l = {});
  /// A value that is asked for when the page is rendered; `read` may be called on any thread.
  void add_callback(std::string_view name, std::string_view help, bool is_counter, std::function<double()> read,
                    labels l = {});

  struct labelled {
    std::vector<std::pair<std::string, std::string>> labels;
    double value;
  };
  /// A gauge whose series come and go: those that `read`, on any thread, finds when the page is rendered. Their labels may
  /// hold anything.
  void add_list(std::string_view name, std::string_view help, std::function<std::vector<labelled>()> read);

  /// The page, content type "text/plain; version=0.0.4".
  [[nodiscard]] std::string render() const;

private:
  enum class kind : std::uint8_t { counter, gauge, histogram };
  struct series {
    std::string labels;
    counter* as_counter{};
    gauge* as_gauge{};
    histogram* as_histogram{};
    std::function<double()> read;
    std::function<std::vector<labelled>()> read_all;
  };
  struct family {
    std::string name;
    std::string help;
    kind type{};
    std::deque<series> members;
  };
  series& find(std::string_view name, std::string_view help, kind type, labels l);

  mutable std::mutex guard_;
  std::deque<family> families_;
  std::deque<counter> counters_;
  std::deque<gauge> gauges_;
  std::deque<histogram> histograms_;
};

} // namespace ringmaster::metrics
