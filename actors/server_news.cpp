// SPDX-License-Identifier: Apache-2.0
#include "actors/server_news.hpp"

#include "actors/live_json.hpp"

#include <utility>

namespace ringmaster {

void server_news::tell(server_standing stands, time_point now) {
  if (!shared_ || !shared_->is_wanted(core::topic_family::servers))
    return;
  auto* breakers = shared_->breakers_of(name_);
  told fresh{std::move(stands), breakers ? breakers->resting(now) : std::vector<core::resting>{}};
  if (told_ == fresh)
    return;
  told_ = std::move(fresh);
  std::string json;
  json_writer w{json};
  append_server(w, name_, live_->pbxs.find(name_).get(), shared_->resting(name_));
  shared_->tell(happening{topic_below(core::topic_of(core::topic_family::servers), name_), "ob.server.update", std::move(json)});
}

} // namespace ringmaster
