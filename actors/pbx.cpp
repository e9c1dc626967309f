#include "actors/pbx.hpp"
#include "actors/guard.hpp"

#include "actors/ami_link.hpp"
#include "actors/core/backoff.hpp"
#include "actors/core/reconcile.hpp"
#include "actors/core/token_bucket.hpp"
#include "actors/core/translate.hpp"
#include "actors/queue.hpp"
#include "protocol/ami/action.hpp"
#include "protocol/ami/events.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <unordered_map>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;
using ami::event_kind;

constexpr auto tick_every = 20ms;
constexpr auto ping_every = 10s;
constexpr auto silence_limit = 25s;
constexpr auto login_limit = 30s;
constexpr auto boot_limit = 120s;
constexpr auto action_limit = 10s;
constexpr auto originate_patience = 10s;

enum class phase : std::uint8_t { idle, greeting, challenge, login, booting, resync, ready };

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// The header that holds the unique id (or ActionID) of the call that an event is about.
std::string_view call_of(const ami::message& m) {
  switch (m.kind()) {
  case event_kind::originate_response: return m.action_id();
  case event_kind::dial_begin:
  case event_kind::dial_state:
  case event_kind::dial_end: return m.get("DestUniqueid");
  case event_kind::newchannel:
  case event_kind::newstate:
  case event_kind::hangup:
  case event_kind::queue_caller_join:
  case event_kind::queue_caller_leave:
  case event_kind::queue_caller_abandon:
  case event_kind::agent_connect:
  case event_kind::agent_complete: return m.get("Uniqueid");
  default: return {}; // all others say nothing about the life of a call
  }
}

/// Whether core::apply takes it. Most events are of other kinds, and looking for a queue in each costs more
/// than all the rest of their routing.
bool tells_a_queue(event_kind kind) {
  switch (kind) {
  case event_kind::queue_params:
  case event_kind::queue_member:
  case event_kind::queue_entry:
  case event_kind::queue_member_added:
  case event_kind::queue_member_removed:
  case event_kind::queue_member_status:
  case event_kind::queue_member_pause:
  case event_kind::queue_member_penalty:
  case event_kind::queue_member_ringinuse:
  case event_kind::queue_caller_join:
  case event_kind::queue_caller_leave:
  case event_kind::queue_caller_abandon:
  case event_kind::agent_called:
  case event_kind::agent_connect:
  case event_kind::agent_complete:
  case event_kind::agent_ring_no_answer:
  case event_kind::agent_dump: return true;
  default: return false; // all others say nothing about a queue
  }
}

} // namespace

class pbx_session {
public:
  pbx_session(caf::stateful_actor<pbx_state>* self, const pbx_options& options, const pbx_environment& with)
      : self_{self}, options_{options}, with_{with},
        retry_{std::hash<std::string>{}(options.name) ^
               static_cast<std::uint64_t>(wall_clock_now().time_since_epoch().count())},
        bucket_{options.originate_rate, options.originate_rate / 5, wall_clock_now()} {}

  void start() {
    connect();
    publish();
    tick();
  }

  void tick() {
    const auto now = wall_clock_now();
    if (phase_ == phase::idle && now >= next_connect_)
      connect();
    expire_actions(now);
    if (phase_ != phase::idle) {
      if (now - last_received_ > silence_limit)
        lost("nothing was heard for 25 s");
      else if (phase_ != phase::ready && now > phase_until_)
        lost("login took too long");
      else if (phase_ == phase::ready && now >= next_ping_) {
        next_ping_ = now + ping_every;
        ask("Ping", {}, [](result<std::string>) {});
      }
    }
    send_originates(now);
    publish();
    self_->delayed_send(self_, tick_every, caf::tick_atom::value);
  }

  // --- the connection ---------------------------------------------------------------------------------------

  void connect() {
    const auto epoch = ++epoch_;
    phase_ = phase::greeting;
    last_received_ = wall_clock_now();
    phase_until_ = last_received_ + login_limit;
    const auto to = caf::actor_cast<caf::actor>(self_);
    link_ = std::make_shared<ami_link>(
        *with_.io, *with_.parsers, options_.address, options_.port,
        ami_link::callbacks{
            [to, epoch] { caf::anon_send(to, link_opened{epoch}); },
            [to, epoch](ami::block_ptr block) { caf::anon_send(to, link_received{epoch, std::move(block)}); },
            [to, epoch](const error& why) { caf::anon_send(to, link_closed{epoch, why.message}); }});
    link_->open();
  }

