// SPDX-License-Identifier: Apache-2.0
#include "http/auth/passwords.hpp"

#include <argon2.h>
#include <sys/random.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace ringmaster::auth {

result<std::string> hash_password(std::string_view password, const password_cost& cost) {
  constexpr std::size_t hash_size = 32;
  std::array<unsigned char, 16> salt{};
  if (getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size()))
    return error{errc::internal, "the kernel gives no random bytes", {}};
  std::string out(argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, salt.size(), hash_size, Argon2_id), '\0');
  const int code = argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(),
                                         salt.data(), salt.size(), hash_size, out.data(), out.size());
  if (code != ARGON2_OK)
    return error{errc::internal, std::string{"the password cannot be hashed: "} + argon2_error_message(code), {}};
  out.resize(out.find('\0'));
  return out;
}

bool verify_password(std::string_view encoded, std::string_view password) noexcept {
  const std::string text{encoded};
  return argon2id_verify(text.c_str(), password.data(), password.size()) == ARGON2_OK;
}

struct password_pool::impl {
  struct job {
    std::string encoded;
    std::string password;
    std::function<void(result<std::string>)> hashed{};
    std::function<void(result<bool>)> verified{};

    void refuse(const char* why) {
      const error e{errc::overloaded, why, {}};
      if (hashed)
        hashed(e);
      else
        verified(e);
    }
  };

  explicit impl(const options& o) : settings{o} {
    // What a wrong password for nobody is checked against, so that it takes as long as for somebody.
    if (auto made = hash_password("a password that nobody has", o.cost))
      nobody = std::move(*made);
    for (unsigned i = 0; i < std::max(1u, o.threads); ++i)
      threads.emplace_back([this] { work(); });
  }

  void push(job j) {
    {
      const std::lock_guard lock{guard};
      if (!ending && jobs.size() < settings.queue) {
        jobs.push_back(std::move(j));
        wake.notify_one();
        return;
      }
    }
    j.refuse("too many passwords are being checked; try again in a moment");
  }

  void work() {
    while (true) {
      std::unique_lock lock{guard};
      wake.wait(lock, [this] { return ending || !jobs.empty(); });
      if (ending)
        return;
      auto j = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      run(j);
    }
  }

  void run(job& j) const {
    if (j.hashed)
      return j.hashed(hash_password(j.password, settings.cost));
    const bool exists = !j.encoded.empty();
    const bool right = verify_password(exists ? j.encoded : nobody, j.password);
    j.verified(exists && right);
  }

  options settings;
  std::string nobody;
  std::mutex guard;
  std::condition_variable wake;
  std::deque<job> jobs;
  bool ending{};
  std::vector<std::thread> threads;
};

password_pool::password_pool(options o) : impl_{std::make_unique<impl>(o)} {}

password_pool::~password_pool() {
  std::deque<impl::job> left;
  {
    const std::lock_guard lock{impl_->guard};
    impl_->ending = true;
    left.swap(impl_->jobs);
  }
  impl_->wake.notify_all();
  for (auto& t : impl_->threads)
    t.join();
  for (auto& j : left)
    j.refuse("the server is stopping");
}

void password_pool::hash(std::string password, std::function<void(result<std::string>)> done) {
  impl_->push({{}, std::move(password), std::move(done), {}});
}

void password_pool::verify(std::string encoded, std::string password, std::function<void(result<bool>)> done) {
  impl_->push({std::move(encoded), std::move(password), {}, std::move(done)});
}

} // namespace ringmaster::auth
