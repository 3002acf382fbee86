package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** The error function on vectors of floats. */
public final class F32Erf {
    // erf(x) / x in powers of x^2, less 1 in the first; error 2^-31 up to x = 0.92
    private static final FloatVector P0 = F32.of((float) (1.1283791670955126 - 1));
    private static final FloatVector P1 = F32.of(-3.7612635e-01f);
    private static final FloatVector P2 = F32.of(1.1283696e-01f);
    private static final FloatVector P3 = F32.of(-2.6859393e-02f);
    private static final FloatVector P4 = F32.of(5.2010217e-03f);
    private static final FloatVector P5 = F32.of(-8.142582e-04f);
    private static final FloatVector P6 = F32.of(8.369582e-05f);
    private static final FloatVector ERF_POLYNOMIAL = F32.of(0.92f);

    // -log(1 - erf(x)) in powers of x, from 0.9 to 4: error 2^-29 of erf(x)
    private static final FloatVector L0 = F32.of(1.7752538e-04f);
    private static final FloatVector L1 = F32.of(1.1277494f);
    private static final FloatVector L2 = F32.of(6.3706e-01f);
    private static final FloatVector L3 = F32.of(1.0403713e-01f);
    private static final FloatVector L4 = F32.of(-2.2276966e-02f);
    private static final FloatVector L5 = F32.of(3.0555748e-03f);
    private static final FloatVector L6 = F32.of(-1.9717815e-04f);
    /** Above this erf rounds to 1. */
    private static final FloatVector ERF_ONE = F32.of(4);

    private F32Erf() {}

    /** The error function, at most 1.5 ulp: a polynomial up to 0.92, {@code 1 - e^-p(x)} above. */
    public static FloatVector erf(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector small = smallErf(a);
        FloatVector c = a.blend(ERF_ONE, a.compare(GT, ERF_ONE));
        FloatVector log =
                L6.fma(c, L5).fma(c, L4).fma(c, L3).fma(c, L2).fma(c, L1).fma(c, L0);
        FloatVector large = F32.ONE.sub(F32Exp.expBounded(log.neg()));
        return F32.withSign(large.blend(small, a.compare(LT, ERF_POLYNOMIAL)), x);
    }

    private static FloatVector smallErf(FloatVector x) {
        FloatVector z = x.mul(x);
        return P6.fma(z, P5)
                .fma(z, P4)
                .fma(z, P3)
                .fma(z, P2)
                .fma(z, P1)
                .fma(z, P0)
                .fma(x, x);
    }
}