  void opened(std::uint64_t epoch) {
    if (epoch == epoch_)
      last_received_ = wall_clock_now();
  }

  void closed(const link_closed& what) {
    if (what.epoch == epoch_ && phase_ != phase::idle)
      lost(what.why);
  }

  void lost(const std::string& why) {
    const bool was_ready = phase_ == phase::ready;
    phase_ = phase::idle;
    trouble_ = why;
    ++epoch_; // what the old connection still says is not heard any more
    link_.reset();
    presence_asked_ = false;
    const auto wait = retry_.next();
    next_connect_ = wall_clock_now() + wait;
    if (was_ready || retry_.attempts() <= 3 || retry_.attempts() % 20 == 0)
      spdlog::warn("event=pbx_disconnected pbx={} address={}:{} reason=\"{}\" retry_ms={}", options_.name,
                   options_.address, options_.port, why, wait.count());
    for (auto& one : std::exchange(waiting_, {}))
      not_sent(one, "the connection to " + options_.name + " was lost before the call could be begun");
    for (auto& [id, asked] : std::exchange(actions_, {}))
      asked.done(error{errc::pbx_unavailable, options_.name + " is not connected: " + why, {}});
    for (auto& [id, known] : calls_)
      caf::anon_send(known.call.channel, connection_lost{});
    publish();
  }

  // --- what the server says ---------------------------------------------------------------------------------

  void received(const link_received& from) {
    if (from.epoch != epoch_)
      return;
    last_received_ = wall_clock_now();
    auto& total = with_.live->total;
    total.ami_messages.fetch_add(from.block->size(), std::memory_order_relaxed);
    total.ami_bytes.fetch_add(from.block->bytes().size(), std::memory_order_relaxed);
    ++stamp_;
    batches_.clear();
    for (std::size_t i = 0; i < from.block->size() && phase_ != phase::idle; ++i)
      take((*from.block)[i], static_cast<std::uint32_t>(i));
    for (auto& [to, at] : batches_)
      caf::anon_send(to, message_batch{from.block, std::move(at)});
  }

  void take(const ami::message& m, std::uint32_t index) {
    switch (m.type()) {
    case ami::message_type::greeting: return greeted();
    case ami::message_type::response: return answered(m, index);
    case ami::message_type::event: return happened(m, index);
    case ami::message_type::action:
    case ami::message_type::other: return;
    }
  }

  void greeted() {
    if (phase_ != phase::greeting)
      return;
    phase_ = phase::challenge;
    ask_message("Challenge", {{"AuthType", "MD5"}}, [this](const ami::message& m) { log_in(m); });
  }

  void log_in(const ami::message& challenge) {
    std::vector<std::pair<std::string, std::string>> headers{{"Username", options_.username}};
    const auto token = challenge.get("Challenge");
    const auto key = token.empty() ? result<std::string>{error{}} : ami::challenge_key(token, options_.secret);
    if (key) {
      headers.emplace_back("AuthType", "MD5");
      headers.emplace_back("Key", *key);
    } else {
      headers.emplace_back("Secret", options_.secret);
    }
    headers.emplace_back("Events", "system,call,agent,user");
    phase_ = phase::login;
    ask_message("Login", std::move(headers), [this](const ami::message& m) {
      if (m.get("Response") != "Success")
        return lost("login refused: " + std::string{m.get("Message")});
      phase_ = phase::booting;
      phase_until_ = wall_clock_now() + boot_limit;
    });
  }

  void fully_booted() {
    if (phase_ != phase::booting)
      return;
    phase_ = phase::resync;
    phase_until_ = wall_clock_now() + login_limit;
    asked_at_ = wall_clock_now();
    listed_.clear();
    channels_listed_ = queues_listed_ = false;
    ask("ModuleCheck", {{"Module", "chan_sip.so"}},
        [this](result<std::string> there) { sip_means_pjsip_ = options_.technology_aliases && !there; });
    ask("CoreShowChannels", {}, [](result<std::string>) {});
    ask("QueueStatus", {}, [](result<std::string>) {});
  }

  void maybe_ready() {
    if (phase_ != phase::resync || !channels_listed_ || !queues_listed_)
      return;
    phase_ = phase::ready;
    retry_.reset();
    trouble_.clear();
    ready_since_ = wall_clock_now();
    next_ping_ = ready_since_ + ping_every;
    spdlog::info("event=pbx_ready pbx={} address={}:{} channels={} queues={} calls_of_ours={}", options_.name,
                 options_.address, options_.port, channel_count_, queues_.size(), calls_.size());
    publish();
    wake_watchers();
    if (std::any_of(calls_.begin(), calls_.end(), [](const auto& known) { return known.second.asked; }))
      list_channels();
  }

