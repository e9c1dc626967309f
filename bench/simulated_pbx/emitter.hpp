// SPDX-License-Identifier: Apache-2.0
/// Builds AMI events and hands each to every subscriber whose mask asks for its class.
#pragma once

#include "bench/simulated_pbx/channel.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringmaster::sim {

/// Asterisk's privilege classes: the header `Privilege`, and what `Action: Events` chooses from.
enum class event_class : std::uint16_t {
  system = 1,
  call = 2,
  agent = 4,
  user = 8,
  dialplan = 16,
  cdr = 32,
  security = 64,
  reporting = 128,
  agi = 256,
};
inline constexpr std::uint16_t every_class = 0x1ff;
[[nodiscard]] std::string_view name_of(event_class c) noexcept;
/// The bit of a class's name; 0 for a name that is none.
[[nodiscard]] std::uint16_t class_bit(std::string_view name) noexcept;

/// The bits of classes between commas; `all`, `on`, `yes` and the like: every one.
[[nodiscard]] std::uint16_t classes_in(std::string_view text);

/// Somebody who is told of events. `deliver` must not call the emitter.
class subscriber {
public:
  virtual ~subscriber() = default;
  [[nodiscard]] virtual std::uint16_t mask() const noexcept = 0;
  virtual void deliver(std::string_view event, std::string_view text) = 0;
};

/// Appends headers of a message to a string. Costs no allocation once the string has grown.
class header_writer {
public:
  explicit header_writer(std::string* into, const std::vector<std::string>* channel_variables) noexcept
      : into_{into}, channel_variables_{channel_variables} {}

  header_writer& text(std::string_view name, std::string_view value);
  header_writer& number(std::string_view name, std::int64_t value);
  /// The block of headers that describes a channel, each name with `prefix` before it.
  header_writer& channel(const sim::channel& c, std::string_view prefix = {});

protected:
  std::string* into_; // null: nobody wants it
  const std::vector<std::string>* channel_variables_;
};

class emitter {
public:
  explicit emitter(const std::vector<std::string>& channel_variables)
      : channel_variables_{&channel_variables} {
    text_.reserve(4096);
  }

  /// One event under construction; sent to the subscribers at the end of the full expression. Only one at
  /// a time.
  class event : public header_writer {
  public:
    event(emitter& owner, std::string_view name, event_class c, bool wanted);
    event(const event&) = delete;
    event& operator=(const event&) = delete;
    ~event();

  private:
    emitter& owner_;
    std::string_view name_;
    event_class class_;
  };

  [[nodiscard]] event begin(std::string_view name, event_class c) {
    return event{*this, name, c, (wanted_ & static_cast<std::uint16_t>(c)) != 0};
  }
  /// Headers of an answer for one subscriber, with the same channel block as events.
  [[nodiscard]] header_writer answer(std::string& into) const {
    return header_writer{&into, channel_variables_};
  }

  void add(subscriber& s);
  void remove(subscriber& s);
  /// To be called whenever a subscriber's mask has changed.
  void refresh() noexcept;

  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

private:
  friend class event;
  const std::vector<std::string>* channel_variables_;
  std::string text_;
  std::vector<subscriber*> subscribers_;
  std::uint16_t wanted_{0};
  std::uint64_t events_{0};
};

} // namespace ringmaster::sim
