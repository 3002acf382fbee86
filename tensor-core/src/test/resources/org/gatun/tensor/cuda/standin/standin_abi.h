// What the stand-in driver and a module compiled for it know of each other. Included by both sides; needs no other header.
#pragma once

struct uint3 {
    unsigned x, y, z;
};

// The ways in which a thread waits for others.
enum StandinWait {
    STANDIN_BLOCK,
    STANDIN_BLOCK_COUNT,
    STANDIN_BLOCK_AND,
    STANDIN_BLOCK_OR,
    STANDIN_WARP,
    STANDIN_SHUFFLE,
    STANDIN_SHUFFLE_UP,
    STANDIN_SHUFFLE_DOWN,
    STANDIN_SHUFFLE_XOR,
    STANDIN_BALLOT,
    STANDIN_ANY,
    STANDIN_ALL,
    STANDIN_REDUCE_ADD,
    STANDIN_REDUCE_MIN,
    STANDIN_REDUCE_MAX,
    STANDIN_REDUCE_UMIN,
    STANDIN_REDUCE_UMAX,
    STANDIN_REDUCE_AND,
    STANDIN_REDUCE_OR,
    STANDIN_REDUCE_XOR,
    STANDIN_MATCH_ANY
};

struct StandinRuntime {
    // Stops the calling thread until the others of its block (or those of its warp in the mask) have come to the same call.
    unsigned long long (*wait)(int kind, unsigned mask, unsigned long long value, int argument, int width);
    // Ends the kernel with an error. Does not return.
    void (*fail)(int code, const char* text);
};

// One per module: what the running thread sees, and which thread of the block starts next.
struct StandinBlock {
    uint3 thread, block, threads, blocks;
    unsigned linear, started, ended, count, position, step;
    unsigned flat;  // nonzero if the block has one dimension
    unsigned dynamicSize;
    unsigned char* dynamicShared;
    const StandinRuntime* runtime;
};

struct StandinKernel {
    const char* name;
    void (*run)(void* kernel, void** parameters);  // starts threads until none is left to start
    void* kernel;
    unsigned parameters;
    const unsigned* sizes;
    const unsigned* alignments;
    const unsigned char* pointers;  // for each parameter: is it a pointer
};

struct StandinGlobal {
    const char* name;
    void* address;
    unsigned long long size;
};

struct StandinModule {
    unsigned version;
    unsigned architecture, anyLater;  // such as 900; compiled for a virtual architecture, which runs on later devices too
    StandinBlock* block;
    const StandinKernel* kernels;
    unsigned kernelCount;
    const StandinGlobal* globals;
    unsigned globalCount;
    unsigned char *sharedStart, *sharedEnd;  // the static shared arrays of all its kernels
};

constexpr unsigned STANDIN_VERSION = 1;
