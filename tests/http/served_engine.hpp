// SPDX-License-Identifier: Apache-2.0
/// An engine without an Asterisk, and the routes of a test over it, served by a listener of their own.
#pragma once

#include "actors/engine.hpp"
#include "http/router.hpp"
#include "http/server/server.hpp"
#include "tests/http/server/client.hpp"
#include "tests/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::tests {

class served_engine : public testing::Test {
protected:
  void start_engine() {
    auto opened = storage::environment::open({folder_.path() / "data", std::size_t{1} << 30, 126});
    ASSERT_TRUE(opened) << opened.error().message;
    env_.emplace(std::move(*opened));
    engine_options options;
    options.result_file = folder_.path() / "results.json";
    auto engine = engine::start(std::move(options), *env_);
    ASSERT_TRUE(engine) << engine.error().message;
    engine_ = std::move(*engine);
  }
  /// One thread. `routes` outlives the test.
  void serve(const http::router& routes, http::server_options at = {}) {
    at.port = 0;
    at.threads = 1;
    auto started = http::server::start(std::move(at), routes);
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  void TearDown() override {
    if (server_)
      server_->stop();
    server_.reset();
    engine_.reset();
  }

  /// `headers`: whole lines.
  http::server_tests::reply send(const std::string& what, std::string_view body, const std::string& headers) {
    http::server_tests::client one{server_->port()};
    return one.ask(what + " HTTP/1.1\r\nHost: a\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                   std::string{body});
  }

  tests::scratch_folder folder_;
  std::optional<storage::environment> env_;
  std::unique_ptr<engine> engine_;
  std::unique_ptr<http::server> server_;
};

} // namespace ringmaster::tests
