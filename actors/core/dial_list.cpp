// SPDX-License-Identifier: Apache-2.0
#include "actors/core/dial_list.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

namespace ringmaster::core {
namespace {

constexpr std::size_t chunk_bits = 12, chunk_size = std::size_t{1} << chunk_bits;
constexpr std::size_t state_kinds = 9;
constexpr auto never = std::numeric_limits<std::int64_t>::max();

/// A `dial_entry`, with what the list itself needs in its padding.
struct slot {
  uuid id;
  std::int64_t last_hangup_ns;
  std::int64_t created_ns;
  std::array<std::uint16_t, numbers_per_entry> trycnt;
  std::uint32_t version; // goes on when the slot is used again
  std::uint8_t numbers_mask;
  std::uint8_t status;
  bool answered;
  bool leased : 1;
  bool used : 1;
  bool held : 1;
  bool put_off : 1; // until when, the list knows; few are

  void set(const dial_entry& e) noexcept {
    id = e.id;
    last_hangup_ns = e.last_hangup_ns;
    created_ns = e.created_ns;
    trycnt = e.trycnt;
    numbers_mask = e.numbers_mask;
    status = e.status;
    answered = e.answered;
    held = false;
  }
  [[nodiscard]] dial_entry get() const noexcept {
    dial_entry e;
    e.id = id;
    e.last_hangup_ns = last_hangup_ns;
    e.created_ns = created_ns;
    e.trycnt = trycnt;
    e.numbers_mask = numbers_mask;
    e.status = status;
    e.answered = answered;
    return e;
  }
};
static_assert(sizeof(slot) == 56);

/// Place in a view's heap. The key of a ready entry is tries (14 bits), then age (50 bits of microseconds
/// since 2015, good until 2050); of one that cools down, the nanosecond when that ends.
struct item {
  std::uint64_t key;
  std::uint32_t slot;
  std::uint32_t version;
};
static_assert(sizeof(item) == 16);

/// std's heaps have the largest on top.
struct later {
  bool operator()(const item& a, const item& b) const noexcept {
    return a.key != b.key ? a.key > b.key : a.slot > b.slot;
  }
};

struct entry_standing {
  entry_state state;
  std::uint8_t number{0};
  std::int64_t until{0};
};

template <class E>
entry_standing stand(const E& e, const dial_policy& policy, bool leased, std::int64_t now_ns, bool held = false,
               std::int64_t put_off_until = 0) noexcept {
  if (leased || e.status == dl_dialing)
    return {entry_state::dialing};
  if (e.answered)
    return {entry_state::answered};
  if (e.status == dl_reserved)
    return {entry_state::reserved};
  if (e.numbers_mask == 0)
    return {entry_state::no_numbers};
  if (held)
    return {entry_state::held};
  for (std::uint8_t i = 0; i < numbers_per_entry; ++i) {
    if ((e.numbers_mask >> i & 1u) == 0 || e.trycnt[i] >= policy.max_retry_cnt[i])
      continue;
    const auto delay = std::chrono::nanoseconds{policy.retry_delay}.count();
    const auto cool = e.last_hangup_ns <= 0 ? 0 : e.last_hangup_ns > never - delay ? never : e.last_hangup_ns + delay;
    const auto until = std::max(cool, put_off_until);
    if (until <= 0)
      return {entry_state::ready, i};
    return {until > now_ns ? entry_state::cooling : entry_state::ready, i, until};
  }
  return {entry_state::exhausted};
}

std::uint64_t ready_key(const slot& s) noexcept {
  constexpr std::int64_t base_us = 1'420'070'400'000'000; // 2015-01-01
  constexpr std::int64_t most_us = (std::int64_t{1} << 50) - 1;
  std::uint64_t tries = 0;
  for (const auto n : s.trycnt)
    tries += n;
  tries = std::min<std::uint64_t>(tries, (1u << 14) - 1);
  const auto age = std::clamp<std::int64_t>(s.created_ns / 1000 - base_us, 0, most_us);
  return tries << 50 | static_cast<std::uint64_t>(age);
}

std::int64_t to_ns(time_point t) noexcept {
  return t.time_since_epoch().count();
}

} // namespace

std::string_view name(entry_state s) noexcept {
  switch (s) {
  case entry_state::ready:
    return "ready";
  case entry_state::cooling:
    return "cooling down";
  case entry_state::dialing:
    return "dialing";
  case entry_state::reserved:
    return "reserved";
  case entry_state::answered:
    return "answered";
  case entry_state::exhausted:
    return "exhausted";
  case entry_state::no_numbers:
    return "no numbers";
  case entry_state::held:
    return "held";
  case entry_state::absent:
    return "absent";
  case entry_state::number_in_use:
    return "number in use";
  }
  return "";
}

dial_policy dial_policy::from(const plan& p) noexcept {
  dial_policy d;
  for (std::size_t i = 0; i < numbers_per_entry; ++i)
    d.max_retry_cnt[i] = static_cast<std::uint16_t>(std::clamp<std::int64_t>(p.max_retry_cnt[i], 0, 0xFFFF));
  d.allow_number_in_use = p.allow_number_in_use;
  d.retry_delay = std::chrono::seconds{std::clamp<std::int64_t>(p.retry_delay, 0, 31'536'000)};
  return d;
}

struct dial_list::impl {
  struct view {
    dial_policy policy;
    std::vector<item> ready, cooling;
    std::int64_t seen_ns{0}; // what was cooling until here is ready
    std::array<std::size_t, state_kinds> count{};
    std::size_t& counted(entry_state s) noexcept { return count[static_cast<std::size_t>(s)]; }
  };

