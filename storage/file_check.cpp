// SPDX-License-Identifier: Apache-2.0
#include "storage/file_check.hpp"

#include "storage/checksum.hpp"
#include "storage/keys.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace ringmaster::storage {
namespace {

constexpr std::uint32_t lmdb_magic = 0xBEEFC0DE;
constexpr std::uint32_t data_version = 1;
constexpr std::size_t header_size = 16, node_header_size = 8, db_size = 48, meta_size = header_size + 136;
constexpr std::uint16_t branch_page = 0x01, leaf_page = 0x02, overflow_page = 0x04, meta_page = 0x08;
constexpr std::uint16_t big_data = 0x01, sub_data = 0x02;
constexpr std::uint16_t integer_keys = 0x08;
constexpr std::uint64_t no_page = ~std::uint64_t{0};
constexpr unsigned deepest = 31; // LMDB's own limit of a cursor's stack, counted from 0

template <class T>
T read_at(const char* bytes, std::size_t offset) noexcept {
  T value;
  std::memcpy(&value, bytes + offset, sizeof value);
  return value;
}

class descriptor {
public:
  /// NONBLOCK: a FIFO in the file's place would wait for its other end.
  explicit descriptor(const std::filesystem::path& file) noexcept
      : fd_{::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)} {}
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

private:
  int fd_;
};

/// What a meta page or a table's row says of a tree.
struct tree {
  std::uint16_t flags{0}, depth{0};
  std::uint64_t entries{0}, root{no_page};

  static tree read(const char* db) {
    return {read_at<std::uint16_t>(db, 4), read_at<std::uint16_t>(db, 6), read_at<std::uint64_t>(db, 32),
            read_at<std::uint64_t>(db, 40)};
  }
};

struct meta {
  std::uint32_t page_size{0};
  tree free, main;
  std::uint64_t last_page{0}, txnid{0};
};

class file_reader {
public:
  explicit file_reader(const std::filesystem::path& file) : file_{file}, in_{file} {}

  [[nodiscard]] error wrong(std::string_view what) const {
    return {errc::storage_failed, fmt::format("{} {}; it was left as it is", file_.string(), what), {}};
  }

  result<file_state> look(meta& newest) {
    if (in_.get() < 0) {
      if (errno == ENOENT)
        return file_state::missing;
      return wrong(fmt::format("cannot be opened: {}", std::strerror(errno)));
    }
    struct stat status {};
    if (::fstat(in_.get(), &status) != 0)
      return wrong(fmt::format("cannot be read: {}", std::strerror(errno)));
    if (!S_ISREG(status.st_mode))
      return wrong("is not a regular file");
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (size_ == 0)
      return file_state::missing;

    std::vector<char> head(meta_size);
    if (!read(head.data(), head.size(), 0))
      return wrong("is not a database: it is too short");
    const auto first = read_meta(head.data());
    if (!first)
      return wrong("is not a database");
    if (!read(head.data(), head.size(), first->page_size))
      return wrong("is a database that was cut short");
    const auto second = read_meta(head.data());
    if (!second || second->page_size != first->page_size)
      return wrong("is a damaged database: its second page is none");
    // Commits write the two in turns. Where they do not follow each other one is damaged, and an old commit may be taken
    // for the newest.
    const bool fresh = first->txnid == 0 && second->txnid == 0;
    const bool in_turns = first->txnid % 2 == 0 && second->txnid % 2 == 1 &&
                          (first->txnid + 1 == second->txnid || second->txnid + 1 == first->txnid);
    if (!fresh && !in_turns)
      return wrong("is a damaged database: its first two pages do not belong together");
    newest = second->txnid > first->txnid ? *second : *first;
    page_size_ = newest.page_size;
    return file_state::sound;
  }

  [[nodiscard]] bool begins_well() const {
    struct stat status {};
    std::vector<char> head(meta_size);
    return in_.get() >= 0 && ::fstat(in_.get(), &status) == 0 && S_ISREG(status.st_mode) &&
           read(head.data(), head.size(), 0) && read_meta(head.data());
  }

  [[nodiscard]] bool is_short(const meta& m) const noexcept { return pages() <= m.last_page; }
  [[nodiscard]] std::uint64_t pages() const noexcept { return size_ / page_size_; }
  [[nodiscard]] std::uint32_t page_size() const noexcept { return page_size_; }

