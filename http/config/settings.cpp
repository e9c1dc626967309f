// SPDX-License-Identifier: Apache-2.0
#include "http/config/settings.hpp"

#include "http/config/fields.hpp"
#include "http/config/json_reader.hpp"
#include "protocol/json.hpp"
#include "storage/data_folder.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <set>
#include <thread>
#include <unistd.h>

namespace ringmaster::config {
namespace {

template <class T>
constexpr bool is_number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

std::string plain(double v) { return fmt::format("{:.16g}", v); }

/// Sets values of a table's object from JSON, and says what is wrong with which key on which line.
class assigner {
public:
  explicit assigner(std::string_view name) : name_{name} {}

  [[nodiscard]] error fail(const json_node& at, std::string_view key, std::string_view what) const {
    return error{errc::invalid_field, fmt::format("{}:{}: \"{}\" {}", name_, at.line, key, what), std::string{key}};
  }

  template <class Object>
  result<void> assign(const field<Object>& f, Object& to, const json_node& node, std::string_view key) const {
    return std::visit([&](auto reach) { return set(f, reach(to), node, key); }, f.at);
  }

private:
  template <class Object>
  result<void> set(const field<Object>&, std::string& to, const json_node& node, std::string_view key) const {
    const auto* s = std::get_if<std::string>(&node.value);
    if (!s)
      return fail(node, key, fmt::format("takes a string, not {}", node.kind()));
    if (s->find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos)
      return fail(node, key, "must not hold line ends or NUL");
    to = *s;
    return {};
  }

  template <class Object>
  result<void> set(const field<Object>&, bool& to, const json_node& node, std::string_view key) const {
    const auto* b = std::get_if<bool>(&node.value);
    if (!b)
      return fail(node, key, fmt::format("takes true or false, not {}", node.kind()));
    to = *b;
    return {};
  }

  template <class Object, class Number>
    requires is_number<Number>
  result<void> set(const field<Object>& f, Number& to, const json_node& node, std::string_view key) const {
    // The reference writes its numbers as strings.
    std::string_view text;
    if (const auto* n = std::get_if<json_number>(&node.value))
      text = n->text;
    else if (const auto* s = std::get_if<std::string>(&node.value))
      text = *s;
    else
      return fail(node, key, fmt::format("takes a number, not {}", node.kind()));
    Number value{};
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec == std::errc::invalid_argument || end != text.data() + text.size())
      return fail(node, key, std::is_integral_v<Number> ? "takes a whole number" : "takes a number");
    const bool fits = ec == std::errc{} && static_cast<double>(value) >= f.least && static_cast<double>(value) <= f.most;
    if (!fits)
      return fail(node, key, fmt::format("must lie from {} to {}", plain(f.least), plain(f.most)));
    to = value;
    return {};
  }

  template <class Object, class Rep, class Period>
  result<void> set(const field<Object>& f, std::chrono::duration<Rep, Period>& to, const json_node& node,
                   std::string_view key) const {
    std::uint64_t count = 0;
    if (auto ok = set(f, count, node, key); !ok)
      return ok;
    to = std::chrono::duration<Rep, Period>{static_cast<Rep>(count)};
    return {};
  }

  std::string_view name_;
};

class file_reader {
public:
  explicit file_reader(std::string_view name) : assign_{name} {}

  result<settings> read(const json_node& root) {
    if (!std::holds_alternative<json_node::object>(root.value))
      return assign_.fail(root, "", "the configuration is an object");
    const json_node* pbxs = nullptr;
    if (auto ok = read_object(root, "", pbxs); !ok)
      return ok.error();
    out_.single.technology_aliases = out_.technology_aliases;
    if (pbxs) {
      for (const auto* key : {"serv_addr", "serv_port", "username", "password", "allow_plain_secret", "allow_lossy_config_changes"})
        if (seen_.contains(key))
          return assign_.fail(*pbxs, "pbxs", fmt::format("and \"{}\" exclude each other", key));
      if (auto ok = read_pbxs(*pbxs); !ok)
        return ok.error();
    } else {
      out_.pbxs.push_back(out_.single);
    }
    return std::move(out_);
  }

private:
  result<void> read_object(const json_node& node, const std::string& prefix, const json_node*& pbxs) {
    for (const auto& [name, value] : std::get<json_node::object>(node.value)) {
      const auto key = prefix + name;
      if (!seen_.insert(key).second)
        return assign_.fail(value, key, "is given twice");
      if (key == "pbxs") {
        pbxs = &value;
        continue;
      }
      const auto table = settings_fields();
      const auto exact = std::find_if(table.begin(), table.end(), [&](const auto& f) { return f.key == key; });
      if (exact != table.end()) {
        if (auto ok = assign_.assign(*exact, out_, value, key); !ok)
          return ok;
        continue;
      }
      const bool is_group = std::any_of(table.begin(), table.end(), [&](const auto& f) { return f.key.starts_with(key + "."); });
      if (!is_group)
        return assign_.fail(value, key, "is no key of the configuration");
      if (!std::holds_alternative<json_node::object>(value.value))
        return assign_.fail(value, key, fmt::format("takes an object, not {}", value.kind()));
      if (auto ok = read_object(value, key + ".", pbxs); !ok)
        return ok;
    }
    return {};
  }

