// SPDX-License-Identifier: Apache-2.0
#include "http/www/pages.hpp"

#include "http/www/embedded.hpp"

#include <memory>

namespace ringmaster::www {
namespace {

/// Scripts, styles and connections of our own and nothing else: what a campaign's name or a caller's says can never
/// become a program, and nobody can put the page into theirs.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; manifest-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The viewer's style sheet has its icons in itself.
constexpr std::string_view policy_of_api =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".html"))
    return "text/html; charset=utf-8";
  if (name.ends_with(".css"))
    return "text/css; charset=utf-8";
  if (name.ends_with(".svg"))
    return "image/svg+xml";
  if (name.ends_with(".txt"))
    return "text/plain; charset=utf-8";
  return "text/javascript; charset=utf-8";
}

/// Whether an If-None-Match names it. Weak comparison: ours are strong, a proxy may have weakened them.
bool is_known(std::string_view header, std::string_view etag) {
  return header == "*" || header.find(etag) != std::string_view::npos;
}

} // namespace

result<void> add_pages(http::router& r) {
  for (const auto& file : embedded_files()) {
    http::response whole;
    whole.content_type = type_of(file.name);
    whole.body = std::make_shared<const std::string>(file.bytes);
    whole.headers = {{"ETag", std::string{file.etag}},
                     {"Cache-Control", "no-cache"}, // asked again each time, and mostly answered with 304
                     {"Content-Security-Policy", std::string{file.name.starts_with("api/") ? policy_of_api : policy}},
                     {"X-Content-Type-Options", "nosniff"},
                     {"X-Frame-Options", "DENY"},
                     {"Referrer-Policy", "no-referrer"},
                     {"Cross-Origin-Opener-Policy", "same-origin"},
                     {"Cross-Origin-Resource-Policy", "same-origin"}};
    auto unchanged = whole;
    unchanged.status = 304;
    unchanged.content_type.clear();
    unchanged.body = std::string{};
    const auto slash = file.name.find('/');
    const auto page = file.name.substr(0, slash), name = file.name.substr(slash + 1);
    http::route to{.method = http::method::get, .path = "/" + std::string{page}, .needs = http::access::open, .any_query = true,
                   .about = {.group = "Pages", .summary = page == "api" ? "The page that shows this API" : "The wallboard, for the browser", .shape = http::reply_shape::document, .media = "text/html"}};
    if (name != "index.html")
      to.path.append("/").append(name);
    to.to.on_request = [whole = std::move(whole), unchanged = std::move(unchanged), etag = file.etag](
                           const http::request& req, const http::responder& reply) {
      reply(is_known(req.header("if-none-match"), etag) ? unchanged : whole);
    };
    if (auto added = r.add(std::move(to)); !added)
      return added;
  }
  return {};
}

} // namespace ringmaster::www
