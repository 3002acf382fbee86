package org.gatun.tensor;

/**
 * The element types of tensors.
 *
 * <p>Promotion between them follows PyTorch's table: a category (boolean, integer, floating) wins over a lower one; within a
 * category the wider type wins; U8 with a signed integer gives the signed integer. A 0-d tensor beside one with axes counts only
 * when its category is higher ({@link #promoteWithZeroDim}). Java scalars are weak: they take part with their category only
 * ({@link #promoteWithScalar}).
 */
public enum DType {
    /** IEEE 754 binary32, {@code float}: the default. */
    F32(4, Kind.FLOATING, "float32"),
    /** IEEE 754 binary64, {@code double}. */
    F64(8, Kind.FLOATING, "float64"),
    /** 64-bit two's complement, {@code long}: the type of indices. */
    I64(8, Kind.INTEGER, "int64"),
    /** 32-bit two's complement, {@code int}. */
    I32(4, Kind.INTEGER, "int32"),
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
        // Same kind, different types: F32 with F64, or two of I64, I32, U8. The wider one holds both.
        return a.bytes >= b.bytes ? a : b;
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
}
