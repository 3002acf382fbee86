// The look-alike of cuBLAS: products of matrices in a stream's order.
#include <algorithm>
#include <mutex>
#include <set>

#include "blas.h"

extern "C" int cuCtxGetDevice(int*);
extern "C" int cuStreamGetCtx(void*, void**);
extern "C" int cuStreamIsCapturing(void*, int*);

namespace standin {

struct Handle {
    void* stream = nullptr;
    void* workspace = nullptr;  // null: the library's own
    size_t workspaceBytes = 0;
    int math = 0, pointerMode = 0, atomics = 0;
};

namespace {
std::mutex lock;
std::set<Handle*> handles;

bool known(Handle* handle) {
    std::lock_guard<std::mutex> guard(lock);
    return handles.count(handle) != 0;
}

int scaleType(int compute) {
    switch (compute) {
        case COMPUTE_64F: case COMPUTE_64F_PEDANTIC: return R_64F;
        case COMPUTE_32I: case COMPUTE_32I_PEDANTIC: return R_32I;
        case COMPUTE_16F: case COMPUTE_16F_PEDANTIC: return R_16F;
        default: return R_32F;
    }
}

// What the library says of products of bytes with 32-bit sums: A and B in 4-byte steps, and alpha and beta 0 or 1.
bool bytesFit(const void* a, int64_t lda, int64_t strideA, const void* b, int64_t ldb, int64_t strideB) {
    return (uintptr_t)a % 4 == 0 && (uintptr_t)b % 4 == 0 && lda % 4 == 0 && ldb % 4 == 0 && strideA % 4 == 0 && strideB % 4 == 0;
}

int gemm(Handle* handle, int transA, int transB, int64_t m, int64_t n, int64_t k, const void* alpha, const void* a, int typeA, int64_t lda, int64_t strideA,
    const void* b, int typeB, int64_t ldb, int64_t strideB, const void* beta, void* c, int typeC, int64_t ldc, int64_t strideC, int64_t batch, int compute, const char* name) {
    if (!known(handle)) return STATUS_NOT_INITIALIZED;
    bool ta = transA != 0, tb = transB != 0;
    if (transA < 0 || transA > 2 || transB < 0 || transB > 2 || m < 0 || n < 0 || k < 0 || batch < 0) return STATUS_INVALID_VALUE;
    if (lda < std::max<int64_t>(1, ta ? k : m) || ldb < std::max<int64_t>(1, tb ? n : k) || ldc < std::max<int64_t>(1, m)) return STATUS_INVALID_VALUE;
    if (!supported(typeA, typeB, typeC, compute)) return STATUS_NOT_SUPPORTED;
    if (m == 0 || n == 0 || batch == 0) return STATUS_SUCCESS;
    if (alpha == nullptr || beta == nullptr) return STATUS_INVALID_VALUE;
    if ((uintptr_t)a % sizeOf(typeA) != 0 || (uintptr_t)b % sizeOf(typeB) != 0 || (uintptr_t)c % sizeOf(typeC) != 0) return STATUS_INVALID_VALUE;
    if (typeC == R_32I && !bytesFit(a, lda, strideA, b, ldb, strideB)) return STATUS_NOT_SUPPORTED;
    // The matrices of a batch that is written must lie apart.
    int64_t step = strideC < 0 ? -strideC : strideC;
    bool apart = step >= (n - 1) * ldc + m || (step >= m && ldc >= step * (batch - 1) + m);
    if (batch > 1 && !apart) return STATUS_INVALID_VALUE;
    int capturing = 0;
    if (handle->workspace == nullptr && cuStreamIsCapturing(handle->stream, &capturing) == 0 && capturing != 0) {
        // The library would put its workspace's allocation into the graph. Gatun gives it one, so that a graph only computes.
        return STATUS_ALLOC_FAILED;
    }
    Product product;
    product.name = name;
    product.m = m;
    product.n = n;
    product.k = k;
    product.batch = batch;
    product.a = {const_cast<void*>(a), typeA, lda, strideA, ta};
    product.b = {const_cast<void*>(b), typeB, ldb, strideB, tb};
    product.c = product.d = {c, typeC, ldc, strideC};
    product.compute = compute;
    product.rounding = typeA == R_32F ? roundingOf(compute, (handle->math & 15) == 3) : EXACT;
    int scale = scaleType(compute);
    bool later = handle->pointerMode == 1;
    if (!later) {
        product.alpha = load(scale, alpha, 0);
        product.beta = load(scale, beta, 0);
        bool plain = (product.alpha == 0 || product.alpha == 1) && (product.beta == 0 || product.beta == 1);
        if (typeC == R_32I && !plain) return STATUS_NOT_SUPPORTED;
    }
    void* workspace = handle->workspace;
    size_t used = std::min<size_t>(handle->workspaceBytes, 64);
    int result = standin_enqueue(handle->stream, name, [product, later, scale, alpha, beta, workspace, used] {
        if (used > 0) {
            standin_require(product.name, workspace, used);
            memset(workspace, 0x5a, used);
        }
        if (!later) return multiply(product);
        Product now = product;
        standin_require(now.name, alpha, sizeOf(scale));
        standin_require(now.name, beta, sizeOf(scale));
        now.alpha = load(scale, alpha, 0);
        now.beta = load(scale, beta, 0);
        multiply(now);
    });
    return result == 0 ? STATUS_SUCCESS : STATUS_EXECUTION_FAILED;
}
}  // namespace
}  // namespace standin

