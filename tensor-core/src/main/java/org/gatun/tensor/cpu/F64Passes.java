package org.gatun.tensor.cpu;

import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.math.F64Erf;
import org.gatun.tensor.cpu.math.F64Hyperbolic;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/**
 * A function of doubles in several loops over a block that stays in the cache. One loop would be more than a JIT compiler inlines, and vectors
 * that pass a call lie on the heap.
 */
final class F64Passes implements UnaryKernel {
    private static final int BLOCK = 1024;

    /** Of x. */
    private final UnaryKernel first;

    /** Each of x and what the loop before gave. */
    private final List<BinaryKernel> next;

    private F64Passes(F64Unary first, F64Binary... next) {
        this.first = KernelTemplate.specialise(F64UnaryLoop.class, UnaryKernel.class, first);
        this.next = Arrays.stream(next)
                .map(f -> KernelTemplate.specialise(F64BinaryLoop.class, BinaryKernel.class, f))
                .toList();
    }

    /** The functions that take several loops; for others null. */
    static @Nullable UnaryKernel of(UnaryFn fn) {
        return switch (fn) {
            case ERF -> new F64Passes(F64Erf::polynomial, F64Erf::roughTail, F64Erf::erf);
            case ERFC -> new F64Passes(F64Erf::polynomial, F64Erf::tail, F64Erf::erfc);
            case ERFCX -> new F64Passes(F64Erf::polynomial, F64Erf::scaled, F64Erf::erfcx);
            case NDTR -> new F64Passes(F64Erf::polynomialOfNormal, F64Erf::tailOfNormal, F64Erf::ndtr);
            case TANH -> new F64Passes(F64Hyperbolic::expOfTwice, F64Hyperbolic::tanh);
            case NEG, ABS, SIGN, SQUARE, RELU, SQRT, RSQRT, RECIPROCAL, FLOOR, CEIL, ROUND, TRUNC -> null;
            case EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SINH, COSH, SIGMOID, SOFTPLUS, CBRT -> null;
            case SIN, COS, TAN, ASIN, ACOS, ATAN, ASINH, ACOSH, ATANH -> null;
            case ERFINV, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E -> null;
        };
    }

    @Override
    public void apply(long x, long out, long n) {
        try (Scratch scratch = Scratch.open()) {
            long between = scratch.allocate(Double.BYTES * Math.min(n, BLOCK));
            for (long i = 0; i < n; i += BLOCK) {
                long count = Math.min(BLOCK, n - i);
                long at = x + Double.BYTES * i;
                first.apply(at, between, count);
                for (int k = 0; k < next.size(); k++) {
                    long to = k == next.size() - 1 ? out + Double.BYTES * i : between;
                    next.get(k).apply(at, between, to, count);
                }
            }
        }
    }

    /** The same function of floats, computed in double precision and rounded. */
    static UnaryKernel ofFloats(UnaryKernel doubles) {
        UnaryKernel widen = ElementwiseKernels.cast(DType.F32, DType.F64);
        UnaryKernel narrow = ElementwiseKernels.cast(DType.F64, DType.F32);
        return (x, out, n) -> {
            try (Scratch scratch = Scratch.open()) {
                long wide = scratch.allocate(Double.BYTES * Math.min(n, BLOCK));
                for (long i = 0; i < n; i += BLOCK) {
                    long count = Math.min(BLOCK, n - i);
                    widen.apply(x + Float.BYTES * i, wide, count);
                    doubles.apply(wide, wide, count);
                    narrow.apply(wide, out + Float.BYTES * i, count);
                }
            }
        };
    }
}
