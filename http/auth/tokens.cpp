// SPDX-License-Identifier: Apache-2.0
#include "http/auth/tokens.hpp"

#include "http/server/gate.hpp"
#include "protocol/uuid.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/random.h>

#include <array>
#include <cstring>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

namespace ringmaster::auth {
namespace {

/// A context per thread: fetching the algorithm costs several times the digest of so short a text.
struct sha256_context {
  EVP_MD* algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  EVP_MD_CTX* context{EVP_MD_CTX_new()};

  sha256_context() = default;
  sha256_context(const sha256_context&) = delete;
  sha256_context& operator=(const sha256_context&) = delete;
  ~sha256_context() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(algorithm);
  }
};

struct digest_hash {
  std::size_t operator()(const token_hash& d) const noexcept {
    std::size_t h;
    std::memcpy(&h, d.data() + 8, sizeof h); // uniform already
    return h;
  }
};

constexpr std::size_t token_size = 36;

/// The digests of the tokens that this thread saw last: the digest costs several times the rest of a lookup.
/// A remembered digest says nothing about the token being good.
token_hash remembered_digest(std::string_view token) noexcept {
  struct memory {
    std::array<char, token_size> text{};
    token_hash digest{};
  };
  thread_local std::array<memory, 64> seen{};
  if (token.size() != token_size)
    return digest_of(token);
  std::uint64_t bits;
  std::memcpy(&bits, token.data(), sizeof bits);
  auto& place = seen[(bits * 0x9E3779B97F4A7C15ull) >> 58];
  if (CRYPTO_memcmp(place.text.data(), token.data(), token_size) != 0) {
    place.digest = digest_of(token);
    std::memcpy(place.text.data(), token.data(), token_size);
  }
  return place.digest;
}

} // namespace

result<std::string> make_token() {
  // All 128 bits are random; the form of a uuid is for the clients' sake, its version bits are not needed.
  uuid bits;
  if (getrandom(bits.bytes.data(), bits.bytes.size(), 0) != static_cast<ssize_t>(bits.bytes.size()))
    return error{errc::internal, "the kernel gives no random bytes", {}};
  return to_string(bits);
}

token_hash digest_of(std::string_view token) noexcept {
  thread_local sha256_context sha;
  token_hash d{};
  unsigned size = 0;
  const bool ok = EVP_DigestInit_ex2(sha.context, sha.algorithm, nullptr) == 1 &&
                  EVP_DigestUpdate(sha.context, token.data(), token.size()) == 1 &&
                  EVP_DigestFinal_ex(sha.context, d.data(), &size) == 1;
  // A digest that failed must match no token.
  if (!ok)
    d.fill(0);
  return d;
}

struct token_cache::impl {
  struct entry {
    std::shared_ptr<const principal> who;
    time_point issued;
    time_point expires;
    time_point stored; ///< the expiry that is on disk
  };
  struct alignas(64) shard {
    mutable std::shared_mutex guard;
    std::unordered_map<token_hash, entry, digest_hash> entries;
  };

  [[nodiscard]] shard& of(const token_hash& d) noexcept { return shards[d[0] % shards.size()]; }

  void keep(const access_token& t, std::shared_ptr<const principal> who) {
    auto& s = of(t.hash);
    const std::lock_guard lock{s.guard};
    s.entries.insert_or_assign(t.hash, entry{std::move(who), t.issued, t.expires, t.expires});
  }

  token_store& store;
  token_policy policy;
  std::array<shard, 64> shards{};
};

token_cache::token_cache(token_store& store, token_policy policy)
    : impl_{std::unique_ptr<impl>{new impl{store, policy}}} {}
token_cache::~token_cache() = default;

