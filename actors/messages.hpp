// SPDX-License-Identifier: Apache-2.0
/// The one catalogue of what actors say to each other. Everything stays in this process, so payloads are
/// plain structs; big or shared ones travel as shared pointers to const. Batches, never a message per event.
///
/// What a CAF newer than 0.17 would want differently (type registration) is confined to this header.
#pragma once

#include "actors/core/call.hpp"
#include "actors/core/dial_list.hpp"
#include "actors/core/explain.hpp"
#include "actors/core/plan_pacing.hpp"
#include "actors/core/queue_state.hpp"
#include "actors/core/reconcile.hpp"
#include "actors/core/replay_window.hpp"
#include "actors/core/telephone/configuration.hpp"
#include "actors/handles.hpp"
#include "actors/pbx_options.hpp"
#include "protocol/ami/message.hpp"
#include "protocol/dial_entry.hpp"
#include "protocol/outbound.hpp"
#include "protocol/zone_rules.hpp"
#include "storage/abandonment.hpp"
#include "storage/environment.hpp"
#include "storage/waiting_notes.hpp"

#include <boost/container/small_vector.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster {

struct live_campaign;

// --- store: the one LMDB writer ------------------------------------------------------------------------------

/// A command for the writer. `run` works inside the write transaction; `done` is called on the store's thread
/// after the commit (nothing: it is on disk) or with the error because of which nothing was kept. Both must
/// be short; `done` hands on by message or post, and throws nothing.
///
/// A command is whole or not at all: one whose `run` is false has been refused, by itself, and one that throws is a fault of
/// ours (`done` gets `internal`). Whatever they have written goes, the others of the commit do not notice. `run` may be called
/// again, in another transaction.
///
/// What has a `note` is never refused: it waits until it can be written, and the note of it beside the database
/// (`storage::waiting_notes`) meanwhile. `run` may be called again and again then.
struct store_operation {
  std::function<bool(storage::write_txn&)> run;
  std::function<void(const std::optional<error>&)> done;
  storage::room may_fill{storage::room::ordinary};
  std::function<storage::call_note()> note{};
};

/// The store to itself: commit what has been gathered.
struct commit_now {};
/// The store to itself: can by now be written what could not?
struct try_again {};

// --- pbx: one Asterisk server --------------------------------------------------------------------------------

/// From the connection; `epoch` tells events of an old connection from those of the present one.
struct link_opened {
  std::uint64_t epoch;
};
struct link_received {
  std::uint64_t epoch;
  ami::block_ptr block;
};
struct link_closed {
  std::uint64_t epoch;
  std::string why;
};

/// A call that a pbx actor follows.
struct followed_call {
  core::open_dialing dialing;
  channel_handle channel;
};
/// Calls to begin, with their ready-made Originates.
struct originate_batch {
  struct one {
    followed_call call;
    std::string bytes;
  };
  std::vector<one> calls;
};
/// Calls that were up when this process began: follow them; the next resync says which still live.
struct adopt_batch {
  std::vector<followed_call> calls;
};

/// Which calls somebody means to end. What was true when he asked need not be any more.
enum class call_is : std::uint8_t {
  anything, ///< on request: hung up whatever it does
  ringing,  ///< not answered
  waiting   ///< answered, and known to have reached no agent
};

/// Hang up a call, or do not begin it if its Originate still waits. `done` gets Asterisk's message, or why
/// there is none. One that waits is asked for first, and left alone if it talks by now: the line may have stood still
/// for seconds, and news of an agent be on its way (illegal_state).
struct hang_up_channel {
  uuid id;
  std::string channel; ///< its name; empty while it is not known
  std::function<void(result<std::string>)> done;
  call_is only_if{call_is::anything};
};

/// Send a call that waits to another place in the dialplan, as above.
struct redirect_channel {
  uuid id;
  std::string channel; ///< its name; empty while it is not known
  core::dialplan_place to;
  std::function<void(result<std::string>)> done;
};

