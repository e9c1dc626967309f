// SPDX-License-Identifier: Apache-2.0
/// The telephone system of one server as it is now: AMI messages in, live objects and their events out.
///
/// Readers look at `telephone_tables`, which outlive it. Messages are given in their order; after each block `flush`
/// tells what has changed. Between two logins nothing is known: what was known stays as it was, and is reconciled with
/// the listings that are asked for after the next login.
///
/// Pure; not thread-safe. A message costs a table look-up for its kind, and nothing more where no fold wants it.
#pragma once

#include "actors/core/telephone/fold.hpp"

#include <array>
#include <memory>
#include <vector>

namespace ringmaster::core {

class telephone_system {
public:
  telephone_system(telephone_tables& to, telephone_listener& listener);
  ~telephone_system();

  /// How far dates are ahead of moments (`clock`) from now on; none unless told. `now` below is a moment.
  void dates_are_ahead_by(duration ahead) noexcept { writer_.dates_are_ahead_by(ahead); }

  /// Logged in and fully booted. `pbx_lists`: the pbx actor asks for channels and queues itself.
  void connected(time_point now, bool pbx_lists = true);
  void lost(time_point now);
  /// The pbx actor asks with `action` for a list that folds may read: see telephone_fold::on_pbx_list.
  void pbx_lists(std::string_view action, std::string_view list, std::string_view of);
  void on_message(const ami::message& m, time_point now);
  /// A few times a second.
  void on_time(time_point now);
  /// Tells updates; after each block, and after `on_time`.
  void flush() { writer_.flush(); }
  /// What is to be sent to the server, as bytes.
  [[nodiscard]] std::string take_questions() { return questions_.take(); }

private:
  telephone_writer writer_;
  telephone_questions questions_;
  std::vector<std::unique_ptr<telephone_fold>> folds_;
  std::array<std::vector<telephone_fold*>, ami::event_kind_count> by_kind_;
};

} // namespace ringmaster::core
