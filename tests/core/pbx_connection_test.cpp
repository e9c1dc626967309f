// SPDX-License-Identifier: Apache-2.0
#include "actors/core/pbx_connection.hpp"

#include <gtest/gtest.h>

namespace ringmaster::core::pbx_connection_tests {
namespace {

using namespace std::chrono_literals;
using phase = pbx_connection::phase;
using due = pbx_connection::due;

class pbx_connections : public testing::Test {
protected:
  void connect() {
    EXPECT_EQ(it.look(now), due::connect);
    it.connecting(now);
    EXPECT_EQ(it.at(), phase::greeting);
  }
  void log_in() {
    connect();
    it.opened(now);
    EXPECT_TRUE(it.greeted() && it.challenge_answered() && it.logged_in(now));
  }
  void be_ready() {
    log_in();
    EXPECT_TRUE(it.booted(now) && it.listed(now));
  }
  /// Passes time in steps, as the actor's tick does; what is due first, and when.
  std::pair<due, std::chrono::seconds> wait(std::chrono::seconds most) {
    for (const auto from = now; now - from < most;) {
      now += 100ms;
      if (const auto what = it.look(now); what != due::nothing)
        return {what, std::chrono::floor<std::chrono::seconds>(now - from)};
    }
    return {due::nothing, most};
  }

  time_point now{std::chrono::hours{1}};
  pbx_connection it{7};
};

TEST_F(pbx_connections, come_up_step_by_step) {
  EXPECT_EQ(it.trouble(), "not connected yet");
  EXPECT_TRUE(it.is_idle());
  connect();
  it.opened(now);
  EXPECT_TRUE(it.greeted());
  EXPECT_EQ(it.at(), phase::challenge);
  EXPECT_TRUE(it.challenge_answered());
  EXPECT_EQ(it.at(), phase::login);
  EXPECT_TRUE(it.logged_in(now));
  EXPECT_EQ(it.at(), phase::booting);
  EXPECT_EQ(it.trouble(), "logged in, but Asterisk has not told yet that it has booted");
  EXPECT_FALSE(it.is_answered());
  EXPECT_TRUE(it.booted(now));
  EXPECT_TRUE(it.is_answered() && !it.is_ready());
  EXPECT_TRUE(it.listed(now));
  EXPECT_TRUE(it.is_ready());
  EXPECT_EQ(it.trouble(), "");
  EXPECT_EQ(it.ready_since(), now);
}

TEST_F(pbx_connections, take_no_step_that_they_do_not_wait_for) {
  const auto none_but = [&](int which) {
    const auto before = it.at();
    EXPECT_TRUE(which == 1 || !it.greeted());
    EXPECT_TRUE(which == 2 || !it.challenge_answered());
    EXPECT_TRUE(which == 3 || !it.logged_in(now));
    EXPECT_TRUE(which == 4 || !it.booted(now));
    EXPECT_TRUE(which == 5 || !it.listed(now));
    EXPECT_EQ(it.at(), before);
  };
  none_but(0);
  connect();
  none_but(1);
  EXPECT_TRUE(it.greeted());
  none_but(2);
  EXPECT_TRUE(it.challenge_answered());
  none_but(3);
  EXPECT_TRUE(it.logged_in(now));
  none_but(4);
  EXPECT_TRUE(it.booted(now));
  none_but(5);
  EXPECT_TRUE(it.listed(now));
  none_but(0);
  (void)it.lost("x", now);
  none_but(0);
}

TEST_F(pbx_connections, give_up_a_server_that_is_silent) {
  connect();
  EXPECT_EQ(wait(60s), (std::pair{due::give_up, 25s}));
  EXPECT_EQ(it.why_give_up(), "nothing was heard for 25 s");
  (void)it.lost(it.why_give_up(), now);
  now += 1min;
  be_ready();
  EXPECT_EQ(wait(60s), (std::pair{due::ping, 10s}));
  EXPECT_EQ(wait(60s), (std::pair{due::ping, 10s}));
  EXPECT_EQ(wait(60s), (std::pair{due::give_up, 5s})) << "pings alone are no sign of life";
}

TEST_F(pbx_connections, that_are_answered_stay) {
  be_ready();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(wait(60s), (std::pair{due::ping, 10s}));
    it.heard(now);
  }
  EXPECT_TRUE(it.is_ready());
}

TEST_F(pbx_connections, give_up_a_login_that_takes_too_long_whatever_is_heard) {
  connect();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(wait(10s).first, due::nothing);
    it.heard(now);
  }
  EXPECT_EQ(wait(10s).first, due::give_up);
  EXPECT_EQ(it.why_give_up(), "login took too long");
}