  [[nodiscard]] error damaged(std::uint64_t page) const {
    return wrong(fmt::format("is damaged or cut short: page {} cannot be read", page));
  }

  /// From any thread.
  bool read(char* to, std::size_t count, std::uint64_t offset) const noexcept {
    while (count > 0) {
      const auto got = ::pread(in_.get(), to, count, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return false;
      to += got;
      count -= static_cast<std::size_t>(got);
      offset += static_cast<std::uint64_t>(got);
    }
    return true;
  }

private:
  static std::optional<meta> read_meta(const char* page) {
    if (!(read_at<std::uint16_t>(page, 10) & meta_page) || read_at<std::uint32_t>(page, 16) != lmdb_magic ||
        read_at<std::uint32_t>(page, 20) != data_version)
      return std::nullopt;
    constexpr std::size_t free_db = header_size + 24, main_db = free_db + db_size, tail = main_db + db_size;
    meta m{read_at<std::uint32_t>(page, free_db), tree::read(page + free_db), tree::read(page + main_db),
           read_at<std::uint64_t>(page, tail), read_at<std::uint64_t>(page, tail + 8)};
    const auto power_of_two = m.page_size != 0 && (m.page_size & (m.page_size - 1)) == 0;
    if (!power_of_two || m.page_size < 512 || m.page_size > 65536)
      return std::nullopt;
    return m;
  }

  std::filesystem::path file_;
  descriptor in_;
  std::uint64_t size_{0};
  std::uint32_t page_size_{0};
};

// --- the walk -----------------------------------------------------------------------------------------------

/// Whose pages they are: LMDB's list of free pages, its list of tables, or a table's.
struct walked_tree {
  enum class kind : std::uint8_t { free_pages, list_of_tables, rows } what{kind::rows};
  tree db;
  std::string name;           ///< of a table
  std::optional<table> sealed; ///< its rows have a check
  std::atomic<std::uint64_t> entries{0};
};

/// A page and all below it, and between which keys its own must lie; an end that is not there is open.
struct subtree {
  walked_tree* of{nullptr};
  std::uint64_t page{0};
  unsigned level{0};
  std::optional<std::string> from, before;
};

/// Every page in use, each once: that it is where it belongs, that its keys are in order and its rows are what was
/// written. Several threads share the large tables; none of them needs more than the pages on its way down.
class page_walk {
public:
  page_walk(const file_reader& in, const meta& m) : in_{in}, meta_{m}, used_((in.pages() + 63) / 64) {
    claim(0, 2); // the meta pages
  }

  result<void> run() {
    if (meta_.free.flags != integer_keys || meta_.main.flags != 0)
      return in_.damaged(meta_.txnid % 2);
    auto& free = trees_.emplace_back();
    free.what = walked_tree::kind::free_pages;
    free.db = meta_.free;
    auto& main = trees_.emplace_back();
    main.what = walked_tree::kind::list_of_tables;
    main.db = meta_.main;
    for (auto* one : {&free, &main})
      if (auto done = alone(*one); !done)
        return done;
    if (auto known = find_format(); !known || !*known)
      return known ? result<void>{} : known.error(); // not ours, or newer: others say so
    for (auto& one : trees_)
      if (one.what == walked_tree::kind::rows && one.entries == 0)
        if (auto done = plan(one); !done)
          return done;
    if (auto done = work_off(); !done)
      return done;
    for (const auto& one : trees_)
      if (one.what == walked_tree::kind::rows && one.entries != one.db.entries)
        return in_.wrong(fmt::format("is damaged: the table {} has {} rows, and {} are to be found", one.name,
                                     one.db.entries, one.entries.load()));
    return check_free_pages();
  }

private:
  static constexpr unsigned split_level = 2; ///< subtrees below are small enough to be shared out

  /// What a thread works with.
  struct bench {
    std::array<std::vector<char>, deepest + 1> pages;
    std::vector<char> large;
  };

  struct node {
    std::uint64_t low, high;
    std::uint16_t flags;
    std::string_view key;
    std::size_t data; ///< offset in the page
    [[nodiscard]] std::uint64_t child() const noexcept { return low | high << 16 | static_cast<std::uint64_t>(flags) << 32; }
    [[nodiscard]] std::uint64_t size() const noexcept { return low | high << 16; }
  };

