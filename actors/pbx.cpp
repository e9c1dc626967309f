#include "actors/pbx.hpp"
#include "actors/guard.hpp"

#include "actors/ami_link.hpp"
#include "actors/channel.hpp"
#include "actors/core/ami_rights.hpp"
#include "actors/core/backoff.hpp"
#include "actors/core/queue_listings.hpp"
#include "actors/core/reconcile.hpp"
#include "actors/core/token_bucket.hpp"
#include "actors/core/translate.hpp"
#include "actors/queue.hpp"
#include "actors/telephone.hpp"
#include "protocol/ami/action.hpp"
#include "protocol/ami/events.hpp"
#include "protocol/printable.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <set>
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
constexpr auto listing_patience = 30s;
/// A call that the lists find between two states so often is in none that passes: it is parked, say.
constexpr std::uint8_t most_asked_again = 5;
constexpr auto reload_settles = 200ms;
constexpr auto look_at_rights_every = 500ms;
constexpr auto prove_rights_every = 10min;
constexpr auto proof_patience = 2s;
/// FullyBooted comes at once where it may be heard and the server has booted.
constexpr auto boot_patience = 5s;
/// By then something must have been heard of a call that was accepted.
constexpr auto accepted_patience = 3s;
constexpr std::string_view own_user_event = "RingmasterProof";
/// What may wait for the telephone actor: a few seconds of a busy server.
constexpr std::size_t telephone_backlog_limit = 64 * 1024 * 1024, telephone_backlog_low = 4 * 1024 * 1024;

enum class phase : std::uint8_t { idle, greeting, challenge, login, booting, resync, ready };

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

class pbx_session {
public:
  pbx_session(caf::stateful_actor<pbx_state>* self, const pbx_options& options, const pbx_environment& with)
      : self_{self}, options_{options}, with_{with},
        retry_{std::hash<std::string>{}(options.name) ^
               static_cast<std::uint64_t>(with.time->now().time_since_epoch().count())},
        bucket_{options.originate_rate, options.originate_burst(), with.time->now()},
        rights_{options.dialplan_events}, channel_lists_{options.list_channels_every, listing_patience},
        queue_lists_{{.doubts = options.list_queues_every, .watched = options.audit_queues_every, .patience = listing_patience}} {}

  ~pbx_session() {
    if (telephone_)
      caf::anon_send_exit(telephone_, caf::exit_reason::user_shutdown);
  }
  pbx_session(const pbx_session&) = delete;
  pbx_session& operator=(const pbx_session&) = delete;

  void start() {
    // On a thread of its own: however much there is to render, no call of ours waits for it. Not linked: a fault of it
    // is logged, and the calls go on.
    if (with_.telephone)
      telephone_ = self_->spawn<caf::detached>(telephone_actor, telephone_options{with_.telephone, backlog_, with_.time},
                                               caf::actor_cast<caf::actor>(self_), with_.shared);
    connect();
    publish();
    tick();
  }

