package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arithmetic over broadcast and transposed operands, element by element against the definition. */
class RowwiseBinaryTest {
    /** Sizes around the edges of tiles, of units of work and of the shortest rows. */
    private static final long[][] SHAPES = {
        {1, 32},
        {31, 33},
        {32, 256},
        {33, 257},
        {70, 600},
        {3, 9000},
        {2, 40, 300},
        {300, 31},
        {2, 3, 4, 64},
        {5, 1, 100}
    };

    static Stream<DType> dtypes() {
        return Stream.of(DType.values()).filter(d -> d != DType.BOOL);
    }

    /** Small whole numbers, exact in every dtype, different along every axis. */
    private static Tensor numbers(DType dtype, int from, long... sizes) {
        long n = Shape.of(sizes).elements();
        return Tensors.arange(n).mul(7).add(from).remainder(11).to(dtype).reshape(sizes);
    }

    /** Every way to see numbers as a shape: whole, repeated along each axis, and with each pair of axes exchanged. */
    private static List<Tensor> views(DType dtype, int from, long... sizes) {
        var views = new ArrayList<Tensor>();
        views.add(numbers(dtype, from, sizes));
        for (int i = 0; i < sizes.length; i++) {
            long[] one = sizes.clone();
            one[i] = 1;
            views.add(numbers(dtype, from, one).broadcastTo(sizes));
            for (int j = 0; j < i; j++) {
                long[] exchanged = sizes.clone();
                exchanged[i] = sizes[j];
                exchanged[j] = sizes[i];
                views.add(numbers(dtype, from, exchanged).transpose(i, j));
            }
        }
        long[] wider = sizes.clone();
        wider[sizes.length - 1] *= 2;
        views.add(numbers(dtype, from, wider).slice(-1, 0, sizes[sizes.length - 1]));
        views.add(numbers(dtype, from, sizes).flip(-1));
        return views;
    }

    private static void check(Tensor a, Tensor b, Tensor result, ToDoubleBiFunction<Double, Double> expected) {
        double[] x = a.to(DType.F64).contiguous().toDoubleArray();
        double[] y = b.to(DType.F64).contiguous().toDoubleArray();
        double[] found = result.to(DType.F64).toDoubleArray();
        assertThat(found).hasSize(x.length);
        for (int i = 0; i < x.length; i++) {
            if (found[i] != expected.applyAsDouble(x[i], y[i])) {
                assertThat(found[i])
                        .as("element %d of %s and %s", i, a, b)
                        .isEqualTo(expected.applyAsDouble(x[i], y[i]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    void anyTwoViewsGiveWhatTheirElementsGive(DType dtype) {
        // The rows are found alike for all dtypes: one takes all shapes, the others those that end within a tile and
        // within a unit.
        int step = dtype == DType.F32 ? 1 : 3;
        for (int shape = 0; shape < SHAPES.length; shape += step) {
            long[] sizes = SHAPES[shape];
            try (var scope = MemoryScope.open()) {
                List<Tensor> left = views(dtype, 3, sizes);
                List<Tensor> right = views(dtype, 5, sizes);
                for (Tensor a : left) {
                    for (Tensor b : right) {
                        check(a, b, a.add(b), Double::sum);
                    }
                    check(a, right.getLast(), a.lt(right.getLast()), (x, y) -> x < y ? 1 : 0);
                    check(right.getLast(), a, right.getLast().lt(a), (x, y) -> x < y ? 1 : 0);
                    for (Tensor b : List.of(right.get(1), right.get(2))) {
                        check(a, b, a.lt(b), (x, y) -> x < y ? 1 : 0);
                    }
                }
            }
        }
    }

    /** Subtraction tells the operands apart. */
    @Test
    void theOperandsKeepTheirSides() {
        try (var scope = MemoryScope.open()) {
            for (Tensor a : views(DType.F32, 3, 40, 300)) {
                for (Tensor b : views(DType.F32, 5, 40, 300)) {
                    check(a, b, a.sub(b), (x, y) -> x - y);
                }
            }
        }
    }

    /** A matrix minus its own transpose, in place: every element is read before what it becomes is written. */
    @Test
    void anOperandMayBeTheResultSeenOtherwise() {
        try (var scope = MemoryScope.open()) {
            Tensor x = numbers(DType.F32, 1, 100, 100);
            double[] before = x.to(DType.F64).toDoubleArray();
            x.sub_(x.t());
            double[] after = x.to(DType.F64).toDoubleArray();
            for (int i = 0; i < 100; i++) {
                for (int j = 0; j < 100; j++) {
                    assertThat(after[i * 100 + j]).isEqualTo(before[i * 100 + j] - before[j * 100 + i]);
                }
            }
            Tensor y = numbers(DType.F32, 1, 100, 100);
            Tensor row = numbers(DType.F32, 2, 100);
            double[] old = y.to(DType.F64).toDoubleArray();
            double[] r = row.to(DType.F64).toDoubleArray();
            y.sub_(row);
            for (int i = 0; i < 10_000; i++) {
                assertThat(y.get(i / 100, i % 100)).isEqualTo(old[i] - r[i % 100]);
            }
        }
    }
}