/// The call is over: its unique ids are of no more use.
struct forget_call {
  uuid id;
};
/// Does the channel of this call live? Answered with `channel_presence`.
struct ask_presence {
  uuid id;
};
/// Does this caller wait in the queue? The server is asked for the queue at once, and then `campaign` gets
/// `caller_waits`; when the connection is lost meanwhile, nothing.
struct confirm_waiting {
  std::string queue;
  uuid id;
  campaign_handle campaign;
};
/// To a campaign: whether the queue's listing has the caller among those who wait.
struct caller_waits {
  uuid id;
  bool waits;
};
/// Wake this campaign when the queue's availability changes; or, `watch` being false, not any more.
struct watch_queue {
  std::string queue;
  woken_handle campaign;
  bool watch{true};
};

/// An action that somebody asks for beside the calls of ours. `done` gets Asterisk's message, or why there is none.
struct pbx_request {
  std::string action;
  std::vector<std::pair<std::string, std::string>> headers;
  std::function<void(result<std::string>)> done;
};
/// The same, for whoever wants all messages of the answer: a list, or the many headers of one.
struct pbx_list_request {
  std::string action;
  std::vector<std::pair<std::string, std::string>> headers;
  std::function<void(const result<std::vector<telephone_answer>>&)> done;
};
/// Any channel of the server, by its unique id, can be followed by an actor: it gets what the server says of it, block by block,
/// until its Hangup, also when it goes on in another one's place in a bridge. `channel_presence` says whether it is there: at once
/// if that is known, and after each login; `connection_lost` that nothing is heard for now.
struct follow_channel {
  std::string unique_id;
  follower_handle follower;
};
struct unfollow_channel {
  std::string unique_id;
  follower_handle follower;
};
/// Somebody wants a queue or a parking lot of the server's configuration made, changed or removed.
struct pbx_section {
  core::section_order order;
  std::function<void(result<void>)> done;
};
/// The settings were read again. A server that is not connected is tried at once, whether or not they differ: what was wrong
/// may have been mended on its side. One that is connected stays so; its next login uses them.
struct use_login {
  pbx_login login;
};
/// From a server's telephone actor: questions, ready to be sent; their answers are among what the server says.
struct pbx_questions {
  std::string bytes;
};

// --- telephone: everything that a server has, see actors/telephone.hpp --------------------------------------------

/// A block that the server sent.
struct telephone_block {
  ami::block_ptr block;
};
/// The server is logged in, or blocks were left out: everything is to be listed. `pbx_lists`: the pbx actor asks for
/// channels and queues itself.
struct telephone_connected {
  bool pbx_lists;
};
struct telephone_lost {};
/// The pbx actor asks for its queues: with `list` as the ActionID, and for `queue` alone unless that is empty.
struct telephone_queue_list {
  std::string list, queue;
};

// --- channel and queue: what the pbx routes ------------------------------------------------------------------

/// The messages of one block that concern one target, in their order.
struct message_batch {
  ami::block_ptr block;
  boost::container::small_vector<std::uint32_t, 4> at; ///< a call has seldom more in one block
};
/// To a channel: what the server knows of it after a resync, or when asked.
struct channel_presence {
  bool alive;
  std::int64_t state; ///< of the channel: 5 ringing, 6 up
  std::string channel;
  std::string detail; ///< of a channel that is gone: what to record
  core::standing stands{core::standing::unknown}; ///< of one that lives
  time_point since{};  ///< that it waits or talks
  std::string queue{}; ///< in which it waits
  std::string moved_to{}; ///< see `core::channel_alive`
};
/// To a channel: its Originate was written to the connection, or will never be.
struct originate_written {
  bool sent;
  std::string why;
  bool hold{false}; ///< it cannot be written: the entry is the reason, and stays as it is
};
/// To a channel: the connection to its server is lost.
struct connection_lost {};
/// To a channel: its deadline has passed.
struct call_deadline {};
/// To a channel: hang up; `done` as in `hang_up_channel`, or illegal_state when the call is not what `only_if` says.
struct hang_up_call {
  std::function<void(result<std::string>)> done;
  call_is only_if{call_is::anything};
};
/// To a channel: go elsewhere in the dialplan, if it waits; `done` as in `hang_up_call`.
struct redirect_call {
  core::dialplan_place to;
  std::function<void(result<std::string>)> done;
};
/// To a channel: the disk has refused the end of its call.
struct end_not_written {};
/// To a channel: the end of its call is on disk, its work is done.
struct call_over {};
/// From a queue to its pbx: what it knows is in doubt; answered with the listing's messages.
struct queue_in_doubt {
  std::string queue;
};
/// To a queue that has just been listed, together with the server's channels: the agents' legs that talk.
struct queue_legs {
  std::shared_ptr<const std::vector<core::agent_leg>> legs; ///< all of the server
};
/// To a queue: a caller was sent elsewhere in the dialplan. Of one whose Originate named the queue itself Asterisk tells no
/// more than that.
struct caller_sent_away {
  std::string unique_id;
};
/// To a queue: time has passed since it last looked.
struct queue_look {
  std::uint64_t generation;
};

