// The calls that allocate and free: at once, in a stream's order, from pools, and pinned host memory.
#include <algorithm>

#include "state.h"

namespace standin {

namespace {
void raise(std::atomic<uint64_t>& high, uint64_t value) {
    uint64_t old = high;
    while (old < value && !high.compare_exchange_weak(old, value)) {}
}

std::mutex accounts;

// Books the bytes of a new allocation; false if the device has not so many.
bool charge(Device& device, Pool* pool, uint64_t size) {
    allocationsMade++;
    if (refusesAllocation()) return false;
    std::lock_guard<std::mutex> guard(accounts);
    uint64_t total = (uint64_t)settings[TOTAL_MEMORY];
    Pool& own = device.defaultPool;
    if (pool == nullptr) {
        // What the pool keeps is not there for others until it is trimmed.
        if (size > total || device.plain + own.reserved + size > total) return false;
        device.plain += size;
        return true;
    }
    if (size > total || device.plain + pool->used + size > total) return false;
    if (pool->limit != 0 && pool->used + size > pool->limit) return false;
    pool->used += size;
    raise(pool->usedHigh, pool->used);
    if (pool->reserved < pool->used) pool->reserved = pool->used.load();
    raise(pool->reservedHigh, pool->reserved);
    return true;
}
void refund(Device& device, Pool* pool, uint64_t size) {
    std::lock_guard<std::mutex> guard(accounts);
    (pool == nullptr ? device.plain : pool->used) -= size;
}

CUresult allocateAsync(CUdeviceptr* out, size_t size, Pool* pool, CUstream handle) {
    if (out == nullptr || size == 0) return CUDA_ERROR_INVALID_VALUE;
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    Device& device = *stream->device;
    if (pool == nullptr) pool = device.pool;
    if (!charge(device, pool, size)) return CUDA_ERROR_OUT_OF_MEMORY;
    bool graph = stream->capture != nullptr;
    uint64_t start;
    if (!reserveFor(size, device.ordinal, false, pool, graph, &start)) return CUDA_ERROR_OUT_OF_MEMORY;
    *out = start;
    std::shared_ptr<void> owner;
    if (graph) {
        // The addresses belong to the graph and what is made of it: they go with the last of them.
        owner = std::shared_ptr<void>(stream, [start, size, pool, &device](void*) {
            forget(start);
            refund(device, pool, size);
        });
    }
    return enqueue(stream, {MEM_ALLOC, "cuMemAllocAsync", [start] { commit(start); }, true, owner});
}
}  // namespace

void trimPools(Device& device) {
    std::lock_guard<std::mutex> guard(accounts);
    Pool& pool = device.defaultPool;
    pool.reserved = std::max(pool.used.load(), std::min(pool.reserved.load(), pool.threshold.load()));
}

}  // namespace standin

using namespace standin;

API CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
    ENTER(2);
    Device* device;
    currentDevice(&device);
    uint64_t held = device->plain + device->defaultPool.reserved, all = (uint64_t)settings[TOTAL_MEMORY];
    if (total != nullptr) *total = all;
    if (free != nullptr) *free = all > held ? all - held : 0;
    return CUDA_SUCCESS;
}

API CUresult cuMemAlloc_v2(CUdeviceptr* out, size_t size) {
    ENTER(2);
    if (CUresult result = forbidWhileCapturing(); result != 0) return result;
    if (out == nullptr || size == 0) return CUDA_ERROR_INVALID_VALUE;
    Device* device;
    currentDevice(&device);
    if (!charge(*device, nullptr, size)) return CUDA_ERROR_OUT_OF_MEMORY;
    uint64_t start;
    if (!reserveFor(size, device->ordinal, false, nullptr, false, &start)) return CUDA_ERROR_OUT_OF_MEMORY;
    commit(start);
    *out = start;
    return CUDA_SUCCESS;
}

API CUresult cuMemFree_v2(CUdeviceptr pointer) {
    ENTER(2);
    if (pointer == 0) return CUDA_SUCCESS;
    if (CUresult result = forbidWhileCapturing(); result != 0) return result;
    Allocation freed;
    if (!markFreed(pointer, false, &freed)) return CUDA_ERROR_INVALID_VALUE;
    Device& owner = device(freed.device);
    synchronizeDevice(owner);
    decommit(pointer);
    refund(owner, freed.pool, freed.size);
    return health(owner);
}

