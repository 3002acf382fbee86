package org.gatun.bindings;

import static java.lang.foreign.MemorySegment.ofAddress;
import static org.gatun.bindings.openblas.generated.openblas_h.CblasNoTrans;
import static org.gatun.bindings.openblas.generated.openblas_h.CblasRowMajor;
import static org.gatun.bindings.openblas.generated.openblas_h.CblasTrans;

import org.gatun.bindings.openblas.generated.openblas_h;
import org.jspecify.annotations.Nullable;

/**
 * BLAS over raw addresses: matrices are row-major, {@code ld} is the distance between rows in elements.
 *
 * <p>The library is found and loaded on first use, see {@link NativeLibraries}. Sizes, leading dimensions and
 * increments are checked, because BLAS would print a message and leave the result as it was. Addresses are not: the
 * caller vouches for them until the call returns. Every call may be made from any thread.
 *
 * <p>Each method throws {@link NativeLibraryException} if no library was found.
 */
public final class OpenBlas {

    private static boolean ready;

    private OpenBlas() {}

    /**
     * Matrix product: {@code C = alpha op(A) op(B) + beta C}, with {@code op} the matrix or its transpose. If
     * {@code beta} is 0, what {@code C} held is not read, not even a NaN.
     *
     * @param transA whether A, stored k by m, is transposed; otherwise it is stored m by k
     * @param transB whether B, stored n by k, is transposed; otherwise it is stored k by n
     * @param m rows of op(A) and of C
     * @param n columns of op(B) and of C
     * @param k columns of op(A) and rows of op(B); if 0 the product is zero
     * @param alpha factor of the product
     * @param a address of A
     * @param lda distance between A's rows
     * @param b address of B
     * @param ldb distance between B's rows
     * @param beta factor of what C held
     * @param c address of C
     * @param ldc distance between C's rows
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void sgemm(
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            float alpha,
            long a,
            int lda,
            long b,
            int ldb,
            float beta,
            long c,
            int ldc) {
        if ((m | n | k) < 0
                || lda < Math.max(1, transA ? m : k)
                || ldb < Math.max(1, transB ? k : n)
                || ldc < Math.max(1, n)) {
            throw badGemm("sgemm", transA, transB, m, n, k, lda, ldb, ldc);
        }
        ready();
        openblas_h.cblas_sgemm(
                CblasRowMajor(),
                transA ? CblasTrans() : CblasNoTrans(),
                transB ? CblasTrans() : CblasNoTrans(),
                m,
                n,
                k,
                alpha,
                ofAddress(a),
                lda,
                ofAddress(b),
                ldb,
                beta,
                ofAddress(c),
                ldc);
    }

    /**
     * Matrix times vector: {@code y = alpha op(A) x + beta y}, with {@code op} the matrix or its transpose. If
     * {@code beta} is 0, what {@code y} held is not read, not even a NaN.
     *
     * @param trans whether A is transposed
     * @param m rows of A as stored
     * @param n columns of A as stored
     * @param alpha factor of the product
     * @param a address of A
     * @param lda distance between A's rows
     * @param x address of x, which has n elements (m if transposed)
     * @param incx distance between x's elements, at least 1
     * @param beta factor of what y held
     * @param y address of y, which has m elements (n if transposed)
     * @param incy distance between y's elements, at least 1
     * @throws IllegalArgumentException if a size is negative, the leading dimension is less than a row, or an increment
     *     is less than 1
     */
    public static void sgemv(
            boolean trans, int m, int n, float alpha, long a, int lda, long x, int incx, float beta, long y, int incy) {
        if ((m | n) < 0 || lda < Math.max(1, n) || incx < 1 || incy < 1) {
            throw bad(
                    "sgemv",
                    "m=" + m + ", n=" + n + ", lda=" + lda + ", incx=" + incx + ", incy=" + incy
                            + ": sizes must be 0 or more, lda at least max(1, n), increments at least 1");
        }
        int length = trans ? n : m;
        if (beta == 0) {
            clear(y, length, (long) incy * 4L, 4L);
        } else if ((trans ? m : n) == 0) {
            // BLAS returns at once then, and would forget beta
            sscal(length, beta, y, incy);
        }
        if (m == 0 || n == 0) {
            return;
        }
        ready();
        openblas_h.cblas_sgemv(
                CblasRowMajor(),
                trans ? CblasTrans() : CblasNoTrans(),
                m,
                n,
                alpha,
                ofAddress(a),
                lda,
                ofAddress(x),
                incx,
                beta,
                ofAddress(y),
                incy);
    }

