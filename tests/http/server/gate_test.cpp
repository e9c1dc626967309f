// SPDX-License-Identifier: Apache-2.0
#include "http/server/gate.hpp"

#include <gtest/gtest.h>

using namespace ringmaster::http;

namespace {

std::optional<refusal> gate(std::string_view head, request_head& into, const head_limits& limits = {}) {
  return read_head(head, limits, into);
}

std::optional<refusal> gate(std::string_view head) {
  request_head into;
  return gate(head, into);
}

/// A request with these further fields.
std::string with(std::string_view fields, std::string_view version = "HTTP/1.1", std::string_view host = "Host: a\r\n") {
  std::string out{"POST /x "};
  return out.append(version).append("\r\n").append(host).append(fields).append("\r\n");
}

} // namespace

TEST(gate, reads_a_head) {
  request_head h;
  ASSERT_FALSE(gate("PUT /a/b?c=d HTTP/1.1\r\nHost: example:8081\r\nX-One:  two \t\r\nEmpty:\r\ncontent-LENGTH: 17\r\n\r\n", h));
  EXPECT_EQ(method::put, h.method);
  EXPECT_EQ("/a/b?c=d", h.target);
  EXPECT_TRUE(h.http_1_1);
  EXPECT_TRUE(h.keep_alive);
  EXPECT_EQ(framing::length, h.framing);
  EXPECT_EQ(17u, h.content_length);
  EXPECT_EQ("two", h.field("x-one"));
  EXPECT_EQ("", h.field("empty"));
  ASSERT_FALSE(gate("GET / HTTP/1.0\r\n\r\n", h));
  EXPECT_EQ(framing::none, h.framing);
  EXPECT_FALSE(h.keep_alive);
  EXPECT_TRUE(h.fields.empty());
}

TEST(gate, reads_what_shapes_the_connection) {
  request_head h;
  ASSERT_FALSE(gate(with("Connection: foo, Close\r\n"), h));
  EXPECT_FALSE(h.keep_alive);
  ASSERT_FALSE(gate(with("Connection: Keep-Alive\r\n", "HTTP/1.0", ""), h));
  EXPECT_TRUE(h.keep_alive);
  ASSERT_FALSE(gate(with("Transfer-Encoding: Chunked\r\n"), h));
  EXPECT_EQ(framing::chunked, h.framing);
  ASSERT_FALSE(gate(with("Content-Length: 3\r\nExpect: 100-Continue\r\n"), h));
  EXPECT_TRUE(h.expects_continue);
  ASSERT_FALSE(gate(with("Connection: Upgrade\r\nUpgrade: websocket\r\n"), h));
  EXPECT_TRUE(h.wants_upgrade);
  ASSERT_FALSE(gate(with("Upgrade: websocket\r\n"), h));
  EXPECT_FALSE(h.wants_upgrade);
  ASSERT_FALSE(gate("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", h));
  ASSERT_FALSE(gate("BREW /pot HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", h));
  EXPECT_EQ(method::other, h.method);
}

