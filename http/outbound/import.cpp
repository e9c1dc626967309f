// SPDX-License-Identifier: Apache-2.0
#include "http/outbound/import.hpp"

#include "http/outbound/resource.hpp"
#include "protocol/dial_list_import.hpp"
#include "storage/outbound.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

namespace ringmaster::outbound {

namespace {

constexpr std::size_t most_batches_in_flight = 4;
constexpr std::size_t most_errors = 1'000;

/// What one batch came to, in lines of the body.
struct stored_batch {
  std::size_t stored{0};
  number_repairs repairs;
  std::vector<import_rejection> refused;
};

/// One import. The session's thread feeds it, the engine's reports what is on disk; `guard` is between them.
class import_sink final : public http::body_sink, public std::enable_shared_from_this<import_sink> {
public:
  import_sink(context c, std::shared_ptr<const auth::principal> by, const import_options& options, http::responder reply)
      : context_{c}, caller_{std::move(by)}, reply_{std::move(reply)},
        reader_{options, [this](std::span<dl> rows, std::span<const std::uint64_t> lines) { take(rows, lines); },
                [this](import_rejection r) {
                  const std::lock_guard lock{guard_};
                  reject(std::move(r));
                }} {}

  void on_chunk(std::string_view data, resume more) override {
    if (const auto fed = reader_.feed(data); !fed)
      return fail(fed.error());
    {
      const std::lock_guard lock{guard_};
      if (answered_)
        return;
      if (in_flight_ >= most_batches_in_flight) {
        more_ = std::move(more);
        return;
      }
    }
    more();
  }

  void on_end() override {
    if (const auto finished = reader_.finish(); !finished)
      return fail(finished.error());
    std::unique_lock lock{guard_};
    ended_ = true;
    encoding_ = reader_.encoding();
    answer_when_done(lock);
  }

  void on_abort(const error& why) override { fail(why); }

private:
  void take(std::span<dl> rows, std::span<const std::uint64_t> lines) {
    {
      const std::lock_guard lock{guard_};
      if (answered_)
        return;
      ++in_flight_;
    }
    auto batch = std::make_shared<std::vector<dl>>(std::make_move_iterator(rows.begin()),
                                                   std::make_move_iterator(rows.end()));
    auto numbers = std::make_shared<const std::vector<std::uint64_t>>(lines.begin(), lines.end());
    api::write<stored_batch>(
        context_, caller_,
        [batch, numbers](const commands::context& to) -> result<stored_batch> {
          auto outcome = commands::import_entries(to, *batch);
          if (!outcome)
            return outcome.error();
          stored_batch done{outcome->stored.size(), outcome->repairs, {}};
          for (auto& r : outcome->refused)
            done.refused.push_back({(*numbers)[r.index], std::move(r.why.message)});
          return done;
        },
        [self = shared_from_this()](result<stored_batch> done) { self->stored(std::move(done)); });
  }

  void stored(result<stored_batch> done) {
    resume more;
    {
      std::unique_lock lock{guard_};
      --in_flight_;
      if (done) {
        imported_ += done->stored;
        repairs_.cleaned += done->repairs.cleaned;
        repairs_.normalised += done->repairs.normalised;
        for (auto& r : done->refused)
          reject(std::move(r));
      } else if (!failed_) {
        failed_ = done.error();
        failed_->message += "; " + std::to_string(imported_) + " entries were stored before";
      }
      if (failed_ && !answered_) {
        answered_ = true;
        return reply_(refuse(context_, *failed_));
      }
      if (ended_)
        return answer_when_done(lock);
      if (in_flight_ < most_batches_in_flight)
        more.swap(more_);
    }
    if (more)
      more();
  }

  void fail(const error& why) {
    const std::lock_guard lock{guard_};
    if (std::exchange(answered_, true))
      return;
    more_ = {};
    reply_(refuse(context_, why));
  }

