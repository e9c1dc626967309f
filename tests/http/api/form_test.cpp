// SPDX-License-Identifier: Apache-2.0
#include "http/api/form.hpp"

#include <gtest/gtest.h>

namespace ringmaster::form_tests {
namespace {

using api::form_part;
using api::read_form;

constexpr std::string_view urlencoded = "application/x-www-form-urlencoded";

/// "a=1|b=2": names and texts, in their order; an error as its code.
std::string said(std::string_view type, std::string_view body) {
  const auto read = read_form(type, body);
  if (!read)
    return read.error().code == errc::unsupported_media ? "unsupported" : read.error().code == errc::too_large ? "too large" : "malformed";
  std::string all;
  for (const auto& part : *read)
    all.append(all.empty() ? "" : "|").append(part.name).append("=").append(part.text);
  return all;
}

std::string part(std::string_view disposition, std::string_view content, std::string_view further = {}) {
  return std::string{"--xyz\r\nContent-Disposition: "}
      .append(disposition)
      .append("\r\n")
      .append(further)
      .append("\r\n")
      .append(content)
      .append("\r\n");
}
const std::string end = "--xyz--\r\n";
std::string multipart(const std::string& body) { return said("multipart/form-data; boundary=xyz", body); }

TEST(forms, urlencoded_are_read_as_browsers_write_them) {
  EXPECT_EQ(said(urlencoded, "a=1&b=two+words&c=%C3%A4%26"), "a=1|b=two words|c=\u00e4&");
  EXPECT_EQ(said("Application/X-WWW-Form-Urlencoded; charset=UTF-8", "a=1"), "a=1");
  EXPECT_EQ(said(urlencoded, "a&b=&=c&&a=2"), "a=|b=|=c|a=2");
  EXPECT_EQ(said(urlencoded, "text=one%0D%0Atwo%09three"), "text=one\r\ntwo\tthree");
  EXPECT_EQ(said(urlencoded, "\u00e4=\u00f6"), "\u00e4=\u00f6") << "not escaped, as many programs send it";
  EXPECT_EQ(said(urlencoded, ""), "");
}

TEST(forms, urlencoded_that_mean_nothing_are_refused) {
  for (const std::string_view body : {"a=%", "a=%4", "a=%G0", "a=%00", "a=%FF", "a%0A=1", "a=%7F", "a=\xff"})
    EXPECT_EQ(said(urlencoded, body), "malformed") << body;
  EXPECT_EQ(said(urlencoded, std::string_view{"a=\0b", 4}), "malformed");
  EXPECT_EQ(said(urlencoded, "a=b\n"), "a=b\n");
  EXPECT_EQ(said("text/plain", "a=1"), "unsupported");
  EXPECT_EQ(said("", "a=1"), "unsupported");
  std::string many;
  for (std::size_t i = 0; i <= api::most_form_parts; ++i)
    many += "a&";
  EXPECT_EQ(said(urlencoded, many), "too large");
}

TEST(forms, multipart_are_read_as_browsers_and_curl_write_them) {
  EXPECT_EQ(multipart(part(R"(form-data; name="a")", "1") + part(R"(form-data; name="b")", "two\r\nlines") + end), "a=1|b=two\r\nlines");
  EXPECT_EQ(multipart(part(R"(form-data; name="a")", "") + end), "a=") << "nothing in it";
  EXPECT_EQ(multipart(part(R"(form-data; name="a")", "--xy\r\n-- xyz") + end), "a=--xy\r\n-- xyz") << "what only looks like a boundary";
  EXPECT_EQ(multipart(part(R"(form-data; name="a")", "1") + "--xyz--"), "a=1") << "without the last line break";
  EXPECT_EQ(multipart("--xyz--"), "");
  EXPECT_EQ(said(R"(Multipart/Form-Data; charset=utf-8; Boundary="x y:z")",
                 "--x y:z\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--x y:z--"),
            "a=1");
  EXPECT_EQ(
      multipart("--xyz\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=\"a\\\"b\\\\\"\r\n\r\n1\r\n" +
                end),
      "a\"b\\=1");
}

TEST(forms, multipart_hold_files_of_any_bytes) {
  const std::string bytes{"RIFF\0\xff\r\n--xy", 12};
  const auto read = read_form("multipart/form-data; boundary=xyz",
                              part(R"(form-data; name="sound"; filename="C:\f\beep.wav")", bytes, "Content-Type: audio/wav\r\n") +
                                  part(R"(form-data; name="none"; filename="")", "", "Content-Type: application/octet-stream\r\n") + end);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2u);
  const form_part& sound = read->front();
  EXPECT_TRUE(sound.is_file);
  EXPECT_EQ(sound.file_name, R"(C:\f\beep.wav)");
  EXPECT_EQ(sound.media, "audio/wav");
  EXPECT_EQ(sound.text, bytes);
  EXPECT_TRUE(read->back().is_file) << "a browser's field for a file in which nobody chose one";
}

TEST(forms, multipart_that_could_mean_two_things_are_refused) {
  const auto good = part(R"(form-data; name="a")", "1");
  for (const auto& body : {std::string{},
                           good,
                           "preamble\r\n" + good + end,
                           good + "--xyz-\r\n",
                           good + "--xyz--\r\nepilogue",
                           good + "--xyzz\r\n" + end,
                           good + "--xyz \r\n\r\n" + end,
                           "\n" + good + end,
                           part(R"(form-data)", "1") + end,
                           part(R"(form-data; name="a"; name="b")", "1") + end,
                           part(R"(form-data; name="a"; filename="x"; filename="y")", "1") + end,
                           part(R"(attachment; name="a")", "1") + end,
                           part(R"(form-data; name="a)", "1") + end,
                           part(R"(form-data; name="a" b)", "1") + end,
                           part(R"(form-data; name="a")", "1", " folded: x\r\n") + end,
                           part(R"(form-data; name="a")", "1", "Content-Disposition: form-data; name=\"b\"\r\n") + end,
                           part(R"(form-data; name="a")", "1", "Content-Type : x\r\n") + end,
                           part(R"(form-data; name="a")", "MQ==", "Content-Transfer-Encoding: base64\r\n") + end,
                           part(R"(form-data; name="a")", "\xff") + end,
                           part("form-data; name=\"\xff\"", "1") + end,
                           part(R"(form-data; name="a")", "1", "X: " + std::string(5'000, 'x') + "\r\n") + end,
                           std::string{"--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n1\r\n"} + end})
    EXPECT_EQ(multipart(body), "malformed") << body;
  for (const auto& type : {std::string{"multipart/form-data"}, std::string{"multipart/form-data; boundary="},
                           std::string{"multipart/form-data; boundary=a; boundary=b"},
                           "multipart/form-data; boundary=" + std::string(71, 'b'), std::string{"multipart/form-data; boundary=\"a\nb\""}})
    EXPECT_EQ(said(type, good + end), "malformed") << type;
  std::string many;
  for (std::size_t i = 0; i <= api::most_form_parts; ++i)
    many += good;
  EXPECT_EQ(multipart(many + end), "too large");
}

} // namespace
} // namespace ringmaster::form_tests