API CUresult cuMemAllocAsync(CUdeviceptr* out, size_t size, CUstream stream) {
    ENTER(2);
    return allocateAsync(out, size, nullptr, stream);
}
API CUresult cuMemAllocFromPoolAsync(CUdeviceptr* out, size_t size, Pool* pool, CUstream stream) {
    ENTER(2);
    if (pool == nullptr) return CUDA_ERROR_INVALID_VALUE;
    return allocateAsync(out, size, pool, stream);
}

API CUresult cuMemFreeAsync(CUdeviceptr pointer, CUstream handle) {
    ENTER(2);
    if (pointer == 0) return CUDA_SUCCESS;
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    Allocation freed;
    if (!lookUp(pointer, &freed) || freed.start != pointer) return CUDA_ERROR_INVALID_VALUE;
    if (stream->capture != nullptr && !freed.graph) {
        // A graph may free only what a graph allocated: another free of it would follow at the next launch.
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (!markFreed(pointer, false, &freed)) return CUDA_ERROR_INVALID_VALUE;
    if (!freed.graph) refund(device(freed.device), freed.pool, freed.size);
    uint64_t start = freed.start;
    return enqueue(stream, {MEM_FREE, "cuMemFreeAsync", [start] { decommit(start); }, true});
}

API CUresult cuMemHostAlloc(void** out, size_t size, unsigned) {
    ENTER(2);
    if (CUresult result = forbidWhileCapturing(); result != 0) return result;
    if (out == nullptr || size == 0) return CUDA_ERROR_INVALID_VALUE;
    allocationsMade++;
    if (refusesAllocation()) return CUDA_ERROR_OUT_OF_MEMORY;
    uint64_t start;
    if (!reserveFor(size, 0, true, nullptr, false, &start)) return CUDA_ERROR_OUT_OF_MEMORY;
    commit(start);
    *out = (void*)start;
    return CUDA_SUCCESS;
}
API CUresult cuMemAllocHost_v2(void** out, size_t size) { return cuMemHostAlloc(out, size, 0); }

API CUresult cuMemFreeHost(void* pointer) {
    ENTER(1);
    if (pointer == nullptr) return CUDA_SUCCESS;
    Allocation freed;
    if (!markFreed((uint64_t)pointer, true, &freed)) return CUDA_ERROR_INVALID_VALUE;
    for (int i = 0; i < MAX_DEVICES; i++) synchronizeDevice(device(i));
    decommit((uint64_t)pointer);
    return CUDA_SUCCESS;
}

API CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr* out, void* pointer, unsigned) {
    ENTER(2);
    if (!isPinned((uint64_t)pointer, 1)) return CUDA_ERROR_INVALID_VALUE;
    *out = (uint64_t)pointer;
    return CUDA_SUCCESS;
}

API CUresult cuMemHostRegister_v2(void* pointer, size_t size, unsigned) {
    ENTER(2);
    if (pointer == nullptr || size == 0 || inArena((uint64_t)pointer)) return CUDA_ERROR_INVALID_VALUE;
    return registerHost((uint64_t)pointer, size) ? CUDA_SUCCESS : CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
}
API CUresult cuMemHostUnregister(void* pointer) {
    ENTER(2);
    return unregisterHost((uint64_t)pointer) ? CUDA_SUCCESS : CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
}

API CUresult cuMemGetAddressRange_v2(CUdeviceptr* base, size_t* size, CUdeviceptr pointer) {
    ENTER(2);
    Allocation found;
    if (!lookUp(pointer, &found)) return CUDA_ERROR_NOT_FOUND;
    if (base != nullptr) *base = found.start;
    if (size != nullptr) *size = found.size;
    return CUDA_SUCCESS;
}

// Context, kind of memory (1 host, 2 device), device pointer and host pointer, whether managed, device.
API CUresult cuPointerGetAttribute(void* out, int attribute, CUdeviceptr pointer) {
    ENTER(2);
    Allocation found;
    if (!lookUp(pointer, &found)) return CUDA_ERROR_INVALID_VALUE;
    switch (attribute) {
        case 1: *(Context**)out = primary(found.device); return CUDA_SUCCESS;
        case 2: *(unsigned*)out = found.host ? 1 : 2; return CUDA_SUCCESS;
        case 3: *(CUdeviceptr*)out = pointer; return CUDA_SUCCESS;
        case 4:
            if (!found.host) return CUDA_ERROR_INVALID_VALUE;
            *(void**)out = (void*)pointer;
            return CUDA_SUCCESS;
        case 8: *(unsigned*)out = 0; return CUDA_SUCCESS;
        case 9: *(int*)out = found.device; return CUDA_SUCCESS;
        case 11: *(CUdeviceptr*)out = found.start; return CUDA_SUCCESS;
        case 12: *(size_t*)out = found.size; return CUDA_SUCCESS;
    }
    return CUDA_ERROR_INVALID_VALUE;
}

