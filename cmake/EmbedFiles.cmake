# SPDX-License-Identifier: Apache-2.0
# cmake -D OUTPUT=x.cpp -D HEADER=x.hpp -D "FILES=name=path|name=path" -P EmbedFiles.cmake
# Has the assembler take the files in, and writes a table of them: `std::span<const embedded_file> embedded_files()`, declared
# in HEADER with its namespace. ETags are of the contents, so that they change when these do and not with each build.
string(REPLACE "|" ";" FILES "${FILES}")
set(labels "")
set(names "")
set(rows "")
set(count 0)
foreach(entry IN LISTS FILES)
  string(REGEX MATCH "^([^=]+)=(.+)$" _ "${entry}")
  set(name ${CMAKE_MATCH_1})
  set(path ${CMAKE_MATCH_2})
  file(SIZE ${path} size)
  file(SHA256 ${path} hash)
  string(SUBSTRING ${hash} 0 32 hash)
  string(APPEND labels "    \"ringmaster_file_${count}: .incbin \\\"${path}\\\"\\n\"\n")
  string(APPEND names "extern \"C\" const char ringmaster_file_${count}[];\n")
  string(APPEND rows "    {\"${name}\", \"\\\"${hash}\\\"\", {ringmaster_file_${count}, ${size}}},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made by cmake/EmbedFiles.cmake.\n#include \"${HEADER}\"\n\n"
     "asm(\".pushsection .rodata\\n\"\n${labels}    \".popsection\");\n${names}\n"
     "namespace ringmaster::www {\n\n"
     "std::span<const embedded_file> embedded_files() {\n  static const embedded_file all[] = {\n${rows}  };\n  return all;\n}\n\n} // namespace ringmaster::www\n")
