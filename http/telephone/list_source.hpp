// SPDX-License-Identifier: Apache-2.0
/// A long list as a streamed answer: rendered `piece` objects at a time, so that the thread serves its other
/// connections, live clients among them, in between. Which objects are in the list is settled when it begins; each is
/// shown as it is when its turn comes.
#pragma once

#include "http/envelope.hpp"
#include "http/server/response.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster::telephone {

/// `Append(std::string&, const Item&)` writes an item; `tail` is what follows the list within the envelope's result,
/// from its closing bracket on.
template <class Item, class Append>
class list_source final : public http::body_source {
public:
  /// A list of more items than this is streamed, so many at a time.
  static constexpr std::size_t piece = 128;

  list_source(std::vector<Item> items, std::string tail, time_point now, Append append)
      : items_{std::move(items)}, tail_{std::move(tail)}, now_{now}, append_{std::move(append)} {}

  void next(give to) override {
    std::string out;
    if (!ended_) {
      const auto end = std::min(at_ + piece, items_.size());
      out.reserve((end - at_) * 700 + 256);
      if (at_ == 0) {
        http::begin_envelope(out);
        out.append("{\"list\":[");
      }
      for (; at_ != end; ++at_) {
        if (at_ != 0)
          out.push_back(',');
        append_(out, items_[at_]);
        items_[at_] = {};
      }
      if (at_ == items_.size()) {
        ended_ = true;
        out.append(tail_);
        http::end_envelope(out, 200, now_);
      }
    }
    to(std::move(out));
  }

private:
  std::vector<Item> items_;
  std::string tail_;
  time_point now_;
  Append append_;
  std::size_t at_{0};
  bool ended_{false};
};

} // namespace ringmaster::telephone
