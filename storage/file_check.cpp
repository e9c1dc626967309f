#include "storage/file_check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace ringmaster::storage {
namespace {

constexpr std::uint32_t magic = 0xBEEFC0DE;
constexpr std::uint32_t data_version = 1;
constexpr std::size_t header_size = 16, node_header_size = 8, db_size = 48, meta_size = header_size + 136;
constexpr std::uint16_t branch_page = 0x01, leaf_page = 0x02, overflow_page = 0x04, meta_page = 0x08;
constexpr std::uint16_t big_data = 0x01, sub_data = 0x02, dup_data = 0x04;
constexpr std::uint64_t no_page = ~std::uint64_t{0};
constexpr unsigned deepest = 32; // LMDB's own limit of a cursor's stack

template <class T>
T read_at(const char* bytes, std::size_t offset) noexcept {
  T value;
  std::memcpy(&value, bytes + offset, sizeof value);
  return value;
}

class descriptor {
public:
  explicit descriptor(const std::filesystem::path& file) noexcept : fd_{::open(file.c_str(), O_RDONLY | O_CLOEXEC)} {}
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

struct meta {
  std::uint32_t page_size;
  std::uint64_t free_root, main_root, last_page, txnid;
};

class file_reader {
public:
  explicit file_reader(const std::filesystem::path& file) : file_{file}, in_{file} {}

  error wrong(std::string_view what) const {
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
    newest = second->txnid > first->txnid ? *second : *first;
    page_size_ = newest.page_size;
    return file_state::sound;
  }

  [[nodiscard]] bool is_short(const meta& m) const noexcept { return size_ < (m.last_page + 1) * m.page_size; }

  result<void> walk(const meta& m) {
    last_page_ = m.last_page;
    if (auto done = walk_page(m.free_root, 0); !done)
      return done;
    return walk_page(m.main_root, 0);
  }

private:
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

  static std::optional<meta> read_meta(const char* page) {
    if (!(read_at<std::uint16_t>(page, 10) & meta_page) || read_at<std::uint32_t>(page, 16) != magic ||
        read_at<std::uint32_t>(page, 20) != data_version)
      return std::nullopt;
    constexpr std::size_t free_db = header_size + 24, main_db = free_db + db_size, tail = main_db + db_size;
    meta m{read_at<std::uint32_t>(page, free_db), read_at<std::uint64_t>(page, free_db + 40),
           read_at<std::uint64_t>(page, main_db + 40), read_at<std::uint64_t>(page, tail),
           read_at<std::uint64_t>(page, tail + 8)};
    const auto power_of_two = m.page_size != 0 && (m.page_size & (m.page_size - 1)) == 0;
    if (!power_of_two || m.page_size < 512 || m.page_size > 65536)
      return std::nullopt;
    return m;
  }

  error damaged(std::uint64_t page) const {
    return wrong(fmt::format("is damaged or cut short: page {} cannot be read", page));
  }

  result<void> walk_page(std::uint64_t number, unsigned depth) {
    if (number == no_page)
      return {};
    std::vector<char> page(page_size_);
    if (depth > deepest || number > last_page_ || !read(page.data(), page.size(), number * page_size_))
      return damaged(number);
    const auto flags = read_at<std::uint16_t>(page.data(), 10);
    const auto lower = read_at<std::uint16_t>(page.data(), 12);
    const auto upper = read_at<std::uint16_t>(page.data(), 14);
    if (read_at<std::uint64_t>(page.data(), 0) != number || !(flags & (branch_page | leaf_page)) ||
        lower < header_size || lower > upper || upper > page_size_)
      return damaged(number);
    for (std::size_t slot = header_size; slot + 2 <= lower; slot += 2) {
      const std::size_t at = read_at<std::uint16_t>(page.data(), slot);
      if (at < upper || at + node_header_size > page_size_)
        return damaged(number);
      if (auto done = walk_node(page, at, (flags & branch_page) != 0, number, depth); !done)
        return done;
    }
    return {};
  }

  result<void> walk_node(const std::vector<char>& page, std::size_t at, bool branch, std::uint64_t number,
                         unsigned depth) {
    const std::uint64_t low = read_at<std::uint16_t>(page.data(), at);
    const std::uint64_t high = read_at<std::uint16_t>(page.data(), at + 2);
    const auto flags = read_at<std::uint16_t>(page.data(), at + 4);
    const std::size_t data = at + node_header_size + read_at<std::uint16_t>(page.data(), at + 6);
    if (data > page_size_)
      return damaged(number);
    if (branch)
      return walk_page(low | high << 16 | static_cast<std::uint64_t>(flags) << 32, depth + 1);
    const auto size = low | high << 16;
    if (flags & dup_data) // no table of ours has duplicates
      return damaged(number);
    if (flags & big_data)
      return data + 8 > page_size_ ? damaged(number)
                                   : walk_overflow(read_at<std::uint64_t>(page.data(), data), size);
    if (data + size > page_size_)
      return damaged(number);
    if (flags & sub_data)
      return size != db_size ? damaged(number) : walk_page(read_at<std::uint64_t>(page.data(), data + 40), depth + 1);
    return {};
  }

  result<void> walk_overflow(std::uint64_t number, std::uint64_t size) const {
    const auto pages = (header_size - 1 + size) / page_size_ + 1;
    char head[header_size];
    if (number > last_page_ || number + pages > last_page_ + 1 || (number + pages) * page_size_ > size_ ||
        !read(head, sizeof head, number * page_size_) || !(read_at<std::uint16_t>(head, 10) & overflow_page))
      return damaged(number);
    return {};
  }

  std::filesystem::path file_;
  descriptor in_;
  std::uint64_t size_{0}, last_page_{0};
  std::uint32_t page_size_{0};
};

} // namespace

result<file_state> check_file(const std::filesystem::path& file) {
  file_reader reader{file};
  meta newest{};
  auto state = reader.look(newest);
  if (state && *state == file_state::sound && reader.is_short(newest))
    if (auto all = reader.walk(newest); !all)
      return all.error();
  return state;
}

result<void> check_pages(const std::filesystem::path& file) {
  file_reader reader{file};
  meta newest{};
  const auto state = reader.look(newest);
  if (!state)
    return state.error();
  if (*state == file_state::missing)
    return reader.wrong("is missing or empty");
  return reader.walk(newest);
}

} // namespace ringmaster::storage
