// Devices, contexts, versions, and the checks at the head of every call.
#include <cstdio>

#include "state.h"

namespace standin {

namespace {
std::atomic<bool> initialized{false};
thread_local std::vector<Context*> current;
}  // namespace

Device& device(int ordinal) {
    static Device* const all[MAX_DEVICES] = {new Device(0), new Device(1), new Device(2), new Device(3), new Device(4),
        new Device(5), new Device(6), new Device(7)};
    return *all[ordinal];
}

Context* primary(int ordinal) {
    static Context all[MAX_DEVICES];
    all[ordinal] = {&device(ordinal), true};
    return &all[ordinal];
}

CUresult health(Device& device) { return device.lost; }

CUresult enter(int level) {
    calls++;
    if (level == 0) return CUDA_SUCCESS;
    if (inHostFunction) return CUDA_ERROR_NOT_PERMITTED;
    if (!initialized) return CUDA_ERROR_NOT_INITIALIZED;
    if (countdown(LOSE_DEVICE)) violation(device(0), (int)settings[LOSE_CODE], "the device was lost, as the test asked");
    if (level == 1) return CUDA_SUCCESS;
    if (current.empty() || current.back() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    return health(*current.back()->device);
}

CUresult currentDevice(Device** out) {
    if (current.empty() || current.back() == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    *out = current.back()->device;
    return CUDA_SUCCESS;
}

static bool valid(CUdevice number) { return number >= 0 && number < settings[DEVICES] && number < MAX_DEVICES; }

}  // namespace standin

using namespace standin;

API CUresult cuInit(unsigned flags) {
    ENTER(0);
    if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
    if (settings[DEVICES] <= 0) return CUDA_ERROR_NO_DEVICE;
    initialized = true;
    installFaultHandler();
    return CUDA_SUCCESS;
}

API CUresult cuDriverGetVersion(int* version) {
    ENTER(0);
    if (version == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *version = (int)settings[DRIVER_VERSION];
    return CUDA_SUCCESS;
}

API CUresult cuDeviceGetCount(int* count) {
    ENTER(1);
    if (count == nullptr) return CUDA_ERROR_INVALID_VALUE;
    *count = (int)settings[DEVICES];
    return CUDA_SUCCESS;
}

API CUresult cuDeviceGet(CUdevice* out, int ordinal) {
    ENTER(1);
    if (out == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (!valid(ordinal)) return CUDA_ERROR_INVALID_DEVICE;
    *out = ordinal;
    return CUDA_SUCCESS;
}

API CUresult cuDeviceGetName(char* name, int length, CUdevice number) {
    ENTER(1);
    if (name == nullptr || length <= 0) return CUDA_ERROR_INVALID_VALUE;
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    snprintf(name, (size_t)length, "Stand-in");
    return CUDA_SUCCESS;
}

API CUresult cuDeviceGetUuid_v2(void* uuid, CUdevice number) {
    ENTER(1);
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    memset(uuid, 0x5d, 16);
    ((unsigned char*)uuid)[15] = (unsigned char)number;
    return CUDA_SUCCESS;
}
API CUresult cuDeviceGetUuid(void* uuid, CUdevice number) { return cuDeviceGetUuid_v2(uuid, number); }

API CUresult cuDeviceGetPCIBusId(char* text, int length, CUdevice number) {
    ENTER(1);
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    snprintf(text, (size_t)length, "0000:%02x:00.0", number + 1);
    return CUDA_SUCCESS;
}

API CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice number) {
    ENTER(1);
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    *bytes = (size_t)settings[TOTAL_MEMORY];
    return CUDA_SUCCESS;
}

// Those of an H100-like device; what is not named here is 0, as most flags of what it cannot do are.
API CUresult cuDeviceGetAttribute(int* value, int attribute, CUdevice number) {
    ENTER(1);
    static const std::map<int, int> values = {{1, 1024}, {2, 1024}, {3, 1024}, {4, 64}, {5, 0x7fffffff}, {6, 65535}, {7, 65535},
        {8, 49152}, {9, 65536}, {10, 32}, {11, 0x7fffffff}, {12, 65536}, {13, 1755000}, {14, 512}, {15, 1}, {16, 132}, {19, 1},
        {30, 512}, {31, 1}, {32, 1}, {33, 1}, {36, 2619000}, {37, 5120}, {38, 52428800}, {39, 2048}, {40, 3}, {41, 1}, {51, 32},
        {78, 1}, {79, 1}, {80, 1}, {81, 233472}, {82, 65536}, {87, 2}, {90, 1}, {91, 1}, {97, 232448},
        {99, 1}, {106, 32}, {111, 1024}, {115, 1}};
    if (value == nullptr || attribute < 1 || attribute > 147) return CUDA_ERROR_INVALID_VALUE;
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    if (attribute == 75 || attribute == 76) {
        *value = (int)(attribute == 75 ? settings[ARCHITECTURE] / 10 : settings[ARCHITECTURE] % 10);
        return CUDA_SUCCESS;
    }
    auto found = values.find(attribute);
    *value = found == values.end() ? 0 : found->second;
    return CUDA_SUCCESS;
}

API CUresult cuDeviceCanAccessPeer(int* can, CUdevice, CUdevice) {
    ENTER(1);
    *can = 0;
    return CUDA_SUCCESS;
}

API CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice number) {
    ENTER(1);
    if (context == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    if (device(number).lost != 0) return device(number).lost;
    std::lock_guard<std::mutex> guard(registry());
    device(number).primaryUses++;
    *context = primary(number);
    return CUDA_SUCCESS;
}

API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice number) {
    ENTER(1);
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    std::lock_guard<std::mutex> guard(registry());
    if (device(number).primaryUses == 0) return CUDA_ERROR_INVALID_CONTEXT;
    device(number).primaryUses--;
    return CUDA_SUCCESS;
}

API CUresult cuDevicePrimaryCtxSetFlags_v2(CUdevice number, unsigned flags) {
    ENTER(1);
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    device(number).flags = flags;
    return CUDA_SUCCESS;
}

API CUresult cuDevicePrimaryCtxGetState(CUdevice number, unsigned* flags, int* active) {
    ENTER(1);
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    *flags = device(number).flags;
    *active = device(number).primaryUses > 0;
    return CUDA_SUCCESS;
}

API CUresult cuDevicePrimaryCtxReset_v2(CUdevice number) {
    ENTER(1);
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    synchronizeDevice(device(number));
    device(number).lost = 0;
    return CUDA_SUCCESS;
}

API CUresult cuCtxCreate_v4(CUcontext* context, void*, unsigned, CUdevice number) {
    ENTER(1);
    if (!valid(number)) return CUDA_ERROR_INVALID_DEVICE;
    *context = new Context{&device(number), false};
    current.push_back(*context);
    return CUDA_SUCCESS;
}
API CUresult cuCtxCreate_v2(CUcontext* context, unsigned flags, CUdevice number) {
    return cuCtxCreate_v4(context, nullptr, flags, number);
}

API CUresult cuCtxDestroy_v2(CUcontext context) {
    ENTER(1);
    if (context == nullptr || context->primary) return CUDA_ERROR_INVALID_CONTEXT;
    synchronizeDevice(*context->device);
    if (!current.empty() && current.back() == context) current.pop_back();
    delete context;
    return CUDA_SUCCESS;
}

API CUresult cuCtxSetCurrent(CUcontext context) {
    ENTER(1);
    if (current.empty()) {
        current.push_back(context);
    } else {
        current.back() = context;
    }
    return CUDA_SUCCESS;
}

API CUresult cuCtxGetCurrent(CUcontext* context) {
    ENTER(1);
    *context = current.empty() ? nullptr : current.back();
    return CUDA_SUCCESS;
}

API CUresult cuCtxPushCurrent_v2(CUcontext context) {
    ENTER(1);
    if (context == nullptr) return CUDA_ERROR_INVALID_CONTEXT;
    current.push_back(context);
    return CUDA_SUCCESS;
}

API CUresult cuCtxPopCurrent_v2(CUcontext* context) {
    ENTER(1);
    if (current.empty()) return CUDA_ERROR_INVALID_CONTEXT;
    if (context != nullptr) *context = current.back();
    current.pop_back();
    return CUDA_SUCCESS;
}

API CUresult cuCtxGetDevice(CUdevice* number) {
    ENTER(1);
    Device* found;
    if (CUresult result = currentDevice(&found); result != 0) return result;
    *number = found->ordinal;
    return CUDA_SUCCESS;
}

API CUresult cuCtxGetApiVersion(CUcontext, unsigned* version) {
    ENTER(1);
    *version = 4000;
    return CUDA_SUCCESS;
}

API CUresult cuCtxGetFlags(unsigned* flags) {
    ENTER(2);
    Device* found;
    if (CUresult result = currentDevice(&found); result != 0) return result;
    *flags = found->flags;
    return CUDA_SUCCESS;
}

API CUresult cuCtxSetLimit(int, size_t) {
    ENTER(2);
    return CUDA_SUCCESS;
}
API CUresult cuCtxGetLimit(size_t* value, int limit) {
    ENTER(2);
    *value = limit == 0 ? 1024 : limit == 2 ? 8u << 20 : 0;
    return CUDA_SUCCESS;
}
API CUresult cuCtxSetCacheConfig(int) {
    ENTER(2);
    return CUDA_SUCCESS;
}

API CUresult cuCtxGetStreamPriorityRange(int* least, int* greatest) {
    ENTER(2);
    if (least != nullptr) *least = 0;
    if (greatest != nullptr) *greatest = -5;
    return CUDA_SUCCESS;
}

API CUresult cuCtxSynchronize() {
    ENTER(2);
    if (CUresult result = forbidWhileCapturing(); result != 0) return result;
    Device* found;
    if (CUresult result = currentDevice(&found); result != 0) return result;
    synchronizeDevice(*found);
    return health(*found);
}
