package org.gatun.tensor.cuda;

import org.gatun.tensor.DType;

/** The unsigned numbers of {@code sort.cuh} that rows are sorted by. */
enum SortKeys {
    U32("u32", Integer.BYTES),
    U64("u64", Long.BYTES);

    private final String type;
    private final int bytes;

    SortKeys(String type, int bytes) {
        this.type = type;
        this.bytes = bytes;
    }

    /** Those that elements become. */
    static SortKeys of(DType dtype) {
        return switch (dtype) {
            case F32, BF16, F16, I32, I16, I8, U8, BOOL -> U32;
            case F64, I64 -> U64;
        };
    }

    /** Those that hold numbers from 0 to {@code limit}, and a larger one. */
    static SortKeys upTo(long limit) {
        return limit < 0xffff_ffffL ? U32 : U64;
    }

    /** The type in CUDA C. */
    String type() {
        return type;
    }

    int bytes() {
        return bytes;
    }
}