// ---- pools ----

API CUresult cuDeviceGetDefaultMemPool(Pool** out, CUdevice number) {
    ENTER(1);
    if (number < 0 || number >= settings[DEVICES]) return CUDA_ERROR_INVALID_DEVICE;
    *out = &device(number).defaultPool;
    return CUDA_SUCCESS;
}
API CUresult cuDeviceGetMemPool(Pool** out, CUdevice number) {
    ENTER(1);
    if (number < 0 || number >= settings[DEVICES]) return CUDA_ERROR_INVALID_DEVICE;
    *out = device(number).pool;
    return CUDA_SUCCESS;
}
API CUresult cuDeviceSetMemPool(CUdevice number, Pool* pool) {
    ENTER(1);
    if (number < 0 || number >= settings[DEVICES]) return CUDA_ERROR_INVALID_DEVICE;
    if (pool == nullptr) return CUDA_ERROR_INVALID_VALUE;
    device(number).pool = pool;
    return CUDA_SUCCESS;
}

struct PoolProperties {
    int type, handles, locationType, location;
    void* security;
    size_t maxSize;
};
API CUresult cuMemPoolCreate(Pool** out, const PoolProperties* properties) {
    ENTER(1);
    if (out == nullptr || properties == nullptr || properties->type != 1 || properties->locationType != 1) return CUDA_ERROR_INVALID_VALUE;
    *out = new Pool;
    (*out)->device = properties->location;
    (*out)->limit = properties->maxSize;
    return CUDA_SUCCESS;
}
API CUresult cuMemPoolDestroy(Pool* pool) {
    ENTER(1);
    if (pool == nullptr || pool == &device(pool->device).defaultPool) return CUDA_ERROR_INVALID_VALUE;
    // What it still holds is freed in time; the pool itself stays, for their sake.
    if (device(pool->device).pool == pool) device(pool->device).pool = &device(pool->device).defaultPool;
    return CUDA_SUCCESS;
}

API CUresult cuMemPoolTrimTo(Pool* pool, size_t keep) {
    ENTER(1);
    if (pool == nullptr) return CUDA_ERROR_INVALID_VALUE;
    pool->reserved = std::max(pool->used.load(), std::min(pool->reserved.load(), (uint64_t)keep));
    return CUDA_SUCCESS;
}

API CUresult cuMemPoolSetAttribute(Pool* pool, int attribute, void* value) {
    ENTER(1);
    if (pool == nullptr || value == nullptr) return CUDA_ERROR_INVALID_VALUE;
    switch (attribute) {
        case 1: case 2: case 3: pool->reuse[attribute - 1] = *(int*)value; return CUDA_SUCCESS;
        case 4: pool->threshold = *(uint64_t*)value; return CUDA_SUCCESS;
        case 6: case 8:  // the high marks may only be put back
            if (*(uint64_t*)value != 0) return CUDA_ERROR_INVALID_VALUE;
            if (attribute == 6) pool->reservedHigh = pool->reserved.load();
            if (attribute == 8) pool->usedHigh = pool->used.load();
            return CUDA_SUCCESS;
    }
    return CUDA_ERROR_INVALID_VALUE;
}
API CUresult cuMemPoolGetAttribute(Pool* pool, int attribute, void* value) {
    ENTER(1);
    if (pool == nullptr || value == nullptr) return CUDA_ERROR_INVALID_VALUE;
    switch (attribute) {
        case 1: case 2: case 3: *(int*)value = pool->reuse[attribute - 1]; return CUDA_SUCCESS;
        case 4: *(uint64_t*)value = pool->threshold; return CUDA_SUCCESS;
        case 5: *(uint64_t*)value = pool->reserved; return CUDA_SUCCESS;
        case 6: *(uint64_t*)value = pool->reservedHigh; return CUDA_SUCCESS;
        case 7: *(uint64_t*)value = pool->used; return CUDA_SUCCESS;
        case 8: *(uint64_t*)value = pool->usedHigh; return CUDA_SUCCESS;
    }
    return CUDA_ERROR_INVALID_VALUE;
}
