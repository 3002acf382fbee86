package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.UnaryFn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The vector kernels against their scalar twins, at sizes around every vector length, in place and not, with an operand
 * repeated on either side; and nothing beyond the last element touched.
 */
class TwinKernelsTest {
    private static final int[] SIZES = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 129, 1000};
    private static final int GUARD = 64;

    private static final List<DType> WIDE =
            Arrays.stream(DType.values()).filter(d -> !d.isNarrow()).toList();

    private final KernelProvider vector = new VectorKernels();
    private final KernelProvider scalar = new ScalarKernels();

    /** An array of {@code dtype} with a guard behind it. Divisors and exponents of integers stay small and positive. */
    private static MemorySegment sample(Arena arena, DType dtype, int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        MemorySegment memory =
                arena.allocate((long) n * dtype.bytes() + GUARD, 64).fill((byte) 0x5A);
        for (int i = 0; i < n; i++) {
            switch (dtype) {
                case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-3, 3));
                case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, random.nextDouble(-3, 3));
                case BF16, F16, I16 -> Elements.put(dtype, memory.address() + 2L * i, random.nextInt(-3, 60));
                case I64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, i, random.nextLong(1, 60));
                case I32 -> memory.setAtIndex(ValueLayout.JAVA_INT, i, random.nextInt(1, 60));
                case I8, U8 -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(1, 256));
                case BOOL -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(2));
            }
        }
        return memory;
    }

    private static MemorySegment copyOf(Arena arena, MemorySegment memory) {
        return arena.allocate(memory.byteSize(), 64).copyFrom(memory);
    }

    private static void assertAgree(MemorySegment got, MemorySegment want, DType dtype, int n, String what) {
        for (int i = 0; i < n; i++) {
            switch (dtype) {
                case F32 -> {
                    float w = want.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    assertThat(UlpHistogram.floatUlps(got.getAtIndex(ValueLayout.JAVA_FLOAT, i), w))
                            .as("%s at %d", what, i)
                            .isLessThanOrEqualTo(3);
                }
                case F64 -> {
                    double w = want.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                    assertThat(UlpHistogram.doubleUlps(got.getAtIndex(ValueLayout.JAVA_DOUBLE, i), w, 0))
                            .as("%s at %d", what, i)
                            .isLessThanOrEqualTo(4);
                }
                case BF16, F16, I64, I32, I16, I8, U8, BOOL -> {
                    long bytes = dtype.bytes();
                    assertThat(got.asSlice(i * bytes, bytes).mismatch(want.asSlice(i * bytes, bytes)))
                            .as("%s at %d", what, i)
                            .isEqualTo(-1);
                }
            }
        }
        long end = (long) n * dtype.bytes();
        for (long i = end; i < end + GUARD; i++) {
            assertThat(got.get(ValueLayout.JAVA_BYTE, i))
                    .as("%s behind the end", what)
                    .isEqualTo((byte) 0x5A);
        }
    }

    private void compareUnary(UnaryKernel v, UnaryKernel s, DType in, DType out, String name) {
        for (int n : SIZES) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment x = sample(arena, in, n, n);
                MemorySegment want = sample(arena, out, n, 1);
                s.apply(x.address(), want.address(), n);
                MemorySegment got = sample(arena, out, n, 2);
                v.apply(x.address(), got.address(), n);
                assertAgree(got, want, out, n, name + " of " + n);
                if (in.bytes() == out.bytes()) {
                    v.apply(x.address(), x.address(), n);
                    assertAgree(x, want, out, n, name + " in place of " + n);
                }
            }
        }
    }

    private void compareBinary(BinaryKernel v, BinaryKernel s, DType in, DType out, String name) {
        for (int n : SIZES) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment a = sample(arena, in, n, 2L * n);
                MemorySegment b = sample(arena, in, n, 2L * n + 1);
                MemorySegment one = sample(arena, in, 1, n + 100L);
                MemorySegment want = sample(arena, out, n, 1);
                MemorySegment got = sample(arena, out, n, 2);
                s.applyScalarRight(a.address(), one.address(), want.address(), n);
                v.applyScalarRight(a.address(), one.address(), got.address(), n);
                assertAgree(got, want, out, n, name + " with a scalar on the right of " + n);
                s.applyScalarLeft(one.address(), b.address(), want.address(), n);
                v.applyScalarLeft(one.address(), b.address(), got.address(), n);
                assertAgree(got, want, out, n, name + " with a scalar on the left of " + n);
                s.apply(a.address(), b.address(), want.address(), n);
                v.apply(a.address(), b.address(), got.address(), n);
                assertAgree(got, want, out, n, name + " of " + n);
                if (in.bytes() == out.bytes()) {
                    MemorySegment c = copyOf(arena, a);
                    v.apply(c.address(), b.address(), c.address(), n);
                    assertAgree(c, want, out, n, name + " into the left operand of " + n);
                    v.apply(a.address(), b.address(), b.address(), n);
                    assertAgree(b, want, out, n, name + " into the right operand of " + n);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void unary(UnaryFn fn) {
        for (DType dtype : WIDE) {
            UnaryKernel v = vector.unary(fn, WideType.of(dtype));
            UnaryKernel s = scalar.unary(fn, WideType.of(dtype));
            assertThat(v != null).as("%s takes %s", fn, dtype).isEqualTo(fn.accepts(dtype));
            assertThat(s != null).as("%s takes %s", fn, dtype).isEqualTo(fn.accepts(dtype));
            if (v != null && s != null) {
                compareUnary(v, s, dtype, dtype, fn + " " + dtype);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void binary(BinaryFn fn) {
        for (DType dtype : WIDE) {
            BinaryKernel v = vector.binary(fn, WideType.of(dtype));
            BinaryKernel s = scalar.binary(fn, WideType.of(dtype));
            assertThat(v != null).as("%s takes %s", fn, dtype).isEqualTo(fn.accepts(dtype));
            assertThat(s != null).as("%s takes %s", fn, dtype).isEqualTo(fn.accepts(dtype));
            if (v != null && s != null) {
                compareBinary(v, s, dtype, dtype, fn + " " + dtype);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void compare(CompareFn fn) {
        for (DType dtype : WIDE) {
            compareBinary(
                    vector.compare(fn, WideType.of(dtype)),
                    scalar.compare(fn, WideType.of(dtype)),
                    dtype,
                    DType.BOOL,
                    fn + " " + dtype);
        }
    }

    @ParameterizedTest
    @EnumSource
    void logic(LogicFn fn) {
        for (DType dtype : WIDE) {
            BinaryKernel v = vector.logic(fn, WideType.of(dtype));
            BinaryKernel s = scalar.logic(fn, WideType.of(dtype));
            assertThat(v != null).as("%s takes %s", fn, dtype).isEqualTo(fn.accepts(dtype));
            assertThat(s != null).as("%s takes %s", fn, dtype).isEqualTo(fn.accepts(dtype));
            if (v != null && s != null) {
                compareBinary(v, s, dtype, dtype, fn + " " + dtype);
            }
        }
    }

    @Test
    void not() {
        for (DType dtype : WIDE) {
            UnaryKernel v = vector.not(WideType.of(dtype));
            UnaryKernel s = scalar.not(WideType.of(dtype));
            assertThat(v != null).as("not takes %s", dtype).isEqualTo(!dtype.isFloating());
            if (v != null && s != null) {
                compareUnary(v, s, dtype, dtype, "not " + dtype);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void cast(DType from) {
        for (DType to : DType.values()) {
            compareUnary(vector.cast(from, to), scalar.cast(from, to), from, to, from + " to " + to);
        }
    }

    @ParameterizedTest
    @EnumSource
    void select(DType dtype) {
        for (int n : SIZES) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment cond = sample(arena, DType.BOOL, n, n);
                MemorySegment a = sample(arena, dtype, n, 2L * n);
                MemorySegment b = sample(arena, dtype, n, 2L * n + 1);
                MemorySegment want = sample(arena, dtype, n, 1);
                MemorySegment got = sample(arena, dtype, n, 2);
                scalar.select(Word.of(dtype)).apply(cond.address(), a.address(), b.address(), want.address(), n);
                vector.select(Word.of(dtype)).apply(cond.address(), a.address(), b.address(), got.address(), n);
                assertAgree(got, want, dtype, n, "select " + dtype + " of " + n);
                vector.select(Word.of(dtype)).apply(cond.address(), a.address(), b.address(), b.address(), n);
                assertAgree(b, want, dtype, n, "select " + dtype + " in place of " + n);
            }
        }
    }
}
