# SPDX-License-Identifier: Apache-2.0
# cmake -D OUTPUT=x.cpp -D HEADER=x.hpp -D "FILES=name=path|name=path" -P EmbedFiles.cmake
# Writes the files as arrays, and a table of them: `std::span<const embedded_file> embedded_files()`, declared in HEADER
# with its namespace. ETags are of the contents, so that they change when these do and not with each build.
string(REPLACE "|" ";" FILES "${FILES}")
set(arrays "")
set(rows "")
set(count 0)
foreach(entry IN LISTS FILES)
  string(REGEX MATCH "^([^=]+)=(.+)$" _ "${entry}")
  set(name ${CMAKE_MATCH_1})
  set(path ${CMAKE_MATCH_2})
  file(READ ${path} hex HEX)
  file(SHA256 ${path} hash)
  string(SUBSTRING ${hash} 0 32 hash)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND arrays "constexpr unsigned char file_${count}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${name}\", \"\\\"${hash}\\\"\", {reinterpret_cast<const char*>(file_${count}), sizeof file_${count}}},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made by cmake/EmbedFiles.cmake.\n#include \"${HEADER}\"\n\nnamespace ringmaster::www {\nnamespace {\n${arrays}} // namespace\n\n"
     "std::span<const embedded_file> embedded_files() {\n  static const embedded_file all[] = {\n${rows}  };\n  return all;\n}\n\n} // namespace ringmaster::www\n")
