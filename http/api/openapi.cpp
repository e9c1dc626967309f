// SPDX-License-Identifier: Apache-2.0
#include "http/api/openapi.hpp"

#include "protocol/json.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace ringmaster::api {
namespace {

using http::object_kind;
using http::operation;
using http::reply_shape;
using http::route;

/// "queue member": QueueMember.
std::string component(std::string_view name) {
  std::string out;
  bool begins = true;
  for (const char c : name) {
    if (c == ' ') {
      begins = true;
      continue;
    }
    out.push_back(begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    begins = false;
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// "get_ob_plans_uuid".
std::string operation_id(const route& r) {
  std::string out = lower(to_string(r.method));
  for (const char c : r.path)
    if (c == '/' || c == '-' || c == '.')
      out.push_back('_');
    else if (c != '{' && c != '}')
      out.push_back(c);
  return out;
}

std::vector<std::string> parameters_of(std::string_view path) {
  std::vector<std::string> names;
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1))
    names.emplace_back(path.substr(open + 1, path.find('}', open) - open - 1));
  return names;
}

/// Pages are for browsers: only what a program calls is described.
bool is_described(const route& r) noexcept { return r.about.media != "text/html"; }

class description {
public:
  description(std::string& out, const http::router& of) : w_{out}, of_{of}, usual_{of.dialect_of(std::vector<std::string>{})} {}

  void write(std::string_view version) {
    std::map<std::string, std::vector<const route*>> paths; // in the order of their names, as readers look for them
    std::vector<std::string_view> groups;
    dialects_.emplace(usual_.name(), &usual_);
    for (const auto& r : of_.routes()) {
      if (!is_described(*r))
        continue;
      const auto& spoken = of_.dialect_of(*r);
      dialects_.emplace(spoken.name(), &spoken);
      paths[r->path].push_back(r.get());
      if (std::find(groups.begin(), groups.end(), r->about.group) == groups.end())
        groups.push_back(r->about.group);
    }
    w_.begin_object();
    w_.member("openapi", "3.1.0");
    info(version);
    list("servers", [&] { object([&] { w_.member("url", "/"); }); });
    ways_in(usual_);
    list("tags", [&] {
      for (const auto group : groups)
        object([&] { w_.member("name", group); });
    });
    object("paths", [&] {
      for (const auto& [path, routes] : paths)
        object(path, [&, &all = routes] {
          for (const auto* r : all)
            object(lower(to_string(r->method)), [&] { one(*r); });
        });
    });
    components();
    w_.end_object();
  }

private:
  template <class F>
  void object(F&& members) {
    w_.begin_object();
    members();
    w_.end_object();
  }
  template <class F>
  void object(std::string_view key, F&& members) {
    w_.key(key);
    object(members);
  }
  template <class F>
  void list(std::string_view key, F&& items) {
    w_.key(key);
    w_.begin_list();
    items();
    w_.end_list();
  }

  void info(std::string_view version) {
    object("info", [&] {
      w_.member("title", "Ringmaster");
      w_.member("version", version);
      w_.member("summary", "A predictive dialer engine for Asterisk");
      w_.member("description", "Every path answers under `/v1` as well, those of `/ob` without `/ob`, and those of the telephone system "
                               "under `/admin`. A token is sent as `Authorization: Bearer …` or as `authtoken` in the query.");
      object("license", [&] {
        w_.member("name", "Apache-2.0");
        w_.member("identifier", "Apache-2.0");
      });
    });
  }

  void one(const route& r) {
    const auto& about = r.about;
    const auto& spoken = of_.dialect_of(r);
    w_.member("operationId", operation_id(r));
    list("tags", [&] { w_.string(about.group); });
    w_.member("summary", about.summary);
    std::string says{about.doc};
    if (!r.permission.empty())
      says.append(says.empty() ? "" : " ").append("Needs the permission `").append(r.permission).append("`.");
    if (!says.empty())
      w_.member("description", says);
    if (!r.permission.empty())
      w_.member("x-permission", r.permission);
    if (r.needs == http::access::open)
      list("security", [&] {
        if (r.method == http::method::post) // who signs in says who he is
          object([&] { list("basic", [] {}); });
      });
    else if (&spoken != &usual_)
      ways_in(spoken);
    parameters(r);
    if (about.body)
      object("requestBody", [&] {
        w_.member("required", true);
        object("content", [&] { object(about.body_media, [&] { object("schema", [&] { content(*about.body, about.body_media); }); }); });
      });
    object("responses", [&] {
      answer(about, spoken);
      object("default", [&] { w_.member("$ref", "#/components/responses/Refused" + std::string{spoken.name()}); });
    });
  }

  void parameters(const route& r) {
    const auto in_path = parameters_of(r.path);
    if (in_path.empty() && r.query.empty())
      return;
    list("parameters", [&] {
      for (const auto& name : in_path)
        object([&] {
          w_.member("name", name);
          w_.member("in", "path");
          w_.member("required", true);
          object("schema", [&] {
            w_.member("type", name == in_path.back() && r.about.id == value_kind::integer ? "integer" : "string");
            if (name == "uuid")
              w_.member("format", "uuid");
          });
        });
      for (const auto& q : r.query)
        object([&] {
          w_.member("name", q.name);
          w_.member("in", "query");
          w_.member("description", q.doc);
          object("schema", [&] {
            w_.member("type", q.kind == value_kind::integer ? "integer" : "string");
            if (q.kind == value_kind::uuid)
              w_.member("format", "uuid");
            if (q.kind == value_kind::timestamp)
              w_.member("format", "date-time");
            if (!q.texts.empty())
              list("enum", [&] {
                for (const auto text : q.texts)
                  w_.string(text);
              });
          });
        });
    });
  }

  void answer(const operation& about, const http::dialect& spoken) {
    if (about.shape == reply_shape::upgrade)
      return object("101", [&] { w_.member("description", "The connection is a WebSocket from here on."); });
    const auto status = about.shape == reply_shape::document ? 200 : spoken.status_of(about.does);
    object(std::to_string(status), [&] {
      w_.member("description", about.shape == reply_shape::nothing || status == 204 ? "Done." : "What was asked for.");
      const auto schema = status == 204                          ? std::string{}
                          : about.shape != reply_shape::document ? spoken.answer_schema(value(about, spoken))
                          : about.media == "application/json"    ? std::string{R"({"type":"object"})"}
                                                                 : std::string{R"({"type":"string"})"};
      if (schema.empty())
        return; // no body
      object("content", [&] {
        object(about.media, [&] {
          w_.key("schema");
          w_.raw(schema);
        });
      });
    });
  }

  std::string value(const operation& about, const http::dialect& spoken) {
    if (about.shape == reply_shape::nothing)
      return {};
    auto one = reference(*about.reply, direction::shown);
    return about.shape == reply_shape::one ? one : spoken.list_schema(one);
  }

  std::string reference(const object_kind& kind, direction which) {
    return R"({"$ref":"#/components/schemas/)" + name_of(kind, which) + "\"}";
  }
  std::string name_of(const object_kind& kind, direction which) {
    auto name = component(kind.name);
    named_.insert_or_assign(name, std::pair{&kind, which});
    return name;
  }

  [[nodiscard]] std::set<std::string> token_parameters() const {
    std::set<std::string> all;
    for (const auto& [name, spoken] : dialects_)
      if (!spoken->token_parameter().empty())
        all.emplace(spoken->token_parameter());
    return all;
  }
  /// The ways in which a caller says who he is: one of them is enough.
  void ways_in(const http::dialect& spoken) {
    list("security", [&] {
      object([&] { list("bearer", [] {}); });
      if (!spoken.token_parameter().empty())
        object([&] { list(spoken.token_parameter(), [] {}); });
    });
  }

  void components() {
    object("components", [&] {
      object("securitySchemes", [&] {
        object("bearer", [&] {
          w_.member("type", "http");
          w_.member("scheme", "bearer");
        });
        for (const auto& parameter : token_parameters())
          object(parameter, [&] {
            w_.member("type", "apiKey");
            w_.member("in", "query");
            w_.member("name", parameter);
          });
        object("basic", [&] {
          w_.member("type", "http");
          w_.member("scheme", "basic");
        });
      });
      object("responses", [&] {
        for (const auto& [name, spoken] : dialects_)
          object("Refused" + name, [&] {
            w_.member("description", "Refused; nothing has changed. The message says why and what to do, and which field is meant.");
            object("content", [&] {
              object("application/json", [&] { object("schema", [&] { w_.member("$ref", "#/components/schemas/Refusal" + name); }); });
            });
          });
      });
      object("schemas", [&] {
        for (const auto& [name, of] : named_) {
          w_.key(name);
          kind(*of.first, of.second);
        }
        for (const auto& [name, spoken] : dialects_) {
          for (const auto& [further, schema] : spoken->schemas()) {
            w_.key(further);
            w_.raw(schema);
          }
          w_.key("Refusal" + name);
          w_.raw(spoken->refusal_schema());
        }
      });
    });
  }

  /// Of a body that is no JSON nothing more is said than what it is.
  void content(const object_kind& of, std::string_view media) {
    if (media == "application/json")
      return w_.member("$ref", "#/components/schemas/" + name_of(of, direction::sent));
    w_.member("type", "string");
    w_.member("description", of.doc);
  }

  void kind(const object_kind& of, direction which) {
    if (of.fields) {
      std::string schema;
      append_json_schema(schema, of.fields(), which);
      return w_.raw(schema);
    }
    object([&] {
      w_.member("type", "object");
      if (!of.doc.empty())
        w_.member("description", of.doc);
    });
  }

  json_writer w_;
  const http::router& of_;
  const http::dialect& usual_;
  std::map<std::string, const http::dialect*> dialects_; ///< those spoken, by name
  std::map<std::string, std::pair<const object_kind*, direction>> named_;
};

} // namespace

std::string openapi(const http::router& of, std::string_view version) {
  std::string out;
  description{out, of}.write(version);
  return out;
}

std::string index(const http::router& of) {
  std::vector<std::pair<std::string_view, std::string>> groups;
  for (const auto& r : of.routes()) {
    if (!is_described(*r) && r->path.find('/', 1) != std::string::npos)
      continue; // a file of a page
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == r->about.group; });
    if (group == groups.end())
      group = groups.insert(groups.end(), {r->about.group, {}});
    const auto permission = r->needs == http::access::open ? std::string{"open to everybody"}
                            : r->permission.empty()        ? std::string{"any user"}
                                                           : "`" + r->permission + "`";
    group->second.append("| `").append(to_string(r->method)).append(" ").append(r->path).append("` | ").append(permission);
    group->second.append(" | ").append(r->about.summary).append(" |\n");
  }
  std::string out;
  for (const auto& [name, rows] : groups)
    out.append(out.empty() ? "" : "\n").append("## ").append(name).append("\n\n| | needs | |\n|---|---|---|\n").append(rows);
  return out;
}

result<void> add_openapi(http::router& of, std::string_view version) {
  struct made {
    std::once_flag once;
    std::string text;
  };
  return of.add({.method = http::method::get,
                 .path = "/openapi.json",
                 .needs = http::access::open,
                 .to = {.on_request = [&of, version = std::string{version}, page = std::make_shared<made>()](const auto&, const auto& reply) {
                   std::call_once(page->once, [&] { page->text = openapi(of, version); });
                   http::response whole;
                   whole.body = std::shared_ptr<const std::string>{page, &page->text};
                   reply(std::move(whole));
                 }},
                 .about = {.group = "Watching",
                           .summary = "Describes this API, as OpenAPI 3.1",
                           .shape = http::reply_shape::document}});
}

} // namespace ringmaster::api
