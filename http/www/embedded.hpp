// SPDX-License-Identifier: Apache-2.0
/// Files that are part of the program; `cmake/EmbedFiles.cmake` puts them there.
#pragma once

#include <span>
#include <string_view>

namespace ringmaster::www {

struct embedded_file {
  std::string_view name;  ///< "wallboard/app.js": the page that it is part of, and its own
  std::string_view etag;  ///< of the content, with its quotes
  std::string_view bytes;
};

/// Everything in `page/` and `api/`, and what the browser needs of the packages that `packages/` names. Any thread.
[[nodiscard]] std::span<const embedded_file> embedded_files();

} // namespace ringmaster::www
