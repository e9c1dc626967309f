// SPDX-License-Identifier: Apache-2.0
/// The rules of all time zones at one time: read from a folder of TZif files such as /usr/share/zoneinfo, and never changed.
///
/// Who wants newer ones reads the folder again and hands the new set out in place of the old one, so that no two zones are
/// ever by rules of different versions. `zone_watch` says when: packages replace a folder's files one after the other.
#pragma once

#include "protocol/error.hpp"
#include "protocol/time.hpp"
#include "protocol/time_zone.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace ringmaster {

/// Where Debian's `tzdata` has them.
inline constexpr std::string_view usual_zone_folder = "/usr/share/zoneinfo";

/// Threads: immutable, any.
class zone_rules {
public:
  using zone_pointer = std::shared_ptr<const time_zone>;
  using zone_map = std::map<std::string, zone_pointer, std::less<>>;

  /// "UTC" is among them in any case, and is the only one without arguments.
  explicit zone_rules(zone_map zones = {}, std::string version = "unknown", time_point files_from = {});

  /// By its name in the IANA database, such as "Europe/Berlin"; links ("US/Eastern") are names as others. Null: there is
  /// none. Some 100 ns.
  [[nodiscard]] zone_pointer find(std::string_view name) const;
  [[nodiscard]] std::size_t size() const noexcept { return zones_.size(); }
  /// "2025b": the database's own name for itself, as the folder tells it; "unknown" where it does not.
  [[nodiscard]] const std::string& version() const noexcept { return version_; }
  /// When the newest of the files was made: the date of the package, not of its installation.
  [[nodiscard]] time_point files_from() const noexcept { return files_from_; }
  /// Names that say other times there, or that one of the two lacks.
  [[nodiscard]] std::size_t differences(const zone_rules& other) const;

private:
  zone_map zones_;
  std::string version_;
  time_point files_from_;
};

/// What the files of a folder look like from outside; equal as long as none is written, replaced, added or removed.
struct zone_listing {
  struct file {
    std::string name; ///< of the zone: the path in the folder
    std::uint64_t device{}, inode{}, size{};
    std::int64_t modified{}, changed{}; ///< nanoseconds since 1970
    bool operator==(const file&) const = default;
  };
  std::vector<file> files; ///< by name; zones and what tells the version
  bool unpacking{false};   ///< a package manager is at work (`….dpkg-new`)
  bool operator==(const zone_listing&) const = default;
};

/// Whether it can be the name of a zone: parts of letters, digits, `_`, `+` and `-` between slashes, 64 bytes at most, so
/// that it leads nowhere else. Neither the files that are zones as others count them (`posix/…`, `right/…`), nor names
/// for whatever the machine is set to (`localtime`, `posixrules`).
[[nodiscard]] bool is_zone_name(std::string_view name) noexcept;

/// Some hundred microseconds for the usual 600 files. Error: `storage_failed`, the folder cannot be listed.
[[nodiscard]] result<zone_listing> list_zone_files(const std::filesystem::path& folder);

struct zone_files {
  std::shared_ptr<const zone_rules> rules;
  zone_listing listing;
  std::vector<std::pair<std::string, error>> damaged; ///< zones that could not be read, and why; they are not in `rules`
};

/// Reads a folder, in about 10 ms. Errors: `storage_failed` (it cannot be listed), `illegal_state` (it was changed meanwhile, or holds
/// no zone at all).
[[nodiscard]] result<zone_files> read_zone_files(const std::filesystem::path& folder);

/// One zone alone, for a look at a setting. Errors: `invalid_field` (no name of a zone), `not_found`, `malformed`.
[[nodiscard]] result<time_zone> read_zone_file(const std::filesystem::path& folder, std::string_view name);

/// When a folder that has changed is to be read. A package manager renames one file after the other into place, and who
/// copies by hand may take seconds: what two looks one after the other find the same, and no longer as it is in use, is
/// taken to be whole.
///
/// Pure; one thread.
class zone_watch {
public:
  explicit zone_watch(zone_listing in_use) : in_use_{std::move(in_use)} {}

  enum class verdict : std::uint8_t {
    in_use,    ///< the files are those in use
    unsettled, ///< they are being changed
    settled,   ///< they are others, and are to be read now
  };
  /// A look at the folder.
  [[nodiscard]] verdict look(zone_listing now);
  /// It was read, and is in use.
  void taken(zone_listing listing);

private:
  zone_listing in_use_;
  std::optional<zone_listing> seen_;
};

/// Whether a set that was read may take the place of one in use. Not one in which a zone cannot be read that could before, nor
/// one with fewer than half of the zones: something is removing them, or still has to write them. Nothing: it may.
[[nodiscard]] std::optional<error> cannot_replace(const zone_rules& in_use, const zone_files& fresh);

} // namespace ringmaster