  std::vector<std::unique_ptr<slot[]>> chunks;
  std::uint32_t slots{0}; // ever used
  std::vector<std::uint32_t> free_slots;
  std::vector<std::uint32_t> index; // open addressing; slot + 1, 0: empty
  std::size_t entries{0};
  std::vector<std::optional<view>> views;
  std::unordered_map<uuid, std::string> held; // why; those of entries that have changed since are left until they are held again
  std::unordered_map<std::uint32_t, std::int64_t> put_off; // slot → until when

  [[nodiscard]] std::int64_t put_off_until(const slot& s, std::uint32_t i) const {
    return s.put_off ? put_off.at(i) : 0;
  }
  [[nodiscard]] entry_standing stand_of(std::uint32_t i, const view& v) noexcept {
    const auto& s = at(i);
    return stand(s, v.policy, s.leased, v.seen_ns, s.held, put_off_until(s, i));
  }
  void put_off_no_more(slot& s, std::uint32_t i) noexcept {
    if (s.put_off)
      put_off.erase(i);
    s.put_off = false;
  }

  slot& at(std::uint32_t i) noexcept { return chunks[i >> chunk_bits][i & (chunk_size - 1)]; }

  // --- finding by id

  [[nodiscard]] std::size_t home(const uuid& id) const noexcept {
    return std::hash<uuid>{}(id) & (index.size() - 1);
  }
  /// Where `id` is in the index, or the empty place where it belongs.
  [[nodiscard]] std::size_t place(const uuid& id) noexcept {
    auto p = home(id);
    while (index[p] != 0 && at(index[p] - 1).id != id)
      p = (p + 1) & (index.size() - 1);
    return p;
  }
  [[nodiscard]] slot* look_up(const uuid& id, std::uint32_t* which = nullptr) noexcept {
    if (index.empty())
      return nullptr;
    const auto found = index[place(id)];
    if (found == 0)
      return nullptr;
    if (which)
      *which = found - 1;
    return &at(found - 1);
  }
  void grow_index(std::size_t wanted) {
    std::size_t size = std::max<std::size_t>(index.size(), 64);
    while (wanted * 10 > size * 7)
      size *= 2;
    if (size == index.size())
      return;
    index.assign(size, 0);
    for (std::uint32_t i = 0; i < slots; ++i)
      if (at(i).used)
        index[place(at(i).id)] = i + 1;
  }
  void erase_index(std::size_t hole) noexcept {
    const auto mask = index.size() - 1;
    // Close the gap, so that no tombstones gather.
    for (auto p = (hole + 1) & mask; index[p] != 0; p = (p + 1) & mask) {
      const auto wants = home(at(index[p] - 1).id);
      if (((p - wants) & mask) >= ((p - hole) & mask)) {
        index[hole] = index[p];
        hole = p;
      }
    }
    index[hole] = 0;
  }

  // --- views

