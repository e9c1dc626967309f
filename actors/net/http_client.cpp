// SPDX-License-Identifier: Apache-2.0
#include "actors/net/http_client.hpp"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace ringmaster::net {
namespace {

template <class T, void (*End)(T*)>
struct ended_by {
  void operator()(T* one) const noexcept { End(one); }
};
using curl_url = std::unique_ptr<CURLU, ended_by<CURLU, curl_url_cleanup>>;
using curl_text = std::unique_ptr<char, decltype(&curl_free)>;
using curl_list = std::unique_ptr<curl_slist, ended_by<curl_slist, curl_slist_free_all>>;
using curl_easy = std::unique_ptr<CURL, ended_by<CURL, curl_easy_cleanup>>;

error wrong_url(std::string why) { return invalid_field("url", "url " + std::move(why)); }

std::string part_of(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK)
    return {};
  const curl_text owned{text, &curl_free};
  return owned.get();
}

bool is_token(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

/// Those that say where a message begins and ends, and to whom it goes, are libcurl's.
bool is_ours(std::string_view name) noexcept {
  constexpr std::string_view own[] = {"host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te", "trailer"};
  std::string lower{name};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::find(std::begin(own), std::end(own), lower) != std::end(own);
}

result<curl_list> header_list(const http_call& what, const std::string& agent) {
  curl_list list;
  const auto add = [&](const std::string& line) {
    auto* longer = curl_slist_append(list.get(), line.c_str());
    if (longer) {
      (void)list.release();
      list.reset(longer);
    }
  };
  add("User-Agent: " + agent);
  add("Expect:"); // a body is small: nobody waits a second for leave to send it
  for (const auto& [name, value] : what.headers) {
    const bool whole =
        std::none_of(value.begin(), value.end(), [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
    if (!is_token(name) || is_ours(name) || !whole)
      return invalid_field(name, "the header \"" + (is_token(name) ? name : std::string{}) + "\" cannot be sent");
    add(value.empty() ? name + ";" : name + ": " + value); // without a value libcurl would take it for one to leave out
  }
  return list;
}

/// A request under way. libcurl holds its address.
struct transfer {
  const address_guard& guard;
  http_call what;
  http_client::done told;
  http_answer answer;
  curl_list headers;
  curl_easy easy;
  std::string refused; ///< the address that the guard did not permit
};

std::optional<ip_address> address_in(const curl_sockaddr& at) noexcept {
  if (at.family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &at.addr, sizeof v4);
    return ip_address::of({reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4});
  }
  if (at.family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &at.addr, std::min<std::size_t>(sizeof v6, at.addrlen));
    return ip_address::of({reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr), 16});
  }
  return std::nullopt;
}

/// Called with the address that is about to be connected to: what a name leads to is known then, and cannot change any more.
curl_socket_t open_socket(void* of, curlsocktype, curl_sockaddr* at) {
  auto& one = *static_cast<transfer*>(of);
  const auto address = address_in(*at);
  if (!address || !one.guard.permits(*address)) {
    one.refused = address ? address->text() : "of another family";
    return CURL_SOCKET_BAD;
  }
  return ::socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* of) {
  auto& one = *static_cast<transfer*>(of);
  const auto all = size * count, room = one.what.most_answer - std::min(one.what.most_answer, one.answer.body.size());
  one.answer.body.append(bytes, std::min(all, room));
  if (all <= room)
    return all;
  one.answer.cut = true;
  return 0; // libcurl ends the transfer
}

struct curl_library {
  curl_library() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};

} // namespace