  result<void> read_pbxs(const json_node& node) {
    const auto* list = std::get_if<json_node::list>(&node.value);
    if (!list)
      return assign_.fail(node, "pbxs", fmt::format("takes a list, not {}", node.kind()));
    std::set<std::string> names;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto& item = (*list)[i];
      const auto prefix = fmt::format("pbxs[{}]", i);
      const auto* members = std::get_if<json_node::object>(&item.value);
      if (!members)
        return assign_.fail(item, prefix, fmt::format("takes an object, not {}", item.kind()));
      pbx_settings pbx;
      pbx.name = fmt::format("asterisk-{}", i + 1);
      pbx.technology_aliases = out_.technology_aliases;
      std::set<std::string> given;
      for (const auto& [name, value] : *members) {
        const auto key = fmt::format("{}.{}", prefix, name);
        const auto table = pbx_fields();
        const auto exact = std::find_if(table.begin(), table.end(), [&](const auto& f) { return f.key == name; });
        if (exact == table.end())
          return assign_.fail(value, key, "is no key of a PBX");
        if (!given.insert(name).second)
          return assign_.fail(value, key, "is given twice");
        if (auto ok = assign_.assign(*exact, pbx, value, key); !ok)
          return ok;
      }
      if (pbx.name.empty() || !names.insert(pbx.name).second)
        return assign_.fail(item, prefix + ".name", "must be unique and not empty");
      out_.pbxs.push_back(std::move(pbx));
    }
    if (out_.pbxs.empty())
      return assign_.fail(node, "pbxs", "must name one server at least");
    return {};
  }

  assigner assign_;
  settings out_;
  std::set<std::string, std::less<>> seen_;
};

} // namespace

result<settings> parse_config(std::string_view text, std::string_view name) {
  auto root = read_json(text, name);
  if (!root)
    return root.error();
  return file_reader{name}.read(*root);
}

/// "pbx:5038", "tcp://pbx", "a pbx": what no resolver finds. An IPv6 address has colons of its own.
static bool has_more_than_a_host(const std::string& address) {
  boost::system::error_code no_address;
  boost::asio::ip::make_address(address, no_address);
  return no_address && address.find_first_of(":/@ \t") != std::string::npos;
}

result<void> validate(const settings& s) {
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(s.http.address, ec);
  if (ec)
    return invalid_field("http.address", "http.address: \"" + s.http.address + "\" is no IP address");
  const bool tls = !s.http.certificate.empty() && !s.http.key.empty();
  if (!tls && (!s.http.certificate.empty() || !s.http.key.empty()))
    return invalid_field("http.tls", "http.tls takes a certificate and a key, not one of them");
  if (!tls && !address.is_loopback() && !s.http.allow_plain_beyond_loopback)
    return invalid_field("http.address", "refusing to listen on " + s.http.address +
                                             " without TLS: set http.tls.certificate and http.tls.key, or "
                                             "http.allow_plain_beyond_loopback to true");
  std::error_code code;
  if (!std::filesystem::is_directory(s.zoneinfo, code))
    return invalid_field("zoneinfo", "zoneinfo: there is no folder \"" + s.zoneinfo + "\" of time zones; install the package tzdata");
  if (const auto zone = read_zone_file(s.zoneinfo, s.timezone); !zone)
    return invalid_field("timezone", "timezone: " + zone.error().message);
  if (s.database_map_limit != 0 && s.database_map_limit < s.database_map_size)
    return invalid_field("database.map_limit", "database.map_limit must be 0, or database.map_size at least");
  if (s.result_filename.empty())
    return invalid_field("general.result_filename", "general.result_filename must name a file");
  for (const auto& p : s.pbxs)
    if (p.address.empty())
      return invalid_field("serv_addr", "serv_addr (of several servers: pbxs[].address) must be a host name or an IP address; "
                                        "that of \"" + p.name + "\" is empty");
  for (const auto& p : s.pbxs)
    if (has_more_than_a_host(p.address))
      return invalid_field("serv_addr", "serv_addr (of several servers: pbxs[].address) must be a host name or an IP address and nothing "
                                        "else (a port goes into serv_port); that of \"" + p.name + "\" is \"" + p.address + '"');
  for (const auto& p : s.pbxs)
    for (const auto* text : {&p.name, &p.address, &p.username, &p.password})
      if (text->find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos)
        return invalid_field("pbxs", "the settings of a PBX must not hold line ends or NUL");
  return {};
}