using namespace standin;

API int cublasCreate_v2(Handle** out) {
    int device;
    if (out == nullptr) return STATUS_INVALID_VALUE;
    if (cuCtxGetDevice(&device) != 0) return STATUS_NOT_INITIALIZED;
    std::lock_guard<std::mutex> guard(lock);
    *out = new Handle;
    handles.insert(*out);
    return STATUS_SUCCESS;
}

API int cublasDestroy_v2(Handle* handle) {
    std::lock_guard<std::mutex> guard(lock);
    if (handles.erase(handle) == 0) return STATUS_NOT_INITIALIZED;
    delete handle;
    return STATUS_SUCCESS;
}

API int cublasGetVersion_v2(Handle*, int* version) {
    if (version == nullptr) return STATUS_INVALID_VALUE;
    *version = 130000;
    return STATUS_SUCCESS;
}
API int cublasGetProperty(int type, int* value) {
    if (value == nullptr || type < 0 || type > 2) return STATUS_INVALID_VALUE;
    *value = type == 0 ? 13 : 0;
    return STATUS_SUCCESS;
}
API size_t cublasGetCudartVersion() { return 13000; }

API int cublasSetStream_v2(Handle* handle, void* stream) {
    if (!known(handle)) return STATUS_NOT_INITIALIZED;
    handle->stream = stream;
    handle->workspace = nullptr;
    handle->workspaceBytes = 0;
    return STATUS_SUCCESS;
}
API int cublasGetStream_v2(Handle* handle, void** stream) {
    if (!known(handle)) return STATUS_NOT_INITIALIZED;
    *stream = handle->stream;
    return STATUS_SUCCESS;
}
API int cublasSetWorkspace_v2(Handle* handle, void* workspace, size_t bytes) {
    if (!known(handle)) return STATUS_NOT_INITIALIZED;
    if ((uintptr_t)workspace % 256 != 0) return STATUS_INVALID_VALUE;
    handle->workspace = workspace;
    handle->workspaceBytes = workspace == nullptr ? 0 : bytes;
    return STATUS_SUCCESS;
}
API int cublasSetMathMode(Handle* handle, int mode) {
    if (!known(handle)) return STATUS_NOT_INITIALIZED;
    if (mode < 0 || (mode & 15) > 4) return STATUS_INVALID_VALUE;
    handle->math = mode;
    return STATUS_SUCCESS;
}
API int cublasGetMathMode(Handle* handle, int* mode) {
    if (!known(handle)) return STATUS_NOT_INITIALIZED;
    *mode = handle->math;
    return STATUS_SUCCESS;
}
API int cublasSetPointerMode_v2(Handle* handle, int mode) {
    if (!known(handle)) return STATUS_NOT_INITIALIZED;
    handle->pointerMode = mode;
    return STATUS_SUCCESS;
}
API int cublasGetPointerMode_v2(Handle* handle, int* mode) {
    if (!known(handle)) return STATUS_NOT_INITIALIZED;
    *mode = handle->pointerMode;
    return STATUS_SUCCESS;
}
API int cublasSetAtomicsMode(Handle* handle, int mode) {
    if (!known(handle)) return STATUS_NOT_INITIALIZED;
    handle->atomics = mode;
    return STATUS_SUCCESS;
}

