// SPDX-License-Identifier: Apache-2.0
#include "storage/waiting_notes.hpp"

#include "storage/snapshot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ringmaster::storage {
namespace {

constexpr std::string_view magic = "RMWAIT1\n";
constexpr std::size_t header_bytes = 16, record_head = 12;
constexpr std::size_t kept_bytes = std::size_t{1} << 20; ///< of disk, for when there is no more
constexpr std::size_t most_note = std::size_t{64} << 10;
constexpr std::string_view settled_name = "store/ends_waiting";

/// 0, or errno.
int write_at(int fd, std::string_view bytes, std::size_t at) {
  while (!bytes.empty()) {
    const auto count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return count < 0 ? errno : EIO;
    at += static_cast<std::size_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

template <class Id>
std::string_view view(const Id& bytes) {
  return {bytes.data(), bytes.size()};
}

} // namespace

call_note note_of(const uuid& call, const dialing_progress& progress, time_point at) {
  call_note n;
  n.what = call_note::answered;
  n.call = call;
  n.at = at;
  n.status = static_cast<std::int64_t>(progress.status.value_or(dialing_status::none));
  n.channel = progress.channel;
  n.res_dial = progress.res_dial.value_or(0);
  return n;
}

call_note note_of(const uuid& call, const call_outcome& outcome, time_point at) {
  call_note n;
  n.what = call_note::ended;
  n.call = call;
  n.at = at;
  n.status = static_cast<std::int64_t>(outcome.status);
  n.channel = outcome.channel;
  n.res_dial = outcome.res_dial;
  n.res_dial_detail = outcome.res_dial_detail;
  n.res_hangup = outcome.res_hangup;
  n.res_hangup_detail = outcome.res_hangup_detail;
  n.try_unused = outcome.try_unused;
  n.number_unknown = outcome.number_unknown;
  return n;
}

call_note note_of(const counted_answer& answer, time_point at) {
  call_note n;
  n.what = call_note::counted;
  n.call = answer.call;
  n.at = at;
  n.campaign = answer.campaign;
  n.day = answer.day;
  n.abandoned = answer.abandoned;
  return n;
}

result<void> apply(write_txn& in, const call_note& note) {
  const auto at = note.at.value_or(time_point{});
  const auto over_is_well = [](const auto& done) -> result<void> {
    if (done || done.error().code == errc::not_found)
      return {};
    return done.error();
  };
  switch (note.what) { // a number of the file, not an enum of ours
  case call_note::answered: {
    dialing_progress progress;
    progress.status = static_cast<dialing_status>(note.status);
    progress.channel = note.channel;
    progress.res_dial = note.res_dial;
    return over_is_well(update_dialing(in, note.call, progress, at));
  }
  case call_note::ended: {
    call_outcome outcome;
    outcome.status = static_cast<dialing_status>(note.status);
    outcome.channel = note.channel;
    outcome.res_dial = note.res_dial;
    outcome.res_dial_detail = note.res_dial_detail;
    outcome.res_hangup = note.res_hangup;
    outcome.res_hangup_detail = note.res_hangup_detail;
    outcome.try_unused = note.try_unused;
    outcome.number_unknown = note.number_unknown;
    return over_is_well(end_dialing(in, note.call, outcome, at));
  }
  case call_note::counted: return over_is_well(count_answer(in, {note.call, note.campaign, note.day, note.abandoned}));
  default: return error{errc::storage_failed, "a note of a newer Ringmaster waits in ends.waiting", {}};
  }
}

// --- the file -----------------------------------------------------------------------------------------------

waiting_notes::waiting_notes(waiting_notes&& other) noexcept
    : name_{std::move(other.name_)}, fd_{std::exchange(other.fd_, -1)}, generation_{other.generation_}, last_{other.last_},
      end_{other.end_}, settled_{other.settled_}, found_{std::move(other.found_)} {}

waiting_notes& waiting_notes::operator=(waiting_notes&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(fd_, other.fd_);
  generation_ = other.generation_;
  last_ = other.last_;
  end_ = other.end_;
  settled_ = other.settled_;
  std::swap(found_, other.found_);
  return *this;
}

waiting_notes::~waiting_notes() {
  if (fd_ >= 0)
    ::close(fd_);
}

error waiting_notes::failed(std::string_view doing) const {
  const int code = errno;
  const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
  return {full ? errc::storage_full : errc::storage_failed, fmt::format("cannot {} {}: {}", doing, name_, std::strerror(code)),
          {}};
}

waiting_notes::check waiting_notes::check_of(std::string_view note) const {
  std::string all;
  all.append(view(generation_)).append(view(last_)).append(note);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), digest.data());
  check c;
  std::memcpy(c.data(), digest.data(), c.size());
  return c;
}