    /**
     * Outer product: {@code A = alpha x y' + A}.
     *
     * @param m rows of A, elements of x
     * @param n columns of A, elements of y
     * @param alpha factor of the product
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @param y address of y
     * @param incy distance between y's elements, at least 1
     * @param a address of A
     * @param lda distance between A's rows
     * @throws IllegalArgumentException if a size is negative, the leading dimension is less than a row, or an increment
     *     is less than 1
     */
    public static void sger(int m, int n, float alpha, long x, int incx, long y, int incy, long a, int lda) {
        if ((m | n) < 0 || lda < Math.max(1, n) || incx < 1 || incy < 1) {
            throw bad(
                    "sger",
                    "m=" + m + ", n=" + n + ", lda=" + lda + ", incx=" + incx + ", incy=" + incy
                            + ": sizes must be 0 or more, lda at least max(1, n), increments at least 1");
        }
        ready();
        openblas_h.cblas_sger(CblasRowMajor(), m, n, alpha, ofAddress(x), incx, ofAddress(y), incy, ofAddress(a), lda);
    }

    /**
     * Inner product: the sum of {@code x[i] y[i]}.
     *
     * @param n the number of elements
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @param y address of y
     * @param incy distance between y's elements, at least 1
     * @return the sum, 0 if there are no elements
     * @throws IllegalArgumentException if n is negative or an increment is less than 1
     */
    public static float sdot(int n, long x, int incx, long y, int incy) {
        checkVectors("sdot", n, incx, incy);
        ready();
        return openblas_h.cblas_sdot(n, ofAddress(x), incx, ofAddress(y), incy);
    }

    /**
     * Adds a multiple of a vector: {@code y = alpha x + y}.
     *
     * @param n the number of elements
     * @param alpha factor of x
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @param y address of y
     * @param incy distance between y's elements, at least 1
     * @throws IllegalArgumentException if n is negative or an increment is less than 1
     */
    public static void saxpy(int n, float alpha, long x, int incx, long y, int incy) {
        checkVectors("saxpy", n, incx, incy);
        ready();
        openblas_h.cblas_saxpy(n, alpha, ofAddress(x), incx, ofAddress(y), incy);
    }

    /**
     * Scales a vector: {@code x = alpha x}.
     *
     * @param n the number of elements
     * @param alpha the factor
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @throws IllegalArgumentException if n is negative or the increment is less than 1
     */
    public static void sscal(int n, float alpha, long x, int incx) {
        checkVectors("sscal", n, incx, 1);
        ready();
        openblas_h.cblas_sscal(n, alpha, ofAddress(x), incx);
    }

    /**
     * Euclidean norm: the square root of the sum of {@code x[i] x[i]}, without overflow on the way.
     *
     * @param n the number of elements
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @return the norm, 0 if there are no elements
     * @throws IllegalArgumentException if n is negative or the increment is less than 1
     */
    public static float snrm2(int n, long x, int incx) {
        checkVectors("snrm2", n, incx, 1);
        ready();
        return openblas_h.cblas_snrm2(n, ofAddress(x), incx);
    }

    /**
     * Sum of absolute values of a vector's elements.
     *
     * @param n the number of elements
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @return the sum, 0 if there are no elements
     * @throws IllegalArgumentException if n is negative or the increment is less than 1
     */
    public static float sasum(int n, long x, int incx) {
        checkVectors("sasum", n, incx, 1);
        ready();
        return openblas_h.cblas_sasum(n, ofAddress(x), incx);
    }

    /**
     * Matrix product: {@code C = alpha op(A) op(B) + beta C}, with {@code op} the matrix or its transpose. If
     * {@code beta} is 0, what {@code C} held is not read, not even a NaN.
     *
     * @param transA whether A, stored k by m, is transposed; otherwise it is stored m by k
     * @param transB whether B, stored n by k, is transposed; otherwise it is stored k by n
     * @param m rows of op(A) and of C
     * @param n columns of op(B) and of C
     * @param k columns of op(A) and rows of op(B); if 0 the product is zero
     * @param alpha factor of the product
     * @param a address of A
     * @param lda distance between A's rows
     * @param b address of B
     * @param ldb distance between B's rows
     * @param beta factor of what C held
     * @param c address of C
     * @param ldc distance between C's rows
     * @throws IllegalArgumentException if a size is negative or a leading dimension is less than a row
     */
    public static void dgemm(
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            double alpha,
            long a,
            int lda,
            long b,
            int ldb,
            double beta,
            long c,
            int ldc) {
        if ((m | n | k) < 0
                || lda < Math.max(1, transA ? m : k)
                || ldb < Math.max(1, transB ? k : n)
                || ldc < Math.max(1, n)) {
            throw badGemm("dgemm", transA, transB, m, n, k, lda, ldb, ldc);
        }
        ready();
        openblas_h.cblas_dgemm(
                CblasRowMajor(),
                transA ? CblasTrans() : CblasNoTrans(),
                transB ? CblasTrans() : CblasNoTrans(),
                m,
                n,
                k,
                alpha,
                ofAddress(a),
                lda,
                ofAddress(b),
                ldb,
                beta,
                ofAddress(c),
                ldc);
    }

