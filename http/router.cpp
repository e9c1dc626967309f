// SPDX-License-Identifier: Apache-2.0
#include "http/router.hpp"

#include "http/server/gate.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace ringmaster::http {
namespace {

struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

constexpr std::size_t methods = 7; ///< those before method::other

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (slash != 0)
      parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return parts;
}

bool is_param(std::string_view part) noexcept { return part.size() > 2 && part.front() == '{' && part.back() == '}'; }

std::optional<error> unknown_parameter(const route& of, const request& req, std::string_view token) {
  if (of.any_query)
    return std::nullopt;
  for (const auto& [name, value] : req.query) {
    const auto is_it = [&](const query_parameter& one) { return one.name == name; };
    if ((!token.empty() && name == token) || std::any_of(of.query.begin(), of.query.end(), is_it))
      continue;
    std::string taken;
    for (const auto& one : of.query)
      taken.append(taken.empty() ? "" : ", ").append(one.name);
    return invalid_field(name, "there is no query parameter \"" + name + "\" here; " +
                                   (taken.empty() ? "this path takes none" : "this path takes " + taken));
  }
  return std::nullopt;
}

/// Read as it came, a compressed body would be nonsense in every line. Names of other things (character sets, mostly) some clients
/// put there by mistake, and always did.
bool is_compressed(std::string_view codings) {
  constexpr std::string_view known[] = {"gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"};
  bool found = false;
  for_each_member(codings, [&](std::string_view one) {
    found = found || std::any_of(std::begin(known), std::end(known), [&](std::string_view name) { return same_text(name, one); });
  });
  return found;
}

/// One route at one of its paths.
struct mounted {
  const route* to{};
  std::vector<path_param> params;
};

} // namespace

struct router::node {
  std::unordered_map<std::string, std::unique_ptr<node>, text_hash, std::equal_to<>> literal;
  std::unique_ptr<node> any;
  std::array<mounted, methods> by_method{};
  const dialect* speaks{}; ///< from here on; null: as above

  [[nodiscard]] bool is_end() const noexcept {
    return std::any_of(by_method.begin(), by_method.end(), [](const mounted& m) { return m.to != nullptr; });
  }

  [[nodiscard]] std::string allowed() const {
    std::string out;
    const auto name = [&](method m) {
      out.append(out.empty() ? "" : ", ").append(to_string(m));
    };
    for (std::size_t i = 0; i < methods; ++i) {
      const auto m = static_cast<method>(i);
      const bool by_get = m == method::head && by_method[static_cast<std::size_t>(method::get)].to;
      if (by_method[i].to || by_get || m == method::options)
        name(m);
    }
    return out;
  }

  /// Literals first; a parameter where they lead nowhere.
  [[nodiscard]] const node* find(const std::vector<std::string>& segments, std::size_t at) const {
    if (at == segments.size())
      return is_end() ? this : nullptr;
    if (const auto found = literal.find(std::string_view{segments[at]}); found != literal.end())
      if (const auto* end = found->second->find(segments, at + 1))
        return end;
    return any ? any->find(segments, at + 1) : nullptr;
  }
};

router::router(authenticator who, const dialect& usual) : who_{std::move(who)}, usual_{usual}, root_{std::make_unique<node>()} {}
router::~router() = default;

void router::alias(std::string path, std::string target) { aliases_.emplace_back(std::move(path), std::move(target)); }

/// The path itself, and what the aliases make of it, each applied once at most.
std::set<std::string> router::with_aliases(const std::string& of) const {
  std::set<std::string> paths;
  std::vector<std::pair<std::string, std::size_t>> open{{of, 0}};
  while (!open.empty()) {
    auto [path, from] = std::move(open.back());
    open.pop_back();
    for (std::size_t i = from; i < aliases_.size(); ++i) {
      const auto& [alias, target] = aliases_[i];
      const bool begins = path.starts_with(target) && (path.size() == target.size() || path[target.size()] == '/');
      if (begins)
        open.emplace_back(alias + path.substr(target.size()), i + 1);
    }
    paths.insert(std::move(path));
  }
  return paths;
}

