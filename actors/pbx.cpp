// SPDX-License-Identifier: Apache-2.0
#include "actors/pbx.hpp"
#include "actors/guard.hpp"

#include "actors/ami_actions.hpp"
#include "actors/call_routes.hpp"
#include "actors/configuration_work.hpp"
#include "actors/core/originate_lane.hpp"
#include "actors/core/pbx_connection.hpp"
#include "actors/core/queue_listings.hpp"
#include "actors/core/reconcile.hpp"
#include "actors/core/translate.hpp"
#include "actors/log.hpp"
#include "actors/net/ami_link.hpp"
#include "actors/queue.hpp"
#include "actors/rights_proof.hpp"
#include "actors/server_news.hpp"
#include "actors/telephone_feed.hpp"
#include "protocol/ami/events.hpp"
#include "protocol/ami/login.hpp"
#include "protocol/printable.hpp"
#include "protocol/seldom.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>

namespace ringmaster {
namespace {

using namespace std::chrono_literals;
using ami::event_kind;

constexpr auto tick_every = 20ms;
constexpr auto tick_without_calls = 100ms; ///< nothing waits for the rate then
constexpr auto listing_patience = 30s;
/// A call that the lists find between two states so often is in none that passes: it is parked, say.
constexpr std::uint8_t most_asked_again = 5;
constexpr auto reload_settles = 200ms;

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

class pbx_session {
public:
  pbx_session(caf::stateful_actor<pbx_state>* self, const pbx_options& options, const pbx_environment& with)
      : self_{self}, options_{options}, with_{with}, news_{options.name, with.live, with.shared},
        connection_{std::hash<std::string>{}(options.name) ^ static_cast<std::uint64_t>(with.time->now().time_since_epoch().count())},
        originates_{options.originate_rate, options.originate_burst(), with.time->now()}, telephone_{options.name, *with.time},
        actions_{options.name, *with.time, [this](std::string_view action, std::string_view words) { rights_.refused(action, words); }},
        rights_{options_, *with.time, actions_, [this] { maybe_ready(); }},
        configuration_{options.name,
                       options.allow_lossy_config_changes,
                       *with.time,
                       actions_,
                       {[this](const std::string& queue) {
                          queue_lists_.want(queue);
                          list_what_is_in_doubt(moment());
                        },
                        [this] { queue_lists_.want_all(moment() + reload_settles); }}},
        channel_lists_{options.list_channels_every, listing_patience}, queue_lists_{{.doubts = options.list_queues_every,
                                                                                     .watched = options.audit_queues_every,
                                                                                     .patience = listing_patience}} {}

  pbx_session(const pbx_session&) = delete;
  pbx_session& operator=(const pbx_session&) = delete;

  void start() {
    if (with_.telephone)
      telephone_.begin(self_, with_.telephone, with_.shared);
    open_link();
    publish();
    tick();
  }

  void tick() {
    const auto now = moment();
    actions_.expire(now);
    configuration_.look(now);
    look_at_connection(now);
    rights_.expire(now);
    look_at_rights(now);
    list_what_is_in_doubt(now);
    send_originates(now);
    publish();
    tell_server();
    me<pbx_handle>(self_).tell_later(calls_.empty() ? tick_without_calls : tick_every, caf::tick_atom::value);
  }

  // --- the connection ---------------------------------------------------------------------------------------

  void look_at_connection(time_point now) {
    using enum core::pbx_connection::due;
    switch (connection_.look(now)) {
    case connect: return open_link();
    case ping: return void(actions_.ask("Ping", {}, [](result<std::string>) {}));
    case ask_whether_booted: return ask_for_startup();
    case give_up: return lost(connection_.why_give_up());
    case nothing: return;
    }
  }

  void open_link() {
    const auto epoch = ++epoch_;
    connection_.connecting(moment());
    const auto to = me<pbx_handle>(self_);
    link_ = std::make_shared<ami_link>(
        *with_.io, *with_.parsers, options_.address, options_.port,
        ami_link::callbacks{
            [to, epoch] { to.tell(link_opened{epoch}); },
            [to, epoch](ami::block_ptr block) { to.tell(link_received{epoch, std::move(block)}); },
            [to, epoch](const error& why) { to.tell(link_closed{epoch, why.message}); }});
    actions_.connected(link_);
    link_->open();
  }

  void opened(std::uint64_t epoch) {
    if (epoch != epoch_)
      return;
    connection_.opened(moment());
  }

