/// How many calls to begin now. Every method hears what happens to the campaign's calls and agents and
/// answers `decide`; a method knows nothing of schedules, rates, channels or lists: whoever asks takes the
/// smallest of all answers.
///
/// Which calls are *outstanding*: those begun and neither ended nor with an agent. A call that is with an
/// agent has already taken its agent out of the available ones; counting it as well would count it twice, and
/// a campaign with all agents but one talking would never begin another call. For the same reason an agent
/// who is rung for one of our waiting callers is counted as available together with that caller.
///
/// A destination without agents (park, an extension …) takes any number of calls: methods then keep
/// `pacing_options::unlimited_calls` calls in flight, answered ones included; channels and the originate rate
/// bound them further.
///
/// Not thread-safe; an event and a decision are O(1).
#pragma once

#include "protocol/outbound.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace ringmaster::core {

/// The agents of a campaign's destination, as its queue sees them at this instant.
struct availability {
  bool unlimited{false};     ///< no agents: the destination takes whatever comes
  std::int64_t available{0}; ///< can take a call now
  std::int64_t soon{0};      ///< in wrap-up that ends within seconds
  std::int64_t ringing{0};   ///< being rung for a caller
  std::int64_t on_call{0};
  std::int64_t wrap_up{0};
  std::int64_t paused{0};
  std::int64_t unavailable{0};  ///< logged out, unreachable
  std::int64_t waiting{0};      ///< callers in the queue, ours and others'
  std::int64_t others_calls{0}; ///< outstanding calls of other campaigns to the same queue
  bool operator==(const availability&) const = default;
  [[nodiscard]] std::int64_t members() const noexcept {
    return available + ringing + on_call + wrap_up + paused + unavailable;
  }
};

struct pacing_options {
  std::int64_t service_level{0};     ///< the plan's
  std::int64_t unlimited_calls{500}; ///< calls in flight where there are no agents to count
};

struct pacing_decision {
  std::int64_t calls{0};                                         ///< to begin now, 0 or more
  std::string reason;                                            ///< for a person
  std::vector<std::pair<std::string_view, std::int64_t>> fields; ///< the numbers it came from
};

/// Counts of a campaign's calls by how far they are.
struct call_counts {
  std::int64_t dialing{0}; ///< begun, not answered
  std::int64_t ringing{0}; ///< of those, ringing
  std::int64_t waiting{0}; ///< answered, not with an agent
  std::int64_t with_agent{0};
  [[nodiscard]] std::int64_t outstanding() const noexcept { return dialing + waiting; }
  [[nodiscard]] std::int64_t in_flight() const noexcept { return dialing + waiting + with_agent; }
  bool operator==(const call_counts&) const = default;
};

/// Base of all methods. Events may come twice or out of order: a call never goes back, and one that ended is
/// gone.
class pacing {
public:
  explicit pacing(const pacing_options& options) : options_{options} {}
  virtual ~pacing() = default;
  pacing(const pacing&) = delete;
  pacing& operator=(const pacing&) = delete;

  [[nodiscard]] virtual std::string_view method() const noexcept = 0;
  [[nodiscard]] virtual pacing_decision decide(time_point now) = 0;

  virtual void begun(const uuid& call, time_point now);
  virtual void ringing(const uuid& call, time_point now);
  virtual void answered(const uuid& call, time_point now);
  virtual void handed_to_agent(const uuid& call, time_point now);
  virtual void abandoned(const uuid& call, time_point now);
  virtual void ended(const uuid& call, time_point now);
  virtual void agents(const availability& a, time_point now);
  void set_options(const pacing_options& options) { options_ = options; }

  [[nodiscard]] const call_counts& calls() const noexcept { return counts_; }
  [[nodiscard]] const availability& agents() const noexcept { return agents_; }
  /// Answered calls, and those of them that left without an agent, since the method began.
  [[nodiscard]] std::int64_t answers() const noexcept { return answers_; }
  [[nodiscard]] std::int64_t abandons() const noexcept { return abandons_; }

protected:
  [[nodiscard]] pacing_decision fill_unlimited() const;
  /// Agents who can serve our outstanding calls: available, or rung for one of our callers.
  [[nodiscard]] std::int64_t servers() const noexcept;

  pacing_options options_;
  availability agents_;
  call_counts counts_;

private:
  enum class phase : std::uint8_t { dialing, ringing, waiting, with_agent };
  void count(phase p, std::int64_t by) noexcept;
  void advance(const uuid& call, phase to);

  std::unordered_map<uuid, phase> calls_;
  std::int64_t answers_{0}, abandons_{0};
};

/// The text's rule: (available members) − (current outbound calls) + service_level.
class available_pacing final : public pacing {
public:
  using pacing::pacing;
  [[nodiscard]] std::string_view method() const noexcept override { return "available"; }
  [[nodiscard]] pacing_decision decide(time_point now) override;
};

/// One call for each free agent who has none on the way, callers waiting already (anybody's) served first:
/// never more lines than free agents, whatever `service_level` says, so that nobody who answers is abandoned
/// for want of an agent.
class progressive_pacing final : public pacing {
public:
  using pacing::pacing;
  [[nodiscard]] std::string_view method() const noexcept override { return "progressive"; }
  [[nodiscard]] pacing_decision decide(time_point now) override;
};

/// By the plan's `pacing_method`; null is `available`. Errors: invalid_field for an unknown one.
[[nodiscard]] result<std::unique_ptr<pacing>> make_pacing(const text& method, const pacing_options& options);

} // namespace ringmaster::core