// --- dial list ------------------------------------------------------------------------------------------------

/// A campaign asks the engine for the actor of its dial list; answered with `dial_list_ready`. Each is followed by one
/// `release_dial_list`: a list that nobody needs any more leaves memory.
struct need_dial_list {
  uuid dlma;
  campaign_handle campaign;
};
struct release_dial_list {
  uuid dlma;
};
/// To a new list's actor, when everybody can find it: read the index. What comes before waits.
struct load_dial_list {};
/// To a list's actor: nobody needs it any more.
struct end_dial_list {};
struct dial_list_ready {
  uuid dlma;
  dial_list_handle list;
};

/// To a campaign whose last `lease_request` had nothing for it: something in the list has changed. Once; it is told of the next
/// change after it has asked again.
struct list_changed {
  dial_list_handle list;
};
/// Asks for up to `count` entries to dial (0: for the counts alone); answered with `leased`.
struct lease_request {
  uuid campaign;
  core::dial_policy policy;
  std::size_t count;
  campaign_handle campaign_actor;
  std::uint64_t setup{0}; ///< another number: the campaign's calls are written another way
};
struct leased {
  dial_list_handle list; ///< that the entries go back to
  std::vector<core::leased_entry> entries;
  core::list_counts counts;
  std::optional<time_point> next_eligible;
};
/// Leased entries whose calls were not begun.
struct give_back {
  std::vector<uuid> entries;
};
/// Leased entries whose telephones are in use by other calls: not to be leased again before then.
struct put_off {
  std::vector<uuid> entries;
  time_point until;
};
/// Entries as they are now, after a commit, and those that are gone.
struct entries_changed {
  std::vector<dial_entry> now;
  std::vector<uuid> gone;
};
/// The call to an entry is over, and this is its state now; nothing: the entry was deleted meanwhile.
struct entry_ended {
  uuid entry;
  std::optional<dial_entry> state;
  std::optional<std::string> held{}; ///< its call could not be written, and why: not to be dialed until it changes
};
/// The campaign has no more use for its view.
struct drop_view {
  uuid campaign;
};
/// Is the entry leased, and what does a policy say of it? `until` is a date.
struct explain_request {
  uuid entry;
  core::dial_policy policy;
  std::function<void(core::entry_explanation)> done;
};

// --- campaign --------------------------------------------------------------------------------------------------

/// The campaign or something it refers to has changed on disk: read it again.
struct reload {};
/// Plans, destinations or lists have changed on disk: whoever has to do with one of them reads itself again.
struct resources_changed {
  std::shared_ptr<const std::vector<uuid>> ids;
};
/// Clocks follow other rules from now on: ask the schedule anew.
struct zone_rules_changed {
  std::shared_ptr<const zone_rules> rules;
};
/// To the campaign itself: what its schedule wanted was not possible.
struct schedule_passed {};
/// Something that pacing depends on has changed.
struct wake {};
/// What nobody tells a campaign has changed: a server, the database, a clock, who listens.
struct look_now {};
/// To the campaign itself: the time has come to look at how things stand.
struct campaign_look {
  std::uint64_t generation;
};
/// The engine to itself: look at what changes by itself.
struct engine_look {};
/// Intents that are on disk now, and entries that could not be begun.
struct begun_batch {
  struct refusal {
    uuid call, entry;
  };
  dial_list_handle list; ///< that the entries are from
  std::vector<std::shared_ptr<const dialing>> calls;
  std::vector<refusal> refused;
  std::vector<refusal> in_use; ///< another call to the same telephone is up
  std::string why; ///< of the last refusal
};
/// From a channel: something happened to a call, and when it wants to hear of time next.
struct call_milestone {
  uuid id;
  core::milestones reached;
  time_point deadline;
  core::call_sight sight{core::call_sight::unchanged};
  time_point since{};  ///< as in `core::call_change`
  std::string queue{}; ///< in which it waits, if `sight` says so
};
/// From a channel: the call is over, and its end is on disk.
struct call_finished {
  uuid id;
  std::int64_t status;
  std::int64_t res_dial;
};
/// Calls of this campaign that were up when this process began.
struct adopted_calls {
  struct one {
    std::shared_ptr<const dialing> record;
    channel_handle channel;
  };
  std::vector<one> calls;
};

