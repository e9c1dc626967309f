// SPDX-License-Identifier: Apache-2.0
#include "actors/telephone.hpp"
#include "actors/guard.hpp"
#include "actors/hub.hpp"

#include <caf/send.hpp>

namespace ringmaster {
namespace {

constexpr auto tick_every = std::chrono::milliseconds{500};

} // namespace

class telephone_session final : private core::telephone_listener {
public:
  telephone_session(telephone_options options, pbx_handle pbx, engine_shared* shared)
      : options_{std::move(options)}, pbx_{std::move(pbx)}, hub_{shared ? shared->hub : hub_handle{}},
        wanted_{shared ? &shared->wanted : nullptr}, system_{*options_.tables, *this} {}

  void take(const ami::block& block) {
    const auto now = moment();
    for (const auto m : block)
      system_.on_message(m, now);
    options_.backlog->fetch_sub(block.bytes().size(), std::memory_order_relaxed);
    finish();
  }
  void connected(const telephone_connected& what) {
    system_.connected(moment(), what.pbx_lists);
    finish();
  }
  void lost() {
    system_.lost(moment());
    finish();
  }
  void pbx_lists(const telephone_queue_list& what) { system_.pbx_lists("QueueStatus", what.list, what.queue); }
  void tick() {
    system_.on_time(moment());
    finish();
  }

private:
  [[nodiscard]] time_point moment() {
    const auto now = options_.time->now();
    system_.dates_are_ahead_by(options_.time->date() - now);
    return now;
  }

  [[nodiscard]] bool wants(core::topic_family family) const noexcept override {
    return wanted_ && (wanted_->load() & core::bit_of(family)) != 0;
  }
  void tell(std::string topic, std::string_view name, std::string_view body) override {
    told_.frames.push_back(frame_to_be(std::move(topic), name, body));
  }

  void finish() {
    system_.flush();
    if (!told_.frames.empty())
      hub_.tell(std::exchange(told_, {}));
    if (auto questions = system_.take_questions(); !questions.empty())
      pbx_.tell(pbx_questions{std::move(questions)});
  }

  telephone_options options_;
  pbx_handle pbx_;
  hub_handle hub_;
  const std::atomic<core::topic_family_set>* wanted_;
  hub_written told_;
  core::telephone_system system_;
};

caf::behavior telephone_actor(caf::stateful_actor<telephone_state>* self, const telephone_options& options,
                              const pbx_handle& pbx, engine_shared* shared) {
  log_faults(self, "telephone of " + options.tables->pbx);
  self->state.session = std::make_shared<telephone_session>(options, pbx, shared);
  auto* session = self->state.session.get();
  me<telephone_handle>(self).tell_later(tick_every, caf::tick_atom::value);
  return takes<telephone_handle>(
      [=](const telephone_block& what) { session->take(*what.block); },
      [=](const telephone_connected& what) { session->connected(what); },
      [=](const telephone_lost&) { session->lost(); },
      [=](const telephone_queue_list& what) { session->pbx_lists(what); },
      [=](caf::tick_atom) {
        session->tick();
        me<telephone_handle>(self).tell_later(tick_every, caf::tick_atom::value);
      });
}

} // namespace ringmaster
