// SPDX-License-Identifier: Apache-2.0
#include "http/daemon/ami_json.hpp"

#include "protocol/ami/action.hpp"
#include "protocol/ami/framer.hpp"
#include "protocol/ami/json.hpp"
#include "protocol/ami/login.hpp"
#include "protocol/ami/parser.hpp"
#include "protocol/error.hpp"
#include "protocol/printable.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace ringmaster::daemon {

namespace {

using boost::asio::ip::tcp;

/// One connection, read and written by turns: a tool for one person has no need of more.
class follower {
public:
  follower(std::string user, std::string secret, bool plain_allowed)
      : user_{std::move(user)}, secret_{std::move(secret)}, plain_allowed_{plain_allowed} {}

  result<void> run(const std::string& host, const std::string& port) {
    boost::system::error_code ec;
    tcp::resolver resolver{io_};
    const auto found = resolver.resolve(host, port, ec);
    if (!ec)
      boost::asio::connect(socket_, found, ec);
    if (ec)
      return error{errc::pbx_unavailable, host + ":" + port + ": " + ec.message(), {}};
    if (auto asked = send(ami::action{"Challenge"}.action_id("challenge").header("AuthType", "MD5")); !asked)
      return asked;
    for (;;) {
      const auto room = framer_.prepare(64 * 1024);
      const auto size = socket_.read_some(boost::asio::buffer(room.data(), room.size()), ec);
      if (ec == boost::asio::error::eof)
        return {};
      if (ec)
        return error{errc::pbx_unavailable, ec.message(), {}};
      auto read = framer_.commit(size);
      if (auto shown = show(std::move(read.messages)); !shown)
        return shown;
      if (read.fault)
        return *read.fault;
    }
  }

private:
  result<void> show(ami::buffer bytes) {
    if (bytes.empty())
      return {};
    const auto block = ami::parse(std::move(bytes));
    std::string out;
    ami::append_json(out, *block);
    if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size() || std::fflush(stdout) != 0)
      return error{errc::malformed, "standard output takes no more", {}};
    for (const auto m : *block) {
      if (m.action_id() == "challenge")
        if (auto sent = log_in(m); !sent)
          return sent;
      if (m.action_id() == "login" && m.what() != "Success")
        return error{errc::pbx_refused, "Asterisk refuses the login: " + one_line(m.get("Message")), {}};
    }
    return {};
  }

  result<void> log_in(const ami::message& answer) {
    const auto proof = ami::login_proof(answer, secret_, plain_allowed_);
    if (!proof)
      return error{errc::pbx_refused, proof.error().message + " (--allow-plain-secret would allow it)", {}};
    auto login = ami::action{"Login"}.action_id("login").header("Username", user_);
    for (const auto& [name, value] : *proof)
      login.header(name, value);
    return send(login.header("Events", "on"));
  }

  result<void> send(const ami::action& what) {
    const auto bytes = what.bytes();
    if (!bytes)
      return bytes.error();
    boost::system::error_code ec;
    boost::asio::write(socket_, boost::asio::buffer(*bytes), ec);
    if (ec)
      return error{errc::pbx_unavailable, ec.message(), {}};
    return {};
  }

  boost::asio::io_context io_;
  tcp::socket socket_{io_};
  ami::framer framer_;
  std::string user_, secret_;
  bool plain_allowed_;
};

int follow(const std::string& at, std::string user, std::string secret, bool plain_allowed) {
  const auto colon = at.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == at.size()) {
    fmt::print(stderr, "ringmaster ami-json: --connect wants HOST:PORT\n");
    return 2;
  }
  follower f{std::move(user), std::move(secret), plain_allowed};
  if (const auto done = f.run(at.substr(0, colon), at.substr(colon + 1)); !done) {
    fmt::print(stderr, "ringmaster ami-json: {}\n", done.error().message);
    return 1;
  }
  return 0;
}

} // namespace

int ami_json_command(int argc, const char* const* argv) {
  std::vector<std::string> files;
  std::string connect, user, secret;
  bool plain_allowed = false;
  CLI::App app{"Writes AMI messages as lines of JSON", "ringmaster ami-json"};
  app.add_option("FILE", files, "recordings; - is the standard input");
  app.add_option("--connect", connect, "HOST:PORT of an Asterisk to follow");
  app.add_option("--ami-user", user, "user of its manager interface");
  app.add_option("--ami-secret", secret, "secret of that user; better in RINGMASTER_AMI_SECRET");
  app.add_flag("--allow-plain-secret", plain_allowed, "the secret may go out as it is where the server offers no MD5 challenge");
  CLI11_PARSE(app, argc - 1, argv + 1);
  if (connect.empty() == files.empty()) {
    fmt::print(stderr, "ringmaster ami-json: name either files or --connect\n");
    return 2;
  }
  if (connect.empty())
    return ami::ami_json_files(files, stdout, stderr);
  if (const char* kept = std::getenv("RINGMASTER_AMI_SECRET"); kept && secret.empty())
    secret = kept;
  return follow(connect, std::move(user), std::move(secret), plain_allowed);
}

} // namespace ringmaster::daemon
