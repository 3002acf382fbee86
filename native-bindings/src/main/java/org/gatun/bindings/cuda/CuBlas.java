package org.gatun.bindings.cuda;

import static java.lang.foreign.MemorySegment.ofAddress;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import org.gatun.bindings.NativeLibraries;
import org.gatun.bindings.cuda.generated.cublas_h;

/**
 * Matrix products by cuBLAS. Matrices lie in the device's memory column by column: a leading dimension is the distance between
 * columns in elements, and a row-major matrix is its own transpose here.
 *
 * <p>The library is found and loaded on first use, see {@link NativeLibraries}; each method throws
 * {@link org.gatun.bindings.NativeLibraryException} if there is none, and {@link CudaException} for any status but success.
 * Addresses and handles are not checked. A handle belongs to the context that was current when it was made, and may be used by
 * one thread at a time.
 */
public final class CuBlas {

    /** How a handle treats single precision where a call leaves it open. */
    public enum MathMode {
        /** As the type of computation says. */
        DEFAULT(cublas_h.CUBLAS_DEFAULT_MATH()),
        /** TF32 where it is faster. */
        TF32(cublas_h.CUBLAS_TF32_TENSOR_OP_MATH()),
        /** The prescribed precision in every step. */
        PEDANTIC(cublas_h.CUBLAS_PEDANTIC_MATH()),
        /** As the type of computation says, and sums of 16-bit products are never kept in 16 bits. */
        NO_REDUCED_SUMS(cublas_h.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION());

        private final int code;

        MathMode(int code) {
            this.code = code;
        }
    }

    private static boolean ready;

    private CuBlas() {}

    /**
     * Makes a handle in the current context.
     *
     * @return the handle
     */
    public static long create() {
        ready();
        var scratch = Scratch.memory();
        check("cublasCreate_v2", cublas_h.cublasCreate_v2(scratch));
        return Scratch.handle(scratch);
    }

    /**
     * Destroys a handle; it waits for the device.
     *
     * @param handle the handle
     */
    public static void destroy(long handle) {
        ready();
        check("cublasDestroy_v2", cublas_h.cublasDestroy_v2(ofAddress(handle)));
    }

    /**
     * The library's version.
     *
     * @param handle the handle
     * @return 10000 times the major, 100 times the minor and the patch version, such as 130002
     */
    public static int version(long handle) {
        ready();
        var scratch = Scratch.memory();
        check("cublasGetVersion_v2", cublas_h.cublasGetVersion_v2(ofAddress(handle), scratch));
        return scratch.get(JAVA_INT, 0);
    }

    /**
     * Chooses the stream of later calls, and drops the workspace of {@link #setWorkspace}.
     *
     * @param handle the handle
     * @param stream the stream
     */
    public static void setStream(long handle, long stream) {
        ready();
        check("cublasSetStream_v2", cublas_h.cublasSetStream_v2(ofAddress(handle), ofAddress(stream)));
    }

    /**
     * Gives a handle memory of the device to work in, in place of its own.
     *
     * @param handle the handle
     * @param address the memory, aligned to 256 bytes
     * @param bytes its size
     */
    public static void setWorkspace(long handle, long address, long bytes) {
        ready();
        check("cublasSetWorkspace_v2", cublas_h.cublasSetWorkspace_v2(ofAddress(handle), ofAddress(address), bytes));
    }

    /**
     * Chooses how later calls treat single precision.
     *
     * @param handle the handle
     * @param math the choice
     */
    public static void setMath(long handle, MathMode math) {
        ready();
        check("cublasSetMathMode", cublas_h.cublasSetMathMode(ofAddress(handle), math.code));
    }

    /**
     * Matrix product: {@code C = alpha op(A) op(B) + beta C}, with {@code op} the matrix or its transpose. If {@code beta} is 0,
     * what C held is not read.
     *
     * @param handle the handle
     * @param compute the precision
     * @param transA whether A, stored k by m, is transposed; otherwise it is stored m by k
     * @param transB whether B, stored n by k, is transposed; otherwise it is stored k by n
     * @param m rows of op(A) and of C
     * @param n columns of op(B) and of C
     * @param k columns of op(A) and rows of op(B)
     * @param alpha factor of the product
     * @param a address of A
     * @param typeA A's type
     * @param lda distance between A's columns
     * @param b address of B
     * @param typeB B's type
     * @param ldb distance between B's columns
     * @param beta factor of what C held
     * @param c address of C
     * @param typeC C's type
     * @param ldc distance between C's columns
     */
    public static void gemm(
            long handle,
            CublasCompute compute,
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            double alpha,
            long a,
            CudaType typeA,
            int lda,
            long b,
            CudaType typeB,
            int ldb,
            double beta,
            long c,
            CudaType typeC,
            int ldc) {
        ready();
        var factors = factors(compute, alpha, beta);
        int status = cublas_h.cublasGemmEx(
                ofAddress(handle),
                operation(transA),
                operation(transB),
                m,
                n,
                k,
                factors,
                ofAddress(a),
                typeA.code,
                lda,
                ofAddress(b),
                typeB.code,
                ldb,
                factors.asSlice(8),
                ofAddress(c),
                typeC.code,
                ldc,
                compute.code,
                cublas_h.CUBLAS_GEMM_DEFAULT());
        if (status != 0) {
            var what = describe(compute, transA, transB, m, n, k, typeA, lda, typeB, ldb, typeC, ldc);
            throw error("cublasGemmEx", status, what);
        }
    }

