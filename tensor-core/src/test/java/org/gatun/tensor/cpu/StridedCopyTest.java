package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Random;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies between layouts against index arithmetic, element by element. */
class StridedCopyTest {
    @ParameterizedTest
    @EnumSource(names = {"U8", "F32", "F64"})
    void gathersAnyRangeOfAnyLayout(DType dtype) {
        Random random = new Random(1);
        for (int trial = 0; trial < 400; trial++) {
            Shape shape = RandomLayouts.shape(random, 5, 7);
            RandomLayouts.Placed placed = RandomLayouts.readable(random, shape);
            try (Arena arena = Arena.ofConfined()) {
                NativeArray source = NativeArray.random(arena, dtype, placed.storage(), random);
                int start = random.nextInt((int) shape.elements());
                int count = 1 + random.nextInt((int) shape.elements() - start);
                NativeArray out = new NativeArray(arena, dtype, count);
                view(source, placed.layout()).gather(start, count, out.address());
                for (int i = 0; i < count; i++) {
                    assertThat(out.get(i))
                            .as("%s at %d from %d", placed.layout(), i, start)
                            .isEqualTo(source.get(RandomLayouts.position(placed.layout(), start + i)));
                }
                out.assertGuardsAreIntact();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"U8", "F32", "F64"})
    void scattersAnyRangeAndNothingElse(DType dtype) {
        Random random = new Random(2);
        for (int trial = 0; trial < 400; trial++) {
            Shape shape = RandomLayouts.shape(random, 5, 7);
            RandomLayouts.Placed placed = RandomLayouts.injective(random, shape);
            try (Arena arena = Arena.ofConfined()) {
                int start = random.nextInt((int) shape.elements());
                int count = 1 + random.nextInt((int) shape.elements() - start);
                NativeArray source = NativeArray.random(arena, dtype, count, random);
                NativeArray target = NativeArray.random(arena, dtype, placed.storage(), random);
                double[] want = target.toArray();
                for (int i = 0; i < count; i++) {
                    want[(int) RandomLayouts.position(placed.layout(), start + i)] = source.get(i);
                }
                view(target, placed.layout()).scatter(start, count, source.address());
                assertThat(target.toArray())
                        .as("%s from %d", placed.layout(), start)
                        .isEqualTo(want);
                target.assertGuardsAreIntact();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"U8", "F32", "F64"})
    void copiesAnyLayoutToAnyOther(DType dtype) {
        Random random = new Random(3);
        for (int trial = 0; trial < 400; trial++) {
            Shape shape = RandomLayouts.shape(random, 5, trial % 40 == 0 ? 12 : 6);
            checkCopy(random, dtype, RandomLayouts.readable(random, shape), RandomLayouts.injective(random, shape));
        }
    }

    @Test
    void transposesLargeMatrices() {
        Random random = new Random(4);
        Shape shape = Shape.of(301, 517);
        Layout transposed = Layout.contiguous(Shape.of(517, 301)).permuted(Axes.listed("test", 2, 1, 0));
        var from = new RandomLayouts.Placed(transposed, shape.elements());
        var to = new RandomLayouts.Placed(Layout.contiguous(shape), shape.elements());
        checkCopy(random, DType.F32, from, to);
        checkCopy(random, DType.F64, to, from);
    }

    @Test
    void repeatsRowsAndSingleElements() {
        Random random = new Random(5);
        for (long columns : new long[] {1, 3, 100, 5000}) {
            Shape shape = Shape.of(77, columns);
            var to = new RandomLayouts.Placed(Layout.contiguous(shape), shape.elements());
            for (Shape base : new Shape[] {Shape.of(columns), Shape.of(77, 1), Shape.SCALAR}) {
                var from = new RandomLayouts.Placed(Layout.contiguous(base).broadcast(shape), base.elements());
                checkCopy(random, DType.F32, from, to);
            }
        }
    }

    private static void checkCopy(Random random, DType dtype, RandomLayouts.Placed from, RandomLayouts.Placed to) {
        try (Arena arena = Arena.ofConfined()) {
            NativeArray source = NativeArray.random(arena, dtype, from.storage(), random);
            NativeArray target = NativeArray.random(arena, dtype, to.storage(), random);
            double[] want = target.toArray();
            for (long i = 0; i < from.layout().shape().elements(); i++) {
                want[(int) RandomLayouts.position(to.layout(), i)] =
                        source.get(RandomLayouts.position(from.layout(), i));
            }
            StridedCopy.copy(
                    source.address(from.layout().offset()),
                    from.layout(),
                    target.address(to.layout().offset()),
                    to.layout(),
                    dtype);
            assertThat(target.toArray())
                    .as("%s to %s", from.layout(), to.layout())
                    .isEqualTo(want);
            target.assertGuardsAreIntact();
        }
    }

    private static StridedView view(NativeArray array, Layout layout) {
        return StridedView.of(array.address(layout.offset()), layout, array.dtype());
    }
}
