package org.gatun.tensor.cpu;

import org.gatun.bindings.OpenBlas;
import org.gatun.tensor.DType;

/** The BLAS calls of the products for F32 and F64 (the only dtypes to pass), each on the calling thread alone. */
final class Blas {

    private static volatile boolean ready;

    private Blas() {}

    /** Not in a class initialiser: without a library every call says so, not the first alone. */
    static void prepare() {
        if (!ready) {
            // Gatun cuts the products itself: threads of OpenBLAS's own would compete with the workers.
            OpenBlas.setThreads(1);
            ready = true;
        }
    }

    /** {@code C = op(A) op(B)}, or {@code C += op(A) op(B)}; m, n and k are at least 1. */
    static void gemm(
            DType dtype,
            boolean transA,
            boolean transB,
            long m,
            long n,
            long k,
            long a,
            int lda,
            long b,
            int ldb,
            boolean accumulate,
            long c,
            int ldc) {
        prepare();
        if (dtype == DType.F32) {
            float beta = accumulate ? 1 : 0;
            OpenBlas.sgemm(transA, transB, (int) m, (int) n, (int) k, 1, a, lda, b, ldb, beta, c, ldc);
        } else {
            double beta = accumulate ? 1 : 0;
            OpenBlas.dgemm(transA, transB, (int) m, (int) n, (int) k, 1, a, lda, b, ldb, beta, c, ldc);
        }
    }

    /** {@code y = op(A) x}, or {@code y += op(A) x}, for A of m x n as stored; m and n are at least 1. */
    static void gemv(
            DType dtype,
            boolean trans,
            long m,
            long n,
            long a,
            int lda,
            long x,
            int incx,
            boolean accumulate,
            long y,
            int incy) {
        prepare();
        if (dtype == DType.F32) {
            OpenBlas.sgemv(trans, (int) m, (int) n, 1, a, lda, x, incx, accumulate ? 1 : 0, y, incy);
        } else {
            OpenBlas.dgemv(trans, (int) m, (int) n, 1, a, lda, x, incx, accumulate ? 1 : 0, y, incy);
        }
    }
}