  /// With the lock. Keeps the lowest lines: batches that are refused report later than bad lines do.
  void reject(import_rejection r) {
    ++rejected_;
    errors_.push_back(std::move(r));
    if (errors_.size() >= 2 * most_errors)
      keep_first_errors();
  }
  void keep_first_errors() {
    std::sort(errors_.begin(), errors_.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
    if (errors_.size() > most_errors)
      errors_.resize(most_errors);
  }

  void answer_when_done(const std::unique_lock<std::mutex>&) {
    if (in_flight_ > 0 || std::exchange(answered_, true))
      return;
    keep_first_errors();
    reply_(answer(context_, [&](std::string& out) {
      json_writer w{out};
      w.begin_object();
      w.member("imported", imported_);
      w.member("rejected", rejected_);
      w.member("cleaned", static_cast<std::int64_t>(repairs_.cleaned));
      w.member("normalised", static_cast<std::int64_t>(repairs_.normalised));
      w.member("encoding", name_of(encoding_));
      w.key("errors");
      w.begin_list();
      for (const auto& e : errors_) {
        w.begin_object();
        w.member("line", static_cast<std::int64_t>(e.line));
        w.member("reason", e.reason);
        w.end_object();
      }
      w.end_list();
      w.member("truncated_errors", rejected_ > errors_.size());
      w.end_object();
    }));
  }

  const context context_;
  const std::shared_ptr<const auth::principal> caller_;
  const http::responder reply_;
  dial_list_importer reader_; // the session's thread alone

  std::mutex guard_;
  std::size_t in_flight_{0}, imported_{0}, rejected_{0};
  number_repairs repairs_;
  text_encoding encoding_{text_encoding::utf_8}; // once it has ended
  std::vector<import_rejection> errors_;
  std::optional<error> failed_;
  resume more_; // set while the client waits for the disk
  bool ended_{false}, answered_{false};
};

result<dial_list_format> format_of(const http::request& req) {
  if (const auto named = req.query_value("format"); named && !named->empty()) {
    if (*named == "csv")
      return dial_list_format::csv;
    if (*named == "jsonl")
      return dial_list_format::json_lines;
    return invalid_field("format", "format must be csv or jsonl");
  }
  std::string type{req.header("content-type")}; // in any case, as all media types
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const std::string_view lines : {"ndjson", "jsonl", "json-lines", "application/json"})
    if (type.find(lines) != std::string::npos)
      return dial_list_format::json_lines;
  // What curl says of its own accord is good too, and what browsers on Windows take a .csv for.
  for (const std::string_view csv : {"text/", "csv", "octet-stream", "x-www-form-urlencoded", "application/vnd.ms-excel"})
    if (type.empty() || type.find(csv) != std::string::npos)
      return dial_list_format::csv;
  return invalid_field("content-type", "an import is CSV or JSON lines; say format=csv or format=jsonl");
}

result<import_options> options_of(const context& c, const http::request& req) {
  import_options options;
  const auto format = format_of(req);
  if (!format)
    return format.error();
  options.format = *format;
  const auto list = id_parameter(req, "dlma_uuid");
  if (!list)
    return list.error();
  options.dlma = *list;
  if (options.dlma) {
    const auto in = c.read();
    if (!in)
      return in.error();
    if (const auto known = storage::get<dlma>(*in, *options.dlma); !known)
      return known.error().code == errc::not_found
                 ? invalid_field("dlma_uuid", "dlma_uuid: there is no dlma " + to_string(*options.dlma))
                 : known.error();
  }
  return options;
}

} // namespace

result<void> add_import(http::router& r, const context& c) {
  const auto begin = [c](const http::request& req, http::responder reply) -> std::shared_ptr<http::body_sink> {
    const auto options = options_of(c, req);
    if (!options) {
      reply(refuse(c, options.error()));
      return nullptr;
    }
    return std::make_shared<import_sink>(c, req.caller, *options, std::move(reply));
  };
  static constexpr http::object_kind file{"DialListFile", nullptr, "A file of entries: CSV, or a JSON object a line."},
      outcome{"ImportOutcome", nullptr, "How many were imported, repaired and rejected, and why."};
  return r.add({.method = http::method::post,
                .path = "/ob/dls/import",
                .permission = std::string{may_write},
                .to = {.on_stream = begin},
                .query = {{"dlma_uuid", "The list that all entries go into; without, each row names its own.", value_kind::uuid},
                          {"format", "What the body is; without, its Content-Type says it.", value_kind::string, {"csv", "jsonl"}}},
                .about = {.group = "Dial list entries", .summary = "Imports a file of entries", .body = &file, .body_media = "text/csv",
                          .reply = &outcome, .shape = http::reply_shape::one}});
}

} // namespace ringmaster::outbound
