// SPDX-License-Identifier: Apache-2.0
#include "actors/results.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"

#include "storage/outbox.hpp"

#include <caf/send.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <unordered_set>

namespace ringmaster {
namespace {

constexpr std::size_t lines_at_once = 4096;
constexpr std::int64_t tail_bytes = 16 * 1024 * 1024; ///< more than the outbox can hold lines of

/// The end of the file, which may begin in the middle of a line.
struct tail {
  std::string text;
  std::int64_t size{0}; ///< of the whole file
  [[nodiscard]] std::string_view whole_lines() const noexcept { return std::string_view{text}.substr(0, text.rfind('\n') + 1); }
  [[nodiscard]] std::string_view half_line() const noexcept { return std::string_view{text}.substr(text.rfind('\n') + 1); }
};

tail read_tail(const std::filesystem::path& file) {
  if (std::error_code code; !std::filesystem::is_regular_file(file, code)) // what else there is may block
    return {};
  std::ifstream in{file, std::ios::binary | std::ios::ate};
  if (!in)
    return {};
  tail read;
  read.size = static_cast<std::int64_t>(in.tellg());
  const auto wanted = std::min(read.size, tail_bytes);
  read.text.resize(static_cast<std::size_t>(wanted));
  in.seekg(read.size - wanted);
  in.read(read.text.data(), wanted);
  return read;
}

/// What a result line begins with, and then its uuid.
constexpr std::string_view line_head = "{\"uuid\":\"";

std::string_view uuid_of(std::string_view line) {
  return line.starts_with(line_head) ? line.substr(line_head.size(), uuid_text_size) : std::string_view{};
}

/// The dialings that whole lines are of; views into them.
std::unordered_set<std::string_view> uuids_in(std::string_view lines) {
  std::unordered_set<std::string_view> found;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    if (const auto id = uuid_of(lines.substr(0, end)); !id.empty())
      found.insert(id);
    lines.remove_prefix(end + 1);
  }
  return found;
}

/// Opens the file for appending. Below zero on failure, and `trouble` has the reason. A FIFO would wait for its reader, and
/// then lose lines; somebody may have put one where a file was.
int open_regular(const std::filesystem::path& file, int flags, std::string& trouble) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC | flags, 0640);
  struct stat status {};
  if (fd < 0)
    // Of a FIFO without a reader, and of a socket.
    trouble = errno == ENXIO ? "it is no regular file" : std::strerror(errno);
  else if (::fstat(fd, &status) != 0)
    trouble = std::strerror(errno);
  else if (!S_ISREG(status.st_mode))
    trouble = "it is no regular file";
  else
    return fd;
  if (fd >= 0)
    ::close(fd);
  return -1;
}

/// Lets the file end with a whole line. Empty on success, else the reason.
std::string end_whole(const std::filesystem::path& file, const tail& read, seldom& told, time_point now) {
  const auto half = read.half_line();
  if (half.empty())
    return {};
  std::string refused;
  const int fd = open_regular(file, 0, refused);
  if (fd < 0)
    return refused;
  // Ours is in the database, since what is on disk whole alone leaves it.
  const bool ours = half.starts_with(line_head.substr(0, half.size()));
  const bool done = ours ? ::ftruncate(fd, read.size - static_cast<std::int64_t>(half.size())) == 0 : ::write(fd, "\n", 1) == 1;
  const std::string trouble = done && ::fdatasync(fd) == 0 ? "" : std::strerror(errno);
  ::close(fd);
  if (trouble.empty())
    if (const auto times = told.due(now))
      log_warn("event=result_file_half_line file={} bytes={} done={} times={}", file.string(), half.size(),
               ours ? "cut_off" : "ended", *times);
  return trouble;
}

