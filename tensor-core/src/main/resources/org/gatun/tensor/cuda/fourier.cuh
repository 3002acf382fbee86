#pragma once
#include "groups.cuh"
// Fourier transforms of complex numbers, each a real and an imaginary part.
//
// A block transforms several lines of up to `Room<T>::numbers` numbers together in shared memory, by Stockham's passes
// of radix 2 to 8. A longer line, of a composite length n m, is taken as n rows of m numbers: it is transformed along
// their columns, multiplied by the roots that belong to row and column, and transformed along the rows. Other lengths
// become a convolution with a chirp: see below.

template <class T>
struct alignas(2 * sizeof(T)) Complex {
    T re, im;
};

template <class T>
static __device__ __forceinline__ Complex<T> operator+(const Complex<T>& a, const Complex<T>& b) {
    return Complex<T>{a.re + b.re, a.im + b.im};
}

template <class T>
static __device__ __forceinline__ Complex<T> operator-(const Complex<T>& a, const Complex<T>& b) {
    return Complex<T>{a.re - b.re, a.im - b.im};
}

template <class T>
static __device__ __forceinline__ Complex<T> operator*(const Complex<T>& a, const Complex<T>& b) {
    return Complex<T>{a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// The inverse transform is the transform of numbers with their parts exchanged, exchanged.
template <class T>
static __device__ __forceinline__ Complex<T> exchanged(const Complex<T>& a) {
    return Complex<T>{a.im, a.re};
}

template <class T>
static __device__ __forceinline__ Complex<T> exchangedIf(bool wanted, const Complex<T>& a) {
    return wanted ? exchanged(a) : a;
}

static __device__ __forceinline__ void sineAndCosine(float halfTurns, float* sine, float* cosine) {
    sincospif(halfTurns, sine, cosine);
}

static __device__ __forceinline__ void sineAndCosine(double halfTurns, double* sine, double* cosine) {
    sincospi(halfTurns, sine, cosine);
}

// e^(-2 pi i m / n) for 0 <= m < n. Quarters of a turn are taken off in integers, so that the angle has no more than a
// rounding.
template <class T>
static __device__ __forceinline__ Complex<T> root(i64 m, i64 n) {
    const i64 quarters = quotient(8 * m + n, 2 * n);
    const i64 rest = 4 * m - quarters * n;
    T sine, cosine;
    sineAndCosine((T)rest / (T)(2 * n), &sine, &cosine);
    switch ((int)(quarters & 3)) {
        case 0:
            return Complex<T>{cosine, -sine};
        case 1:
            return Complex<T>{-sine, -cosine};
        case 2:
            return Complex<T>{-cosine, sine};
        default:
            return Complex<T>{sine, cosine};
    }
}

struct Roots {
    void* to;
    i64 n;
};

// The n-th roots of 1.
template <class T>
static __device__ __forceinline__ void roots(const Roots& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 m = (i64)blockIdx.x * blockDim.x + threadIdx.x; m < a.n; m += step) {
        static_cast<Complex<T>*>(a.to)[m] = root<T>(m, a.n);
    }
}

// ---- transforms of a few numbers ----

// cos and sin of 2 pi k / R for k up to R / 2.
static __device__ const double cosines3[] = {1, -0.5};
static __device__ const double sines3[] = {0, 0.86602540378443864676};
static __device__ const double cosines5[] = {1, 0.30901699437494742410, -0.80901699437494742410};
static __device__ const double sines5[] = {0, 0.95105651629515357212, 0.58778525229247312917};
static __device__ const double cosines7[] = {
    1, 0.62348980185873353053, -0.22252093395631440429, -0.90096886790241912624};
static __device__ const double sines7[] = {0, 0.78183148246802980871, 0.97492791218182360702, 0.43388373911755812048};

template <int R>
struct Angles;

template <>
struct Angles<3> {
    static __device__ __forceinline__ double cosine(int k) { return cosines3[k]; }
    static __device__ __forceinline__ double sine(int k) { return sines3[k]; }
};

template <>
struct Angles<5> {
    static __device__ __forceinline__ double cosine(int k) { return cosines5[k]; }
    static __device__ __forceinline__ double sine(int k) { return sines5[k]; }
};

template <>
struct Angles<7> {
    static __device__ __forceinline__ double cosine(int k) { return cosines7[k]; }
    static __device__ __forceinline__ double sine(int k) { return sines7[k]; }
};

// An odd number R: numbers k and R - k share their products.
template <class T, int R>
struct Few {
    static __device__ __forceinline__ void transform(Complex<T>* x) {
        constexpr int half = R / 2;
        const Complex<T> first = x[0];
        Complex<T> sums[half + 1];
        Complex<T> differences[half + 1];
#pragma unroll
        for (int j = 1; j <= half; j++) {
            sums[j] = x[j] + x[R - j];
            differences[j] = x[j] - x[R - j];
            x[0] = x[0] + sums[j];
        }
#pragma unroll
        for (int k = 1; k <= half; k++) {
            Complex<T> even = first;
            Complex<T> odd = Complex<T>{0, 0};
#pragma unroll
            for (int j = 1; j <= half; j++) {
                const int turn = j * k % R;
                const T cosine = (T)Angles<R>::cosine(turn > half ? R - turn : turn);
                const T sine = turn > half ? -(T)Angles<R>::sine(R - turn) : (T)Angles<R>::sine(turn);
                even = even + Complex<T>{cosine * sums[j].re, cosine * sums[j].im};
                odd = odd + Complex<T>{sine * differences[j].re, sine * differences[j].im};
            }
            x[k] = Complex<T>{even.re + odd.im, even.im - odd.re};
            x[R - k] = Complex<T>{even.re - odd.im, even.im + odd.re};
        }
    }
};

template <class T>
struct Few<T, 2> {
    static __device__ __forceinline__ void transform(Complex<T>* x) {
        const Complex<T> sum = x[0] + x[1];
        x[1] = x[0] - x[1];
        x[0] = sum;
    }
};

template <class T>
struct Few<T, 4> {
    static __device__ __forceinline__ void transform(Complex<T>* x) {
        const Complex<T> even = x[0] + x[2];
        const Complex<T> odd = x[0] - x[2];
        const Complex<T> sum = x[1] + x[3];
        const Complex<T> turned = Complex<T>{x[1].im - x[3].im, x[3].re - x[1].re};
        x[0] = even + sum;
        x[1] = odd + turned;
        x[2] = even - sum;
        x[3] = odd - turned;
    }
};

template <class T>
struct Few<T, 8> {
    static __device__ __forceinline__ void transform(Complex<T>* x) {
        Complex<T> even[4] = {x[0], x[2], x[4], x[6]};
        Complex<T> odd[4] = {x[1], x[3], x[5], x[7]};
        Few<T, 4>::transform(even);
        Few<T, 4>::transform(odd);
        const T diagonal = (T)0.70710678118654752440;
        odd[1] = Complex<T>{diagonal * (odd[1].re + odd[1].im), diagonal * (odd[1].im - odd[1].re)};
        odd[2] = Complex<T>{odd[2].im, -odd[2].re};
        odd[3] = Complex<T>{diagonal * (odd[3].im - odd[3].re), -diagonal * (odd[3].re + odd[3].im)};
#pragma unroll
        for (int k = 0; k < 4; k++) {
            x[k] = even[k] + odd[k];
            x[k + 4] = even[k] - odd[k];
        }
    }
};

// ---- lines in shared memory ----

// How many numbers a block transforms, and the most lines; after every 16 numbers one place is left free, so that
// strided accesses fall on different banks.
template <class T>
struct Room {
    static constexpr int numbers = 16384 / (int)sizeof(Complex<T>);
    static constexpr int places = numbers + numbers / 16;
    static constexpr int lines = 256;
};

static __device__ __forceinline__ int place(int number) {
    return number + (number >> 4);
}

// Lines of n numbers at four axes of lines, the last the fastest: `sizes` of all but the first, and the steps along
// them, in complex numbers, where lines are read and where they are written. `radices` holds the radix of each pass in
// four bits, the first the lowest.
struct Lines {
    const void* from;
    void* to;
    const void* roots;
    i64 lines, n, radices;
    i64 size1, size2, size3;
    i64 from0, from1, from2, from3;
    i64 to0, to1, to2, to3;
    // from number to number of a line
    i64 fromStep, toStep;
    // if not 0, the k-th result of a line at index j of axis 2 is multiplied by e^(-2 pi i j k / turn)
    i64 turn;
    i64 exchangeIn, exchangeOut;
    // the lines of a block, and whether threads that follow each other read, and write, different lines
    i64 together, linesFirstIn, linesFirstOut;
};

// One pass over all lines of a block: p is the product of the radices before.
template <class T, int R>
static __device__ __forceinline__ void pass(
    const Complex<T>* from, Complex<T>* to, const Complex<T>* roots, int lines, int n, int p) {
    const int each = n / R;
    const int step = each / p;
    for (int e = (int)threadIdx.x; e < lines * each; e += (int)blockDim.x) {
        const int start = e / each * n;
        const int j = e % each;
        const int k = j % p;
        Complex<T> x[R];
#pragma unroll
        for (int t = 0; t < R; t++) {
            x[t] = from[place(start + j + t * each)];
        }
        if (k > 0) {
#pragma unroll
            for (int t = 1; t < R; t++) {
                x[t] = x[t] * roots[k * t * step];
            }
        }
        Few<T, R>::transform(x);
        const int target = start + (j - k) * R + k;
#pragma unroll
        for (int t = 0; t < R; t++) {
            to[place(target + t * p)] = x[t];
        }
    }
}

template <class T>
static __device__ __forceinline__ void transformLines(const Lines& a) {
    __shared__ Complex<T> rooms[2][Room<T>::places];
    __shared__ i64 starts[Room<T>::lines];
    __shared__ i64 ends[Room<T>::lines];
    __shared__ i64 indices[Room<T>::lines];
    const int n = (int)a.n;
    const Complex<T>* const roots = static_cast<const Complex<T>*>(a.roots);
    for (i64 first = blockIdx.x * a.together; first < a.lines; first += gridDim.x * a.together) {
        const int lines = (int)(a.lines - first < a.together ? a.lines - first : a.together);
        for (int line = (int)threadIdx.x; line < lines; line += (int)blockDim.x) {
            const i64 rest3 = (first + line) / a.size3;
            const i64 rest2 = rest3 / a.size2;
            const i64 at3 = (first + line) % a.size3;
            const i64 at2 = rest3 % a.size2;
            const i64 at1 = rest2 % a.size1;
            const i64 at0 = rest2 / a.size1;
            starts[line] = at0 * a.from0 + at1 * a.from1 + at2 * a.from2 + at3 * a.from3;
            ends[line] = at0 * a.to0 + at1 * a.to1 + at2 * a.to2 + at3 * a.to3;
            indices[line] = at2;
        }
        __syncthreads();
        for (int e = (int)threadIdx.x; e < lines * n; e += (int)blockDim.x) {
            const int line = a.linesFirstIn != 0 ? e % lines : e / n;
            const int j = a.linesFirstIn != 0 ? e / lines : e % n;
            const Complex<T> x = static_cast<const Complex<T>*>(a.from)[starts[line] + j * a.fromStep];
            rooms[0][place(line * n + j)] = exchangedIf(a.exchangeIn != 0, x);
        }
        int room = 0;
        int p = 1;
        for (u64 radices = (u64)a.radices; radices != 0; radices >>= 4) {
            __syncthreads();
            const Complex<T>* const from = rooms[room];
            Complex<T>* const to = rooms[1 - room];
            const int radix = (int)(radices & 15);
            switch (radix) {
                case 2:
                    pass<T, 2>(from, to, roots, lines, n, p);
                    break;
                case 3:
                    pass<T, 3>(from, to, roots, lines, n, p);
                    break;
                case 4:
                    pass<T, 4>(from, to, roots, lines, n, p);
                    break;
                case 5:
                    pass<T, 5>(from, to, roots, lines, n, p);
                    break;
                case 7:
                    pass<T, 7>(from, to, roots, lines, n, p);
                    break;
                default:
                    pass<T, 8>(from, to, roots, lines, n, p);
                    break;
            }
            room = 1 - room;
            p *= radix;
        }
        __syncthreads();
        for (int e = (int)threadIdx.x; e < lines * n; e += (int)blockDim.x) {
            const int line = a.linesFirstOut != 0 ? e % lines : e / n;
            const int k = a.linesFirstOut != 0 ? e / lines : e % n;
            Complex<T> x = rooms[room][place(line * n + k)];
            if (a.turn != 0) {
                x = x * root<T>(indices[line] * k, a.turn);
            }
            static_cast<Complex<T>*>(a.to)[ends[line] + k * a.toStep] = exchangedIf(a.exchangeOut != 0, x);
        }
        __syncthreads();
    }
}

// ---- other lengths ----
//
// With jk = (j^2 + k^2 - (j - k)^2) / 2 the transform of n numbers is c[k] times the convolution of x[j] c[j] with the
// conjugate of c, where the chirp c[j] is e^(-pi i j^2 / n): done by transforms of a length m of at least 2 n - 1.

// Lines of n numbers, at places as in tensors: `inner` of them side by side; and as rows of m numbers.
struct Chirp {
    const void* from;
    void* to;
    const void* filter;
    i64 items;
    i64 n, m, inner;
    // the first of the lines that are rows
    i64 first;
    i64 exchange;
};

template <class T>
static __device__ __forceinline__ Complex<T> chirp(i64 j, i64 n) {
    return root<T>((i64)((u64)j * (u64)j % (u64)(2 * n)), 2 * n);
}

static __device__ __forceinline__ i64 placeInLine(const Chirp& a, i64 line, i64 j) {
    const i64 outer = quotient(line, a.inner);
    return (outer * a.n + j) * a.inner + (line - outer * a.inner);
}

// The rows x[j] c[j], and zeros; an item is a number of a row.
template <class T>
static __device__ __forceinline__ void chirpRows(const Chirp& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 item = (i64)blockIdx.x * blockDim.x + threadIdx.x; item < a.items; item += step) {
        const i64 row = quotient(item, a.m);
        const i64 j = item - row * a.m;
        Complex<T> x = Complex<T>{0, 0};
        if (j < a.n) {
            const i64 at = placeInLine(a, a.first + row, j);
            x = exchangedIf(a.exchange != 0, static_cast<const Complex<T>*>(a.from)[at]) * chirp<T>(j, a.n);
        }
        static_cast<Complex<T>*>(a.to)[item] = x;
    }
}

