// What the parts of the stand-in driver share. See README.md.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "standin_abi.h"

#define API extern "C" __attribute__((visibility("default")))

using CUresult = int;
using CUdevice = int;
using CUdeviceptr = unsigned long long;

enum : int {
    CUDA_SUCCESS = 0,
    CUDA_ERROR_INVALID_VALUE = 1,
    CUDA_ERROR_OUT_OF_MEMORY = 2,
    CUDA_ERROR_NOT_INITIALIZED = 3,
    CUDA_ERROR_NO_DEVICE = 100,
    CUDA_ERROR_INVALID_DEVICE = 101,
    CUDA_ERROR_INVALID_IMAGE = 200,
    CUDA_ERROR_INVALID_CONTEXT = 201,
    CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
    CUDA_ERROR_ECC_UNCORRECTABLE = 214,
    CUDA_ERROR_FILE_NOT_FOUND = 301,
    CUDA_ERROR_INVALID_HANDLE = 400,
    CUDA_ERROR_NOT_FOUND = 500,
    CUDA_ERROR_NOT_READY = 600,
    CUDA_ERROR_ILLEGAL_ADDRESS = 700,
    CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES = 701,
    CUDA_ERROR_LAUNCH_TIMEOUT = 702,
    CUDA_ERROR_ASSERT = 710,
    CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED = 712,
    CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED = 713,
    CUDA_ERROR_MISALIGNED_ADDRESS = 716,
    CUDA_ERROR_LAUNCH_FAILED = 719,
    CUDA_ERROR_NOT_PERMITTED = 800,
    CUDA_ERROR_NOT_SUPPORTED = 801,
    CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED = 900,
    CUDA_ERROR_STREAM_CAPTURE_INVALIDATED = 901,
    CUDA_ERROR_STREAM_CAPTURE_MERGE = 902,
    CUDA_ERROR_STREAM_CAPTURE_UNMATCHED = 903,
    CUDA_ERROR_STREAM_CAPTURE_UNJOINED = 904,
    CUDA_ERROR_STREAM_CAPTURE_ISOLATION = 905,
    CUDA_ERROR_STREAM_CAPTURE_IMPLICIT = 906,
    CUDA_ERROR_CAPTURED_EVENT = 907,
    CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD = 908,
    CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE = 910,
};

