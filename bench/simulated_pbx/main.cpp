// SPDX-License-Identifier: Apache-2.0
// simulated-pbx: an AMI server that behaves like Asterisk 22, with simulated customers and agents.
#include "bench/simulated_pbx/simulated_pbx.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view usage =
    "usage: simulated-pbx [--listen ADDR:PORT] [--population FILE] [--seed N] [--time-scale X]\n"
    "                     [--log FILE] [--user U] [--secret S]\n";

int complain(std::string_view what) {
  fmt::print(stderr, "simulated-pbx: {}\n", what);
  return 2;
}

template <class T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

bool read_address(std::string_view text, ringmaster::sim::simulated_pbx_options& into) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return false;
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  const auto port = number_in<std::uint16_t>(text.substr(colon + 1));
  if (!port)
    return false;
  into.address = address;
  into.port = *port;
  return true;
}

} // namespace

int main(int argc, char** argv) {
  ringmaster::sim::simulated_pbx_options options;
  options.handle_signals = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--help") {
      fmt::print("{}", usage);
      return 0;
    }
    if (i + 1 >= argc)
      return complain(fmt::format("{} is unknown or needs a value\n{}", name, usage));
    const std::string_view value = argv[++i];
    if (name == "--listen") {
      if (!read_address(value, options))
        return complain(fmt::format("--listen {}: must be ADDR:PORT", value));
    } else if (name == "--population") {
      auto people = ringmaster::sim::population::load(std::string{value});
      if (!people)
        return complain(people.error().message);
      options.people = std::move(*people);
    } else if (name == "--seed") {
      const auto seed = number_in<std::uint64_t>(value);
      if (!seed)
        return complain(fmt::format("--seed {}: must be a whole number", value));
      options.seed = *seed;
    } else if (name == "--time-scale") {
      const auto scale = number_in<double>(value);
      if (!scale || !(*scale > 0 && *scale <= 10'000))
        return complain(fmt::format("--time-scale {}: must be above 0 and at most 10000", value));
      options.time_scale = *scale;
    } else if (name == "--log") {
      options.log_file = value;
    } else if (name == "--user") {
      options.user = value;
    } else if (name == "--secret") {
      options.secret = value;
    } else {
      return complain(fmt::format("{} is unknown\n{}", name, usage));
    }
  }
  const std::string address = options.address;
  auto pbx = ringmaster::sim::simulated_pbx::open(std::move(options));
  if (!pbx)
    return complain(pbx.error().message);
  fmt::print("simulated-pbx: ready on {}:{}\n",
             address.find(':') == std::string::npos ? address : "[" + address + "]", (*pbx)->port());
  std::fflush(stdout);
  if (const auto ended = (*pbx)->run(); !ended) {
    fmt::print(stderr, "simulated-pbx: {}\n", ended.error().message);
    return 1;
  }
  return 0;
}
