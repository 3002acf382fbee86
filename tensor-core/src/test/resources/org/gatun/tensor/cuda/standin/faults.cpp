// Injected failures, faults on the device, and the control calls by which tests set and read all of it.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <sys/mman.h>

#include "state.h"

// The destructors of this library's variables are never run: at the end of the process its threads still use them.
extern "C" __attribute__((visibility("hidden"))) int __cxa_atexit(void (*)(void*), void*, void*) {
    return 0;
}

namespace standin {

std::atomic<long> settings[SETTINGS];
std::atomic<long> calls, launches, copies, allocationsMade, kernelsRun;
thread_local FaultFrame* faultFrame __attribute__((tls_model("initial-exec"))) = nullptr;
thread_local bool inHostFunction = false;

namespace {
const char* const NAMES[] = {"seed", "delay", "delay.every", "devices", "memory.total", "driver.version",
    "architecture", "order.threads", "order.blocks", "fail.allocation", "fail.launch", "fault.launch", "lose.device", "lose.code", "time.limit", "relu.drops.nan", "fail.load", "fail.allocation.times"};
const long DEFAULTS[] = {1, 100, 32, 1, 4L << 30, 13000, 90, 2, 2, 0, 0, 0, 0, CUDA_ERROR_ECC_UNCORRECTABLE, 300000, 0, 0, 1};
static_assert(std::size(NAMES) == SETTINGS && std::size(DEFAULTS) == SETTINGS);
std::mutex reportLock;
std::string report;

void setDefaults() {
    for (int i = 0; i < SETTINGS; i++) settings[i] = DEFAULTS[i];
    // GATUN_STANDIN="seed=7,delay=1000" changes the defaults for a run.
    const char* text = getenv("GATUN_STANDIN");
    while (text != nullptr && *text != 0) {
        for (int i = 0; i < SETTINGS; i++) {
            size_t length = strlen(NAMES[i]);
            if (strncmp(text, NAMES[i], length) == 0 && text[length] == '=') settings[i] = atol(text + length + 1);
        }
        text = strchr(text, ',');
        if (text != nullptr) text++;
    }
}
struct Defaults {
    Defaults() { setDefaults(); }
} defaults;

struct sigaction previous[NSIG];

// The kernel that runs (one at a time), and since when.
std::mutex watchLock;
bool watching = false;
pthread_t watched;
std::chrono::steady_clock::time_point since;
std::atomic<bool> expired{false};
const int TIME_IS_UP = SIGRTMIN + 7;

void handleTimeout(int) {
    FaultFrame* frame = faultFrame;
    if (frame == nullptr || !frame->kernel || !expired) return;
    frame->code = CUDA_ERROR_LAUNCH_TIMEOUT;
    frame->text = "it ran longer than it may: does a thread wait for another in a loop?";
    siglongjmp(frame->jump, 1);
}

void watch() {
    while (true) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        std::lock_guard<std::mutex> guard(watchLock);
        long limit = settings[TIME_LIMIT];
        if (!watching || limit <= 0 || std::chrono::steady_clock::now() - since < std::chrono::milliseconds(limit)) continue;
        expired = true;
        pthread_kill(watched, TIME_IS_UP);
    }
}

// A fault of ours returns to where the kernel or the copy was started; others, such as the JVM's own, go on to their handler.
void handle(int signal, siginfo_t* info, void* context) {
    FaultFrame* frame = faultFrame;
    if (frame != nullptr) {
        frame->address = (uint64_t)info->si_addr;
        if (signal == SIGFPE) {
            frame->code = CUDA_ERROR_LAUNCH_FAILED;
            frame->text = "an integer division by zero or one that overflows, which has no defined result on a device";
        } else if (signal == SIGSEGV && info->si_code == SI_KERNEL) {
            frame->code = CUDA_ERROR_MISALIGNED_ADDRESS;
            frame->text = "an access of 16 bytes at an address that is not a multiple of 16";
        } else {
            frame->code = CUDA_ERROR_ILLEGAL_ADDRESS;
            frame->text = nullptr;
        }
        siglongjmp(frame->jump, 1);
    }
    struct sigaction& old = previous[signal];
    if ((old.sa_flags & SA_SIGINFO) != 0 && old.sa_sigaction != nullptr) {
        old.sa_sigaction(signal, info, context);
    } else if (old.sa_handler == SIG_DFL || old.sa_handler == SIG_IGN) {
        sigaction(signal, &old, nullptr);  // the instruction is run again and meets the default
    } else {
        old.sa_handler(signal);
    }
}
}  // namespace

std::string hex(uint64_t value) {
    char text[32];
    snprintf(text, sizeof text, "0x%lx", (unsigned long)value);
    return text;
}

