// Modules, functions and launches. A module is the shared object that the look-alike of NVRTC made; bytes 9 to 15 of its header
// hold a hash of the rest, so that damaged and foreign bytes are told from it.
#include <algorithm>
#include <cstdio>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "state.h"

namespace standin {
namespace {

std::mutex lock;
std::set<std::shared_ptr<Module>*> modules;
std::map<std::pair<Module*, std::string>, Function*> functions;

uint64_t hashOf(const unsigned char* bytes, size_t size) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 16; i < size; i++) hash = (hash ^ bytes[i]) * 0x100000001b3;
    return hash >> 8;
}

// The image's size is told by its own header. It is copied through a pipe's eyes: a bad address is an error, not a fault.
bool readImage(const void* image, std::vector<unsigned char>* out) {
    int file = memfd_create("image", MFD_CLOEXEC);
    if (file < 0) return false;
    Elf64_Ehdr header;
    bool good = write(file, image, sizeof header) == (ssize_t)sizeof header && pread(file, &header, sizeof header, 0) == (ssize_t)sizeof header;
    good = good && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_shentsize == sizeof(Elf64_Shdr) && header.e_shoff < 1 << 30;
    if (good) {
        size_t size = header.e_shoff + (size_t)header.e_shnum * header.e_shentsize;
        out->resize(size);
        good = size > sizeof header && pwrite(file, image, size, 0) == (ssize_t)size && pread(file, out->data(), size, 0) == (ssize_t)size;
    }
    close(file);
    return good;
}

CUresult load(const void* image, std::shared_ptr<Module>* out) {
    std::vector<unsigned char> bytes;
    if (!readImage(image, &bytes)) return CUDA_ERROR_INVALID_IMAGE;
    uint64_t stored = 0;
    memcpy(&stored, &bytes[9], 7);
    if (stored != hashOf(bytes.data(), bytes.size())) return CUDA_ERROR_INVALID_IMAGE;
    memset(&bytes[9], 0, 7);
    int file = memfd_create("module", 0);
    if (file < 0 || write(file, bytes.data(), bytes.size()) != (ssize_t)bytes.size()) return CUDA_ERROR_INVALID_IMAGE;
    // The loader takes equal names for the same library, and file numbers come again: a count is woven into the name. It begins elsewhere in
    // each copy of the stand-in, of which a process may have several.
    static std::atomic<unsigned> number{(unsigned)((uintptr_t)&modules >> 12)};
    std::string path = "/proc/self/fd/";
    for (unsigned bits = ++number; bits != 0; bits >>= 1) path += bits & 1 ? ".//" : "./";
    path += std::to_string(file);
    auto module = std::make_shared<Module>();
    module->handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    close(file);
    if (module->handle == nullptr) return CUDA_ERROR_INVALID_IMAGE;
    module->table = (StandinModule*)dlsym(module->handle, "standin_module");
    if (module->table == nullptr || module->table->version != STANDIN_VERSION) return CUDA_ERROR_INVALID_IMAGE;
    // A cubin runs on devices of its own generation that are not older; PTX on all that are not older.
    long built = module->table->architecture / 10, own = settings[ARCHITECTURE];
    if (built > own || (!module->table->anyLater && built / 10 != own / 10)) return CUDA_ERROR_NO_BINARY_FOR_GPU;
    registerGlobals(*module->table, true);
    *out = module;
    return CUDA_SUCCESS;
}

CUresult checkLaunch(const Function& f, uint3 grid, uint3 block, unsigned shared) {
    uint64_t threads = (uint64_t)block.x * block.y * block.z;
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || threads == 0) return CUDA_ERROR_INVALID_VALUE;
    if (grid.x > 0x7fffffff || grid.y > 65535 || grid.z > 65535) return CUDA_ERROR_INVALID_VALUE;
    if (block.x > 1024 || block.y > 1024 || block.z > 64 || threads > 1024) return CUDA_ERROR_INVALID_VALUE;
    if (shared > (unsigned)f.maxDynamicShared) return CUDA_ERROR_INVALID_VALUE;
    return CUDA_SUCCESS;
}

