package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/** The types in which elements are added up. */
enum SumType {
    /** {@code float}: of F32 and of the narrower floating dtypes. */
    F32,
    /** {@code double}. */
    F64,
    /** {@code long}: of all integers and truth values. */
    I64;

    static SumType of(DType dtype) {
        return switch (dtype) {
            case F32, BF16, F16 -> F32;
            case F64 -> F64;
            case I64, I32, I16, I8, U8, BOOL -> I64;
        };
    }
}
