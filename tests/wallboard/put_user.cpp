// SPDX-License-Identifier: Apache-2.0
// put-user DATA_DIR NAME PASSWORD PERMISSION...   Writes a user into the database of a daemon that is not running:
// the tests need one who may read and nothing else.
#include "http/auth/passwords.hpp"
#include "protocol/time.hpp"
#include "storage/access.hpp"
#include "storage/environment.hpp"

#include <cstdio>
#include <string>

namespace {

int fail(const ringmaster::error& why) {
  std::fprintf(stderr, "put-user: %s\n", why.message.c_str());
  return 1;
}

} // namespace

int main(int count, char** arguments) {
  using namespace ringmaster;
  if (count < 4) {
    std::fputs("put-user DATA_DIR NAME PASSWORD PERMISSION...\n", stderr);
    return 2;
  }
  storage::environment_options where;
  where.data_dir = arguments[1];
  auto env = storage::environment::open(where);
  if (!env)
    return fail(env.error());
  auto hash = auth::hash_password(arguments[3], {64, 1, 1});
  if (!hash)
    return fail(hash.error());
  auto in = env->write();
  if (!in)
    return fail(in.error());
  if (auto put = storage::put_user(*in, {arguments[2], std::move(*hash), {arguments + 4, arguments + count}, {}, {}}, wall_clock_now()); !put)
    return fail(put.error());
  const auto kept = in->commit();
  return kept ? 0 : fail(kept.error());
}
