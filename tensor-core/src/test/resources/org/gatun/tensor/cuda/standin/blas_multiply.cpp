// D = epilogue(alpha * op(A) * op(B) + beta * C), columns first, on packed copies of the operands.
#include <algorithm>
#include <cmath>

#include "blas.h"

namespace standin {

namespace {

float halfToFloat(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, mantissa = h & 1023;
    float value;
    if (exponent == 0) {
        value = std::ldexp((float)mantissa, -24);
        return sign ? -value : value;
    }
    uint32_t bits = sign | (exponent == 31 ? 0x7f800000u | mantissa << 13 : (exponent + 112) << 23 | mantissa << 13);
    memcpy(&value, &bits, 4);
    return value;
}

// Rounded once from double, to the nearest even.
uint16_t doubleToHalf(double x) {
    uint16_t sign = std::signbit(x) ? 0x8000 : 0;
    double a = std::fabs(x);
    if (std::isnan(x)) return sign | 0x7e00;
    if (a >= 65520.0) return sign | 0x7c00;
    if (a < 6.103515625e-05) return sign | (uint16_t)std::nearbyint(std::ldexp(a, 24));
    int exponent;
    double fraction = std::frexp(a, &exponent);  // in [0.5, 1)
    auto mantissa = (uint32_t)std::nearbyint(std::ldexp(fraction, 11));
    return sign | (uint16_t)(((uint32_t)(exponent + 13) << 10) + mantissa);
}

uint16_t doubleToBfloat(double x) {
    float f = (float)x;
    uint32_t bits;
    memcpy(&bits, &f, 4);
    if (std::isnan(f)) return (uint16_t)(bits >> 16 | 0x40);
    // The float may have been rounded already: a tie that it made is broken by what it lost.
    uint32_t low = bits & 0xffff;
    double lost = std::fabs(x) - std::fabs((double)f);
    bool up = low > 0x8000 || (low == 0x8000 && (lost > 0 || (lost == 0 && (bits >> 16 & 1) != 0)));
    return (uint16_t)((bits >> 16) + up);
}

float roundTo(float x, Rounding rounding) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    switch (rounding) {
        case TF32:  // 10 bits of mantissa, to the nearest even
            if ((bits & 0x7f800000) != 0x7f800000) bits = (bits + 0xfff + (bits >> 13 & 1)) & ~0x1fffu;
            memcpy(&x, &bits, 4);
            return x;
        case BF16:
            bits = (uint32_t)doubleToBfloat(x) << 16;
            memcpy(&x, &bits, 4);
            return x;
        case F16:
            return halfToFloat(doubleToHalf(x));
        default:
            return x;
    }
}

// op(X) as rows by columns, its columns one after the other.
template <class T>
void pack(const Matrix& x, int64_t batch, int64_t rows, int64_t columns, Rounding rounding, std::vector<T>* out) {
    out->resize((size_t)(rows * columns));
    const char* base = (const char*)x.data + (int64_t)sizeOf(x.type) * x.stride * batch;
    bool flip = x.transposed != x.rowMajor;
    for (int64_t column = 0; column < columns; column++) {
        for (int64_t row = 0; row < rows; row++) {
            int64_t at = flip ? column + row * x.leading : row + column * x.leading;
            T value = x.type == R_32F ? (T)((const float*)base)[at] : (T)load(x.type, base, at);
            (*out)[(size_t)(column * rows + row)] = rounding == EXACT ? value : (T)roundTo((float)value, rounding);
        }
    }
}

// acc (m by n, columns first) += A (columns first) * B (columns first), a panel of rows and of the inner dimension at a time.
template <class T>
void accumulate(const T* a, const T* b, T* acc, int64_t m, int64_t n, int64_t k) {
    constexpr int64_t ROWS = 256, INNER = 128;
    for (int64_t p0 = 0; p0 < k; p0 += INNER) {
        int64_t p1 = std::min(k, p0 + INNER);
        for (int64_t i0 = 0; i0 < m; i0 += ROWS) {
            int64_t rows = std::min(m - i0, ROWS);
            for (int64_t j = 0; j < n; j++) {
                T* column = acc + j * m + i0;
                int64_t p = p0;
                for (; p + 4 <= p1; p += 4) {
                    const T *a0 = a + p * m + i0, *a1 = a0 + m, *a2 = a1 + m, *a3 = a2 + m;
                    T b0 = b[j * k + p], b1 = b[j * k + p + 1], b2 = b[j * k + p + 2], b3 = b[j * k + p + 3];
                    for (int64_t i = 0; i < rows; i++) column[i] += a0[i] * b0 + a1[i] * b1 + a2[i] * b2 + a3[i] * b3;
                }
                for (; p < p1; p++) {
                    const T* a0 = a + p * m + i0;
                    T b0 = b[j * k + p];
                    for (int64_t i = 0; i < rows; i++) column[i] += a0[i] * b0;
                }
            }
        }
    }
}

template <class T>
void multiplyAs(const Product& x) {
    std::vector<T> a, b, acc;
    for (int64_t batch = 0; batch < x.batch; batch++) {
        acc.assign((size_t)(x.m * x.n), T(0));
        if (x.alpha != 0 && x.k > 0) {
            if (batch == 0 || x.a.stride != 0) pack(x.a, batch, x.m, x.k, x.rounding, &a);
            if (batch == 0 || x.b.stride != 0) pack(x.b, batch, x.k, x.n, x.rounding, &b);
            accumulate(a.data(), b.data(), acc.data(), x.m, x.n, x.k);
        }
        const char* c = (const char*)x.c.data + (int64_t)sizeOf(x.c.type) * x.c.stride * batch;
        char* d = (char*)x.d.data + (int64_t)sizeOf(x.d.type) * x.d.stride * batch;
        for (int64_t j = 0; j < x.n; j++) {
            for (int64_t i = 0; i < x.m; i++) {
                double value = x.alpha == 0 ? 0.0 : x.alpha * (double)acc[(size_t)(j * x.m + i)];
                int64_t atC = x.c.rowMajor ? i * x.c.leading + j : i + j * x.c.leading;
                int64_t atD = x.d.rowMajor ? i * x.d.leading + j : i + j * x.d.leading;
                if (x.beta != 0) value += x.beta * load(x.c.type, c, atC);
                if (x.epilogue) value = x.epilogue(i, j, batch, value);
                store(x.d.type, d, atD, value);
            }
        }
    }
}

}  // namespace

