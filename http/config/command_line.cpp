// SPDX-License-Identifier: Apache-2.0
#include "http/config/command_line.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <charconv>
#include <cstdlib>
#include <fstream>

namespace ringmaster::config {
namespace {

struct arguments {
  std::string config;
  std::string listen;
  std::string data;
  std::string ami;
  std::string ami_user;
  std::string ami_secret;
  bool check{};
  bool help_config{};
  bool version{};
};

struct host_port {
  std::string host;
  std::uint16_t port{};
};

/// "127.0.0.1:8081", "[::1]:8081", "pbx.example:5038".
result<host_port> read_host_port(const std::string& option, std::string_view text) {
  const auto bad = [&] { return invalid_field(option, option + " takes HOST:PORT, not \"" + std::string{text} + "\""); };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return bad();
  host_port out;
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return bad();
  const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (host.empty() || port.empty() || ec != std::errc{} || end != port.data() + port.size())
    return bad();
  out.host = host;
  return out;
}

result<settings> read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::string text; // read like this, an empty file is no failure
  for (char piece[4096]; in.read(piece, sizeof piece) || in.gcount() > 0;)
    text.append(piece, static_cast<std::size_t>(in.gcount()));
  if (!in.eof())
    return invalid_field("--config", "the configuration " + path + " cannot be read");
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    return invalid_field("--config", "the configuration " + path + " is empty; {} stands for all defaults");
  return parse_config(text, path);
}

std::string default_data_dir(const environment& env) {
  if (const auto base = env("XDG_DATA_HOME"); base && !base->empty())
    return *base + "/ringmaster";
  if (const auto home = env("HOME"); home && !home->empty())
    return *home + "/.local/share/ringmaster";
  return "./ringmaster-data";
}

void apply_environment(settings& s, const environment& env) {
  if (const auto secret = env("RINGMASTER_AMI_SECRET"))
    for (auto& p : s.pbxs)
      if (p.password.empty() || s.pbxs.size() == 1)
        p.password = *secret;
  if (const auto password = env("RINGMASTER_ADMIN_PASSWORD"))
    s.admin_password = *password;
}

result<void> apply_arguments(settings& s, const arguments& a) {
  if (!a.listen.empty()) {
    auto at = read_host_port("--listen", a.listen);
    if (!at)
      return at.error();
    s.http.address = at->host;
    s.http.port = at->port;
  }
  if (!a.data.empty())
    s.data_dir = a.data;
  if (!a.ami.empty()) {
    auto at = read_host_port("--ami", a.ami);
    if (!at)
      return at.error();
    // The one server of the command line takes the place of those of the file.
    if (s.pbxs.size() != 1)
      s.pbxs.assign(1, s.single);
    s.pbxs.front().address = at->host;
    s.pbxs.front().port = at->port;
  }
  if ((!a.ami_user.empty() || !a.ami_secret.empty()) && s.pbxs.size() != 1)
    return invalid_field("--ami-user", "--ami-user and --ami-secret need --ami when the configuration names several servers");
  if (!a.ami_user.empty())
    s.pbxs.front().username = a.ami_user;
  if (!a.ami_secret.empty())
    s.pbxs.front().password = a.ami_secret;
  return {};
}

} // namespace

environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value ? std::optional<std::string>{value} : std::nullopt;
  };
}

void hide_secrets(int argc, char** argv) noexcept {
  constexpr std::string_view option{"--ami-secret"};
  const auto cross_out = [](char* from) {
    for (; *from != '\0'; ++from)
      *from = 'x';
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view word{argv[i]};
    if (word == option && i + 1 < argc)
      cross_out(argv[++i]);
    else if (word.starts_with(option) && word.substr(option.size()).starts_with('='))
      cross_out(argv[i] + option.size() + 1);
  }
}

result<invocation> load_settings(int argc, const char* const* argv, const environment& env) {
  arguments a;
  CLI::App app{"Ringmaster, a predictive dialer for Asterisk", "ringmaster"};
  app.add_option("--config", a.config, "configuration file (JSON)");
  app.add_option("--listen", a.listen, "ADDR:PORT to serve HTTP on; port 0 takes a free one");
  app.add_option("--data", a.data, "folder of the database");
  app.add_option("--ami", a.ami, "HOST:PORT of Asterisk's manager interface");
  app.add_option("--ami-user", a.ami_user, "user of the manager interface");
  app.add_option("--ami-secret", a.ami_secret, "secret of that user; visible to others, better in RINGMASTER_AMI_SECRET");
  app.add_flag("--check-config", a.check, "check the configuration and end");
  app.add_flag("--help-config", a.help_config, "print every key of the configuration and end");
  app.add_flag("--version", a.version, "print the version and end");
  invocation out;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out.purpose = purpose::help;
    out.help = app.help();
    return out;
  } catch (const CLI::ParseError& e) {
    return error{errc::invalid_field, e.what(), {}};
  }
  out.purpose = a.version ? purpose::version
                : a.help_config ? purpose::help_config
                : a.check ? purpose::check_config
                          : purpose::serve;
  if (out.purpose == purpose::version || out.purpose == purpose::help_config)
    return out;
  auto loaded = a.config.empty() ? parse_config("{}") : read_file(a.config);
  if (!loaded)
    return loaded.error();
  out.settings = std::move(*loaded);
  out.config_file = a.config;
  if (out.settings.data_dir.empty())
    out.settings.data_dir = default_data_dir(env);
  apply_environment(out.settings, env);
  if (auto ok = apply_arguments(out.settings, a); !ok)
    return ok.error();
  if (auto ok = validate(out.settings); !ok)
    return ok.error();
  return out;
}

} // namespace ringmaster::config