void installFaultHandler() {
    static std::once_flag once;
    std::call_once(once, [] {
        struct sigaction action = {};
        action.sa_sigaction = handle;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        for (int signal : {SIGSEGV, SIGBUS, SIGFPE}) sigaction(signal, &action, &previous[signal]);
        struct sigaction timeout = {};
        timeout.sa_handler = handleTimeout;
        timeout.sa_flags = SA_ONSTACK | SA_NODEFER | SA_RESTART;
        sigaction(TIME_IS_UP, &timeout, nullptr);
        std::thread(watch).detach();
    });
}

TimeLimit::TimeLimit() {
    std::lock_guard<std::mutex> guard(watchLock);
    expired = false;
    since = std::chrono::steady_clock::now();
    watched = pthread_self();
    watching = true;
}
TimeLimit::~TimeLimit() {
    std::lock_guard<std::mutex> guard(watchLock);
    watching = false;
}

void prepareThread() {
    constexpr size_t SIZE = 64 * 1024;
    stack_t stack = {};
    stack.ss_sp = mmap(nullptr, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack.ss_size = SIZE;
    if (stack.ss_sp != MAP_FAILED) sigaltstack(&stack, nullptr);
}

bool countdown(Setting setting) {
    long left = settings[setting].load();
    while (left > 0) {
        if (settings[setting].compare_exchange_weak(left, left - 1)) return left == 1;
    }
    return false;
}

bool refusesAllocation() {
    if (!countdown(FAIL_ALLOCATION)) return false;
    if (--settings[FAIL_TIMES] > 0) settings[FAIL_ALLOCATION] = 1;
    return true;
}

void violation(Device& device, int code, const std::string& text) {
    int healthy = 0;
    device.lost.compare_exchange_strong(healthy, code);
    std::lock_guard<std::mutex> guard(reportLock);
    if (report.size() < 64 * 1024) report += text + "\n";
}
std::string violations() {
    std::lock_guard<std::mutex> guard(reportLock);
    return report;
}
void clearViolations() {
    std::lock_guard<std::mutex> guard(reportLock);
    report.clear();
}

}  // namespace standin

using namespace standin;

// Sets a setting; 0, or -1 if there is none of this name.
API int standin_set(const char* name, long value) {
    for (int i = 0; i < SETTINGS; i++) {
        if (strcmp(NAMES[i], name) == 0) {
            settings[i] = value;
            if (i == SEED) kernelsRun = 0;
            return 0;
        }
    }
    return -1;
}

// A setting's value or a count; the least long if there is none of this name.
API long standin_get(const char* name) {
    for (int i = 0; i < SETTINGS; i++) {
        if (strcmp(NAMES[i], name) == 0) return settings[i];
    }
    std::string asked = name;
    if (asked == "calls") return calls;
    if (asked == "launches") return launches;
    if (asked == "copies") return copies;
    if (asked == "allocations") return allocationsMade;
    if (asked == "live.allocations") return liveAllocations(false);
    if (asked == "live.bytes") return liveBytes(false);
    if (asked == "live.pinned") return liveAllocations(true);
    if (asked == "live.pinned.bytes") return liveBytes(true);
    if (asked == "live.modules") return liveModules();
    if (asked == "live.graphs") return liveGraphs();
    std::lock_guard<std::mutex> guard(registry());
    if (asked == "live.events") return (long)events.size();
    if (asked == "live.streams") {
        long own = 0;
        for (Stream* stream : streams) own += stream->id != 0 && !stream->closing;
        return own;
    }
    return INT64_MIN;
}

// Copies what went wrong on the devices so far, one line each, and gives its length.
API long standin_violations(char* buffer, long size) {
    std::string text = violations();
    if (size > 0) {
        size_t length = std::min((size_t)size - 1, text.size());
        memcpy(buffer, text.data(), length);
        buffer[length] = 0;
    }
    return (long)text.size();
}

// Ends the running operation with an error unless [address, address + size) may be used now.
API void standin_require(const char* name, const void* address, uint64_t size) {
    FaultFrame* frame = faultFrame;
    if (frame == nullptr || size == 0) return;
    {
        std::string wrong = complaint((uint64_t)address, size, frame->device->ordinal);
        if (wrong.empty()) return;
        snprintf(frame->message, sizeof frame->message, "%s needs %s", name, wrong.c_str());
    }
    frame->code = CUDA_ERROR_ILLEGAL_ADDRESS;
    frame->text = frame->message;
    siglongjmp(frame->jump, 1);
}

// Heals the devices, forgets the reports and puts every setting back; what the program holds stays. Waits for the streams first.
API void standin_reset() {
    for (int i = 0; i < MAX_DEVICES; i++) synchronizeDevice(device(i));
    for (int i = 0; i < MAX_DEVICES; i++) device(i).lost = 0;
    repairGuards();
    kernelsRun = 0;
    clearViolations();
    setDefaults();
}
