// SPDX-License-Identifier: Apache-2.0
#include "actors/zone_keeper.hpp"

#include "actors/log.hpp"
#include "protocol/printable.hpp"

#include <fmt/format.h>

#include <utility>

namespace ringmaster {
namespace {

constexpr std::size_t most_named = 5;
constexpr int unsettled_for_long = 12; ///< looks: two minutes

/// Of the files that could not be read; empty: all could be.
std::string trouble_of(const zone_files& files) {
  std::string text;
  for (std::size_t i = 0; i < files.damaged.size() && i < most_named; ++i)
    text.append(text.empty() ? "" : "; ").append(one_line(files.damaged[i].second.message));
  if (files.damaged.size() > most_named)
    text += fmt::format("; and {} more", files.damaged.size() - most_named);
  return text;
}

} // namespace

result<std::unique_ptr<zone_keeper>> zone_keeper::open(std::filesystem::path folder, time_point date) {
  auto files = read_zone_files(folder);
  if (!files)
    return files.error();
  std::unique_ptr<zone_keeper> made{new zone_keeper{std::move(folder), files->listing}};
  log_info("event=zone_rules version={} zones={} folder={}", files->rules->version(), files->rules->size(), made->folder_.string());
  made->use(std::move(*files), date);
  return made;
}

void zone_keeper::use(zone_files files, time_point date) {
  state says{folder_.string(), files.rules->version(), files.rules->files_from(), date, files.rules->size(), {}, {}};
  current_.put({std::move(files.rules), std::move(says)});
  trouble_in_use_ = trouble_of(files);
  tell(trouble_in_use_, date);
  watch_.taken(std::move(files.listing));
}

/// Once for each trouble.
void zone_keeper::tell(const std::string& trouble, time_point date) {
  auto fresh = *current_.get();
  if (fresh.says.trouble == trouble)
    return;
  if (trouble.empty())
    log_info("event=zone_files_good version={}", fresh.says.version);
  else
    log_error("event=zone_files_unusable version_in_use={} reason={}", fresh.says.version, trouble);
  if (fresh.says.trouble.empty())
    fresh.says.trouble_since = date;
  fresh.says.trouble = trouble;
  current_.put(std::move(fresh));
}

std::shared_ptr<const zone_rules> zone_keeper::look(time_point date) {
  auto listing = list_zone_files(folder_);
  if (!listing) {
    tell(listing.error().message, date);
    return nullptr;
  }
  switch (watch_.look(std::move(*listing))) {
  case zone_watch::verdict::in_use:
    unsettled_ = 0;
    tell(trouble_in_use_, date);
    return nullptr;
  case zone_watch::verdict::unsettled:
    if (++unsettled_ == unsettled_for_long)
      tell(fmt::format("the time zones in {} are being changed, and nobody ends it; files named ….dpkg-new are left when a "
                       "package manager was interrupted",
                       folder_.string()),
           date);
    return nullptr;
  case zone_watch::verdict::settled:
    unsettled_ = 0;
    break;
  }
  auto files = read_zone_files(folder_);
  if (!files) {
    tell(files.error().message, date);
    return nullptr;
  }
  const auto before = rules();
  if (const auto refused = cannot_replace(*before, *files)) {
    tell(refused->message, date);
    return nullptr;
  }
  const auto differences = files->rules->differences(*before);
  use(std::move(*files), date);
  const auto after = rules();
  log_info("event=zone_rules_changed from={} to={} zones={} differ={}", before->version(), after->version(), after->size(), differences);
  return after;
}

} // namespace ringmaster
