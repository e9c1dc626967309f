// SPDX-License-Identifier: Apache-2.0
#include "bench/simulated_pbx/population.hpp"

#include <simdjson.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

namespace ringmaster::sim {
namespace {

namespace dom = simdjson::dom;

/// Reads members by name and remembers the first thing that is wrong, with its path.
class reader {
public:
  using handler = std::function<void(const dom::element&, const std::string& path)>;

  void fail(const std::string& path, std::string why) {
    if (!error_)
      error_ = invalid_field(path, fmt::format("{}: {}", path, why));
  }
  [[nodiscard]] const std::optional<error>& failure() const noexcept { return error_; }

  void object(const dom::element& value, const std::string& path,
              const std::map<std::string_view, handler>& keys) {
    dom::object all;
    if (value.get(all) != simdjson::SUCCESS)
      return fail(path.empty() ? "population" : path, "must be an object");
    for (const auto [key, member] : all) {
      const std::string where = path.empty() ? std::string{key} : fmt::format("{}.{}", path, key);
      if (const auto it = keys.find(key); it != keys.end())
        it->second(member, where);
      else
        fail(where, "unknown key");
    }
  }

  void array(const dom::element& value, const std::string& path, const handler& each) {
    dom::array all;
    if (value.get(all) != simdjson::SUCCESS)
      return fail(path, "must be an array");
    std::size_t i = 0;
    for (const dom::element item : all)
      each(item, fmt::format("{}[{}]", path, i++));
  }

  handler number(double& into, double least, double most) {
    return [this, &into, least, most](const dom::element& v, const std::string& path) {
      double d = 0;
      if (v.get(d) != simdjson::SUCCESS)
        fail(path, "must be a number");
      else if (d < least || d > most)
        fail(path, fmt::format("must be from {} to {}", least, most));
      else
        into = d;
    };
  }
  template <class T>
  handler count(T& into, std::uint64_t most) {
    return [this, &into, most](const dom::element& v, const std::string& path) {
      std::uint64_t n = 0;
      if (v.get(n) != simdjson::SUCCESS || n > most)
        fail(path, fmt::format("must be a whole number from 0 to {}", most));
      else
        into = static_cast<T>(n);
    };
  }
  handler text(std::string& into) {
    return [this, &into](const dom::element& v, const std::string& path) {
      std::string_view s;
      if (v.get(s) != simdjson::SUCCESS)
        fail(path, "must be a string");
      else if (s.find_first_of("\r\n") != std::string_view::npos || s.find('\0') != std::string_view::npos)
        fail(path, "must be one line");
      else
        into = s;
    };
  }
  handler empty_rule(emptiness& into, bool joining) {
    return [this, &into, joining](const dom::element& v, const std::string& path) {
      std::string words;
      text(words)(v, path);
      if (const auto rule = read_emptiness(words, joining))
        into = *rule;
      else
        fail(path, "must be yes, no, strict, loose, or reasons between commas");
    };
  }
  handler truth(bool& into) {
    return [this, &into](const dom::element& v, const std::string& path) {
      if (v.get(into) != simdjson::SUCCESS)
        fail(path, "must be true or false");
    };
  }
  handler texts(std::vector<std::string>& into) {
    return [this, &into](const dom::element& v, const std::string& path) {
      into.clear();
      array(v, path, [&](const dom::element& item, const std::string& where) {
        text(into.emplace_back())(item, where);
      });
    };
  }

