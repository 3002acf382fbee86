package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Division and remainder of integers against {@link BigInteger}, on vectors and one by one. */
class IntegerDivisionTest {
    /** Where doubles stop being exact, vectors hand over, and products and quotients leave the type. */
    private static final long[] HARD = {
        0,
        1,
        2,
        3,
        7,
        10,
        1 << 16,
        46340,
        46341,
        0x7FFFFFFF,
        1L << 31,
        1L << 32,
        (1L << 51) - 1,
        1L << 51,
        (1L << 51) + 1,
        (1L << 52) - 1,
        1L << 52,
        (1L << 53) - 1,
        1L << 53,
        (1L << 53) + 1,
        3037000500L,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE
    };

    private static final int LONGEST_TAIL = 17;

    private static BigInteger exact(BinaryFn fn, BigInteger a, BigInteger b) {
        BigInteger[] truncated = a.divideAndRemainder(b);
        boolean inexact = truncated[1].signum() * b.signum() < 0;
        return switch (fn) {
            case TRUNC_DIVIDE -> truncated[0];
            case FMOD -> truncated[1];
            case FLOOR_DIVIDE -> inexact ? truncated[0].subtract(BigInteger.ONE) : truncated[0];
            case REMAINDER -> inexact ? truncated[1].add(b) : truncated[1];
            case ADD,
                    SUB,
                    MUL,
                    DIV,
                    POW,
                    MAXIMUM,
                    MINIMUM,
                    ATAN2,
                    HYPOT,
                    COPYSIGN,
                    NEXTAFTER,
                    ZETA,
                    GAMMAINC,
                    GAMMAINCC -> throw new AssertionError(fn);
        };
    }

    /** Hard values with both signs, then random ones of all sizes, as the type holds them. */
    private static long[] values(DType dtype, SplittableRandom random) {
        long[] values = new long[4 * HARD.length + 400];
        for (int i = 0; i < values.length; i++) {
            long value = i < 2 * HARD.length
                    ? HARD[i / 2]
                    : i < 4 * HARD.length ? HARD[i / 2 - HARD.length] + 1 : random.nextLong() >> random.nextInt(64);
            value = i % 2 == 0 ? value : -value;
            values[i] = dtype == DType.I32 ? (int) value : value;
        }
        return values;
    }

    /** {@code values} without zeros. */
    private static long[] divisors(long[] values) {
        return Arrays.stream(values).filter(v -> v != 0).toArray();
    }

    private static MemorySegment store(Arena arena, DType dtype, long[] values) {
        MemorySegment memory = arena.allocate((long) values.length * dtype.bytes(), 64);
        for (int i = 0; i < values.length; i++) {
            if (dtype == DType.I32) {
                memory.setAtIndex(ValueLayout.JAVA_INT, i, (int) values[i]);
            } else {
                memory.setAtIndex(ValueLayout.JAVA_LONG, i, values[i]);
            }
        }
        return memory;
    }

    private static void assertQuotients(
            BinaryFn fn, DType dtype, MemorySegment got, long[] a, long[] b, int n, String what) {
        for (int i = 0; i < n; i++) {
            long x = a[a.length == 1 ? 0 : i];
            long y = b[b.length == 1 ? 0 : i];
            BigInteger exact = exact(fn, BigInteger.valueOf(x), BigInteger.valueOf(y));
            long want = dtype == DType.I32 ? exact.intValue() : exact.longValue();
            long value = dtype == DType.I32
                    ? got.getAtIndex(ValueLayout.JAVA_INT, i)
                    : got.getAtIndex(ValueLayout.JAVA_LONG, i);
            assertThat(value)
                    .as("%s %s of %d and %d, %s", fn, dtype, x, y, what)
                    .isEqualTo(want);
        }
    }

