package org.gatun.tensor.cpu;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.gatun.tensor.DType;
import org.jspecify.annotations.Nullable;

/** The conversions that have a vector form: those between numbers that training uses all the time. */
final class VectorCasts {
    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> F64 = DoubleVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I32 = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> I64 = LongVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> I16 = ShortVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Byte> I8 = ByteVector.SPECIES_PREFERRED;
    private static final int SMALLEST_VECTOR_BITS = 64;

    /**
     * Whether conversions between I64 and floating numbers are instructions. On x86 they came with AVX-512; with less, the Vector API
     * would convert in Java, far slower than the scalar loop.
     */
    private static final boolean LONG_CONVERSIONS =
            I64.vectorBitSize() == 512 || System.getProperty("os.arch").equals("aarch64");

    /**
     * A vector conversion, the class data of {@link VectorCastLoop}.
     *
     * @param in the vectors to load
     * @param conversion how their lanes change
     * @param out the vectors to store, of as many lanes
     * @param rest converts one element
     */
    record Of<E, F>(
            VectorSpecies<E> in, VectorOperators.Conversion<E, F> conversion, VectorSpecies<F> out, ScalarUnary rest) {}

    private VectorCasts() {}

    static @Nullable UnaryKernel of(DType from, DType to) {
        ScalarUnary rest = ScalarCasts.element(from, to);
        UnaryKernel narrow = narrow(from, to, rest);
        if (narrow != null) {
            return narrow;
        }
        Of<?, ?> cast = switch (from) {
            case F32 -> fromF32(to, rest);
            case F64 -> fromF64(to, rest);
            case I64 -> fromI64(to, rest);
            case I32 -> fromI32(to, rest);
            case I16 -> to == DType.I32 ? of(narrow(I16, I32.length()), VectorOperators.S2I, I32, rest) : null;
            case I8 -> to == DType.I32 ? of(narrow(I8, I32.length()), VectorOperators.B2I, I32, rest) : null;
            case BF16, F16, U8, BOOL -> null;
        };
        return cast == null ? null : KernelTemplate.specialise(VectorCastLoop.class, UnaryKernel.class, cast);
    }

    /** The conversions between F32 and the floating dtypes of 16 bits, which are made of operations on their bits. */
    private static @Nullable UnaryKernel narrow(DType from, DType to, ScalarUnary rest) {
        if (narrow(I16, I32.length()) == null) {
            return null;
        }
        if (to == DType.F32 && (from == DType.BF16 || from == DType.F16)) {
            Float16Lanes lanes = from == DType.BF16 ? Float16Lanes::fromBfloat16 : Float16Lanes::fromFloat16;
            return KernelTemplate.specialise(
                    Float16WidenLoop.class, UnaryKernel.class, new Float16Lanes.Of(lanes, rest));
        }
        if (from == DType.F32 && (to == DType.BF16 || to == DType.F16)) {
            Float16Lanes lanes = to == DType.BF16 ? Float16Lanes::toBfloat16 : Float16Lanes::toFloat16;
            return KernelTemplate.specialise(
                    Float16NarrowLoop.class, UnaryKernel.class, new Float16Lanes.Of(lanes, rest));
        }
        return null;
    }

    private static @Nullable Of<?, ?> fromF32(DType to, ScalarUnary rest) {
        return switch (to) {
            case F64 -> of(narrow(F32, F64.length()), VectorOperators.F2D, F64, rest);
            case I32 -> of(F32, VectorOperators.F2I, I32, rest);
            case F32, BF16, F16, I64, I16, I8, U8, BOOL -> null;
        };
    }

    private static @Nullable Of<?, ?> fromF64(DType to, ScalarUnary rest) {
        return switch (to) {
            case F32 -> of(F64, VectorOperators.D2F, narrow(F32, F64.length()), rest);
            case I64 -> LONG_CONVERSIONS ? of(F64, VectorOperators.D2L, I64, rest) : null;
            case F64, BF16, F16, I32, I16, I8, U8, BOOL -> null;
        };
    }

    private static @Nullable Of<?, ?> fromI64(DType to, ScalarUnary rest) {
        return switch (to) {
            case F32 -> LONG_CONVERSIONS ? of(I64, VectorOperators.L2F, narrow(F32, I64.length()), rest) : null;
            case F64 -> LONG_CONVERSIONS ? of(I64, VectorOperators.L2D, F64, rest) : null;
            case BF16, F16, I64, I32, I16, I8, U8, BOOL -> null;
        };
    }

    private static @Nullable Of<?, ?> fromI32(DType to, ScalarUnary rest) {
        return switch (to) {
            case F32 -> of(I32, VectorOperators.I2F, F32, rest);
            case F64 -> of(narrow(I32, F64.length()), VectorOperators.I2D, F64, rest);
            case I64 -> of(narrow(I32, I64.length()), VectorOperators.I2L, I64, rest);
            case I16 -> of(I32, VectorOperators.I2S, narrow(I16, I32.length()), rest);
            case I8 -> of(I32, VectorOperators.I2B, narrow(I8, I32.length()), rest);
            case BF16, F16, I32, U8, BOOL -> null;
        };
    }

    private static <E, F> @Nullable Of<E, F> of(
            @Nullable VectorSpecies<E> in,
            VectorOperators.Conversion<E, F> conversion,
            @Nullable VectorSpecies<F> out,
            ScalarUnary rest) {
        return in == null || out == null ? null : new Of<>(in, conversion, out, rest);
    }

    /** The vectors of the same element type with so many lanes, or null if they would be too short to exist. */
    private static <E> @Nullable VectorSpecies<E> narrow(VectorSpecies<E> species, int lanes) {
        int bits = species.elementSize() * lanes;
        return bits < SMALLEST_VECTOR_BITS ? null : species.withShape(VectorShape.forBitSize(bits));
    }
}