// A row of the conjugates of the chirp, at j and m - j, over m.
template <class T>
static __device__ __forceinline__ void chirpFilter(const Chirp& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 j = (i64)blockIdx.x * blockDim.x + threadIdx.x; j < a.m; j += step) {
        const i64 distance = j < a.n ? j : a.m - j;
        Complex<T> x = Complex<T>{0, 0};
        if (distance < a.n) {
            const Complex<T> c = chirp<T>(distance, a.n);
            x = Complex<T>{c.re / (T)a.m, -c.im / (T)a.m};
        }
        static_cast<Complex<T>*>(a.to)[j] = x;
    }
}

// Multiplies rows by the transformed filter.
template <class T>
static __device__ __forceinline__ void chirpMultiply(const Chirp& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 item = (i64)blockIdx.x * blockDim.x + threadIdx.x; item < a.items; item += step) {
        Complex<T>* const x = static_cast<Complex<T>*>(a.to) + item;
        *x = *x * static_cast<const Complex<T>*>(a.filter)[item - quotient(item, a.m) * a.m];
    }
}

// The first n numbers of the convolved rows, times the chirp, in their places; an item is a number of a line.
template <class T>
static __device__ __forceinline__ void chirpLines(const Chirp& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 item = (i64)blockIdx.x * blockDim.x + threadIdx.x; item < a.items; item += step) {
        const i64 row = quotient(item, a.n);
        const i64 k = item - row * a.n;
        const Complex<T> x = static_cast<const Complex<T>*>(a.from)[row * a.m + k] * chirp<T>(k, a.n);
        static_cast<Complex<T>*>(a.to)[placeInLine(a, a.first + row, k)] = exchangedIf(a.exchange != 0, x);
    }
}
