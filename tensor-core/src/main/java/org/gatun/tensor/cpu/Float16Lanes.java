package org.gatun.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Conversions between F32 and the floating dtypes of 16 bits as operations on the bits, in lanes of 32. */
@FunctionalInterface
interface Float16Lanes {
    /** The bits of the converted numbers; of 16 bits, those above are undefined. */
    IntVector apply(IntVector bits);

    /** The class data of the loops: the conversion, and that of one element. */
    record Of(Float16Lanes lanes, ScalarUnary rest) {}

    /** BF16 to F32: the upper half. */
    static IntVector fromBfloat16(IntVector x) {
        return x.lanewise(VectorOperators.LSHL, 16);
    }

    /** F32 to BF16: half a unit of what stays, less one where that is even, carries into it. */
    static IntVector toBfloat16(IntVector x) {
        IntVector upper = x.lanewise(VectorOperators.LSHR, 16);
        IntVector rounded = x.add(0x7fff).add(upper.and(1)).lanewise(VectorOperators.LSHR, 16);
        VectorMask<Integer> nan = x.and(0x7fff_ffff).compare(VectorOperators.GT, 0x7f80_0000);
        return rounded.blend(upper.or(0x40), nan);
    }

    /** F16 to F32: the exponent's bias changes by 112; a number without a leading 1 gets one, 2^-14, and loses it again. */
    static IntVector fromFloat16(IntVector x) {
        IntVector magnitude = x.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
        IntVector normal = magnitude.add(112 << 23);
        IntVector small =
                magnitude.add(113 << 23).reinterpretAsFloats().sub(0x1p-14f).reinterpretAsInts();
        IntVector number = normal.blend(small, magnitude.compare(VectorOperators.LT, 1 << 23))
                .blend(magnitude.or(0x7f80_0000), magnitude.compare(VectorOperators.GE, 31 << 23));
        return number.or(x.and(0x8000).lanewise(VectorOperators.LSHL, 16));
    }

    /** F32 to F16: as to BF16 after the change of the bias; below 2^-14 the sum with 0.5, whose unit is F16's smallest number, rounds. */
    static IntVector toFloat16(IntVector x) {
        IntVector magnitude = x.and(0x7fff_ffff);
        IntVector normal = magnitude
                .add(0xfff)
                .add(magnitude.lanewise(VectorOperators.LSHR, 13).and(1))
                .sub(112 << 23)
                .lanewise(VectorOperators.LSHR, 13);
        FloatVector half = magnitude.reinterpretAsFloats().add(0.5f);
        IntVector small = half.reinterpretAsInts().sub(Float.floatToRawIntBits(0.5f));
        IntVector nan = magnitude.lanewise(VectorOperators.LSHR, 13).and(0x3ff).or(0x7e00);
        IntVector number = normal.blend(small, magnitude.compare(VectorOperators.LT, 113 << 23))
                .blend(0x7c00, magnitude.compare(VectorOperators.GE, Float.floatToRawIntBits(65520)))
                .blend(nan, magnitude.compare(VectorOperators.GT, 0x7f80_0000));
        return number.or(x.lanewise(VectorOperators.LSHR, 16).and(0x8000));
    }
}