  void answered(const ami::message& m, std::uint32_t index) {
    const auto id = m.action_id();
    if (const auto call = parse_uuid(id))
      return route(*call, index);
    const auto at = actions_.find(std::string{id});
    if (at == actions_.end())
      return;
    const auto asked = std::move(at->second);
    actions_.erase(at);
    if (asked.on_message)
      return asked.on_message(m);
    const auto said = m.get("Message");
    if (m.get("Response") == "Error")
      asked.done(error{errc::pbx_refused, options_.name + " says: " + std::string{said}, {}});
    else
      asked.done(std::string{said});
  }

  void happened(const ami::message& m, std::uint32_t index) {
    switch (m.kind()) {
    case event_kind::fully_booted: return fully_booted();
    case event_kind::shutdown: return lost("Asterisk is shutting down");
    case event_kind::core_show_channel:
      listed_.push_back({std::string{m.get("Uniqueid")}, std::string{m.get("Channel")},
                         number_of(m.get("ChannelState"))});
      return;
    case event_kind::core_show_channels_complete: return channels_complete();
    case event_kind::queue_status_complete:
      queues_listed_ = true;
      for (const auto& [name, queue] : queues_)
        flush_then(queue.actor, queue_listed{});
      return maybe_ready();
    default: break; // routed by what they are about
    }
    const auto about = call_of(m);
    if (!about.empty())
      if (const auto call = parse_uuid(about))
        route(*call, index);
    if (tells_a_queue(m.kind()))
      if (const auto queue_name = core::queue_of(m); !queue_name.empty())
        batch(queue_named(queue_name), index);
  }

  /// What a queue was sent in this block has to reach it before `what`.
  template <class Message>
  void flush_then(const caf::actor& to, Message what) {
    pending_after_.emplace_back(to, caf::make_message(std::move(what)));
  }

  void channels_complete() {
    channels_listed_ = true;
    channel_count_ = listed_.size();
    presence_asked_ = false;
    settle(phase_ != phase::resync);
    maybe_ready();
  }

  /// Compares our calls with the listed channels and tells each what became of it.
  void settle(bool only_asked) {
    std::vector<core::open_dialing> ours;
    for (const auto& [id, known] : calls_)
      if (known.sent && (!only_asked || known.asked))
        ours.push_back(known.call.dialing);
    const auto found = core::reconcile(ours, listed_, asked_at_);
    for (const auto& one : found.dialings) {
      auto& known = calls_.at(one.id);
      known.asked = false;
      switch (one.what) {
      case core::verdict::adopt:
        caf::anon_send(known.call.channel, channel_presence{true, one.channel_state, one.channel, {}});
        break;
      case core::verdict::unknown:
      case core::verdict::never_seen:
        caf::anon_send(known.call.channel, channel_presence{false, 0, {}, std::string{one.detail}});
        break;
      case core::verdict::undecided: break;
      }
    }
    if (!only_asked && !found.strays.empty())
      spdlog::warn("event=unknown_channels pbx={} count={} first={}", options_.name, found.strays.size(),
                   found.strays.front().name);
    listed_.clear();
  }

  // --- routing ----------------------------------------------------------------------------------------------

  struct batched {
    caf::actor to;
    std::vector<std::uint32_t> at;
  };
  struct target {
    caf::actor actor;
    std::uint64_t stamp{0};
    std::size_t slot{0};
  };
  struct known_call {
    followed_call call;
    target to;
    bool sent{false};  ///< its Originate went out (or it was adopted)
    bool asked{false}; ///< its channel asked whether it lives
  };

  void batch(target& to, std::uint32_t index) {
    if (to.stamp != stamp_) {
      to.stamp = stamp_;
      to.slot = batches_.size();
      batches_.push_back({to.actor, {}});
    }
    batches_[to.slot].at.push_back(index);
  }

  void route(const uuid& call, std::uint32_t index) {
    const auto at = calls_.find(call);
    if (at != calls_.end())
      batch(at->second.to, index);
  }

  target& queue_named(std::string_view name) {
    const auto at = queues_.find(std::string{name});
    if (at != queues_.end())
      return at->second;
    auto actor = self_->spawn<caf::linked>(queue_actor, options_.name, std::string{name}, with_.live);
    for (const auto& [queue, campaign] : watchers_)
      if (queue == name)
        caf::anon_send(actor, watch_queue{queue, campaign});
    return queues_.emplace(std::string{name}, target{std::move(actor)}).first->second;
  }

