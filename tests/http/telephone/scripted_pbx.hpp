// SPDX-License-Identifier: Apache-2.0
/// An AMI server that says what a test tells it to: enough of a login to be believed, lists and answers as given, and
/// whatever else as it is said.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ringmaster::tests {

class scripted_pbx {
public:
  using action = std::map<std::string, std::string>;

  scripted_pbx() : acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}}, thread_{[this] { serve(); }} {}
  ~scripted_pbx() {
    {
      const std::lock_guard lock{guard_};
      stopping_ = true;
    }
    drop();
    boost::system::error_code ignored;
    boost::asio::ip::tcp::socket wake{io_};
    wake.connect(acceptor_.local_endpoint(), ignored); // accept() returns
    thread_.join();
  }
  scripted_pbx(const scripted_pbx&) = delete;
  scripted_pbx& operator=(const scripted_pbx&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  /// What follows the response to this action; "{id}" stands for its ActionID. Also of lists.
  void answer(const std::string& action_name, const std::string& text) {
    answer_by(action_name, [text](const action&) { return text; });
  }
  /// The same, made for each; on the server's thread, one at a time.
  void answer_by(const std::string& action_name, std::function<std::string(const action&)> make) {
    const std::lock_guard lock{guard_};
    answers_[action_name] = std::move(make);
  }
  /// Answers this action as it does by itself again.
  void answer_as_usual(const std::string& action_name) {
    const std::lock_guard lock{guard_};
    answers_.erase(action_name);
  }
  /// Says something to the client that is logged in; lines may end in "\n".
  void say(const std::string& text) {
    const std::lock_guard lock{guard_};
    if (client_)
      put(text);
  }
  /// Ends the connection.
  void drop() {
    const std::lock_guard lock{guard_};
    boost::system::error_code ignored;
    if (client_)
      client_->shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  }
  /// The actions of this name that came; of any, without one.
  [[nodiscard]] std::vector<action> heard(const std::string& action_name = {}) const {
    const std::lock_guard lock{guard_};
    std::vector<action> found;
    for (const auto& one : heard_)
      if (action_name.empty() || one.at("Action") == action_name)
        found.push_back(one);
    return found;
  }

private:
  void serve() {
    for (;;) {
      boost::system::error_code ec;
      auto client = std::make_shared<boost::asio::ip::tcp::socket>(io_);
      acceptor_.accept(*client, ec);
      {
        const std::lock_guard lock{guard_};
        if (stopping_)
          return;
        client_ = client;
        put("Asterisk Call Manager/11.0.0\n");
      }
      read(*client);
      const std::lock_guard lock{guard_};
      client_.reset();
    }
  }

  void read(boost::asio::ip::tcp::socket& from) {
    std::string in;
    for (;;) {
      char piece[4096];
      boost::system::error_code ec;
      const auto n = from.read_some(boost::asio::buffer(piece), ec);
      if (ec)
        return;
      in.append(piece, n);
      for (auto end = in.find("\r\n\r\n"); end != std::string::npos; end = in.find("\r\n\r\n")) {
        take(in.substr(0, end));
        in.erase(0, end + 4);
      }
    }
  }

  void take(const std::string& text) {
    action a;
    for (std::size_t from = 0; from < text.size();) {
      const auto end = std::min(text.find("\r\n", from), text.size());
      const auto line = text.substr(from, end - from);
      const auto colon = line.find(": ");
      if (colon != std::string::npos)
        a[line.substr(0, colon)] += (a.contains(line.substr(0, colon)) ? "," : "") + line.substr(colon + 2);
      from = end + 2;
    }
    const std::lock_guard lock{guard_};
    heard_.push_back(a);
    const auto& name = a["Action"];
    if (const auto own = answers_.find(name); own != answers_.end())
      return put(with_id(own->second(a), a["ActionID"]));
    if (name == "Challenge")
      return put(with_id("Response: Success\nActionID: {id}\nChallenge: 123456\n\n", a["ActionID"]));
    if (name == "Login")
      return put(with_id("Response: Success\nActionID: {id}\nMessage: Authentication accepted\n\n"
                         "Event: FullyBooted\nPrivilege: system,all\nStatus: Fully Booted\n\n",
                         a["ActionID"]));
    if (name == "CoreShowChannels")
      return put(with_id("Response: Success\nActionID: {id}\nEventList: start\n\n"
                         "Event: CoreShowChannelsComplete\nActionID: {id}\nEventList: Complete\nListItems: 0\n\n",
                         a["ActionID"]));
    if (name == "QueueStatus")
      return put(with_id("Response: Success\nActionID: {id}\nEventList: start\n\n"
                         "Event: QueueStatusComplete\nActionID: {id}\nEventList: Complete\nListItems: 0\n\n",
                         a["ActionID"]));
    if (name == "Ping" || name == "Hangup")
      return put(with_id("Response: Success\nActionID: {id}\nMessage: Done\n\n", a["ActionID"]));
    put(with_id("Response: Error\nActionID: {id}\nMessage: Invalid/unknown command\n\n", a["ActionID"]));
  }

  static std::string with_id(std::string text, const std::string& id) {
    for (auto at = text.find("{id}"); at != std::string::npos; at = text.find("{id}", at))
      text.replace(at, 4, id);
    return text;
  }

  void put(const std::string& text) {
    boost::system::error_code ignored;
    boost::asio::write(*client_, boost::asio::buffer(text), ignored);
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  mutable std::mutex guard_;
  std::shared_ptr<boost::asio::ip::tcp::socket> client_;
  std::map<std::string, std::function<std::string(const action&)>> answers_;
  std::vector<action> heard_;
  bool stopping_{false};
  std::thread thread_;
};

} // namespace ringmaster::tests
