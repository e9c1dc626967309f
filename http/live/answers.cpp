// SPDX-License-Identifier: Apache-2.0
#include "http/live/answers.hpp"

#include "http/server/status.hpp"
#include "protocol/json.hpp"

namespace ringmaster::live {
namespace {

template <class Write>
std::string message(Write&& write, std::size_t room = 0) {
  std::string text;
  text.reserve(room);
  json_writer w{text};
  w.begin_object();
  write(w);
  w.end_object();
  return text;
}

} // namespace

std::string error_message(const error& e, std::uint64_t seq) {
  return message([&](json_writer& w) {
    w.member("type", "error");
    w.key("error");
    w.begin_object();
    w.member("code", static_cast<std::int64_t>(http::http_status(e.code)));
    w.member("message", e.message);
    if (!e.field.empty())
      w.member("field", e.field);
    w.end_object();
    w.member("seq", static_cast<std::int64_t>(seq));
  });
}

std::string about_topic(std::string_view type, std::string_view topic, std::uint64_t seq,
                        std::string_view reason) {
  return message([&](json_writer& w) {
    w.member("type", type);
    w.member("topic", topic);
    w.member("seq", static_cast<std::int64_t>(seq));
    if (!reason.empty())
      w.member("reason", reason);
  });
}

std::string snapshot_message(std::string_view topic, std::string_view name, std::uint64_t seq, bool last,
                             std::string_view items) {
  return message(
      [&](json_writer& w) {
        w.member("type", "snapshot");
        w.member("topic", topic);
        w.member("name", name);
        w.member("seq", static_cast<std::int64_t>(seq));
        w.member("last", last);
        w.key("items");
        w.raw(std::string{"["}.append(items).append("]"));
      },
      items.size() + topic.size() + name.size() + 100);
}

} // namespace ringmaster::live
