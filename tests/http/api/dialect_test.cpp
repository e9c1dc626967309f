// SPDX-License-Identifier: Apache-2.0
// A resource of the product in a dialect of another kind: other answers, other statuses, other words of refusal, its token in
// a header of its own, forms taken, ids without dashes. Over a real server, since it refuses some requests by itself.
#include "http/api/openapi.hpp"
#include "http/outbound/resource.hpp"
#include "http/outbound/resources.hpp"
#include "protocol/json.hpp"
#include "tests/http/served_engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringmaster::dialect_tests {
namespace {

using http::server_tests::client;
using http::server_tests::reply;

class toy final : public http::dialect {
public:
  [[nodiscard]] std::string_view name() const noexcept override { return "Toy"; }
  [[nodiscard]] std::string_view token_of(const http::request& req) const noexcept override { return req.header("x-toy-token"); }
  [[nodiscard]] bool takes_forms() const noexcept override { return true; }
  [[nodiscard]] std::optional<uuid> read_id(std::string_view segment) const override {
    std::string text{segment};
    if (text.size() != 32 || text.find('-') != std::string::npos)
      return std::nullopt;
    for (const auto at : {8u, 13u, 18u, 23u})
      text.insert(at, 1, '-');
    return parse_uuid(text);
  }
  [[nodiscard]] unsigned status_of(http::outcome what) const noexcept override {
    return what == http::outcome::created ? 201 : what == http::outcome::removed ? 204 : 200;
  }
  void begin(std::string& out) const override { out += R"({"toy":)"; }
  void end(std::string& out, unsigned status, time_point) const override { out += fmt::format(R"(,"said":{}}})", status); }
  void begin_list(std::string& out) const override { out += R"({"items":[)"; }
  void end_list(std::string& out, std::string_view next) const override {
    out.append(R"(],"more":)").append(next.empty() ? "false}" : "true}");
  }
  using refusal_form::refusal;
  [[nodiscard]] http::response refusal(const error& why, time_point, unsigned status) const override {
    status = why.code == errc::invalid_field ? 422 : status;
    std::string body = R"({"fault":)";
    append_json_string(body, why.field.empty() ? std::string_view{"request"} : std::string_view{why.field});
    return {status, "application/json", body + "}", {}, false};
  }
  [[nodiscard]] std::string refusal_schema() const override { return R"({"type":"object","properties":{"fault":{"type":"string"}}})"; }
};
const toy spoken;

inline constexpr constraint title_rule{.bytes = 40, .required = true};
inline constexpr auto toy_fields = field_table{
    field{8, "key", &dlma::id, access::read_only, "Its key."}, field{4, "title", &dlma::name, access::writable, "Its title.", title_rule},
    field{10, "kind", &dlma::number_kind, access::writable, "What its numbers are.", number_kind_rule}};

/// All that a resource is, in any dialect.
struct toy_list {
  using object = dlma;
  using keeper = outbound::keeper_of<dlma>;
  static constexpr std::string_view may_read = "ob.read", may_write = "ob.write";
  static constexpr const auto& table = toy_fields;
  static constexpr http::object_kind shown{"ToyList", [] { return describe<dlma>(toy_fields); }}, sent{"ToyListInput", shown.fields};
  static constexpr std::string_view group = "Toys", name = "toy list", path = "/toy/lists";
  static constexpr std::size_t list_count = 3;
};

class dialects : public tests::served_engine {
protected:
  void SetUp() override {
    start_engine();
    routes_.alias("/v1", "");
    routes_.speak("/toy", spoken);
    outbound::context c{engine_.get()};
    ASSERT_TRUE(api::resource_handlers<outbound::dlma_resource>::add_to(routes_, c));
    c.speaks = &spoken;
    ASSERT_TRUE(api::resource_handlers<toy_list>::add_to(routes_, c));
    ASSERT_TRUE(routes_.add({.method = http::method::get, .path = "/toy/lost", .to = {.on_request = [](const auto&, const auto&) {}}}));
    ASSERT_TRUE(routes_.add({.method = http::method::get,
                             .path = "/toy/echo",
                             .to = {.on_request = [](const http::request& req, const http::responder& answer) {
                               std::string all;
                               for (std::size_t i = 0; i < req.headers.size(); ++i)
                                 all.append(req.headers[i].first).append("=").append(req.headers[i].second).append("\n");
                               answer({200, "text/plain", all, {}, false});
                             }}}));
    http::server_options at;
    at.limits.body = 4'000;
    serve(routes_, std::move(at));
  }