  void closed(const link_closed& what) {
    if (what.epoch == epoch_ && !connection_.is_idle())
      lost(what.why);
  }

  void use(const pbx_login& login) {
    static_cast<pbx_login&>(options_) = login;
    if (connection_.is_ready())
      return;
    if (!connection_.is_idle())
      lost("the settings were read again");
    connection_.start_anew();
    open_link();
  }

  void refused(std::string_view why) { ended(connection_.refused(why, moment())); }
  void lost(std::string_view why) { ended(connection_.lost(why, moment())); }

  void ended(const core::pbx_connection::loss& loss) {
    ++epoch_; // what the old connection still says is not heard any more
    link_.reset();
    channel_lists_.lost();
    queue_lists_.lost();
    to_confirm_.clear();
    confirming_.clear();
    accepted_asked_.reset();
    routes_.lost();
    if (loss.worth_telling)
      log_warn("event=pbx_disconnected pbx={} address={}:{} reason={} retry_ms={}", options_.name, options_.address, options_.port,
               loss.why, loss.wait.count());
    for (const auto& one : originates_.take_all())
      not_sent(one.id, "the connection to " + options_.name + " was lost before the call could be begun");
    actions_.lost(unavailable());
    configuration_.lost(unavailable());
    for (auto& [id, known] : calls_)
      known.call.channel.tell(connection_lost{});
    routes_.each_foreign([](const std::string&, const follower_handle& who) { who.tell(connection_lost{}); });
    telephone_.tell(telephone_lost{});
    publish();
    tell_server();
  }

  // --- what the server says ---------------------------------------------------------------------------------

  void received(const link_received& from) {
    if (from.epoch != epoch_)
      return;
    connection_.heard(moment());
    auto& total = with_.live->total;
    total.ami_messages.fetch_add(from.block->size(), std::memory_order_relaxed);
    total.ami_bytes.fetch_add(from.block->bytes().size(), std::memory_order_relaxed);
    telephone_.hand(from.block, connection_.is_answered());
    routes_.begin();
    auto about = from.block->subjects().queues.begin();
    const auto last = from.block->subjects().queues.end();
    auto ends = from.block->subjects().ends.begin();
    const auto last_end = from.block->subjects().ends.end();
    std::uint32_t heard = 0;
    for (; heard < from.block->size() && !connection_.is_idle(); ++heard) {
      at_ = heard;
      take((*from.block)[heard]);
      for (; about != last && about->message == heard; ++about)
        routes_.batch_queue(queue_named(about->queue).routed, (*from.block)[heard], heard);
      for (; ends != last_end && ends->message == heard; ++ends)
        routes_.batch_end(ends->unique_id, (*from.block)[heard], heard);
    }
    routes_.send(from.block, heard);
    if (const auto legs = std::exchange(legs_to_tell_, nullptr)) // after the listing's own end
      for (const auto& [name, queue] : queues_)
        queue.actor.tell(queue_legs{legs});
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
    if (connection_.greeted())
      actions_.ask_message("Challenge", {{"AuthType", "MD5"}}, [this](const ami::message& m) { log_in(m); });
  }

  void log_in(const ami::message& challenge) {
    auto proof = ami::login_proof(challenge, options_.secret, options_.allow_plain_secret);
    if (!proof)
      return refused(proof.error().message + " (allow_plain_secret of this server's settings would allow it)");
    auto headers = std::move(*proof);
    headers.emplace_back("Username", options_.username);
    headers.emplace_back("Events", options_.dialplan_events ? "system,call,agent,agi,user,dialplan" : "system,call,agent,agi,user");
    if (!connection_.challenge_answered())
      return;
    actions_.ask_message("Login", std::move(headers), [this](const ami::message& m) {
      if (m.get("Response") != "Success")
        return refused(fmt::format("Asterisk says '{}' (username, secret, and permit or deny of manager.conf)",
                                   one_line(m.get("Message"))));
      if (connection_.logged_in(moment()))
        rights_.logged_in(epoch_);
    });
  }

  void ask_for_startup() {
    actions_.ask_message("CoreStatus", {}, [this](const ami::message& m) {
      const auto date = m.get("CoreStartupDate");
      if (connection_.at() != core::pbx_connection::phase::booting || m.get("Response") != "Success" || date.empty() ||
          date.starts_with("1970"))
        return;
      rights_.booted_unheard();
      fully_booted();
    });
  }