result<void> token_cache::load(user_store& users, time_point now) {
  auto records = impl_->store.load();
  if (!records)
    return records.error();
  std::unordered_map<std::string, std::optional<user_account>> known;
  for (const auto& t : *records) {
    const auto [at, fresh] = known.try_emplace(t.user);
    if (fresh)
      at->second = users.find(t.user);
    if (!at->second || t.expires <= now)
      impl_->store.erase(t.hash, [](result<void>) {});
    else // one a token: who stays sees by it when the token ends
      impl_->keep(t, std::make_shared<const principal>(principal{t.user, at->second->permissions}));
  }
  return {};
}

void token_cache::issue(const user_account& user, time_point now, std::function<void(result<std::string>)> done) {
  auto token = make_token();
  if (!token)
    return done(token.error());
  const access_token record{digest_of(*token), user.name, now, now + impl_->policy.lifetime};
  auto who = std::make_shared<const principal>(principal{user.name, user.permissions});
  impl_->store.put(record, [this, record, who = std::move(who), text = std::move(*token),
                            done = std::move(done)](result<void> stored) mutable {
    if (!stored)
      return done(stored.error());
    impl_->keep(record, std::move(who));
    done(std::move(text));
  });
}

std::shared_ptr<const principal> token_cache::find(std::string_view token, time_point now) {
  if (token.empty())
    return nullptr;
  const auto digest = remembered_digest(token);
  auto& s = impl_->of(digest);
  const auto& policy = impl_->policy;
  bool prolong = false;
  std::shared_ptr<const principal> who;
  {
    const std::shared_lock lock{s.guard};
    const auto found = s.entries.find(digest);
    if (found == s.entries.end() || found->second.expires <= now)
      return nullptr;
    who = found->second.who;
    // Prolonging at each use would lock and write for nothing: a sixteenth of the lifetime is fine enough.
    prolong = policy.sliding && now + policy.lifetime - found->second.expires > policy.lifetime / 16;
  }
  if (!prolong)
    return who;
  access_token record{digest, who->user, now, now + policy.lifetime};
  {
    const std::lock_guard lock{s.guard};
    const auto found = s.entries.find(digest);
    if (found == s.entries.end())
      return nullptr;
    record.issued = found->second.issued;
    found->second.expires = record.expires;
  }
  // Lost at a crash, the token merely ends earlier.
  impl_->store.put(record, [](result<void>) {});
  return who;
}

void token_cache::revoke(std::string_view token, token_store::done done) {
  const auto digest = digest_of(token);
  {
    auto& s = impl_->of(digest);
    const std::lock_guard lock{s.guard};
    if (s.entries.erase(digest) == 0)
      return done(error{errc::not_found, "the token is not known", {}});
  }
  impl_->store.erase(digest, std::move(done));
}

void token_cache::revoke_user(std::string_view user) {
  std::vector<token_hash> gone;
  for (auto& s : impl_->shards) {
    const std::lock_guard lock{s.guard};
    std::erase_if(s.entries, [&](const auto& e) {
      const bool theirs = e.second.who->user == user;
      if (theirs)
        gone.push_back(e.first);
      return theirs;
    });
  }
  for (const auto& d : gone)
    impl_->store.erase(d, [](result<void>) {});
}

void token_cache::set_permissions(std::string_view user, std::vector<std::string> permissions) {
  for (auto& s : impl_->shards) {
    const std::lock_guard lock{s.guard};
    for (auto& [digest, e] : s.entries)
      if (e.who->user == user)
        e.who = std::make_shared<const principal>(principal{e.who->user, permissions});
  }
}

std::size_t token_cache::sweep(time_point now) {
  std::vector<token_hash> gone;
  for (auto& s : impl_->shards) {
    const std::lock_guard lock{s.guard};
    std::erase_if(s.entries, [&](const auto& e) {
      const bool over = e.second.expires <= now;
      if (over)
        gone.push_back(e.first);
      return over;
    });
  }
  for (const auto& d : gone)
    impl_->store.erase(d, [](result<void>) {});
  return gone.size();
}

} // namespace ringmaster::auth