// --- hub: live events to whoever listens ------------------------------------------------------------------------

/// One thing that happened, for live clients and webhooks.
struct happening {
  std::string topic; ///< "/ob/campaigns/<uuid>"
  std::string name;  ///< "ob.campaign.update"
  std::string body;  ///< what the event says, a JSON object
  std::vector<std::string> audience{}; ///< users who may hear it; empty: all who may hear its topic
};
/// To the hub: in the order in which they happened.
struct hub_publish {
  std::vector<happening> what;
};
/// As `hub_publish`: frames that are complete but for their numbers, in the order in which things happened.
struct hub_written {
  std::vector<std::shared_ptr<core::frame>> frames;
};
/// An outlet of the hub is an actor that hands frames on: the front to its sockets. It gets every frame from
/// now on, as `hub_frames`.
struct hub_attach {
  outlet_handle outlet;
};
struct hub_frames {
  std::vector<core::frame_ptr> frames;
};
/// A reader of an outlet wants a topic, from now on or from after number `from`. Answered to the outlet with
/// `hub_subscribed`, which comes in its place among the frames: what has a higher number comes after it.
struct hub_subscribe {
  outlet_handle outlet;
  std::uint64_t reader;
  std::string topic;
  std::optional<std::uint64_t> from;
};
struct hub_subscribed {
  std::uint64_t reader;
  std::string topic;
  std::uint64_t seq; ///< of the last event before the subscription
  bool gap;          ///< `from` was asked for, and some of what came after it is not kept any more
  std::vector<core::frame_ptr> missed;
};
struct hub_unsubscribe {
  std::string topic;
};
/// The hub to itself: stop making what nobody has wanted for a while.
struct hub_look {
  std::uint64_t generation;
};

// --- campaign to itself -----------------------------------------------------------------------------------------

/// A campaign to itself: the grace of a live answer has passed.
struct grace_passed {};
/// To a campaign: an abandoned call could be neither hung up nor sent away.
struct treatment_failed {
  uuid id;
};
/// To a campaign: its live answer could not be written down; again.
struct count_again {
  storage::counted_answer answer;
};
struct count_now {
  storage::counted_answer answer;
};
/// To the engine, and on to all campaigns: write down now what is kept now and then. `hold` is let go when they have
/// asked the store.
struct keep_now {
  std::shared_ptr<void> hold;
};

/// To the engine, and on to that campaign: publish how things stand, with all that was told before this. `shown` is let go
/// when that is done, or when nobody can.
struct show_now {
  uuid campaign;
  std::shared_ptr<void> shown;
};

// --- engine and results ----------------------------------------------------------------------------------------

/// To the engine, from a campaign that was deleted and has no calls any more: its last word.
struct campaign_over {
  uuid campaign;
};
/// To the result writer: lines wait in the outbox.
struct drain_outbox {};
/// The result writer to itself, behind the requests that wait.
struct drain_now {};
/// The result writer to itself, a second after a write that failed.
struct drain_again {};

} // namespace ringmaster