  void fully_booted() {
    if (!connection_.booted(moment()))
      return;
    telephone_.tell(telephone_connected{true}); // before the lists that it is to hear come
    actions_.ask("ModuleCheck", {{"Module", "chan_sip.so"}},
        [this](result<std::string> there) { sip_means_pjsip_ = options_.technology_aliases && !there; });
    rights_.ask();
    list_calls(moment());
  }

  void maybe_ready() {
    // Nobody dials before it is known what may be heard.
    if (!channels_listed_ || !queues_listed_ || rights_.asking() || !connection_.listed(moment()))
      return;
    log_info("event=pbx_ready pbx={} address={}:{} channels={} queues={} calls_of_ours={}", options_.name,
                 options_.address, options_.port, channel_count_, queues_.size(), calls_.size());
    publish();
    if (with_.shared)
      if (auto* breakers = with_.shared->breakers_of(options_.name))
        breakers->try_again(moment());
    wake_watchers();
    list_what_is_in_doubt(moment());
    look_at_rights(moment());
  }

  void look_at_rights(time_point now) {
    if (!connection_.is_ready())
      return;
    if (!accepted_asked_ && rights_.calls_in_question(now))
      accepted_asked_ = channel_lists_.want(true);
    if (!rights_.look(now))
      return;
    publish();
    wake_watchers();
  }

  void answered(const ami::message& m) {
    if (m.action_id().size() != uuid_text_size) // of what is asked for it has fewer characters
      return actions_.answered(m);
    // A call's, which has it as a subject of the block.
    if (m.what() == "Error")
      rights_.refused("Originate", m.get("Message"));
    else
      rights_.call_accepted();
  }

  void happened(const ami::message& m) {
    rights_.heard(m);
    actions_.happened(m);
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
        rights_.member_listed(m);
      return;
    case event_kind::status: return actions_.status(m);
    case event_kind::status_complete: return actions_.status_complete(m);
    case event_kind::queue_entry:
      if (m.action_id() == queue_list_id_)
        caller_listed(m);
      return;
    case event_kind::queue_status_complete:
      if (m.action_id() == queue_list_id_)
        queues_complete();
      return;
    case event_kind::parkinglot: return configuration_.parking_lot(m);
    case event_kind::parkinglots_complete: return configuration_.parking_lots_complete(m);
    case event_kind::reload: return reloaded(m.get("Module"));
    default: return;
    }
  }

  /// Of our own listing.
  void caller_listed(const ami::message& m) {
    const std::chrono::seconds waits{number_of(m.get("Wait"))};
    callers_told_.emplace(m.get("Uniqueid"));
    if (listed_.callers)
      listed_.callers->push_back({std::string{m.get("Uniqueid")}, std::string{m.get("Queue")}, waits});
    rights_.caller_listed(m.get("Queue"), waits);
  }

  void channels_complete(const ami::message& m) {
    channels_listed_ = true;
    channel_count_ = listed_.channels.size();
    // A channel is gone only if the list has it nowhere, so that a list with a gap ends nothing.
    const auto items = m.get("ListItems");
    channels_complete_ = items.empty() || static_cast<std::size_t>(number_of(items)) == channel_count_;
    if (!channels_complete_)
      if (const auto times = incomplete_told_.due(moment()))
        log_warn("event=channel_list_incomplete pbx={} said={} heard={} times={}", options_.name, items, channel_count_, *times);
    if (accepted_asked_ && channel_lists_.answers(*accepted_asked_))
      rights_.calls_go_unheard();
    lists_came();
    maybe_ready();
  }

  /// Nothing is decided before all that was asked has been said.
  void lists_came() {
    if (!channel_lists_.under_way() || !channels_listed_ || (listed_.callers && !queues_listed_))
      return;
    settle(is_listing(), channels_complete_);
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
          routes_.follow(one.id, one.moved_to);
        known.call.channel.tell(channel_presence{true, one.channel_state, one.channel, {}, one.stands,
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
        known.call.channel.tell(channel_presence{false, 0, {}, std::string{one.detail}});
        break;
      case core::verdict::undecided: break;
      }
    }
    if (complete)
      routes_.each_foreign([&](const std::string& id, const follower_handle& who) {
        const auto at = std::find_if(listed_.channels.begin(), listed_.channels.end(), [&](const auto& c) { return c.unique_id == id; });
        if (at != listed_.channels.end())
          who.tell(channel_presence{true, at->state, at->name, {}});
        else
          who.tell(channel_presence{false, 0, {}, "the server has no such channel"});
      });
    if (everybody && !found.strays.empty())
      log_warn("event=unknown_channels pbx={} count={} first={}", options_.name, found.strays.size(),
                   found.strays.front().name);
    listed_ = {};
  }

