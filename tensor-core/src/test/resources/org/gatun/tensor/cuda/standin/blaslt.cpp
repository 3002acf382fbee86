// The look-alike of cuBLASLt: products with epilogues.
#include <atomic>
#include <cmath>
#include <memory>

#include "blas.h"

extern "C" int cuCtxGetDevice(int*);
extern "C" long standin_get(const char*);

namespace standin {

std::atomic<long> objects{0};  // handles, descriptors, layouts and preferences that were not destroyed

struct Counted {
    Counted() { objects++; }
    ~Counted() { objects--; }
};

struct LtHandle : Counted {};

struct Layout : Counted {
    int32_t type, order = 0, batch = 1;
    uint64_t rows, columns;
    int64_t leading, stride = 0;
};

struct Description : Counted {
    int32_t compute, scale, pointerMode = 0, transA = 0, transB = 0, transC = 0;
    uint32_t epilogue = 1;
    void *bias = nullptr, *aux = nullptr;
    int64_t biasStride = 0, auxLeading = 0, auxStride = 0;
    int32_t auxType = -1, biasType = -1;
};

struct Preference : Counted {
    uint64_t workspace = 0;
    uint32_t alignment[4] = {256, 256, 256, 256};  // that the addresses of A, B, C and D are to have
};

namespace {

enum : uint32_t { RELU = 2, BIAS = 4, DRELU = 8, BGRAD = 16, GELU = 32, DGELU = 64, AUX = 128, BGRADA = 256, BGRADB = 512 };

bool copyIn(void* target, size_t expected, const void* source, size_t size) {
    if (source == nullptr || size != expected) return false;
    memcpy(target, source, size);
    return true;
}

// The place of an attribute, or null.
void* place(Layout* x, int attribute, size_t* size) {
    switch (attribute) {
        case 0: *size = 4; return &x->type;
        case 1: *size = 4; return &x->order;
        case 2: *size = 8; return &x->rows;
        case 3: *size = 8; return &x->columns;
        case 4: *size = 8; return &x->leading;
        case 5: *size = 4; return &x->batch;
        case 6: *size = 8; return &x->stride;
        default: return nullptr;
    }
}
void* place(Description* x, int attribute, size_t* size) {
    switch (attribute) {
        case 0: *size = 4; return &x->compute;
        case 1: *size = 4; return &x->scale;
        case 2: *size = 4; return &x->pointerMode;
        case 3: *size = 4; return &x->transA;
        case 4: *size = 4; return &x->transB;
        case 5: *size = 4; return &x->transC;
        case 7: *size = 4; return &x->epilogue;
        case 8: *size = 8; return &x->bias;
        case 10: *size = 8; return &x->biasStride;
        case 11: *size = 8; return &x->aux;
        case 12: *size = 8; return &x->auxLeading;
        case 13: *size = 8; return &x->auxStride;
        case 22: *size = 4; return &x->auxType;
        case 26: *size = 4; return &x->biasType;
        default: return nullptr;
    }
}
void* place(Preference* x, int attribute, size_t* size) {
    static thread_local uint64_t ignored;
    *size = attribute == 1 ? 8 : 4;
    if (attribute >= 5 && attribute <= 8) return &x->alignment[attribute - 5];
    return attribute == 1 ? (void*)&x->workspace : attribute >= 0 && attribute <= 12 ? &ignored : nullptr;
}

template <class T>
int set(T* object, int attribute, const void* source, size_t size) {
    size_t expected;
    void* target = object == nullptr ? nullptr : place(object, attribute, &expected);
    return target != nullptr && copyIn(target, expected, source, size) ? STATUS_SUCCESS : STATUS_INVALID_VALUE;
}
template <class T>
int get(T* object, int attribute, void* target, size_t size, size_t* written) {
    size_t expected;
    void* source = object == nullptr ? nullptr : place(object, attribute, &expected);
    if (source == nullptr) return STATUS_INVALID_VALUE;
    if (written != nullptr) *written = expected;
    if (size == 0 && written != nullptr) return STATUS_SUCCESS;
    return copyIn(target, expected, source, size) ? STATUS_SUCCESS : STATUS_INVALID_VALUE;
}

Matrix matrix(const void* data, const Layout& x, bool transposed) {
    return {const_cast<void*>(data), x.type, x.leading, x.stride, transposed, x.order == 1};
}

constexpr double ROOT = 0.79788456080286535588;  // sqrt(2 / pi): the library's GELU is the one with tanh
double gelu(double x) { return 0.5 * x * (1.0 + std::tanh(ROOT * (x + 0.044715 * x * x * x))); }
double geluSlope(double x) {
    double t = std::tanh(ROOT * (x + 0.044715 * x * x * x));
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * ROOT * (1.0 + 3 * 0.044715 * x * x);
}

bool layoutsFit(const Description& d, const Layout& a, const Layout& b, const Layout& c, const Layout& out) {
    uint64_t m = d.transA ? a.columns : a.rows, k = d.transA ? a.rows : a.columns, n = d.transB ? b.rows : b.columns;
    auto good = [](const Layout& x) { return x.leading > 0 && (uint64_t)x.leading >= (x.order == 1 ? x.columns : x.rows) && x.order <= 1; };
    return (d.transB ? b.columns : b.rows) == k && c.rows == m && c.columns == n && out.rows == m && out.columns == n && good(a) && good(b) && good(c) && good(out) &&
        a.batch == out.batch && b.batch == out.batch && c.batch == out.batch && d.transC == 0;
}

// The rules that the real library has for the buffers of epilogues.
int epilogueFits(const Description& d, const Layout& out) {
    uint32_t e = d.epilogue;
    static const uint32_t known[] = {1, 2, 4, 6, 32, 36, 130, 134, 160, 164, 136, 152, 192, 208, 256, 512};
    bool found = false;
    for (uint32_t x : known) found = found || x == e;
    if (!found) return STATUS_INVALID_VALUE;
    if ((e & AUX) != 0) {
        bool bits = (e & (RELU | DRELU)) != 0;
        if (d.auxLeading < (int64_t)out.rows || d.auxLeading % (bits ? 128 : 8) != 0) return STATUS_INVALID_VALUE;
        // A mask has no type, and GELU's argument has that of D.
        if (d.auxType >= 0 && (bits || d.auxType != out.type)) return STATUS_NOT_SUPPORTED;
    }
    // The choice of an algorithm looks at the alignment of these addresses, so that they must be there before it.
    if ((e & (BIAS | BGRAD | BGRADA | BGRADB)) != 0 && d.bias == nullptr) return STATUS_INVALID_VALUE;
    if ((e & AUX) != 0 && d.aux == nullptr) return STATUS_INVALID_VALUE;
    if ((e & (BIAS | BGRAD | BGRADA | BGRADB)) != 0 && d.biasType >= 0 && d.biasType != out.type) return STATUS_NOT_SUPPORTED;
    if (e != 1 && out.order != 0) return STATUS_NOT_SUPPORTED;
    return STATUS_SUCCESS;
}

// Sums of op(A) along its rows, or of op(B) along its columns: gradients of a bias from what is multiplied anyway.
void sumOperand(const Matrix& x, int64_t rows, int64_t columns, bool alongRows, int64_t batch, const Matrix& target) {
    const char* base = (const char*)x.data + (int64_t)sizeOf(x.type) * x.stride * batch;
    char* out = (char*)target.data + (int64_t)sizeOf(target.type) * target.stride * batch;
    bool flip = x.transposed != x.rowMajor;
    for (int64_t o = 0; o < (alongRows ? rows : columns); o++) {
        double sum = 0;
        for (int64_t i = 0; i < (alongRows ? columns : rows); i++) {
            int64_t row = alongRows ? o : i, column = alongRows ? i : o;
            sum += load(x.type, base, flip ? column + row * x.leading : row + column * x.leading);
        }
        store(target.type, out, o, sum);
    }
}

void run(Product p, uint32_t e, Matrix bias, Matrix aux) {
    bool bits = (e & (RELU | DRELU)) != 0;
    std::vector<double> sums;
    int64_t length = (e & BGRADB) != 0 ? p.n : p.m;
    if ((e & (BIAS | BGRAD | BGRADA | BGRADB)) != 0) {
        bias.leading = length;
        standin_require(p.name, bias.data, extent(bias, length, 1, p.batch));
    }
    if ((e & AUX) != 0) {
        uint64_t elements = (uint64_t)((p.batch - 1) * aux.stride + (p.n - 1) * aux.leading + p.m);
        standin_require(p.name, aux.data, bits ? (elements + 7) / 8 : elements * sizeOf(aux.type));
    }
    if ((e & BGRAD) != 0) sums.assign((size_t)(p.m * p.batch), 0.0);
    bool dropsNan = standin_get("relu.drops.nan") != 0;
    if ((e & ~1u) != 0) {
        p.epilogue = [&](int64_t i, int64_t j, int64_t batch, double value) {
            int64_t at = i + j * aux.leading + batch * aux.stride;
            uint8_t* byte = (uint8_t*)aux.data + at / 8;
            uint8_t bit = (uint8_t)(1u << at % 8);
            if ((e & BIAS) != 0) value += load(bias.type, bias.data, i + batch * bias.stride);
            if ((e & RELU) != 0) {
                if ((e & AUX) != 0) *byte = value > 0 ? *byte | bit : *byte & (uint8_t)~bit;
                value = value > 0 || (std::isnan(value) && !dropsNan) ? value : 0.0;
            }
            if ((e & GELU) != 0) {
                if ((e & AUX) != 0) store(aux.type, aux.data, at, value);
                value = gelu(value);
            }
            if ((e & DRELU) != 0) value = *byte & bit ? value : 0.0;
            if ((e & DGELU) != 0) value *= geluSlope(load(aux.type, aux.data, at));
            if ((e & BGRAD) != 0) sums[(size_t)(i + batch * p.m)] += value;
            return value;
        };
    }
    multiply(p);
    for (int64_t batch = 0; batch < p.batch; batch++) {
        if ((e & BGRADA) != 0) sumOperand(p.a, p.m, p.k, true, batch, bias);
        if ((e & BGRADB) != 0) sumOperand(p.b, p.k, p.n, false, batch, bias);
        for (int64_t i = 0; i < p.m && (e & BGRAD) != 0; i++) store(bias.type, bias.data, i + batch * bias.stride, sums[(size_t)(i + batch * p.m)]);
    }
}

}  // namespace
}  // namespace standin