#define RINGMASTER_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ringmaster::type)
RINGMASTER_MESSAGE(store_operation_ptr)
RINGMASTER_MESSAGE(commit_now)
RINGMASTER_MESSAGE(try_again)
RINGMASTER_MESSAGE(link_opened)
RINGMASTER_MESSAGE(link_received)
RINGMASTER_MESSAGE(link_closed)
RINGMASTER_MESSAGE(originate_batch)
RINGMASTER_MESSAGE(adopt_batch)
RINGMASTER_MESSAGE(hang_up_channel)
RINGMASTER_MESSAGE(redirect_channel)
RINGMASTER_MESSAGE(forget_call)
RINGMASTER_MESSAGE(ask_presence)
RINGMASTER_MESSAGE(confirm_waiting)
RINGMASTER_MESSAGE(caller_waits)
RINGMASTER_MESSAGE(watch_queue)
RINGMASTER_MESSAGE(pbx_request)
RINGMASTER_MESSAGE(pbx_list_request)
RINGMASTER_MESSAGE(follow_channel)
RINGMASTER_MESSAGE(unfollow_channel)
RINGMASTER_MESSAGE(pbx_section)
RINGMASTER_MESSAGE(use_login)
RINGMASTER_MESSAGE(pbx_questions)
RINGMASTER_MESSAGE(telephone_block)
RINGMASTER_MESSAGE(telephone_connected)
RINGMASTER_MESSAGE(telephone_lost)
RINGMASTER_MESSAGE(telephone_queue_list)
RINGMASTER_MESSAGE(message_batch)
RINGMASTER_MESSAGE(channel_presence)
RINGMASTER_MESSAGE(originate_written)
RINGMASTER_MESSAGE(connection_lost)
RINGMASTER_MESSAGE(call_deadline)
RINGMASTER_MESSAGE(hang_up_call)
RINGMASTER_MESSAGE(redirect_call)
RINGMASTER_MESSAGE(end_not_written)
RINGMASTER_MESSAGE(call_over)
RINGMASTER_MESSAGE(queue_in_doubt)
RINGMASTER_MESSAGE(queue_legs)
RINGMASTER_MESSAGE(caller_sent_away)
RINGMASTER_MESSAGE(queue_look)
RINGMASTER_MESSAGE(need_dial_list)
RINGMASTER_MESSAGE(release_dial_list)
RINGMASTER_MESSAGE(load_dial_list)
RINGMASTER_MESSAGE(end_dial_list)
RINGMASTER_MESSAGE(dial_list_ready)
RINGMASTER_MESSAGE(list_changed)
RINGMASTER_MESSAGE(lease_request)
RINGMASTER_MESSAGE(leased)
RINGMASTER_MESSAGE(give_back)
RINGMASTER_MESSAGE(put_off)
RINGMASTER_MESSAGE(entries_changed)
RINGMASTER_MESSAGE(entry_ended)
RINGMASTER_MESSAGE(drop_view)
RINGMASTER_MESSAGE(explain_request)
RINGMASTER_MESSAGE(reload)
RINGMASTER_MESSAGE(resources_changed)
RINGMASTER_MESSAGE(zone_rules_changed)
RINGMASTER_MESSAGE(schedule_passed)
RINGMASTER_MESSAGE(wake)
RINGMASTER_MESSAGE(look_now)
RINGMASTER_MESSAGE(campaign_look)
RINGMASTER_MESSAGE(engine_look)
RINGMASTER_MESSAGE(begun_batch)
RINGMASTER_MESSAGE(call_milestone)
RINGMASTER_MESSAGE(call_finished)
RINGMASTER_MESSAGE(adopted_calls)
RINGMASTER_MESSAGE(hub_publish)
RINGMASTER_MESSAGE(hub_written)
RINGMASTER_MESSAGE(hub_attach)
RINGMASTER_MESSAGE(hub_frames)
RINGMASTER_MESSAGE(hub_subscribe)
RINGMASTER_MESSAGE(hub_subscribed)
RINGMASTER_MESSAGE(hub_unsubscribe)
RINGMASTER_MESSAGE(hub_look)
RINGMASTER_MESSAGE(grace_passed)
RINGMASTER_MESSAGE(treatment_failed)
RINGMASTER_MESSAGE(count_again)
RINGMASTER_MESSAGE(count_now)
RINGMASTER_MESSAGE(keep_now)
RINGMASTER_MESSAGE(show_now)
RINGMASTER_MESSAGE(changes_ptr)
RINGMASTER_MESSAGE(campaign_over)
RINGMASTER_MESSAGE(drain_outbox)
RINGMASTER_MESSAGE(drain_now)
RINGMASTER_MESSAGE(drain_again)
#undef RINGMASTER_MESSAGE