  /// False when one of them is taken already: two parents would have it, or it would be in use and free at once.
  bool claim(std::uint64_t page, std::uint64_t count) {
    bool fresh = true;
    for (; count > 0; --count, ++page)
      if (page / 64 < used_.size()) {
        const auto bit = std::uint64_t{1} << page % 64;
        fresh = (used_[page / 64].fetch_or(bit, std::memory_order_relaxed) & bit) == 0 && fresh;
      }
    return fresh;
  }

  /// A small tree, at once.
  result<void> alone(walked_tree& one) {
    if (one.db.root != no_page)
      if (auto done = walk({&one, one.db.root, 0, {}, {}}, own_); !done)
        return done;
    if (one.entries != one.db.entries)
      return in_.damaged(one.db.root == no_page ? 0 : one.db.root);
    return {};
  }

  /// Ours have the format in a row of `meta`; false when there is none that this program knows. All tables must be there:
  /// one that is not would be made, and empty.
  result<bool> find_format() {
    std::array<walked_tree*, table_count> ours{};
    for (auto& one : trees_)
      for (std::size_t i = 0; i < table_count; ++i)
        if (one.name == table_name(static_cast<table>(i)))
          ours[i] = &one;
    auto* const head = ours[static_cast<std::size_t>(table::meta)];
    if (!head)
      return false;
    if (head->db.flags != 0)
      return in_.wrong("is damaged: what it says of the table meta cannot be");
    if (auto done = alone(*head); !done)
      return done.error();
    const auto known = read_format_text(format_);
    if (!known)
      return false;
    const auto there = std::max(tables_, *known == format_kind::plain ? tables_of_plain_files : tables_before_they_were_counted);
    for (std::size_t i = 0; i < table_count; ++i) {
      if (!ours[i]) {
        if (i >= there)
          continue;
        return in_.wrong(fmt::format("is damaged: the table {} is missing", table_name(static_cast<table>(i))));
      }
      if (*known == format_kind::sealed && is_sealed(static_cast<table>(i)))
        ours[i]->sealed = static_cast<table>(i);
    }
    return true;
  }

  result<void> plan(walked_tree& one) {
    if (one.db.flags != 0 || (one.db.root == no_page) != (one.db.entries == 0))
      return in_.wrong(fmt::format("is damaged: what it says of the table {} cannot be", one.name));
    if (one.db.root == no_page)
      return {};
    share_ = true;
    auto done = walk({&one, one.db.root, 0, {}, {}}, own_);
    share_ = false;
    return done;
  }

  result<void> work_off() {
    constexpr std::size_t worth_a_thread = 64;
    const auto most = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
    std::vector<std::thread> helpers;
    for (std::size_t i = 1; i < std::min(most, shared_.size() / worth_a_thread); ++i)
      helpers.emplace_back([this] {
        bench own;
        take_some(own);
      });
    take_some(own_);
    for (auto& one : helpers)
      one.join();
    if (failed_)
      return *failed_;
    return {};
  }

  void take_some(bench& at) {
    for (std::size_t i; !over_ && (i = next_.fetch_add(1)) < shared_.size();)
      if (auto done = walk(shared_[i], at); !done) {
        const std::lock_guard hold{guard_};
        over_ = true;
        if (!failed_)
          failed_ = done.error();
      }
  }

