package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tensors made of sizes alone: triangles, positions, numbers evenly spaced in their logarithms, and the shapes that others broadcast to. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class CountedTensorsTest {
    /** The places of a matrix, row by row, whose column less its row is as a condition has it. */
    private static List<Long> places(long rows, long columns, LongPredicate ahead) {
        return LongStream.range(0, rows * columns)
                .filter(k -> ahead.test(k % columns - k / columns))
                .boxed()
                .toList();
    }

    @Test
    void trianglesHaveThePlacesUpToOrFromADiagonal() {
        for (long rows = 0; rows < 5; rows++) {
            for (long columns = 0; columns < 5; columns++) {
                for (long offset : new long[] {-6, -2, -1, 0, 1, 3, 6, Long.MIN_VALUE, Long.MAX_VALUE}) {
                    List<Long> below = places(rows, columns, ahead -> ahead <= offset);
                    checkPositions(Tensors.trilIndices(rows, columns, offset), columns, below);
                    checkPositions(
                            Tensors.triuIndices(rows, columns, offset),
                            columns,
                            places(rows, columns, ahead -> ahead >= offset));
                    Tensor tri = Tensors.tri(DType.I32, rows, columns, offset);
                    assertThat(tri.shape()).isEqualTo(Shape.of(rows, columns));
                    assertThat(tri.toLongArray())
                            .containsExactly(LongStream.range(0, rows * columns)
                                    .map(k -> below.contains(k) ? 1 : 0)
                                    .toArray());
                }
            }
        }
    }

    private static void checkPositions(Tensor actual, long columns, List<Long> places) {
        assertThat(actual.dtype()).isEqualTo(DType.I64);
        assertThat(actual.shape()).isEqualTo(Shape.of(2, places.size()));
        var expected = new ArrayList<Long>();
        places.forEach(k -> expected.add(k / columns));
        places.forEach(k -> expected.add(k % columns));
        assertThat(actual.toLongArray()).containsExactly(expected.toArray(Long[]::new));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void trianglesInEveryDType(DType dtype) {
        Tensor tri = Tensors.tri(dtype, 2, 3, 1);
        assertThat(tri.dtype()).isEqualTo(dtype);
        assertThat(tri.to(DType.F64).toDoubleArray()).containsExactly(1, 1, 0, 1, 1, 1);
    }

    @Test
    void positionsAlongEachAxis() {
        for (Shape shape : List.of(Shape.of(4), Shape.of(2, 3), Shape.of(3, 1, 2), Shape.of(2, 0, 3))) {
            List<Tensor> positions = Tensors.indices(shape);
            assertThat(positions).hasSize(shape.rank());
            for (int axis = 0; axis < shape.rank(); axis++) {
                Tensor along = positions.get(axis);
                assertThat(along.dtype()).isEqualTo(DType.I64);
                assertThat(along.shape()).isEqualTo(shape);
                long inner = 1;
                for (int a = axis + 1; a < shape.rank(); a++) {
                    inner *= shape.size(a);
                }
                long size = shape.size(axis);
                long step = inner;
                assertThat(along.toLongArray())
                        .containsExactly(LongStream.range(0, shape.elements())
                                .map(k -> k / step % size)
                                .toArray());
            }
        }
        assertThat(Tensors.indices(Shape.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 3, 4, 10", "-2, 2, 9, 2", "3, -1, 5, 0.5", "1, 1, 3, 7", "2, 5, 1, 10", "0, 1, 0, 10", "-1, 1, 2, 1"
    })
    void logarithmsEvenlySpaced(double start, double end, int count, double base) {
        Tensor exact = Tensors.logspace(DType.F64, start, end, count, base);
        Tensor single = Tensors.logspace(start, end, count, base);
        assertThat(exact.dtype()).isEqualTo(DType.F64);
        assertThat(single.dtype()).isEqualTo(DType.F32);
        assertThat(exact.shape()).isEqualTo(Shape.of(count));
        assertThat(single.shape()).isEqualTo(Shape.of(count));
        for (int i = 0; i < count; i++) {
            double exponent = count == 1 ? start : start + i * (end - start) / (count - 1);
            double expected = StrictMath.pow(base, exponent);
            assertThat(exact.get(i)).isCloseTo(expected, within(1e-14 * expected));
            assertThat(single.get(i)).isCloseTo(expected, within(1e-7 * expected));
            if (base == 10) {
                assertThat(Tensors.logspace(start, end, count).get(i)).isEqualTo(single.get(i));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1000, 4", "2, 0.25, 4", "-1, -16, 5", "3, 3, 3", "5, 7, 1", "5, 7, 0", "1e-300, 1e300, 7"})
    void eachTheSameMultipleOfTheOneBefore(double start, double end, int count) {
        Tensor x = Tensors.geomspace(DType.F64, start, end, count);
        assertThat(x.shape()).isEqualTo(Shape.of(count));
        double exponent = count > 1 ? 1.0 / (count - 1) : 0;
        // Of the magnitudes apart: their quotient may be beyond the doubles.
        double ratio = StrictMath.pow(Math.abs(end), exponent) / StrictMath.pow(Math.abs(start), exponent);
        for (int i = 0; i < count; i++) {
            double expected = start * StrictMath.pow(ratio, i);
            assertThat(x.get(i)).isCloseTo(expected, within(1e-12 * Math.abs(expected)));
        }
        if (count > 1) {
            assertThat(x.get(0)).isEqualTo(start);
            assertThat(x.get(count - 1)).isEqualTo(end);
        }
        assertThat(Tensors.geomspace(DType.F32, start, end, count).dtype()).isEqualTo(DType.F32);
    }

    // ---- broadcasting ----

    /** All shapes of up to two axes: the sizes, counted from the last axis, are equal, or one is 1 and the other is taken. */
    @Test
    void shapesThatBroadcast() {
        var shapes = new ArrayList<Shape>();
        shapes.add(Shape.of());
        for (long n = 0; n < 4; n++) {
            shapes.add(Shape.of(n));
            for (long m = 0; m < 4; m++) {
                shapes.add(Shape.of(m, n));
            }
        }
        for (Shape a : shapes) {
            for (Shape b : shapes) {
                long[] sizes = new long[Math.max(a.rank(), b.rank())];
                boolean fits = true;
                for (int k = 1; k <= sizes.length; k++) {
                    long m = k <= a.rank() ? a.size(a.rank() - k) : 1;
                    long n = k <= b.rank() ? b.size(b.rank() - k) : 1;
                    fits &= m == n || m == 1 || n == 1;
                    sizes[sizes.length - k] = m == 1 ? n : m;
                }
                if (fits) {
                    assertThat(Tensors.broadcastShapes(a, b)).isEqualTo(Shape.of(sizes));
                } else {
                    assertThatThrownBy(() -> Tensors.broadcastShapes(a, b))
                            .isInstanceOf(ShapeException.class)
                            .hasMessageContaining(a.toString())
                            .hasMessageContaining(b.toString());
                }
            }
        }
    }

    @Test
    void anyNumberOfShapesBroadcasts() {
        assertThat(Tensors.broadcastShapes()).isEqualTo(Shape.of());
        assertThat(Tensors.broadcastShapes(Shape.of(5, 1))).isEqualTo(Shape.of(5, 1));
        assertThat(Tensors.broadcastShapes(Shape.of(4, 1, 1), Shape.of(3, 1), Shape.of(2)))
                .isEqualTo(Shape.of(4, 3, 2));
    }
}