result<void> check_url(std::string_view text) {
  if (text.size() > 2'048)
    return wrong_url("must be at most 2048 bytes");
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }))
    return wrong_url("must have no blanks and no control characters");
  // Which of these are parts of the host readers do not agree on.
  const auto authority = text.find("://");
  if (text.find('\\') != std::string_view::npos || (authority != std::string_view::npos && text.substr(authority + 3).starts_with('/')))
    return wrong_url("must be like https://host/path");
  const curl_url url{::curl_url()};
  const std::string whole{text};
  if (!url || curl_url_set(url.get(), CURLUPART_URL, whole.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return wrong_url("must be like https://host/path");
  const auto scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https")
    return wrong_url("must begin with https:// or http://");
  if (!part_of(url.get(), CURLUPART_USER).empty() || !part_of(url.get(), CURLUPART_PASSWORD).empty() ||
      whole.substr(0, whole.find('/', 8)).find('@') != std::string::npos)
    return wrong_url("must name no user; send what the receiver asks for in a header");
  if (part_of(url.get(), CURLUPART_HOST).empty())
    return wrong_url("must name a host");
  return {};
}

struct http_client::impl {
  explicit impl(options with) : with_{std::move(with)}, multi_{curl_multi_init()}, thread_{[this] { run(); }} {}

  ~impl() {
    {
      const std::lock_guard lock{guard_};
      ending_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  void send(http_call what, done told) {
    {
      const std::lock_guard lock{guard_};
      if (!ending_ && waiting_.size() < with_.waiting) {
        waiting_.emplace_back(std::move(what), std::move(told));
        curl_multi_wakeup(multi_);
        return;
      }
    }
    told(error{errc::overloaded, "too many requests wait to be sent", {}});
  }

private:
  void run() {
    for (;;) {
      begin_waiting();
      int going = 0;
      curl_multi_perform(multi_, &going);
      end_finished();
      {
        const std::lock_guard lock{guard_};
        if (ending_)
          break;
        if (!waiting_.empty() && under_way_.size() < with_.at_once)
          continue;
      }
      curl_multi_poll(multi_, nullptr, 0, 1'000, nullptr);
    }
    const error why{errc::overloaded, "the daemon ends", {}};
    for (auto& [easy, one] : under_way_) {
      curl_multi_remove_handle(multi_, easy);
      one->told(why);
    }
    under_way_.clear();
    std::deque<std::pair<http_call, done>> left;
    {
      const std::lock_guard lock{guard_};
      left.swap(waiting_);
    }
    for (const auto& [what, told] : left)
      told(why);
  }

  void begin_waiting() {
    while (under_way_.size() < with_.at_once) {
      std::pair<http_call, done> next;
      {
        const std::lock_guard lock{guard_};
        if (waiting_.empty() || ending_)
          return;
        next = std::move(waiting_.front());
        waiting_.pop_front();
      }
      begin(std::move(next.first), std::move(next.second));
    }
  }

  void begin(http_call what, done told) {
    if (const auto good = check_url(what.url); !good)
      return told(good.error());
    constexpr std::array<std::string_view, 4> methods{"GET", "POST", "PUT", "DELETE"};
    if (std::find(methods.begin(), methods.end(), what.method) == methods.end())
      return told(invalid_field("method", "method must be GET, POST, PUT or DELETE"));
    auto headers = header_list(what, with_.agent);
    if (!headers)
      return told(headers.error());
    auto one = std::make_unique<transfer>(
        transfer{with_.guard, std::move(what), std::move(told), {}, std::move(*headers), curl_easy{curl_easy_init()}, {}});
    auto* easy = one->easy.get();
    if (!easy)
      return one->told(error{errc::internal, "no request can be made", {}});
    const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
    set(CURLOPT_URL, one->what.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, ""); // whatever the environment says: a proxy would connect where the guard does not look
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(one->what.patience.count(), 1)));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!with_.certificates.empty())
      set(CURLOPT_CAINFO, with_.certificates.c_str());
    set(CURLOPT_HTTPHEADER, one->headers.get());
    set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(CURLOPT_OPENSOCKETDATA, one.get());
    set(CURLOPT_WRITEFUNCTION, &take_body);
    set(CURLOPT_WRITEDATA, one.get());
    if (one->what.method == "GET") {
      set(CURLOPT_HTTPGET, 1L);
    } else {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDS, one->what.body.c_str());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(one->what.body.size()));
      if (one->what.method != "POST")
        set(CURLOPT_CUSTOMREQUEST, one->what.method.c_str());
    }
    if (curl_multi_add_handle(multi_, easy) != CURLM_OK)
      return one->told(error{errc::internal, "no request can be made", {}});
    under_way_.emplace(easy, std::move(one));
  }

  void end_finished() {
    int left = 0;
    while (const auto* said = curl_multi_info_read(multi_, &left)) {
      if (said->msg != CURLMSG_DONE)
        continue;
      const auto how = said->data.result;
      auto* easy = said->easy_handle;
      const auto at = under_way_.find(easy);
      if (at == under_way_.end())
        continue;
      auto one = std::move(at->second);
      under_way_.erase(at);
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      curl_multi_remove_handle(multi_, easy);
      one->answer.status = static_cast<unsigned>(status);
      if (how == CURLE_OK || (one->answer.cut && status != 0))
        one->told(std::move(one->answer));
      else
        one->told(failed(how, *one));
    }
  }

  static error failed(CURLcode how, const transfer& one) {
    if (!one.refused.empty())
      return {errc::forbidden, "the host's address " + one.refused + " is not permitted (a setting allows networks)", "url"};
    if (how == CURLE_OPERATION_TIMEDOUT)
      return {errc::timed_out, "no answer in time", {}};
    return {errc::internal, curl_easy_strerror(how), {}};
  }

  const options with_;
  CURLM* const multi_;
  std::unordered_map<CURL*, std::unique_ptr<transfer>> under_way_; ///< of the thread
  std::mutex guard_;
  std::deque<std::pair<http_call, done>> waiting_;
  bool ending_{false};
  std::thread thread_; ///< last: it uses all of the above
};

http_client::http_client(options with) {
  static const curl_library once;
  impl_ = std::make_unique<impl>(std::move(with));
}
http_client::~http_client() = default;

void http_client::send(http_call what, done told) { impl_->send(std::move(what), std::move(told)); }

} // namespace ringmaster::net
