// SPDX-License-Identifier: Apache-2.0
/// From method and path to the endpoint that answers, with the permission that it asks for.
#pragma once

#include "http/auth/principal.hpp"
#include "http/dialect.hpp"
#include "http/envelope.hpp"
#include "http/operation.hpp"
#include "http/server/handler.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringmaster::http {

/// Whether a route answers to somebody without a token.
enum class access : std::uint8_t { token, open };

struct route {
  http::method method{http::method::get};
  std::string path{};       ///< "/ob/plans/{uuid}"; a `{name}` stands for one whole segment
  std::string permission{}; ///< what the caller must hold; empty: any signed-in user
  http::access needs{http::access::token};
  endpoint to{};
  /// With `to.on_upgrade`: answers, to anybody, a request that asks for no upgrade.
  endpoint without_upgrade{};
  /// The query parameters that it takes, beside that for a token, which every route of a dialect that has one does. Any other
  /// is refused by name: passed over, a misspelt filter would give everything.
  std::vector<query_parameter> query{};
  bool any_query{}; ///< pages for a browser, to which all kinds of things get appended
  operation about{};
};

/// Routes by a tree of segments; a lookup is one hash lookup a segment. Literal segments win over
/// parameters. Built before the server starts, read by any number of threads afterwards.
///
/// Unknown path: 404. Known path, other method: 405 with `Allow`. GET routes answer HEAD too; OPTIONS is
/// answered with `Allow` unless a route takes it. A trailing slash changes nothing.
class router final : public dispatcher {
public:
  /// Finds whose token it is, which is empty when none came; its error is sent as it is.
  using authenticator = std::function<result<std::shared_ptr<const auth::principal>>(std::string_view token, time_point now)>;

  /// `usual`: of paths for which no other dialect is spoken.
  explicit router(authenticator who, const dialect& usual = call_manager());
  ~router() override;

  /// Every route that is added from now on, and whose path begins with `target` (whole segments),
  /// answers at `path` in its place as well: alias("/plans", "/ob/plans"), alias("/v1", "").
  /// Aliases combine: with the two above, "/v1/plans" answers too.
  void alias(std::string path, std::string target);

  /// `path`, literal, and what lies below it speaks `how`, at its aliases as well: routes that are added from now on, and
  /// paths at which there is nothing.
  void speak(const std::string& path, const dialect& how);

  /// A path and method may be given once; a second time is `illegal_state`.
  [[nodiscard]] result<void> add(route r);

  [[nodiscard]] intake begin(request& req) const override;
  using dispatcher::refusal;
  [[nodiscard]] response refusal(const error& why, time_point now, unsigned status) const override;

  /// Every way in: a route at one of its paths.
  struct door {
    http::method method;
    std::string path; ///< with its `{parameters}`
    access needs;
  };
  [[nodiscard]] const std::vector<door>& doors() const noexcept { return doors_; }
  /// Every route once, at the path that it was added with, in the order in which they were added.
  [[nodiscard]] const std::vector<std::unique_ptr<route>>& routes() const noexcept { return routes_; }

  /// What a path's callers are spoken to in.
  [[nodiscard]] const dialect& dialect_of(const std::vector<std::string>& segments) const noexcept;
  [[nodiscard]] const dialect& dialect_of(const route& one) const { return static_cast<const dialect&>(*one.to.form); }

private:
  struct node;
  [[nodiscard]] std::set<std::string> with_aliases(const std::string& path) const;
  authenticator who_;
  const dialect& usual_;
  std::vector<std::pair<std::string, std::string>> aliases_;
  std::unique_ptr<node> root_;
  std::vector<std::unique_ptr<route>> routes_;
  std::vector<door> doors_;
};

} // namespace ringmaster::http