result<waiting_notes> waiting_notes::open(const std::filesystem::path& data_dir) {
  waiting_notes made;
  made.name_ = (data_dir / "ends.waiting").string();
  made.fd_ = ::open(made.name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (made.fd_ < 0)
    return made.failed("open");
  if (auto done = made.read(); !done)
    return done.error();
  return made;
}

result<void> waiting_notes::read() {
  struct stat about {};
  if (::fstat(fd_, &about) != 0)
    return failed("read");
  if (!S_ISREG(about.st_mode))
    return error{errc::storage_failed, fmt::format("{} is no file; it was left as it is", name_), {}};
  std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    const auto count = ::pread(fd_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (count < 0 && errno != EINTR)
      return failed("read");
    if (count == 0)
      bytes.resize(at);
    else if (count > 0)
      at += static_cast<std::size_t>(count);
  }
  // One that was being made when the process ended has no header yet, or zeros in its place.
  const auto head = std::string_view{bytes}.substr(0, header_bytes);
  if (head.size() < header_bytes || head.find_first_not_of('\0') == std::string_view::npos)
    return begin_anew();
  if (!head.starts_with(magic))
    return error{errc::storage_failed, fmt::format("{} is not a file of Ringmaster; it was left as it is", name_), {}};
  std::copy_n(head.data() + magic.size(), generation_.size(), generation_.data());
  last_ = {};
  end_ = header_bytes;
  while (end_ + record_head <= bytes.size()) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data() + end_, sizeof length);
    if (length == 0 || length > most_note || end_ + record_head + length > bytes.size())
      break;
    const auto said = std::string_view{bytes}.substr(end_ + sizeof length, last_.size());
    const auto note = std::string_view{bytes}.substr(end_ + record_head, length);
    if (const auto is = check_of(note); view(is) != said)
      break; // half a record, or what is left of an older generation
    auto read = from_record<call_note>(note, call_note_fields);
    if (!read)
      return read.error();
    found_.push_back(std::move(*read));
    std::copy_n(said.data(), last_.size(), last_.data());
    end_ += record_head + length;
  }
  return {};
}

/// The header comes last: what was there before fits it no more, and a file without one is empty.
result<void> waiting_notes::begin_anew() {
  struct stat about {};
  if (::fstat(fd_, &about) != 0)
    return failed("read");
  if (static_cast<std::size_t>(about.st_size) > kept_bytes && ::ftruncate(fd_, kept_bytes) != 0)
    return failed("empty");
  // A disk that is full by now leaves as much as there is: it is missed only if the disk stays full.
  if (static_cast<std::size_t>(about.st_size) < kept_bytes) {
    const std::string zeros(kept_bytes - static_cast<std::size_t>(about.st_size), '\0');
    (void)write_at(fd_, zeros, static_cast<std::size_t>(about.st_size));
  }
  const auto fresh = random_uuid();
  check generation;
  std::memcpy(generation.data(), fresh.bytes.data() + 8, generation.size());
  std::string head{magic};
  head.append(view(generation));
  if (errno = write_at(fd_, head, 0); errno != 0 || ::fdatasync(fd_) != 0)
    return failed("write");
  generation_ = generation;
  last_ = {};
  end_ = header_bytes;
  settled_ = false;
  found_.clear();
  return {};
}

result<void> waiting_notes::append(std::span<const call_note> notes) {
  if (notes.empty())
    return {};
  if (settled_ || end_ == 0)
    if (auto emptied = begin_anew(); !emptied)
      return emptied;
  const auto before = last_;
  std::string bytes;
  for (const auto& one : notes) {
    const auto note = to_record(one, call_note_fields);
    last_ = check_of(note);
    const auto length = static_cast<std::uint32_t>(note.size());
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length).append(view(last_)).append(note);
  }
  if (errno = write_at(fd_, bytes, end_); errno != 0 || ::fdatasync(fd_) != 0) {
    last_ = before; // the next one goes over what was written of these
    return failed("write");
  }
  end_ += bytes.size();
  return {};
}

result<void> waiting_notes::settle(write_txn& in, std::size_t count) const {
  return put_snapshot(in, settled_name, std::string{view(generation_)}.append(be64{count}.view()));
}

result<std::size_t> waiting_notes::settled(const txn& in) const {
  const auto kept = get_snapshot(in, settled_name);
  if (!kept)
    return kept.error();
  if (!*kept || !(*kept)->starts_with(view(generation_)))
    return std::size_t{0};
  return static_cast<std::size_t>(be64::read(std::string_view{**kept}.substr(generation_.size())).value_or(0));
}

result<void> waiting_notes::clear() {
  settled_ = true;
  return begin_anew();
}

} // namespace ringmaster::storage