CUresult launch(Function* f, uint3 grid, uint3 block, unsigned shared, CUstream handle, void** parameters, void** extra) {
    ENTER(2);
    if (f == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    if (CUresult result = checkLaunch(*f, grid, block, shared); result != 0) return result;
    const StandinKernel& kernel = *f->kernel;
    if (kernel.parameters > 0 && parameters == nullptr && extra == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (countdown(FAIL_LAUNCH)) return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
    launches++;
    auto launch = std::make_shared<Launch>();
    launch->module = f->module;
    launch->kernel = f->kernel;
    launch->grid = grid;
    launch->block = block;
    launch->shared = shared;
    // The values are taken now: the caller's may change before the kernel runs.
    size_t size = 0;
    std::vector<size_t> offsets;
    for (unsigned i = 0; i < kernel.parameters; i++) {
        size = (size + kernel.alignments[i] - 1) / kernel.alignments[i] * kernel.alignments[i];
        offsets.push_back(size);
        size += kernel.sizes[i];
    }
    launch->values.resize(size + 16);
    unsigned char* values = (unsigned char*)(((uint64_t)launch->values.data() + 15) & ~15ull);
    const char* buffer = nullptr;
    for (void** e = extra; parameters == nullptr && e != nullptr && *e != nullptr; e += 2) {
        if (*e == (void*)1) buffer = (const char*)e[1];
        if (*e == (void*)2 && *(size_t*)e[1] < size) return CUDA_ERROR_INVALID_VALUE;
    }
    if (parameters == nullptr && buffer == nullptr && size > 0) return CUDA_ERROR_INVALID_VALUE;
    for (unsigned i = 0; i < kernel.parameters; i++) {
        memcpy(values + offsets[i], parameters != nullptr ? parameters[i] : buffer + offsets[i], kernel.sizes[i]);
        launch->parameters.push_back(values + offsets[i]);
    }
    bool dies = countdown(FAULT_LAUNCH);
    Device* device = stream->device;
    return enqueue(stream, {KERNEL, kernel.name, [launch, device, dies] {
        int code = CUDA_ERROR_LAUNCH_FAILED;
        std::string wrong = dies ? quote(launch->kernel->name) + " failed, as the test asked" : runKernel(*launch, &code);
        if (!wrong.empty()) violation(*device, code, wrong);
    }, false, launch});
}

}  // namespace

Module::~Module() {
    if (table != nullptr) registerGlobals(*table, false);
    if (handle != nullptr) dlclose(handle);
}

long liveModules() {
    std::lock_guard<std::mutex> guard(lock);
    return (long)modules.size();
}

}  // namespace standin

using namespace standin;
using CUmodule = std::shared_ptr<Module>*;
using CUfunction = Function*;

API CUresult cuModuleLoadData(CUmodule* out, const void* image) {
    ENTER(2);
    if (CUresult result = forbidWhileCapturing(); result != 0) return result;
    if (out == nullptr || image == nullptr) return CUDA_ERROR_INVALID_VALUE;
    if (countdown(FAIL_LOAD)) return CUDA_ERROR_OUT_OF_MEMORY;
    auto holder = std::make_unique<std::shared_ptr<Module>>();
    if (CUresult result = load(image, holder.get()); result != 0) return result;
    std::lock_guard<std::mutex> guard(lock);
    *out = holder.release();
    modules.insert(*out);
    return CUDA_SUCCESS;
}
API CUresult cuModuleLoadDataEx(CUmodule* out, const void* image, unsigned, void*, void**) { return cuModuleLoadData(out, image); }

API CUresult cuModuleLoad(CUmodule* out, const char* path) {
    FILE* file = fopen(path, "rb");
    if (file == nullptr) return CUDA_ERROR_FILE_NOT_FOUND;
    std::vector<char> bytes;
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, file)) > 0;) bytes.insert(bytes.end(), part, part + n);
    fclose(file);
    return bytes.size() < sizeof(Elf64_Ehdr) ? CUDA_ERROR_INVALID_IMAGE : cuModuleLoadData(out, bytes.data());
}

API CUresult cuModuleUnload(CUmodule module) {
    ENTER(1);
    std::lock_guard<std::mutex> guard(lock);
    if (modules.erase(module) == 0) return CUDA_ERROR_INVALID_HANDLE;
    for (auto it = functions.begin(); it != functions.end();) {
        if (it->first.first == module->get()) {
            delete it->second;
            it = functions.erase(it);
        } else {
            ++it;
        }
    }
    delete module;  // launches under way hold the rest
    return CUDA_SUCCESS;
}

API CUresult cuModuleGetFunction(CUfunction* out, CUmodule module, const char* name) {
    ENTER(2);
    std::lock_guard<std::mutex> guard(lock);
    if (!modules.count(module)) return CUDA_ERROR_INVALID_HANDLE;
    if (out == nullptr || name == nullptr) return CUDA_ERROR_INVALID_VALUE;
    Function*& found = functions[{module->get(), name}];
    if (found == nullptr) {
        StandinModule& table = *(*module)->table;
        for (unsigned i = 0; i < table.kernelCount; i++) {
            if (strcmp(table.kernels[i].name, name) == 0) found = new Function{*module, &table.kernels[i]};
        }
    }
    if (found == nullptr) {
        functions.erase({module->get(), name});
        return CUDA_ERROR_NOT_FOUND;
    }
    *out = found;
    return CUDA_SUCCESS;
}

API CUresult cuModuleGetFunctionCount(unsigned* count, CUmodule module) {
    ENTER(2);
    std::lock_guard<std::mutex> guard(lock);
    if (!modules.count(module)) return CUDA_ERROR_INVALID_HANDLE;
    *count = (*module)->table->kernelCount;
    return CUDA_SUCCESS;
}