using namespace standin;

API size_t cublasLtGetVersion() { return 130000; }
API size_t cublasLtGetCudartVersion() { return 13000; }
API const char* cublasLtGetStatusName(int status) {
    return status == 0 ? "CUBLAS_STATUS_SUCCESS" : status == 7 ? "CUBLAS_STATUS_INVALID_VALUE" : status == 15 ? "CUBLAS_STATUS_NOT_SUPPORTED"
        : status == 13 ? "CUBLAS_STATUS_EXECUTION_FAILED" : status == 1 ? "CUBLAS_STATUS_NOT_INITIALIZED" : "<unknown>";
}
API const char* cublasLtGetStatusString(int status) { return cublasLtGetStatusName(status); }

API int cublasLtCreate(LtHandle** out) {
    int device;
    if (out == nullptr) return STATUS_INVALID_VALUE;
    if (cuCtxGetDevice(&device) != 0) return STATUS_NOT_INITIALIZED;
    *out = new LtHandle;
    return STATUS_SUCCESS;
}
API int cublasLtDestroy(LtHandle* handle) {
    delete handle;
    return STATUS_SUCCESS;
}

API int cublasLtMatrixLayoutCreate(Layout** out, int type, uint64_t rows, uint64_t columns, int64_t leading) {
    if (out == nullptr || sizeOf(type) == 0) return STATUS_INVALID_VALUE;
    *out = new Layout;
    (*out)->type = type;
    (*out)->rows = rows;
    (*out)->columns = columns;
    (*out)->leading = leading;
    return STATUS_SUCCESS;
}
API int cublasLtMatrixLayoutDestroy(Layout* layout) {
    delete layout;
    return STATUS_SUCCESS;
}
API int cublasLtMatrixLayoutSetAttribute(Layout* x, int attribute, const void* source, size_t size) { return set(x, attribute, source, size); }
API int cublasLtMatrixLayoutGetAttribute(Layout* x, int attribute, void* target, size_t size, size_t* written) { return get(x, attribute, target, size, written); }