/// Empty on success, else the reason.
std::string append(const std::filesystem::path& file, const std::string& bytes) {
  std::string trouble;
  const int fd = open_regular(file, O_CREAT, trouble);
  if (fd < 0)
    return trouble;
  const auto before = ::lseek(fd, 0, SEEK_END);
  for (std::size_t done = 0; done < bytes.size() && trouble.empty();) {
    const auto count = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EINTR)
      trouble = std::strerror(errno);
    else if (count > 0)
      done += static_cast<std::size_t>(count);
  }
  if (trouble.empty() && ::fdatasync(fd) != 0)
    trouble = std::strerror(errno);
  // Half a line would spoil the file for every reader.
  if (!trouble.empty() && before >= 0 && ::ftruncate(fd, before) != 0)
    trouble.append("; and the partly written lines could not be taken back");
  ::close(fd);
  return trouble;
}

class results_writer {
public:
  results_writer(caf::stateful_actor<results_state>* self, std::filesystem::path file, engine_shared& shared)
      : self_{self}, state_{self->state}, file_{std::move(file)}, shared_{shared} {}

  void drain() {
    state_.asked = false;
    auto txn = shared_.env->read();
    if (!txn)
      return complain(txn.error().message);
    auto lines = storage::outbox::of_results().read(*txn, lines_at_once, state_.written);
    if (!lines)
      return complain(lines.error().message);
    if (lines->empty())
      return;
    const auto last = lines->back().number;
    const bool full = lines->size() == lines_at_once;
    std::optional<std::size_t> pending; // where the file's tail was searched
    if (!state_.begun) {
      state_.begun = !full;
      const auto read = read_tail(file_);
      if (const auto trouble = end_whole(file_, read, state_.mended, shared_.time->now()); !trouble.empty()) {
        state_.begun = false;
        return complain(trouble);
      }
      const auto there = uuids_in(read.whole_lines());
      pending = lines->size();
      std::erase_if(*lines, [&](const auto& line) { return there.count(uuid_of(line.text)) != 0; });
    }
    const auto fresh = lines->size();
    std::string bytes;
    for (const auto& line : *lines)
      bytes.append(line.text).push_back('\n');
    if (!bytes.empty())
      if (const auto trouble = append(file_, bytes); !trouble.empty()) {
        state_.begun = false;
        return complain(trouble);
      }
    state_.written = last;
    works();
    if (pending) // not before it is true: a file that cannot be written is tried again and again
      log_info("event=result_lines_left_from_before pending={} in_file_already={}", *pending, *pending - fresh);
    shared_.write([last](storage::write_txn& write) { (void)storage::outbox::of_results().drop(write, last); },
                  [](const std::optional<error>&) {}, // if this fails, the start's search finds them in the file
                  storage::room::reserve);
    if (full)
      ask();
  }

  /// Many calls end at once: one look serves them all.
  void ask() {
    if (!std::exchange(state_.asked, true))
      me<results_handle>(self_).tell(drain_now{});
  }

  void again() {
    state_.again = false;
    ask();
  }

private:
  void works() {
    if (!shared_.live.result_file.get()->works)
      shared_.live.result_file.put({});
  }

  void complain(const std::string& why) {
    const auto before = shared_.live.result_file.get();
    if (before->works || before->trouble != why)
      shared_.live.result_file.put({false, why, before->works ? shared_.time->date() : before->since, 0});
    if (const auto tries = state_.complaint.due(shared_.time->now()))
      log_error("event=result_file_unwritable file={} reason={} tries={} lines=kept", file_.string(), why, *tries);
    // One at a time: whoever else asks meanwhile must not leave a second one behind, which would go on for as long.
    if (!std::exchange(state_.again, true))
      me<results_handle>(self_).tell_later(std::chrono::seconds{1}, drain_again{});
  }

  caf::stateful_actor<results_state>* self_;
  results_state& state_;
  std::filesystem::path file_;
  engine_shared& shared_;
};

} // namespace

caf::behavior results_actor(caf::stateful_actor<results_state>* self, const std::filesystem::path& file,
                            engine_shared* shared) {
  auto work = std::make_shared<results_writer>(self, file, *shared);
  log_faults(self, "results");
  me<results_handle>(self).tell(drain_outbox{});
  return takes<results_handle>([=](const drain_outbox&) { work->ask(); }, [=](const drain_now&) { work->drain(); },
                               [=](const drain_again&) { work->again(); });
}

} // namespace ringmaster
