// SPDX-License-Identifier: Apache-2.0
/// The front over an engine and a server of its own, told by the test as actors tell it.
#pragma once

#include "tests/http/daemon_fixture.hpp"

#include "http/live/front.hpp"
#include "http/server/server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace ringmaster::tests {

class front_test : public testing::Test {
protected:
  void start(const live::socket_limits& limits) {
    auto env = storage::environment::open({folder_.path() / "data", std::size_t{1} << 30, 126});
    ASSERT_TRUE(env) << env.error().message;
    env_.emplace(std::move(*env));
    engine_options options;
    options.result_file = folder_.path() / "results.json";
    auto engine = engine::start(std::move(options), *env_);
    ASSERT_TRUE(engine) << engine.error().message;
    engine_ = std::move(*engine);
    front_ = std::make_unique<live::front>(*engine_, limits);
    router_.emplace([this](std::string_view, time_point) -> result<std::shared_ptr<const auth::principal>> { return caller_; });
    ASSERT_TRUE(front_->add_to(*router_));
    options_.port = 0;
    options_.threads = 1; // what the quick reader has heard, the slow one has been told
    auto started = http::server::start(options_, *router_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  void TearDown() override {
    server_.reset();
    front_.reset();
    engine_.reset();
  }

  scratch_folder folder_;
  /// Whoever connects; reset, its token has ended.
  std::shared_ptr<const auth::principal> caller_{
      std::make_shared<const auth::principal>(auth::principal{"someone", {"ob.read"}})};
  http::server_options options_;
  std::optional<storage::environment> env_;
  std::unique_ptr<engine> engine_;
  std::unique_ptr<live::front> front_;
  std::optional<http::router> router_;
  std::unique_ptr<http::server> server_;
};

} // namespace ringmaster::tests
