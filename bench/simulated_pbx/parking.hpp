/// The parking lot `default`: spaces 701 to 799, with a time after which a call comes back.
#pragma once

#include "bench/simulated_pbx/calls.hpp"

#include <map>
#include <string>
#include <string_view>

namespace ringmaster::sim {

class parking_lot {
public:
  static constexpr int first_space = 701;
  static constexpr int last_space = 799;

  explicit parking_lot(core& c) : core_{c} {}
  void serve(call_system& calls) noexcept { calls_ = &calls; }

  /// False when the lot is full. No timeout: the population's.
  bool park(call& c, std::optional<sim_time> timeout);
  /// The call goes: it hung up, or was redirected.
  void leave(call& c);

  /// One ParkedCall for each parked call, appended to `out`.
  std::size_t list(std::string& out, std::string_view action_id) const;

private:
  struct space {
    std::uint64_t call;
    sim_time timeout;
  };
  void expire(int number, std::uint64_t id);
  void describe(header_writer& to, const call& c, sim_time timeout, sim_time left) const;

  core& core_;
  call_system* calls_{nullptr};
  std::map<int, space> spaces_;
  std::string bridge_; ///< of the whole lot; made with the first parked call
};

} // namespace ringmaster::sim
