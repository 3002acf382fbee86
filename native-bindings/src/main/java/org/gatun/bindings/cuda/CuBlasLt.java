package org.gatun.bindings.cuda;

import static java.lang.foreign.MemorySegment.ofAddress;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gatun.bindings.NativeLibraries;
import org.gatun.bindings.cuda.generated.cublasLtMatmulAlgo_t;
import org.gatun.bindings.cuda.generated.cublasLtMatmulHeuristicResult_t;
import org.gatun.bindings.cuda.generated.cublaslt_h;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products with fused epilogues by cuBLASLt: {@code D = epilogue(alpha op(A) op(B) + beta C)}. Matrices lie in the
 * device's memory column by column: a leading dimension is the distance between columns in elements.
 *
 * <p>The library is found and loaded on first use, see {@link NativeLibraries}; each method throws
 * {@link org.gatun.bindings.NativeLibraryException} if there is none, and {@link CudaException} for any status but success.
 * Addresses and handles are not checked. A handle may be used by any number of threads at once.
 */
public final class CuBlasLt {

    /** What is done to a product on the way to D. A bias has one element for each row of D. */
    public enum Epilogue {
        /** Nothing. */
        NONE(cublaslt_h.CUBLASLT_EPILOGUE_DEFAULT()),
        /** The bias is added. */
        BIAS(cublaslt_h.CUBLASLT_EPILOGUE_BIAS()),
        /** Rectified linear unit. */
        RELU(cublaslt_h.CUBLASLT_EPILOGUE_RELU()),
        /** Rectified linear unit; which elements were positive goes to the auxiliary bit mask. */
        RELU_AUX(cublaslt_h.CUBLASLT_EPILOGUE_RELU_AUX()),
        /** The bias is added, then the rectified linear unit. */
        RELU_BIAS(cublaslt_h.CUBLASLT_EPILOGUE_RELU_BIAS()),
        /** As {@link #RELU_BIAS}; which elements were positive goes to the auxiliary bit mask. */
        RELU_AUX_BIAS(cublaslt_h.CUBLASLT_EPILOGUE_RELU_AUX_BIAS()),
        /** The derivative of the rectified linear unit by the auxiliary bit mask. */
        DRELU(cublaslt_h.CUBLASLT_EPILOGUE_DRELU()),
        /** As {@link #DRELU}; the sums of D's rows go to the bias. */
        DRELU_BIAS_GRADIENT(cublaslt_h.CUBLASLT_EPILOGUE_DRELU_BGRAD()),
        /** Gaussian error linear unit, by its approximation with tanh. */
        GELU(cublaslt_h.CUBLASLT_EPILOGUE_GELU()),
        /** As {@link #GELU}; what it is applied to goes to the auxiliary matrix. */
        GELU_AUX(cublaslt_h.CUBLASLT_EPILOGUE_GELU_AUX()),
        /** The bias is added, then {@link #GELU}. */
        GELU_BIAS(cublaslt_h.CUBLASLT_EPILOGUE_GELU_BIAS()),
        /** As {@link #GELU_BIAS}; what the unit is applied to goes to the auxiliary matrix. */
        GELU_AUX_BIAS(cublaslt_h.CUBLASLT_EPILOGUE_GELU_AUX_BIAS()),
        /** The derivative of {@link #GELU} at the auxiliary matrix. */
        DGELU(cublaslt_h.CUBLASLT_EPILOGUE_DGELU()),
        /** As {@link #DGELU}; the sums of D's rows go to the bias. */
        DGELU_BIAS_GRADIENT(cublaslt_h.CUBLASLT_EPILOGUE_DGELU_BGRAD()),
        /** The sums of op(A)'s rows go to the bias. */
        BIAS_GRADIENT_A(cublaslt_h.CUBLASLT_EPILOGUE_BGRADA()),
        /** The sums of op(B)'s columns go to the bias. */
        BIAS_GRADIENT_B(cublaslt_h.CUBLASLT_EPILOGUE_BGRADB());

        private final int code;

        Epilogue(int code) {
            this.code = code;
        }
    }

    /**
     * A way to compute a product, chosen once for a description and reused.
     *
     * @param data what the library knows it by
     * @param workspace the bytes of the device's memory that it works in
     */
    public record Algorithm(MemorySegment data, long workspace) {}

    /** {@code CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK}: in which ways partial sums may be put together. */
    private static final int REDUCTION_SCHEMES = 3;

    /** {@code CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE}, apart from none: in the precision of the product, not that of its result. */
    private static final int IN_COMPUTE_TYPE = 2;

    private static boolean ready;

    private CuBlasLt() {}

    /**
     * Makes a handle in the current context.
     *
     * @return the handle
     */
    public static long create() {
        ready();
        var scratch = Scratch.memory();
        check("cublasLtCreate", cublaslt_h.cublasLtCreate(scratch));
        return Scratch.handle(scratch);
    }

    /**
     * Destroys a handle.
     *
     * @param handle the handle
     */
    public static void destroy(long handle) {
        ready();
        check("cublasLtDestroy", cublaslt_h.cublasLtDestroy(ofAddress(handle)));
    }

