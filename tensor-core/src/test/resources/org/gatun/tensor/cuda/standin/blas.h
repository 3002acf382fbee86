// What the look-alikes of cuBLAS and cuBLASLt share: matrix products and conversions of their types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

API int standin_enqueue(void* stream, const char* name, const std::function<void()>& run);
API void standin_require(const char* name, const void* address, uint64_t size);

namespace standin {

// cudaDataType
enum : int { R_32F = 0, R_64F = 1, R_16F = 2, R_8I = 3, R_8U = 8, R_32I = 10, R_16BF = 14 };
// cublasComputeType_t
enum : int { COMPUTE_16F = 64, COMPUTE_16F_PEDANTIC = 65, COMPUTE_32F = 68, COMPUTE_32F_PEDANTIC = 69, COMPUTE_64F = 70, COMPUTE_64F_PEDANTIC = 71,
    COMPUTE_32I = 72, COMPUTE_32I_PEDANTIC = 73, COMPUTE_32F_FAST_16F = 74, COMPUTE_32F_FAST_16BF = 75, COMPUTE_32F_FAST_TF32 = 77 };
// cublasStatus_t
enum : int { STATUS_SUCCESS = 0, STATUS_NOT_INITIALIZED = 1, STATUS_ALLOC_FAILED = 3, STATUS_INVALID_VALUE = 7, STATUS_ARCH_MISMATCH = 8,
    STATUS_EXECUTION_FAILED = 13, STATUS_INTERNAL_ERROR = 14, STATUS_NOT_SUPPORTED = 15 };

// How single-precision inputs are rounded before they are multiplied.
enum Rounding { EXACT, TF32, BF16, F16 };

size_t sizeOf(int type);  // 0: not a type that is supported
double load(int type, const void* base, int64_t index);
void store(int type, void* base, int64_t index, double value);

struct Matrix {
    void* data;
    int type;
    int64_t leading, stride;  // between columns, and between the matrices of a batch
    bool transposed = false;
    bool rowMajor = false;
};

struct Product {
    const char* name;
    int64_t m, n, k, batch = 1;
    Matrix a, b, c, d;
    int compute;
    Rounding rounding = EXACT;
    double alpha, beta;
    // Given the row, the column, the batch and alpha * A * B + beta * C, what is stored.
    std::function<double(int64_t, int64_t, int64_t, double)> epilogue;
};

// The bytes that a matrix of so many rows and columns as it is stored takes up.
uint64_t extent(const Matrix& matrix, int64_t rows, int64_t columns, int64_t batch);
void checkRanges(const Product& product);
void multiply(const Product& product);
// Can this combination of types be computed?
bool supported(int a, int b, int c, int compute);
Rounding roundingOf(int compute, bool tensorFloat);
bool isDouble(int compute);

}  // namespace standin
