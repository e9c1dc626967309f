// SPDX-License-Identifier: Apache-2.0
/// A long list as a streamed answer: rendered `piece` objects at a time, so that the thread serves its other
/// connections, live clients among them, in between. Which objects are in the list is settled when it begins; each is
/// shown as it is when its turn comes.
#pragma once

#include "http/api/context.hpp"
#include "http/server/response.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster::telephone {

/// `Append(std::string&, const Item&)` writes an item; `next` says where the next page begins, empty at the end.
template <class Item, class Append>
class list_source final : public http::body_source {
public:
  /// A list of more items than this is streamed, so many at a time.
  static constexpr std::size_t piece = 128;

  list_source(const api::context& c, std::vector<Item> items, std::string next, Append append)
      : speaks_{*c.speaks}, items_{std::move(items)}, next_{std::move(next)}, now_{c.now()}, append_{std::move(append)} {}

  void next(give to) override {
    std::string out;
    if (!ended_) {
      const auto end = std::min(at_ + piece, items_.size());
      out.reserve((end - at_) * 700 + 256);
      if (at_ == 0) {
        speaks_.begin(out);
        speaks_.begin_list(out);
      }
      for (; at_ != end; ++at_) {
        if (at_ != 0)
          out.push_back(',');
        append_(out, items_[at_]);
        items_[at_] = {};
      }
      if (at_ == items_.size()) {
        ended_ = true;
        speaks_.end_list(out, next_);
        speaks_.end(out, speaks_.status_of(http::outcome::shown), now_);
      }
    }
    to(std::move(out));
  }

private:
  const http::dialect& speaks_;
  std::vector<Item> items_;
  std::string next_;
  time_point now_;
  Append append_;
  std::size_t at_{0};
  bool ended_{false};
};

} // namespace ringmaster::telephone