TEST(gate, refuses_every_ambiguous_framing) {
  EXPECT_EQ(refusal::both_framings, gate(with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")));
  EXPECT_EQ(refusal::both_framings, gate(with("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")));
  EXPECT_EQ(refusal::doubled_length, gate(with("Content-Length: 5\r\nContent-Length: 5\r\n")));
  EXPECT_EQ(refusal::doubled_length, gate(with("Content-Length: 5\r\ncontent-length: 6\r\n")));
  for (const auto* length : {"5, 5", "+5", "-5", "5 5", "", "0x5", "5.0", "1e3", "99999999999999999999", "18446744073709551616", "5;", "\"5\""})
    EXPECT_EQ(refusal::bad_length, gate(with("Content-Length: " + std::string{length} + "\r\n"))) << length;
  for (const auto* coding : {"gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "xchunked", "chunkedx", "identity",
                             "", "chunked;q=1", "\"chunked\"", "chunked,", ",chunked", "chunked, identity"})
    EXPECT_EQ(refusal::bad_transfer_coding, gate(with("Transfer-Encoding: " + std::string{coding} + "\r\n"))) << coding;
  EXPECT_EQ(refusal::bad_transfer_coding, gate(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")));
  EXPECT_EQ(refusal::bad_transfer_coding, gate(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")));
  EXPECT_EQ(refusal::coding_in_http_1_0, gate(with("Transfer-Encoding: chunked\r\n", "HTTP/1.0")));
  EXPECT_EQ(refusal::bad_field_name, gate(with("Transfer-Encoding : chunked\r\n")));
  EXPECT_EQ(refusal::bad_field_name, gate(with("Transfer\x0b-Encoding: chunked\r\n")));
  EXPECT_EQ(refusal::bad_field_value, gate(with("Transfer-Encoding: \x0b" "chunked\r\n")));
  EXPECT_EQ(refusal::bad_transfer_coding, gate(with("Transfer-Encoding:\r\n chunked\r\n"))); // empty already
  EXPECT_EQ(refusal::folded_field, gate(with("X: y\r\n\tTransfer-Encoding: chunked\r\n")));
  EXPECT_EQ(refusal::folded_field, gate("GET / HTTP/1.1\r\n Host: a\r\n\r\n"));
}

TEST(gate, refuses_a_missing_doubled_or_odd_host) {
  EXPECT_EQ(refusal::missing_host, gate(with("", "HTTP/1.1", "")));
  EXPECT_EQ(refusal::doubled_host, gate(with("host: a\r\n")));
  EXPECT_EQ(refusal::doubled_host, gate(with("Host: b\r\n", "HTTP/1.0")));
  for (const auto* host : {"", "a b", "a,b", "a/b", "user@a", "a?b", "a#b", "<a>"})
    EXPECT_EQ(refusal::bad_host, gate(with("", "HTTP/1.1", "Host: " + std::string{host} + "\r\n"))) << host;
}

TEST(gate, refuses_malformed_lines) {
  EXPECT_EQ(refusal::bare_line_end, gate("GET / HTTP/1.1\nHost: a\n\n"));
  EXPECT_EQ(refusal::bare_line_end, gate("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"));
  EXPECT_EQ(refusal::bare_line_end, gate("GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n"));
  EXPECT_EQ(refusal::bare_line_end, gate("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"));
  EXPECT_EQ(refusal::bare_line_end, gate("GET / HTTP/1.1\r\nHost: a\r\n"));
  EXPECT_EQ(refusal::bad_field_name, gate(with(": x\r\n")));
  EXPECT_EQ(refusal::bad_field_name, gate(with("no colon\r\n")));
  EXPECT_EQ(refusal::bad_field_name, gate(with("a b: x\r\n")));
  EXPECT_EQ(refusal::bad_field_name, gate(with("a\xe4: x\r\n")));
  EXPECT_EQ(refusal::bad_field_name, gate(with(std::string{"a\0b: x\r\n", 8})));
  EXPECT_EQ(refusal::bad_field_value, gate(with(std::string{"a: x\0y\r\n", 8})));
  EXPECT_EQ(refusal::bad_field_value, gate(with("a: \x7f\r\n")));
  EXPECT_EQ(refusal::unknown_expectation, gate(with("Expect: 200-ok\r\n")));
  for (const auto* line : {"", "GET", "GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET /a b HTTP/1.1",
                           "G{T / HTTP/1.1", "GET / http/1.1", "GET\t/ HTTP/1.1", "GET / ICY"})
    EXPECT_EQ(refusal::bad_request_line, gate(std::string{line} + "\r\nHost: a\r\n\r\n")) << line;
  for (const auto* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/1.10", "HTTP/1"})
    EXPECT_EQ(refusal::bad_version, gate(with("", version))) << version;
}

TEST(gate, refuses_odd_targets) {
  for (const auto* target : {"http://a/", "https://a/x", "a:80", "*", "x", "//\x01", "/a#b", "/\xc3\xa4", "/\x7f", "/a\tb"})
    EXPECT_EQ(refusal::bad_target, gate("GET " + std::string{target} + " HTTP/1.1\r\nHost: a\r\n\r\n")) << target;
  head_limits limits;
  limits.target = 10;
  request_head h;
  EXPECT_FALSE(gate("GET /123456789 HTTP/1.1\r\nHost: a\r\n\r\n", h, limits));
  EXPECT_EQ(refusal::target_too_long, gate("GET /1234567890 HTTP/1.1\r\nHost: a\r\n\r\n", h, limits));
}

TEST(gate, bounds_the_head) {
  head_limits limits;
  limits.fields = 3;
  limits.bytes = 200;
  request_head h;
  EXPECT_FALSE(gate(with("A: b\r\nC: d\r\n"), h, limits));
  EXPECT_EQ(refusal::too_many_fields, gate(with("A: b\r\nC: d\r\nE: f\r\n"), h, limits));
  EXPECT_EQ(refusal::head_too_long, gate(with("A: " + std::string(200, 'b') + "\r\n"), h, limits));
}

TEST(gate, says_each_refusal_with_a_status) {
  for (int i = 0; i <= static_cast<int>(refusal::body_too_long); ++i) {
    const auto r = static_cast<refusal>(i);
    EXPECT_FALSE(describe(r).empty());
    EXPECT_GE(http_status(r), 400u);
    EXPECT_LE(http_status(r), 505u);
  }
}

TEST(gate, finds_the_end_of_a_head_wherever_the_bytes_are_split) {
  const std::string_view all{"GET / HTTP/1.1\r\nHost: a\r\n\r\nrest"};
  const auto end = all.size() - 4;
  for (std::size_t first = 0; first < all.size(); ++first) {
    const auto early = find_head_end(all.substr(0, first), 0);
    EXPECT_EQ(first >= end, early.has_value()) << first;
    EXPECT_EQ(end, find_head_end(all, std::min(first, end - 1))) << first;
  }
  EXPECT_EQ(std::size_t{2}, find_head_end("\n\nx", 0)); // for the gate to refuse
}

TEST(target, is_split_before_it_is_decoded) {
  request r;
  ASSERT_TRUE(read_target("/ob/plans/a%2Fb%20c/?q=1+2&q=%C3%A4&flag&=x&&", r));
  EXPECT_EQ((std::vector<std::string>{"ob", "plans", "a/b c"}), r.segments);
  EXPECT_TRUE(r.trailing_slash);
  using pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ((pairs{{"q", "1 2"}, {"q", "ä"}, {"flag", ""}, {"", "x"}}), r.query);
  EXPECT_EQ("1 2", r.query_value("q"));
  EXPECT_EQ(std::nullopt, r.query_value("none"));
  ASSERT_TRUE(read_target("/", r));
  EXPECT_TRUE(r.segments.empty());
}

TEST(target, refuses_what_could_be_read_in_two_ways) {
  for (const auto* bad : {"/%", "/%4", "/%4g", "/%zz", "/%00", "/a%0d", "/a%0A", "/%7f", "/a/../b", "/a/%2e%2E/b", "/./a", "//a",
                          "/a//b", "/%ff", "/%C3", "/?a=%00", "/?a%0d=1", "/?%", "x", ""}) {
    request r;
    EXPECT_FALSE(read_target(bad, r)) << bad;
  }
}
