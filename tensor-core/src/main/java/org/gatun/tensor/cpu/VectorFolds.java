package org.gatun.tensor.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

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
}