std::filesystem::path result_file(const settings& s) {
  return std::filesystem::path{s.data_dir} / s.result_filename;
}

namespace {

error wrong_result_file(const std::filesystem::path& file, std::string_view why) {
  return invalid_field("general.result_filename",
                       fmt::format("general.result_filename: {} cannot be written: {}", file.string(), why));
}

} // namespace

result<void> check_result_kind(const settings& s) {
  const auto file = result_file(s);
  std::error_code code;
  const auto led_to = storage::leads_to(file);
  const auto& names = storage::database_files;
  const bool named_so = std::find(names.begin(), names.end(), led_to.filename().string()) != names.end();
  if ((named_so && led_to.parent_path() == std::filesystem::weakly_canonical(std::filesystem::path{s.data_dir} / "", code)) ||
      storage::is_database_file(file))
    return wrong_result_file(file, "it is a file of a database");
  const auto status = std::filesystem::status(file, code);
  if (std::filesystem::is_directory(status))
    return wrong_result_file(file, "it is a folder");
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return wrong_result_file(file, "it is a FIFO, a device or a socket, and no regular file");
  return {};
}

result<void> check_result_file(const settings& s) {
  if (auto kind = check_result_kind(s); !kind)
    return kind;
  const auto file = result_file(s);
  const auto wrong = [&](std::string_view why) { return wrong_result_file(file, why); };
  std::error_code code;
  if (std::filesystem::exists(file, code))
    return ::access(file.c_str(), W_OK) == 0 ? result<void>{} : wrong(std::strerror(errno));
  const auto folder_of = [](const std::filesystem::path& name) {
    const auto above = name.lexically_normal().parent_path();
    return above.empty() ? std::filesystem::path{"."} : above;
  };
  const auto folder = folder_of(file);
  if (folder == folder_of(std::filesystem::path{s.data_dir} / "x") && !std::filesystem::exists(folder, code))
    return {};
  if (!std::filesystem::is_directory(folder, code))
    return wrong(fmt::format("there is no folder {}", folder.string()));
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? result<void>{} : wrong(std::strerror(errno));
}

/// The data folder is made when it is not there; then the one above has to be.
static result<void> check_data_folder(const settings& s) {
  const auto wrong = [&](std::string_view why) {
    return invalid_field("data_dir", fmt::format("the data folder {} cannot be used: {}", s.data_dir, why));
  };
  std::error_code code;
  auto folder = std::filesystem::absolute(s.data_dir, code).lexically_normal();
  if (!folder.has_filename())
    folder = folder.parent_path();
  while (!std::filesystem::exists(folder, code)) {
    if (code && code != std::errc::no_such_file_or_directory)
      return wrong(code.message());
    folder = folder.parent_path();
  }
  if (!std::filesystem::is_directory(folder, code))
    return wrong(fmt::format("{} is no folder", folder.string()));
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? result<void>{} : wrong(fmt::format("{}: {}", folder.string(), std::strerror(errno)));
}

static result<void> check_users(const settings& s) {
  for (const auto& p : s.pbxs)
    if (p.username.empty())
      return invalid_field("username", "username (of several servers: pbxs[].username) must name the user of manager.conf with which the "
                                       "daemon logs in to \"" + p.name + "\"; it is empty");
  return {};
}

result<void> check_files(const settings& s) {
  if (!s.http.certificate.empty())
    if (auto good = http::check_tls({s.http.certificate, s.http.key}); !good)
      return good;
  if (auto there = check_data_folder(s); !there)
    return there;
  if (auto writable = check_result_file(s); !writable)
    return writable;
  return check_users(s);
}

http::server_options settings::server_options() const {
  http::server_options o;
  o.address = http.address;
  o.port = http.port;
  if (!http.certificate.empty())
    o.tls = http::tls_files{http.certificate, http.key};
  o.threads = threads.io > 0 ? static_cast<unsigned>(threads.io) : std::max(1u, std::thread::hardware_concurrency());
  o.limits = http.limits;
  o.tls_only = http.tls_only;
  return o;
}

} // namespace ringmaster::config