    /**
     * Matrix times vector: {@code y = alpha op(A) x + beta y}, with {@code op} the matrix or its transpose. If
     * {@code beta} is 0, what {@code y} held is not read, not even a NaN.
     *
     * @param trans whether A is transposed
     * @param m rows of A as stored
     * @param n columns of A as stored
     * @param alpha factor of the product
     * @param a address of A
     * @param lda distance between A's rows
     * @param x address of x, which has n elements (m if transposed)
     * @param incx distance between x's elements, at least 1
     * @param beta factor of what y held
     * @param y address of y, which has m elements (n if transposed)
     * @param incy distance between y's elements, at least 1
     * @throws IllegalArgumentException if a size is negative, the leading dimension is less than a row, or an increment
     *     is less than 1
     */
    public static void dgemv(
            boolean trans,
            int m,
            int n,
            double alpha,
            long a,
            int lda,
            long x,
            int incx,
            double beta,
            long y,
            int incy) {
        if ((m | n) < 0 || lda < Math.max(1, n) || incx < 1 || incy < 1) {
            throw bad(
                    "dgemv",
                    "m=" + m + ", n=" + n + ", lda=" + lda + ", incx=" + incx + ", incy=" + incy
                            + ": sizes must be 0 or more, lda at least max(1, n), increments at least 1");
        }
        int length = trans ? n : m;
        if (beta == 0) {
            clear(y, length, (long) incy * 8L, 8L);
        } else if ((trans ? m : n) == 0) {
            // BLAS returns at once then, and would forget beta
            dscal(length, beta, y, incy);
        }
        if (m == 0 || n == 0) {
            return;
        }
        ready();
        openblas_h.cblas_dgemv(
                CblasRowMajor(),
                trans ? CblasTrans() : CblasNoTrans(),
                m,
                n,
                alpha,
                ofAddress(a),
                lda,
                ofAddress(x),
                incx,
                beta,
                ofAddress(y),
                incy);
    }

    /**
     * Outer product: {@code A = alpha x y' + A}.
     *
     * @param m rows of A, elements of x
     * @param n columns of A, elements of y
     * @param alpha factor of the product
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @param y address of y
     * @param incy distance between y's elements, at least 1
     * @param a address of A
     * @param lda distance between A's rows
     * @throws IllegalArgumentException if a size is negative, the leading dimension is less than a row, or an increment
     *     is less than 1
     */
    public static void dger(int m, int n, double alpha, long x, int incx, long y, int incy, long a, int lda) {
        if ((m | n) < 0 || lda < Math.max(1, n) || incx < 1 || incy < 1) {
            throw bad(
                    "dger",
                    "m=" + m + ", n=" + n + ", lda=" + lda + ", incx=" + incx + ", incy=" + incy
                            + ": sizes must be 0 or more, lda at least max(1, n), increments at least 1");
        }
        ready();
        openblas_h.cblas_dger(CblasRowMajor(), m, n, alpha, ofAddress(x), incx, ofAddress(y), incy, ofAddress(a), lda);
    }

    /**
     * Inner product: the sum of {@code x[i] y[i]}.
     *
     * @param n the number of elements
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @param y address of y
     * @param incy distance between y's elements, at least 1
     * @return the sum, 0 if there are no elements
     * @throws IllegalArgumentException if n is negative or an increment is less than 1
     */
    public static double ddot(int n, long x, int incx, long y, int incy) {
        checkVectors("ddot", n, incx, incy);
        ready();
        return openblas_h.cblas_ddot(n, ofAddress(x), incx, ofAddress(y), incy);
    }

    /**
     * Adds a multiple of a vector: {@code y = alpha x + y}.
     *
     * @param n the number of elements
     * @param alpha factor of x
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @param y address of y
     * @param incy distance between y's elements, at least 1
     * @throws IllegalArgumentException if n is negative or an increment is less than 1
     */
    public static void daxpy(int n, double alpha, long x, int incx, long y, int incy) {
        checkVectors("daxpy", n, incx, incy);
        ready();
        openblas_h.cblas_daxpy(n, alpha, ofAddress(x), incx, ofAddress(y), incy);
    }

