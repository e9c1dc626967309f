// SPDX-License-Identifier: Apache-2.0
/// Who takes what: the messages of each kind of actor. What they are for stands beside them, in messages.hpp.
#pragma once

#include "actors/handle.hpp"

#include <caf/atom.hpp>

#include <memory>

namespace ringmaster {

struct changes;
struct store_operation;
using store_operation_ptr = std::shared_ptr<store_operation>;
/// What a commit changed; the engine tells whom it concerns.
using changes_ptr = std::shared_ptr<const changes>;
struct adopt_batch;
struct adopted_calls;
struct ask_presence;
struct begun_batch;
struct call_deadline;
struct call_finished;
struct call_milestone;
struct call_over;
struct caller_sent_away;
struct caller_waits;
struct campaign_look;
struct campaign_over;
struct channel_presence;
struct commit_now;
struct confirm_waiting;
struct connection_lost;
struct count_again;
struct count_now;
struct dial_list_ready;
struct drain_again;
struct drain_now;
struct drain_outbox;
struct drop_view;
struct end_dial_list;
struct end_not_written;
struct engine_look;
struct entries_changed;
struct entry_ended;
struct explain_request;
struct forget_call;
struct give_back;
struct grace_passed;
struct hang_up_call;
struct hang_up_channel;
struct hub_attach;
struct hub_frames;
struct hub_look;
struct hub_publish;
struct hub_subscribe;
struct hub_subscribed;
struct hub_unsubscribe;
struct hub_written;
struct keep_now;
struct lease_request;
struct leased;
struct link_closed;
struct link_opened;
struct link_received;
struct list_changed;
struct load_dial_list;
struct look_now;
struct message_batch;
struct need_dial_list;
struct originate_batch;
struct originate_written;
struct pbx_questions;
struct follow_channel;
struct pbx_list_request;
struct pbx_request;
struct unfollow_channel;
struct pbx_section;
struct put_off;
struct queue_in_doubt;
struct queue_legs;
struct queue_look;
struct redirect_call;
struct redirect_channel;
struct release_dial_list;
struct reload;
struct resources_changed;
struct schedule_passed;
struct show_now;
struct telephone_block;
struct telephone_connected;
struct telephone_lost;
struct telephone_queue_list;
struct treatment_failed;
struct try_again;
struct use_login;
struct wake;
struct watch_queue;
struct zone_rules_changed;

using store_handle = handle<store_operation_ptr, commit_now, try_again>;
using results_handle = handle<drain_outbox, drain_now, drain_again>;
using engine_handle = handle<engine_look, changes_ptr, zone_rules_changed, keep_now, show_now, need_dial_list, release_dial_list,
                             campaign_over, adopted_calls>;
using pbx_handle = handle<link_opened, link_received, link_closed, originate_batch, adopt_batch, hang_up_channel, redirect_channel,
                          forget_call, ask_presence, queue_in_doubt, confirm_waiting, pbx_request, pbx_list_request, follow_channel,
                          unfollow_channel, pbx_section, use_login, pbx_questions, watch_queue, caf::tick_atom>;
using telephone_handle = handle<telephone_block, telephone_connected, telephone_lost, telephone_queue_list, caf::tick_atom>;
using channel_handle = handle<message_batch, originate_written, call_deadline, channel_presence, connection_lost, hang_up_call,
                              redirect_call, end_not_written, call_over>;
using queue_handle = handle<message_batch, queue_legs, watch_queue, caller_sent_away, queue_look>;
using dial_list_handle = handle<lease_request, give_back, put_off, entries_changed, entry_ended, drop_view, explain_request,
                                load_dial_list, end_dial_list>;
/// Before it is loaded it takes that alone, and what else comes waits; then all but that.
using unloaded_dial_list_handle = handle<load_dial_list>;
using loaded_dial_list_handle = handle<lease_request, give_back, put_off, entries_changed, entry_ended, drop_view, explain_request,
                                       end_dial_list>;
using campaign_handle = handle<reload, resources_changed, zone_rules_changed, schedule_passed, wake, dial_list_ready, list_changed,
                               leased, begun_batch, call_milestone, call_finished, adopted_calls, grace_passed, caller_waits,
                               treatment_failed, count_again, count_now, keep_now, show_now, look_now, campaign_look>;
using hub_handle = handle<hub_publish, hub_written, hub_attach, hub_subscribe, hub_unsubscribe, hub_look>;
/// What the hub tells things to: the front, or a test.
using outlet_handle = handle<hub_frames, hub_subscribed>;
/// Whatever gets the messages of a block that are about it: a channel or a queue.
using routed_handle = handle<message_batch>;
/// Whoever follows a channel that is no call of ours.
using follower_handle = handle<message_batch, channel_presence, connection_lost>;
/// Whoever waits for something to change: a campaign.
using woken_handle = handle<wake>;

} // namespace ringmaster
