// SPDX-License-Identifier: Apache-2.0
/// A fold: what makes live objects of one kind, or of a few that belong together, out of AMI messages. One object of
/// each fold per server, inside `telephone`.
///
/// To add a kind of object:
///   1. the struct and its table in protocol/telephone/, with `pbx` and `tm_update` among its members;
///   2. its row in resources.hpp (and in topic_family.hpp, if its changes are told);
///   3. a fold, with a `roster` for each kind, that names the events it wants and the listings to be asked for after a
///      login; made in telephone.cpp;
///   4. its paths in http/telephone/routes.cpp.
#pragma once

#include "actors/core/telephone/writer.hpp"
#include "protocol/ami/message.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ringmaster::core {

/// An action that asks the server for something; the answer comes among what the server says.
struct telephone_question {
  std::string action;
  std::vector<std::pair<std::string, std::string>> headers{};
  /// The pbx actor asks this itself after every login (CoreShowChannels, QueueStatus).
  bool asked_by_pbx{false};
};

class telephone_fold;

/// Where folds ask. Gives each question an ActionID and remembers who asked.
class telephone_questions {
public:
  /// The ActionID; empty when the question cannot be written.
  std::string ask(telephone_fold& who, const telephone_question& what);
  /// Bytes to be sent since the last call.
  [[nodiscard]] std::string take() { return std::exchange(bytes_, {}); }
  void forget_all() { asked_.clear(), bytes_.clear(); }

  struct asked {
    telephone_fold* who;
    std::string action;
  };
  /// Who asked the question with this ActionID, once.
  [[nodiscard]] std::optional<asked> answered(std::string_view action_id);

private:
  std::string bytes_;
  std::uint64_t last_{0};
  std::unordered_map<std::string, asked, text_hash, std::equal_to<>> asked_;
};

class telephone_fold {
public:
  telephone_fold() = default;
  virtual ~telephone_fold() = default;
  telephone_fold(const telephone_fold&) = delete;
  telephone_fold& operator=(const telephone_fold&) = delete;

  /// It gets these events and no others.
  [[nodiscard]] virtual std::span<const ami::event_kind> kinds() const noexcept = 0;
  virtual void on_event(const ami::message& m, time_point now) = 0;

  /// To be asked after every login, and when events were missed.
  [[nodiscard]] virtual std::span<const telephone_question> listings() const noexcept { return {}; }
  /// The response to a question of its own; a list's items come as events.
  virtual void on_response(std::string_view /*action*/, const ami::message&, time_point) {}

  /// The pbx actor asks for a list that this fold may read as well: `list` is its ActionID, and `of` what it is of
  /// (empty: of all).
  virtual void on_pbx_list(std::string_view /*action*/, std::string_view /*list*/, std::string_view /*of*/) {}

  /// Logged in anew, or events were missed: everything is in doubt until it is listed.
  virtual void on_doubt(time_point now) = 0;
  /// Now and then, a few times a second.
  virtual void on_time(time_point) {}
  /// The connection is lost. What was known stays as it was.
  virtual void on_lost(time_point) {}
};

} // namespace ringmaster::core
