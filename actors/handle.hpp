// SPDX-License-Identifier: Apache-2.0
/// An actor together with the messages that it takes. Whoever sends it another one does not compile, and neither does an actor
/// that leaves one of them without a handler, or handles one that nobody may send.
///
///     using lamp_handle = handle<turn_on, turn_off>;
///     lamp.tell(turn_on{});
///     return takes<lamp_handle>([](const turn_on&) { … }, [](const turn_off&) { … });
///
/// What is said here stays between the compiler and us: at run time a handle is a `caf::actor` and nothing more.
#pragma once

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <type_traits>
#include <utility>

namespace ringmaster {

template <class... Messages>
class handle {
public:
  template <class M>
  static constexpr bool takes = (std::is_same_v<std::remove_cvref_t<M>, Messages> || ...);

  handle() = default;
  handle(std::nullptr_t) noexcept {}
  /// Said once, where the actor is made.
  explicit handle(caf::actor one) noexcept : actor_{std::move(one)} {}
  /// For somebody who says less to it.
  template <class... More>
    requires(!std::is_same_v<handle<More...>, handle> && (handle<More...>::template takes<Messages> && ...))
  handle(const handle<More...>& of) : actor_{of.actor()} {}

  /// As `caf::anon_send`: in order, from any thread. To nobody: nothing happens.
  template <class M>
    requires takes<M>
  void tell(M&& what) const {
    caf::anon_send(actor_, std::forward<M>(what));
  }
  template <class M>
    requires takes<M>
  void tell_later(std::chrono::nanoseconds wait, M&& what) const {
    caf::delayed_anon_send(actor_, wait, std::forward<M>(what));
  }

  /// Ends it.
  void end(caf::exit_reason why = caf::exit_reason::user_shutdown) const { caf::anon_send_exit(actor_, why); }

  [[nodiscard]] const caf::actor& actor() const noexcept { return actor_; }
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(actor_); }
  friend bool operator==(const handle& a, const handle& b) { return a.actor_ == b.actor_; }

private:
  caf::actor actor_;
};

/// Of an actor that sends to itself.
template <class Handle, class Self>
[[nodiscard]] Handle me(Self* self) {
  return Handle{caf::actor_cast<caf::actor>(self)};
}

namespace detail {

template <class F>
struct handled_by;
template <class C, class R, class M>
struct handled_by<R (C::*)(M) const> {
  using type = std::remove_cvref_t<M>;
};
template <class F>
using handled_message = typename handled_by<decltype(&F::operator())>::type;

template <class Handle>
struct messages_of;
template <class... Messages>
struct messages_of<handle<Messages...>> {
  template <class M, class... F>
  static constexpr bool has = (std::is_same_v<M, handled_message<F>> || ...);
  template <class... F>
  static constexpr bool are_handled_by = (has<Messages, F...> && ...);
  static constexpr std::size_t count = sizeof...(Messages);
};

} // namespace detail

/// Of each message one handler, and no other.
template <class Handle, class... F>
constexpr void check_handlers() {
  static_assert(detail::messages_of<Handle>::template are_handled_by<F...>, "a message that may be sent has no handler");
  static_assert((Handle::template takes<detail::handled_message<F>> && ...), "a handler is for a message that nobody may send");
  static_assert(sizeof...(F) == detail::messages_of<Handle>::count, "two handlers are for the same message");
}

/// The behavior of an actor that has this handle: a handler for each of its messages, those first that come most often, since a
/// message is compared with one after the other.
template <class Handle, class... F>
[[nodiscard]] caf::behavior takes(F... handlers) {
  check_handlers<Handle, F...>();
  return {std::move(handlers)...};
}

} // namespace ringmaster
