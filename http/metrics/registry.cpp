// SPDX-License-Identifier: Apache-2.0
#include "http/metrics/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace ringmaster::metrics {
namespace {

std::string escape(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
  return out;
}

template <class Labels>
std::string render_labels(const Labels& l) {
  std::string out;
  for (const auto& [name, value] : l)
    fmt::format_to(std::back_inserter(out), "{}{}=\"{}\"", out.empty() ? "" : ",", name, escape(value, true));
  return out;
}

std::string number(double v) {
  if (std::isnan(v))
    return "NaN";
  if (std::isinf(v))
    return v > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", v);
}

void line(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels_text,
          std::string_view value) {
  out.append(name).append(suffix);
  if (!labels_text.empty())
    out.append("{").append(labels_text).append("}");
  out.append(" ").append(value).append("\n");
}

} // namespace

void histogram::observe(double v) noexcept {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), v) - bounds_.begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(v, std::memory_order_relaxed);
}

registry::series& registry::find(std::string_view name, std::string_view help, kind type, labels l) {
  auto at = std::find_if(families_.begin(), families_.end(), [&](const family& f) { return f.name == name; });
  if (at == families_.end())
    at = families_.insert(families_.end(), family{std::string{name}, std::string{help}, type, {}});
  auto text = render_labels(l);
  for (auto& s : at->members)
    if (s.labels == text)
      return s;
  return at->members.emplace_back(series{std::move(text), nullptr, nullptr, nullptr, {}, {}});
}

counter& registry::add_counter(std::string_view name, std::string_view help, labels l) {
  const std::lock_guard lock{guard_};
  auto& s = find(name, help, kind::counter, l);
  if (!s.as_counter)
    s.as_counter = &counters_.emplace_back();
  return *s.as_counter;
}

gauge& registry::add_gauge(std::string_view name, std::string_view help, labels l) {
  const std::lock_guard lock{guard_};
  auto& s = find(name, help, kind::gauge, l);
  if (!s.as_gauge)
    s.as_gauge = &gauges_.emplace_back();
  return *s.as_gauge;
}

histogram& registry::add_histogram(std::string_view name, std::string_view help, std::vector<double> bounds, labels l) {
  const std::lock_guard lock{guard_};
  auto& s = find(name, help, kind::histogram, l);
  if (!s.as_histogram)
    s.as_histogram = &histograms_.emplace_back(std::move(bounds));
  return *s.as_histogram;
}

void registry::add_callback(std::string_view name, std::string_view help, bool is_counter, std::function<double()> read,
                            labels l) {
  const std::lock_guard lock{guard_};
  find(name, help, is_counter ? kind::counter : kind::gauge, l).read = std::move(read);
}

void registry::add_list(std::string_view name, std::string_view help, std::function<std::vector<labelled>()> read) {
  const std::lock_guard lock{guard_};
  find(name, help, kind::gauge, {}).read_all = std::move(read);
}

std::string registry::render() const {
  const std::lock_guard lock{guard_};
  std::string out;
  for (const auto& f : families_) {
    const auto type = f.type == kind::counter ? "counter" : f.type == kind::gauge ? "gauge" : "histogram";
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", f.name, escape(f.help, false), f.name, type);
    for (const auto& s : f.members) {
      if (s.read_all)
        for (const auto& one : s.read_all())
          line(out, f.name, "", render_labels(one.labels), number(one.value));
      else if (s.read)
        line(out, f.name, "", s.labels, number(s.read()));
      else if (s.as_counter)
        line(out, f.name, "", s.labels, std::to_string(s.as_counter->value()));
      else if (s.as_gauge)
        line(out, f.name, "", s.labels, number(s.as_gauge->value()));
      if (!s.as_histogram)
        continue;
      const auto& h = *s.as_histogram;
      std::uint64_t so_far = 0;
      for (std::size_t i = 0; i < h.counts_.size(); ++i) {
        so_far += h.counts_[i].load(std::memory_order_relaxed);
        const auto bound = i < h.bounds_.size() ? number(h.bounds_[i]) : std::string{"+Inf"};
        line(out, f.name, "_bucket", fmt::format("{}{}le=\"{}\"", s.labels, s.labels.empty() ? "" : ",", bound),
             std::to_string(so_far));
      }
      line(out, f.name, "_sum", s.labels, number(h.sum_.load(std::memory_order_relaxed)));
      line(out, f.name, "_count", s.labels, std::to_string(so_far));
    }
  }
  return out;
}

} // namespace ringmaster::metrics