API CUresult cuModuleGetGlobal_v2(CUdeviceptr* address, size_t* size, CUmodule module, const char* name) {
    ENTER(2);
    std::lock_guard<std::mutex> guard(lock);
    if (!modules.count(module)) return CUDA_ERROR_INVALID_HANDLE;
    StandinModule& table = *(*module)->table;
    for (unsigned i = 0; i < table.globalCount; i++) {
        if (strcmp(table.globals[i].name, name) != 0) continue;
        if (address != nullptr) *address = (uint64_t)table.globals[i].address;
        if (size != nullptr) *size = table.globals[i].size;
        return CUDA_SUCCESS;
    }
    return CUDA_ERROR_NOT_FOUND;
}

API CUresult cuModuleGetLoadingMode(int* mode) {
    ENTER(1);
    *mode = 1;
    return CUDA_SUCCESS;
}

// Threads per block, static shared (those of all kernels of the module), constants, local, registers, versions, dynamic shared.
API CUresult cuFuncGetAttribute(int* value, int attribute, CUfunction f) {
    ENTER(2);
    if (f == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    switch (attribute) {
        case 0: *value = 1024; break;
        case 1: *value = (int)(f->module->table->sharedEnd - f->module->table->sharedStart); break;
        case 4: *value = 32; break;
        case 5: case 6: *value = 90; break;
        case 8: *value = f->maxDynamicShared; break;
        default: *value = 0;
    }
    return CUDA_SUCCESS;
}

API CUresult cuFuncSetAttribute(CUfunction f, int attribute, int value) {
    ENTER(2);
    if (f == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (attribute == 8) {
        if (value < 0 || value > 232448) return CUDA_ERROR_INVALID_VALUE;
        f->maxDynamicShared = value;
    }
    return CUDA_SUCCESS;
}
API CUresult cuFuncSetCacheConfig(CUfunction f, int) {
    ENTER(2);
    return f == nullptr ? CUDA_ERROR_INVALID_HANDLE : CUDA_SUCCESS;
}
API CUresult cuFuncGetName(const char** name, CUfunction f) {
    ENTER(2);
    if (f == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    *name = f->kernel->name;
    return CUDA_SUCCESS;
}
API CUresult cuFuncLoad(CUfunction f) {
    ENTER(2);
    return f == nullptr ? CUDA_ERROR_INVALID_HANDLE : CUDA_SUCCESS;
}
API CUresult cuFuncGetParamInfo(CUfunction f, size_t index, size_t* offset, size_t* size) {
    ENTER(2);
    if (f == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (index >= f->kernel->parameters) return CUDA_ERROR_INVALID_VALUE;
    size_t at = 0;
    for (size_t i = 0; i <= index; i++) {
        at = (at + f->kernel->alignments[i] - 1) / f->kernel->alignments[i] * f->kernel->alignments[i];
        if (i < index) at += f->kernel->sizes[i];
    }
    if (offset != nullptr) *offset = at;
    if (size != nullptr) *size = f->kernel->sizes[index];
    return CUDA_SUCCESS;
}

API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, CUfunction, int blockSize, size_t dynamicShared) {
    ENTER(2);
    if (blockSize <= 0 || blockSize > 1024) return CUDA_ERROR_INVALID_VALUE;
    int byThreads = 2048 / ((blockSize + 31) / 32 * 32), byShared = dynamicShared > 0 ? (int)(233472 / (dynamicShared + 1024)) : 32;
    *blocks = std::min({byThreads, byShared, 32});
    return CUDA_SUCCESS;
}
API CUresult cuOccupancyMaxPotentialBlockSize(int* grid, int* block, CUfunction, void*, size_t, int limit) {
    ENTER(2);
    *block = limit > 0 && limit < 1024 ? limit : 1024;
    *grid = 2 * 132;
    return CUDA_SUCCESS;
}

API CUresult cuLaunchKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
    CUstream stream, void** parameters, void** extra) {
    return launch(f, {gx, gy, gz}, {bx, by, bz}, shared, stream, parameters, extra);
}

struct LaunchConfiguration {
    uint3 grid, block;
    unsigned shared;
    CUstream stream;
    void* attributes;
    unsigned attributeCount;
};
API CUresult cuLaunchKernelEx(const LaunchConfiguration* c, CUfunction f, void** parameters, void** extra) {
    if (c == nullptr) return CUDA_ERROR_INVALID_VALUE;
    return launch(f, c->grid, c->block, c->shared, c->stream, parameters, extra);
}

// Blocks that wait for each other would have to run together, and here they do not: attribute 95 says so.
API CUresult cuLaunchCooperativeKernel(CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, void**) {
    ENTER(2);
    return CUDA_ERROR_NOT_SUPPORTED;
}
