// SPDX-License-Identifier: Apache-2.0
/// The sections of one server's configuration that somebody wants made, changed or removed (core/telephone/section_writer.hpp
/// says how): one after the other, each to its end. UpdateConfig has no locks, and two at a time lose settings.
///
/// Whoever asks is told once. Of the pbx actor alone, on its thread; `done` may be called before the asking returns.
#pragma once

#include "actors/ami_actions.hpp"
#include "actors/core/telephone/section_writer.hpp"
#include "protocol/ami/message.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace ringmaster {

class configuration_work {
public:
  using done = std::function<void(result<void>)>;

  struct surroundings {
    /// Has a queue listed soon, by a listing that begins from now on.
    std::function<void(const std::string& queue)> list_queue;
    /// A module was reloaded: there may be other queues.
    std::function<void()> reloaded;
  };

  /// `lossy`: files that are not our own may be written as well.
  configuration_work(std::string server, bool lossy, const clock& time, ami_actions& actions, surroundings with);

  /// `overloaded` when too many wait already.
  void want(core::section_order order, done told);

  // What the pbx actor does and hears.
  /// A listing of this queue, or, empty, of all begins.
  void queue_list_began(const std::string& queue);
  /// It is complete, and has told of these.
  void queue_list_ended(const std::set<std::string, std::less<>>& told);
  /// It did not come.
  void queue_list_failed(const error& why);
  void parking_lot(const ami::message& m);
  void parking_lots_complete(const ami::message& m);
  /// The connection is lost: whoever waits is told.
  void lost(const error& why);
  /// To be called several times a second: goes on with what the module has said, outside of its listing, and gives up what it
  /// does not say.
  void look(time_point now);

private:
  struct job {
    core::section_order order;
    done told;
  };
  /// Whether the module knows the section.
  struct question {
    bool of_queue{false};
    bool listing{false};  ///< the listing that answers it is under way
    bool found{false};    ///< so far
    std::string list;     ///< ActionID of the listing of lots
    std::optional<result<bool>> knows;
    time_point until;
  };

  void go_on();
  void act(core::section_writer::step what);
  void ask_module();
  void know(const result<bool>& knows);
  void end(const result<void>& came);

  std::string server_;
  bool lossy_;
  const clock& time_;
  ami_actions& actions_;
  surroundings with_;
  std::deque<job> waiting_;
  std::optional<core::section_writer> writer_; ///< of the job that is under way
  done told_;
  std::optional<question> question_;
};

} // namespace ringmaster
