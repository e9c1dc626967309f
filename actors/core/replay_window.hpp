// SPDX-License-Identifier: Apache-2.0
/// The last events that were told to live clients, numbered, so that one that was away for a moment can go on
/// where it stopped.
///
/// Pure, not thread-safe. Adding is O(1), asking O(log n) and what is found.
#pragma once

#include "protocol/topic.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::core {

/// One event. Shared by everybody who gets it.
///
/// Live clients get `text` as it is. An outlet that speaks otherwise takes the parts: what happened, to what, and the object, which
/// is JSON already and needs no parsing to stand in another envelope.
struct frame {
  std::uint64_t seq{0};
  std::string topic;
  std::string text; ///< {"NAME":BODY,"topic":…,"seq":…}
  std::uint32_t name_size{0}, body_size{0};
  std::vector<std::string> audience{}; ///< users who may hear it; empty: all who may hear its topic

  [[nodiscard]] bool is_for(std::string_view user) const noexcept {
    return audience.empty() || std::find(audience.begin(), audience.end(), user) != audience.end();
  }

  /// "ob.campaign.update".
  [[nodiscard]] std::string_view name() const noexcept { return std::string_view{text}.substr(before_name, name_size); }
  /// The object.
  [[nodiscard]] std::string_view body() const noexcept {
    return std::string_view{text}.substr(before_name + name_size + before_body, body_size);
  }
  static constexpr std::size_t before_name = 2, before_body = 2; ///< {" and ":
};
using frame_ptr = std::shared_ptr<const frame>;

struct replay_limits {
  std::size_t frames{20'000};
  std::size_t bytes{16 * 1024 * 1024}; ///< of texts and topics
};

class replay_window {
public:
  /// `last`: the number before the first one. Numbers of different processes must not meet: see `first_number`.
  explicit replay_window(std::uint64_t last, replay_limits limits = {}) : limits_{limits}, last_{last}, floor_{last} {}

  /// Keeps `f`, whose number has to be the next one, and lets go of the oldest ones beyond the limits. One
  /// frame is kept whatever its size.
  void add(frame_ptr f) {
    last_ = f->seq;
    bytes_ += size_of(*f);
    frames_.push_back(std::move(f));
    while (frames_.size() > 1 && (frames_.size() > limits_.frames || bytes_ > limits_.bytes))
      drop_oldest();
  }

  /// Lets go of everything: what comes from now on cannot be joined to what was before.
  void forget() {
    while (!frames_.empty())
      drop_oldest();
    floor_ = last_;
  }

  /// The events below `topic` after number `from`; nothing when some of them are not here any more, or the
  /// number is none of ours.
  [[nodiscard]] std::optional<std::vector<frame_ptr>> since(std::uint64_t from, std::string_view topic) const {
    if (from < floor_ || from > last_)
      return std::nullopt;
    std::vector<frame_ptr> found;
    for (auto at = std::upper_bound(frames_.begin(), frames_.end(), from,
                                    [](std::uint64_t seq, const frame_ptr& f) { return seq < f->seq; });
         at != frames_.end(); ++at)
      if (topic_covers(topic, (*at)->topic))
        found.push_back(*at);
    return found;
  }

  /// Of the newest event.
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
  [[nodiscard]] std::uint64_t next() const noexcept { return last_ + 1; }
  [[nodiscard]] std::size_t size() const noexcept { return frames_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// A number to begin with that no earlier process can have reached, below 2^53 so that JSON readers keep it
  /// exact: the second of the start, and room for a million events a second.
  [[nodiscard]] static constexpr std::uint64_t first_number(std::int64_t unix_seconds) noexcept {
    return static_cast<std::uint64_t>(unix_seconds) << 20;
  }

private:
  static std::size_t size_of(const frame& f) noexcept { return f.text.size() + f.topic.size() + sizeof(frame); }
  void drop_oldest() {
    bytes_ -= size_of(*frames_.front());
    floor_ = frames_.front()->seq;
    frames_.pop_front();
  }

  replay_limits limits_;
  std::uint64_t last_;
  std::uint64_t floor_; ///< everything after this number is here
  std::deque<frame_ptr> frames_;
  std::size_t bytes_{0};
};

} // namespace ringmaster::core