  void tick() {
    const auto now = moment();
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
      } else if (phase_ == phase::booting && now >= next_ping_) {
        ask_whether_booted(now);
      }
    }
    if (phase_ == phase::resync && proving_ && now > next_proof_ - prove_rights_every + proof_patience) {
      proving_ = false; // some answer no such question
      maybe_ready();
    }
    look_at_rights(now);
    list_what_is_in_doubt(now);
    send_originates(now);
    publish();
    self_->delayed_send(self_, tick_every, caf::tick_atom::value);
  }

  // --- the connection ---------------------------------------------------------------------------------------

  void connect() {
    const auto epoch = ++epoch_;
    phase_ = phase::greeting;
    last_received_ = moment();
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
    if (epoch != epoch_)
      return;
    opened_ = true;
    last_received_ = moment();
  }

  void closed(const link_closed& what) {
    if (what.epoch == epoch_ && phase_ != phase::idle)
      lost(what.why);
  }

  /// What `why` means in the phase in which it happened.
  std::string in_words(const std::string& why) const {
    switch (phase_) {
    case phase::greeting:
      return opened_ ? "the port accepts connections, but no Asterisk has answered there (is it the port of manager.conf?): " + why : why;
    case phase::challenge:
    case phase::login: return "during the login: " + why;
    case phase::booting: return "logged in, but Asterisk has not told that it has booted (is it still loading its modules?): " + why;
    case phase::resync: return "logged in, but Asterisk has not listed its channels and queues: " + why;
    case phase::idle:
    case phase::ready: break;
    }
    return why;
  }

  void refused(std::string_view words) {
    ++refusals_;
    lost(fmt::format("login refused: Asterisk says '{}' (username, secret, and permit or deny of manager.conf)", one_line(words)),
         core::pause_after_refusals(refusals_));
  }

  void lost(const std::string& reason, std::optional<std::chrono::milliseconds> pause = {}) {
    const bool was_ready = phase_ == phase::ready;
    const auto why = pause ? reason : in_words(reason);
    if (was_ready || !trouble_since_)
      trouble_since_ = moment();
    phase_ = phase::idle;
    trouble_ = why;
    ++epoch_; // what the old connection still says is not heard any more
    link_.reset();
    channel_lists_.lost();
    queue_lists_.lost();
    to_confirm_.clear();
    confirming_.clear();
    legs_.clear(); // what ends meanwhile is not heard
    opened_ = false;
    const auto wait = pause ? *pause : retry_.next();
    next_connect_ = moment() + wait;
    if (was_ready || pause || retry_.attempts() <= 3 || retry_.attempts() % 20 == 0)
      spdlog::warn("event=pbx_disconnected pbx={} address={}:{} reason=\"{}\" retry_ms={}", options_.name,
                   options_.address, options_.port, why, wait.count());
    for (auto& one : std::exchange(waiting_, {}))
      not_sent(one, "the connection to " + options_.name + " was lost before the call could be begun");
    for (auto& [id, asked] : std::exchange(actions_, {}))
      asked.done(error{errc::pbx_unavailable, options_.name + " is not connected: " + why, {}});
    for (auto& [id, one] : std::exchange(looks_, {}))
      one.done(error{errc::pbx_unavailable, options_.name + " is not connected: " + why, {}});
    for (auto& [id, known] : calls_)
      caf::anon_send(known.call.channel, connection_lost{});
    tell_telephone(telephone_lost{});
    publish();
  }

  // --- what the server says ---------------------------------------------------------------------------------

  void received(const link_received& from) {
    if (from.epoch != epoch_)
      return;
    last_received_ = moment();
    auto& total = with_.live->total;
    total.ami_messages.fetch_add(from.block->size(), std::memory_order_relaxed);
    total.ami_bytes.fetch_add(from.block->bytes().size(), std::memory_order_relaxed);
    hand_to_telephone(from.block);
    batches_.clear();
    auto about = from.block->subjects().queues.begin();
    const auto last = from.block->subjects().queues.end();
    auto ends = from.block->subjects().ends.begin();
    const auto last_end = from.block->subjects().ends.end();
    std::uint32_t heard = 0;
    for (; heard < from.block->size() && phase_ != phase::idle; ++heard) {
      at_ = heard;
      take((*from.block)[heard]);
      for (; about != last && about->message == heard; ++about) {
        auto& queue = queue_named(about->queue);
        batch(queue, heard);
        follow_legs(queue, (*from.block)[heard]);
      }
      for (; ends != last_end && ends->message == heard; ++ends)
        end_leg(ends->unique_id, (*from.block)[heard], heard);
    }
    send_routed(from.block, heard);
    if (const auto legs = std::exchange(legs_to_tell_, nullptr)) // after the listing's own end
      for (const auto& [name, queue] : queues_)
        caf::anon_send(queue.actor, queue_legs{legs});
  }

  void hand_to_telephone(const ami::block_ptr& block) {
    if (!telephone_)
      return;
    const auto size = block->bytes().size();
    if (telephone_behind_) {
      if (backlog_->load(std::memory_order_relaxed) > telephone_backlog_low)
        return;
      telephone_behind_ = false;
      if (phase_ == phase::ready || phase_ == phase::resync)
        tell_telephone(telephone_connected{false});
    } else if (backlog_->load(std::memory_order_relaxed) > telephone_backlog_limit) {
      telephone_behind_ = true;
      spdlog::warn("event=telephone_behind pbx={} bytes={}", options_.name, backlog_->load());
      return;
    }
    backlog_->fetch_add(size, std::memory_order_relaxed);
    tell_telephone(telephone_block{block});
  }

  template <class Message>
  void tell_telephone(Message what) {
    if (telephone_)
      caf::anon_send(telephone_, std::move(what));
  }

  /// What is for this actor itself; who else it is for, the block's subjects say.
  void take(const ami::message& m) {
    switch (m.type()) {
    case ami::message_type::greeting: return greeted();
    case ami::message_type::response: return answered(m);
    case ami::message_type::event: return happened(m);
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
    headers.emplace_back("Events", options_.dialplan_events ? "system,call,agent,agi,user,dialplan" : "system,call,agent,agi,user");
    phase_ = phase::login;
    ask_message("Login", std::move(headers), [this](const ami::message& m) {
      if (m.get("Response") != "Success")
        return refused(m.get("Message"));
      const auto now = moment();
      refusals_ = 0;
      phase_ = phase::booting;
      phase_until_ = now + boot_limit;
      next_ping_ = now + boot_patience;
      trouble_ = "logged in, but Asterisk has not told yet that it has booted";
      rights_.logged_in();
      logged_in_at_ = now;
      accepted_at_.reset();
      accepted_asked_.reset();
      in_call_.clear();
      publish_rights();
    });
  }

  /// FullyBooted is told to whoever may read the class system. Who may not would wait for it for ever.
  void ask_whether_booted(time_point now) {
    next_ping_ = now + boot_patience;
    ask_message("CoreStatus", {}, [this](const ami::message& m) {
      const auto date = m.get("CoreStartupDate");
      if (phase_ != phase::booting || m.get("Response") != "Success" || date.empty() || date.starts_with("1970"))
        return;
      rights_.booted_unheard();
      fully_booted();
    });
  }

  void fully_booted() {
    if (phase_ != phase::booting)
      return;
    phase_ = phase::resync;
    phase_until_ = moment() + login_limit;
    tell_telephone(telephone_connected{true}); // before the lists that it is to hear come
    ask("ModuleCheck", {{"Module", "chan_sip.so"}},
        [this](result<std::string> there) { sip_means_pjsip_ = options_.technology_aliases && !there; });
    prove_rights(moment());
    list_calls(moment());
  }

  void maybe_ready() {
    // Nobody dials before it is known what may be heard.
    if (phase_ != phase::resync || !channels_listed_ || !queues_listed_ || proving_)
      return;
    phase_ = phase::ready;
    retry_.reset();
    trouble_.clear();
    trouble_since_.reset();
    ready_since_ = moment();
    next_ping_ = ready_since_ + ping_every;
    spdlog::info("event=pbx_ready pbx={} address={}:{} channels={} queues={} calls_of_ours={}", options_.name,
                 options_.address, options_.port, channel_count_, queues_.size(), calls_.size());
    publish();
    if (with_.shared)
      if (auto* breakers = with_.shared->breakers_of(options_.name))
        breakers->try_again(ready_since_);
    wake_watchers();
    list_what_is_in_doubt(ready_since_);
    look_at_rights(ready_since_);
  }

  // --- what the user may do and hear ------------------------------------------------------------------------

  void prove_rights(time_point now) {
    next_proof_ = now + prove_rights_every;
    proving_ = true;
    ask_message("ListCommands", {}, [this](const ami::message& m) {
      proving_ = false;
      if (m.get("Response") != "Success" || !m.has("ListCommands"))
        return maybe_ready();
      rights_.allowed_are([&](std::string_view action) { return m.has(action); });
      if (m.has("UserEvent") && rights_.of(core::ami_right::hear_users) == core::proof::open)
        ask("UserEvent", {{"UserEvent", std::string{own_user_event}}, {"Login", std::to_string(epoch_)}},
            [this](const result<std::string>& said) {
              if (said)
                rights_.sent_our_own(moment());
            });
      if (!m.has("Command"))
        return maybe_ready();
      proving_ = true;
      ask_message("Command", {{"Command", "manager show connected"}}, [this](const ami::message& shown) {
        proving_ = false;
        const auto lines = shown.all("Output");
        if (const auto bits = core::own_read_permissions(lines, options_.username))
          rights_.may_read(*bits);
        maybe_ready();
      });
    });
  }

  void look_at_rights(time_point now) {
    if (phase_ != phase::ready || (now < next_look_at_rights_ && next_look_at_rights_ - now < look_at_rights_every))
      return;
    next_look_at_rights_ = now + look_at_rights_every;
    if (now >= next_proof_)
      prove_rights(now);
    if (accepted_at_ && !accepted_asked_ && now - *accepted_at_ >= accepted_patience &&
        rights_.of(core::ami_right::hear_calls) != core::proof::given)
      accepted_asked_ = channel_lists_.want(true);
    const auto before = rights_.missing();
    if (!rights_.look(now))
      return;
    for (const auto& one : rights_.missing())
      if (std::find(before.begin(), before.end(), one) == before.end())
        spdlog::warn("event=ami_right_missing pbx={} user={} right={} seen=\"{}\" costs=\"{}\" mend=\"{}\"", options_.name,
                     one_line(options_.username), core::info(one.right).name, one.seen, core::info(one.right).costs, one.mend());
    publish_rights();
    publish();
    wake_watchers();
  }

  void publish_rights() {
    missing_ = std::make_shared<const std::vector<core::missing_right>>(rights_.missing());
  }

  /// Of our own listing: a caller of whom no event has told.
  void heard_of_caller(const ami::message& m) {
    callers_told_.emplace(m.get("Uniqueid"));
    if (listed_.callers)
      listed_.callers->push_back({std::string{m.get("Uniqueid")}, std::string{m.get("Queue")},
                                  std::chrono::seconds{number_of(m.get("Wait"))}});
    // Who came before the login was not told, and who has just come may yet be.
    const std::chrono::seconds waits{number_of(m.get("Wait"))};
    if (waits + 2s < moment() - logged_in_at_)
      rights_.caller_goes_unheard(m.get("Queue"), moment());
  }

  /// Of our own listing, as long as no AgentConnect was heard: a member who has got a call meanwhile.
  void heard_of_member(const ami::message& m) {
    if (rights_.of(core::ami_right::hear_agents) == core::proof::given)
      return in_call_.clear();
    const member_calls now{m.get("InCall") == "1", number_of(m.get("CallsTaken"))};
    const auto [at, first] = in_call_.try_emplace(std::string{m.get("Queue")}.append("\n").append(m.get("Location")), now);
    if (first)
      return;
    const auto before = std::exchange(at->second, now);
    if ((now.in_call && !before.in_call) || now.taken > before.taken)
      rights_.agent_goes_unheard(m.get("Queue"), m.get("Location"), moment());
  }

  void answered(const ami::message& m) {
    const auto id = m.action_id();
    if (parse_uuid(id)) { // a call's, which has it as a subject of the block
      if (m.what() == "Error")
        rights_.refused("Originate", m.get("Message"));
      else if (!accepted_at_)
        accepted_at_ = moment();
      return;
    }
    const auto at = actions_.find(std::string{id});
    if (at == actions_.end())
      return;
    const auto asked = std::move(at->second);
    actions_.erase(at);
    if (asked.on_message)
      return asked.on_message(m);
    const auto said = m.get("Message");
    if (m.get("Response") == "Error") {
      rights_.refused(asked.name, said);
      asked.done(error{errc::pbx_refused, options_.name + " says: " + one_line(said), {}});
    } else {
      asked.done(std::string{said});
    }
  }

  void happened(const ami::message& m) {
    rights_.heard(m.kind());
    switch (m.kind()) {
    case event_kind::fully_booted: return fully_booted();
    case event_kind::shutdown: return lost("Asterisk is shutting down");
    case event_kind::core_show_channel:
      if (m.action_id() == channel_list_id_)
        listed_.channels.push_back({std::string{m.get("Uniqueid")}, std::string{m.get("Channel")},
                                    number_of(m.get("ChannelState")), std::string{m.get("Linkedid")},
                                    std::string{m.get("Application")}, std::string{m.get("BridgeId")},
                                    core::channel_duration(m.get("Duration"))});
      return;
    case event_kind::core_show_channels_complete:
      if (m.action_id() == channel_list_id_)
        channels_complete(m);
      return;
    case event_kind::queue_params:
      if (m.action_id() == queue_list_id_)
        queues_told_.emplace(m.get("Queue"));
      return;
    case event_kind::queue_member:
      if (m.action_id() == queue_list_id_)
        heard_of_member(m);
      return;
    case event_kind::status:
      if (const auto at = looks_.find(std::string{m.action_id()}); at != looks_.end())
        at->second.talks = at->second.talks || !m.get("BridgeID").empty();
      return;
    case event_kind::status_complete: return looked_at(m.action_id(), result<void>{});
    case event_kind::queue_entry:
      if (m.action_id() == queue_list_id_)
        heard_of_caller(m);
      return;
    case event_kind::queue_status_complete:
      if (m.action_id() == queue_list_id_)
        queues_complete();
      return;
    case event_kind::user_event:
      if (m.get("UserEvent") == own_user_event && m.get("Login") == std::to_string(epoch_))
        rights_.heard_our_own();
      return;
    case event_kind::reload: return reloaded(m.get("Module"));
    default: return;
    }
  }

  void channels_complete(const ami::message& m) {
    channels_listed_ = true;
    channel_count_ = listed_.channels.size();
    // A channel is gone only if the list has it nowhere, so that a list with a gap ends nothing.
    const auto items = m.get("ListItems");
    channels_complete_ = items.empty() || static_cast<std::size_t>(number_of(items)) == channel_count_;
    if (!channels_complete_)
      spdlog::warn("event=channel_list_incomplete pbx={} said={} heard={}", options_.name, one_line(items), channel_count_);
    if (accepted_asked_ && channel_lists_.answers(*accepted_asked_))
      rights_.calls_go_unheard("Asterisk has begun calls for us, and no event has told of any", moment());
    lists_came();
    maybe_ready();
  }

  /// Nothing is decided before all that was asked has been said.
  void lists_came() {
    if (!channel_lists_.under_way() || !channels_listed_ || (listed_.callers && !queues_listed_))
      return;
    settle(phase_ == phase::resync, channels_complete_);
    channel_lists_.ended(channels_complete_);
  }

  /// Compares our calls with the listed channels and tells each what became of it. After a login that is every call.
  /// Later it is those that asked, and those that are up as well: they need not ask then for as long as usual, and
  /// one list serves all. Who is not listed without having asked may have a Hangup on its way to us.
  void settle(bool everybody, bool complete) {
    std::vector<core::open_dialing> ours;
    for (const auto& [id, known] : calls_)
      if (known.sent)
        ours.push_back(known.call.dialing);
    const auto found = core::reconcile(ours, listed_, asked_at_);
    for (const auto& one : found.dialings) {
      auto& known = calls_.at(one.id);
      const bool asked = everybody || channel_lists_.answers(known.asked);
      if (everybody)
        known.asked_again = 0;
      switch (one.what) {
      case core::verdict::adopt:
        if (!asked && one.channel_state != 6)
          break;
        known.asked = 0;
        if (!one.moved_to.empty())
          follow(one.id, one.moved_to);
        caf::anon_send(known.call.channel, channel_presence{true, one.channel_state, one.channel, {}, one.stands,
                                                            one.since, one.queue, one.moved_to});
        if (one.ask_again && known.asked_again < most_asked_again) {
          ++known.asked_again;
          known.asked = channel_lists_.want();
          callers_in_doubt_ = true;
        }
        break;
      case core::verdict::unknown:
      case core::verdict::never_seen:
        if (!asked)
          break;
        if (!complete) {
          known.asked = channel_lists_.want();
          break;
        }
        known.asked = 0;
        caf::anon_send(known.call.channel, channel_presence{false, 0, {}, std::string{one.detail}});
        break;
      case core::verdict::undecided: break;
      }
    }
    if (everybody && !found.strays.empty())
      spdlog::warn("event=unknown_channels pbx={} count={} first={}", options_.name, found.strays.size(),
                   found.strays.front().name);
    listed_ = {};
  }

  // --- routing ----------------------------------------------------------------------------------------------

  struct target {
    caf::actor actor;
    std::uint32_t slot{0}; ///< of its batch, if that says so as well
  };
  struct batched {
    const target* to;
    decltype(message_batch::at) at;
  };
  struct known_call {
    followed_call call;
    bool sent{false};  ///< its Originate went out (or it was adopted)
    core::listing_schedule::number asked{0}; ///< its channel asked whether it lives: the first list that answers
    std::string goes_on_over{}; ///< the unique id of the channel that has taken the place of its own
    std::uint8_t asked_again{0}; ///< the lists had it between two states, so often
  };

  void batch(target& to, std::uint32_t index) {
    if (to.slot >= batches_.size() || batches_[to.slot].to != &to) {
      to.slot = static_cast<std::uint32_t>(batches_.size());
      batches_.push_back({&to, {}});
    }
    batches_[to.slot].at.push_back(index);
  }

  /// With many calls up, whatever belongs to one of them is in main memory and not in the cache, and waiting for it
  /// costs more than all else that an event costs. So the look-ups are made one right after the other, where the
  /// processor overlaps them, and what a channel is made of is asked for several sends ahead; the send runs it, on this
  /// very thread. Hints only: nothing depends on their being taken.
  /// What comes after the first `heard` messages of the block is not for anybody any more.
  void send_routed(const ami::block_ptr& block, std::uint32_t heard) {
    found_.clear();
    for (const auto& [index, call] : block->subjects().calls)
      if (index < heard)
        if (const auto at = routes_.find(call); at != routes_.end()) {
          found_.emplace_back(index, &at->second);
          if (const auto m = (*block)[index]; m.kind() == event_kind::bridge_enter)
            follow(call, m.get("Uniqueid"));
        }
    if (!successors_.empty())
      find_successors(*block, heard);
    for (const auto& [index, to] : found_)
      batch(*to, index);
    constexpr std::size_t ahead = 12;
    for (std::size_t i = 0; i < std::min(ahead, batches_.size()); ++i)
      prefetch(batches_[i].to->actor);
    for (std::size_t i = 0; i < batches_.size(); ++i) {
      if (i + ahead < batches_.size())
        prefetch(batches_[i + ahead].to->actor);
      caf::anon_send(batches_[i].to->actor, message_batch{block, std::move(batches_[i].at)});
    }
  }

  /// Of the few calls whose customers talk on over another channel than that which was dialed, that one's messages.
  void find_successors(const ami::block& block, std::uint32_t heard) {
    const auto before = found_.size();
    for (std::uint32_t index = 0; index < heard; ++index) {
      const auto m = block[index];
      const auto header = m.type() == ami::message_type::event ? ami::call_header(m.kind()) : std::string_view{};
      if (header.empty())
        continue;
      const auto at = successors_.find(m.get(header));
      if (at == successors_.end())
        continue;
      const auto call = at->second;
      if (const auto to = routes_.find(call); to != routes_.end())
        found_.emplace_back(index, &to->second);
      if (m.kind() == event_kind::bridge_enter)
        follow(call, m.get("Uniqueid"));
    }
    if (found_.size() != before)
      std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  /// The call goes on over the channel of that unique id.
  void follow(const uuid& call, std::string_view unique_id) {
    const auto at = calls_.find(call);
    if (at == calls_.end())
      return; // a Local channel's second half: the customer stays where he is
    auto& known = at->second;
    if (known.goes_on_over == unique_id)
      return;
    if (!known.goes_on_over.empty())
      successors_.erase(known.goes_on_over);
    known.goes_on_over = unique_id;
    successors_.insert_or_assign(known.goes_on_over, call);
  }

  static void prefetch(const caf::actor& to) {
    constexpr std::size_t line = CAF_CACHE_LINE_SIZE;
    const auto* const actor = reinterpret_cast<const char*>(to.operator->());
    for (std::size_t at = 0; at < channel::hot_bytes; at += line)
      __builtin_prefetch(actor + at, 1);
  }

  target& queue_named(std::string_view name) {
    const auto at = queues_.find(std::string{name});
    if (at != queues_.end())
      return at->second;
    auto actor = self_->spawn<caf::linked>(queue_actor,
                                          queue_options{options_.name, std::string{name}, options_.doubt_queue_after,
                                                        caf::actor_cast<caf::actor>(self_), with_.time,
                                                        with_.shared ? &with_.shared->agents : nullptr, server_index()},
                                          with_.live);
    for (const auto& [queue, campaign] : watchers_)
      if (queue == name)
        caf::anon_send(actor, watch_queue{queue, campaign});
    queue_lists_.heard_of(name);
    return queues_.emplace(std::string{name}, target{std::move(actor)}).first->second;
  }

  /// A Hangup names no queue: whose caller or member it is of is kept from the events that told it.
  void follow_legs(target& queue, const ami::message& m) {
    if (m.kind() != event_kind::agent_called && m.kind() != event_kind::agent_connect)
      return;
    for (const auto id : {m.get("Uniqueid"), m.get("DestUniqueid")})
      if (!id.empty()) {
        auto& queues = legs_[std::string{id}];
        if (std::find(queues.begin(), queues.end(), &queue) == queues.end())
          queues.push_back(&queue);
      }
  }

  /// By `m`, which is its Hangup or says that another channel goes on in its place.
  void end_leg(std::string_view unique_id, const ami::message& m, std::uint32_t index) {
    const auto at = legs_.find(unique_id);
    if (at == legs_.end())
      return;
    for (auto* queue : at->second)
      batch(*queue, index);
    if (m.kind() == event_kind::hangup) {
      legs_.erase(at);
    } else if (const auto goes_on = m.get("Uniqueid"); !goes_on.empty()) {
      const auto queues = at->second;
      legs_.insert_or_assign(std::string{goes_on}, queues);
    }
  }

  /// Among all servers, in the order of the configuration.
  std::size_t server_index() const {
    if (!with_.shared)
      return 0;
    const auto& names = with_.shared->pbx_names;
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), options_.name) - names.begin());
  }

  void watch(const watch_queue& what) {
    std::erase(watchers_, std::pair{what.queue, what.campaign});
    if (what.watch)
      watchers_.emplace_back(what.queue, what.campaign);
    queue_lists_.watch(what.queue, std::any_of(watchers_.begin(), watchers_.end(),
                                               [&](const auto& one) { return one.first == what.queue; }));
    if (const auto at = queues_.find(what.queue); at != queues_.end())
      caf::anon_send(at->second.actor, what);
  }

  void wake_watchers() {
    for (const auto& [queue, campaign] : watchers_)
      caf::anon_send(campaign, wake{});
  }

  // --- calls ------------------------------------------------------------------------------------------------

  void originate(const originate_batch& batch) {
    const auto now = moment();
    for (const auto& one : batch.calls) {
      const auto id = one.call.dialing.id;
      calls_.insert_or_assign(id, known_call{one.call});
      follow(one.call);
      waiting_.push_back({id, one.bytes, now});
    }
    send_originates(now);
    publish();
  }

  void adopt(const adopt_batch& batch) {
    for (const auto& one : batch.calls) {
      auto& known = calls_[one.dialing.id];
      known.call = one;
      follow(one);
      known.sent = true;
    }
    callers_in_doubt_ = true;
    for (const auto& one : batch.calls)
      calls_.at(one.dialing.id).asked = channel_lists_.want(true);
    list_what_is_in_doubt(moment());
    publish();
  }

  /// Of a Local channel both halves: the second one knows why the call failed.
  void follow(const followed_call& call) {
    routes_.insert_or_assign(call.dialing.id, target{call.channel});
    if (!call.dialing.other_channel_id.is_nil())
      routes_.insert_or_assign(call.dialing.other_channel_id, target{call.channel});
  }

  void forget(const uuid& id) {
    const auto at = calls_.find(id);
    if (at == calls_.end())
      return;
    routes_.erase(id);
    routes_.erase(at->second.call.dialing.other_channel_id);
    if (!at->second.goes_on_over.empty())
      successors_.erase(at->second.goes_on_over);
    calls_.erase(at);
    if (!waiting_.empty())
      send_originates(moment());
  }

  void ask_presence_of(const uuid& id) {
    const auto at = calls_.find(id);
    if (at == calls_.end() || phase_ != phase::ready)
      return; // the next resync tells
    at->second.asked = channel_lists_.want();
    list_what_is_in_doubt(moment());
  }

  // --- asking again -----------------------------------------------------------------------------------------

  void list_what_is_in_doubt(time_point now) {
    if (phase_ != phase::ready)
      return; // the login lists everything
    if (channel_lists_.due(now))
      list_calls(now);
    if (channel_lists_.under_way() && listed_.callers)
      return; // a list of one queue must not take the place of the one of all that is under way
    if (const auto queue = queue_lists_.due(now))
      list_queues(*queue, now);
  }

  /// The channels, and the queues' callers as well where somebody has to know whether a call waits or talks. One server
  /// answers one question after the other, so that no caller is in neither list because he went on in between: his
  /// channel was listed before.
  void list_calls(time_point now) {
    if (channel_lists_.under_way() && listed_.callers)
      callers_in_doubt_ = true; // still: those lists never came to their end
    asked_at_ = now;
    listed_ = {};
    channels_listed_ = false;
    channel_lists_.began(now);
    channel_list_id_ = ask("CoreShowChannels", {}, [this, list = channel_lists_.current()](result<std::string> began) {
      if (began || list != channel_lists_.current())
        return;
      channel_lists_.ended(false);
      if (phase_ == phase::resync && began.error().code == errc::pbx_refused)
        lost(began.error().message + " (CoreShowChannels; without it nobody knows which calls are up: give the user system or "
                                     "reporting in its line write of manager.conf)");
    });
    if (phase_ != phase::resync && !std::exchange(callers_in_doubt_, false))
      return;
    callers_in_doubt_ = false;
    listed_.callers.emplace();
    list_queues({}, now);
  }

  void queue_doubted(const std::string& queue) {
    queue_lists_.doubt(queue);
    list_what_is_in_doubt(moment());
  }

  void confirm(const confirm_waiting& what) {
    if (phase_ != phase::ready)
      return;
    to_confirm_.push_back(what);
    queue_lists_.want(what.queue);
    list_what_is_in_doubt(moment());
  }

  /// Who asked before the listing began gets its answer; others wait for the next one.
  void confirm_callers() {
    std::erase_if(confirming_, [&](const confirm_waiting& what) {
      if (!listed_queue_.empty() && what.queue != listed_queue_)
        return false;
      caf::anon_send(what.campaign, caller_waits{what.id, callers_told_.contains(to_string(what.id))});
      return true;
    });
  }

  /// Queues may have come and gone, and their members. All that is reloaded at once is one listing.
  void reloaded(std::string_view module) {
    if (module == "All" || module.starts_with("app_queue"))
      queue_lists_.want_all(moment() + reload_settles);
    if (module == "All" || module.starts_with("manager"))
      next_proof_ = moment();
  }

  /// Of one queue; of all if `queue` is empty.
  void list_queues(const std::string& queue, time_point now) {
    listed_queue_ = queue;
    queues_told_.clear();
    callers_told_.clear();
    confirming_.insert(confirming_.end(), to_confirm_.begin(), to_confirm_.end());
    to_confirm_.clear();
    queues_listed_ = false;
    queue_lists_.began(queue, now);
    std::vector<std::pair<std::string, std::string>> which;
    if (!queue.empty())
      which.emplace_back("Queue", queue);
    const auto list = ++queue_list_;
    queue_list_id_ = ask("QueueStatus", which, [this, list](const result<std::string>& began) {
      if (began || list != queue_list_)
        return;
      queue_lists_.ended(false);
      if (phase_ == phase::ready && listed_.callers) {
        listed_.callers.reset(); // the channels alone say what they can
        return lists_came();
      }
      if (phase_ != phase::resync || began.error().code != errc::pbx_refused)
        return;
      // Without app_queue there are no queues; calls to other destinations are dialed all the same.
      spdlog::warn("event=queues_not_listed pbx={} reason=\"{}\"", options_.name, began.error().message);
      queues_listed_ = true;
      listed_.callers.reset();
      lists_came();
      maybe_ready();
    });
    tell_telephone(telephone_queue_list{queue_list_id_, queue});
  }

  /// The end of the listing belongs to every queue that could have been in it.
  void queues_complete() {
    queue_lists_.ended(true);
    queues_listed_ = true;
    confirm_callers();
    for (auto& [name, queue] : queues_) {
      if (!listed_queue_.empty() && name != listed_queue_)
        continue;
      batch(queue, at_);
      if (!queues_told_.contains(name))
        queue_lists_.absent(name);
    }
    if (listed_.callers && channels_listed_) {
      auto legs = std::make_shared<std::vector<core::agent_leg>>();
      for (const auto& c : listed_.channels)
        if (c.application == "AppQueue" && !c.bridge.empty())
          legs->push_back({c.name, asked_at_ - c.lasted});
      legs_to_tell_ = std::move(legs);
    }
    lists_came();
    maybe_ready();
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
    std::string name;
    std::function<void(result<std::string>)> done;
    std::function<void(const ami::message&)> on_message;
    time_point until;
  };

  /// A channel that is looked at before something is done to its call.
  struct look {
    std::function<void()> act;
    std::function<void(result<std::string>)> done;
    time_point until;
    bool talks{false};
  };

  /// The ActionID; empty when the action could not be written, which `done` has been told.
  std::string ask(std::string_view name, const std::vector<std::pair<std::string, std::string>>& headers,
                  std::function<void(result<std::string>)> done) {
    return put_action(name, headers, asked_action{std::string{name}, std::move(done), {}, moment() + action_limit});
  }

  void ask_message(std::string_view name, const std::vector<std::pair<std::string, std::string>>& headers,
                   std::function<void(const ami::message&)> on_message) {
    put_action(name, headers,
               asked_action{std::string{name}, [](result<std::string>) {}, std::move(on_message), moment() + login_limit});
  }

  std::string put_action(std::string_view name, const std::vector<std::pair<std::string, std::string>>& headers,
                         asked_action asked) {
    if (!link_)
      return asked.done(error{errc::pbx_unavailable, options_.name + " is not connected: " + trouble_, {}}), std::string{};
    auto id = "ringmaster-" + std::to_string(++last_action_);
    ami::action action{name};
    action.action_id(id);
    for (const auto& [key, value] : headers)
      action.header(key, value);
    auto bytes = std::move(action).bytes();
    if (!bytes)
      return asked.done(bytes.error()), std::string{};
    actions_.emplace(id, std::move(asked));
    link_->send(std::move(*bytes));
    return id;
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
    const auto channel = what.channel.empty() ? to_string(what.id) : what.channel;
    const auto hang_up = [this, channel, done = what.done] { ask("Hangup", {{"Channel", channel}, {"Cause", "16"}}, done); };
    if (what.only_if == call_is::waiting)
      return unless_it_talks(channel, hang_up, what.done);
    hang_up();
  }

  /// `act` if the server says that the channel is in no bridge.
  void unless_it_talks(const std::string& channel, std::function<void()> act, std::function<void(result<std::string>)> done) {
    const auto id = put_action("Status", {{"Channel", channel}}, asked_action{"Status", [](result<std::string>) {}, [this](const ami::message& m) {
                                 if (m.get("Response") == "Error")
                                   looked_at(m.action_id(), error{errc::pbx_refused, options_.name + " says: " + one_line(m.get("Message")), {}});
                               }, moment() + action_limit});
    if (id.empty())
      return done(error{errc::pbx_unavailable, options_.name + " is not connected: " + trouble_, {}});
    looks_.emplace(id, look{std::move(act), std::move(done), moment() + action_limit});
  }

  /// What a look at a channel has come to.
  void looked_at(std::string_view action_id, const result<void>& found) {
    const auto at = looks_.find(std::string{action_id});
    if (at == looks_.end())
      return;
    const auto one = std::move(at->second);
    looks_.erase(at);
    if (!found)
      one.done(found.error());
    else if (one.talks)
      one.done(error{errc::illegal_state, "the caller talks by now", {}});
    else
      one.act();
  }

  void redirect(const redirect_channel& what) {
    if (phase_ != phase::ready)
      return what.done(error{errc::pbx_unavailable, options_.name + " is not connected: " + trouble_, {}});
    const auto channel = what.channel.empty() ? to_string(what.id) : what.channel;
    unless_it_talks(channel, [this, id = to_string(what.id), channel, to = what.to, done = what.done] {
      ask("Redirect", {{"Channel", channel}, {"Context", to.context}, {"Exten", to.exten}, {"Priority", to.priority}},
          [this, id, done](result<std::string> said) {
            if (said)
              for (const auto& [name, queue] : queues_)
                caf::anon_send(queue.actor, caller_sent_away{id});
            done(std::move(said));
          });
    }, what.done);
  }

  void ask_for(const pbx_request& what) {
    if (phase_ != phase::ready)
      return what.done(error{errc::pbx_unavailable, options_.name + " is not connected: " + trouble_, {}});
    if (!may_change_queues(what))
      return void(ask(what.action, what.headers, what.done));
    ask(what.action, what.headers, [this, done = what.done](const result<std::string>& said) {
      if (said)
        queue_lists_.want_all(moment());
      done(said);
    });
  }

  /// Whether there may be other queues or members afterwards, of which no event tells: one asks for them then, also where
  /// Reload is not heard.
  static bool may_change_queues(const pbx_request& what) {
    if (what.action == "Reload" || what.action == "QueueReload" || what.action == "ModuleLoad")
      return true;
    return what.action == "Command" && std::any_of(what.headers.begin(), what.headers.end(), [](const auto& header) {
             return header.second.find("reload") != std::string::npos;
           });
  }

  void send_questions(const pbx_questions& what) {
    if (phase_ == phase::resync || phase_ == phase::ready) // of an older login: nobody waits for the answers any more
      link_->send(std::string{what.bytes});
  }

  void expire_actions(time_point now) {
    std::erase_if(looks_, [&](const auto& one) {
      if (now < one.second.until)
        return false;
      one.second.done(error{errc::timed_out, options_.name + " did not answer within ten seconds", {}});
      return true;
    });
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
    const auto now = moment();
    live_pbx shown;
    shown.name = options_.name;
    shown.connected = phase_ == phase::ready;
    shown.trouble = trouble_;
    if (trouble_since_)
      shown.trouble_since = with_.time->date_of(*trouble_since_);
    shown.missing_rights = missing_;
    shown.hears_agents = rights_.of(core::ami_right::hear_agents) == core::proof::given;
    shown.channels = calls_.size();
    shown.max_channels = options_.max_channels;
    shown.rate = options_.originate_rate;
    const auto tokens = bucket_.available(now);
    shown.tokens = static_cast<double>(std::max<std::int64_t>(0, tokens - static_cast<std::int64_t>(waiting_.size())));
    shown.queued = waiting_.size();
    shown.sip_means_pjsip = sip_means_pjsip_;
    shown.since = with_.time->date_of(ready_since_);
    with_.live->pbxs.put(options_.name, std::move(shown));
  }

