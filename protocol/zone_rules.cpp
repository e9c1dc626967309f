// SPDX-License-Identifier: Apache-2.0
#include "protocol/zone_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ringmaster {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 64;
constexpr std::uint64_t largest_file = 1 << 20; ///< the largest zone there is has 4 KiB
constexpr std::size_t most_files = 20'000;
constexpr int deepest_folder = 4;
constexpr std::string_view not_read = "could not be read";

/// What stands beside the zones in a folder and is none.
constexpr std::array<std::string_view, 6> no_zones{"right", "posix", "posixrules", "localtime", "leapseconds", "SECURITY"};
/// What tells the version: the source of the files, whose first line is "# version 2025b", and what other systems have.
constexpr std::array<std::string_view, 2> version_files{"tzdata.zi", "+VERSION"};

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
}

error failed(const fs::path& file, std::string_view what) {
  return error{errc::storage_failed, fmt::format("{} {}: {}", file.string(), what, std::strerror(errno)), {}};
}

std::int64_t nanoseconds(const timespec& t) noexcept { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; }

/// Files as links lead to them: most of Debian's names are links, to a file in the folder.
result<void> list_folder(const fs::path& folder, const std::string& within, int depth, zone_listing& into) {
  std::error_code code;
  fs::directory_iterator next{folder / within, code};
  for (; !code && next != fs::directory_iterator{}; next.increment(code)) {
    const auto own = next->path().filename().string();
    const auto name = within + own;
    if (own.ends_with(".dpkg-new") || own.ends_with(".dpkg-tmp"))
      into.unpacking = true;
    const bool tells_version =
        within.empty() && std::find(version_files.begin(), version_files.end(), own) != version_files.end();
    if (!tells_version && !is_zone_name(name))
      continue;
    struct stat of {};
    if (next->is_directory(code) && !next->is_symlink(code)) {
      if (depth < deepest_folder)
        if (auto done = list_folder(folder, name + "/", depth + 1, into); !done)
          return done;
      continue;
    }
    // A link to nowhere is listed, so that it is told as a zone that cannot be read.
    if (::stat(next->path().c_str(), &of) != 0 && ::lstat(next->path().c_str(), &of) != 0)
      continue;
    if (S_ISDIR(of.st_mode))
      continue;
    if (into.files.size() == most_files)
      return error{errc::storage_failed, fmt::format("{} holds more than {} files", folder.string(), most_files), {}};
    into.files.push_back({name, of.st_dev, of.st_ino, static_cast<std::uint64_t>(of.st_size), nanoseconds(of.st_mtim),
                          nanoseconds(of.st_ctim)});
  }
  if (code)
    return error{errc::storage_failed,
                 fmt::format("the folder {} of the time zones cannot be read: {}", (folder / within).string(), code.message()), {}};
  return {};
}

/// At most `most` bytes, of a file that is one.
result<std::string> read_file(const fs::path& file, std::uint64_t most, bool beginning_alone) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO must not hold us up
  if (fd < 0)
    return failed(file, not_read);
  struct closer {
    int fd;
    ~closer() { ::close(fd); }
  } const closing{fd};
  struct stat of {};
  if (::fstat(fd, &of) != 0)
    return failed(file, not_read);
  if (!S_ISREG(of.st_mode) || (!beginning_alone && static_cast<std::uint64_t>(of.st_size) > most))
    return error{errc::malformed, fmt::format("{} is no file of a time zone", file.string()), {}};
  std::string text(std::min(static_cast<std::uint64_t>(of.st_size), most), '\0');
  for (std::size_t have = 0; have < text.size();) {
    const auto got = ::read(fd, text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return failed(file, not_read);
    if (got == 0)
      text.resize(have);
    have += static_cast<std::size_t>(got);
  }
  return text;
}

/// "2025b"; empty when the file does not say so.
std::string version_in(std::string_view file, std::string_view text) {
  text = text.substr(0, text.find('\n'));
  if (file == "tzdata.zi") {
    constexpr std::string_view before = "# version ";
    if (!text.starts_with(before))
      return {};
    text.remove_prefix(before.size());
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r'))
    text.remove_suffix(1);
  const bool good = text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || c == '.'; });
  return good ? std::string{text} : std::string{};
}

} // namespace

bool is_zone_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > longest_name)
    return false;
  const auto whole = name;
  for (bool more = true; more;) {
    const auto slash = name.find('/');
    const auto part = name.substr(0, slash);
    if (part.empty() || part.front() == '-' || part.front() == '+' || !std::all_of(part.begin(), part.end(), is_letter))
      return false;
    more = slash != std::string_view::npos;
    name.remove_prefix(more ? slash + 1 : part.size());
  }
  return std::find(no_zones.begin(), no_zones.end(), whole.substr(0, whole.find('/'))) == no_zones.end();
}

