// SPDX-License-Identifier: Apache-2.0
/// What one server is asked for beside the calls that it is to begin: actions with an ActionID of ours, and who waits for
/// each answer.
///
/// Whoever asks is told once: Asterisk's message, `pbx_refused` with its words, `timed_out` after ten seconds,
/// `pbx_unavailable` while the server is not connected or when it is lost. Of the pbx actor alone, on its thread; `done` may
/// be called before the asking returns.
#pragma once

#include "actors/core/outward.hpp"
#include "actors/core/telephone/requests.hpp"
#include "actors/net/ami_link.hpp"
#include "protocol/ami/message.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ringmaster {

class ami_actions {
public:
  using headers = std::vector<std::pair<std::string, std::string>>;
  using done = std::function<void(result<std::string>)>;
  using message_taker = std::function<void(const ami::message&)>;
  using answered_whole = std::function<void(const result<telephone_answer>&)>;
  using answered_list = std::function<void(const result<std::vector<telephone_answer>>&)>;

  /// `refused` hears of each action that Asterisk refuses, with its words.
  ami_actions(std::string server, const clock& time, std::function<void(std::string_view, std::string_view)> refused);

  /// Actions go this way from now on.
  void connected(std::shared_ptr<ami_link> link) { link_ = std::move(link); }
  /// `why` it is not connected any more: all who wait are told, and whoever asks from now on.
  void lost(const error& why);

  /// The ActionID; empty when the action could not be written, which `told` has been told. What could make a telephone outside
  /// ring is not written (`illegal_state`): that is for `ring_outside`.
  std::string ask(std::string_view action, const headers& with, const done& told);
  /// The same, for whoever wants the whole answer, and no word if there is none.
  void ask_message(std::string_view action, const headers& with, message_taker taker);
  /// As `ask`, for whoever wants all headers of the response, also of one that refuses; an error: there is none.
  std::string ask_whole(std::string_view action, const headers& with, const answered_whole& told);
  /// For whoever wants all messages of an answer: the response, and the events of a list behind it (`EventList: start` to
  /// `Complete`), the last one included. `too_large` beyond `most_of_a_list`.
  void ask_list(std::string_view action, const headers& with, const answered_list& told);
  static constexpr std::size_t most_of_a_list = 100'000;

  /// The one way outward (core/outward.hpp), for an action...
  void ring_outside(std::string_view action, const headers& with, const done& told);
  /// ...and for an Originate that has been put together, which goes out with others of its kind by `send_outward`.
  [[nodiscard]] result<void> ring_outside(std::string_view originate);
  void send_outward();

  /// Looks at the channel (Status), and does `act` if it is in no bridge. `told` hears why not.
  void unless_it_talks(const std::string& channel, std::function<void()> act, const done& told);

  // What the server says.
  void answered(const ami::message& response);
  void status(const ami::message& event);
  void status_complete(const ami::message& event);
  /// Any event: cheap while nobody waits for a list.
  void happened(const ami::message& event) {
    if (!lists_.empty())
      listed(event);
  }

  /// To be called now and then: who has waited for too long is told.
  void expire(time_point now);

private:
  struct asked {
    std::string action;
    done told;
    message_taker taker;
    time_point until;
  };
  /// A channel that is looked at before something is done to its call.
  struct look {
    std::function<void()> act;
    done told;
    time_point until;
    bool talks{false};
  };

  /// A list that comes.
  struct listing {
    std::vector<telephone_answer> messages;
    answered_list told;
    time_point until;
  };

  void listed(const ami::message& event);
  void end_list(const std::string& id, const result<void>& how);
  result<std::string> put(std::string_view action, const headers& with, asked who);
  void looked_at(std::string_view action_id, const result<void>& found);
  [[nodiscard]] error refusal(std::string_view action, std::string_view words);

  std::string server_;
  const clock& time_;
  std::function<void(std::string_view, std::string_view)> refused_;
  std::shared_ptr<ami_link> link_;
  error unavailable_;
  std::unordered_map<std::string, asked> asked_;
  std::unordered_map<std::string, look> looks_; ///< by ActionID
  std::unordered_map<std::string, listing> lists_; ///< the same
  std::string outward_;                            ///< that `send_outward` sends
  std::uint64_t last_{0};
};

} // namespace ringmaster