private:
  [[nodiscard]] time_point moment() const noexcept { return with_.time->now(); }

  caf::stateful_actor<pbx_state>* self_;
  pbx_options options_;
  pbx_environment with_;
  std::shared_ptr<ami_link> link_;
  std::uint64_t epoch_{0};
  phase phase_{phase::idle};
  std::string trouble_{"not connected yet"};
  std::optional<time_point> trouble_since_;
  bool opened_{false};         ///< the port has taken the connection
  std::uint32_t refusals_{0};  ///< logins refused one after the other
  core::backoff retry_;
  core::token_bucket bucket_;
  time_point last_received_{}, phase_until_{}, next_connect_{}, next_ping_{}, asked_at_{}, ready_since_{};

  boost::unordered_flat_map<uuid, known_call, std::hash<uuid>> calls_;
  /// Of the same calls all that routing looks at. Flat, so that a look-up waits for memory once or twice and not for
  /// each node of a chain; small, so that the caches hold much of it.
  boost::unordered_flat_map<uuid, target, std::hash<uuid>> routes_;
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view of) const noexcept { return std::hash<std::string_view>{}(of); }
  };
  /// Calls by the unique ids of the channels that have taken the place of their own. Empty where no Local channel is optimised
  /// away, and free then.
  boost::unordered_flat_map<std::string, uuid, text_hash, std::equal_to<>> successors_;
  std::deque<waiting_originate> waiting_;
  std::unordered_map<std::string, target> queues_;
  /// Unique ids of callers and members who are rung or talk, and the queues to be told when these channels end.
  boost::unordered_flat_map<std::string, boost::container::small_vector<target*, 1>, text_hash, std::equal_to<>> legs_;
  std::vector<std::pair<std::string, caf::actor>> watchers_;

  caf::actor telephone_;
  std::shared_ptr<telephone_backlog> backlog_{std::make_shared<telephone_backlog>(0)};
  bool telephone_behind_{false}; ///< blocks are left out until it has caught up

  std::unordered_map<std::string, asked_action> actions_;
  std::unordered_map<std::string, look> looks_; ///< by ActionID
  std::uint64_t last_action_{0};

  std::vector<std::pair<std::uint32_t, target*>> found_; ///< calls that messages of a block are about
  std::vector<batched> batches_;
  core::ami_rights rights_;
  std::shared_ptr<const std::vector<core::missing_right>> missing_{nothing_missing};
  time_point next_proof_{}, next_look_at_rights_{}, logged_in_at_{};
  std::optional<time_point> accepted_at_; ///< when this login's first Originate was
  std::optional<core::listing_schedule::number> accepted_asked_; ///< the list of channels that says whether it was heard of
  /// Members as listed last, by queue and interface; only until an AgentConnect has been heard.
  struct member_calls {
    bool in_call{false};
    std::int64_t taken{0};
  };
  std::unordered_map<std::string, member_calls> in_call_;

  std::uint32_t at_{0}; ///< place of the message that is being taken in its block
  core::listing_schedule channel_lists_;
  core::queue_listings queue_lists_;
  std::string channel_list_id_, queue_list_id_; ///< ActionIDs of the lists asked for last
  std::string listed_queue_; ///< that the list under way is of; empty: all
  std::uint64_t queue_list_{0}; ///< number of that list
  std::vector<confirm_waiting> to_confirm_, confirming_; ///< that came after the listing under way began, and before
  std::set<std::string, std::less<>> queues_told_, callers_told_; ///< that it has told of so far
  core::server_lists listed_; ///< as far as they have come
  std::shared_ptr<const std::vector<core::agent_leg>> legs_to_tell_; ///< queues whose listing ended in this block
  std::size_t channel_count_{0}; ///< of the last listing
  bool channels_listed_{false}, queues_listed_{false}; ///< what was asked for last has come
  bool proving_{false}; ///< what the user may do and hear is being asked for
  bool channels_complete_{false}; ///< the list has as many as it says
  bool callers_in_doubt_{false};  ///< the next listing is to say who waits as well
  bool sip_means_pjsip_{false};
};

