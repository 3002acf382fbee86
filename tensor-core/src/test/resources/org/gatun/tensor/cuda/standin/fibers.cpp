// Runs kernels: one block after the other, the threads of a block as fibers. A thread runs until it ends or waits for others; only
// when one waits is another stack taken for those that have not started. When no thread can go on, the barriers at which all
// have come together are opened; a barrier at which they cannot come together is an error.
#include <algorithm>
#include <cstdio>
#include <sys/mman.h>

#include "state.h"

#if !defined(__x86_64__) && !defined(__aarch64__)
#include <ucontext.h>
#endif

namespace standin {
namespace {

constexpr size_t STACK = 256 * 1024, GUARD_PAGE = 4096;

#if defined(__x86_64__)
extern "C" void standin_switch(void** from, void* to);
__asm__(R"(
.text
.globl standin_switch
.hidden standin_switch
.type standin_switch, @function
standin_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size standin_switch, .-standin_switch
)");
using Context_ = void*;
void change(Context_* from, Context_* to) { standin_switch(from, *to); }
void prepare(Context_* context, char* stack, size_t size, void (*entry)()) {
    void** top = (void**)((uint64_t)(stack + size) & ~15ull);
    *--top = nullptr;  // where the entry would return to: it never does
    *--top = (void*)entry;
    for (int i = 0; i < 6; i++) *--top = nullptr;
    *context = top;
}
#elif defined(__aarch64__)
extern "C" void standin_switch(void** from, void* to);
__asm__(R"(
.text
.globl standin_switch
.hidden standin_switch
.type standin_switch, %function
standin_switch:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
.size standin_switch, .-standin_switch
)");
using Context_ = void*;
void change(Context_* from, Context_* to) { standin_switch(from, *to); }
void prepare(Context_* context, char* stack, size_t size, void (*entry)()) {
    char* top = (char*)((uint64_t)(stack + size) & ~15ull) - 160;
    memset(top, 0, 160);
    *(void**)(top + 88) = (void*)entry;  // x30
    *context = top;
}
#else
using Context_ = ucontext_t;
void change(Context_* from, Context_* to) { swapcontext(from, to); }
void prepare(Context_* context, char* stack, size_t size, void (*entry)()) {
    getcontext(context);
    context->uc_stack.ss_sp = stack;
    context->uc_stack.ss_size = size;
    context->uc_link = nullptr;
    makecontext(context, entry, 0);
}
#endif

struct Fiber {
    Context_ context;
    char* stack = nullptr;
    int kind = -1, argument = 0, width = 32;
    unsigned mask = 0, linear = 0;
    uint3 thread;
    unsigned long long value = 0, result = 0;
};

std::mutex execution;  // one kernel runs at a time: a module's variables exist once
std::vector<Fiber*> pool;
size_t used;                      // fibers of the pool that hold an unfinished thread of this block
Fiber* active;
Context_ scheduler;
StandinBlock* block;
const Launch* running;
std::vector<Fiber*> waiting;      // by the thread's number in the block; null if it does not wait
unsigned waitingCount;
std::minstd_rand order;
std::vector<Fiber*> idle, ready;
unsigned char* dynamicShared;
constexpr size_t DYNAMIC = 256 * 1024;

void entry() {
    while (true) {
        running->kernel->run(running->kernel->kernel, const_cast<void**>(running->parameters.data()));
        Fiber* self = active;
        idle.push_back(self);
        change(&self->context, &scheduler);
    }
}

Fiber* take() {
    if (!idle.empty()) {
        Fiber* fiber = idle.back();
        idle.pop_back();
        return fiber;
    }
    if (used == pool.size()) {
        Fiber* fiber = new Fiber;
        fiber->stack = (char*)mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        mprotect(fiber->stack, GUARD_PAGE, PROT_NONE);
        pool.push_back(fiber);
    }
    Fiber* fiber = pool[used++];
    // Their tops lie at different places of a page, or all of them would share a few lines of the cache.
    prepare(&fiber->context, fiber->stack, STACK - used % 61 * 320, entry);
    return fiber;
}

// A kernel's thread stops here until the scheduler has found the others.
unsigned long long wait(int kind, unsigned mask, unsigned long long value, int argument, int width) {
    Fiber* self = active;
    self->kind = kind;
    self->mask = mask;
    self->value = value;
    self->argument = argument;
    self->width = width;
    self->linear = block->linear;
    self->thread = block->thread;
    waiting[self->linear] = self;
    waitingCount++;
    change(&self->context, &scheduler);
    return self->result;
}

void fail(int code, const char* text) {
    FaultFrame* frame = faultFrame;
    frame->code = code;
    frame->text = text;
    siglongjmp(frame->jump, 1);
}

const StandinRuntime runtime = {wait, fail};

void switchTo(Fiber* fiber) {
    active = fiber;
    change(&scheduler, &fiber->context);
}

bool isWarp(int kind) { return kind >= STANDIN_WARP; }

unsigned long long reduce(int kind, unsigned long long a, unsigned long long b) {
    unsigned x = (unsigned)a, y = (unsigned)b;
    switch (kind) {
        case STANDIN_REDUCE_ADD: return x + y;
        case STANDIN_REDUCE_MIN: return (unsigned)std::min((int)x, (int)y);
        case STANDIN_REDUCE_MAX: return (unsigned)std::max((int)x, (int)y);
        case STANDIN_REDUCE_UMIN: return std::min(x, y);
        case STANDIN_REDUCE_UMAX: return std::max(x, y);
        case STANDIN_REDUCE_AND: return x & y;
        case STANDIN_REDUCE_OR: return x | y;
        default: return x ^ y;
    }
}

// Gives every lane of a complete group its result.
void exchange(Fiber** lanes, unsigned mask, int kind) {
    unsigned ballot = 0;
    unsigned long long sum = 0;
    bool first = true;
    for (int lane = 0; lane < 32; lane++) {
        if (!(mask >> lane & 1)) continue;
        ballot |= (lanes[lane]->value != 0 ? 1u : 0u) << lane;
        if (kind >= STANDIN_REDUCE_ADD) sum = first ? lanes[lane]->value : reduce(kind, sum, lanes[lane]->value);
        first = false;
    }
    for (int lane = 0; lane < 32; lane++) {
        if (!(mask >> lane & 1)) continue;
        Fiber* f = lanes[lane];
        int base = lane & ~(f->width - 1), source = lane;
        switch (kind) {
            case STANDIN_SHUFFLE: source = base + (f->argument & (f->width - 1)); break;
            case STANDIN_SHUFFLE_UP: source = lane - f->argument < base ? lane : lane - f->argument; break;
            case STANDIN_SHUFFLE_DOWN: source = lane + f->argument >= base + f->width ? lane : lane + f->argument; break;
            case STANDIN_SHUFFLE_XOR: source = (lane ^ f->argument) >= base + f->width ? lane : lane ^ f->argument; break;
            case STANDIN_BALLOT: f->result = ballot; continue;
            case STANDIN_ANY: f->result = ballot != 0; continue;
            case STANDIN_ALL: f->result = ballot == mask; continue;
            case STANDIN_MATCH_ANY: {
                unsigned same = 0;
                for (int other = 0; other < 32; other++)
                    if (mask >> other & 1 && lanes[other]->value == f->value) same |= 1u << other;
                f->result = same;
                continue;
            }
            default: f->result = sum; continue;
        }
        // What a lane outside of the mask gives is undefined: poison.
        f->result = mask >> source & 1 ? lanes[source]->value : 0xfff7fff7fff7fff7ull;
    }
}

const char* nameOf(int kind) {
    static const char* const names[] = {"__syncthreads", "__syncthreads_count", "__syncthreads_and", "__syncthreads_or", "__syncwarp",
        "__shfl_sync", "__shfl_up_sync", "__shfl_down_sync", "__shfl_xor_sync", "__ballot_sync", "__any_sync", "__all_sync",
        "__reduce_add_sync", "__reduce_min_sync", "__reduce_max_sync", "__reduce_min_sync", "__reduce_max_sync", "__reduce_and_sync",
        "__reduce_or_sync", "__reduce_xor_sync", "__match_any_sync"};
    return names[kind];
}

// Which threads can go on: all of a warp's group, or all of the block.
void open() {
    ready.clear();
    unsigned count = block->count;
    bool all = waitingCount == count;
    for (unsigned i = 0; i < count && all; i++) all = waiting[i]->kind == waiting[0]->kind;
    if (all && !isWarp(waiting[0]->kind)) {
        unsigned long long sum = 0;
        for (unsigned i = 0; i < count; i++) sum += waiting[i]->value;
        int kind = waiting[0]->kind;
        for (unsigned i = 0; i < count; i++) {
            waiting[i]->result = kind == STANDIN_BLOCK_AND ? sum == count : kind == STANDIN_BLOCK_OR ? sum != 0 : sum;
            ready.push_back(waiting[i]);
        }
        return;
    }
    for (unsigned warp = 0; warp < count; warp += 32) {
        Fiber** lanes = &waiting[warp];
        unsigned there = count - warp >= 32 ? 0xffffffffu : (1u << (count - warp)) - 1, seen = 0;
        for (int lane = 0; lane < 32 && warp + (unsigned)lane < count; lane++) {
            Fiber* f = lanes[lane];
            if (f == nullptr || seen >> lane & 1 || !isWarp(f->kind)) continue;
            unsigned mask = f->mask & there;
            bool complete = (mask >> lane & 1) != 0;
            for (int other = 0; other < 32 && complete; other++) {
                if (mask >> other & 1) complete = lanes[other] != nullptr && lanes[other]->kind == f->kind && lanes[other]->mask == f->mask;
            }
            if (!complete) continue;
            seen |= mask;
            exchange(lanes, mask, f->kind);
            for (int other = 0; other < 32; other++)
                if (mask >> other & 1) ready.push_back(lanes[other]);
        }
    }
}

// Sets the first index and the step in which `count` things are gone through.
void choose(long setting, unsigned count, unsigned* first, unsigned* step) {
    *first = setting == 1 ? count - 1 : 0;
    *step = setting == 1 && count > 1 ? count - 1 : 1;
    if (setting < 2 || count < 2) return;
    *first = (unsigned)(order() % count);
    do *step = 1 + (unsigned)(order() % (count - 1));
    while (std::__gcd(*step, count) != 1);
}

void divergence() {
    std::map<std::string, unsigned> places;
    for (Fiber* f : waiting)
        if (f != nullptr) places[nameOf(f->kind)]++;
    std::string text = "a barrier that not all threads reach:";
    for (auto& [name, number] : places) text += " " + std::to_string(number) + " wait at " + name + ",";
    text += " " + std::to_string(block->ended) + " of " + std::to_string(block->count) + " have ended";
    FaultFrame* frame = faultFrame;
    snprintf(frame->message, sizeof frame->message, "%s", text.c_str());
}

void runBlock() {
    StandinModule& module = *running->module->table;
    unsigned count = block->count;
    block->started = block->ended = 0;
    choose(settings[THREAD_ORDER], count, &block->position, &block->step);
    memset(module.sharedStart, 0xff, (size_t)(module.sharedEnd - module.sharedStart));
    if (running->shared > 0) memset(block->dynamicShared, 0xff, running->shared);
    used = 0;
    idle.clear();
    waitingCount = 0;
    while (true) {
        while (block->started < count) switchTo(take());
        if (waitingCount == 0) return;
        open();
        if (ready.empty()) {
            divergence();
            fail(CUDA_ERROR_LAUNCH_FAILED, faultFrame->message);
        }
        unsigned at, step, total = (unsigned)ready.size();
        choose(settings[THREAD_ORDER], total, &at, &step);
        for (Fiber* f : ready) waiting[f->linear] = nullptr;
        waitingCount -= total;
        for (unsigned i = 0; i < total; i++) {
            Fiber* f = ready[at];
            at += step;
            if (at >= total) at -= total;
            block->linear = f->linear;
            block->thread = f->thread;
            switchTo(f);
        }
    }
}

void runBlocks() {
    uint64_t total = (uint64_t)block->blocks.x * block->blocks.y * block->blocks.z;
    unsigned at, step;
    choose(total < UINT32_MAX ? settings[BLOCK_ORDER].load() : 0, (unsigned)total, &at, &step);
    uint64_t number = at;
    for (uint64_t i = 0; i < total; i++, number = (number + step) % total) {
        uint64_t row = number / block->blocks.x;
        block->block = {(unsigned)(number % block->blocks.x), (unsigned)(row % block->blocks.y), (unsigned)(row / block->blocks.y)};
        runBlock();
    }
}

std::string where() {
    auto three = [](uint3 v) { return "(" + std::to_string(v.x) + ", " + std::to_string(v.y) + ", " + std::to_string(v.z) + ")"; };
    return " in block " + three(block->block) + ", thread " + three(block->thread) + ": ";
}

}  // namespace

std::string runKernel(const Launch& launch, int* code) {
    std::lock_guard<std::mutex> guard(execution);
    const StandinKernel& kernel = *launch.kernel;
    FaultFrame* outer = faultFrame;
    std::vector<uint64_t> pointers;
    *code = CUDA_ERROR_ILLEGAL_ADDRESS;
    for (unsigned i = 0; i < kernel.parameters; i++) {
        if (!kernel.pointers[i]) {
            // Pointers inside of structures cannot be told from numbers: they are only watched.
            for (unsigned at = 0; at + 8 <= kernel.sizes[i]; at += 8) {
                uint64_t word;
                memcpy(&word, (char*)launch.parameters[i] + at, 8);
                if (inArena(word)) pointers.push_back(word);
            }
            continue;
        }
        uint64_t pointer = *(uint64_t*)launch.parameters[i];
        if (pointer == 0) continue;
        std::string wrong = complaint(pointer, 0, outer->device->ordinal);
        if (!wrong.empty()) return quote(kernel.name) + ", parameter " + std::to_string(i) + " is " + wrong.substr(wrong.find(" at ") + 4);
        pointers.push_back(pointer);
    }
    running = &launch;
    block = launch.module->table->block;
    block->runtime = &runtime;
    block->threads = launch.block;
    block->blocks = launch.grid;
    block->count = launch.block.x * launch.block.y * launch.block.z;
    block->flat = launch.block.y == 1 && launch.block.z == 1;
    block->thread = {0, 0, 0};
    waiting.assign((block->count + 31) / 32 * 32, nullptr);
    order.seed((unsigned)(settings[SEED] * 31 + kernelsRun++ + 1));
    if (dynamicShared == nullptr) {
        dynamicShared = (unsigned char*)mmap(nullptr, DYNAMIC + GUARD_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        mprotect(dynamicShared + DYNAMIC, GUARD_PAGE, PROT_NONE);
    }
    // Its end lies at a closed page.
    block->dynamicShared = dynamicShared + DYNAMIC - (launch.shared + 15) / 16 * 16;
    block->dynamicSize = launch.shared;
    TimeLimit limit;
    FaultFrame frame;
    frame.device = outer->device;
    frame.kernel = true;
    if (sigsetjmp(frame.jump, 0) != 0) {
        faultFrame = outer;
        *code = frame.code;
        return quote(kernel.name) + where() + (frame.text != nullptr ? std::string(frame.text) : "illegal access to " + describe(frame.address));
    }
    faultFrame = &frame;
    runBlocks();
    faultFrame = outer;
    std::string broken = checkGuardsOf(pointers);
    return broken.empty() ? "" : quote(kernel.name) + ": " + broken;
}

}  // namespace standin