  result<void> walk(const subtree& what, bench& at) {
    const auto number = what.page;
    auto& page = at.pages[what.level];
    page.resize(in_.page_size());
    const unsigned last_level = what.of->db.depth - 1u;
    if (what.of->db.depth == 0 || what.level > last_level || last_level > deepest || number > meta_.last_page ||
        !claim(number, 1) || !in_.read(page.data(), page.size(), number * in_.page_size()))
      return in_.damaged(number);
    const auto flags = read_at<std::uint16_t>(page.data(), 10);
    const auto lower = read_at<std::uint16_t>(page.data(), 12);
    const auto upper = read_at<std::uint16_t>(page.data(), 14);
    const bool leaf = what.level == last_level;
    if (read_at<std::uint64_t>(page.data(), 0) != number || flags != (leaf ? leaf_page : branch_page) ||
        lower < header_size || lower % 2 != 0 || lower > upper || upper > in_.page_size())
      return in_.damaged(number);
    const std::size_t count = (lower - header_size) / 2u;
    // LMDB takes for granted that a branch has two children.
    if (!leaf && count < (what.of->what == walked_tree::kind::free_pages ? 1u : 2u))
      return in_.damaged(number);
    std::size_t taken = 0;
    std::optional<node> previous;
    std::optional<std::string_view> previous_key; // the first one of a branch is none
    for (std::size_t i = 0; i < count; ++i) {
      const auto one = read_node(page, read_at<std::uint16_t>(page.data(), header_size + 2 * i), upper, leaf, taken);
      const bool has_key = leaf || i > 0;
      if (!one || (has_key && !fits(what, previous_key, one->key)))
        return in_.damaged(number);
      if (has_key)
        previous_key = one->key;
      if (leaf) {
        if (auto done = take_row(*what.of, page, *one, at, number); !done)
          return done;
      } else if (previous) {
        if (auto done = descend(what, *previous, one->key, i == 1, at); !done)
          return done;
      }
      previous = one;
    }
    if (taken > in_.page_size() - upper) // two would share bytes
      return in_.damaged(number);
    if (leaf)
      what.of->entries.fetch_add(count, std::memory_order_relaxed);
    else
      return descend(what, *previous, {}, count == 1, at);
    return {};
  }

  [[nodiscard]] std::optional<node> read_node(const std::vector<char>& page, std::size_t at, std::size_t upper, bool leaf,
                                              std::size_t& taken) const {
    if (at < upper || at + node_header_size > page.size())
      return std::nullopt;
    const auto key_size = read_at<std::uint16_t>(page.data(), at + 6);
    node one{read_at<std::uint16_t>(page.data(), at), read_at<std::uint16_t>(page.data(), at + 2),
             read_at<std::uint16_t>(page.data(), at + 4), {}, at + node_header_size + key_size};
    if (one.data > page.size())
      return std::nullopt;
    one.key = {page.data() + at + node_header_size, key_size};
    const auto data = !leaf ? 0 : one.flags & big_data ? 8 : one.size();
    if (leaf && (data > page.size() - one.data || (one.flags & ~(big_data | sub_data)) != 0)) // no table has duplicates
      return std::nullopt;
    taken += (node_header_size + key_size + data + 1) & ~std::size_t{1};
    return one;
  }

  /// Whether a key comes after the one before, and lies where the page's parent says.
  [[nodiscard]] static bool fits(const subtree& what, const std::optional<std::string_view>& previous, std::string_view key) {
    const bool numbers = what.of->what == walked_tree::kind::free_pages;
    if (numbers ? key.size() != 8 : key.empty() || key.size() > 511)
      return false;
    const auto less = [numbers](std::string_view a, std::string_view b) {
      return numbers ? read_at<std::uint64_t>(a.data(), 0) < read_at<std::uint64_t>(b.data(), 0) : a < b;
    };
    return !(what.from && less(key, *what.from)) && !(what.before && !less(key, *what.before)) &&
           !(previous && !less(*previous, key));
  }

  result<void> descend(const subtree& parent, const node& to, std::optional<std::string_view> next, bool first, bench& at) {
    subtree child{parent.of, to.child(), parent.level + 1, {}, {}};
    if (first)
      child.from = parent.from;
    else
      child.from.emplace(to.key);
    if (next)
      child.before.emplace(*next);
    else
      child.before = parent.before;
    if (share_ && child.level == split_level) {
      shared_.push_back(std::move(child));
      return {};
    }
    return walk(child, at);
  }

