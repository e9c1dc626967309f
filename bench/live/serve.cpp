// SPDX-License-Identifier: Apache-2.0
#include "actors/engine.hpp"
#include "bench/live/bench_live.hpp"
#include "http/live/front.hpp"
#include "http/router.hpp"
#include "http/server/server.hpp"
#include "storage/environment.hpp"

#include <caf/send.hpp>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>

#include <unistd.h>

namespace ringmaster::bench {
namespace {

int failed(const error& e) {
  std::cerr << e.message << '\n';
  return 1;
}

std::vector<happening> some_events(std::size_t count, std::size_t bytes) {
  const auto json = "{\"text\":\"^" + std::string(bytes, 'x') + "\"}";
  return std::vector<happening>(
      count, happening{"/ob/campaigns/00000000-0000-4000-8000-000000000000", "ob.campaign.update", json});
}

} // namespace

int serve_live() {
  const auto folder =
      std::filesystem::temp_directory_path() / ("ringmaster-bench-live-" + std::to_string(::getpid()));
  struct remover {
    std::filesystem::path what;
    ~remover() { std::filesystem::remove_all(what); }
  } const clean{folder};
  auto env = storage::environment::open({folder / "data", std::size_t{1} << 30, 126});
  if (!env)
    return failed(env.error());
  engine_options options;
  options.result_file = folder / "results.json";
  auto running = engine::start(std::move(options), *env);
  if (!running)
    return failed(running.error());
  live::front front{**running};
  const auto anybody = std::make_shared<const auth::principal>(auth::principal{"bench", {"*"}});
  http::router router{[&](std::string_view, time_point) -> result<std::shared_ptr<const auth::principal>> { return anybody; }};
  if (const auto added = front.add_to(router); !added)
    return failed(added.error());
  http::server_options how;
  how.port = 0;
  how.threads = 1; // one core is what it gets
  how.limits.connections = 10'000;
  auto server = http::server::start(how, router);
  if (!server)
    return failed(server.error());
  std::cout << "{\"port\": " << (*server)->port() << "}" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words{line};
    std::string word;
    std::size_t count = 0, bytes = 0;
    words >> word >> count >> bytes;
    (*running)->hub().tell(hub_publish{some_events(count, bytes)});
    std::cout << "ok" << std::endl;
  }
  return 0;
}

} // namespace ringmaster::bench
