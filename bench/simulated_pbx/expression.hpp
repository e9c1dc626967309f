// SPDX-License-Identifier: Apache-2.0
/// A POSIX expression, which is what Asterisk takes for channels' names and in event filters.
#pragma once

#include <regex.h>

#include <string>

namespace ringmaster::sim {

class expression {
public:
  explicit expression(const std::string& text)
      : valid_{regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) == 0} {}
  ~expression() {
    if (valid_)
      regfree(&compiled_);
  }
  expression(const expression&) = delete;
  expression& operator=(const expression&) = delete;

  [[nodiscard]] bool valid() const noexcept { return valid_; }
  [[nodiscard]] bool matches(const std::string& text) const {
    return valid_ && regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }

private:
  regex_t compiled_{};
  bool valid_;
};

} // namespace ringmaster::sim