namespace standin {

// ---- settings and counts, read and written by name through the control calls (faults.cpp) ----

enum Setting {
    SEED,             // of delays and of the orders of threads, blocks and graph nodes
    DELAY,            // longest wait of a stream before an operation, in microseconds
    DELAY_EVERY,      // one of so many operations waits
    DEVICES,
    TOTAL_MEMORY,     // bytes of each device
    DRIVER_VERSION,   // such as 13000
    ARCHITECTURE,     // such as 90
    THREAD_ORDER,     // 0 ascending, 1 descending, 2 random
    BLOCK_ORDER,      // likewise
    FAIL_ALLOCATION,  // the n-th allocation from now is refused; 0: none
    FAIL_LAUNCH,      // the n-th launch from now is refused; 0: none
    FAULT_LAUNCH,     // the n-th launch from now is accepted and dies on the device; 0: none
    LOSE_DEVICE,      // the n-th call from now, and all that follow, fail; 0: never
    LOSE_CODE,        // with this code
    TIME_LIMIT,       // milliseconds that a kernel may run; 0: any
    RELU_DROPS_NAN,   // whether cuBLASLt's linear unit makes 0 of NaN, which its documentation leaves open
    FAIL_LOAD,        // the n-th module from now finds no memory; 0: none
    FAIL_TIMES,       // how many allocations in a row are refused from the n-th on
    SETTINGS
};
extern std::atomic<long> settings[SETTINGS];
extern std::atomic<long> calls, launches, copies, allocationsMade;
extern std::atomic<long> kernelsRun;  // since the last reset or seed: the orders of the n-th kernel depend on it

// Counts a setting such as FAIL_LAUNCH down; true at the moment it comes to zero.
bool countdown(Setting setting);
// Whether an allocation is to be refused.
bool refusesAllocation();

// ---- devices, contexts ----

struct Stream;

struct Pool {
    int device;
    std::atomic<uint64_t> used{0}, usedHigh{0}, reserved{0}, reservedHigh{0}, threshold{0};
    uint64_t limit = 0;
    int reuse[3] = {1, 1, 1};
};

struct Device {
    int ordinal;
    std::atomic<int> lost{0};  // the error that all further calls give, as on a device after a fault
    int primaryUses = 0;
    unsigned flags = 0;
    Pool defaultPool;
    Pool* pool = &defaultPool;
    std::atomic<uint64_t> plain{0};  // bytes from cuMemAlloc
    Stream* legacy = nullptr;
    explicit Device(int number) : ordinal(number) { defaultPool.device = number; }
};

struct Context {
    Device* device;
    bool primary;
};
using CUcontext = Context*;

constexpr int MAX_DEVICES = 8;
Device& device(int ordinal);
Context* primary(int ordinal);
CUresult currentDevice(Device** out);

// Records why the device is lost. The first report stands; `violations` keeps all of them.
void violation(Device& device, int code, const std::string& text);
std::string violations();
void clearViolations();

// The checks at the head of every call. Level 0: none of the following; 1: after cuInit; 2: with a current context in good health.
CUresult enter(int level);
#define ENTER(level)                                             \
    if (CUresult entered = standin::enter(level); entered != 0) \
    return entered

// ---- memory ----

struct Allocation {
    uint64_t start, size, base, bytes;  // what the caller sees; the pages that hold it
    int device;
    bool host = false;                  // pinned
    bool committed = false;             // readable: its place in the stream's order has come
    bool freed = false;                 // the caller has given it back
    bool graph = false;                 // made by a captured graph
    Pool* pool = nullptr;
};

// Why [address, address + size) may not be used by the device now; empty if it may.
std::string complaint(uint64_t address, uint64_t size, int device);
std::string describe(uint64_t address);
std::string checkGuards(bool whole);
std::string checkGuardsOf(const std::vector<uint64_t>& pointers);
void repairGuards();
void commit(uint64_t start);
void decommit(uint64_t start);
void forget(uint64_t start);  // an allocation of a destroyed graph
bool lookUp(uint64_t address, Allocation* out);
bool reserveFor(uint64_t size, int device, bool host, Pool* pool, bool graph, uint64_t* start);
bool markFreed(uint64_t start, bool host, Allocation* out);
bool inArena(uint64_t address);
bool isPinned(uint64_t address, uint64_t size);
bool registerHost(uint64_t address, uint64_t size);
bool unregisterHost(uint64_t address);
void trimPools(Device& device);  // what a pool holds above its threshold goes at a synchronisation
void registerGlobals(const StandinModule& module, bool add);
long liveAllocations(bool host);
long liveBytes(bool host);

// ---- faults in kernels and copies ----

struct FaultFrame {
    sigjmp_buf jump;
    int code = 0;
    uint64_t address = 0;
    const char* text = nullptr;
    Device* device = nullptr;
    bool kernel = false;
    char message[512];
};
// Set while this thread runs what may touch device memory wrongly.
extern thread_local FaultFrame* faultFrame;
void installFaultHandler();
// Ends the kernel that this thread runs from now on when its time is up; until the object goes.
struct TimeLimit {
    TimeLimit();
    ~TimeLimit();
};
void prepareThread();  // an alternate stack for the handler

// ---- streams and events ----

struct Mark {
    bool done = false;
    std::chrono::steady_clock::time_point time;
};
using MarkRef = std::shared_ptr<Mark>;
void waitFor(const MarkRef& mark);
bool isDone(const MarkRef& mark);

enum NodeType { KERNEL = 0, MEMCPY = 1, MEMSET = 2, HOST = 3, GRAPH = 4, EMPTY = 5, MEM_ALLOC = 10, MEM_FREE = 11 };

struct Operation {
    NodeType type = EMPTY;
    std::string name;
    std::function<void()> run;
    bool always = false;  // runs on a lost device too
    std::shared_ptr<void> detail = nullptr;
    bool own = false;  // the driver's own mark, which no query of the stream counts
};

struct Graph;
struct Node;
struct Capture;

struct Stream {
    Device* device = nullptr;
    Context* context = nullptr;
    unsigned flags = 0;
    int priority = 0;
    uint64_t id = 0;
    std::mutex lock;
    std::condition_variable wake;
    std::deque<Operation> queue;
    bool busy = false, closing = false;  // busy with what a query counts
    MarkRef last;
    Capture* capture = nullptr;
    std::vector<Node*> tail;
};
using CUstream = Stream*;

struct Event {
    unsigned flags = 0;
    MarkRef mark;
    Capture* capture = nullptr;
    std::vector<Node*> captured;
};
using CUevent = Event*;

std::mutex& registry();                    // guards the sets below and everything about captures
extern std::set<Stream*> streams;
extern std::set<Event*> events;
CUresult resolve(CUstream handle, Stream** out);
CUresult enqueue(Stream* stream, Operation operation);  // captures it if the stream is capturing
void submit(Stream* stream, Operation operation);       // runs it, capturing or not
void synchronize(Stream* stream);
void synchronizeDevice(Device& device);
CUresult health(Device& device);
// Runs an operation of a stream, turning faults into violations.
void perform(Device& device, const Operation& operation);
extern thread_local bool inHostFunction;

// ---- captures ----

struct Node {
    Operation operation;
    std::vector<Node*> dependencies;
};
struct Graph {
    std::vector<std::unique_ptr<Node>> nodes;
};
struct Capture {
    Graph* graph;
    Stream* origin;
    std::set<Stream*> members;
    int mode = 0;
    uint64_t id = 0;
    bool invalid = false;
    std::thread::id thread;
};
// For calls that a capture forbids: invalidates it and gives the error.
CUresult forbidWhileCapturing();
CUresult captureOperation(Stream* stream, Operation operation);
CUresult captureRecord(Event* event, Stream* stream);
CUresult captureWait(Stream* stream, Event* event, bool* handled);
long liveGraphs();

// ---- kernels ----

struct Module {
    void* handle = nullptr;
    StandinModule* table = nullptr;
    ~Module();
};
struct Function {
    std::shared_ptr<Module> module;
    const StandinKernel* kernel;
    int maxDynamicShared = 48 * 1024;
};
struct Launch {
    std::shared_ptr<Module> module;
    const StandinKernel* kernel;
    uint3 grid, block;
    unsigned shared;
    std::vector<unsigned char> values;
    std::vector<void*> parameters;
};
long liveModules();
// Runs a kernel to its end on this thread; the text is empty, or what went wrong with `code`.
std::string runKernel(const Launch& launch, int* code);

inline std::string quote(const std::string& name) {
    return "kernel '" + name + "'";
}
std::string hex(uint64_t value);

}  // namespace standin

// For the look-alikes of cuBLAS: an operation on the stream's own order, and the range check.
API int standin_enqueue(void* stream, const char* name, const std::function<void()>& run);
API void standin_require(const char* name, const void* address, uint64_t size);