    /**
     * The library's version.
     *
     * @return 10000 times the major, 100 times the minor and the patch version, such as 130002
     */
    public static long version() {
        ready();
        return cublaslt_h.cublasLtGetVersion();
    }

    /**
     * Describes a product: its precision and transposes.
     *
     * @param compute the precision
     * @param transA whether A is transposed
     * @param transB whether B is transposed
     * @return the description, to be destroyed by {@link #destroyProduct}
     */
    public static long createProduct(CublasCompute compute, boolean transA, boolean transB) {
        ready();
        var scratch = Scratch.memory();
        check(
                "cublasLtMatmulDescCreate",
                cublaslt_h.cublasLtMatmulDescCreate(scratch, compute.code, compute.scale.code));
        long product = Scratch.handle(scratch);
        setProduct(product, cublaslt_h.CUBLASLT_MATMUL_DESC_TRANSA(), CuBlas.operation(transA));
        setProduct(product, cublaslt_h.CUBLASLT_MATMUL_DESC_TRANSB(), CuBlas.operation(transB));
        return product;
    }

    /**
     * Adds an epilogue to a product's description.
     *
     * @param product the description
     * @param epilogue the epilogue
     */
    public static void setEpilogue(long product, Epilogue epilogue) {
        ready();
        setProduct(product, cublaslt_h.CUBLASLT_MATMUL_DESC_EPILOGUE(), epilogue.code);
    }

    /**
     * Tells where the epilogue's bias, or its gradient, is.
     *
     * @param product the description
     * @param address its address
     * @param type its type
     */
    public static void setBias(long product, long address, CudaType type) {
        ready();
        setProduct(product, cublaslt_h.CUBLASLT_MATMUL_DESC_BIAS_POINTER(), address);
        setProduct(product, cublaslt_h.CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE(), type.code);
    }

    /**
     * Tells where the epilogue's auxiliary matrix or bit mask is.
     *
     * @param product the description
     * @param address its address
     * @param ld distance between its columns, in elements or bits: of a mask a multiple of 128
     */
    public static void setAuxiliary(long product, long address, long ld) {
        ready();
        setProduct(product, cublaslt_h.CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER(), address);
        setProduct(product, cublaslt_h.CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD(), ld);
    }

    /**
     * Destroys a product's description.
     *
     * @param product the description
     */
    public static void destroyProduct(long product) {
        ready();
        check("cublasLtMatmulDescDestroy", cublaslt_h.cublasLtMatmulDescDestroy(ofAddress(product)));
    }

    /**
     * Describes a matrix as it is stored, or a batch of them at equal distances.
     *
     * @param type the elements' type
     * @param rows rows
     * @param columns columns
     * @param ld distance between columns
     * @param count how many matrices
     * @param stride distance between each matrix and the next in elements
     * @return the description, to be destroyed by {@link #destroyMatrix}
     */
    public static long createMatrix(CudaType type, long rows, long columns, long ld, int count, long stride) {
        ready();
        var scratch = Scratch.memory();
        check(
                "cublasLtMatrixLayoutCreate",
                cublaslt_h.cublasLtMatrixLayoutCreate(scratch, type.code, rows, columns, ld));
        long matrix = Scratch.handle(scratch);
        if (count != 1) {
            scratch.set(JAVA_INT, 0, count);
            setMatrix(matrix, cublaslt_h.CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT(), scratch, 4);
            scratch.set(JAVA_LONG, 0, stride);
            setMatrix(matrix, cublaslt_h.CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET(), scratch, 8);
        }
        return matrix;
    }

    /**
     * Destroys a matrix's description.
     *
     * @param matrix the description
     */
    public static void destroyMatrix(long matrix) {
        ready();
        check("cublasLtMatrixLayoutDestroy", cublaslt_h.cublasLtMatrixLayoutDestroy(ofAddress(matrix)));
    }

