package org.gatun.tensor.composite;

import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Philox;

/**
 * A block of each element's own stream in tensor operations: {@link Philox} with the elements of an I64 tensor as keys.
 *
 * @param fine uniform on (0, 1], with 53 bits
 * @param second uniform on (0, 1), with 32 bits
 * @param third uniform on (0, 1), with 32 bits
 */
record ElementBlock(Tensor fine, Tensor second, Tensor third) {
    private static final long WORD = 1L << 32;

    /** The block of a number. */
    static ElementBlock of(Tensor keys, long number) {
        Tensor k0 = keys.remainder(WORD);
        Tensor k1 = high(keys);
        Tensor c0 = keys.fullLike(number & Philox.LOW);
        Tensor c1 = keys.fullLike(number >>> 32);
        Tensor c2 = keys.fullLike(Philox.ELEMENTS);
        Tensor c3 = keys.fullLike(0L);
        for (int round = 0; round < Philox.ROUNDS; round++) {
            Tensor p0 = c0.mul(Philox.MULTIPLIER_0);
            Tensor p1 = c2.mul(Philox.MULTIPLIER_1);
            c0 = high(p1).xor(c1).xor(k0);
            c1 = p1.remainder(WORD);
            c2 = high(p0).xor(c3).xor(k1);
            c3 = p0.remainder(WORD);
            k0 = k0.add(Philox.WEYL_0 & Philox.LOW).remainder(WORD);
            k1 = k1.add(Philox.WEYL_1 & Philox.LOW).remainder(WORD);
        }
        Tensor upper = c1.mul(1L << 21).add(c0.floorDivide(1L << 11));
        return new ElementBlock(upper.to(DType.F64).mul(-0x1p-53).add(1), fraction(c2), fraction(c3));
    }

    private static Tensor high(Tensor x) {
        return x.floorDivide(WORD).remainder(WORD);
    }

    private static Tensor fraction(Tensor word) {
        return word.to(DType.F64).add(0.5).mul(0x1p-32);
    }
}
