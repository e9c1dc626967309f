// SPDX-License-Identifier: Apache-2.0
#include "actors/telephone_feed.hpp"

#include "actors/log.hpp"
#include "actors/shared.hpp"

namespace ringmaster {
namespace {

/// What may wait: a few seconds of a busy server.
constexpr std::size_t most_bytes = 64 * 1024 * 1024, few_bytes = 4 * 1024 * 1024;

} // namespace

telephone_feed::~telephone_feed() {
  if (telephone_)
    telephone_.end();
}

void telephone_feed::begin(caf::event_based_actor* pbx, std::shared_ptr<core::telephone_tables> tables, engine_shared* shared) {
  telephone_ = telephone_handle{pbx->spawn<caf::detached>(telephone_actor, telephone_options{std::move(tables), backlog_, &time_},
                                                          me<pbx_handle>(pbx), shared)};
  shared->essential.add("telephone " + server_, telephone_.actor());
}

void telephone_feed::hand(const ami::block_ptr& block, bool can_list) {
  if (!telephone_)
    return;
  const auto waits = backlog_->load(std::memory_order_relaxed);
  if (behind_) {
    if (waits > few_bytes)
      return;
    behind_ = false;
    if (can_list)
      tell(telephone_connected{false});
  } else if (waits > most_bytes) {
    behind_ = true;
    if (const auto times = behind_told_.due(time_.now()))
      log_warn("event=telephone_behind pbx={} bytes={} times={}", server_, waits, *times);
    return;
  }
  backlog_->fetch_add(block->bytes().size(), std::memory_order_relaxed);
  tell(telephone_block{block});
}

} // namespace ringmaster
