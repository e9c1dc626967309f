// SPDX-License-Identifier: Apache-2.0
#include "bench/pacing/rivals.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

namespace ringmaster::bench {
namespace {

using core::pacing_decision;
using std::chrono::milliseconds;
using std::chrono::seconds;

double in_seconds(duration d) {
  return std::chrono::duration<double>(d).count();
}

class rival : public core::pacing {
public:
  using pacing::pacing;
  pacing_decision decide(time_point now) override { return {calls_to_begin(now), std::string{method()}, {}}; }
};

/// asterisk-outbound: one call per 100 ms while available + service level − dialing is above 0.
class jade final : public rival {
public:
  using rival::rival;
  std::string_view method() const noexcept override { return "jade"; }
  std::int64_t calls_to_begin(time_point now) override {
    if (next_ == time_point{} || now > next_ + seconds{1})
      next_ = now;
    std::int64_t n = 0;
    for (; next_ <= now; next_ += milliseconds{100})
      if (agents_.available + options_.service_level - counts_.dialing - n > 0)
        ++n;
    return n;
  }

private:
  time_point next_{};
};

/// VICIdial's adaptive methods (AST_VDadapt.pl and AST_VDauto_dial.pl).
class vicidial final : public rival {
public:
  enum class kind { hard_limit, tapered, average };
  vicidial(const core::pacing_options& o, kind k, double day, double most)
      : rival{o}, kind_{k}, day_{day}, most_{std::max(1.0, most)} {}
  std::string_view method() const noexcept override {
    return kind_ == kind::hard_limit ? "hard-limit" : kind_ == kind::tapered ? "tapered" : "average";
  }
  std::int64_t calls_to_begin(time_point now) override {
    if (start_ == time_point{})
      start_ = adapt_ = dial_ = now;
    for (; adapt_ <= now; adapt_ += seconds{15})
      adapt(now);
    if (now < dial_)
      return 0;
    dial_ = now + milliseconds{2500};
    const auto agents = static_cast<double>(agents_.members() - agents_.unavailable - agents_.paused);
    return std::max<std::int64_t>(0, std::lround(level_ * agents) - counts_.in_flight());
  }

private:
  void live_answer(bool abandoned, time_point now) override { minute_.push_back({now, abandoned}); }
  void adapt(time_point now) {
    while (!minute_.empty() && now - minute_.front().first > seconds{60})
      minute_.pop_front();
    const auto agents =
        std::max(1.0, static_cast<double>(agents_.members() - agents_.unavailable - agents_.paused));
    const auto d = static_cast<double>(agents_.available - counts_.waiting) / agents;
    level_ = std::clamp(level_ * (1 + d), 1.0, most_);
    const auto drops = std::count_if(minute_.begin(), minute_.end(), [](const auto& m) { return m.second; });
    if (minute_.size() > 20 && 2 * static_cast<std::size_t>(drops) > minute_.size())
      level_ = std::max(1.0, level_ / 2);
    if (ledger_.day_answers <= 50 || static_cast<double>(ledger_.day_abandons) <=
                                         options_.abandon_limit * static_cast<double>(ledger_.day_answers))
      return;
    switch (kind_) {
    case kind::hard_limit:
      level_ = 1;
      break;
    case kind::average:
      level_ = std::max(1.0, level_ / 2);
      break;
    case kind::tapered: {
      // Of the shift, as clock times read as numbers: 1700 − 1530 = 170.
      const auto into = std::fmod(in_seconds(now - start_), day_), end = day_;
      const auto clock = [](double s) {
        return 100 * std::floor(s / 3600) + std::floor(std::fmod(s, 3600) / 60);
      };
      level_ = std::max(1.0, level_ * std::min(1.0, (clock(end) - clock(into)) / 1000));
    }
    }
  }
  kind kind_;
  double day_, most_, level_{1};
  time_point start_{}, adapt_{}, dial_{};
  std::deque<std::pair<time_point, bool>> minute_;
};

/// Calls at even intervals, as many as Erlang's loss formula says, with all the averages known.
class erlang_b final : public rival {
public:
  erlang_b(const core::pacing_options& o, double calls_per_second) : rival{o}, rate_{calls_per_second} {}
  std::string_view method() const noexcept override { return "erlang-b"; }
  std::int64_t calls_to_begin(time_point now) override {
    if (last_ == time_point{})
      last_ = now;
    due_ += in_seconds(now - last_) * rate_;
    last_ = now;
    const auto n = std::floor(due_);
    due_ -= n;
    return static_cast<std::int64_t>(n);
  }

private:
  double rate_, due_{0};
  time_point last_{};
};

} // namespace

double erlang_b_load(int agents, double blocked) {
  double low = 0, high = 2.0 * agents + 10;
  for (int i = 0; i < 100; ++i) {
    const auto load = (low + high) / 2;
    double b = 1;
    for (int n = 1; n <= agents; ++n)
      b = load * b / (n + load * b);
    (b < blocked ? low : high) = load;
  }
  return low;
}

std::unique_ptr<core::pacing> make_rival(std::string_view name, const core::pacing_options& options,
                                         const core::simulation::scenario& c, double highest_level) {
  using kind = vicidial::kind;
  if (name == "jade")
    return std::make_unique<jade>(options);
  if (name == "hard-limit")
    return std::make_unique<vicidial>(options, kind::hard_limit, c.day, highest_level);
  if (name == "tapered")
    return std::make_unique<vicidial>(options, kind::tapered, c.day, highest_level);
  if (name == "average")
    return std::make_unique<vicidial>(options, kind::average, c.day, highest_level);
  if (name == "erlang-b") {
    double rate = c.answer_rate;
    if (!c.rate_steps.empty()) {
      rate = 0;
      for (const auto& s : c.rate_steps)
        rate += s.rate / static_cast<double>(c.rate_steps.size());
    }
    const auto load = erlang_b_load(c.agents, std::max(options.abandon_limit, 1e-4));
    return std::make_unique<erlang_b>(options,
                                      load / (c.talk.mean() + c.wrap_up.mean()) / std::max(rate, 0.01));
  }
  return nullptr;
}

std::vector<std::string_view> rival_names() {
  return {"jade", "hard-limit", "tapered", "average", "erlang-b"};
}

} // namespace ringmaster::bench
