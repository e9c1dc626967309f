// SPDX-License-Identifier: Apache-2.0
/// What became of calls and could not be written to the database: it waits in a file beside it.
///
/// Operation. A database or disk that is full refuses the end of a call as it refuses everything else, and a process that
/// forgets such an end calls somebody again who has answered. So the end is noted here, and the next start reads the file
/// before anything is dialed. `ends.waiting` lies in the data folder, where nobody but us chooses names:
///
///     file       := "RMWAIT1\n" generation:8 record*     then zeros
///     record     := length:u32 check:8 note              in host byte order, as the database
///     note       := record of call_note_fields
///     check      := the first 8 bytes of the SHA-256 of generation, the check before (none: zeros), note
///
/// One MiB is written when the file is made, and stays: on a full disk there is room for some thousand notes. A record
/// that is not whole ends the file, and the next one is written over it. To empty the file is to give it another
/// generation, which no old record fits. A transaction that writes some of what waits to the database writes down there how
/// many of the file's notes it has now (`settle`): a process that ends before it has emptied the file counts nothing twice.
///
/// Threads: one at a time. Errors: `storage_full`, `storage_failed`; after one nothing was noted.
#pragma once

#include "protocol/fields.hpp"
#include "storage/abandonment.hpp"
#include "storage/dialing.hpp"
#include "storage/environment.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ringmaster::storage {

/// One thing that became of a call.
struct call_note {
  enum kind : std::int64_t { answered = 1, ended = 2, counted = 3 };
  std::int64_t what{0};
  uuid call;
  maybe_time at;
  // of an answer and of an end, as in `dialing_progress` and `call_outcome`
  std::int64_t status{0}, res_dial{0}, res_hangup{0};
  text channel, res_dial_detail, res_hangup_detail;
  bool try_unused{false}, number_unknown{false};
  // of an answer whose fate is known, as in `counted_answer`
  uuid campaign;
  std::int64_t day{0};
  bool abandoned{false};
  bool operator==(const call_note&) const = default;
};

inline constexpr auto call_note_fields = field_table{
    field{1, "what", &call_note::what, access::read_only, "1 answered, 2 ended, 3 counted."},
    field{2, "call", &call_note::call, access::read_only, "Dialing uuid."},
    field{3, "at", &call_note::at, access::read_only, "When it happened."},
    field{4, "status", &call_note::status, access::read_only, "Status of the dialing."},
    field{5, "res_dial", &call_note::res_dial, access::read_only, "Result of the dialing."},
    field{6, "res_hangup", &call_note::res_hangup, access::read_only, "Cause of the hangup."},
    field{7, "channel", &call_note::channel, access::read_only, "Name of the channel."},
    field{8, "res_dial_detail", &call_note::res_dial_detail, access::read_only, "Result in words."},
    field{9, "res_hangup_detail", &call_note::res_hangup_detail, access::read_only, "Cause in words."},
    field{10, "try_unused", &call_note::try_unused, access::read_only, "The entry gets its try back."},
    field{11, "campaign", &call_note::campaign, access::read_only, "Campaign uuid."},
    field{12, "day", &call_note::day, access::read_only, "Day of the live answer."},
    field{13, "abandoned", &call_note::abandoned, access::read_only, "No agent took it in time."},
    field{14, "number_unknown", &call_note::number_unknown, access::read_only, "There is no such number."}};

[[nodiscard]] call_note note_of(const uuid& call, const dialing_progress& progress, time_point at);
[[nodiscard]] call_note note_of(const uuid& call, const call_outcome& outcome, time_point at);
[[nodiscard]] call_note note_of(const counted_answer& answer, time_point at);
/// Writes it to the database; a call that is over already has nothing to be told.
[[nodiscard]] result<void> apply(write_txn& in, const call_note& note);

class waiting_notes {
public:
  /// Opens the file, or makes it (mode 0600). `storage_failed` when it cannot be read or is not ours.
  [[nodiscard]] static result<waiting_notes> open(const std::filesystem::path& data_dir);
  waiting_notes(waiting_notes&& other) noexcept;
  waiting_notes& operator=(waiting_notes&& other) noexcept;
  ~waiting_notes();

  /// What the last process left.
  [[nodiscard]] const std::vector<call_note>& found() const noexcept { return found_; }
  /// On disk when it returns.
  [[nodiscard]] result<void> append(std::span<const call_note> notes);
  /// To be called in a transaction that writes what waits to the database: it has the first `count` notes of the file then.
  [[nodiscard]] result<void> settle(write_txn& in, std::size_t count) const;
  /// So many of the file's first notes are in the database.
  [[nodiscard]] result<std::size_t> settled(const txn& in) const;
  /// Empties the file, when all of them are.
  [[nodiscard]] result<void> clear();

private:
  using check = std::array<char, 8>;
  waiting_notes() = default;
  result<void> read();
  result<void> begin_anew();
  [[nodiscard]] check check_of(std::string_view note) const;
  [[nodiscard]] error failed(std::string_view doing) const;

  std::string name_;
  int fd_{-1};
  check generation_{}, last_{};
  std::size_t end_{0};  ///< where the next record goes
  bool settled_{false}; ///< what is in the file is in the database as well: it must be emptied before anything is added
  std::vector<call_note> found_;
};

} // namespace ringmaster::storage