    private static void checkQuotients(BinaryFn fn, DType dtype, KernelProvider kernels) {
        BinaryKernel kernel = kernels.binary(fn, WideType.of(dtype));
        assertThat(kernel).isNotNull();
        long[] a = values(dtype, new SplittableRandom(1));
        long[] divisors = divisors(values(dtype, new SplittableRandom(2)));
        // each value with each divisor, in turn in different lanes
        for (int shift = 0; shift < divisors.length; shift++) {
            long[] b = new long[a.length];
            for (int i = 0; i < b.length; i++) {
                b[i] = divisors[(i + shift) % divisors.length];
            }
            // vectors that are easy as a whole, too
            int n = a.length - shift % LONGEST_TAIL;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment left = store(arena, dtype, a);
                MemorySegment right = store(arena, dtype, b);
                MemorySegment out = arena.allocate(left.byteSize(), 64);
                kernel.apply(left.address(), right.address(), out.address(), n);
                assertQuotients(fn, dtype, out, a, b, n, "elementwise");
                long[] one = {b[shift % b.length]};
                kernel.applyScalarRight(left.address(), store(arena, dtype, one).address(), out.address(), n);
                assertQuotients(fn, dtype, out, a, one, n, "one divisor");
                one[0] = a[shift % a.length];
                kernel.applyScalarLeft(store(arena, dtype, one).address(), right.address(), out.address(), n);
                assertQuotients(fn, dtype, out, one, b, n, "one dividend");
            }
        }
    }

    /** Vectors of nothing but moderate values, which no large one beside them sends another way. */
    private static void checkModerateQuotients(BinaryFn fn, DType dtype, KernelProvider kernels) {
        BinaryKernel kernel = kernels.binary(fn, WideType.of(dtype));
        assertThat(kernel).isNotNull();
        SplittableRandom random = new SplittableRandom(3);
        int bits = dtype == DType.I32 ? 32 : 51;
        long[] a = random.longs(20_000, -1L << (bits - 1), 1L << (bits - 1)).toArray();
        long[] b = new long[a.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (random.nextLong() >> (64 - bits + random.nextInt(bits - 2))) | 1;
            // exact quotients and their neighbours, where a rounded quotient would reach an integer
            a[i] = i % 2 == 0 ? a[i] : a[i] / b[i] * b[i] + random.nextInt(-1, 2);
            a[i] = Math.max(-1L << (bits - 1), Math.min((1L << (bits - 1)) - 1, a[i]));
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment left = store(arena, dtype, a);
            MemorySegment right = store(arena, dtype, b);
            MemorySegment out = arena.allocate(left.byteSize(), 64);
            kernel.apply(left.address(), right.address(), out.address(), a.length);
            assertQuotients(fn, dtype, out, a, b, a.length, "moderate");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOOR_DIVIDE", "TRUNC_DIVIDE", "REMAINDER", "FMOD"})
    void quotientsAndRemaindersAreExact(BinaryFn fn) {
        for (KernelProvider kernels : new KernelProvider[] {new VectorKernels(), new ScalarKernels()}) {
            for (DType dtype : new DType[] {DType.I32, DType.I64}) {
                checkQuotients(fn, dtype, kernels);
                checkModerateQuotients(fn, dtype, kernels);
            }
        }
    }

    private static void assertRefused(BinaryFn fn, ThrowingCallable division) {
        String method = switch (fn) {
            case FLOOR_DIVIDE -> "floorDivide";
            case TRUNC_DIVIDE -> "truncDivide";
            default -> fn.name().toLowerCase(Locale.ROOT);
        };
        assertThatThrownBy(division)
                .isInstanceOf(ArithmeticException.class)
                .hasMessageStartingWith(method + ": an element of the integer divisor is 0");
    }

    /** A divisor of 0 is found at each place of arrays of each length, small or large the others, and none beyond the end. */
    @ParameterizedTest
    @EnumSource(names = {"FLOOR_DIVIDE", "TRUNC_DIVIDE", "REMAINDER", "FMOD"})
    void divisionByZeroIsAnError(BinaryFn fn) {
        for (KernelProvider kernels : new KernelProvider[] {new VectorKernels(), new ScalarKernels()}) {
            for (DType dtype : new DType[] {DType.I32, DType.I64}) {
                BinaryKernel kernel = kernels.binary(fn, WideType.of(dtype));
                assertThat(kernel).isNotNull();
                for (long filling : new long[] {5, Integer.MIN_VALUE, Long.MAX_VALUE}) {
                    for (int n = 1; n <= 2 * LONGEST_TAIL; n++) {
                        for (int zero = 0; zero <= n; zero++) {
                            checkZero(fn, dtype, kernel, filling, n, zero);
                        }
                    }
                }
            }
        }
    }

    /** A zero at index {@code zero}, which if it is n is beyond the end. */
    private static void checkZero(BinaryFn fn, DType dtype, BinaryKernel kernel, long filling, int n, int zero) {
        long[] b = new long[n + 1];
        Arrays.fill(b, filling);
        b[zero] = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment right = store(arena, dtype, b);
            b[zero] = 1;
            MemorySegment left = store(arena, dtype, b);
            MemorySegment out = arena.allocate(left.byteSize(), 64);
            ThrowingCallable elementwise = () -> kernel.apply(left.address(), right.address(), out.address(), n);
            ThrowingCallable oneDividend =
                    () -> kernel.applyScalarLeft(left.address(), right.address(), out.address(), n);
            if (zero < n) {
                assertRefused(fn, elementwise);
                assertRefused(fn, oneDividend);
                long nothing = right.address() + (long) zero * dtype.bytes();
                assertRefused(fn, () -> kernel.applyScalarRight(left.address(), nothing, out.address(), n));
            } else {
                kernel.apply(left.address(), right.address(), out.address(), n);
                kernel.applyScalarLeft(left.address(), right.address(), out.address(), n);
            }
        }
    }
}