  void enter(view& v, std::uint32_t i) {
    const auto& s = at(i);
    const auto now = stand_of(i, v);
    ++v.counted(now.state);
    if (now.state == entry_state::ready) {
      v.ready.push_back({ready_key(s), i, s.version});
      std::push_heap(v.ready.begin(), v.ready.end(), later{});
    } else if (now.state == entry_state::cooling) {
      v.cooling.push_back({static_cast<std::uint64_t>(now.until), i, s.version});
      std::push_heap(v.cooling.begin(), v.cooling.end(), later{});
    }
  }
  void leave(view& v, std::uint32_t i) noexcept {
    --v.counted(stand_of(i, v).state);
  }
  [[nodiscard]] bool is_stale(const item& one) noexcept {
    const auto& s = at(one.slot);
    return !s.used || s.version != one.version;
  }
  void compact(std::vector<item>& heap, std::size_t valid) {
    if (heap.size() <= 2 * valid + 1024)
      return;
    std::erase_if(heap, [&](const item& one) { return is_stale(one); });
    std::make_heap(heap.begin(), heap.end(), later{});
    if (heap.capacity() > 4 * heap.size() + 1024)
      heap.shrink_to_fit();
  }
  void order(view& v) {
    v.ready.clear();
    v.cooling.clear();
    v.count.fill(0);
    for (std::uint32_t i = 0; i < slots; ++i) {
      const auto& s = at(i);
      if (!s.used)
        continue;
      const auto now = stand_of(i, v);
      ++v.counted(now.state);
      if (now.state == entry_state::ready)
        v.ready.push_back({ready_key(s), i, s.version});
      else if (now.state == entry_state::cooling)
        v.cooling.push_back({static_cast<std::uint64_t>(now.until), i, s.version});
    }
    std::make_heap(v.ready.begin(), v.ready.end(), later{});
    std::make_heap(v.cooling.begin(), v.cooling.end(), later{});
  }
  static item pop(std::vector<item>& heap) {
    std::pop_heap(heap.begin(), heap.end(), later{});
    const auto top = heap.back();
    heap.pop_back();
    // Entries wander from one heap to the other: an emptied one gives its memory back.
    if (heap.capacity() > 4 * heap.size() + 4096)
      heap.shrink_to_fit();
    return top;
  }
  /// What has cooled down becomes ready.
  void advance(view& v, time_point now) {
    v.seen_ns = std::max(v.seen_ns, to_ns(now));
    while (!v.cooling.empty() && v.cooling.front().key <= static_cast<std::uint64_t>(v.seen_ns)) {
      const auto top = pop(v.cooling);
      if (is_stale(top))
        continue;
      --v.counted(entry_state::cooling);
      enter(v, top.slot);
    }
  }
  void drop_stale_top(std::vector<item>& heap) {
    while (!heap.empty() && is_stale(heap.front()))
      pop(heap);
  }
  view* find_view(view_id id) noexcept {
    const auto i = static_cast<std::size_t>(id);
    return i < views.size() && views[i] ? &*views[i] : nullptr;
  }