  void watch(const watch_queue& what) {
    for (const auto& [queue, campaign] : watchers_)
      if (queue == what.queue && campaign == what.campaign)
        return;
    watchers_.emplace_back(what.queue, what.campaign);
    if (const auto at = queues_.find(what.queue); at != queues_.end())
      caf::anon_send(at->second.actor, what);
  }

  void wake_watchers() {
    for (const auto& [queue, campaign] : watchers_)
      caf::anon_send(campaign, wake{});
  }

  // --- calls ------------------------------------------------------------------------------------------------

  void originate(const originate_batch& batch) {
    const auto now = wall_clock_now();
    for (const auto& one : batch.calls) {
      const auto id = one.call.dialing.id;
      calls_.insert_or_assign(id, known_call{one.call, target{one.call.channel}});
      waiting_.push_back({id, one.bytes, now});
    }
    send_originates(now);
    publish();
  }

  void adopt(const adopt_batch& batch) {
    for (const auto& one : batch.calls) {
      auto& known = calls_[one.dialing.id];
      known.call = one;
      known.to = target{one.channel};
      known.sent = true;
    }
    // A listing that is under way may have passed them already.
    for (const auto& one : batch.calls)
      calls_.at(one.dialing.id).asked = true;
    if (phase_ == phase::ready)
      list_channels();
    publish();
  }

  void forget(const uuid& id) {
    if (calls_.erase(id) && !waiting_.empty())
      send_originates(wall_clock_now());
  }

  void ask_presence_of(const uuid& id) {
    const auto at = calls_.find(id);
    if (at == calls_.end() || phase_ != phase::ready)
      return; // the next resync tells
    at->second.asked = true;
    list_channels();
  }

  void list_channels() {
    if (presence_asked_)
      return;
    presence_asked_ = true;
    asked_at_ = wall_clock_now();
    listed_.clear();
    ask("CoreShowChannels", {}, [this](result<std::string> began) { presence_asked_ = began.has_value(); });
  }

  struct waiting_originate {
    uuid id;
    std::string bytes;
    time_point since;
  };

  void not_sent(const waiting_originate& one, const std::string& why) {
    const auto at = calls_.find(one.id);
    if (at != calls_.end())
      caf::anon_send(at->second.call.channel, originate_written{false, why});
  }

  void send_originates(time_point now) {
    while (!waiting_.empty() && now - waiting_.front().since > originate_patience) {
      not_sent(waiting_.front(), "no originate could be sent to " + options_.name + " for ten seconds");
      waiting_.pop_front();
    }
    if (phase_ != phase::ready || waiting_.empty())
      return;
    const auto carried = calls_.size() - std::min(calls_.size(), waiting_.size());
    const auto room = options_.max_channels > carried ? options_.max_channels - carried : 0;
    auto count = bucket_.take(static_cast<std::int64_t>(std::min(waiting_.size(), room)), now);
    std::string out;
    for (; count > 0; --count) {
      auto one = std::move(waiting_.front());
      waiting_.pop_front();
      const auto at = calls_.find(one.id);
      if (at == calls_.end())
        continue; // ended while it waited
      at->second.sent = true;
      out.append(one.bytes);
      caf::anon_send(at->second.call.channel, originate_written{true, {}});
    }
    if (!out.empty())
      link_->send(std::move(out));
  }

  // --- actions ----------------------------------------------------------------------------------------------

  struct asked_action {
    std::function<void(result<std::string>)> done;
    std::function<void(const ami::message&)> on_message;
    time_point until;
  };

  void ask(std::string_view name, const std::vector<std::pair<std::string, std::string>>& headers,
           std::function<void(result<std::string>)> done) {
    put_action(name, headers, asked_action{std::move(done), {}, wall_clock_now() + action_limit});
  }

  void ask_message(std::string_view name, const std::vector<std::pair<std::string, std::string>>& headers,
                   std::function<void(const ami::message&)> on_message) {
    put_action(name, headers,
               asked_action{[](result<std::string>) {}, std::move(on_message), wall_clock_now() + login_limit});
  }

