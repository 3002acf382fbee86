package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/**
 * The contiguous loops of all elementwise functions, by function and dtype. A kernel is made on first use and kept. Kernels
 * have no state: any number of threads may run one. Those of the {@linkplain DType#isNarrow narrow} dtypes widen a block of their
 * operands, run the wide type's loop on it, and narrow the result.
 *
 * <p>All of them work on raw addresses and check nothing: the caller owns the memory and guarantees the sizes.
 */
public final class ElementwiseKernels {
    private static final KernelProvider PROVIDER = VectorSupport.choose();
    private static final int DTYPES = DType.values().length;

    // Filled without a lock: a kernel that two threads make at once is the same twice, and its fields are all final.
    private static final @Nullable UnaryKernel[] UNARY = new UnaryKernel[UnaryFn.values().length * DTYPES];
    private static final @Nullable BinaryKernel[] BINARY = new BinaryKernel[BinaryFn.values().length * DTYPES];
    private static final @Nullable BinaryKernel[] COMPARE = new BinaryKernel[CompareFn.values().length * DTYPES];
    private static final @Nullable BinaryKernel[] LOGIC = new BinaryKernel[LogicFn.values().length * DTYPES];
    private static final @Nullable UnaryKernel[] NOT = new UnaryKernel[DTYPES];
    private static final @Nullable SelectKernel[] SELECT = new SelectKernel[DTYPES];
    private static final @Nullable UnaryKernel[] CAST = new UnaryKernel[DTYPES * DTYPES];

    private ElementwiseKernels() {}

    /**
     * The loop of a function of one operand.
     *
     * @throws IllegalArgumentException if the function does not take {@code dtype}
     */
    public static UnaryKernel unary(UnaryFn fn, DType dtype) {
        int index = fn.ordinal() * DTYPES + dtype.ordinal();
        UnaryKernel kernel = UNARY[index];
        if (kernel == null) {
            kernel = wrapped(made(PROVIDER.unary(fn, WideType.of(dtype)), fn, dtype), dtype);
            UNARY[index] = kernel;
        }
        return kernel;
    }

    /**
     * The loop of an arithmetic function of two operands.
     *
     * @throws IllegalArgumentException if the function does not take {@code dtype}
     */
    public static BinaryKernel binary(BinaryFn fn, DType dtype) {
        int index = fn.ordinal() * DTYPES + dtype.ordinal();
        BinaryKernel kernel = BINARY[index];
        if (kernel == null) {
            kernel = makeBinary(fn, dtype);
            BINARY[index] = kernel;
        }
        return kernel;
    }

    /** The loop of a comparison of two operands of {@code dtype}; the result is BOOL. */
    public static BinaryKernel compare(CompareFn fn, DType dtype) {
        int index = fn.ordinal() * DTYPES + dtype.ordinal();
        BinaryKernel kernel = COMPARE[index];
        if (kernel == null) {
            kernel = wrapped(PROVIDER.compare(fn, WideType.of(dtype)), dtype, DType.BOOL);
            COMPARE[index] = kernel;
        }
        return kernel;
    }

    /**
     * The loop of a logical (BOOL) or bit by bit (integers) function.
     *
     * @throws IllegalArgumentException if {@code dtype} is floating
     */
    public static BinaryKernel logic(LogicFn fn, DType dtype) {
        int index = fn.ordinal() * DTYPES + dtype.ordinal();
        BinaryKernel kernel = LOGIC[index];
        if (kernel == null) {
            kernel = wrapped(made(PROVIDER.logic(fn, WideType.of(dtype)), fn, dtype), dtype, dtype);
            LOGIC[index] = kernel;
        }
        return kernel;
    }

    /**
     * The loop of the logical (BOOL) or bit by bit (integers) complement.
     *
     * @throws IllegalArgumentException if {@code dtype} is floating
     */
    public static UnaryKernel not(DType dtype) {
        UnaryKernel kernel = NOT[dtype.ordinal()];
        if (kernel == null) {
            kernel = wrapped(made(PROVIDER.not(WideType.of(dtype)), "NOT", dtype), dtype);
            NOT[dtype.ordinal()] = kernel;
        }
        return kernel;
    }

    /** The loop that chooses between two operands of {@code dtype} by a condition. */
    public static SelectKernel select(DType dtype) {
        SelectKernel kernel = SELECT[dtype.ordinal()];
        if (kernel == null) {
            kernel = PROVIDER.select(Word.of(dtype));
            SELECT[dtype.ordinal()] = kernel;
        }
        return kernel;
    }

    /**
     * The loop that converts between two dtypes; with equal ones it copies. A floating value becomes an integer by truncation
     * towards 0: I64 and I32 as in Java (the nearest bound beyond the range, 0 for NaN), I16, I8 and U8 by the low bits of that
     * I64. Between integers the low bits are kept. BOOL is {@code x != 0}, true for NaN. Numbers are rounded to the nearest F32
     * and F64, of two the even one; to BF16 and F16, which overflow to an infinity, F64 and I64 are rounded by way of F32.
     */
    public static UnaryKernel cast(DType from, DType to) {
        int index = from.ordinal() * DTYPES + to.ordinal();
        UnaryKernel kernel = CAST[index];
        if (kernel == null) {
            kernel = from == to ? copy(from.bytes()) : PROVIDER.cast(from, to);
            CAST[index] = kernel;
        }
        return kernel;
    }

    private static BinaryKernel makeBinary(BinaryFn fn, DType dtype) {
        if (fn == BinaryFn.NEXTAFTER && dtype.isNarrow() && dtype.isFloating()) {
            return ScalarKernels.narrowNextafter(dtype); // the wide type has other neighbours
        }
        return wrapped(made(PROVIDER.binary(fn, WideType.of(dtype)), fn, dtype), dtype, dtype);
    }

    private static UnaryKernel wrapped(UnaryKernel wide, DType dtype) {
        return dtype.isNarrow() ? new NarrowUnaryKernel(wide, dtype) : wide;
    }

    private static BinaryKernel wrapped(BinaryKernel wide, DType dtype, DType result) {
        return dtype.isNarrow() ? new NarrowBinaryKernel(wide, dtype, result) : wide;
    }

    private static UnaryKernel copy(int bytes) {
        return (x, out, n) -> Ram.copy(x, out, n * bytes);
    }

    private static <K> K made(@Nullable K kernel, Object fn, DType dtype) {
        if (kernel == null) {
            throw new IllegalArgumentException("no kernel computes " + fn + " on " + dtype.longName()
                    + ": cast the operand to a dtype that the function accepts");
        }
        return kernel;
    }
}