TEST_F(pbx_connections, ask_a_server_that_does_not_say_that_it_has_booted) {
  log_in();
  for (int i = 0; i < 24; ++i) {
    EXPECT_EQ(wait(10s), (std::pair{due::ask_whether_booted, 5s})) << i;
    it.heard(now);
  }
  EXPECT_EQ(wait(10s).first, due::give_up) << "two minutes";
  const auto loss = it.lost(it.why_give_up(), now);
  EXPECT_EQ(loss.why, "logged in, but Asterisk has not told that it has booted (is it still loading its modules?): login took too long");
}

TEST_F(pbx_connections, say_what_their_end_means_where_they_were) {
  const auto end = [&] {
    const auto loss = it.lost("it ended", now);
    EXPECT_EQ(loss.why, it.trouble());
    EXPECT_FALSE(loss.was_ready);
    now += loss.wait;
    return loss.why;
  };
  connect();
  EXPECT_EQ(end(), "it ended") << "nobody took the connection";
  connect();
  it.opened(now);
  EXPECT_EQ(end(), "the port accepts connections, but no Asterisk has answered there (is it the port of manager.conf?): it ended");
  connect();
  EXPECT_EQ(end(), "it ended") << "what the last one came to is forgotten";
  connect();
  EXPECT_TRUE(it.greeted());
  EXPECT_EQ(end(), "during the login: it ended");
  log_in();
  EXPECT_TRUE(it.booted(now));
  EXPECT_EQ(end(), "logged in, but Asterisk has not listed its channels and queues: it ended");
  be_ready();
  const auto loss = it.lost("it ended", now);
  EXPECT_TRUE(loss.was_ready && loss.worth_telling);
  EXPECT_EQ(loss.why, "it ended");
}

TEST_F(pbx_connections, come_back_ever_more_slowly_until_one_has_lasted) {
  const auto attempt = [&](std::chrono::milliseconds lasts) {
    be_ready();
    now += lasts;
    const auto loss = it.lost("x", now);
    EXPECT_EQ(it.look(now + loss.wait - 1ms), due::nothing);
    now += loss.wait;
    return loss.wait;
  };
  EXPECT_LE(attempt(0ms), 250ms);
  for (int i = 0; i < 10; ++i)
    (void)attempt(100ms);
  EXPECT_GE(attempt(100ms), 15s) << "who lets us in and shuts the door at once is no better than who does not answer";
  EXPECT_LE(attempt(2s), 250ms);
}

TEST_F(pbx_connections, tell_of_the_first_attempts_and_of_one_in_twenty) {
  int told = 0;
  for (int i = 0; i < 60; ++i) {
    connect();
    const auto loss = it.lost("x", now);
    told += loss.worth_telling ? 1 : 0;
    now += loss.wait;
  }
  EXPECT_EQ(told, 6);
}

TEST_F(pbx_connections, since_when_there_is_trouble_is_since_it_worked) {
  be_ready();
  now += 1min;
  const auto ended = now;
  now += it.lost("x", now).wait;
  connect();
  now += it.lost("y", now).wait;
  EXPECT_EQ(it.trouble_since(), ended);
  be_ready();
  EXPECT_FALSE(it.trouble_since());
}

TEST_F(pbx_connections, wait_longer_after_a_refusal_until_settings_change) {
  const auto refuse = [&] {
    connect();
    EXPECT_TRUE(it.greeted() && it.challenge_answered());
    const auto loss = it.refused("wrong secret", now);
    EXPECT_EQ(loss.why, "login refused: wrong secret");
    EXPECT_TRUE(loss.worth_telling && it.is_refused());
    now += loss.wait;
    return loss.wait;
  };
  EXPECT_EQ(refuse(), 2s);
  EXPECT_EQ(refuse(), 60s);
  EXPECT_EQ(refuse(), 120s);
  EXPECT_EQ(refuse(), 180s);
  EXPECT_EQ(refuse(), 180s);
  connect();
  (void)it.lost("x", now);
  EXPECT_TRUE(it.is_refused()) << "a line that drops says nothing of the secret";
  it.start_anew();
  EXPECT_FALSE(it.is_refused());
  EXPECT_EQ(refuse(), 2s);
  now += 1h;
  log_in();
  EXPECT_FALSE(it.is_refused());
}

} // namespace
} // namespace ringmaster::core::pbx_connection_tests
