package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/** The elements of a dtype as bits: all that counts where they are moved and not computed with. */
enum Word {
    /** One byte. */
    BYTE,
    /** Two bytes. */
    SHORT,
    /** Four bytes. */
    INT,
    /** Eight bytes. */
    LONG;

    static Word of(DType dtype) {
        return switch (dtype) {
            case U8, I8, BOOL -> BYTE;
            case BF16, F16, I16 -> SHORT;
            case F32, I32 -> INT;
            case F64, I64 -> LONG;
        };
    }
}
