// Copies and fills. From pageable memory the bytes are taken, and to it they are given, before the call returns, as the real
// driver's staging does; with pinned memory the call returns at once and the copy happens when the stream comes to it.
#include "state.h"

namespace standin {
namespace {

// Does [address, address + size) lie in one allocation that the caller still holds?
bool holds(CUdeviceptr address, size_t size) {
    Allocation found;
    if (lookUp(address, &found)) return address + size <= found.start + found.size;
    return !inArena(address) && complaint(address, size, 0).empty();  // a module's variable, or registered memory
}

bool deviceMemoryOnly(const void* host) {
    Allocation found;
    return inArena((uint64_t)host) && !(lookUp((uint64_t)host, &found) && found.host);
}

void move(const char* what, uint64_t target, uint64_t source, size_t size, bool checkTarget, bool checkSource) {
    if (checkTarget) standin_require(what, (void*)target, size);
    if (checkSource) standin_require(what, (void*)source, size);
    memmove((void*)target, (const void*)source, size);
}

CUresult copy(CUdeviceptr target, CUdeviceptr source, size_t size, bool hostTarget, bool hostSource, CUstream handle, bool wait) {
    ENTER(2);
    if (wait) {
        if (CUresult result = forbidWhileCapturing(); result != 0) return result;
    }
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    copies++;
    if (size == 0) return CUDA_SUCCESS;
    if (hostTarget ? target == 0 || deviceMemoryOnly((void*)target) : !holds(target, size)) return CUDA_ERROR_INVALID_VALUE;
    if (hostSource ? source == 0 || deviceMemoryOnly((void*)source) : !holds(source, size)) return CUDA_ERROR_INVALID_VALUE;
    const char* name = hostSource ? "the copy to the device" : hostTarget ? "the copy to the host" : "the copy on the device";
    bool capturing = stream->capture != nullptr;
    if (hostSource && !isPinned(source, size) && !capturing) {
        auto staged = std::make_shared<std::vector<char>>((char*)source, (char*)source + size);
        CUresult result = enqueue(stream, {MEMCPY, name, [=] { move(name, target, (uint64_t)staged->data(), size, true, false); }});
        if (wait && result == 0) synchronize(stream);
        return result != 0 ? result : wait ? health(*stream->device) : CUDA_SUCCESS;
    }
    bool checkTarget = !hostTarget || inArena(target), checkSource = !hostSource || inArena(source);
    CUresult result = enqueue(stream, {MEMCPY, name, [=] { move(name, target, source, size, checkTarget, checkSource); }});
    if (result != 0) return result;
    if (wait || (hostTarget && !isPinned(target, size) && !capturing)) {
        synchronize(stream);
        return health(*stream->device);
    }
    return CUDA_SUCCESS;
}

template <class T>
CUresult fill(CUdeviceptr target, T value, size_t count, CUstream handle, bool wait) {
    ENTER(2);
    if (wait) {
        if (CUresult result = forbidWhileCapturing(); result != 0) return result;
    }
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    if (count == 0) return CUDA_SUCCESS;
    if (target % sizeof(T) != 0 || count > (1ull << 46) || !holds(target, count * sizeof(T))) return CUDA_ERROR_INVALID_VALUE;
    CUresult result = enqueue(stream, {MEMSET, "the fill", [=] {
        standin_require("the fill", (void*)target, count * sizeof(T));
        for (size_t i = 0; i < count; i++) ((T*)target)[i] = value;
    }});
    if (result != 0 || !wait) return result;
    synchronize(stream);
    return health(*stream->device);
}

}  // namespace
}  // namespace standin

using namespace standin;

API CUresult cuMemcpyHtoD_v2(CUdeviceptr target, const void* source, size_t size) {
    return copy(target, (uint64_t)source, size, false, true, nullptr, true);
}
API CUresult cuMemcpyDtoH_v2(void* target, CUdeviceptr source, size_t size) {
    return copy((uint64_t)target, source, size, true, false, nullptr, true);
}
API CUresult cuMemcpyDtoD_v2(CUdeviceptr target, CUdeviceptr source, size_t size) {
    return copy(target, source, size, false, false, nullptr, false);
}
API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr target, const void* source, size_t size, CUstream stream) {
    return copy(target, (uint64_t)source, size, false, true, stream, false);
}
API CUresult cuMemcpyDtoHAsync_v2(void* target, CUdeviceptr source, size_t size, CUstream stream) {
    return copy((uint64_t)target, source, size, true, false, stream, false);
}
API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr target, CUdeviceptr source, size_t size, CUstream stream) {
    return copy(target, source, size, false, false, stream, false);
}
// Which side is the host is told by the addresses.
API CUresult cuMemcpyAsync(CUdeviceptr target, CUdeviceptr source, size_t size, CUstream stream) {
    return copy(target, source, size, !inArena(target), !inArena(source), stream, false);
}
API CUresult cuMemcpy(CUdeviceptr target, CUdeviceptr source, size_t size) {
    return copy(target, source, size, !inArena(target), !inArena(source), nullptr, true);
}
API CUresult cuMemcpyPeerAsync(CUdeviceptr target, Context* to, CUdeviceptr source, Context* from, size_t size, CUstream stream) {
    if (to == nullptr || from == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    if (to->device != from->device) return CUDA_ERROR_NOT_SUPPORTED;
    return copy(target, source, size, false, false, stream, false);
}

API CUresult cuMemsetD8_v2(CUdeviceptr target, unsigned char value, size_t count) { return fill(target, value, count, nullptr, true); }
API CUresult cuMemsetD16_v2(CUdeviceptr target, unsigned short value, size_t count) { return fill(target, value, count, nullptr, true); }
API CUresult cuMemsetD32_v2(CUdeviceptr target, unsigned value, size_t count) { return fill(target, value, count, nullptr, true); }
API CUresult cuMemsetD8Async(CUdeviceptr target, unsigned char value, size_t count, CUstream stream) { return fill(target, value, count, stream, false); }
API CUresult cuMemsetD16Async(CUdeviceptr target, unsigned short value, size_t count, CUstream stream) { return fill(target, value, count, stream, false); }
API CUresult cuMemsetD32Async(CUdeviceptr target, unsigned value, size_t count, CUstream stream) { return fill(target, value, count, stream, false); }