  reply ask(const std::string& what, std::string_view body = {}, const std::string& further = {}) {
    return send(what, body, "X-Toy-Token: right\r\n" + further);
  }
  reply post(const std::string& path, std::string_view body, const std::string& type = "application/json") {
    return ask("POST " + path, body, "Content-Type: " + type + "\r\n");
  }
  /// As the toy has it in its paths.
  static std::string id_in(const reply& r) {
    std::string id = r.body.substr(r.body.find(R"("key":")") + 7, 36);
    std::erase(id, '-');
    return id;
  }

  http::router routes_{[](std::string_view token, time_point) -> result<std::shared_ptr<const auth::principal>> {
    if (token != "right")
      return error{errc::unauthorized, "no", {}};
    return std::make_shared<const auth::principal>(auth::principal{"toy", {"*"}});
  }};
};

TEST_F(dialects, have_their_own_answers_statuses_and_ids) {
  const auto made = post("/toy/lists", R"({"title": "Tops"})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_TRUE(made.body.starts_with(R"({"toy":{"key":")") && made.body.ends_with(R"("title":"Tops","kind":"number"},"said":201})"))
      << made.body;
  const auto id = id_in(made);
  const auto shown = ask("GET /toy/lists/" + id);
  EXPECT_EQ(shown.status, 200u);
  EXPECT_TRUE(shown.body.ends_with(R"("title":"Tops","kind":"number"},"said":200})")) << shown.body;
  EXPECT_EQ(ask("PUT /toy/lists/" + id, R"({"title": "Dolls"})").status, 200u);
  EXPECT_NE(ask("GET /v1/toy/lists").body.find("Dolls"), std::string::npos);
  // The same object in the product's own words.
  const auto ours = ask("GET /ob/dlmas?authtoken=right");
  EXPECT_EQ(ours.status, 200u) << ours.body;
  EXPECT_TRUE(ours.body.starts_with(R"({"api_ver": "0.1", "result": {"list":[)") &&
              ours.body.find(R"("name":"Dolls")") != std::string::npos)
      << ours.body;

  const auto gone = ask("DELETE /toy/lists/" + id);
  EXPECT_EQ(gone.status, 204u);
  EXPECT_EQ(gone.body, "");
  EXPECT_EQ(gone.head.find("Content-Type"), std::string::npos) << gone.head;
  EXPECT_EQ(ask("GET /toy/lists").body, R"({"toy":{"items":[],"more":false},"said":200})");
}

TEST_F(dialects, have_their_own_lists_short_and_streamed) {
  for (int i = 0; i < 4; ++i)
    ASSERT_EQ(post("/toy/lists", R"({"title": "T"})").status, 201u);
  const auto page = ask("GET /toy/lists").body;
  EXPECT_TRUE(page.starts_with(R"({"toy":{"items":[{"key":)") && page.ends_with(R"(],"more":true},"said":200})")) << page;
  for (int i = 0; i < 150; ++i)
    ASSERT_EQ(post("/toy/lists", R"({"title": "T"})").status, 201u);
  const auto all = ask("GET /toy/lists?count=1000");
  EXPECT_NE(all.head.find("chunked"), std::string::npos) << all.head;
  EXPECT_TRUE(all.body.starts_with(R"({"toy":{"items":[{"key":)") && all.body.ends_with(R"(],"more":false},"said":200})"))
      << all.body.substr(0, 100);
}

TEST_F(dialects, have_their_own_refusals_wherever_they_come_from) {
  const auto fault = [](const reply& r) { return std::to_string(r.status) + " " + r.body; };
  EXPECT_EQ(fault(post("/toy/lists", R"({"titel": "T"})")), R"(422 {"fault":"titel"})");
  EXPECT_EQ(fault(post("/toy/lists", R"({)")), R"(400 {"fault":"request"})");
  EXPECT_EQ(fault(ask("GET /toy/lists/018f8e0a-0000-7000-8000-000000000000")), R"(404 {"fault":"request"})")
      << "an id of the other dialect";
  // Of the router.
  EXPECT_EQ(fault(ask("GET /toy/nothing/here")), R"(404 {"fault":"request"})");
  EXPECT_EQ(fault(ask("GET /v1/toy/nothing")), R"(404 {"fault":"request"})");
  EXPECT_EQ(fault(ask("PATCH /toy/lists")), R"(405 {"fault":"request"})");
  EXPECT_EQ(fault(ask("GET /toy/lists?colour=red")), R"(422 {"fault":"colour"})");
  EXPECT_EQ(fault(ask("GET /toy/lists?authtoken=right")), R"(422 {"fault":"authtoken"})") << "its tokens come in no query";
  client stranger{server_->port()};
  EXPECT_EQ(fault(stranger.ask("GET /toy/lists HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer right\r\n\r\n")), R"(401 {"fault":"request"})");
  EXPECT_EQ(fault(ask("POST /toy/lists", "{}", "Content-Encoding: gzip\r\n")), R"(415 {"fault":"content-encoding"})");
  EXPECT_EQ(ask("POST /toy/lists", "{}", "Content-Encoding: identity, Br\r\n").status, 415u);
  EXPECT_EQ(ask("POST /toy/lists", R"({"title": "T"})", "Content-Encoding: UTF-8\r\n").status, 201u)
      << "no coding, but a mistake that is made";
  // Of the session.
  EXPECT_EQ(fault(post("/toy/lists", std::string(5'000, ' '))), R"(413 {"fault":"request"})");
  EXPECT_EQ(fault(ask("GET /toy/lost")), R"(500 {"fault":"request"})") << "nobody answered";
  // What is no path of the toy's is refused in the usual words.
  EXPECT_TRUE(ask("GET /toys").body.starts_with(R"({"api_ver")"));
  EXPECT_TRUE(ask("GET /ob/dlmas?colour=red").body.starts_with(R"({"api_ver")"));
  EXPECT_TRUE(ask("GET /%00").body.starts_with(R"({"api_ver")"));
}

TEST_F(dialects, that_take_forms_take_both_kinds) {
  const std::string urlencoded = "application/x-www-form-urlencoded";
  const auto made = post("/toy/lists", "title=Tops+%26+dolls&kind=name", urlencoded);
  EXPECT_EQ(made.status, 201u) << made.body;
  EXPECT_NE(made.body.find(R"("title":"Tops & dolls","kind":"name")"), std::string::npos) << made.body;
  const auto multipart = post("/toy/lists", "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nCars\r\n--b--\r\n",
                              "multipart/form-data; boundary=b");
  EXPECT_EQ(multipart.status, 201u) << multipart.body;
  EXPECT_NE(multipart.body.find(R"("title":"Cars","kind":"number")"), std::string::npos) << multipart.body;
  // curl says that of JSON, too, unless it is told what it sends.
  EXPECT_EQ(post("/toy/lists", R"({"title": "T"})", urlencoded).status, 201u);

  EXPECT_EQ(post("/toy/lists", "title=a&title=b", urlencoded).body, R"({"fault":"title"})");
  EXPECT_EQ(post("/toy/lists", "title=a&kind=colour", urlencoded).body, R"({"fault":"kind"})");
  EXPECT_EQ(post("/toy/lists", "title=a%0Ab", urlencoded).body, R"({"fault":"title"})") << "a line break";
  EXPECT_EQ(post("/toy/lists", "title=a%zz", urlencoded).status, 400u);
  const auto file = post("/toy/lists", "--b\r\nContent-Disposition: form-data; name=\"title\"; filename=\"x\"\r\n\r\nCars\r\n--b--\r\n",
                         "multipart/form-data; boundary=b");
  EXPECT_EQ(file.status, 415u) << file.body;
  // The usual dialect takes JSON alone, as it always did.
  EXPECT_EQ(post("/ob/dlmas?authtoken=right", "name=T", urlencoded).status, 400u);
}

TEST_F(dialects, see_every_header) {
  const auto all = ask("GET /toy/echo", {}, "X-Thing: One\r\nx-thing:  two \r\nX-Empty:\r\nRange: bytes=0-1\r\n").body;
  EXPECT_EQ(all, "host=a\nx-toy-token=right\nx-thing=One\nx-thing=two\nx-empty=\nrange=bytes=0-1\ncontent-length=0\n");
}

TEST_F(dialects, are_described_as_they_are) {
  simdjson::dom::parser parser;
  const auto text = api::openapi(routes_, "1");
  const auto doc = parser.parse(text);
  ASSERT_EQ(doc.error(), simdjson::SUCCESS) << text;
  const auto at = [&](std::string_view pointer) {
    const auto found = doc.at_pointer(pointer);
    return found.error() ? std::string{"nothing"} : simdjson::minify(found.value_unsafe());
  };
  EXPECT_EQ(at("/paths/~1toy~1lists/post/responses/201/content/application~1json/schema/$ref"), R"("#/components/schemas/ToyList")");
  EXPECT_EQ(at("/paths/~1toy~1lists/post/responses/default/$ref"), R"("#/components/responses/RefusedToy")");
  EXPECT_EQ(at("/paths/~1toy~1lists~1{uuid}/delete/responses/204"), R"({"description":"Done."})");
  EXPECT_EQ(at("/paths/~1toy~1lists/get/security"), R"([{"bearer":[]}])");
  EXPECT_EQ(at("/components/schemas/RefusalToy/properties/fault/type"), R"("string")");
  EXPECT_EQ(at("/paths/~1ob~1dlmas/post/responses/default/$ref"), R"("#/components/responses/Refused")");
  EXPECT_EQ(at("/paths/~1ob~1dlmas/post/responses/200/content/application~1json/schema/allOf/0/$ref"),
            R"("#/components/schemas/Envelope")");
}

TEST(statuses, are_those_of_http) {
  using http::http_status;
  EXPECT_EQ(http_status(errc::conflict), 409u);
  EXPECT_EQ(http_status(errc::gone), 410u);
  EXPECT_EQ(http_status(errc::outdated), 412u);
  EXPECT_EQ(http_status(errc::unsupported_media), 415u);
  EXPECT_EQ(http_status(errc::bad_range), 416u);
  EXPECT_EQ(http_status(errc::not_implemented), 501u);
}

} // namespace
} // namespace ringmaster::dialect_tests