static const char* statusText(int status, bool name) {
    switch (status) {
        case 0: return name ? "CUBLAS_STATUS_SUCCESS" : "success";
        case 1: return name ? "CUBLAS_STATUS_NOT_INITIALIZED" : "the library was not initialized";
        case 3: return name ? "CUBLAS_STATUS_ALLOC_FAILED" : "the resource allocation failed";
        case 7: return name ? "CUBLAS_STATUS_INVALID_VALUE" : "an unsupported value or parameter was passed to the function";
        case 8: return name ? "CUBLAS_STATUS_ARCH_MISMATCH" : "the requested feature is not available on the current device architecture";
        case 11: return name ? "CUBLAS_STATUS_MAPPING_ERROR" : "an access to GPU memory space failed";
        case 13: return name ? "CUBLAS_STATUS_EXECUTION_FAILED" : "the GPU program failed to execute";
        case 14: return name ? "CUBLAS_STATUS_INTERNAL_ERROR" : "an internal operation failed";
        case 15: return name ? "CUBLAS_STATUS_NOT_SUPPORTED" : "the requested functionality is not supported";
        case 16: return name ? "CUBLAS_STATUS_LICENSE_ERROR" : "the functionality requested requires some license";
        default: return "<unknown>";
    }
}
API const char* cublasGetStatusName(int status) { return statusText(status, true); }
API const char* cublasGetStatusString(int status) { return statusText(status, false); }

// The calls with int and with 64-bit sizes.
#define GEMM_CALLS(INT, SUFFIX)                                                                                                                       \
    API int cublasGemmEx##SUFFIX(Handle* h, int ta, int tb, INT m, INT n, INT k, const void* alpha, const void* a, int typeA, INT lda, const void* b,  \
        int typeB, INT ldb, const void* beta, void* c, int typeC, INT ldc, int compute, int) {                                                        \
        return gemm(h, ta, tb, m, n, k, alpha, a, typeA, lda, 0, b, typeB, ldb, 0, beta, c, typeC, ldc, 0, 1, compute, "cublasGemmEx");               \
    }                                                                                                                                                 \
    API int cublasGemmStridedBatchedEx##SUFFIX(Handle* h, int ta, int tb, INT m, INT n, INT k, const void* alpha, const void* a, int typeA, INT lda,   \
        long long sa, const void* b, int typeB, INT ldb, long long sb, const void* beta, void* c, int typeC, INT ldc, long long sc, INT batch,        \
        int compute, int) {                                                                                                                           \
        return gemm(h, ta, tb, m, n, k, alpha, a, typeA, lda, sa, b, typeB, ldb, sb, beta, c, typeC, ldc, sc, batch, compute,                         \
            "cublasGemmStridedBatchedEx");                                                                                                            \
    }                                                                                                                                                 \
    API int cublasSgemm_v2##SUFFIX(Handle* h, int ta, int tb, INT m, INT n, INT k, const float* alpha, const float* a, INT lda, const float* b,        \
        INT ldb, const float* beta, float* c, INT ldc) {                                                                                              \
        return gemm(h, ta, tb, m, n, k, alpha, a, R_32F, lda, 0, b, R_32F, ldb, 0, beta, c, R_32F, ldc, 0, 1, COMPUTE_32F, "cublasSgemm");            \
    }                                                                                                                                                 \
    API int cublasDgemm_v2##SUFFIX(Handle* h, int ta, int tb, INT m, INT n, INT k, const double* alpha, const double* a, INT lda, const double* b,     \
        INT ldb, const double* beta, double* c, INT ldc) {                                                                                            \
        return gemm(h, ta, tb, m, n, k, alpha, a, R_64F, lda, 0, b, R_64F, ldb, 0, beta, c, R_64F, ldc, 0, 1, COMPUTE_64F, "cublasDgemm");            \
    }                                                                                                                                                 \
    API int cublasSgemmStridedBatched##SUFFIX(Handle* h, int ta, int tb, INT m, INT n, INT k, const float* alpha, const float* a, INT lda,             \
        long long sa, const float* b, INT ldb, long long sb, const float* beta, float* c, INT ldc, long long sc, INT batch) {                         \
        return gemm(h, ta, tb, m, n, k, alpha, a, R_32F, lda, sa, b, R_32F, ldb, sb, beta, c, R_32F, ldc, sc, batch, COMPUTE_32F,                     \
            "cublasSgemmStridedBatched");                                                                                                             \
    }                                                                                                                                                 \
    API int cublasDgemmStridedBatched##SUFFIX(Handle* h, int ta, int tb, INT m, INT n, INT k, const double* alpha, const double* a, INT lda,           \
        long long sa, const double* b, INT ldb, long long sb, const double* beta, double* c, INT ldc, long long sc, INT batch) {                      \
        return gemm(h, ta, tb, m, n, k, alpha, a, R_64F, lda, sa, b, R_64F, ldb, sb, beta, c, R_64F, ldc, sc, batch, COMPUTE_64F,                     \
            "cublasDgemmStridedBatched");                                                                                                             \
    }
GEMM_CALLS(int, )
GEMM_CALLS(int64_t, _64)

// Handles that were not destroyed, for tests.
API long standin_cublas_handles() {
    std::lock_guard<std::mutex> guard(lock);
    return (long)handles.size();
}