zone_rules::zone_rules(zone_map zones, std::string version, time_point files_from)
    : zones_{std::move(zones)}, version_{std::move(version)}, files_from_{files_from} {
  if (!zones_.contains("UTC"))
    zones_.emplace("UTC", std::make_shared<const time_zone>(time_zone::utc()));
}

zone_rules::zone_pointer zone_rules::find(std::string_view name) const {
  const auto at = zones_.find(name);
  return at == zones_.end() ? nullptr : at->second;
}

std::size_t zone_rules::differences(const zone_rules& other) const {
  std::size_t count = 0;
  for (const auto& [name, zone] : zones_) {
    const auto theirs = other.find(name);
    count += !theirs || *theirs != *zone ? 1 : 0;
  }
  for (const auto& [name, zone] : other.zones_)
    count += zones_.contains(name) ? 0 : 1;
  return count;
}

result<zone_listing> list_zone_files(const fs::path& folder) {
  zone_listing listing;
  if (auto done = list_folder(folder, "", 0, listing); !done)
    return done.error();
  std::sort(listing.files.begin(), listing.files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return listing;
}

result<zone_files> read_zone_files(const fs::path& folder) {
  auto before = list_zone_files(folder);
  if (!before)
    return before.error();
  zone_files out;
  zone_rules::zone_map zones;
  std::map<std::pair<std::uint64_t, std::uint64_t>, zone_rules::zone_pointer> read; // by file: most names are links
  std::string version;
  std::int64_t newest = 0;
  for (const auto& file : before->files) {
    const auto path = folder / file.name;
    newest = std::max(newest, file.modified);
    if (std::find(version_files.begin(), version_files.end(), file.name) != version_files.end()) {
      if (const auto text = read_file(path, 256, true); text && version.empty())
        version = version_in(file.name, *text);
      continue;
    }
    auto& zone = read[{file.device, file.inode}];
    if (!zone) {
      const auto bytes = read_file(path, largest_file, false);
      auto one = bytes ? time_zone::read(*bytes, path.string()) : result<time_zone>{bytes.error()};
      if (!one) {
        out.damaged.emplace_back(file.name, one.error());
        continue;
      }
      zone = std::make_shared<const time_zone>(std::move(*one));
    }
    zones.emplace(file.name, zone);
  }
  const auto after = list_zone_files(folder);
  if (!after)
    return after.error();
  if (*after != *before)
    return error{errc::illegal_state, fmt::format("the time zones in {} were changed while they were read", folder.string()), {}};
  if (zones.empty())
    return error{errc::illegal_state,
                 fmt::format("there are no time zones in {}; install the package tzdata, or set zoneinfo to their folder",
                             folder.string()),
                 {}};
  out.rules = std::make_shared<const zone_rules>(std::move(zones), version.empty() ? "unknown" : std::move(version),
                                                 time_point{std::chrono::nanoseconds{newest}});
  out.listing = std::move(*before);
  return out;
}

result<time_zone> read_zone_file(const fs::path& folder, std::string_view name) {
  if (!is_zone_name(name))
    return error{errc::invalid_field, fmt::format("\"{}\" is no name of a time zone", name), {}};
  std::error_code code;
  const auto path = folder / name;
  if (!fs::exists(path, code)) {
    if (name == "UTC")
      return time_zone::utc();
    return error{errc::not_found, fmt::format("there is no time zone \"{}\" in {}", name, folder.string()), {}};
  }
  const auto bytes = read_file(path, largest_file, false);
  return bytes ? time_zone::read(*bytes, path.string()) : result<time_zone>{bytes.error()};
}

zone_watch::verdict zone_watch::look(zone_listing now) {
  const bool stands = !now.unpacking && seen_ == now;
  const bool as_in_use = now.files == in_use_.files;
  seen_ = std::move(now);
  return as_in_use ? verdict::in_use : stands ? verdict::settled : verdict::unsettled;
}

void zone_watch::taken(zone_listing listing) { in_use_ = std::move(listing); }

std::optional<error> cannot_replace(const zone_rules& in_use, const zone_files& fresh) {
  for (const auto& [name, why] : fresh.damaged)
    if (in_use.find(name))
      return why;
  if (fresh.rules->size() < in_use.size() / 2)
    return error{errc::illegal_state,
                 fmt::format("only {} time zones are left of {}", fresh.rules->size(), in_use.size()), {}};
  return std::nullopt;
}

} // namespace ringmaster
