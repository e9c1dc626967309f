// SPDX-License-Identifier: Apache-2.0
/// What is too long to be made at once for a live client: the state that it begins with, and the events that it has
/// missed. Either goes out a piece at a time, the next one made when the one before has gone, so that a client that
/// does not read costs a piece, and the thread serves its other sockets in between.
///
/// Which things a snapshot has is settled family by family, when the family's turn comes; each is shown as it is when
/// it is written. Actors publish before they tell: what is shown holds everything that events have told before, and
/// maybe something of what they tell next. So events that come meanwhile have to wait until the snapshot is over: told
/// before, the end of a thing could overtake the thing itself.
#pragma once

#include "actors/core/replay_window.hpp"
#include "actors/core/topic_family.hpp"
#include "actors/engine.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ringmaster::live {

class piecewise {
public:
  /// Bytes of a piece, about: it ends with the first thing beyond them.
  static constexpr std::size_t piece = 64 * 1024;

  virtual ~piecewise() = default;
  /// Appends the frames of the next piece, at least one. False: there was none any more, and nothing is appended.
  virtual bool next(std::string& frames) = 0;
};

/// Everything below `topic` now, of the families `audible`, as snapshot messages with the number `seq`: at least one a family,
/// the last one of a family marked. Meanwhile it holds 16 bytes for each thing of the family whose turn it is. Reads the database for
/// what is durable; disturbs no actor. `next` takes about 0.3 ms. Any thread.
[[nodiscard]] std::unique_ptr<piecewise> snapshot_of(engine& of, std::string topic, std::uint64_t seq,
                                                     core::topic_family_set audible = ~core::topic_family_set{0});

/// The events, as they went out.
[[nodiscard]] std::unique_ptr<piecewise> replay_of(std::vector<core::frame_ptr> missed);

} // namespace ringmaster::live
