// SPDX-License-Identifier: Apache-2.0
// What is printed of routes and tables. RINGMASTER_WRITE_DOCS=1 has the pages in docs/ written anew where they differ.
#include "actors/core/topic_family.hpp"
#include "http/api/openapi.hpp"
#include "protocol/outbound.hpp"
#include "protocol/permission.hpp"
#include "storage/audit.hpp"
#include "tests/http/daemon_fixture.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <set>

namespace ringmaster::openapi_tests {
namespace {

const std::string docs = std::string{RINGMASTER_TEST_DATA} + "/../../docs/";

std::string file(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// What stands between the two comments; the page is what it is to be.
void expect_page(const std::string& name, const std::string& begin, const std::string& end, const std::string& printed) {
  auto page = file(docs + name);
  const auto from = page.find(begin);
  const auto to = from == std::string::npos ? from : page.find(end, from);
  ASSERT_NE(to, std::string::npos) << name << " has no " << begin << " … " << end;
  const auto inside = from + begin.size();
  if (page.substr(inside, to - inside) == "\n" + printed + "\n")
    return;
  if (std::getenv("RINGMASTER_WRITE_DOCS")) {
    page.replace(inside, to - inside, "\n" + printed + "\n");
    std::ofstream{docs + name} << page;
    return;
  }
  EXPECT_EQ(page.substr(inside, to - inside), "\n" + printed + "\n") << name << ": have it written with RINGMASTER_WRITE_DOCS=1";
}

class openapi : public tests::daemon_test {};

TEST_F(openapi, the_documentation_of_fields_is_that_of_the_tables) {
  const auto fields_of = [](const std::string& of, const object_schema& fields) {
    expect_page("api.md", "<!-- the fields of a " + of + ", as its table has them -->", "<!-- end -->", to_markdown(fields));
  };
  fields_of("plan", describe<plan>(plan_fields));
  fields_of("destination", describe<destination>(destination_fields));
  fields_of("dlma", describe<dlma>(dlma_fields));
  fields_of("dl", describe<dl>(dl_fields));
  fields_of("campaign", describe<campaign>(campaign_fields));
  fields_of("record of the audit", describe<storage::audit_record>(storage::audit_fields));
}

TEST_F(openapi, the_fields_of_the_telephone_system_are_those_of_its_tables) {
  std::map<std::string_view, std::string> by_name;
  for (const auto& r : daemon_->routes().routes())
    if (r->permission.starts_with("telephone.") && r->about.reply && r->about.reply->fields) {
      std::string heading{r->about.reply->name};
      heading.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(heading.front())));
      by_name.try_emplace(r->about.reply->name, "## " + heading + "\n\n" + to_markdown(r->about.reply->fields()));
    }
  EXPECT_GE(by_name.size(), 15u);
  std::string page;
  for (const auto& [name, text] : by_name)
    page.append(page.empty() ? "\n" : "\n\n").append(text);
  expect_page("telephone-fields.md", "<!-- as their tables have them -->", "<!-- end -->", page);
}

TEST_F(openapi, permissions_are_those_that_there_are) {
  std::set<std::string_view> known;
  std::string table = "| permission | what one may do with it |\n|---|---|\n";
  for (const auto& one : permission::all) {
    EXPECT_TRUE(known.insert(one.name).second) << one.name;
    table.append("| `").append(one.name).append("` | ").append(one.doc).append(" |\n");
  }
  for (const auto& r : daemon_->routes().routes())
    EXPECT_TRUE(r->permission.empty() || known.contains(r->permission)) << r->path << " needs " << r->permission;
  for (const auto& row : core::topic_families)
    EXPECT_TRUE(known.contains(row.permission)) << row.topic;
  expect_page("operations.md", "<!-- as protocol/permission.hpp has them -->", "<!-- end of permissions -->", table);
}

TEST_F(openapi, the_index_of_the_api_is_that_of_the_router) {
  expect_page("operations.md", "<!-- as the router has them -->", "<!-- end -->", api::index(daemon_->routes()));
}

TEST_F(openapi, every_route_says_what_it_does) {
  std::size_t routes = 0;
  for (const auto& r : daemon_->routes().routes()) {
    const auto where = std::string{http::to_string(r->method)} + " " + r->path;
    ++routes;
    EXPECT_GT(r->about.summary.size(), 5u) << where;
    EXPECT_FALSE(r->about.summary.ends_with('.')) << where;
    EXPECT_FALSE(r->about.group.empty() || r->about.group == "Others") << where;
    EXPECT_EQ(r->about.reply != nullptr, r->about.shape == http::reply_shape::one || r->about.shape == http::reply_shape::list) << where;
    const bool takes_body = r->method == http::method::post || r->method == http::method::put;
    EXPECT_TRUE(takes_body || !r->about.body) << where;
    for (const auto& q : r->query)
      EXPECT_TRUE(q.doc.ends_with('.')) << where << " ?" << q.name;
  }
  EXPECT_GT(routes, 90u);
}

TEST_F(openapi, describes_each_operation_with_its_permission) {
  const auto answer = get("/openapi.json");
  ASSERT_EQ(answer.status(), 200u);
  EXPECT_EQ(answer.at("/openapi"), "3.1.0");
  EXPECT_EQ(answer.at("/paths/~1ob~1plans~1{uuid}/put/x-permission"), "ob.write");
  EXPECT_EQ(answer.at("/paths/~1ob~1plans~1{uuid}/put/requestBody/content/application~1json/schema/$ref"), "#/components/schemas/PlanInput");
  EXPECT_EQ(answer.at("/components/schemas/PlanInput/properties/dial_timeout/maximum"), "600000");
  EXPECT_EQ(answer.at("/components/schemas/DlInput/required"), R"(["dlma_uuid"])");
  EXPECT_EQ(answer.at("/components/schemas/QueueMember/properties/paused/type"), "integer");
  std::size_t described = 0;
  std::set<std::string> ids;
  for (const auto& r : daemon_->routes().routes()) {
    if (r->about.media == "text/html")
      continue;
    std::string pointer{"/paths/"};
    for (const char c : r->path)
      c == '/' ? pointer.append("~1") : pointer.append(1, c);
    std::string method;
    for (const char c : http::to_string(r->method))
      method.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    const auto id = answer.at(pointer + "/" + method + "/operationId");
    EXPECT_NE(id, "(none)") << method << " " << r->path;
    EXPECT_TRUE(ids.insert(id).second) << id;
    ++described;
  }
  EXPECT_EQ(described, ids.size());
}

} // namespace
} // namespace ringmaster::openapi_tests
