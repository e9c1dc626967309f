#include "http/telephone/resource.hpp"

#include <charconv>

namespace ringmaster::telephone {
namespace {

constexpr std::size_t most_items = 10'000; ///< of one page

} // namespace

result<servers> servers_of(const context& c, const http::request& req) {
  const auto wanted = req.query_value("pbx");
  servers found;
  for (const auto& one : c.engine->telephones())
    if (!wanted || wanted->empty() || one->pbx == *wanted)
      found.push_back(one.get());
  if (found.empty() && wanted && !wanted->empty())
    return invalid_field("pbx", "there is no server \"" + std::string{*wanted} + "\"");
  return found;
}

result<page> page_of(const http::request& req) {
  const auto number = [&](std::string_view name, std::uint64_t least, std::uint64_t most,
                          const char* what) -> result<std::optional<std::uint64_t>> {
    const auto value = req.query_value(name);
    if (!value || value->empty())
      return std::optional<std::uint64_t>{};
    std::uint64_t read = 0;
    const auto* end = value->data() + value->size();
    const auto [stop, failed] = std::from_chars(value->data(), end, read);
    if (failed != std::errc{} || stop != end || read < least || read > most)
      return invalid_field(name, std::string{name} + " must be " + what);
    return std::optional{read};
  };
  const auto count = number("count", 1, most_items, "a number from 1 to 10000");
  if (!count)
    return count.error();
  const auto after = number("page_token", 1, UINT64_MAX, "a next_page_token of this list");
  if (!after)
    return after.error();
  return page{*count ? std::optional<std::size_t>{**count} : std::nullopt, after->value_or(0)};
}

result<std::optional<std::string>> named_in_body(const http::request& req, std::string_view field) {
  if (req.body.empty())
    return std::optional<std::string>{};
  const auto body = outbound::read_body(req.body);
  if (!body)
    return body.error();
  std::string_view id;
  if ((*body)->root[field].get(id) != simdjson::SUCCESS)
    return invalid_field(field, std::string{field} + " must be a string that says what is asked for");
  return std::optional<std::string>{id};
}

error no_such(std::string_view what, std::string_view id) {
  return {errc::not_found, std::string{"there is no "}.append(what).append(" \"").append(id).append("\""), {}};
}

error not_clear(std::string_view what, std::string_view id, std::string_view how) {
  return {errc::illegal_state,
          std::string{"which "}.append(what).append(" \"").append(id).append("\" is meant is not clear; ").append(how), {}};
}

void ask(const context& c, const std::string& pbx, const result<telephone_request>& what, const http::responder& reply) {
  if (!what)
    return reply(outbound::refuse(c, what.error()));
  c.engine->ask(pbx, *what, [c, reply](const result<std::string>& said) {
    reply(said ? http::success(c.now()) : outbound::refuse(c, said.error()));
  });
}

} // namespace ringmaster::telephone
