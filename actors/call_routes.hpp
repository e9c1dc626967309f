// SPDX-License-Identifier: Apache-2.0
/// Which message of a server is about which call of ours and about which queue, and the way there: one message for each
/// of them and block.
///
/// Calls are found by the dialing's uuid, which is the channel's unique id, of Local channels by the second half's as well;
/// and by the unique id of the channel that has taken the place of their own (BridgeEnter's SwapUniqueid). Queues by
/// their names, and what ends a caller's or a member's leg by the leg's unique id, which events of the queue have told.
///
/// Of the pbx actor alone, on its thread. A message costs a look-up, when no call is moved and no leg ends.
#pragma once

#include "actors/messages.hpp"
#include "protocol/ami/message.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <caf/actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster {

class call_routes {
public:
  /// Who gets messages. Stays where it is as long as it may be told of: queues do, and calls between two blocks.
  struct target {
    routed_handle actor;
    std::uint32_t slot{0};    ///< of its batch, if that says so as well
    bool second_half{false};  ///< of a Local channel: no customer is there
  };

  /// Of a Local channel both halves: the second one knows why the call failed.
  void follow(const followed_call& call);
  /// The call goes on over the channel of that unique id.
  void follow(const uuid& call, std::string_view unique_id);
  void forget(const core::open_dialing& call);
  /// A channel that is no call of ours. Again: nothing.
  void follow_foreign(const std::string& unique_id, const follower_handle& who);
  void unfollow_foreign(const std::string& unique_id, const follower_handle& who);
  /// Calls `f(unique_id, follower)` for each of them.
  template <class F>
  void each_foreign(F&& f) const {
    for (const auto& [id, followers] : foreign_)
      for (const auto& one : followers)
        f(id, one->handle);
  }
  /// What ends while nobody listens is not heard.
  void lost() { legs_.clear(); }

  // A block: it begins, tells of queues in its order, and is sent.
  void begin();
  /// Message `index` is for `to`.
  void batch(target& to, std::uint32_t index);
  /// Message `index` is about the queue; whose leg it is about is remembered.
  void batch_queue(target& queue, const ami::message& m, std::uint32_t index);
  /// By message `index` a channel ends, or another one goes on in its place: for the queues whose leg it is.
  void batch_end(std::string_view unique_id, const ami::message& m, std::uint32_t index);
  /// With what the first `heard` messages say of calls; what comes after them is not for anybody any more.
  void send(const ami::block_ptr& block, std::uint32_t heard);

private:
  struct batched {
    const target* to;
    decltype(message_batch::at) at;
  };
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view of) const noexcept { return std::hash<std::string_view>{}(of); }
  };
  template <class Value>
  using by_unique_id = boost::unordered_flat_map<std::string, Value, text_hash, std::equal_to<>>;

  /// Where it is stays where it is as long as it is followed.
  struct follower {
    follower_handle handle;
    target to;
    bool over{false}; ///< its channel has ended in the block that is being sent
  };

  void find_foreign(const ami::block& block, std::uint32_t heard);
  void forget_ended();
  void find_successors(const ami::block& block, std::uint32_t heard);
  static void prefetch(const caf::actor& to);

  /// Flat, so that a look-up waits for memory once or twice and not for each node of a chain; small, so that the caches
  /// hold much of it.
  boost::unordered_flat_map<uuid, target, std::hash<uuid>> calls_;
  // Of calls that go on over another channel than their own. Empty where no Local channel is optimised away, and free
  // then.
  by_unique_id<uuid> successors_;
  boost::unordered_flat_map<uuid, std::string, std::hash<uuid>> moved_to_;
  /// Callers and members who are rung or talk, and the queues to be told when these channels end.
  by_unique_id<boost::container::small_vector<target*, 1>> legs_;

  /// Channels that are no calls of ours, and who follows them. Mostly empty, and free then.
  by_unique_id<std::vector<std::unique_ptr<follower>>> foreign_;
  std::vector<std::string> ended_; ///< of those, in the block that is being sent

  std::vector<std::pair<std::uint32_t, target*>> found_; ///< calls that messages of a block are about
  std::vector<batched> batches_;
};

} // namespace ringmaster
