// SPDX-License-Identifier: Apache-2.0
/// Changes live objects and tells of it: the state is published first, then the listener is asked whether anybody
/// wants to hear, and only then the event is made.
///
/// An update is told when the block of messages that it came from has been read (`flush`), once an object however many
/// changes the block brought. Beginnings and ends are told at once.
///
/// An object whose target changes (a channel whose caller id is set) is told under the old target as well as the new
/// one, so that whoever listens to either knows where it went.
///
/// Not thread-safe: of the tables' one writer.
#pragma once

#include "actors/core/telephone/tables.hpp"
#include "protocol/topic.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace ringmaster::core {

class telephone_listener {
public:
  virtual ~telephone_listener() = default;
  /// Asked for each change; has to be cheap.
  [[nodiscard]] virtual bool wants(topic_family family) const noexcept = 0;
  /// `name`: "core.channel.update"; `body`: a JSON object. Both are gone afterwards.
  virtual void tell(std::string topic, std::string_view name, std::string_view body) = 0;
};

/// Sets members and notices what changes.
class editor {
public:
  template <class M, class V>
  void set(M& member, V&& value) {
    if (member == value)
      return;
    member = std::forward<V>(value);
    changed_ = true;
  }
  void touch() noexcept { changed_ = true; }
  [[nodiscard]] bool changed() const noexcept { return changed_; }

private:
  bool changed_{false};
};

class telephone_writer {
public:
  telephone_writer(telephone_tables& to, telephone_listener& listener) : to_{to}, listener_{listener} {}

  [[nodiscard]] const std::string& pbx() const noexcept { return to_.pbx; }
  [[nodiscard]] telephone_tables& tables() noexcept { return to_; }

  /// How far dates are ahead of moments now; `now` is a moment everywhere, and what readers see are dates.
  void dates_are_ahead_by(duration ahead) noexcept { ahead_ = ahead; }
  [[nodiscard]] time_point date_of(time_point moment) const noexcept { return moment + ahead_; }

  /// As it is; nothing: there is none.
  template <class T>
  [[nodiscard]] const T* find(std::string_view id) const {
    const auto at = to_.of<T>().own(id);
    return at ? &at->own() : nullptr;
  }

  /// Of an id that is not there.
  template <class T>
  void create(T fresh, time_point now) {
    fresh.pbx = to_.pbx;
    fresh.tm_update = date_of(now);
    const std::string id{resource<T>::id(fresh)};
    fresh.global_id = global_id(to_.pbx, id);
    const auto made = to_.of<T>().insert(id, std::move(fresh));
    if constexpr (resource<T>::family)
      if (listener_.wants(*resource<T>::family))
        tell(made->own(), resource<T>::creation, resource<T>::target(made->own()));
  }

  /// `edit(T&, editor&)` of what is there; false when it is not.
  template <class T, class Edit>
  bool change(std::string_view id, time_point now, Edit&& edit) {
    const auto at = to_.of<T>().own(id);
    if (!at)
      return false;
    if constexpr (resource<T>::family)
      before_ = resource<T>::target(at->own());
    const bool changed = at->change([&](T& object) {
      editor e;
      edit(object, e);
      if (e.changed())
        object.tm_update = date_of(now);
      return e.changed();
    });
    if constexpr (resource<T>::family)
      if (changed)
        tell_later(at);
    return true;
  }

  /// `last(T&, editor&)` sets what its end tells.
  template <class T, class Edit>
  bool remove(std::string_view id, time_point now, Edit&& last) {
    const auto gone = to_.of<T>().erase(id);
    if (!gone)
      return false;
    gone->change([&](T& object) {
      editor e;
      last(object, e);
      object.tm_update = date_of(now);
    });
    if constexpr (resource<T>::family) {
      if (gone->waits_at != live_object<T>::nowhere)
        std::get<pending<T>>(later_).objects[gone->waits_at].object = nullptr;
      if (listener_.wants(*resource<T>::family))
        tell(gone->own(), "delete", resource<T>::target(gone->own()));
    }
    return true;
  }
  template <class T>
  bool remove(std::string_view id, time_point now) {
    return remove<T>(id, now, [](T&, editor&) {});
  }

  /// Tells the updates since the last call.
  void flush() {
    std::apply([&](auto&... of) { (flush_one(of), ...); }, later_);
  }

private:
  template <class T>
  struct pending {
    struct one {
      std::shared_ptr<live_object<T>> object;
      std::vector<std::string> left; ///< targets that it was told under before
    };
    std::vector<one> objects;
  };

  template <class T>
  void tell_later(const std::shared_ptr<live_object<T>>& object) {
    auto& waiting = std::get<pending<T>>(later_).objects;
    if (object->waits_at == live_object<T>::nowhere) {
      object->waits_at = waiting.size();
      waiting.push_back({object, {}});
    }
    if (before_ != resource<T>::target(object->own()))
      waiting[object->waits_at].left.push_back(before_);
  }

  template <class T>
  void flush_one(pending<T>& of) {
    if (of.objects.empty())
      return;
    if constexpr (resource<T>::family)
      if (listener_.wants(*resource<T>::family))
        for (const auto& one : of.objects)
          if (one.object)
            tell_update(one.object->own(), one.left);
    for (const auto& one : of.objects)
      if (one.object)
        one.object->waits_at = live_object<T>::nowhere;
    of.objects.clear();
  }

  template <class T>
  void tell_update(const T& value, const std::vector<std::string>& left) {
    const auto now = resource<T>::target(value);
    for (auto at = left.begin(); at != left.end(); ++at)
      if (*at != now && std::find(at + 1, left.end(), *at) == left.end()) // each target once, the present one last
        tell(value, "update", *at);
    tell(value, "update", now);
  }

  template <class T>
  void tell(const T& value, std::string_view what, std::string_view target) {
    name_.assign(item_of(*resource<T>::family)).append(".").append(what);
    body_.clear();
    append_json(body_, value, resource<T>::fields);
    listener_.tell(topic_below(topic_of(*resource<T>::family), target), name_, body_);
  }

  telephone_tables& to_;
  telephone_listener& listener_;
  duration ahead_{0};
  all_resources::tuple_of<pending> later_;
  std::string before_, name_, body_; ///< room for what is being done; kept, so that an event takes none anew
};

} // namespace ringmaster::core