  void read(const dom::element& v, const std::string& path, distribution& into) {
    constexpr double most = 1e6;
    if (v.is_number()) {
      into.kind = distribution::shape::constant;
      return number(into.a, 0, most)(v, path);
    }
    const auto shaped = [&](distribution::shape shape, const handler& rest) -> handler {
      return [&into, shape, rest](const dom::element& value, const std::string& where) {
        into = {shape, 0, 0};
        rest(value, where);
      };
    };
    using enum distribution::shape;
    object(v, path,
           {{"constant", shaped(constant, number(into.a, 0, most))},
            {"exponential", shaped(exponential, number(into.a, 0, most))},
            {"uniform", shaped(uniform,
                               [&](const dom::element& value, const std::string& where) {
                                 double ends[2] = {0, 0};
                                 std::size_t n = 0;
                                 array(value, where, [&](const dom::element& item, const std::string& place) {
                                   if (n < 2)
                                     number(ends[n], 0, most)(item, place);
                                   ++n;
                                 });
                                 if (n != 2 || ends[0] > ends[1])
                                   fail(where, "must be [least, most]");
                                 into.a = ends[0];
                                 into.b = ends[1];
                               })},
            {"lognormal", shaped(lognormal, [&](const dom::element& value, const std::string& where) {
               object(value, where, {{"mean", number(into.a, 0, most)}, {"cv", number(into.b, 0, 100)}});
             })}});
    if (dom::object all; v.get(all) == simdjson::SUCCESS && all.size() != 1)
      fail(path, "must name one of constant, uniform, exponential, lognormal");
  }
  handler spread(distribution& into) {
    return [this, &into](const dom::element& v, const std::string& path) { read(v, path, into); };
  }
  handler spread(std::optional<distribution>& into) {
    return [this, &into](const dom::element& v, const std::string& path) { read(v, path, into.emplace()); };
  }
  handler result_of_call(outcome& into) {
    return [this, &into](const dom::element& v, const std::string& path) {
      std::string name;
      text(name)(v, path);
      for (std::size_t i = 0; i < outcome_count; ++i)
        if (name_of(static_cast<outcome>(i)) == name) {
          into = static_cast<outcome>(i);
          return;
        }
      fail(path, "must be answer, machine, busy, no_answer, congestion or invalid");
    };
  }

private:
  std::optional<error> error_;
};

void read_outcomes(reader& r, const dom::element& v, const std::string& path, customer_population& into) {
  into.outcomes.fill(0);
  std::map<std::string_view, reader::handler> keys;
  for (std::size_t i = 0; i < outcome_count; ++i)
    keys.emplace(name_of(static_cast<outcome>(i)), r.number(into.outcomes[i], 0, 1));
  r.object(v, path, keys);
  double sum = 0;
  for (const double p : into.outcomes)
    sum += p;
  if (std::abs(sum - 1) > 1e-6)
    r.fail(path, fmt::format("the probabilities sum to {}, not to 1", sum));
}

void read_rule(reader& r, const dom::element& v, const std::string& path, number_rule& into) {
  r.object(v, path,
           {{"prefix", r.text(into.prefix)},
            {"min_digits", r.count(into.min_digits, 64)},
            {"max_digits", r.count(into.max_digits, 64)},
            {"outcome", r.result_of_call(into.what)},
            {"ring", r.spread(into.ring)},
            {"patience", r.spread(into.patience)},
            {"listen", r.spread(into.listen)},
            {"leaves_after", r.spread(into.leaves_after)},
            {"rings", r.truth(into.rings)}});
}

void read_customers(reader& r, const dom::element& v, const std::string& path, customer_population& into) {
  r.object(v, path,
           {{"outcomes", [&](const dom::element& e, const std::string& p) { read_outcomes(r, e, p, into); }},
            {"ring", r.spread(into.ring)},
            {"patience", r.spread(into.patience)},
            {"listen", r.spread(into.listen)},
            {"min_digits", r.count(into.min_digits, 64)},
            {"first_digit_rules", r.truth(into.first_digit_rules)},
            {"contexts", r.texts(into.contexts)},
            {"rules", [&](const dom::element& e, const std::string& p) {
               into.rules.clear();
               r.array(e, p, [&](const dom::element& item, const std::string& where) {
                 read_rule(r, item, where, into.rules.emplace_back());
               });
             }}});
}

void read_habit(reader& r, const dom::element& v, const std::string& path, agent_habit& into) {
  r.object(v, path,
           {{"first", r.count(into.first, 1'000'000)},
            {"last", r.count(into.last, 1'000'000)},
            {"ring", r.spread(into.ring)},
            {"does", [&](const dom::element& e, const std::string& p) {
               std::string name;
               r.text(name)(e, p);
               if (const auto how = pick_up_named(name))
                 into.how = *how;
               else
                 r.fail(p, "must be usual, absent or rejects");
             }}});
  if (into.last < into.first)
    r.fail(path + ".last", "must not be below first");
}

void read_route(reader& r, const dom::element& v, const std::string& path, route& into) {
  r.object(v, path,
           {{"context", r.text(into.context)},
            {"trunk", r.text(into.trunk)},
            {"timeout", r.number(into.timeout_s, 0, 3600)},
            {"optimise", r.truth(into.optimise)},
            {"after", r.number(into.after_s, 0, 3600)}});
  if (into.context.empty())
    r.fail(path + ".context", "is missing");
}

void read_condition(reader& r, const dom::element& v, const std::string& path, population& into) {
  std::string name;
  trunk_condition how;
  std::uint32_t cause = 34;
  r.object(v, path,
           {{"name", r.text(name)},
            {"share", r.number(how.share, 0, 1)},
            {"cause", r.count(cause, 127)},
            {"is", [&](const dom::element& e, const std::string& p) {
               std::string kind;
               r.text(kind)(e, p);
               if (const auto known = trunk_condition_named(kind))
                 how.what = *known;
               else
                 r.fail(p, "must be up, refuses, missing or silent");
             }}});
  if (name.empty())
    r.fail(path + ".name", "is missing");
  how.cause = static_cast<int>(cause);
  into.trunk_conditions[name] = how;
}

void read_transfers(reader& r, const dom::element& v, const std::string& path, agent_transfers& into) {
  r.object(v, path,
           {{"share", r.number(into.share, 0, 1)},
            {"after", r.spread(into.after)},
            {"kinds", r.texts(into.kinds)},
            {"context", r.text(into.context)},
            {"extension", r.text(into.extension)},
            {"taken_back", r.number(into.taken_back_s, 0, 3600)}});
  if (into.kinds.empty() || std::any_of(into.kinds.begin(), into.kinds.end(), [](const std::string& kind) {
        return kind != "blind" && kind != "attended" && kind != "park";
      }))
    r.fail(path + ".kinds", "must be some of blind, attended, park");
}

void read_user(reader& r, const dom::element& v, const std::string& path, ami_user& into) {
  r.object(v, path,
           {{"name", r.text(into.name)},
            {"secret", r.text(into.secret)},
            {"read", r.text(into.read)},
            {"write", r.text(into.write)},
            {"filters", r.texts(into.filters)}});
  if (into.name.empty())
    r.fail(path + ".name", "is missing");
}

void read_queue(reader& r, const dom::element& v, const std::string& path, queue_population& into) {
  r.object(v, path,
           {{"name", r.text(into.name)},
            {"strategy", r.text(into.strategy)},
            {"agents", r.count(into.agents, 100'000)},
            {"first_agent", r.count(into.first_agent, 1'000'000)},
            {"interface", r.text(into.interface)},
            {"member_name", r.text(into.member_name)},
            {"ring", r.spread(into.ring)},
            {"talk", r.spread(into.talk)},
            {"wrapup", r.spread(into.wrapup)},
            {"wrapup_by_pause", r.truth(into.wrapup_by_pause)},
            {"pause_delay", r.spread(into.pause_delay)},
            {"pause_reason", r.text(into.pause_reason)},
            {"no_answer", r.number(into.no_answer, 0, 1)},
            {"ring_timeout", r.number(into.ring_timeout_s, 0, 3600)},
            {"retry", r.number(into.retry_s, 0, 3600)},
            {"service_level", r.count(into.service_level_s, 86'400)},
            {"maxlen", r.count(into.most_callers, 1'000'000)},
            {"joinempty", r.empty_rule(into.join_empty, true)},
            {"leavewhenempty", r.empty_rule(into.leave_when_empty, false)},
            {"autopause", r.text(into.autopause)},
            {"transfers",
             [&](const dom::element& v2, const std::string& at) { read_transfers(r, v2, at, into.transfers); }},
            {"habits", [&](const dom::element& v2, const std::string& at) {
               into.habits.clear();
               r.array(v2, at, [&](const dom::element& item, const std::string& where) {
                 read_habit(r, item, where, into.habits.emplace_back());
               });
             }}});
  if (into.autopause != "yes" && into.autopause != "no" && into.autopause != "all")
    r.fail(path + ".autopause", "must be yes, no or all");
  static constexpr std::string_view strategies[] = {"rrmemory", "roundrobin", "leastrecent", "fewestcalls",
                                                    "random",   "linear",     "ringall"};
  if (std::find(std::begin(strategies), std::end(strategies), into.strategy) == std::end(strategies))
    r.fail(path + ".strategy",
           "must be rrmemory, roundrobin, leastrecent, fewestcalls, random, linear or ringall");
  if (into.name.empty())
    r.fail(path + ".name", "is missing");
}

void read_lot(reader& r, const dom::element& v, const std::string& path, parking_population& into) {
  r.object(v, path,
           {{"name", r.text(into.name)},
            {"context", r.text(into.context)},
            {"first", r.count(into.first, 1'000'000)},
            {"last", r.count(into.last, 1'000'000)},
            {"timeout", [&](const dom::element& e, const std::string& p) {
               r.number(into.timeout_s.emplace(), 0.001, 86'400)(e, p);
             }}});
  if (into.name.empty())
    r.fail(path + ".name", "is missing");
  if (into.first > into.last)
    r.fail(path + ".last", "must not be below first");
}

void read_fault(reader& r, const dom::element& v, const std::string& path, fault& into) {
  double delay_ms = 0;
  r.object(v, path,
           {{"kind",
             [&](const dom::element& e, const std::string& p) {
               std::string name;
               r.text(name)(e, p);
               if (const auto kind = fault_kind(name))
                 into.what = *kind;
               else
                 r.fail(p, "is no kind of fault");
             }},
            {"probability", r.number(into.probability, 0, 1)},
            {"count", [&](const dom::element& e,
                          const std::string& p) { r.count(into.count.emplace(), 1'000'000'000)(e, p); }},
            {"delay_ms", r.number(delay_ms, 0, 3'600'000)},
            {"after_bytes", r.count(into.after_bytes, 1'000'000'000)},
            {"words", r.text(into.words)}});
  into.delay = seconds_of(delay_ms / 1e3);
}

} // namespace

result<population> population::parse(std::string_view json) {
  dom::parser parser;
  dom::element root;
  if (const auto code = parser.parse(json.data(), json.size()).get(root); code != simdjson::SUCCESS)
    return error{errc::malformed, fmt::format("population: {}", simdjson::error_message(code)), {}};

  population p = standard();
  reader r;
  r.object(root, "",
           {{"customers",
             [&](const dom::element& v, const std::string& at) { read_customers(r, v, at, p.customers); }},
            {"queues",
             [&](const dom::element& v, const std::string& at) {
               p.queues.clear();
               r.array(v, at, [&](const dom::element& item, const std::string& where) {
                 read_queue(r, item, where, p.queues.emplace_back());
               });
             }},
            {"technologies", r.texts(p.technologies)},
            {"channel_variables", r.texts(p.channel_variables)},
            {"limits",
             [&](const dom::element& v, const std::string& at) {
               r.object(v, at, {{"max_calls", r.count(p.max_calls, 10'000'000)}});
             }},
            {"response_after_application", r.number(p.response_after_application, 0, 1)},
            {"parking_timeout", r.number(p.parking_timeout_s, 0.001, 86'400)},
            {"parking_lots",
             [&](const dom::element& v, const std::string& at) {
               p.parking_lots.clear();
               r.array(v, at, [&](const dom::element& item, const std::string& where) {
                 read_lot(r, item, where, p.parking_lots.emplace_back());
               });
               if (p.parking_lots.empty())
                 r.fail(at, "must have a lot");
             }},
            {"includes",
             [&](const dom::element& v, const std::string& at) {
               p.includes.clear();
               r.array(v, at, [&](const dom::element& item, const std::string& where) {
                 auto& one = p.includes.emplace_back();
                 r.object(item, where, {{"in", r.text(one.in)}, {"file", r.text(one.file)}});
               });
             }},
            {"agents", r.texts(p.pool_agents)},
            {"accounts", r.texts(p.accounts)},
            {"trunks", r.texts(p.trunks)},
            {"routes",
             [&](const dom::element& v, const std::string& at) {
               r.array(v, at, [&](const dom::element& item, const std::string& where) {
                 read_route(r, item, where, p.routes.emplace_back());
               });
             }},
            {"trunk_conditions",
             [&](const dom::element& v, const std::string& at) {
               r.array(v, at, [&](const dom::element& item, const std::string& where) {
                 read_condition(r, item, where, p);
               });
             }},
            {"users",
             [&](const dom::element& v, const std::string& at) {
               r.array(v, at, [&](const dom::element& item, const std::string& where) {
                 read_user(r, item, where, p.users.emplace_back());
               });
             }},
            {"faults", [&](const dom::element& v, const std::string& at) {
               r.array(v, at, [&](const dom::element& item, const std::string& where) {
                 read_fault(r, item, where, p.faults.emplace_back());
               });
             }}});
  if (r.failure())
    return *r.failure();
  return p;
}

result<population> population::load(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in)
    return error{errc::not_found, fmt::format("cannot read the population file {}", path), {}};
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str());
}

} // namespace ringmaster::sim
