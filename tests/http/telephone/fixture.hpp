// SPDX-License-Identifier: Apache-2.0
/// A whole daemon with a listener, and one or more scripted servers.
#pragma once

#include "tests/http/live/ws_client.hpp"
#include "tests/http/telephone/scripted_pbx.hpp"

#include <thread>

namespace ringmaster::tests {

inline std::string channel_headers(const std::string& id, int state = 4, const std::string& caller = "Ann") {
  return "Channel: PJSIP/" + id + "\nChannelState: " + std::to_string(state) +
         "\nChannelStateDesc: Ring\nCallerIDNum: 100\nCallerIDName: " + caller +
         "\nConnectedLineNum: <unknown>\nConnectedLineName: <unknown>\nLanguage: en\nAccountCode: \nContext: demo\nExten: "
         "4002\nPriority: 1\nUniqueid: " +
         id + "\nLinkedid: " + id + "\n";
}
inline std::string newchannel(const std::string& id, int state = 4, const std::string& caller = "Ann") {
  return "Event: Newchannel\nPrivilege: call,all\n" + channel_headers(id, state, caller) + "\n";
}
inline std::string hangup(const std::string& id) {
  return "Event: Hangup\nPrivilege: call,all\n" + channel_headers(id) + "Cause: 16\nCause-txt: Normal Clearing\n\n";
}
inline std::string channel_list(const std::vector<std::string>& ids) {
  std::string text = "Response: Success\nActionID: {id}\nEventList: start\nMessage: Channels will follow\n\n";
  for (const auto& id : ids)
    text += "Event: CoreShowChannel\nActionID: {id}\n" + channel_headers(id, 6) +
            "Application: Queue\nApplicationData: sales\nDuration: 00:00:05\nBridgeId: \n\n";
  return text + "Event: CoreShowChannelsComplete\nActionID: {id}\nEventList: Complete\nListItems: " +
         std::to_string(ids.size()) + "\n\n";
}

class telephone_test : public daemon_test {
protected:
  void SetUp() override {
    settings_.http.port = 0;
    for (std::size_t i = 0; i < servers(); ++i) {
      pbxs_.push_back(std::make_unique<scripted_pbx>());
      config::pbx_settings to;
      to.name = std::string{"pbx-"} + static_cast<char>('a' + i);
      to.port = pbxs_.back()->port();
      to.username = "dialer";
      to.password = "secret";
      settings_.pbxs.push_back(to);
    }
    prepare();
    daemon_test::SetUp();
    daemon_.reset();
    auto made = daemon::application::start(settings_);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    daemon_ = std::move(*made);
    const auto address = daemon_->address();
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    until_connected();
  }
  void TearDown() override { daemon_.reset(); }
  [[nodiscard]] virtual std::size_t servers() const { return 1; }
  /// Before the daemon starts.
  virtual void prepare() {}

  /// Looks again for 20 s until it holds.
  template <class F>
  void until(F&& holds, const std::string& what) {
    for (int i = 0; i < 4000; ++i) {
      if (holds())
        return;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    ADD_FAILURE() << "in vain: " << what;
  }
  void until_connected() {
    until(
        [&] {
          const auto now = get("/health").text;
          std::size_t n = 0;
          for (auto at = now.find("\"connected\":true"); at != std::string::npos; at = now.find("\"connected\":true", at + 1))
            ++n;
          return n == servers();
        },
        "every server is connected: " + get("/health").text);
  }
  void until_listed(const std::string& path, std::size_t count) {
    until([&] { return get(path).size("/result/list") == count; },
          path + " has " + std::to_string(count) + ": " + get(path).text);
  }
  [[nodiscard]] scripted_pbx& pbx(std::size_t i = 0) { return *pbxs_[i]; }
  unsigned connect(ws_client& c) { return c.connect(port_, "/ws?authtoken=" + token_); }

  std::vector<std::unique_ptr<scripted_pbx>> pbxs_;
  std::uint16_t port_{0};
};

} // namespace ringmaster::tests
