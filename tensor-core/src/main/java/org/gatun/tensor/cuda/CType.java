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

    /** The type that an element is moved as where its value does not matter: one for all dtypes of a size, so that few kernels are compiled. */
    static String word(DType dtype) {
        return switch (dtype) {
            case F64, I64 -> "i64";
            case F32, I32 -> "i32";
            case BF16, F16, I16 -> "i16";
            case I8, U8, BOOL -> "i8";
        };
    }

    /** The type that arithmetic runs in: single precision for the 16-bit floating types. */
    static String arithmetic(DType dtype) {
        return of(dtype.arithmetic());
    }
}