  // --- queues -----------------------------------------------------------------------------------------------

  /// A queue's actor, and its place among those that blocks are sent to.
  struct known_queue {
    queue_handle actor;
    call_routes::target routed{};
  };

  known_queue& queue_named(std::string_view name) {
    const auto at = queues_.find(std::string{name});
    if (at != queues_.end())
      return at->second;
    queue_handle actor{self_->spawn<caf::linked>(queue_actor,
                                                 queue_options{options_.name, std::string{name}, options_.doubt_queue_after,
                                                        me<pbx_handle>(self_), with_.time,
                                                        with_.shared ? &with_.shared->agents : nullptr, server_index()},
                                          with_.live)};
    for (const auto& [queue, campaign] : watchers_)
      if (queue == name)
        actor.tell(watch_queue{queue, campaign});
    queue_lists_.heard_of(name);
    return queues_.emplace(std::string{name}, known_queue{actor, {.actor = actor}}).first->second;
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
      at->second.actor.tell(what);
  }

  void wake_watchers() {
    for (const auto& [queue, campaign] : watchers_)
      campaign.tell(wake{});
  }

  // --- calls ------------------------------------------------------------------------------------------------

  void originate(const originate_batch& batch) {
    const auto now = moment();
    for (const auto& one : batch.calls) {
      const auto id = one.call.dialing.id;
      calls_.insert_or_assign(id, known_call{one.call});
      routes_.follow(one.call);
      originates_.put(id, one.bytes, now);
    }
    send_originates(now);
    publish();
  }

  void adopt(const adopt_batch& batch) {
    for (const auto& one : batch.calls) {
      auto& known = calls_[one.dialing.id];
      known.call = one;
      routes_.follow(one);
      known.sent = true;
    }
    callers_in_doubt_ = true;
    for (const auto& one : batch.calls)
      calls_.at(one.dialing.id).asked = channel_lists_.want(true);
    list_what_is_in_doubt(moment());
    publish();
  }

  void forget(const uuid& id) {
    const auto at = calls_.find(id);
    if (at == calls_.end())
      return;
    routes_.forget(at->second.call.dialing);
    calls_.erase(at);
    if (!originates_.empty())
      send_originates(moment());
  }

  void ask_presence_of(const uuid& id) {
    const auto at = calls_.find(id);
    if (at == calls_.end() || !connection_.is_ready())
      return; // the next resync tells
    at->second.asked = channel_lists_.want();
    list_what_is_in_doubt(moment());
  }

  // --- asking again -----------------------------------------------------------------------------------------