API int cublasLtMatmulDescCreate(Description** out, int compute, int scale) {
    if (out == nullptr) return STATUS_INVALID_VALUE;
    *out = new Description;
    (*out)->compute = compute;
    (*out)->scale = scale;
    return STATUS_SUCCESS;
}
API int cublasLtMatmulDescDestroy(Description* description) {
    delete description;
    return STATUS_SUCCESS;
}
API int cublasLtMatmulDescSetAttribute(Description* x, int attribute, const void* source, size_t size) { return set(x, attribute, source, size); }
API int cublasLtMatmulDescGetAttribute(Description* x, int attribute, void* target, size_t size, size_t* written) { return get(x, attribute, target, size, written); }

API int cublasLtMatmulPreferenceCreate(Preference** out) {
    *out = new Preference;
    return STATUS_SUCCESS;
}
API int cublasLtMatmulPreferenceDestroy(Preference* preference) {
    delete preference;
    return STATUS_SUCCESS;
}
API int cublasLtMatmulPreferenceSetAttribute(Preference* x, int attribute, const void* source, size_t size) { return set(x, attribute, source, size); }
API int cublasLtMatmulPreferenceGetAttribute(Preference* x, int attribute, void* target, size_t size, size_t* written) { return get(x, attribute, target, size, written); }