    /**
     * Chooses a way to compute a product. Partial sums are never rounded to the type of D before they are put together.
     *
     * @param handle the handle
     * @param product the product's description
     * @param a A's description
     * @param b B's description
     * @param c C's description
     * @param d D's description
     * @param workspace the most bytes of the device's memory that it may work in
     * @param alignment the bytes that all addresses are multiples of, at most 256
     * @return the library's first choice, or null if it can't compute such a product
     */
    public static @Nullable Algorithm choose(
            long handle, long product, long a, long b, long c, long d, long workspace, int alignment) {
        ready();
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(JAVA_LONG);
            check("cublasLtMatmulPreferenceCreate", cublaslt_h.cublasLtMatmulPreferenceCreate(value));
            long preference = Scratch.handle(value);
            try {
                value.set(JAVA_LONG, 0, workspace);
                setPreference(preference, cublaslt_h.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES(), value, 8);
                value.set(JAVA_INT, 0, IN_COMPUTE_TYPE);
                setPreference(preference, REDUCTION_SCHEMES, value, 4);
                value.set(JAVA_INT, 0, alignment);
                setPreference(preference, cublaslt_h.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES(), value, 4);
                setPreference(preference, cublaslt_h.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES(), value, 4);
                setPreference(preference, cublaslt_h.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES(), value, 4);
                setPreference(preference, cublaslt_h.CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES(), value, 4);
                var result = cublasLtMatmulHeuristicResult_t.allocate(arena);
                value.set(JAVA_INT, 0, 0);
                int status = cublaslt_h.cublasLtMatmulAlgoGetHeuristic(
                        ofAddress(handle),
                        ofAddress(product),
                        ofAddress(a),
                        ofAddress(b),
                        ofAddress(c),
                        ofAddress(d),
                        ofAddress(preference),
                        1,
                        result,
                        value);
                if (status == cublaslt_h.CUBLAS_STATUS_NOT_SUPPORTED()
                        || (status == 0 && value.get(JAVA_INT, 0) == 0)) {
                    return null;
                }
                check("cublasLtMatmulAlgoGetHeuristic", status);
                check("cublasLtMatmulAlgoGetHeuristic", cublasLtMatmulHeuristicResult_t.state(result));
                var algorithm = cublasLtMatmulAlgo_t.allocate(Arena.ofAuto());
                algorithm.copyFrom(cublasLtMatmulHeuristicResult_t.algo(result));
                return new Algorithm(algorithm, cublasLtMatmulHeuristicResult_t.workspaceSize(result));
            } finally {
                check(
                        "cublasLtMatmulPreferenceDestroy",
                        cublaslt_h.cublasLtMatmulPreferenceDestroy(ofAddress(preference)));
            }
        }
    }

    /**
     * Computes a product.
     *
     * @param handle the handle
     * @param compute the precision in the product's description
     * @param product the product's description
     * @param alpha factor of the product
     * @param a address of A
     * @param matrixA A's description
     * @param b address of B
     * @param matrixB B's description
     * @param beta factor of C; if 0, C is not read
     * @param c address of C
     * @param matrixC C's description
     * @param d address of D, which may be C
     * @param matrixD D's description
     * @param algorithm what {@link #choose} chose for these descriptions
     * @param workspace address of memory to work in, aligned to 256 bytes
     * @param workspaceBytes the size of that memory, at least what the algorithm asks for
     * @param stream the stream
     */
    public static void multiply(
            long handle,
            CublasCompute compute,
            long product,
            double alpha,
            long a,
            long matrixA,
            long b,
            long matrixB,
            double beta,
            long c,
            long matrixC,
            long d,
            long matrixD,
            Algorithm algorithm,
            long workspace,
            long workspaceBytes,
            long stream) {
        ready();
        var factors = CuBlas.factors(compute, alpha, beta);
        check(
                "cublasLtMatmul",
                cublaslt_h.cublasLtMatmul(
                        ofAddress(handle),
                        ofAddress(product),
                        factors,
                        ofAddress(a),
                        ofAddress(matrixA),
                        ofAddress(b),
                        ofAddress(matrixB),
                        factors.asSlice(8),
                        ofAddress(c),
                        ofAddress(matrixC),
                        ofAddress(d),
                        ofAddress(matrixD),
                        algorithm.data(),
                        ofAddress(workspace),
                        workspaceBytes,
                        ofAddress(stream)));
    }

    private static void setProduct(long product, int attribute, int value) {
        var scratch = Scratch.memory();
        scratch.set(JAVA_INT, 0, value);
        check(
                "cublasLtMatmulDescSetAttribute",
                cublaslt_h.cublasLtMatmulDescSetAttribute(ofAddress(product), attribute, scratch, 4));
    }

    private static void setProduct(long product, int attribute, long value) {
        var scratch = Scratch.memory();
        scratch.set(JAVA_LONG, 0, value);
        check(
                "cublasLtMatmulDescSetAttribute",
                cublaslt_h.cublasLtMatmulDescSetAttribute(ofAddress(product), attribute, scratch, 8));
    }

    private static void setMatrix(long matrix, int attribute, MemorySegment value, long bytes) {
        check(
                "cublasLtMatrixLayoutSetAttribute",
                cublaslt_h.cublasLtMatrixLayoutSetAttribute(ofAddress(matrix), attribute, value, bytes));
    }

    private static void setPreference(long preference, int attribute, MemorySegment value, long bytes) {
        check(
                "cublasLtMatmulPreferenceSetAttribute",
                cublaslt_h.cublasLtMatmulPreferenceSetAttribute(ofAddress(preference), attribute, value, bytes));
    }

    private static void ready() {
        if (!ready) {
            NativeLibraries.cuBlasLtSymbols();
            ready = true;
        }
    }

    private static void check(String call, int status) {
        if (status != 0) {
            throw new CudaException(
                    call,
                    status,
                    cublaslt_h.cublasLtGetStatusName(status).getString(0),
                    cublaslt_h.cublasLtGetStatusString(status).getString(0));
        }
    }
}