size_t sizeOf(int type) {
    switch (type) {
        case R_64F: return 8;
        case R_32F: case R_32I: return 4;
        case R_16F: case R_16BF: return 2;
        case R_8I: case R_8U: return 1;
        default: return 0;
    }
}

double load(int type, const void* base, int64_t index) {
    switch (type) {
        case R_64F: return ((const double*)base)[index];
        case R_32F: return ((const float*)base)[index];
        case R_32I: return ((const int32_t*)base)[index];
        case R_16F: return halfToFloat(((const uint16_t*)base)[index]);
        case R_8I: return ((const int8_t*)base)[index];
        case R_8U: return ((const uint8_t*)base)[index];
        default: {
            uint32_t bits = (uint32_t)((const uint16_t*)base)[index] << 16;
            float value;
            memcpy(&value, &bits, 4);
            return value;
        }
    }
}

void store(int type, void* base, int64_t index, double value) {
    switch (type) {
        case R_64F: ((double*)base)[index] = value; break;
        case R_32F: ((float*)base)[index] = (float)value; break;
        case R_32I: ((int32_t*)base)[index] = (int32_t)std::clamp(value, -2147483648.0, 2147483647.0); break;
        case R_16F: ((uint16_t*)base)[index] = doubleToHalf(value); break;
        case R_8I: ((int8_t*)base)[index] = (int8_t)std::clamp(std::nearbyint(value), -128.0, 127.0); break;
        case R_8U: ((uint8_t*)base)[index] = (uint8_t)std::clamp(std::nearbyint(value), 0.0, 255.0); break;
        default: ((uint16_t*)base)[index] = doubleToBfloat(value);
    }
}

uint64_t extent(const Matrix& matrix, int64_t rows, int64_t columns, int64_t batch) {
    if (rows <= 0 || columns <= 0 || batch <= 0) return 0;
    if (matrix.rowMajor) std::swap(rows, columns);
    return sizeOf(matrix.type) * (uint64_t)((batch - 1) * matrix.stride + (columns - 1) * matrix.leading + rows);
}

void checkRanges(const Product& x) {
    if (x.alpha != 0 && x.k > 0) {
        standin_require(x.name, x.a.data, x.a.transposed ? extent(x.a, x.k, x.m, x.batch) : extent(x.a, x.m, x.k, x.batch));
        standin_require(x.name, x.b.data, x.b.transposed ? extent(x.b, x.n, x.k, x.batch) : extent(x.b, x.k, x.n, x.batch));
    }
    if (x.beta != 0) standin_require(x.name, x.c.data, extent(x.c, x.m, x.n, x.batch));
    standin_require(x.name, x.d.data, extent(x.d, x.m, x.n, x.batch));
}

void multiply(const Product& x) {
    checkRanges(x);
    // Integers are exact in double up to 2^53, which products of bytes do not reach.
    if (isDouble(x.compute) || x.compute == COMPUTE_32I || x.compute == COMPUTE_32I_PEDANTIC) {
        multiplyAs<double>(x);
    } else {
        multiplyAs<float>(x);
    }
}

bool supported(int a, int b, int c, int compute) {
    if (a != b) return false;
    switch (compute) {
        case COMPUTE_64F: case COMPUTE_64F_PEDANTIC: return a == R_64F && c == R_64F;
        case COMPUTE_32I: case COMPUTE_32I_PEDANTIC: return a == R_8I && c == R_32I;
        case COMPUTE_16F: case COMPUTE_16F_PEDANTIC: return a == R_16F && c == R_16F;
        case COMPUTE_32F: case COMPUTE_32F_PEDANTIC:
            return (a == R_32F && c == R_32F) || ((a == R_16F || a == R_16BF) && (c == a || c == R_32F)) || (a == R_8I && c == R_32F);
        case COMPUTE_32F_FAST_16F: case COMPUTE_32F_FAST_16BF: case COMPUTE_32F_FAST_TF32: return a == R_32F && c == R_32F;
        default: return false;
    }
}

Rounding roundingOf(int compute, bool tensorFloat) {
    switch (compute) {
        case COMPUTE_32F_FAST_TF32: return TF32;
        case COMPUTE_32F_FAST_16BF: return BF16;
        case COMPUTE_32F_FAST_16F: return F16;
        case COMPUTE_32F: return tensorFloat ? TF32 : EXACT;
        default: return EXACT;
    }
}

bool isDouble(int compute) { return compute == COMPUTE_64F || compute == COMPUTE_64F_PEDANTIC; }

}  // namespace standin
