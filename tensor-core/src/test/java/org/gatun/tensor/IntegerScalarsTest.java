package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Java numbers beside integer tensors: comparisons and limits are those of the integers and the real numbers, exact at any
 * size, and a number that the dtype can't hold is refused, never wrapped.
 */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class IntegerScalarsTest {
    private static final long BIG = 1L << 53;

    /** Where a double, or a float, no longer tells neighbours apart, and the ends of every dtype. */
    private static final long[] LONGS = {
        0,
        1,
        -1,
        2,
        44,
        255,
        256,
        300,
        -256,
        (1 << 24) + 1,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE + 1L,
        Integer.MIN_VALUE,
        Integer.MIN_VALUE - 1L,
        BIG - 1,
        BIG,
        BIG + 1,
        BIG + 2,
        -BIG - 1,
        (1L << 62) + 1,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MIN_VALUE + 1
    };

    private static final double[] DOUBLES = {
        0,
        -0.0,
        0.5,
        -0.5,
        1,
        1.5,
        254.5,
        255,
        255.5,
        300,
        -300,
        16777216.5,
        0x1p53,
        -0x1p53,
        0x1p62,
        0x1p63,
        -0x1p63,
        Math.nextUp(0x1p63),
        Math.nextDown(-0x1p63),
        1e300,
        -1e300,
        Double.MIN_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
    };

    private record Comparison(
            String name, LongMethod byLong, DoubleMethod byDouble, IntPredicate holds, boolean withNan) {}

    private interface LongMethod {
        Tensor apply(Tensor x, long b);
    }

    private interface DoubleMethod {
        Tensor apply(Tensor x, double b);
    }

    private static final List<Comparison> COMPARISONS = List.of(
            new Comparison("eq", Tensor::eq, Tensor::eq, c -> c == 0, false),
            new Comparison("ne", Tensor::ne, Tensor::ne, c -> c != 0, true),
            new Comparison("lt", Tensor::lt, Tensor::lt, c -> c < 0, false),
            new Comparison("le", Tensor::le, Tensor::le, c -> c <= 0, false),
            new Comparison("gt", Tensor::gt, Tensor::gt, c -> c > 0, false),
            new Comparison("ge", Tensor::ge, Tensor::ge, c -> c >= 0, false));

    private static boolean isIn(DType dtype, long value) {
        return switch (dtype) {
            case I64 -> true;
            case I32 -> value == (int) value;
            case I16 -> value == (short) value;
            case I8 -> value == (byte) value;
            case U8 -> value >= 0 && value <= 255;
            case BOOL -> value == 0 || value == 1;
            case F32, F64, BF16, F16 -> throw new IllegalArgumentException();
        };
    }

    private static long[] valuesOf(DType dtype) {
        return LongStream.of(LONGS).filter(v -> isIn(dtype, v)).toArray();
    }

    private static Tensor tensor(DType dtype) {
        return Tensors.of(valuesOf(dtype)).to(dtype);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "B?F.*")
    void comparisonsWithLongsAreExact(DType dtype) {
        Tensor x = tensor(dtype);
        for (Comparison comparison : COMPARISONS) {
            for (long b : LONGS) {
                boolean[] expected = new boolean[valuesOf(dtype).length];
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = comparison.holds().test(Long.compare(valuesOf(dtype)[i], b));
                }
                assertThat(comparison.byLong().apply(x, b).toBooleanArray())
                        .as("%s %s %s", dtype, comparison.name(), b)
                        .containsExactly(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "B?F.*")
    void comparisonsWithDoublesAreExact(DType dtype) {
        Tensor x = tensor(dtype);
        for (Comparison comparison : COMPARISONS) {
            for (double b : DOUBLES) {
                boolean[] expected = new boolean[valuesOf(dtype).length];
                for (int i = 0; i < expected.length; i++) {
                    long value = valuesOf(dtype)[i];
                    expected[i] = Double.isNaN(b)
                            ? comparison.withNan()
                            : comparison.holds().test(compare(value, b));
                }
                assertThat(comparison.byDouble().apply(x, b).toBooleanArray())
                        .as("%s %s %s", dtype, comparison.name(), b)
                        .containsExactly(expected);
            }
        }
    }

    private static int compare(long a, double b) {
        if (Double.isInfinite(b)) {
            return b > 0 ? -1 : 1;
        }
        return BigDecimal.valueOf(a).compareTo(new BigDecimal(b));
    }

    @Test
    void comparisonsInsideARegionAreExact() {
        var region = Elementwise.region(
                2,
                in -> List.of(
                        in.get(0).eq(BIG + 1),
                        in.get(0).lt(0x1p53),
                        in.get(0).ge(1e300),
                        in.get(1).gt(-300L)));
        Tensor[] results = region.applyAll(
                Tensors.of(BIG, BIG + 1, BIG - 1), Tensors.of(1, 2, 3).to(DType.U8));
        assertThat(results[0].toBooleanArray()).containsExactly(false, true, false);
        assertThat(results[1].toBooleanArray()).containsExactly(false, false, true);
        assertThat(results[2].toBooleanArray()).containsOnly(false);
        assertThat(results[3].toBooleanArray()).containsOnly(true);
    }

    /** A double between two floats is rounded once. */
    @Test
    void aLongBesideFloatsIsRoundedOnce() {
        long between = (1L << 60) + (1L << 36) + 1;
        assertThat((float) between).isNotEqualTo((float) (double) between);
        Tensor x = Tensors.of((float) between);
        assertThat(x.eq(between).toBooleanArray()).containsExactly(true);
        assertThat(x.sub(between).toFloatArray()).containsExactly(0);
        assertThat(Elementwise.region(t -> t.sub(between)).apply(x).toFloatArray())
                .containsExactly(0);
    }

    @Test
    void anIgnoredTargetIsComparedExactly() {
        // As a double, the ignored target is BIG: the target BIG would be ignored instead of refused.
        CrossEntropyOptions options = CrossEntropyOptions.DEFAULT.withIgnoreIndex(BIG + 1);
        Tensor x = Tensors.of(new float[][] {{0, 0}, {0, 0}});
        for (Tensor weight : new Tensor[] {null, Tensors.of(1f, 1f)}) {
            var weighted = weight == null ? options : options.withWeight(weight);
            double loss =
                    Losses.crossEntropy(x, Tensors.of(BIG + 1, 1), weighted).item();
            assertThat(loss).isCloseTo(Math.log(2), within(1e-6));
            assertThatThrownBy(() -> Losses.crossEntropy(x, Tensors.of(BIG, 1), weighted))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("class " + BIG);
        }
    }

    // ---- numbers that fit ----

    @Test
    void longsReachI64Exactly() {
        Tensor x = Tensors.of(BIG, -BIG);
        Tensor mask = Tensors.of(true, false);
        assertThat(x.add(1L).toLongArray()).containsExactly(BIG + 1, -BIG + 1);
        assertThat(x.mul(512L).add(1L).toLongArray()).containsExactly(BIG * 512 + 1, -BIG * 512 + 1);
        assertThat(x.maximum(BIG + 1).toLongArray()).containsExactly(BIG + 1, BIG + 1);
        assertThat(x.maskedFill(mask, BIG + 1).toLongArray()).containsExactly(BIG + 1, -BIG);
        assertThat(x.scatter(0, Tensors.of(1L), BIG + 1).toLongArray()).containsExactly(BIG, BIG + 1);
        assertThat(x.pad(new long[] {1}, new long[] {0}, BIG + 1).toLongArray()).containsExactly(BIG + 1, BIG, -BIG);
        assertThat(x.fullLike(BIG + 1).toLongArray()).containsOnly(BIG + 1);
        assertThat(Tensors.fullLike(x, BIG + 1).toLongArray()).containsOnly(BIG + 1);
        assertThat(Tensors.full(DType.I64, BIG + 1, 2).toLongArray()).containsOnly(BIG + 1);
        assertThat(Tensors.scalar(DType.I64, BIG + 1).itemLong()).isEqualTo(BIG + 1);
        assertThat(x.copy().maskedFill_(mask, BIG + 1).toLongArray()).containsExactly(BIG + 1, -BIG);
        assertThat(x.copy().add_(1L).toLongArray()).containsExactly(BIG + 1, -BIG + 1);
        assertThat(Tensors.of(3L, -3L).pow_(39).toLongArray())
                .containsExactly(4052555153018976267L, -4052555153018976267L);
    }

    @Test
    void fractionsAreCutOff() {
        assertThat(Tensors.full(DType.I64, -2.75, 1).itemLong()).isEqualTo(-2);
        assertThat(Tensors.full(DType.U8, 254.9, 1).itemLong()).isEqualTo(254);
        assertThat(Tensors.of(1, 2).fill_(2.5).toLongArray()).containsOnly(2);
        assertThat(Tensors.full(DType.BOOL, Double.NaN, 1).toBooleanArray()).containsOnly(true);
    }

    /** Sums and products modulo 256 do not depend on the sign that a number is written with. */
    @Test
    void aNegativeNumberCountsDownInBytes() {
        Tensor x = Tensors.of(0, 7, 255).to(DType.U8);
        assertThat(x.add(-1).toLongArray()).containsExactly(255, 6, 254);
        assertThat(x.sub(-1).toLongArray()).containsExactly(1, 8, 0);
        assertThat(x.mul(-1).toLongArray()).containsExactly(0, 249, 1);
        assertThat(x.copy().add_(-255).toLongArray()).containsExactly(1, 8, 0);
    }

    // ---- limits ----

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "B?F.*")
    void aLimitIsThatOfTheIntegers(DType dtype) {
        long[] values = valuesOf(dtype);
        DType result = dtype == DType.BOOL ? DType.I64 : dtype;
        for (long min : LONGS) {
            for (long max : LONGS) {
                long[] expected = LongStream.of(values)
                        .map(v -> Math.min(Math.max(v, min), max))
                        .toArray();
                if (Arrays.stream(expected).allMatch(v -> isIn(result, v))) {
                    assertThat(tensor(dtype).clamp(min, max).toLongArray())
                            .as("%s from %s to %s", dtype, min, max)
                            .containsExactly(expected);
                    if (dtype != DType.BOOL) {
                        assertThat(tensor(dtype).copy().clamp_(min, max).toLongArray())
                                .containsExactly(expected);
                    }
                    if ((long) (double) min == min
                            && (long) (double) max == max
                            && Math.max(min, max) < Long.MAX_VALUE) {
                        assertThat(tensor(dtype)
                                        .clamp((double) min, (double) max)
                                        .toLongArray())
                                .containsExactly(expected);
                    }
                } else {
                    refused("clamp", result, t -> t.clamp(min, max));
                }
            }
        }
    }

    @Test
    void aLimitBeyondTheDtypeLimitsNothing() {
        Tensor x = Tensors.of(0, 7, 255).to(DType.U8);
        assertThat(x.clamp(-5, 300).dtype()).isEqualTo(DType.U8);
        assertThat(x.clamp(-5.0, 300.0).toLongArray()).containsExactly(0, 7, 255);
        assertThat(x.clamp(-1e300, 1e300).toLongArray()).containsExactly(0, 7, 255);
        assertThat(x.clamp(Double.NEGATIVE_INFINITY, 9.0).toLongArray()).containsExactly(0, 7, 9);
        assertThat(x.clamp(-5.0, 8.5).toDoubleArray()).containsExactly(0, 7, 8.5);
        assertThat(x.clamp(0.5, 300.0).toDoubleArray()).containsExactly(0.5, 7, 255);
        assertThat(Tensors.of(Long.MIN_VALUE, Long.MAX_VALUE)
                        .clamp(-1e300, 1e300)
                        .toLongArray())
                .containsExactly(Long.MIN_VALUE, Long.MAX_VALUE);
        refused("clamp", DType.U8, t -> t.clamp(300, 400));
        refused("clamp", DType.U8, t -> t.clamp(-9.0, -5.0));
        refused("clamp", DType.I64, t -> t.clamp(1e300, Double.POSITIVE_INFINITY));
        refused("clamp_", DType.U8, t -> t.clamp_(300, 400));
    }

    // ---- numbers that do not fit ----

    private static Arguments refusal(String name, DType dtype, Function<Tensor, Tensor> function) {
        return Arguments.of(name, dtype, function);
    }

    static Stream<Arguments> misfits() {
        long three = 3_000_000_000L;
        return Stream.of(
                refusal("add", DType.U8, x -> x.add(300)),
                refusal("add", DType.U8, x -> x.add(-256)),
                refusal("add", DType.I32, x -> x.add(three)),
                refusal("sub", DType.U8, x -> x.sub(256)),
                refusal("mul", DType.I32, x -> x.mul(-three)),
                refusal("floorDivide", DType.U8, x -> x.floorDivide(-1)),
                refusal("truncDivide", DType.U8, x -> x.truncDivide(-1)),
                refusal("remainder", DType.I32, x -> x.remainder(three)),
                refusal("fmod", DType.U8, x -> x.fmod(-3)),
                refusal("pow", DType.U8, x -> x.pow(-1)),
                refusal("maximum", DType.U8, x -> x.maximum(300)),
                refusal("minimum", DType.U8, x -> x.minimum(-1)),
                refusal("maskedFill", DType.U8, x -> x.maskedFill(x.gt(0), 300)),
                refusal("maskedFill", DType.I64, x -> x.maskedFill(x.gt(0), 1e300)),
                refusal("scatter", DType.U8, x -> x.scatter(0, Tensors.of(0L), -1)),
                refusal("scatter", DType.I64, x -> x.scatter(0, Tensors.of(0L), Double.NaN)),
                refusal("pad", DType.U8, x -> x.pad(new long[] {1}, new long[] {0}, 256)),
                refusal("pad", DType.I32, x -> x.pad(new long[] {1}, new long[] {0}, 0x1p31)),
                refusal("fullLike", DType.U8, x -> x.fullLike(300)),
                refusal("fullLike", DType.U8, x -> Tensors.fullLike(x, -1)),
                refusal("fullLike", DType.I64, x -> Tensors.fullLike(x, 0x1p63)),
                refusal("full", DType.U8, x -> Tensors.full(DType.U8, 300, 2)),
                refusal("full", DType.I32, x -> Tensors.full(DType.I32, 1e10, 2)),
                refusal("full", DType.I64, x -> Tensors.full(DType.I64, Double.NaN, 2)),
                refusal("full", DType.I64, x -> Tensors.full(DType.I64, Double.NEGATIVE_INFINITY)),
                refusal("scalar", DType.U8, x -> Tensors.scalar(DType.U8, 256)),
                refusal("scalar", DType.I32, x -> Tensors.scalar(DType.I32, -0x1p32)),
                refusal("arange", DType.U8, x -> Tensors.arange(DType.U8, 0, 300, 1)),
                refusal("arange", DType.U8, x -> Tensors.arange(DType.U8, 5, -5, -1)),
                refusal("add_", DType.U8, x -> x.add_(300)),
                refusal("sub_", DType.I32, x -> x.sub_(three)),
                refusal("mul_", DType.U8, x -> x.mul_(-256)),
                refusal("pow_", DType.U8, x -> x.pow_(-1)),
                refusal("fill_", DType.U8, x -> x.fill_(300)),
                refusal("fill_", DType.I32, x -> x.fill_(3e9)),
                refusal("maskedFill_", DType.U8, x -> x.maskedFill_(x.gt(0), -1)),
                refusal("maskedFill_", DType.I64, x -> x.maskedFill_(x.gt(0), Double.NaN)));
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("misfits")
    void aNumberOutsideTheDtypeIsRefused(String name, DType dtype, Function<Tensor, Tensor> function) {
        refused(name, dtype, function);
    }

    @Test
    void aNumberOutsideTheDtypeIsRefusedInARegion() {
        assertThatThrownBy(() ->
                        Elementwise.region(x -> x.add(300)).apply(Tensors.of(1).to(DType.U8)))
                .isInstanceOf(DTypeException.class)
                .hasMessageStartingWith("add: 300 is outside the range of U8");
    }

    private static void refused(String name, DType dtype, Function<Tensor, Tensor> function) {
        String range = switch (dtype) {
            case I64 -> Long.MIN_VALUE + " to " + Long.MAX_VALUE;
            case I32 -> Integer.MIN_VALUE + " to " + Integer.MAX_VALUE;
            case I16 -> "-32768 to 32767";
            case I8 -> "-128 to 127";
            case U8 -> "0 to 255";
            case F32, F64, BF16, F16, BOOL -> throw new IllegalArgumentException();
        };
        Tensor x = Tensors.of(0, 1, 2).to(dtype);
        assertThatThrownBy(() -> function.apply(x))
                .isInstanceOf(DTypeException.class)
                .hasMessageStartingWith(name + ": ")
                .hasMessageContaining("is outside the range of " + dtype + ", " + range)
                .hasMessageContaining("to(DType.");
        assertThat(x.toLongArray()).as("unchanged").containsExactly(0, 1, 2);
    }
}
