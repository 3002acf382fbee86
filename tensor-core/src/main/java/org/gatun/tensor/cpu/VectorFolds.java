package org.gatun.tensor.cpu;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.gatun.tensor.ir.ExtremumFn;

/** Makes the folds on the Vector API; apart from {@link FoldKernels} because its classes need the API's module. */
final class VectorFolds {
    private VectorFolds() {}

    static FoldKernel f32(FoldFn fn) {
        F32Binary vectors = switch (fn) {
            case SUM -> FloatVector::add;
            case PRODUCT -> FloatVector::mul;
            case MAX -> FloatVector::max;
            case MIN -> FloatVector::min;
        };
        return KernelTemplate.specialise(
                F32FoldLoop.class, FoldKernel.class, new F32FoldLoop.Of(vectors, FoldKernels.f32(fn), (float)
                        fn.floatingIdentity()));
    }

    static FoldKernel f64(FoldFn fn) {
        F64Binary vectors = switch (fn) {
            case SUM -> DoubleVector::add;
            case PRODUCT -> DoubleVector::mul;
            case MAX -> DoubleVector::max;
            case MIN -> DoubleVector::min;
        };
        return KernelTemplate.specialise(
                F64FoldLoop.class,
                FoldKernel.class,
                new F64FoldLoop.Of(vectors, FoldKernels.f64(fn), fn.floatingIdentity()));
    }

    /** The place of the extremum of floats; by keys where there are few. */
    static ArgKernel arg(ExtremumFn fn, ArgKernel keys) {
        F32ArgLoop.Of of = switch (fn) {
            case MAX ->
                new F32ArgLoop.Of(
                        FloatVector::max,
                        (v, best) -> v.compare(LE, best),
                        v -> v.reduceLanes(VectorOperators.MAX),
                        Float.NEGATIVE_INFINITY,
                        keys);
            case MIN ->
                new F32ArgLoop.Of(
                        FloatVector::min,
                        (v, best) -> v.compare(GE, best),
                        v -> v.reduceLanes(VectorOperators.MIN),
                        Float.POSITIVE_INFINITY,
                        keys);
        };
        return KernelTemplate.specialise(F32ArgLoop.class, ArgKernel.class, of);
    }
}
