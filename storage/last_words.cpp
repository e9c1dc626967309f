// SPDX-License-Identifier: Apache-2.0
#include "storage/last_words.hpp"

#include <fcntl.h>
#include <lmdb.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>

namespace ringmaster::storage {
namespace {

// What a handler may look at: plain bytes that are whole before their length says that they are there.
std::array<char, 4096> named_file;
std::atomic<std::size_t> named_file_size{0};
std::mutex naming;
std::atomic<int> databases{0};

constexpr std::array fatal_signals{SIGBUS, SIGSEGV, SIGFPE, SIGILL};
std::array<struct sigaction, fatal_signals.size()> former_actions;

/// A line that is put together without memory from the heap.
class last_line {
public:
  last_line& operator<<(std::string_view text) noexcept {
    const auto count = text.size() < bytes_.size() - size_ ? text.size() : bytes_.size() - size_;
    std::memcpy(bytes_.data() + size_, text.data(), count);
    size_ += count;
    return *this;
  }
  last_line& operator<<(unsigned number) noexcept {
    char digits[10];
    std::size_t at = sizeof digits;
    do
      digits[--at] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    return *this << std::string_view{digits + at, sizeof digits - at};
  }
  void write() const noexcept {
    for (std::size_t at = 0; at < size_;) {
      const auto put = ::write(STDERR_FILENO, bytes_.data() + at, size_ - at);
      if (put <= 0)
        return;
      at += static_cast<std::size_t>(put);
    }
  }

private:
  std::array<char, 4608> bytes_;
  std::size_t size_{0};
};

std::string_view file_in_use() noexcept { return {named_file.data(), named_file_size.load(std::memory_order_acquire)}; }

/// Whether an address lies where the file is mapped, by /proc/self/maps: lines of `from-to flags offset device inode path`.
bool is_mapped_from(std::uintptr_t address, std::string_view file) noexcept {
  const int fd = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  std::array<char, 8192> text;
  std::size_t size = 0;
  bool found = false;
  for (ssize_t got; !found && (got = ::read(fd, text.data() + size, text.size() - size)) > 0;) {
    size += static_cast<std::size_t>(got);
    std::string_view rest{text.data(), size};
    for (auto end = rest.find('\n'); !found && end != std::string_view::npos; end = rest.find('\n')) {
      const auto one = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      std::array<std::uintptr_t, 2> range{};
      std::size_t at = 0;
      for (auto& limit : range) {
        for (; at < one.size() && one[at] != '-' && one[at] != ' '; ++at)
          limit = limit << 4 | static_cast<std::uintptr_t>(one[at] <= '9' ? one[at] - '0' : one[at] - 'a' + 10);
        ++at;
      }
      found = address >= range[0] && address < range[1] && one.ends_with(file);
    }
    std::memmove(text.data(), rest.data(), rest.size());
    size = rest.size() == text.size() ? 0 : rest.size(); // a path longer than all this
  }
  ::close(fd);
  return found;
}

void on_fatal_signal(int signal, siginfo_t* info, void*) {
  if (const auto file = file_in_use(); !file.empty()) {
    last_line words;
    words << "ringmaster: ";
    if (is_mapped_from(reinterpret_cast<std::uintptr_t>(info->si_addr), file))
      words << file << " cannot be read any more (signal " << static_cast<unsigned>(signal)
            << "): it was cut short, it is damaged, or its disk failed\n";
    else
      words << "ended by signal " << static_cast<unsigned>(signal) << " while " << file
            << " was open: a fault of the program, or of that file; `ringmaster backup` and `restore` check it\n";
    words.write();
  }
  for (std::size_t i = 0; i < fatal_signals.size(); ++i)
    if (fatal_signals[i] == signal)
      ::sigaction(signal, &former_actions[i], nullptr);
  // The instruction that faulted runs again and meets what was there before us; a signal that somebody sent does not.
  if (info->si_code <= 0)
    ::raise(signal);
}

void say_assertion(MDB_env* env, const char* text) {
  const char* path = nullptr;
  if (mdb_env_get_path(env, &path) != 0 || !path)
    path = "the database";
  std::fprintf(stderr, "ringmaster: %s is damaged, and LMDB cannot go on: %s\n", path, text);
  std::abort();
}

} // namespace

void say_last_words() {
  struct sigaction ours {};
  ours.sa_sigaction = on_fatal_signal;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&ours.sa_mask);
  for (std::size_t i = 0; i < fatal_signals.size(); ++i)
    ::sigaction(fatal_signals[i], &ours, &former_actions[i]);
}

named_in_last_words::named_in_last_words(const std::filesystem::path& file) noexcept {
  const std::lock_guard hold{naming};
  ++databases;
  std::error_code unknown;
  auto whole = std::filesystem::weakly_canonical(file, unknown).string(); // as the kernel calls it
  if (unknown)
    whole = file.string();
  named_file_size.store(0, std::memory_order_release);
  const auto size = whole.size() < named_file.size() ? whole.size() : named_file.size();
  std::memcpy(named_file.data(), whole.data(), size);
  named_file_size.store(size, std::memory_order_release);
}

named_in_last_words::~named_in_last_words() {
  const std::lock_guard hold{naming};
  if (--databases == 0)
    named_file_size.store(0, std::memory_order_release);
}

void name_file_in_assertions(MDB_env* env) noexcept { mdb_env_set_assert(env, say_assertion); }

} // namespace ringmaster::storage
