package org.gatun.tensor;

/**
 * The element types of tensors.
 *
 * <p>Promotion between them follows PyTorch's table: a category (boolean, integer, floating) wins over a lower one; within a
 * category the wider type wins; U8 with I8 gives I16, and BF16 with F16 gives F32, the narrowest types that hold both. A 0-d tensor beside one with axes counts only
 * when its category is higher ({@link #promoteWithZeroDim}). Java scalars are weak: they take part with their category only
 * ({@link #promoteWithScalar}).
 *
 * <p>BF16, F16, I16 and I8 are there to save memory: arithmetic on them is done in a wider type ({@link #arithmetic}), and each
 * operation's result is rounded, or wrapped around, once.
 */
public enum DType {
    /** IEEE 754 binary32, {@code float}: the default. */
    F32(4, Kind.FLOATING, "float32"),
    /** IEEE 754 binary64, {@code double}. */
    F64(8, Kind.FLOATING, "float64"),
    /** The upper half of an F32 ("brain float"): its range, 8 significant bits. */
    BF16(2, Kind.FLOATING, "bfloat16"),
    /** IEEE 754 binary16: 11 significant bits, numbers up to 65504. */
    F16(2, Kind.FLOATING, "float16"),
    /** 64-bit two's complement, {@code long}: the type of indices. */
    I64(8, Kind.INTEGER, "int64"),
    /** 32-bit two's complement, {@code int}. */
    I32(4, Kind.INTEGER, "int32"),
    /** 16-bit two's complement, {@code short}. */
    I16(2, Kind.INTEGER, "int16"),
    /** 8-bit two's complement, {@code byte}: -128 to 127. */
    I8(1, Kind.INTEGER, "int8"),
    /** 8-bit unsigned integer, 0 to 255. */
    U8(1, Kind.INTEGER, "uint8"),
    /** A truth value stored as one byte, 0 or 1. */
    BOOL(1, Kind.BOOLEAN, "bool");

    /** The categories of promotion, from the lowest to the highest. */
    public enum Kind {
        /** Truth values. */
        BOOLEAN,
        /** Integers, signed and unsigned. */
        INTEGER,
        /** Floating-point numbers: the only kind that can carry gradients. */
        FLOATING
    }

    private final int bytes;
    private final Kind kind;
    private final String longName;

    DType(int bytes, Kind kind, String longName) {
        this.bytes = bytes;
        this.kind = kind;
        this.longName = longName;
    }

    /** The size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The category of promotion that this type belongs to. */
    public Kind kind() {
        return kind;
    }

    /** The name NumPy and PyTorch use, such as {@code float32}. */
    public String longName() {
        return longName;
    }

    /** Whether this is a floating-point type; only those are differentiable. */
    public boolean isFloating() {
        return kind == Kind.FLOATING;
    }

    /** Whether this is an integer type (signed or unsigned; BOOL is not). */
    public boolean isInteger() {
        return kind == Kind.INTEGER;
    }

    /** The smallest type that holds both operands of an operation, as {@code torch.promote_types}. */
    public static DType promote(DType a, DType b) {
        if (a == b) {
            return a;
        }
        if (a.kind != b.kind) {
            return a.kind.compareTo(b.kind) > 0 ? a : b;
        }
        if (a.bytes == b.bytes) {
            // BF16 with F16, or I8 with U8: neither holds the other.
            return a.kind == Kind.FLOATING ? F32 : I16;
        }
        return a.bytes > b.bytes ? a : b;
    }

    /**
     * The type of an operation between a tensor of this type and a Java scalar of category {@code scalar}: this type when its
     * own category is at least as high, otherwise the default type of the scalar's category (F32, I64, BOOL), as PyTorch does
     * with Python numbers.
     */
    public DType promoteWithScalar(Kind scalar) {
        if (kind.compareTo(scalar) >= 0) {
            return this;
        }
        return switch (scalar) {
            case FLOATING -> F32;
            case INTEGER -> I64;
            case BOOLEAN -> BOOL;
        };
    }

    /**
     * The type of an operation between a tensor of this type with axes and a 0-d tensor: a 0-d tensor takes part with its own
     * type only when its category is higher, so a 0-d F64 leaves F32 as it is, and a 0-d F32 makes F32 of I64.
     */
    public DType promoteWithZeroDim(DType zeroDim) {
        return kind.compareTo(zeroDim.kind) >= 0 ? this : promote(this, zeroDim);
    }

    /** This type when it is floating, otherwise F32: the type in which functions such as {@code exp} work on this type. */
    public DType toFloating() {
        return isFloating() ? this : F32;
    }

    /**
     * The type in which arithmetic on this type is done before the result is converted to it: F32 for BF16 and F16, I32 for I16
     * and I8, otherwise this type. PyTorch calls it the opmath type.
     */
    public DType arithmetic() {
        return switch (this) {
            case BF16, F16 -> F32;
            case I16, I8 -> I32;
            case F32, F64, I64, I32, U8, BOOL -> this;
        };
    }

    /** Whether arithmetic on this type is done in a wider one: BF16, F16, I16 and I8. */
    public boolean isNarrow() {
        return arithmetic() != this;
    }
}
