// SPDX-License-Identifier: Apache-2.0
// What the field tables say, as a page and as a sample file.
#include "http/config/fields.hpp"
#include "http/config/settings.hpp"
#include "protocol/json.hpp"

#include <fmt/format.h>

#include <iterator>

namespace ringmaster::config {
namespace {

template <class T>
struct described;
template <>
struct described<std::string> {
  static constexpr std::string_view type = "string";
  static std::string json(const std::string& v) {
    std::string out;
    append_json_string(out, v);
    return out;
  }
};
template <>
struct described<bool> {
  static constexpr std::string_view type = "boolean";
  static std::string json(bool v) { return v ? "true" : "false"; }
};
template <class T>
  requires std::is_arithmetic_v<T>
struct described<T> {
  static constexpr std::string_view type = "number";
  static std::string json(T v) { return fmt::format("{}", v); }
};
template <class Rep, class Period>
struct described<std::chrono::duration<Rep, Period>> {
  static constexpr std::string_view type = "number";
  static std::string json(std::chrono::duration<Rep, Period> v) { return fmt::format("{}", v.count()); }
};

template <class Object>
std::string default_of(const field<Object>& f) {
  Object fresh{};
  return std::visit(
      [&](auto reach) {
        const auto& value = reach(fresh);
        return described<std::remove_cvref_t<decltype(value)>>::json(value);
      },
      f.at);
}

template <class Object>
std::string_view type_of(const field<Object>& f) {
  Object fresh{};
  return std::visit(
      [&](auto reach) { return described<std::remove_cvref_t<decltype(reach(fresh))>>::type; }, f.at);
}

template <class Object>
void append_rows(std::string& out, std::span<const field<Object>> table) {
  out += "| key | type | default | range | meaning |\n|---|---|---|---|---|\n";
  for (const auto& f : table) {
    const auto type = type_of(f);
    const auto range = type == "number" ? fmt::format("{:.16g} to {:.16g}", f.least, f.most) : std::string{};
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | `{}` | {} | {} |\n", f.key, type, default_of(f), range, f.meaning);
  }
}

/// Writes a table as nested objects; keys of a group stand together in the table.
template <class Object>
void append_object(std::string& out, std::span<const field<Object>> table, std::string_view prefix, int depth) {
  const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
  out += "{\n";
  bool first = true;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (!table[i].key.starts_with(prefix))
      continue;
    const auto rest = table[i].key.substr(prefix.size());
    const auto dot = rest.find('.');
    const auto group = table[i].key.substr(0, prefix.size() + (dot == std::string_view::npos ? 0 : dot + 1));
    const bool seen = dot != std::string_view::npos && i > 0 && table[i - 1].key.starts_with(group);
    if (seen)
      continue;
    fmt::format_to(std::back_inserter(out), "{}{}  \"{}\": ", first ? "" : ",\n", indent, rest.substr(0, dot));
    first = false;
    if (dot == std::string_view::npos)
      out += default_of(table[i]);
    else
      append_object(out, table, group, depth + 1);
  }
  out += "\n" + indent + "}";
}

} // namespace

std::string reference_page() {
  std::string out{"# Configuration\n\n"
                  "One JSON file, named with `--config`. Every key may be left out. Numbers may be written as strings, as "
                  "the reference does. A key that is not listed here, a wrong type and a value out of range are errors "
                  "that name the key and the line; `ringmaster --check-config` looks for them and does nothing else.\n\n"
                  "Later wins: defaults, file, environment, command line.\n\n"
                  "SIGHUP reads all that again: a server that is not connected is then tried at once, and the next login to "
                  "each uses the address, port, user and secret that it has by then. Whatever else has changed takes a "
                  "restart.\n\n"
                  "| environment | sets |\n|---|---|\n"
                  "| `RINGMASTER_AMI_SECRET` | the AMI secret of every server whose password is empty, or of the only one |\n"
                  "| `RINGMASTER_ADMIN_PASSWORD` | the password of `admin`, when the first start creates that user |\n\n"
                  "A dot in a key below stands for an object: `http.port` is `{\"http\": {\"port\": …}}`.\n\n"};
  append_rows(out, settings_fields());
  out += "\n## `pbxs`\n\nA list of Asterisk servers. It takes the place of `serv_addr`, `serv_port`, `username`, "
         "`password`, `allow_plain_secret` and `allow_lossy_config_changes`, which describe one.\n\n";
  append_rows(out, pbx_fields());
  return out;
}

std::string sample() {
  std::string out;
  append_object(out, settings_fields(), "", 0);
  return out + "\n";
}

} // namespace ringmaster::config