struct Heuristic {
    uint64_t algorithm[8];
    size_t workspace;
    int state;
    float waves;
    int reserved[4];
};

static int check(const Description* d, const Layout* a, const Layout* b, const Layout* c, const Layout* out) {
    if (d == nullptr || a == nullptr || b == nullptr || c == nullptr || out == nullptr || !layoutsFit(*d, *a, *b, *c, *out)) return STATUS_INVALID_VALUE;
    if (!supported(a->type, b->type, out->type, d->compute) || c->type != out->type) return STATUS_NOT_SUPPORTED;
    return epilogueFits(*d, *out);
}

// What an algorithm was chosen for: it may be used for nothing else, and for addresses aligned as those were at the least.
namespace {
enum : int { MAGIC, SHAPE, BYTES_A, BIAS_AND_AUX, WORDS };

uint64_t alignmentOf(const void* address, uint64_t most) {
    uint64_t bits = (uint64_t)address | most;
    return bits & (~bits + 1);
}

uint64_t shapeOf(const Description& d, const Layout& a, const Layout& b, const Layout& out) {
    uint64_t values[] = {(uint64_t)d.compute, (uint64_t)d.scale, (uint64_t)d.transA, (uint64_t)d.transB, d.epilogue, (uint64_t)d.auxLeading, (uint64_t)a.type,
        a.rows, a.columns, (uint64_t)a.leading, (uint64_t)a.order, b.rows, b.columns, (uint64_t)b.leading, (uint64_t)b.order, (uint64_t)out.type,
        (uint64_t)out.leading, (uint64_t)out.order, (uint64_t)out.batch};
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint64_t value : values) hash = (hash ^ value) * 0x100000001b3u + (hash >> 29);
    return hash;
}

bool allows(const uint64_t* algorithm, const Description& d, const Layout& a, const Layout& b, const Layout& out, const void* const addresses[4]) {
    if (algorithm[MAGIC] != 0x5744 || algorithm[SHAPE] != shapeOf(d, a, b, out)) return false;
    for (int i = 0; i < 4; i++) {
        uint64_t bytes = algorithm[BYTES_A] >> 16 * i & 0xffff;
        if (bytes > 1 && addresses[i] != nullptr && (uint64_t)addresses[i] % bytes != 0) return false;
    }
    return alignmentOf(d.bias, 16) >= (algorithm[BIAS_AND_AUX] & 0xffff) && alignmentOf(d.aux, 16) >= algorithm[BIAS_AND_AUX] >> 16;
}
}  // namespace