  /// Every change of an entry goes through here.
  template <class F>
  void change(std::uint32_t i, F&& f) {
    for (auto& v : views)
      if (v)
        leave(*v, i);
    f(at(i));
    ++at(i).version;
    for (auto& v : views) {
      if (!v)
        continue;
      enter(*v, i);
      compact(v->ready, v->counted(entry_state::ready));
      compact(v->cooling, v->counted(entry_state::cooling));
    }
  }
};

dial_list::dial_list() : impl_{std::make_unique<impl>()} {}
dial_list::~dial_list() = default;
dial_list::dial_list(dial_list&&) noexcept = default;
dial_list& dial_list::operator=(dial_list&&) noexcept = default;

void dial_list::reserve(std::size_t entries) {
  impl_->grow_index(entries);
}

bool dial_list::add(const dial_entry& e) {
  auto& l = *impl_;
  l.grow_index(l.entries + 1);
  const auto place = l.place(e.id);
  if (l.index[place] != 0)
    return false;
  std::uint32_t i = 0;
  if (!l.free_slots.empty()) {
    i = l.free_slots.back();
    l.free_slots.pop_back();
  } else {
    if (l.slots == l.chunks.size() * chunk_size)
      l.chunks.push_back(std::make_unique<slot[]>(chunk_size));
    i = l.slots++;
  }
  auto& s = l.at(i);
  s.set(e);
  ++s.version;
  s.leased = false;
  s.put_off = false;
  s.used = true;
  l.index[place] = i + 1;
  ++l.entries;
  for (auto& v : l.views)
    if (v)
      l.enter(*v, i);
  return true;
}

bool dial_list::update(const dial_entry& e) {
  std::uint32_t i = 0;
  if (!impl_->look_up(e.id, &i))
    return false;
  impl_->change(i, [&](slot& s) {
    s.set(e);
    impl_->put_off_no_more(s, i); // its number may be another one
  });
  return true;
}

bool dial_list::remove(const uuid& id) {
  auto& l = *impl_;
  std::uint32_t i = 0;
  auto* s = l.look_up(id, &i);
  if (!s)
    return false;
  for (auto& v : l.views)
    if (v)
      l.leave(*v, i);
  l.erase_index(l.place(id));
  l.put_off_no_more(*s, i);
  s->used = false;
  s->leased = false;
  ++s->version;
  l.free_slots.push_back(i);
  --l.entries;
  for (auto& v : l.views)
    if (v) {
      l.compact(v->ready, v->counted(entry_state::ready));
      l.compact(v->cooling, v->counted(entry_state::cooling));
    }
  return true;
}

std::size_t dial_list::size() const noexcept {
  return impl_->entries;
}

std::optional<dial_entry> dial_list::find(const uuid& id) const {
  const auto* s = impl_->look_up(id);
  return s ? std::optional{s->get()} : std::nullopt;
}

bool dial_list::is_leased(const uuid& id) const {
  const auto* s = impl_->look_up(id);
  return s && s->leased;
}

view_id dial_list::add_view(const dial_policy& policy, time_point now) {
  auto& views = impl_->views;
  auto free = std::find_if(views.begin(), views.end(), [](const auto& v) { return !v; });
  if (free == views.end())
    free = views.insert(views.end(), std::nullopt);
  auto& v = free->emplace();
  v.policy = policy;
  v.seen_ns = to_ns(now);
  impl_->order(v);
  return static_cast<view_id>(free - views.begin());
}

void dial_list::set_policy(view_id view, const dial_policy& policy, time_point now) {
  auto* v = impl_->find_view(view);
  if (!v || v->policy == policy)
    return;
  v->policy = policy;
  v->seen_ns = std::max(v->seen_ns, to_ns(now));
  impl_->order(*v);
}

void dial_list::remove_view(view_id view) {
  if (impl_->find_view(view))
    impl_->views[static_cast<std::size_t>(view)].reset();
}

std::size_t dial_list::lease(view_id view, time_point now, std::size_t n, std::vector<leased_entry>& out) {
  auto& l = *impl_;
  auto* v = l.find_view(view);
  if (!v)
    return 0;
  l.advance(*v, now);
  std::size_t leased = 0;
  while (leased < n && !v->ready.empty()) {
    const auto top = impl::pop(v->ready);
    if (l.is_stale(top))
      continue;
    const auto& s = l.at(top.slot);
    const auto stands = stand(s, v->policy, false, v->seen_ns, s.held);
    out.push_back({s.id, stands.number, s.trycnt[stands.number]});
    l.change(top.slot, [&](slot& one) {
      one.leased = true;
      l.put_off_no_more(one, top.slot);
    });
    ++leased;
  }
  return leased;
}

bool dial_list::lease_one(const uuid& id) {
  std::uint32_t i = 0;
  const auto* s = impl_->look_up(id, &i);
  if (!s || s->leased)
    return false;
  impl_->change(i, [](slot& one) { one.leased = true; });
  return true;
}

bool dial_list::give_back(const uuid& id) {
  std::uint32_t i = 0;
  const auto* s = impl_->look_up(id, &i);
  if (!s || !s->leased)
    return false;
  impl_->change(i, [](slot& one) { one.leased = false; });
  return true;
}

bool dial_list::put_off(const uuid& id, time_point until) {
  std::uint32_t i = 0;
  const auto* s = impl_->look_up(id, &i);
  if (!s || !s->leased)
    return false;
  impl_->change(i, [&](slot& one) {
    one.leased = false;
    one.put_off = true;
    impl_->put_off[i] = to_ns(until);
  });
  return true;
}

bool dial_list::ended(const dial_entry& after) {
  std::uint32_t i = 0;
  if (!impl_->look_up(after.id, &i))
    return false;
  impl_->change(i, [&](slot& s) {
    s.set(after);
    s.leased = false;
  });
  return true;
}

bool dial_list::hold(const uuid& id, std::string why) {
  std::uint32_t i = 0;
  if (!impl_->look_up(id, &i))
    return false;
  impl_->change(i, [](slot& s) { s.held = true; });
  impl_->held.insert_or_assign(id, std::move(why));
  return true;
}

void dial_list::release_held() {
  for (const auto& [id, why] : std::exchange(impl_->held, {})) {
    std::uint32_t i = 0;
    if (const auto* s = impl_->look_up(id, &i); s && s->held)
      impl_->change(i, [](slot& one) { one.held = false; });
  }
}

std::optional<time_point> dial_list::next_eligible_time(view_id view, time_point now) {
  auto* v = impl_->find_view(view);
  if (!v)
    return std::nullopt;
  impl_->advance(*v, now);
  if (v->counted(entry_state::ready) > 0)
    return now;
  impl_->drop_stale_top(v->cooling);
  if (v->cooling.empty())
    return std::nullopt;
  return time_point{std::chrono::nanoseconds{static_cast<std::int64_t>(v->cooling.front().key)}};
}

list_counts dial_list::counts(view_id view, time_point now) {
  list_counts c;
  c.total = impl_->entries;
  auto* v = impl_->find_view(view);
  if (!v)
    return c;
  impl_->advance(*v, now);
  c.ready = v->counted(entry_state::ready);
  c.cooling = v->counted(entry_state::cooling);
  for (const auto& [i, until] : impl_->put_off)
    if (until > v->seen_ns && impl_->stand_of(i, *v).state == entry_state::cooling)
      ++c.put_off;
  c.dialing = v->counted(entry_state::dialing);
  c.reserved = v->counted(entry_state::reserved);
  c.answered = v->counted(entry_state::answered);
  c.exhausted = v->counted(entry_state::exhausted);
  c.no_numbers = v->counted(entry_state::no_numbers);
  c.held = v->counted(entry_state::held);
  return c;
}

entry_explanation dial_list::explain(const dial_entry& e, const dial_policy& policy, bool leased,
                                     time_point now) {
  const auto stands = stand(e, policy, leased, to_ns(now));
  entry_explanation x;
  x.state = stands.state;
  if (stands.state == entry_state::ready || stands.state == entry_state::cooling) {
    x.number = stands.number;
    x.tries = e.trycnt[stands.number];
    x.most = policy.max_retry_cnt[stands.number];
  }
  if (stands.state == entry_state::cooling)
    x.until = time_point{std::chrono::nanoseconds{stands.until}};
  return x;
}

entry_explanation dial_list::explain(view_id view, const uuid& id, time_point now) const {
  auto* v = impl_->find_view(view);
  return v ? explain(id, v->policy, now) : entry_explanation{};
}

entry_explanation dial_list::explain(const uuid& id, const dial_policy& policy, time_point now) const {
  const auto* s = impl_->look_up(id);
  if (!s)
    return {};
  auto x = explain(s->get(), policy, s->leased, now);
  if (s->held && (x.state == entry_state::ready || x.state == entry_state::cooling || x.state == entry_state::exhausted)) {
    x = {};
    x.state = entry_state::held;
    x.why = impl_->held.at(id);
  }
  return x;
}

std::size_t dial_list::memory() const noexcept {
  const auto& l = *impl_;
  auto bytes = sizeof(impl) + l.chunks.size() * chunk_size * sizeof(slot) +
               l.chunks.capacity() * sizeof(l.chunks[0]) +
               (l.index.capacity() + l.free_slots.capacity()) * sizeof(std::uint32_t) +
               l.views.capacity() * sizeof(l.views[0]) + l.put_off.size() * 4 * sizeof(std::int64_t);
  for (const auto& v : l.views)
    if (v)
      bytes += (v->ready.capacity() + v->cooling.capacity()) * sizeof(item);
  return bytes;
}

} // namespace ringmaster::core
