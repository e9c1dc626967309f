// SPDX-License-Identifier: Apache-2.0
// Plans, destinations, dlmas, dls and campaigns over the router: what each method does, and what is refused.
#include "tests/http/daemon_fixture.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace ringmaster::tests {
namespace {

class outbound_resources : public daemon_test {
protected:
  std::string everything() {
    std::string all;
    for (const auto* path : {"/ob/plans", "/ob/destinations", "/ob/dlmas", "/ob/dls", "/ob/campaigns?detail=1"})
      all += get(path).at("/result");
    return all;
  }
};

TEST_F(outbound_resources, are_created_with_the_references_defaults) {
  const auto list = make("/ob/dlmas");
  const auto plan = post("/ob/plans");
  for (const auto& [member, value] : std::vector<std::pair<std::string, std::string>>{
           {"caller_id", "null"}, {"dial_mode", "0"}, {"dial_timeout", "30000"}, {"dl_end_handle", "1"},
           {"early_media", "null"}, {"in_use", "1"}, {"max_retry_cnt_1", "5"}, {"max_retry_cnt_8", "5"},
           {"retry_delay", "60"}, {"service_level", "0"}, {"tech_name", "SIP"}, {"tm_delete", "null"},
           {"tm_update", "null"}, {"trunk_name", "null"}, {"variables", "null"}})
    EXPECT_EQ(plan.at("/result/" + member), value) << member;
  EXPECT_EQ(plan.at("/api_ver"), "0.1");
  EXPECT_EQ(plan.at("/statuscode"), "200");
  EXPECT_EQ(plan.at("/timestamp").size(), 30u);
  EXPECT_EQ(plan.at("/result/tm_create").size(), 30u);

  const auto dl = post("/ob/dls", R"({"dlma_uuid":")" + list + R"(","number_1":"300"})");
  for (const auto& [member, value] : std::vector<std::pair<std::string, std::string>>{
           {"number_1", "300"}, {"number_2", "null"}, {"status", "0"}, {"res_dial", "0"}, {"res_dial_detail", "null"},
           {"trycnt_1", "0"}, {"dialing_uuid", "null"}, {"dlma_uuid", list}, {"variables", "null"}})
    EXPECT_EQ(dl.at("/result/" + member), value) << member;

  const auto campaign = post("/ob/campaigns", "{}");
  for (const auto* member : {"dest", "plan", "dlma", "next_campaign", "sc_time_start", "sc_day_list", "variables"})
    EXPECT_EQ(campaign.at(std::string{"/result/"} + member), "null") << member;
  EXPECT_EQ(campaign.at("/result/status"), "0");
  EXPECT_EQ(campaign.at("/result/sc_mode"), "0");

  const auto dlma = get("/ob/dlmas/" + list);
  auto table = list;
  std::replace(table.begin(), table.end(), '-', '_');
  EXPECT_EQ(dlma.at("/result/dl_table"), table);
}

TEST_F(outbound_resources, times_of_day_may_leave_out_the_seconds) {
  const auto made = post("/ob/campaigns", R"({"sc_time_start":"9:00","sc_time_end":"17:30"})");
  EXPECT_EQ(made.at("/result/sc_time_start"), "09:00:00") << made.text;
  EXPECT_EQ(made.at("/result/sc_time_end"), "17:30:00");
}

TEST_F(outbound_resources, are_read_changed_and_deleted) {
  const auto list = make("/ob/dlmas");
  for (const auto& [path, body] : std::vector<std::pair<std::string, std::string>>{
           {"/ob/plans", R"({"name":"a"})"}, {"/ob/destinations", R"({"name":"a"})"}, {"/ob/dlmas", R"({"name":"a"})"},
           {"/ob/dls", R"({"name":"a","dlma_uuid":")" + list + R"("})"}, {"/ob/campaigns", R"({"name":"a"})"}}) {
    SCOPED_TRACE(path);
    const auto one = path + "/" + make(path, body);
    EXPECT_EQ(get(one).at("/result/name"), "a");
    const auto changed = put(one, R"({"name":"b","detail":"c","variables":{"k":"v"}})");
    EXPECT_EQ(changed.status(), 200u) << changed.text;
    EXPECT_EQ(changed.at("/result/name"), "b");
    EXPECT_EQ(changed.at("/result/variables"), R"({"k":"v"})");
    EXPECT_EQ(changed.at("/result/tm_update").size(), 30u);
    EXPECT_EQ(get(one).at("/result"), changed.at("/result"));
    EXPECT_EQ(get("/v1" + one).at("/result/detail"), "c");
    const auto alias = one.substr(3); // without /ob
    EXPECT_EQ(get(alias).at("/result/detail"), "c");
    EXPECT_EQ(get("/v1" + alias).at("/result/detail"), "c");

    // what was read may be sent back
    EXPECT_EQ(put(one, get(one).at("/result")).status(), 200u);

    const auto gone = del(one);
    EXPECT_EQ(gone.status(), 200u) << gone.text;
    EXPECT_EQ(gone.at("/result/in_use"), "0");
    EXPECT_EQ(gone.at("/result/tm_delete").size(), 30u);
    EXPECT_EQ(get(one).status(), 404u);
    EXPECT_EQ(put(one, "{}").status(), 404u);
    EXPECT_EQ(del(one).status(), 404u);
  }
}

TEST_F(outbound_resources, refuse_what_is_wrong_by_name_and_change_nothing) {
  const auto plan = make("/ob/plans");
  const auto list = make("/ob/dlmas");
  const auto dl = make("/ob/dls", R"({"dlma_uuid":")" + list + R"("})");
  const auto before = everything();
  struct refusal {
    http::method method;
    std::string target, body;
    unsigned status;
    std::string field;
  };
  using enum http::method; // hides the fixture's functions of the same names
  const std::string id{unknown_id};
  for (const auto& [method, target, body, status, field] : std::vector<refusal>{
           {post, "/ob/plans", "{", 400, "(none)"},
           {post, "/ob/plans", "[]", 400, "(none)"},
           {post, "/ob/plans", "", 400, "(none)"},
           {put, "/ob/plans/" + plan, " ", 400, "(none)"},
           {post, "/ob/plans", R"({"name":1})", 400, "name"},
           {post, "/ob/plans", R"({"nam":"x"})", 400, "nam"},
           {post, "/ob/plans", R"({"name":"x","name":"y"})", 400, "name"},
           {post, "/ob/plans", R"({"dial_mode":7})", 400, "dial_mode"},
           {post, "/ob/plans", R"({"name":"x","dial_mode":1180591620717411303424})", 400, "dial_mode"},
           {post, "/ob/plans", R"({"dial_timeout":"30000"})", 400, "dial_timeout"},
           {post, "/ob/plans", R"({"tech_name":"SKYPE"})", 400, "tech_name"},
           {post, "/ob/plans", R"({"variables":"x"})", 400, "variables"},
           {post, "/ob/plans", R"x({"variables":{"SHELL(x)":"y"}})x", 400, "variables"},
           {post, "/ob/plans", "{\"name\":\"a\\r\\nb\"}", 400, "name"},
           {post, "/ob/plans", "{\"trunk_name\":\"a&b\"}", 400, "trunk_name"},
           {post, "/ob/plans", R"({"in_use":0})", 400, "in_use"},
           {put, "/ob/plans/" + plan, R"({"uuid":")" + id + R"("})", 400, "uuid"},
           {put, "/ob/plans/" + plan, R"({"retry_delay":-1})", 400, "retry_delay"},
           {put, "/ob/plans/" + id, "{}", 404, "(none)"},
           {get, "/ob/plans/" + id, "", 404, "(none)"},
           {get, "/ob/plans/nonsense", "", 404, "(none)"},
           {del, "/ob/plans/" + id, "", 404, "(none)"},
           {del, "/ob/plans/" + plan + "?force=2", "", 400, "force"},
           {put, "/ob/plans", "{}", 405, "(none)"},
           {post, "/ob/plans/" + plan, "{}", 405, "(none)"},
           {get, "/ob/nothing", "", 404, "(none)"},
           {post, "/ob/destinations", R"({"application":"System","data":"reboot","type":1})", 400, "application"},
           {post, "/ob/dls", "{}", 400, "dlma_uuid"},
           {post, "/ob/dls", R"({"dlma_uuid":")" + id + R"("})", 400, "dlma_uuid"},
           {post, "/ob/dls", R"({"dlma_uuid":"x"})", 400, "dlma_uuid"},
           {post, "/ob/dls", R"({"dlma_uuid":")" + list + R"(","number_1":"1&SIP/2"})", 400, "number_1"},
           {put, "/ob/dls/" + dl, R"({"status":3})", 400, "status"},
           {get, "/ob/dls?count=0", "", 400, "count"},
           {get, "/ob/dls?count=10001", "", 400, "count"},
           {get, "/ob/dls?count=many", "", 400, "count"},
           {get, "/ob/dls?page_token=x", "", 400, "page_token"},
           {get, "/ob/dls?dlma_uuid=x", "", 400, "dlma_uuid"},
           {get, "/ob/dls?dlma_uuid=" + id, "", 404, "(none)"},
           {get, "/ob/dls?format=xml", "", 400, "format"},
           {post, "/ob/campaigns", R"({"plan":")" + id + R"("})", 400, "plan"},
           {post, "/ob/campaigns", R"({"next_campaign":")" + id + R"("})", 400, "next_campaign"},
           {post, "/ob/campaigns", R"({"sc_timezone":"Mars/Olympus"})", 400, "sc_timezone"},
           {post, "/ob/campaigns", R"({"sc_time_start":"9"})", 400, "sc_time_start"},
           {post, "/ob/campaigns", R"({"sc_date_start":"2026-02-30"})", 400, "sc_date_start"},
           {post, "/ob/campaigns", R"({"sc_date_start":"2027-12-31","sc_date_end":"2027-01-01"})", 400, "sc_date_end"},
           {post, "/ob/destinations", R"({"type":1,"application":"queue","data":",x"})", 400, "data"},
           {post, "/ob/destinations", R"({"type":1,"application":"playback","data":"../x"})", 400, "data"},
           {post, "/ob/dlmas", R"({"variables":{"a":"\u001b[31m"}})", 400, "variables"},
           {get, "/ob/dialings/" + id, "", 404, "(none)"},
           {del, "/ob/dialings/" + id, "", 404, "uuid"},
           {get, "/ob/campaigns/" + id + "/explain", "", 404, "(none)"},
           {get, "/ob/campaigns/" + id + "/pacing", "", 404, "(none)"},
           {get, "/ob/campaigns/" + id + "/stats", "", 404, "(none)"},
           {get, "/ob/campaigns/" + id + "/history", "", 404, "(none)"},
           {get, "/ob/campaigns/" + id + "/agents", "", 404, "(none)"},
           {get, "/ob/dls/" + id + "/explain", "", 404, "(none)"}}) {
    SCOPED_TRACE(target + " " + body);
    const auto answer = send(request(method, target, body));
    EXPECT_EQ(answer.status(), status) << answer.text;
    EXPECT_EQ(answer.at("/statuscode"), std::to_string(status));
    EXPECT_EQ(answer.at("/error/code"), std::to_string(status));
    EXPECT_EQ(answer.at("/error/field"), field) << answer.text;
    EXPECT_FALSE(answer.at("/error/message").empty());
    EXPECT_EQ(answer.at("/result"), "(none)");
  }
  EXPECT_EQ(everything(), before);
}

TEST_F(outbound_resources, in_use_are_deleted_by_force_alone) {
  const auto plan = make("/ob/plans", R"({"dial_mode":1})");
  const auto campaign = make("/ob/campaigns", R"({"plan":")" + plan + R"("})");
  const auto refused = del("/ob/plans/" + plan);
  EXPECT_EQ(refused.status(), 400u) << refused.text;
  EXPECT_EQ(get("/ob/plans/" + plan).status(), 200u);
  EXPECT_EQ(del("/ob/plans/" + plan + "?force=1").status(), 200u);
  EXPECT_EQ(get("/ob/plans/" + plan).status(), 404u);
  EXPECT_EQ(get("/ob/campaigns/" + campaign).at("/result/plan"), "null");
}

TEST_F(outbound_resources, a_dlma_with_entries_is_deleted_with_them_or_not_at_all) {
  const auto list = make("/ob/dlmas"), other = make("/ob/dlmas");
  std::vector<std::string> entries;
  for (int i = 0; i < 5; ++i)
    entries.push_back(make("/ob/dls", R"({"dlma_uuid":")" + list + R"("})"));
  const auto kept = make("/ob/dls", R"({"dlma_uuid":")" + other + R"("})");
  (void)make("/ob/campaigns", R"({"dlma":")" + list + R"("})");
  for (const auto* how : {"", "?force=1", "?force=1&delete_dls=0", "?delete_dls=1"}) // the last: a campaign refers to it
    EXPECT_EQ(del("/ob/dlmas/" + list + how).status(), 400u) << how;
  EXPECT_EQ(get("/ob/dls?dlma_uuid=" + list).size("/result/list"), 5u);
  EXPECT_EQ(del("/ob/dlmas/" + list + "?delete_dls=1&force=1").status(), 200u);
  EXPECT_EQ(get("/ob/dls?dlma_uuid=" + list).status(), 404u);
  for (const auto& entry : entries)
    EXPECT_EQ(get("/ob/dls/" + entry).status(), 404u);
  EXPECT_EQ(get("/ob/dls/" + kept).status(), 200u);
  daemon_->housekeeping();
  EXPECT_EQ(get("/ob/dls").size("/result/list"), 1u);
}

TEST_F(outbound_resources, lists_page_over_everything_once) {
  const auto list = make("/ob/dlmas");
  std::set<std::string> made;
  for (int i = 0; i < 25; ++i)
    made.insert(make("/ob/dls", R"({"dlma_uuid":")" + list + R"("})"));
  for (const std::string path : {"/ob/dls?count=10", "/ob/dls?count=10&dlma_uuid="}) {
    const auto base = path.ends_with("=") ? path + list : path;
    std::set<std::string> seen;
    std::string token;
    std::size_t pages = 0;
    do {
      const auto page = get(token.empty() ? base : base + "&page_token=" + token);
      ASSERT_EQ(page.status(), 200u) << page.text;
      ++pages;
      for (std::size_t i = 0; i < page.size("/result/list"); ++i)
        EXPECT_TRUE(seen.insert(page.at("/result/list/" + std::to_string(i) + "/uuid")).second);
      token = page.at("/result/next_page_token");
    } while (token != "(none)" && pages < 10);
    EXPECT_EQ(pages, 3u);
    EXPECT_EQ(seen, made);
  }
  EXPECT_EQ(get("/ob/dls").size("/result/list"), 25u);
  EXPECT_EQ(get("/ob/dls").at("/result/next_page_token"), "(none)");
}

TEST_F(outbound_resources, a_list_of_campaigns_shows_ids_alone) {
  const auto id = make("/ob/campaigns", R"({"name":"a"})");
  EXPECT_EQ(get("/ob/campaigns").at("/result"), R"({"list":[{"uuid":")" + id + R"("}]})");
  EXPECT_EQ(get("/ob/campaigns?detail=1").at("/result/list/0/name"), "a");
}

TEST_F(outbound_resources, an_id_may_come_in_the_body_after_a_slash) {
  const auto id = make("/ob/plans", R"({"name":"a"})");
  EXPECT_EQ(send(request(http::method::get, "/ob/plans/", R"({"uuid":")" + id + R"("})")).at("/result/name"), "a");
  EXPECT_EQ(send(request(http::method::get, "/ob/plans/", "{}")).status(), 400u);
  EXPECT_EQ(get("/ob/plans/").size("/result/list"), 1u);
}

TEST_F(outbound_resources, a_long_list_is_made_while_it_is_sent_and_is_whole) {
  std::set<std::string> made;
  for (int i = 0; i < 250; ++i)
    made.insert(make("/ob/plans", R"({"detail": ")" + std::string(4'000, 'd') + R"("})"));
  const auto ids = [](const reply& page) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < page.size("/result/list"); ++i)
      found.push_back(page.at("/result/list/" + std::to_string(i) + "/uuid"));
    return found;
  };
  const auto whole_list = get("/ob/plans");
  EXPECT_TRUE(std::holds_alternative<std::shared_ptr<http::body_source>>(whole_list.response.body));
  EXPECT_EQ(whole_list.at("/statuscode"), "200");
  EXPECT_EQ(whole_list.at("/result/next_page_token"), "(none)");
  auto all = ids(whole_list);
  ASSERT_EQ(all.size(), 250u);
  EXPECT_EQ((std::set<std::string>{all.begin(), all.end()}), made);
  for (const std::size_t count : {1u, 100u, 101u, 249u, 250u, 251u}) {
    std::vector<std::string> pages;
    std::string token;
    do {
      const auto page = get("/ob/plans?count=" + std::to_string(count) + token);
      const auto some = ids(page);
      EXPECT_LE(some.size(), count);
      pages.insert(pages.end(), some.begin(), some.end());
      const auto next = page.at("/result/next_page_token");
      token = next == "(none)" ? "" : "&page_token=" + next;
    } while (!token.empty());
    EXPECT_EQ(pages, all) << count;
  }
}

TEST_F(outbound_resources, are_there_after_a_restart) {
  const auto id = make("/ob/plans", R"({"name":"kept"})");
  daemon_.reset();
  start();
  EXPECT_EQ(get("/ob/plans/" + id).at("/result/name"), "kept"); // the token is good still
}

} // namespace
} // namespace ringmaster::tests