caf::behavior pbx_actor(caf::stateful_actor<pbx_state>* self, const pbx_options& options,
                        const pbx_environment& with) {
  log_faults(self, "pbx " + options.name);
  self->state.session = std::make_shared<pbx_session>(self, options, with);
  self->state.session->start();
  auto* session = self->state.session.get();
  return {
      [=](const link_opened& what) { session->opened(what.epoch); },
      [=](const link_received& what) { session->received(what); },
      [=](const link_closed& what) { session->closed(what); },
      [=](const originate_batch& what) { session->originate(what); },
      [=](const adopt_batch& what) { session->adopt(what); },
      [=](const hang_up_channel& what) { session->hang_up(what); },
      [=](const redirect_channel& what) { session->redirect(what); },
      [=](const forget_call& what) { session->forget(what.id); },
      [=](const ask_presence& what) { session->ask_presence_of(what.id); },
      [=](const queue_in_doubt& what) { session->queue_doubted(what.queue); },
      [=](const confirm_waiting& what) { session->confirm(what); },
      [=](const pbx_request& what) { session->ask_for(what); },
      [=](const pbx_questions& what) { session->send_questions(what); },
      [=](const watch_queue& what) { session->watch(what); },
      [=](caf::tick_atom) { session->tick(); },
  };
}

} // namespace ringmaster
