// Device memory: pages of one large range of addresses, each allocation between pages that nothing may touch. Addresses are not
// used again until the whole range has been gone through, so that a use after the free meets a page that is gone.
#include <sys/mman.h>

#include "state.h"

namespace standin {

namespace {
constexpr uint64_t PAGE = 4096, ALIGNMENT = 256;
constexpr uint64_t POISON = 0xfff7fff7fff7fff7;  // a NaN as a double, a float, a half and a bfloat16
constexpr unsigned char GUARD = 0xbd;

std::mutex lock;
std::map<uint64_t, Allocation> allocations;       // by base; with those that wait for their free in a stream's order
std::map<uint64_t, Allocation> released;          // the latest to go, for messages
std::deque<uint64_t> releasedOrder;
std::map<uint64_t, uint64_t> registered, globals;  // host memory registered by the caller; variables of loaded modules
uint64_t arena = 0, arenaEnd = 0, cursor = 0;

bool reserveArena() {
    for (uint64_t size = 1ull << 38; arena == 0 && size >= 1ull << 30; size /= 2) {
        void* range = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (range == MAP_FAILED) continue;
        arena = cursor = (uint64_t)range;
        arenaEnd = arena + size;
    }
    return arena != 0;
}

// The next free range of this many bytes, which ends with a page that stays closed.
uint64_t reserve(uint64_t bytes) {
    if (!reserveArena()) return 0;
    if (cursor == arena) cursor += PAGE;
    for (int round = 0; round < 2; round++) {
        uint64_t at = cursor;
        while (at + bytes + PAGE <= arenaEnd) {
            auto next = allocations.upper_bound(at + bytes);  // the last that begins before our end
            if (next == allocations.begin()) break;
            const Allocation& before = std::prev(next)->second;
            if (before.base + before.bytes + PAGE <= at) break;
            at = before.base + before.bytes + PAGE;
        }
        if (at + bytes + PAGE <= arenaEnd) {
            cursor = at + bytes + PAGE;
            return at;
        }
        cursor = arena + PAGE;
    }
    return 0;
}

Allocation* find(uint64_t address) {
    auto next = allocations.upper_bound(address);
    if (next == allocations.begin()) return nullptr;
    Allocation& found = std::prev(next)->second;
    return address < found.base + found.bytes ? &found : nullptr;
}

bool inside(const std::map<uint64_t, uint64_t>& ranges, uint64_t address, uint64_t size) {
    auto next = ranges.upper_bound(address);
    if (next == ranges.begin()) return false;
    auto found = std::prev(next);
    return address + size <= found->first + found->second;
}

std::string text(const Allocation& a) {
    return std::string(a.host ? "pinned memory" : "the allocation") + " of " + std::to_string(a.size) + " bytes at " + hex(a.start);
}

// `whole`: the pattern in all of the pages around it, or only close by.
std::string guardsOf(const Allocation& a, bool whole) {
    uint64_t end = a.base + a.bytes;
    uint64_t from = whole || a.start - a.base < 64 ? a.base : a.start - 64;
    for (uint64_t p = a.start; p-- > from;) {
        if (*(unsigned char*)p != GUARD) return "a write " + std::to_string(a.start - p) + " bytes before " + text(a);
    }
    for (uint64_t p = a.start + a.size; p < end; p++) {
        if (*(unsigned char*)p != GUARD) return "a write " + std::to_string(p - a.start - a.size) + " bytes after the end of " + text(a);
    }
    return "";
}

void paintGuards(Allocation& a) {
    memset((void*)a.base, GUARD, a.start - a.base);
    memset((void*)(a.start + a.size), GUARD, a.base + a.bytes - a.start - a.size);
}

void open(Allocation& a) {
    if (mprotect((void*)a.base, a.bytes, PROT_READ | PROT_WRITE) != 0) {
        violation(device(a.device), CUDA_ERROR_OUT_OF_MEMORY, "the system has no room for " + text(a) + " (vm.max_map_count?)");
        return;
    }
    paintGuards(a);
    uint64_t words = a.size / 8;
    uint64_t* p = (uint64_t*)a.start;
    for (uint64_t i = 0; i < words; i++) p[i] = POISON;
    memcpy(p + words, &POISON, a.size % 8);
    a.committed = true;
}

void close(Allocation& a) {
    mmap((void*)a.base, a.bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    a.committed = false;
}
}  // namespace

// Reserves addresses; null if there are none.
Allocation* allocate(uint64_t size, int device, bool host) {
    uint64_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    uint64_t bytes = (rounded + PAGE - 1) / PAGE * PAGE;
    uint64_t base = reserve(bytes);
    if (base == 0) return nullptr;
    Allocation a = {base + bytes - rounded, size, base, bytes, device};
    a.host = host;
    return &(allocations[base] = a);
}

std::string describe(uint64_t address) {
    std::lock_guard<std::mutex> guard(lock);
    if (Allocation* a = find(address)) {
        if (a->freed && !a->committed) return hex(address) + ", in " + text(*a) + ", which was freed";
        if (!a->committed) return hex(address) + ", in " + text(*a) + ", whose place in its stream's order has not come";
        if (address >= a->start + a->size) return hex(address) + ", " + std::to_string(address - a->start - a->size) + " bytes after the end of " + text(*a);
        if (address < a->start) return hex(address) + ", " + std::to_string(a->start - address) + " bytes before " + text(*a);
        return hex(address) + ", in " + text(*a);
    }
    auto gone = released.upper_bound(address);
    if (gone != released.begin()) {
        const Allocation& a = std::prev(gone)->second;
        if (address < a.base + a.bytes) return hex(address) + ", in " + text(a) + ", which was freed";
    }
    if (address >= arena && address < arenaEnd) {
        auto next = allocations.upper_bound(address);
        if (next != allocations.begin()) {
            const Allocation& a = std::prev(next)->second;
            if (address - a.start < 1 << 20) return hex(address) + ", " + std::to_string(address - a.start - a.size) + " bytes after the end of " + text(a);
        }
        if (next != allocations.end() && next->second.start - address < 1 << 20)
            return hex(address) + ", " + std::to_string(next->second.start - address) + " bytes before " + text(next->second);
        return hex(address) + ", in no allocation";
    }
    return hex(address) + ", which is not device memory";
}

std::string complaint(uint64_t address, uint64_t size, int device) {
    {
        std::lock_guard<std::mutex> guard(lock);
        Allocation* a = find(address);
        if (a == nullptr && size == 0) a = find(address - 1);  // the end of an allocation, of which nothing is used
        if (a != nullptr && a->committed && address >= a->start && address + size <= a->start + a->size) {
            if (a->host || a->device == device) return "";
            return hex(address) + " belongs to device " + std::to_string(a->device) + ", not to device " + std::to_string(device);
        }
        if (inside(registered, address, size) || inside(globals, address, size)) return "";
    }
    return std::to_string(size) + " bytes at " + describe(address);
}

std::string checkGuards(bool whole) {
    std::lock_guard<std::mutex> guard(lock);
    for (auto& [base, a] : allocations) {
        if (!a.committed) continue;
        std::string found = guardsOf(a, whole);
        if (!found.empty()) return found;
    }
    return "";
}

std::string checkGuardsOf(const std::vector<uint64_t>& pointers) {
    std::lock_guard<std::mutex> guard(lock);
    for (uint64_t pointer : pointers) {
        Allocation* a = find(pointer);
        if (a == nullptr || !a->committed) continue;
        std::string found = guardsOf(*a, true);
        if (!found.empty()) return found;
    }
    return "";
}

void repairGuards() {
    std::lock_guard<std::mutex> guard(lock);
    for (auto& [base, a] : allocations)
        if (a.committed) paintGuards(a);
}

void commit(uint64_t start) {
    std::lock_guard<std::mutex> guard(lock);
    if (Allocation* a = find(start)) open(*a);
}

void decommit(uint64_t start) {
    std::lock_guard<std::mutex> guard(lock);
    Allocation* a = find(start);
    if (a == nullptr) return;
    std::string broken = a->committed ? guardsOf(*a, true) : "";
    if (!broken.empty()) violation(device(a->device), CUDA_ERROR_ILLEGAL_ADDRESS, "found at its free: " + broken);
    close(*a);
    if (a->graph) return;  // the graph may run again
    released[a->base] = *a;
    releasedOrder.push_back(a->base);
    if (releasedOrder.size() > 4096) {
        released.erase(releasedOrder.front());
        releasedOrder.pop_front();
    }
    allocations.erase(a->base);
}

// Gives the addresses of a graph's allocation back, when the graph is destroyed.
void forget(uint64_t start) {
    std::lock_guard<std::mutex> guard(lock);
    Allocation* a = find(start);
    if (a == nullptr) return;
    if (a->committed) close(*a);
    allocations.erase(a->base);
}

void registerGlobals(const StandinModule& module, bool add) {
    std::lock_guard<std::mutex> guard(lock);
    for (unsigned i = 0; i < module.globalCount; i++) {
        if (add) {
            globals[(uint64_t)module.globals[i].address] = module.globals[i].size;
        } else {
            globals.erase((uint64_t)module.globals[i].address);
        }
    }
}

long liveAllocations(bool host) {
    std::lock_guard<std::mutex> guard(lock);
    long count = 0;
    for (auto& [base, a] : allocations) count += a.host == host && !a.freed;
    return count;
}
long liveBytes(bool host) {
    std::lock_guard<std::mutex> guard(lock);
    long bytes = 0;
    for (auto& [base, a] : allocations) bytes += a.host == host && !a.freed ? (long)a.size : 0;
    return bytes;
}

// What the calls on memory need of it, under its lock.
bool lookUp(uint64_t address, Allocation* out) {
    std::lock_guard<std::mutex> guard(lock);
    Allocation* a = find(address);
    if (a == nullptr || a->freed || address < a->start || address > a->start + a->size) return false;
    *out = *a;
    return true;
}
bool reserveFor(uint64_t size, int device, bool host, Pool* pool, bool graph, uint64_t* start) {
    std::lock_guard<std::mutex> guard(lock);
    Allocation* a = allocate(size, device, host);
    if (a == nullptr) return false;
    a->pool = pool;
    a->graph = graph;
    *start = a->start;
    return true;
}
bool markFreed(uint64_t start, bool host, Allocation* out) {
    std::lock_guard<std::mutex> guard(lock);
    Allocation* a = find(start);
    if (a == nullptr || a->freed || a->start != start || a->host != host) return false;
    if (!a->graph) a->freed = true;
    *out = *a;
    return true;
}
bool inArena(uint64_t address) { return address >= arena && address < arenaEnd; }
bool isPinned(uint64_t address, uint64_t size) {
    std::lock_guard<std::mutex> guard(lock);
    if (inside(registered, address, size)) return true;
    Allocation* a = find(address);
    return a != nullptr && a->host && !a->freed && address >= a->start && address + size <= a->start + a->size;
}
bool registerHost(uint64_t address, uint64_t size) {
    std::lock_guard<std::mutex> guard(lock);
    return registered.emplace(address, size).second;
}
bool unregisterHost(uint64_t address) {
    std::lock_guard<std::mutex> guard(lock);
    return registered.erase(address) == 1;
}

}  // namespace standin
