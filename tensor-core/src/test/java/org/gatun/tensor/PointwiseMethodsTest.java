package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the elementwise methods beyond arithmetic give at ordinary and at special values. */
@ExtendWith(ScopePerTest.class)
class PointwiseMethodsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    @Test
    void signsAndNeighbours() {
        Tensor x = Tensors.of(2.0, -3, 0, -0.0, NAN);
        assertThat(x.copysign(-0.0).toDoubleArray()).containsExactly(-2, -3, -0.0, -0.0, NAN);
        assertThat(x.copysign(Tensors.of(1.0)).toDoubleArray()).containsExactly(2, 3, 0, 0, NAN);
        assertThat(x.signbit().toBooleanArray()).containsExactly(false, true, false, true, false);
        assertThat(Tensors.of(-3, 0, 4).signbit().toBooleanArray()).containsExactly(true, false, false);
        assertThat(Tensors.of(1f, 0, 5, Float.MAX_VALUE)
                        .nextafter(Tensors.of(2f, -1, 5, Float.POSITIVE_INFINITY))
                        .toFloatArray())
                .containsExactly(Math.nextUp(1f), -Float.MIN_VALUE, 5, Float.POSITIVE_INFINITY);
        assertThat(Tensors.of(1.0).nextafter(Tensors.of(0.0)).item()).isEqualTo(Math.nextDown(1.0));
        assertThat(Tensors.of(-8.0, 27, -0.0).cbrt().toDoubleArray()).containsExactly(-2, 3, -0.0);
    }

    @Test
    void partsOfNumbers() {
        double[] values = {8, -0.75, 0, INF, NAN, Double.MIN_VALUE, Double.MAX_VALUE, Math.nextDown(1.0), -1};
        Frexp parts = Tensors.of(values).frexp();
        assertThat(parts.exponent().dtype()).isEqualTo(DType.I32);
        double[] mantissa = parts.mantissa().toDoubleArray();
        long[] exponent = parts.exponent().toLongArray();
        for (int i = 0; i < values.length; i++) {
            boolean ordinary = Double.isFinite(values[i]) && values[i] != 0;
            if (ordinary) {
                assertThat(Math.abs(mantissa[i])).isBetween(0.5, Math.nextDown(1.0));
                assertThat(Math.scalb(mantissa[i], (int) exponent[i])).isEqualTo(values[i]);
            } else {
                assertThat(Double.valueOf(mantissa[i])).isEqualTo(Double.valueOf(values[i]));
                assertThat(exponent[i]).isZero();
            }
        }
        // 2^1030 alone overflows, and 2^-1080 is subnormal
        assertThat(Tensors.of(0x1p-100, 0x1p100, 3)
                        .ldexp(Tensors.of(1030L, -1080, 2))
                        .toDoubleArray())
                .containsExactly(0x1p930, 0x1p-980, 12);
        assertThat(Tensors.of(2.75, -2.75, 3).frac().toDoubleArray()).containsExactly(0.75, -0.75, 0);
        assertThat(Tensors.of(2.5, -2.5).fix().toDoubleArray()).containsExactly(2, -2);
        assertThat(Tensors.of(0.125, 0.375, -2.675).round(2).toDoubleArray()).containsExactly(0.12, 0.38, -2.68);
        assertThat(Tensors.of(25.0, 35, 149).round(-1).toDoubleArray()).containsExactly(20, 40, 150);
        assertThat(Tensors.of(25L).round(1).toLongArray()).containsExactly(25);
        assertThat(Tensors.of(180.0).deg2rad().item()).isEqualTo(Math.PI);
        assertThat(Tensors.of(Math.PI).rad2deg().item()).isEqualTo(180);
    }

    @Test
    void choicesAndReplacements() {
        Tensor a = Tensors.of(1.0, NAN, 3, NAN);
        Tensor b = Tensors.of(2.0, 5, NAN, NAN);
        assertThat(a.fmax(b).toDoubleArray()).containsExactly(2, 5, 3, NAN);
        assertThat(a.fmin(b).toDoubleArray()).containsExactly(1, 5, 3, NAN);
        assertThat(Tensors.of(3L, 4).fmax(Tensors.of(5L)).toLongArray()).containsExactly(5, 5);
        assertThat(Tensors.of(-1.0, 0, 2, NAN).heaviside(Tensors.of(0.5)).toDoubleArray())
                .containsExactly(0, 0.5, 1, 0);
        Tensor special = Tensors.of(NAN, INF, -INF, 7);
        assertThat(special.nanToNum().toDoubleArray()).containsExactly(0, Double.MAX_VALUE, -Double.MAX_VALUE, 7);
        assertThat(special.to(DType.F32).nanToNum(1).toFloatArray())
                .containsExactly(1, Float.MAX_VALUE, -Float.MAX_VALUE, 7);
        assertThat(special.nanToNum(1, 2, 3).toDoubleArray()).containsExactly(1, 2, 3, 7);
        assertThat(Tensors.of(5L).nanToNum().dtype()).isEqualTo(DType.I64);
        assertThat(special.isPosInf().toBooleanArray()).containsExactly(false, true, false, false);
        assertThat(special.isNegInf().toBooleanArray()).containsExactly(false, false, true, false);
        assertThat(special.isClose(special).toBooleanArray()).containsExactly(false, true, true, true);
        assertThat(special.isClose(special, 0, 0, true).all().item()).isEqualTo(1);
        assertThat(Tensors.of(1.0, 1).isClose(Tensors.of(1.000001, 1.1)).toBooleanArray())
                .containsExactly(true, false);
    }

    @Test
    void limits() {
        Tensor x = Tensors.of(-5.0, 0, 5, NAN);
        assertThat(x.clampMin(-1).toDoubleArray()).containsExactly(-1, 0, 5, NAN);
        assertThat(x.clampMax(1L).toDoubleArray()).containsExactly(-5, 0, 1, NAN);
        assertThat(x.clamp(-1.5, 2).toDoubleArray()).containsExactly(-1.5, 0, 2, NAN);
        assertThat(Tensors.of(1e30f).clampMin(0L).toFloatArray()).containsExactly(1e30f);
        assertThat(Tensors.of(-7L, 9).clampMin(-1).toLongArray()).containsExactly(-1, 9);
        assertThat(Tensors.of(-7L, 9).clampMax(3).toLongArray()).containsExactly(-7, 3);
        assertThat(x.clamp(Tensors.of(-1.0), Tensors.of(1.0, 1, -3, 1)).toDoubleArray())
                .containsExactly(-1, 0, -3, NAN);
        assertThat(x.clampMin(Tensors.of(NAN, 1, 1, 1)).toDoubleArray()).containsExactly(NAN, 1, 5, NAN);
        assertThat(Tensors.of(-7L, 9).clamp(Tensors.of(0L), Tensors.of(4L)).toLongArray())
                .containsExactly(0, 4);
        assertThat(Tensors.of(1L, 9).clampMax(Tensors.of(4.5f)).toFloatArray()).containsExactly(1, 4.5f);
    }

    @Test
    void mixtures() {
        Tensor a = Tensors.of(0.1, 1e17, -3);
        Tensor b = Tensors.of(0.7, 3, 5);
        assertThat(a.lerp(b, 0).toDoubleArray()).containsExactly(a.toDoubleArray());
        assertThat(a.lerp(b, 1).toDoubleArray()).containsExactly(b.toDoubleArray());
        assertThat(a.lerp(b, Tensors.of(0.25, 1, 0.5)).toDoubleArray()).containsExactly(0.25, 3, 1);
        assertThat(Tensors.of(1, 2).lerp(Tensors.of(3, 4), 0.5).dtype()).isEqualTo(DType.F32);
        assertThat(Tensors.of(1.0)
                        .addcmul(Tensors.of(2.0), Tensors.of(3.0), -0.5)
                        .item())
                .isEqualTo(-2);
        assertThat(Tensors.of(1L).addcmul(Tensors.of(2L), Tensors.of(3L)).itemLong())
                .isEqualTo(7);
        assertThat(Tensors.of(1.0).addcdiv(Tensors.of(2.0), Tensors.of(4.0)).item())
                .isEqualTo(1.5);
        assertThat(Tensors.of(1L).addcdiv(Tensors.of(2L), Tensors.of(4L), 2).item())
                .isEqualTo(2);
        assertThat(Tensors.of(-7L).div(2L, RoundingMode.FLOOR).itemLong()).isEqualTo(-4);
        assertThat(Tensors.of(-7L).div(Tensors.of(2L), RoundingMode.TRUNC).itemLong())
                .isEqualTo(-3);
        assertThat(Tensors.of(-7f).div(2.0, RoundingMode.FLOOR).item()).isEqualTo(-4);
        assertThat(Tensors.of(2f).floatPower(-1).dtype()).isEqualTo(DType.F64);
        assertThat(Tensors.of(3L).floatPower(Tensors.of(2L)).item()).isEqualTo(9);
        assertThat(Functional.celu(Tensors.of(-1.0, 2), 2).toDoubleArray()).containsExactly(2 * Math.expm1(-0.5), 2);
        assertThat(Functional.glu(Tensors.of(3.0, 4, 0, 0)).toDoubleArray()).containsExactly(1.5, 2);
    }

    @Test
    void bits() {
        Tensor x = Tensors.of(-5, 6, Integer.MIN_VALUE);
        assertThat(x.and(3).toLongArray()).containsExactly(-5 & 3, 2, 0);
        assertThat(x.or(8).toLongArray()).containsExactly(-5 | 8, 14, Integer.MIN_VALUE | 8);
        assertThat(x.xor(-1).toLongArray()).containsExactly(4, -7, Integer.MAX_VALUE);
        assertThat(x.bitwiseLeftShift(2).toLongArray()).containsExactly(-20, 24, 0);
        assertThat(x.bitwiseRightShift(1).toLongArray()).containsExactly(-3, 3, Integer.MIN_VALUE / 2);
        // by all bits, by more, and by a negative number
        Tensor places = Tensors.of(32, 100, -1);
        assertThat(x.bitwiseLeftShift(places).toLongArray()).containsOnly(0);
        assertThat(x.bitwiseRightShift(places).toLongArray()).containsExactly(-1, 0, -1);
        assertThat(Tensors.of(-5L).bitwiseLeftShift(64).itemLong()).isZero();
        assertThat(Tensors.of(200, 3).to(DType.U8).bitwiseLeftShift(1).toLongArray())
                .containsExactly(144, 6);
        assertThat(Tensors.of(200, 3).to(DType.U8).bitwiseRightShift(3).toLongArray())
                .containsExactly(25, 0);
        Tensor truth = Tensors.of(true, false, true);
        Tensor number = Tensors.of(NAN, 2, 0);
        assertThat(number.logicalAnd(truth).toBooleanArray()).containsExactly(true, false, false);
        assertThat(number.logicalOr(truth).toBooleanArray()).containsExactly(true, true, true);
        assertThat(number.logicalXor(truth).toBooleanArray()).containsExactly(false, true, true);
        assertThat(number.logicalNot().toBooleanArray()).containsExactly(false, false, true);
        assertThat(Tensors.of(4L).positive().sgn().itemLong()).isEqualTo(1);
    }
}
