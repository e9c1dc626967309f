// SPDX-License-Identifier: Apache-2.0
/// What a server's objects of one kind are, from events and listings together, in whatever order they come.
///
/// After a login everything is in doubt until the first listing is complete: what is known stays and changes, what is
/// not known yet is gathered aside, so that nobody sees a half list. When the listing is complete it appears as a whole,
/// and what neither it nor an event since its beginning has told of is a ghost and is deleted.
///
/// Later listings (somebody asked because something was in doubt) do the same, but a ghost gets two seconds: the event
/// that says why it went may come behind the listing.
///
/// The newest word wins: an event about an object that a listing under way has told of changes both pictures.
#pragma once

#include "actors/core/telephone/writer.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace ringmaster::core {

/// Of an event that makes no object: what `roster<T>::hear` takes for "none".
template <class T>
constexpr auto nobody = [] { return std::optional<T>{}; };

template <class T>
class roster {
public:
  enum class ids : std::uint8_t {
    used_once, ///< what has ended never comes again: late events about it are passed over
    used_again,
  };
  /// What a listing's item says of an object that is known already.
  using overlay = void (*)(T& known, const T& item, editor& e);

  roster(telephone_writer& to, ids kind, overlay over) : to_{to}, ids_{kind}, overlay_{over} {}

  /// See `telephone_writer`.
  [[nodiscard]] time_point date_of(time_point moment) const noexcept { return to_.date_of(moment); }

  /// Logged in anew, or events were missed: the next listing decides.
  void doubt_all() {
    listed_ = false;
    abandon_listing();
    missing_.clear();
  }

  /// An event about an object: `edit(T&, editor&)`. One that nobody has heard of is made by `make()`, which gives a T
  /// with its id, or nothing if this event is no sign of life.
  template <class Make, class Edit>
  void hear(std::string_view id, time_point now, Make&& make, Edit&& edit) {
    if (id.empty())
      return;
    if (to_.change<T>(id, now, edit)) {
      if (!missing_.empty())
        if (const auto at = missing_.find(id); at != missing_.end())
          missing_.erase(at);
      if (collecting())
        keep(id, [&] { return std::optional<T>{*to_.find<T>(id)}; }, edit);
      return;
    }
    if (ids_ == ids::used_once && ended_.contains(id))
      return;
    if (listed_) {
      if (auto fresh = made(make, edit)) {
        if (collecting())
          aside_.insert_or_assign(std::string{id}, *fresh);
        to_.create<T>(std::move(*fresh), now);
      }
      return;
    }
    keep(id, [&] { return make(); }, edit);
  }

  /// Its end; `last(T&, editor&)` sets what the delete event says.
  template <class Edit>
  void gone(std::string_view id, time_point now, Edit&& last) {
    if (id.empty())
      return;
    to_.remove<T>(id, now, last);
    if (const auto at = aside_.find(id); at != aside_.end())
      aside_.erase(at);
    if (const auto at = missing_.find(id); at != missing_.end())
      missing_.erase(at);
    if (ids_ == ids::used_once)
      remember_end(id);
    else if (collecting())
      gone_meanwhile_.emplace(id);
  }
  void gone(std::string_view id, time_point now) {
    gone(id, now, [](T&, editor&) {});
  }

  /// An item of the listing that `list` (its ActionID) names.
  void list_item(std::string_view list, T item) {
    begin(list);
    ++items_;
    const std::string id{resource<T>::id(item)};
    if (id.empty() || ended_.contains(id) || gone_meanwhile_.contains(id))
      return;
    const auto [at, fresh] = aside_.try_emplace(id, item);
    if (!fresh) {
      editor e;
      overlay_(at->second, item, e);
    }
  }

