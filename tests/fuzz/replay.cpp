// SPDX-License-Identifier: Apache-2.0
/// Runs a fuzzer's target without libFuzzer, so that every `./check` builds and uses it: each file of the corpora as it
/// is, then RUNS inputs made of them by a few random changes. With clang, libFuzzer does this better (see CMakeLists.txt).
///
///     REPLAY RUNS SEED FOLDER…      the seed 0: another one each time, which is printed
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using random_source = std::mt19937_64;

std::size_t below(random_source& random, std::size_t end) { return end == 0 ? 0 : random() % end; }

void change(std::string& text, const std::string& other, random_source& random) {
  const auto at = below(random, text.size() + 1);
  switch (random() % 6) {
  case 0:
    if (at < text.size())
      text[at] = static_cast<char>(random());
    return;
  case 1:
    if (at < text.size())
      text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << random() % 8));
    return;
  case 2: text.erase(at, 1 + below(random, 16)); return;
  case 3: text.insert(at, text.substr(below(random, text.size()), 1 + below(random, 64))); return;
  case 4: text.insert(at, 1, "\r\n\0:,{}[]\" \x7f\xff"[random() % 13]); return;
  default: text = text.substr(0, at) + other.substr(below(random, other.size()));
  }
}

void run(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

} // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fputs("a number of runs, a seed and folders are wanted\n", stderr);
    return 2;
  }
  const auto runs = std::strtoull(arguments[1], nullptr, 10);
  auto seed = std::strtoull(arguments[2], nullptr, 10);
  if (seed == 0)
    seed = std::random_device{}();
  std::printf("seed %llu\n", seed);
  std::fflush(stdout);
  std::vector<std::string> corpus;
  for (int i = 3; i < count; ++i)
    for (const auto& file : std::filesystem::directory_iterator{arguments[i]}) {
      std::ifstream in{file.path(), std::ios::binary};
      corpus.emplace_back(std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{});
    }
  if (corpus.empty()) {
    std::fputs("the folders are empty\n", stderr);
    return 2;
  }
  std::sort(corpus.begin(), corpus.end()); // the same seed, the same inputs
  for (const auto& text : corpus)
    run(text);
  random_source random{seed};
  constexpr std::size_t longest = 4096; // as much as is worth the time
  for (unsigned long long i = 0; i < runs; ++i) {
    auto text = corpus[below(random, corpus.size())].substr(0, longest);
    for (auto changes = 1 + random() % 8; changes > 0; --changes)
      change(text, corpus[below(random, corpus.size())], random);
    run(text);
  }
  std::printf("%zu files and %llu changed inputs\n", corpus.size(), runs);
  return 0;
}
