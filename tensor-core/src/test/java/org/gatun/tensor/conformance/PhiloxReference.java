package org.gatun.tensor.conformance;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;

/**
 * Philox 4x32-10 as its authors write it (Salmon, Moraes, Dror and Shaw, 2011), and Gatun's numbers from its words: element i
 * takes as many bits as it has, in order; uniform numbers are the upper bits as a fraction; two neighbours share a Box-Muller
 * pair.
 */
final class PhiloxReference {
    private PhiloxReference() {}

    static HostArray draw(Op.Random op) {
        return switch (op.distribution()) {
            case UNIFORM -> HostArray.reals(op.dtype(), op.shape(), i -> uniform(op, i));
            case NORMAL -> HostArray.reals(op.dtype(), op.shape(), i -> normal(op, i));
            case BITS -> HostArray.wholes(op.dtype(), op.shape(), i -> bits(op, i));
        };
    }

    private static double uniform(Op.Random op, int i) {
        return switch (op.dtype()) {
            case F32 -> (word(op, i) >>> 8) * 0x1p-24;
            case F64 -> (pair(op, i) >>> 11) * 0x1p-53;
            case BF16 -> (word(op, i) >>> 24) * 0x1p-8;
            case F16 -> (word(op, i) >>> 21) * 0x1p-11;
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException("uniform numbers are floating");
        };
    }

    private static double normal(Op.Random op, int i) {
        int first = i & ~1;
        boolean single = op.dtype() != DType.F64;
        double u = single ? (float) ((word(op, first) + 0.5) * 0x1p-32) : 1 - (pair(op, first) >>> 11) * 0x1p-53;
        double turns = single ? word(op, first + 1) * 0x1p-32 : (pair(op, first + 1) >> 1) * 0x1p-63;
        double radius = Math.sqrt(-2 * StrictMath.log(u));
        double angle = 2 * Math.PI * turns;
        return radius * (i == first ? StrictMath.cos(angle) : StrictMath.sin(angle));
    }

    private static long bits(Op.Random op, int i) {
        return switch (op.dtype()) {
            case I64 -> pair(op, i);
            case I32 -> word(op, i);
            case I16 -> word(op, i / 2) >>> (16 * (i % 2));
            case I8, U8 -> word(op, i / 4) >>> (8 * (i % 4));
            case BOOL -> (word(op, i / 32) >>> (i % 32)) & 1;
            case F32, F64, BF16, F16 -> throw new IllegalArgumentException("bits come as integers");
        };
    }

    private static long pair(Op.Random op, int i) {
        return word(op, 2L * i) | (word(op, 2L * i + 1) << 32);
    }

    /** The {@code n}-th 32-bit word of the stream, from 0 to 2^32 - 1. */
    private static long word(Op.Random op, long n) {
        long block = op.offset() + n / 4;
        long[] c = {block & 0xffffffffL, block >>> 32, 0, 0};
        long k0 = op.key() & 0xffffffffL;
        long k1 = op.key() >>> 32;
        for (int round = 0; round < 10; round++) {
            long p0 = 0xD2511F53L * c[0];
            long p1 = 0xCD9E8D57L * c[2];
            c = new long[] {
                (p1 >>> 32) ^ c[1] ^ k0, p1 & 0xffffffffL, (p0 >>> 32) ^ c[3] ^ k1, p0 & 0xffffffffL,
            };
            k0 = (k0 + 0x9E3779B9L) & 0xffffffffL;
            k1 = (k1 + 0xBB67AE85L) & 0xffffffffL;
        }
        return c[(int) (n % 4)];
    }
}