    /**
     * Matrix products of a batch: {@code C_i = alpha op(A_i) op(B_i) + beta C_i}, each as {@link #gemm}, with matrices at equal
     * distances.
     *
     * @param handle the handle
     * @param compute the precision
     * @param transA whether each A is transposed
     * @param transB whether each B is transposed
     * @param m rows of op(A) and of C
     * @param n columns of op(B) and of C
     * @param k columns of op(A) and rows of op(B)
     * @param alpha factor of the products
     * @param a address of the first A
     * @param typeA the type of each A
     * @param lda distance between A's columns
     * @param strideA distance between each A and the next in elements; 0 to use one for all
     * @param b address of the first B
     * @param typeB the type of each B
     * @param ldb distance between B's columns
     * @param strideB distance between each B and the next in elements; 0 to use one for all
     * @param beta factor of what each C held
     * @param c address of the first C
     * @param typeC the type of each C
     * @param ldc distance between C's columns
     * @param strideC distance between each C and the next in elements
     * @param count how many products
     */
    public static void gemmBatched(
            long handle,
            CublasCompute compute,
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            double alpha,
            long a,
            CudaType typeA,
            int lda,
            long strideA,
            long b,
            CudaType typeB,
            int ldb,
            long strideB,
            double beta,
            long c,
            CudaType typeC,
            int ldc,
            long strideC,
            int count) {
        ready();
        var factors = factors(compute, alpha, beta);
        int status = cublas_h.cublasGemmStridedBatchedEx(
                ofAddress(handle),
                operation(transA),
                operation(transB),
                m,
                n,
                k,
                factors,
                ofAddress(a),
                typeA.code,
                lda,
                strideA,
                ofAddress(b),
                typeB.code,
                ldb,
                strideB,
                factors.asSlice(8),
                ofAddress(c),
                typeC.code,
                ldc,
                strideC,
                count,
                compute.code,
                cublas_h.CUBLAS_GEMM_DEFAULT());
        if (status != 0) {
            var what = describe(compute, transA, transB, m, n, k, typeA, lda, typeB, ldb, typeC, ldc);
            throw error("cublasGemmStridedBatchedEx", status, what + ", " + count + " products");
        }
    }

    static int operation(boolean transposed) {
        return transposed ? cublas_h.CUBLAS_OP_T() : cublas_h.CUBLAS_OP_N();
    }

    /** Alpha, and eight bytes on beta, which a call reads before it returns. */
    static MemorySegment factors(CublasCompute compute, double alpha, double beta) {
        var scratch = Scratch.memory();
        compute.write(scratch, 0, alpha);
        compute.write(scratch, 8, beta);
        return scratch;
    }

    private static String describe(
            CublasCompute compute,
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            CudaType typeA,
            int lda,
            CudaType typeB,
            int ldb,
            CudaType typeC,
            int ldc) {
        return "m=" + m + ", n=" + n + ", k=" + k + ", A " + typeA + (transA ? " transposed" : "") + " lda=" + lda
                + ", B "
                + typeB + (transB ? " transposed" : "") + " ldb=" + ldb + ", C " + typeC + " ldc=" + ldc
                + ", computed in "
                + compute;
    }

    private static void ready() {
        if (!ready) {
            NativeLibraries.cuBlasSymbols();
            ready = true;
        }
    }

    private static void check(String call, int status) {
        if (status != 0) {
            throw error(call, status, "");
        }
    }

    private static CudaException error(String call, int status, String more) {
        var text = cublas_h.cublasGetStatusString(status).getString(0);
        return new CudaException(
                call,
                status,
                cublas_h.cublasGetStatusName(status).getString(0),
                more.isEmpty() ? text : text + "; " + more);
    }
}