void router::speak(const std::string& path, const dialect& how) {
  for (const auto& one : with_aliases(path)) {
    auto* at = root_.get();
    for (const auto& part : split(one)) {
      auto& next = at->literal[part];
      if (!next)
        next = std::make_unique<node>();
      at = next.get();
    }
    at->speaks = &how;
  }
}

const dialect& router::dialect_of(const std::vector<std::string>& segments) const noexcept {
  const auto* spoken = &usual_;
  const auto* at = root_.get();
  for (auto segment = segments.begin(); at; ++segment) {
    if (at->speaks)
      spoken = at->speaks;
    if (segment == segments.end())
      break;
    const auto found = at->literal.find(std::string_view{*segment});
    at = found != at->literal.end() ? found->second.get() : at->any.get();
  }
  return *spoken;
}

result<void> router::add(route r) {
  const auto paths = with_aliases(r.path);
  if (r.method == method::other)
    return error{errc::illegal_state, "a route needs a method that is served", r.path};
  r.to.open = r.needs == access::open;
  r.without_upgrade.open = true;
  r.to.form = r.without_upgrade.form = &dialect_of(split(r.path));
  const auto* kept = routes_.emplace_back(std::make_unique<route>(std::move(r))).get();
  for (const auto& path : paths) {
    auto* at = root_.get();
    std::vector<path_param> params;
    const auto parts = split(path);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      auto& next = is_param(parts[i]) ? at->any : at->literal[parts[i]];
      if (is_param(parts[i]))
        params.push_back({parts[i].substr(1, parts[i].size() - 2), i});
      if (!next)
        next = std::make_unique<node>();
      at = next.get();
    }
    auto& place = at->by_method[static_cast<std::size_t>(kept->method)];
    if (place.to)
      return error{errc::illegal_state, "two routes for " + std::string{to_string(kept->method)} + " " + path, path};
    place = mounted{kept, std::move(params)};
    doors_.push_back({kept->method, path, kept->needs});
  }
  return {};
}

response router::refusal(const error& why, time_point now, unsigned status) const { return usual_.refusal(why, now, status); }

intake router::begin(request& req) const {
  const auto refuse = [&](const error& e) { return intake{nullptr, dialect_of(req.segments).refusal(e, req.arrived)}; };
  const auto* at = root_->find(req.segments, 0);
  if (!at)
    return refuse(error{errc::not_found, "there is nothing at this path", {}});
  const mounted* found = nullptr;
  if (req.method != method::other) {
    found = &at->by_method[static_cast<std::size_t>(req.method)];
    if (!found->to && req.method == method::head)
      found = &at->by_method[static_cast<std::size_t>(method::get)];
  }
  if (!found || !found->to) {
    if (req.method == method::options)
      return intake{nullptr, response{204, {}, {}, {{"Allow", at->allowed()}}, false}};
    auto refused = refuse(error{errc::wrong_method, "the method is not possible here", {}});
    refused.refusal->headers.emplace_back("Allow", at->allowed());
    return refused;
  }
  req.params = found->params;
  if (found->to->without_upgrade.on_request && !req.wants_upgrade)
    return intake{&found->to->without_upgrade, std::nullopt};
  const auto& speaks = dialect_of(*found->to);
  if (found->to->needs == access::token) {
    auto caller = who_ ? who_(speaks.token_of(req), req.arrived) : error{errc::unauthorized, "a token is needed", {}};
    if (!caller)
      return refuse(caller.error());
    req.caller = std::move(*caller);
    if (!req.caller || !req.caller->may(found->to->permission))
      return refuse(error{errc::forbidden, "the permission " + found->to->permission + " is missing", {}});
  }
  if (const auto wrong = unknown_parameter(*found->to, req, speaks.token_parameter()))
    return refuse(*wrong);
  const bool has_body = req.method != method::get && req.method != method::head;
  if (has_body && is_compressed(req.header("content-encoding"))) {
    auto refused = refuse(error{errc::unsupported_media, "the body is to be sent as it is, without Content-Encoding", "content-encoding"});
    refused.refusal->headers.emplace_back("Accept-Encoding", "identity");
    return refused;
  }
  return intake{&found->to->to, std::nullopt};
}

} // namespace ringmaster::http