    /**
     * Scales a vector: {@code x = alpha x}.
     *
     * @param n the number of elements
     * @param alpha the factor
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @throws IllegalArgumentException if n is negative or the increment is less than 1
     */
    public static void dscal(int n, double alpha, long x, int incx) {
        checkVectors("dscal", n, incx, 1);
        ready();
        openblas_h.cblas_dscal(n, alpha, ofAddress(x), incx);
    }

    /**
     * Euclidean norm: the square root of the sum of {@code x[i] x[i]}, without overflow on the way.
     *
     * @param n the number of elements
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @return the norm, 0 if there are no elements
     * @throws IllegalArgumentException if n is negative or the increment is less than 1
     */
    public static double dnrm2(int n, long x, int incx) {
        checkVectors("dnrm2", n, incx, 1);
        ready();
        return openblas_h.cblas_dnrm2(n, ofAddress(x), incx);
    }

    /**
     * Sum of absolute values of a vector's elements.
     *
     * @param n the number of elements
     * @param x address of x
     * @param incx distance between x's elements, at least 1
     * @return the sum, 0 if there are no elements
     * @throws IllegalArgumentException if n is negative or the increment is less than 1
     */
    public static double dasum(int n, long x, int incx) {
        checkVectors("dasum", n, incx, 1);
        ready();
        return openblas_h.cblas_dasum(n, ofAddress(x), incx);
    }

    /**
     * Sets how many threads one call may use. It is one setting for the whole process, and it takes effect in the calls
     * that start later.
     *
     * @param threads the number of threads, at least 1
     * @return false if the library has no such setting (it is neither OpenBLAS nor MKL nor BLIS), and nothing was done
     * @throws IllegalArgumentException if the number is less than 1
     */
    public static boolean setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("setThreads: the number of threads must be 1 or more, was " + threads);
        }
        ready();
        return BlasThreads.set(threads);
    }

    /**
     * How many threads one call may use.
     *
     * @return the number, or 0 if the library does not tell
     */
    public static int threads() {
        ready();
        return BlasThreads.get();
    }

    /**
     * What the library says of itself, such as {@code "OpenBLAS 0.3.31 DYNAMIC_ARCH NO_AFFINITY Haswell MAX_THREADS=64"}.
     *
     * @return the text, or null if it is not OpenBLAS
     */
    public static @Nullable String config() {
        return text("openblas_get_config");
    }

    /**
     * The processor whose kernels OpenBLAS chose when it was loaded, such as {@code "Haswell"}.
     *
     * @return the name, or null if it is not OpenBLAS
     */
    public static @Nullable String coreName() {
        return text("openblas_get_corename");
    }

    private static @Nullable String text(String function) {
        ready();
        return NativeLibraries.openBlasSymbols()
                .find(function)
                .map(Downcalls::text)
                .orElse(null);
    }

    /**
     * Loads the library on the first call. The generated class would load it too, but from its initialiser, where an
     * exception arrives wrapped once and is lost the next time. The field needs no fence: at worst a thread asks again.
     */
    static void ready() {
        if (!ready) {
            NativeLibraries.openBlasSymbols();
            ready = true;
        }
    }

    private static void checkVectors(String routine, int n, int incx, int incy) {
        if (n < 0 || incx < 1 || incy < 1) {
            throw bad(
                    routine,
                    "n=" + n + ", increments " + incx + " and " + incy
                            + ": n must be 0 or more and increments at least 1");
        }
    }

    private static void clear(long address, int length, long step, long width) {
        if (step == width) {
            Memory.fill(address, length * width, (byte) 0);
        } else {
            for (int i = 0; i < length; i++) {
                Memory.fill(address + i * step, width, (byte) 0);
            }
        }
    }

    private static IllegalArgumentException badGemm(
            String routine, boolean transA, boolean transB, int m, int n, int k, int lda, int ldb, int ldc) {
        return bad(
                routine,
                "m=" + m + ", n=" + n + ", k=" + k + ", lda=" + lda + ", ldb=" + ldb + ", ldc=" + ldc
                        + ": sizes must be 0 or more, lda at least max(1, " + (transA ? "m" : "k")
                        + "), ldb at least max(1, "
                        + (transB ? "k" : "n") + "), ldc at least max(1, n)");
    }

    private static IllegalArgumentException bad(String routine, String what) {
        return new IllegalArgumentException(routine + ": " + what);
    }
}
