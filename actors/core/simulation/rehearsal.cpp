// SPDX-License-Identifier: Apache-2.0
#include "actors/core/simulation/rehearsal.hpp"

namespace ringmaster::core::simulation {

namespace {

std::vector<scenario> for_sides(const scenario& what, const std::vector<rehearsal_side>& sides) {
  std::vector<scenario> made;
  for (const auto& side : sides) {
    made.push_back(what);
    made.back().grace = std::chrono::duration<double>(side.options.grace).count();
  }
  return made;
}

} // namespace

rehearsal::rehearsal(const scenario& what, std::vector<rehearsal_side> sides, int seeds)
    : what_{std::make_shared<const std::vector<scenario>>(for_sides(what, sides))}, sides_{std::move(sides)}, seeds_{seeds},
      done_(sides_.size()) {}

result<rehearsal> rehearsal::make(const scenario& what, std::vector<rehearsal_side> sides, int seeds) {
  if (seeds < 1 || seeds > 100)
    return invalid_field("seeds", "seeds must be from 1 to 100");
  if (auto wrong = what.validate())
    return *wrong;
  for (const auto& side : sides)
    if (const auto made = make_pacing(text{side.method}, side.options); !made)
      return made.error();
  return rehearsal{what, std::move(sides), seeds};
}

bool rehearsal::advance(double seconds) {
  if (run_ == runs())
    return false;
  const auto side = run_ % sides_.size();
  if (!centre_) {
    method_ = std::move(*make_pacing(text{sides_[side].method}, sides_[side].options));
    centre_ = std::make_unique<call_centre>((*what_)[side], *method_, 1 + run_ / sides_.size());
  }
  if (centre_->advance(seconds))
    return true;
  done_[side].push_back(centre_->result());
  centre_.reset();
  ++run_;
  return run_ != runs();
}

double rehearsal::progress() const noexcept {
  const auto all = static_cast<double>(runs());
  return all == 0 ? 1 : (static_cast<double>(run_) + (centre_ ? centre_->progress() : 0)) / all;
}

std::vector<outcome> rehearsal::outcomes() const {
  std::vector<outcome> means;
  for (const auto& runs_of_side : done_)
    means.push_back(mean_of(runs_of_side));
  return means;
}

} // namespace ringmaster::core::simulation