  void put_action(std::string_view name, const std::vector<std::pair<std::string, std::string>>& headers,
                  asked_action asked) {
    if (!link_)
      return asked.done(error{errc::pbx_unavailable, options_.name + " is not connected: " + trouble_, {}});
    auto id = "ringmaster-" + std::to_string(++last_action_);
    ami::action action{name};
    action.action_id(id);
    for (const auto& [key, value] : headers)
      action.header(key, value);
    auto bytes = std::move(action).bytes();
    if (!bytes)
      return asked.done(bytes.error());
    actions_.emplace(std::move(id), std::move(asked));
    link_->send(std::move(*bytes));
  }

  void hang_up(const hang_up_channel& what) {
    const auto waits = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const waiting_originate& one) { return one.id == what.id; });
    if (waits != waiting_.end()) {
      const auto one = std::move(*waits);
      waiting_.erase(waits);
      not_sent(one, "hung up before the call was begun");
      return what.done(std::string{"the call was not begun"});
    }
    if (phase_ != phase::ready)
      return what.done(error{errc::pbx_unavailable, options_.name + " is not connected: " + trouble_, {}});
    ask("Hangup", {{"Channel", what.channel.empty() ? to_string(what.id) : what.channel}, {"Cause", "16"}},
        what.done);
  }

  void expire_actions(time_point now) {
    for (auto at = actions_.begin(); at != actions_.end();) {
      if (now < at->second.until) {
        ++at;
        continue;
      }
      const auto done = std::move(at->second.done);
      at = actions_.erase(at);
      done(error{errc::timed_out, options_.name + " did not answer within ten seconds", {}});
    }
  }

  // --- what readers see -------------------------------------------------------------------------------------

  void publish() {
    const auto now = wall_clock_now();
    live_pbx shown;
    shown.name = options_.name;
    shown.connected = phase_ == phase::ready;
    shown.trouble = trouble_;
    shown.channels = calls_.size();
    shown.max_channels = options_.max_channels;
    shown.rate = options_.originate_rate;
    const auto tokens = bucket_.available(now);
    shown.tokens = static_cast<double>(std::max<std::int64_t>(0, tokens - static_cast<std::int64_t>(waiting_.size())));
    shown.queued = waiting_.size();
    shown.sip_means_pjsip = sip_means_pjsip_;
    shown.since = ready_since_;
    with_.live->pbxs.put(options_.name, std::move(shown));
  }

  /// Sends what had to wait for the batches of the block.
  void finish_block() {
    for (auto& [to, what] : std::exchange(pending_after_, {}))
      caf::anon_send(to, what);
  }

private:
  caf::stateful_actor<pbx_state>* self_;
  pbx_options options_;
  pbx_environment with_;
  std::shared_ptr<ami_link> link_;
  std::uint64_t epoch_{0};
  phase phase_{phase::idle};
  std::string trouble_{"not connected yet"};
  core::backoff retry_;
  core::token_bucket bucket_;
  time_point last_received_{}, phase_until_{}, next_connect_{}, next_ping_{}, asked_at_{}, ready_since_{};

  std::unordered_map<uuid, known_call> calls_;
  std::deque<waiting_originate> waiting_;
  std::unordered_map<std::string, target> queues_;
  std::vector<std::pair<std::string, caf::actor>> watchers_;

  std::unordered_map<std::string, asked_action> actions_;
  std::uint64_t last_action_{0};

  std::uint64_t stamp_{0};
  std::vector<batched> batches_;
  std::vector<std::pair<caf::actor, caf::message>> pending_after_;
  std::vector<core::live_channel> listed_;
  std::size_t channel_count_{0}; ///< of the last listing
  bool channels_listed_{false}, queues_listed_{false}, presence_asked_{false}, sip_means_pjsip_{false};
};

caf::behavior pbx_actor(caf::stateful_actor<pbx_state>* self, const pbx_options& options,
                        const pbx_environment& with) {
  log_faults(self, "pbx " + options.name);
  self->state.session = std::make_shared<pbx_session>(self, options, with);
  self->state.session->start();
  auto* session = self->state.session.get();
  return {
      [=](const link_opened& what) { session->opened(what.epoch); },
      [=](const link_received& what) {
        session->received(what);
        session->finish_block();
      },
      [=](const link_closed& what) { session->closed(what); },
      [=](const originate_batch& what) { session->originate(what); },
      [=](const adopt_batch& what) { session->adopt(what); },
      [=](const hang_up_channel& what) { session->hang_up(what); },
      [=](const forget_call& what) { session->forget(what.id); },
      [=](const ask_presence& what) { session->ask_presence_of(what.id); },
      [=](const watch_queue& what) { session->watch(what); },
      [=](caf::tick_atom) { session->tick(); },
  };
}

} // namespace ringmaster
