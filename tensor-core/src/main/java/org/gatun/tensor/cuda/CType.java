package org.gatun.tensor.cuda;

import org.gatun.tensor.DType;

/** The types of CUDA C, of {@code numbers.cuh}, in which elements are stored and computed. */
final class CType {
    private CType() {}

    /** The type of an element in memory. */
    static String of(DType dtype) {
        return switch (dtype) {
            case F32 -> "float";
            case F64 -> "double";
            case BF16 -> "bf16";
            case F16 -> "f16";
            case I64 -> "i64";
            case I32 -> "i32";
            case I16 -> "i16";
            case I8 -> "i8";
            case U8 -> "u8";
            case BOOL -> "bool";
        };
    }

    /** The type that arithmetic runs in: single precision for the 16-bit floating types. */
    static String arithmetic(DType dtype) {
        return of(dtype.arithmetic());
    }
}
