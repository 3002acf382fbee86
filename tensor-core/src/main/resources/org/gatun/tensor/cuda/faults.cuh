#pragma once
#include "numbers.cuh"
// How a kernel tells the host that it found something wrong, such as an index out of range.

// In pinned host memory; `taken` is 0 while nothing was found.
struct FaultRecord {
    u64 taken;
    i64 site;
    i64 value;
    i64 place;
};

// The record, and the number that the host knows the launch by.
struct Faults {
    FaultRecord* record;
    i64 site;
};

// Keeps the first fault: a value, and where it was found; the kernel must go on without an access out of bounds.
static __device__ inline void reportFault(const Faults faults, const i64 value, const i64 place = 0) {
    if (atomicCAS(&faults.record->taken, 0ull, 1ull) == 0ull) {
        faults.record->site = faults.site;
        faults.record->value = value;
        faults.record->place = place;
        __threadfence_system();
    }
}