  /// The listing is complete. `said`: how many items it is to have had; one with a gap adds and changes, but ends
  /// nothing. Only objects that `in_scope(const T&)` can be ghosts.
  template <class InScope>
  void list_complete(std::string_view list, std::optional<std::int64_t> said, time_point now, InScope&& in_scope) {
    begin(list);
    const bool whole = !said || static_cast<std::size_t>(*said) == items_;
    settle(whole, now, in_scope);
  }
  void list_complete(std::string_view list, std::optional<std::int64_t> said, time_point now) {
    list_complete(list, said, now, [](const T&) { return true; });
  }
  /// The server does not give the listing: events alone tell from here on.
  void list_refused(time_point now) {
    settle(false, now, [](const T&) { return false; });
  }

  /// Deletes ghosts whose time is over.
  void on_time(time_point now) {
    for (auto at = missing_.begin(); at != missing_.end();) {
      if (now - at->second < ghost_patience) {
        ++at;
        continue;
      }
      to_.remove<T>(at->first, now);
      at = missing_.erase(at);
    }
  }

  /// A listing has been complete since the last login.
  [[nodiscard]] bool listed() const noexcept { return listed_; }

private:
  template <class InScope>
  void settle(bool whole, time_point now, InScope&& in_scope) {
    const bool first = !std::exchange(listed_, true);
    auto& table = to_.tables().template of<T>();
    const auto lock = table.as_a_whole();
    if (whole) {
      std::vector<std::string> ghosts;
      table.each_own([&](const std::string& id, const auto& one) {
        if (!aside_.contains(id) && in_scope(one->own()))
          ghosts.push_back(id);
      });
      for (const auto& id : ghosts)
        if (first)
          to_.remove<T>(id, now);
        else
          missing_.try_emplace(id, now);
    }
    for (auto& [id, item] : aside_)
      if (!to_.change<T>(id, now, [&](T& known, editor& e) { overlay_(known, item, e); }))
        to_.create<T>(std::move(item), now);
    abandon_listing();
  }

  static constexpr std::chrono::seconds ghost_patience{2};
  static constexpr std::size_t ends_kept = 4096;

  [[nodiscard]] bool collecting() const noexcept { return !listed_ || !list_.empty(); }

  void begin(std::string_view list) {
    if (list.empty())
      list = "a list without ActionID";
    if (list_ == list)
      return;
    // Without a listing before it, what events told since the login is kept: it is as good as an item.
    if (!list_.empty())
      abandon_listing();
    list_ = list;
  }

  void abandon_listing() {
    list_.clear();
    items_ = 0;
    aside_.clear();
    gone_meanwhile_.clear();
  }

  template <class Make, class Edit>
  std::optional<T> made(Make&& make, Edit&& edit) {
    std::optional<T> fresh = make();
    if (fresh) {
      editor e;
      edit(*fresh, e);
    }
    return fresh;
  }

  template <class Make, class Edit>
  void keep(std::string_view id, Make&& make, Edit&& edit) {
    if (const auto at = aside_.find(id); at != aside_.end()) {
      editor e;
      edit(at->second, e);
    } else if (auto fresh = made(make, edit)) {
      aside_.emplace(id, std::move(*fresh));
    }
  }

  void remember_end(std::string_view id) {
    if (!ended_.emplace(id).second)
      return;
    ends_.emplace_back(id);
    if (ends_.size() > ends_kept) {
      ended_.erase(ends_.front());
      ends_.pop_front();
    }
  }

  telephone_writer& to_;
  ids ids_;
  overlay overlay_;
  bool listed_{false};
  std::string list_; ///< ActionID of the listing under way; empty: none
  std::size_t items_{0};
  /// What the listing under way, and events since, have told of.
  std::unordered_map<std::string, T, text_hash, std::equal_to<>> aside_;
  std::unordered_set<std::string, text_hash, std::equal_to<>> gone_meanwhile_;
  std::unordered_map<std::string, time_point, text_hash, std::equal_to<>> missing_;
  std::unordered_set<std::string, text_hash, std::equal_to<>> ended_;
  std::deque<std::string> ends_;
};

} // namespace ringmaster::core