API int cublasLtMatmulAlgoGetHeuristic(LtHandle* handle, Description* d, Layout* a, Layout* b, Layout* c, Layout* out, Preference* preference, int asked,
    Heuristic* results, int* returned) {
    if (handle == nullptr) return STATUS_NOT_INITIALIZED;
    if (preference == nullptr || asked < 1 || results == nullptr || returned == nullptr) return STATUS_INVALID_VALUE;
    *returned = 0;
    if (int wrong = check(d, a, b, c, out); wrong != STATUS_SUCCESS) return wrong;
    memset(results, 0, sizeof *results);
    static_assert(WORDS <= 8, "an algorithm is 64 bytes");
    results->algorithm[MAGIC] = 0x5744;
    results->algorithm[SHAPE] = shapeOf(*d, *a, *b, *out);
    for (int i = 0; i < 4; i++) results->algorithm[BYTES_A] |= (uint64_t)preference->alignment[i] << 16 * i;
    results->algorithm[BIAS_AND_AUX] = alignmentOf(d->bias, 16) | alignmentOf(d->aux, 16) << 16;
    results->waves = 1;
    *returned = 1;
    return STATUS_SUCCESS;
}

API int cublasLtMatmul(LtHandle* handle, Description* d, const void* alpha, const void* a, Layout* la, const void* b, Layout* lb, const void* beta, const void* c,
    Layout* lc, void* out, Layout* lout, const uint64_t* algorithm, void* workspace, size_t workspaceSize, void* stream) {
    if (handle == nullptr) return STATUS_NOT_INITIALIZED;
    if (alpha == nullptr || beta == nullptr || (workspaceSize > 0 && workspace == nullptr) || (uintptr_t)workspace % 16 != 0) return STATUS_INVALID_VALUE;
    if (int wrong = check(d, la, lb, lc, lout); wrong != STATUS_SUCCESS) return wrong;
    const void* addresses[] = {a, b, c, out};
    if (algorithm != nullptr && !allows(algorithm, *d, *la, *lb, *lout, addresses)) return STATUS_INVALID_VALUE;
    for (const void* address : addresses) {
        if ((uintptr_t)address % sizeOf(la->type) != 0) return STATUS_INVALID_VALUE;
    }
    uint32_t e = d->epilogue;
    Product p;
    p.name = "cublasLtMatmul";
    p.m = (int64_t)lout->rows;
    p.n = (int64_t)lout->columns;
    p.k = (int64_t)(d->transA ? la->rows : la->columns);
    p.batch = lout->batch;
    if (p.m == 0 || p.n == 0 || p.batch == 0) return STATUS_SUCCESS;
    p.a = matrix(a, *la, d->transA != 0);
    p.b = matrix(b, *lb, d->transB != 0);
    p.c = matrix(c, *lc, false);
    p.d = matrix(out, *lout, false);
    p.compute = d->compute;
    p.rounding = la->type == R_32F ? roundingOf(d->compute, false) : EXACT;
    Matrix bias = {d->bias, d->biasType < 0 ? lout->type : d->biasType, 0, d->biasStride};
    Matrix aux = {d->aux, d->auxType < 0 ? lout->type : d->auxType, d->auxLeading, d->auxStride};
    int scale = d->scale;
    bool later = d->pointerMode == 1;
    if (d->pointerMode > 1) return STATUS_NOT_SUPPORTED;
    if (!later) {
        p.alpha = load(scale, alpha, 0);
        p.beta = load(scale, beta, 0);
    }
    int result = standin_enqueue(stream, p.name, [=] {
        Product now = p;
        if (later) {
            standin_require(now.name, alpha, sizeOf(scale));
            standin_require(now.name, beta, sizeOf(scale));
            now.alpha = load(scale, alpha, 0);
            now.beta = load(scale, beta, 0);
        }
        run(now, e, bias, aux);
    });
    return result == 0 ? STATUS_SUCCESS : STATUS_EXECUTION_FAILED;
}

// Handles, descriptors, layouts and preferences that were not destroyed, for tests.
API long standin_cublaslt_objects() { return objects; }
