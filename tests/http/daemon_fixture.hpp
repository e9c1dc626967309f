// SPDX-License-Identifier: Apache-2.0
/// The whole daemon without a listener: a real engine without Asterisk servers, a real database in a folder
/// of its own, requests given to the router as a session gives them.
#pragma once

#include "http/daemon/application.hpp"
#include "tests/scratch_folder.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>

namespace ringmaster::tests {

/// What came back.
struct reply {
  http::response response;
  std::string text; ///< the body, streamed ones put together

  [[nodiscard]] unsigned status() const noexcept { return response.status; }
  /// The value at a JSON pointer, as minified JSON; strings without their quotes; "(none)" when missing.
  [[nodiscard]] std::string at(std::string_view pointer) const {
    simdjson::dom::parser parser;
    simdjson::dom::element root, value;
    if (parser.parse(text).get(root) || root.at_pointer(pointer).get(value))
      return "(none)";
    std::string_view string;
    return value.get(string) == simdjson::SUCCESS ? std::string{string} : simdjson::minify(value);
  }
  [[nodiscard]] std::size_t size(std::string_view pointer) const {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::array list;
    return parser.parse(text).get(root) || root.at_pointer(pointer).get(list) ? std::size_t{999'999} : list.size();
  }
};

/// Waits for the one answer of a request.
class answer_box final : public http::reply_target {
public:
  void answer(http::response r) override { box_.set_value(std::move(r)); }
  [[nodiscard]] bool abandoned() const noexcept override { return false; }
  [[nodiscard]] http::response wait() {
    auto coming = box_.get_future();
    if (coming.wait_for(std::chrono::seconds{30}) != std::future_status::ready) {
      ADD_FAILURE() << "no answer within 30 s";
      return {};
    }
    return coming.get();
  }

private:
  std::promise<http::response> box_;
};

class daemon_test : public ::testing::Test {
protected:
  void SetUp() override {
    settings_.data_dir = (folder_.path() / "data").string();
    settings_.admin_password = "a test's password";
    settings_.passwords = {64, 1, 1}; // as cheap as can be: nothing here is secret
    settings_.threads.actors = 2;
    settings_.threads.parsers = 1;
    settings_.database_map_size = std::uint64_t{1} << 30;
    start();
    token_ = log_in("admin", settings_.admin_password).at("/result/authtoken");
    ASSERT_EQ(token_.size(), 36u);
  }

  void start() {
    auto made = daemon::application::start(settings_, false);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    daemon_ = std::move(*made);
  }

  [[nodiscard]] reply log_in(const std::string& user, const std::string& password) {
    http::request req = request(http::method::post, "/v1/admin/login", "");
    req.headers = {{"authorization", "Basic " + base64(user + ":" + password)}};
    return send(std::move(req));
  }

  [[nodiscard]] http::request request(http::method m, const std::string& target, std::string body) const {
    http::request req;
    req.method = m;
    req.target = target;
    req.body = std::move(body);
    req.peer = "127.0.0.1";
    req.arrived = wall_clock_now();
    EXPECT_TRUE(http::read_target(target, req).has_value()) << target;
    if (!token_.empty())
      req.headers = {{"authorization", "Bearer " + token_}};
    return req;
  }

  [[nodiscard]] reply send(http::request req) {
    auto way = daemon_->routes().begin(req);
    if (way.refusal)
      return whole(std::move(*way.refusal));
    auto box = std::make_shared<answer_box>();
    way.to->on_request(std::move(req), http::responder{box});
    return whole(box->wait());
  }
  [[nodiscard]] reply get(const std::string& target, std::string body = "") {
    return send(request(http::method::get, target, std::move(body)));
  }
  [[nodiscard]] reply post(const std::string& target, std::string body = "{}") {
    return send(request(http::method::post, target, std::move(body)));
  }
  [[nodiscard]] reply put(const std::string& target, std::string body) {
    return send(request(http::method::put, target, std::move(body)));
  }
  [[nodiscard]] reply del(const std::string& target, std::string body = "") {
    return send(request(http::method::del, target, std::move(body)));
  }

  /// Streams `body` in pieces, each only when the handler asks for it.
  [[nodiscard]] reply stream(const std::string& target, std::string_view body, std::size_t piece) {
    auto req = request(http::method::post, target, "");
    auto way = daemon_->routes().begin(req);
    if (way.refusal)
      return whole(std::move(*way.refusal));
    auto box = std::make_shared<answer_box>();
    const auto sink = way.to->on_stream(req, http::responder{box});
    while (sink && !body.empty()) {
      auto asked = std::make_shared<std::promise<void>>();
      auto more = asked->get_future();
      sink->on_chunk(body.substr(0, piece), [asked] { asked->set_value(); });
      asked.reset(); // a sink that drops its `resume` breaks the promise: it has answered
      body.remove_prefix(std::min(piece, body.size()));
      more.wait();
      try {
        more.get();
      } catch (const std::future_error&) {
        return whole(box->wait());
      }
    }
    if (sink)
      sink->on_end();
    return whole(box->wait());
  }

  /// Creates something and gives its uuid back.
  [[nodiscard]] std::string make(const std::string& target, std::string body = "{}") {
    const auto made = post(target, std::move(body));
    EXPECT_EQ(made.status(), 200u) << target << ": " << made.text;
    return made.at("/result/uuid");
  }

  static reply whole(http::response r) {
    reply out;
    if (auto* own = std::get_if<std::string>(&r.body))
      out.text = *own;
    else if (auto* shared = std::get_if<std::shared_ptr<const std::string>>(&r.body))
      out.text = **shared;
    else {
      auto& source = std::get<std::shared_ptr<http::body_source>>(r.body);
      for (bool more = true; more;) {
        std::promise<result<std::string>> piece;
        source->next([&](result<std::string> p) { piece.set_value(std::move(p)); });
        const auto got = piece.get_future().get();
        more = got && !got->empty();
        if (more)
          out.text += *got;
      }
    }
    out.response = std::move(r);
    return out;
  }

  static std::string base64(std::string_view text) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
      unsigned bits = 0;
      for (std::size_t k = 0; k < 3; ++k)
        bits = bits << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u);
      for (std::size_t k = 0; k < 4; ++k)
        out.push_back(i + k <= text.size() ? letters[bits >> (18 - 6 * k) & 63] : '=');
    }
    return out;
  }

  scratch_folder folder_;
  config::settings settings_;
  std::unique_ptr<daemon::application> daemon_;
  std::string token_;
};

inline constexpr std::string_view unknown_id = "00000000-0000-4000-8000-00000000dead";

} // namespace ringmaster::tests
