// SPDX-License-Identifier: Apache-2.0
/// Parking lots: numbered spaces, with a time after which a call comes back.
#pragma once

#include "bench/simulated_pbx/calls.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::sim {

class parking_lot {
public:
  parking_lot(core& c, parking_population how) : core_{c}, how_{std::move(how)} {}
  void serve(call_system& calls) noexcept { calls_ = &calls; }

  [[nodiscard]] const parking_population& how() const noexcept { return how_; }
  /// What is parked stays where it is.
  void change(parking_population how) { how_ = std::move(how); }
  [[nodiscard]] bool empty() const noexcept { return spaces_.empty(); }
  [[nodiscard]] const std::string& name() const noexcept { return how_.name; }
  [[nodiscard]] std::uint32_t first() const noexcept { return how_.first; }
  [[nodiscard]] std::uint32_t last() const noexcept { return how_.last; }
  /// How long a call stays, in seconds.
  [[nodiscard]] double timeout() const noexcept {
    return how_.timeout_s.value_or(core_.people.parking_timeout_s);
  }

  /// False when the lot is full. No timeout: the lot's.
  bool park(call& c, std::optional<sim_time> timeout);
  /// The call goes: it hung up, or was redirected.
  void leave(call& c);
  /// The call goes to whom took it back.
  void give(call& c, const channel& retriever);

  /// One ParkedCall for each parked call, appended to `out`.
  std::size_t list(std::string& out, std::string_view action_id) const;

private:
  struct space {
    std::uint64_t call;
    sim_time timeout;
  };
  void leave(call& c, const channel* retriever);
  void expire(int number, std::uint64_t id);
  void describe_space(header_writer& to, const call& c, sim_time timeout, sim_time left) const;
  void describe(header_writer& to, const call& c, sim_time timeout, sim_time left) const;
  void bridge_headers(header_writer& to, std::size_t channels) const;
  [[nodiscard]] std::string device_of(int number) const;

  core& core_;
  parking_population how_;
  call_system* calls_{nullptr};
  std::map<int, space> spaces_;
  std::string bridge_; ///< of the whole lot; made with the first parked call
};

/// All lots; the first one is where a call is parked that names none.
class parking_system {
public:
  explicit parking_system(core& c);
  /// Reads the configuration anew. A lot that is not in it goes, unless somebody is parked there: then at the next reload
  /// (a real one goes with its last call).
  void configure(const std::vector<parking_population>& wanted);
  void serve(call_system& calls) noexcept;

  [[nodiscard]] const std::vector<std::unique_ptr<parking_lot>>& all() const noexcept { return lots_; }
  /// No name: the first lot. Null when there is none of that name.
  [[nodiscard]] parking_lot* find(std::string_view name) const;
  /// False when there is no such lot or it is full.
  bool park(call& c, std::string_view lot, std::optional<sim_time> timeout);

private:
  core& core_;
  call_system* calls_{nullptr};
  std::vector<std::unique_ptr<parking_lot>> lots_, gone_;
};

} // namespace ringmaster::sim