  void list_what_is_in_doubt(time_point now) {
    if (!connection_.is_ready())
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
    channel_list_id_ = actions_.ask("CoreShowChannels", {}, [this, list = channel_lists_.current()](result<std::string> began) {
      if (began || list != channel_lists_.current())
        return;
      channel_lists_.ended(false);
      if (is_listing() && began.error().code == errc::pbx_refused)
        lost(began.error().message + " (CoreShowChannels; without it nobody knows which calls are up: give the user system or "
                                     "reporting in its line write of manager.conf)");
    });
    if (!is_listing() && !std::exchange(callers_in_doubt_, false))
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
    if (!connection_.is_ready())
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
      what.campaign.tell(caller_waits{what.id, callers_told_.contains(to_string(what.id))});
      return true;
    });
  }

  /// Queues may have come and gone, and their members. All that is reloaded at once is one listing.
  void reloaded(std::string_view module) {
    if (module == "All" || module.starts_with("app_queue"))
      queue_lists_.want_all(moment() + reload_settles);
    if (module == "All" || module.starts_with("manager"))
      rights_.ask_soon();
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
    configuration_.queue_list_began(queue);
    std::vector<std::pair<std::string, std::string>> which;
    if (!queue.empty())
      which.emplace_back("Queue", queue);
    const auto list = ++queue_list_;
    queue_list_id_ = actions_.ask("QueueStatus", which, [this, list](const result<std::string>& began) {
      if (began || list != queue_list_)
        return;
      queue_lists_.ended(false);
      configuration_.queue_list_failed(began.error());
      if (connection_.is_ready() && listed_.callers) {
        listed_.callers.reset(); // the channels alone say what they can
        return lists_came();
      }
      if (!is_listing() || began.error().code != errc::pbx_refused)
        return;
      // Without app_queue there are no queues; calls to other destinations are dialed all the same.
      log_warn("event=queues_not_listed pbx={} reason={}", options_.name, began.error().message);
      queues_listed_ = true;
      listed_.callers.reset();
      lists_came();
      maybe_ready();
    });
    telephone_.tell(telephone_queue_list{queue_list_id_, queue});
  }

  /// The end of the listing belongs to every queue that could have been in it.
  void queues_complete() {
    queue_lists_.ended(true);
    queues_listed_ = true;
    confirm_callers();
    configuration_.queue_list_ended(queues_told_);
    for (auto& [name, queue] : queues_) {
      if (!listed_queue_.empty() && name != listed_queue_)
        continue;
      routes_.batch(queue.routed, at_);
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

  struct known_call {
    followed_call call;
    bool sent{false}; ///< its Originate went out (or it was adopted)
    core::listing_schedule::number asked{0}; ///< its channel asked whether it lives: the first list that answers
    std::uint8_t asked_again{0}; ///< the lists had it between two states, so often
  };

  void not_sent(const uuid& id, const std::string& why) {
    const auto at = calls_.find(id);
    if (at != calls_.end())
      at->second.call.channel.tell(originate_written{false, why});
  }

  void send_originates(time_point now) {
    for (const auto& late : originates_.take_late(now))
      not_sent(late.id, "no originate could be sent to " + options_.name + " for ten seconds");
    if (!connection_.is_ready() || originates_.empty())
      return;
    const auto carried = calls_.size() - std::min(calls_.size(), originates_.size());
    const auto room = options_.max_channels > carried ? options_.max_channels - carried : 0;
    for (const auto& one : originates_.take(room, now)) {
      const auto at = calls_.find(one.id);
      if (at == calls_.end())
        continue; // ended while it waited
      if (const auto may = actions_.ring_outside(one.bytes); !may) {
        not_sent(one.id, may.error().message);
        continue;
      }
      at->second.sent = true;
      at->second.call.channel.tell(originate_written{true, {}});
    }
    actions_.send_outward();
  }

  // --- actions ----------------------------------------------------------------------------------------------

  [[nodiscard]] error unavailable() const {
    return {errc::pbx_unavailable, options_.name + " is not connected: " + connection_.trouble(), {}};
  }

  void hang_up(const hang_up_channel& what) {
    if (originates_.take_back(what.id)) {
      not_sent(what.id, "hung up before the call was begun");
      return what.done(std::string{"the call was not begun"});
    }
    if (!connection_.is_ready())
      return what.done(unavailable());
    const auto channel = what.channel.empty() ? to_string(what.id) : what.channel;
    const auto hang_up = [this, channel, done = what.done] { actions_.ask("Hangup", {{"Channel", channel}, {"Cause", "16"}}, done); };
    if (what.only_if == call_is::waiting)
      return actions_.unless_it_talks(channel, hang_up, what.done);
    hang_up();
  }

  void redirect(const redirect_channel& what) {
    if (!connection_.is_ready())
      return what.done(unavailable());
    const auto channel = what.channel.empty() ? to_string(what.id) : what.channel;
    actions_.unless_it_talks(
        channel,
        [this, id = to_string(what.id), channel, to = what.to, done = what.done] {
          actions_.ring_outside("Redirect", {{"Channel", channel}, {"Context", to.context}, {"Exten", to.exten}, {"Priority", to.priority}},
                                [this, id, done](result<std::string> said) {
                                  if (said)
                                    for (const auto& [name, queue] : queues_)
                                      queue.actor.tell(caller_sent_away{id});
                                  done(std::move(said));
                                });
        },
        what.done);
  }

  void ask_for(const pbx_request& what) {
    if (!connection_.is_ready())
      return what.done(unavailable());
    if (!may_change_queues(what))
      return void(actions_.ask(what.action, what.headers, what.done));
    actions_.ask(what.action, what.headers, [this, done = what.done](const result<std::string>& said) {
      if (said)
        queue_lists_.want_all(moment());
      done(said);
    });
  }

  void list_for(const pbx_list_request& what) {
    if (!connection_.is_ready())
      return what.done(unavailable());
    actions_.ask_list(what.action, what.headers, what.done);
  }

  void follow(const follow_channel& what) {
    routes_.follow_foreign(what.unique_id, what.follower);
    if (!connection_.is_ready())
      return; // the login lists everything
    channel_lists_.want();
    list_what_is_in_doubt(moment());
  }

  void unfollow(const unfollow_channel& what) { routes_.unfollow_foreign(what.unique_id, what.follower); }

  void configure(const pbx_section& what) {
    if (!connection_.is_ready())
      return what.done(unavailable());
    configuration_.want(what.order, what.done);
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
    if (connection_.is_answered()) // of an older login: nobody waits for the answers any more
      link_->send(std::string{what.bytes});
  }

  // --- what readers see -------------------------------------------------------------------------------------

  void publish() {
    const auto now = moment();
    live_pbx shown;
    shown.name = options_.name;
    shown.state = state();
    shown.connected = connection_.is_ready();
    shown.trouble = connection_.trouble();
    if (const auto since = connection_.trouble_since())
      shown.trouble_since = with_.time->date_of(*since);
    shown.missing_rights = rights_.missing();
    shown.hears_agents = rights_.hears(core::ami_right::hear_agents);
    shown.channels = calls_.size();
    shown.max_channels = options_.max_channels;
    shown.rate = options_.originate_rate;
    shown.tokens = static_cast<double>(originates_.tokens(now));
    shown.queued = originates_.size();
    shown.sip_means_pjsip = sip_means_pjsip_;
    shown.since = with_.time->date_of(connection_.ready_since());
    with_.live->pbxs.put(options_.name, std::move(shown));
  }

  [[nodiscard]] server_state state() const noexcept {
    using enum core::pbx_connection::phase;
    const bool refused = connection_.is_refused();
    switch (connection_.at()) {
    case ready: return server_state::connected;
    case challenge:
    case login: return refused ? server_state::refused : server_state::logging_in;
    case booting:
    case listing: return server_state::logging_in;
    case idle:
    case greeting: break;
    }
    return refused ? server_state::refused : server_state::away;
  }

  /// Its first lists are on their way.
  [[nodiscard]] bool is_listing() const noexcept { return connection_.at() == core::pbx_connection::phase::listing; }

  void tell_server() { news_.tell({state(), connection_.trouble(), connection_.trouble_since(), rights_.missing()}, moment()); }

private:
  [[nodiscard]] time_point moment() const noexcept { return with_.time->now(); }

  caf::stateful_actor<pbx_state>* self_;
  pbx_options options_;
  pbx_environment with_;
  std::shared_ptr<ami_link> link_;
  std::uint64_t epoch_{0};
  server_news news_;
  core::pbx_connection connection_;
  core::originate_lane originates_;
  time_point asked_at_{};

  boost::unordered_flat_map<uuid, known_call, std::hash<uuid>> calls_;
  call_routes routes_; ///< to the same calls
  std::unordered_map<std::string, known_queue> queues_;
  std::vector<std::pair<std::string, woken_handle>> watchers_;
  telephone_feed telephone_;
  seldom incomplete_told_;

  ami_actions actions_;
  rights_proof rights_;
  configuration_work configuration_;
  std::optional<core::listing_schedule::number> accepted_asked_; ///< the list of channels that says whether it was heard of
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
  return takes<pbx_handle>(
      [=](const link_received& what) { session->received(what); }, [=](const forget_call& what) { session->forget(what.id); },
      [=](const originate_batch& what) { session->originate(what); }, [=](const link_opened& what) { session->opened(what.epoch); },
      [=](const link_closed& what) { session->closed(what); }, [=](const adopt_batch& what) { session->adopt(what); },
      [=](const hang_up_channel& what) { session->hang_up(what); }, [=](const redirect_channel& what) { session->redirect(what); },
      [=](const ask_presence& what) { session->ask_presence_of(what.id); },
      [=](const queue_in_doubt& what) { session->queue_doubted(what.queue); }, [=](const confirm_waiting& what) { session->confirm(what); },
      [=](const pbx_request& what) { session->ask_for(what); }, [=](const pbx_list_request& what) { session->list_for(what); },
      [=](const follow_channel& what) { session->follow(what); }, [=](const unfollow_channel& what) { session->unfollow(what); },
      [=](const pbx_section& what) { session->configure(what); }, [=](const use_login& what) { session->use(what.login); },
      [=](const pbx_questions& what) { session->send_questions(what); }, [=](const watch_queue& what) { session->watch(what); },
      [=](caf::tick_atom) { session->tick(); });
}

} // namespace ringmaster
