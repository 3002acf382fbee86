package org.gatun.tensor.cuda;

import org.gatun.bindings.cuda.CudaException;
import org.gatun.bindings.cuda.CudaType;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.cuda.CudaGemm.Matrices;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * Products of I8 and U8 by cuBLAS, whose sums have 32 bits; results are their low 8 bits, which are the same whether an operand's bits are
 * read with or without a sign.
 */
final class ByteProducts {
    /** Sums of fewer terms are soon done by our own kernel, which needs no second pass over the result. */
    private static final long LEAST_TERMS = 32;

    /** As many terms, each of at most 2^14, stay within 32 bits. */
    private static final long MOST_TERMS = (1L << 17) - 1;

    /** The library takes bytes in steps of so many. */
    private static final long STEP = 4;

    private ByteProducts() {}

    /** Whether cuBLAS can compute products of a dtype for operands that lie so. */
    static boolean areTaken(DType dtype, Matrices left, Matrices right) {
        return switch (dtype) {
            case I8, U8 -> {
                long terms = left.columns();
                yield terms >= LEAST_TERMS
                        && terms <= MOST_TERMS
                        && terms % STEP == 0
                        && right.columns() % STEP == 0
                        && isTaken(left)
                        && isTaken(right);
            }
            case F32, F64, BF16, F16, I64, I32, I16, BOOL -> false;
        };
    }

    private static boolean isTaken(Matrices x) {
        return x.isTaken()
                && x.distance() % STEP == 0
                && x.address() % STEP == 0
                && x.step() >= 0
                && x.step() % STEP == 0;
    }

    /**
     * Computes the products of a batch.
     *
     * @param result the tensor that they are a part of
     * @param offset elements of it before the first
     * @param step elements of it from each to the next
     * @return false if the library does not compute such products on this device
     */
    static boolean multiply(
            CudaDevice gpu, Matrices left, Matrices right, ConcreteTensor result, long offset, long step, long count) {
        Shape shape = Shape.of(count, left.rows(), right.columns());
        long[] strides = {step, right.columns(), 1};
        try (ConcreteTensor sums = gpu.allocate(DType.I32, shape);
                ConcreteTensor part = result.view(
                        Layout.strided(shape, strides, result.layout().offset() + offset))) {
            Matrices wide = Matrices.contiguous(sums.address(), left.rows(), right.columns());
            CudaGemm.multiply(gpu, CudaType.I8, left, right, CudaType.I32, wide, count, false);
            CudaRegions.runInto(gpu, new Op.Cast(result.dtype()), new ConcreteTensor[] {sums}, part);
            return true;
        } catch (CudaException e) {
            if (e.codeName().equals("CUBLAS_STATUS_NOT_SUPPORTED")) {
                return false;
            }
            throw e;
        }
    }
}
