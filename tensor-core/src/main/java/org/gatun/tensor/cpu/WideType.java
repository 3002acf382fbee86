package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/** The types that elements have while they are computed with: all dtypes but the {@linkplain DType#isNarrow narrow} ones. */
enum WideType {
    /** {@code float}. */
    F32(4),
    /** {@code double}. */
    F64(8),
    /** {@code long}. */
    I64(8),
    /** {@code int}. */
    I32(4),
    /** An unsigned byte. */
    U8(1),
    /** A byte that is 0 or 1. */
    BOOL(1);

    private final int bytes;

    WideType(int bytes) {
        this.bytes = bytes;
    }

    /** The size of one element in bytes. */
    int bytes() {
        return bytes;
    }

    /** The type in which elements of a dtype are computed with. */
    static WideType of(DType dtype) {
        return switch (dtype) {
            case F32, BF16, F16 -> F32;
            case F64 -> F64;
            case I64 -> I64;
            case I32, I16, I8 -> I32;
            case U8 -> U8;
            case BOOL -> BOOL;
        };
    }
}