  result<void> take_row(walked_tree& of, const std::vector<char>& page, const node& one, bench& at, std::uint64_t number) {
    const bool is_table = (one.flags & sub_data) != 0;
    if (is_table != (of.what == walked_tree::kind::list_of_tables) || (is_table && one.flags != sub_data)) {
      // The database of another program may have rows there; others say that it is not ours.
      return of.what == walked_tree::kind::list_of_tables && !is_table ? result<void>{} : in_.damaged(number);
    }
    std::string_view value{page.data() + one.data, one.flags & big_data ? std::size_t{0} : one.size()};
    if (one.flags & big_data) {
      if (auto done = read_large(read_at<std::uint64_t>(page.data(), one.data), one.size(), at.large); !done)
        return done;
      value = {at.large.data() + header_size, one.size()};
    }
    if (is_table) {
      if (value.size() != db_size)
        return in_.damaged(number);
      auto& found = trees_.emplace_back();
      found.db = tree::read(value.data());
      found.name = one.key;
      return {};
    }
    if (of.what == walked_tree::kind::free_pages)
      return take_free_pages(value, number);
    if (of.name == table_name(table::meta) && one.key == format_key)
      format_ = value;
    if (of.name == table_name(table::meta) && one.key == tables_key)
      std::from_chars(value.data(), value.data() + value.size(), tables_);
    if (of.sealed && !take_row_check(*of.sealed, one.key, value))
      return in_.wrong(fmt::format("is damaged: a row of the table {} on page {} is not what was written", of.name, number));
    return {};
  }

  result<void> read_large(std::uint64_t number, std::uint64_t size, std::vector<char>& to) {
    const auto pages = (header_size - 1 + size) / in_.page_size() + 1;
    if (number > meta_.last_page || pages > meta_.last_page + 1 - number || number + pages > in_.pages() ||
        !claim(number, pages))
      return in_.damaged(number);
    to.resize(header_size + size);
    if (!in_.read(to.data(), to.size(), number * in_.page_size()) || read_at<std::uint64_t>(to.data(), 0) != number ||
        read_at<std::uint16_t>(to.data(), 10) != overflow_page || read_at<std::uint32_t>(to.data(), 12) != pages)
      return in_.damaged(number);
    return {};
  }

  /// A row of LMDB's list: how many, and then the pages, the highest first.
  result<void> take_free_pages(std::string_view value, std::uint64_t number) {
    if (value.size() < 8 || value.size() % 8 != 0)
      return in_.damaged(number);
    const auto count = read_at<std::uint64_t>(value.data(), 0);
    if (count > value.size() / 8 - 1)
      return in_.damaged(number);
    auto above = meta_.last_page + 1;
    for (std::uint64_t i = 1; i <= count; ++i) {
      const auto page = read_at<std::uint64_t>(value.data(), 8 * i);
      if (page >= above)
        return in_.damaged(number);
      free_.push_back(above = page);
    }
    return {};
  }

  /// None is in use, or free twice: LMDB would write over what is needed.
  result<void> check_free_pages() {
    auto highest = in_.pages();
    for (const auto page : free_) {
      highest = std::max(highest, page + 1);
      if (!claim(page, 1))
        return in_.wrong(fmt::format("is damaged: page {} is free, and in use", page));
    }
    // LMDB leaves free pages at the end unwritten, and forgets some; a number from nowhere would make the file as long.
    constexpr std::uint64_t forgotten = 4096;
    if (meta_.last_page >= highest + forgotten)
      return in_.wrong("is damaged or cut short: it says that it has many more pages");
    return {};
  }

  const file_reader& in_;
  const meta meta_;
  std::vector<std::atomic<std::uint64_t>> used_; ///< a bit for each page of the file
  std::deque<walked_tree> trees_;
  std::vector<std::uint64_t> free_;
  std::string format_;
  std::size_t tables_{0}; ///< so many it says that it has; 0: nothing
  bench own_;
  bool share_{false};
  std::vector<subtree> shared_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> over_{false};
  std::mutex guard_; // of what follows
  std::optional<error> failed_;
};

} // namespace

bool looks_like_database(const std::filesystem::path& file) { return file_reader{file}.begins_well(); }

result<file_state> check_file(const std::filesystem::path& file) {
  file_reader reader{file};
  meta newest{};
  auto state = reader.look(newest);
  if (state && *state == file_state::sound && reader.is_short(newest))
    if (auto all = page_walk{reader, newest}.run(); !all)
      return all.error();
  return state;
}

result<file_state> check_pages(const std::filesystem::path& file) {
  file_reader reader{file};
  meta newest{};
  auto state = reader.look(newest);
  if (state && *state == file_state::sound)
    if (auto all = page_walk{reader, newest}.run(); !all)
      return all.error();
  return state;
}

} // namespace ringmaster::storage
