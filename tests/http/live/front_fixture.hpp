// SPDX-License-Identifier: Apache-2.0
/// The front over an engine and a server of its own, told by the test as actors tell it.
#pragma once

#include "tests/http/daemon_fixture.hpp"
#include "tests/http/served_engine.hpp"

#include "http/live/front.hpp"
#include "http/server/server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace ringmaster::tests {

class front_test : public served_engine {
protected:
  void start(const live::socket_limits& limits) {
    start_engine();
    front_ = std::make_unique<live::front>(*engine_, limits);
    router_.emplace([this](std::string_view, time_point) -> result<std::shared_ptr<const auth::principal>> { return caller_; });
    ASSERT_TRUE(front_->add_to(*router_));
    serve(*router_, options_); // one thread: what the quick reader has heard, the slow one has been told
  }
  void TearDown() override {
    server_.reset();
    front_.reset();
    served_engine::TearDown();
  }

  /// Whoever connects; reset, its token has ended.
  std::shared_ptr<const auth::principal> caller_{std::make_shared<const auth::principal>(auth::principal{"someone", {"ob.read"}})};
  http::server_options options_;
  std::optional<http::router> router_;
  std::unique_ptr<live::front> front_;
};

} // namespace ringmaster::tests
