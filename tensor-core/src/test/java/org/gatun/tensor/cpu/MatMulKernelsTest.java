package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MatMulKernelsTest {

    private final int threadsBefore = WorkerPool.threads();

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    private static ConcreteTensor random(Random random, DType dtype, long... sizes) {
        ConcreteTensor tensor = ConcreteTensor.allocate(dtype, Shape.of(sizes), Device.CPU);
        long count = tensor.shape().elements();
        for (long i = 0; i < count; i++) {
            // Small integers, so that every dtype computes the products exactly.
            int value = random.nextInt(9) - (dtype == DType.U8 ? 0 : 4);
            Elements.put(dtype, tensor.address() + i * dtype.bytes(), value);
        }
        return tensor;
    }

    private static double at(ConcreteTensor tensor, long[] index) {
        long position = 0;
        for (int axis = 0; axis < index.length; axis++) {
            position += index[axis] * tensor.layout().stride(axis);
        }
        return tensor.read(position);
    }

    private static void check(ConcreteTensor left, ConcreteTensor right) {
        ConcreteTensor product = MatMulKernels.matMul(left, right);
        Shape shape = left.shape().withSize(-1, right.shape().size(-1));
        assertThat(product.shape()).isEqualTo(shape);
        assertThat(product.dtype()).isEqualTo(left.dtype());
        int rank = shape.rank();
        long[] index = new long[rank];
        for (long i = 0; i < shape.elements(); i++) {
            long rest = i;
            for (int axis = rank - 1; axis >= 0; axis--) {
                index[axis] = rest % shape.size(axis);
                rest /= shape.size(axis);
            }
            long[] l = index.clone();
            long[] r = index.clone();
            double sum = 0;
            for (long k = 0; k < left.shape().size(-1); k++) {
                l[rank - 1] = k;
                r[rank - 2] = k;
                sum += at(left, l) * at(right, r);
            }
            assertThat(at(product, index))
                    .as("element %s of %s by %s", Arrays.toString(index), left.shape(), right.shape())
                    .isEqualTo(NativeArray.wrap(left.dtype(), sum), within(0.0));
        }
    }

    private static Stream<Arguments> dtypesAndThreads() {
        return Arrays.stream(DType.values())
                .filter(dtype -> dtype != DType.BOOL && !dtype.isNarrow())
                .flatMap(dtype -> Stream.of(1, 3).map(threads -> Arguments.of(dtype, threads)));
    }

    @ParameterizedTest
    @MethodSource("dtypesAndThreads")
    void batchesOfAnyLayoutAgreeWithTheDefinition(DType dtype, int threads) {
        WorkerPool.setThreads(threads);
        var random = new Random(7);
        try (MemoryScope scope = MemoryScope.open()) {
            check(random(random, dtype, 3, 4), random(random, dtype, 4, 5));
            check(random(random, dtype, 2, 3, 4), random(random, dtype, 2, 4, 5));
            check(random(random, dtype, 2, 3, 3, 4), random(random, dtype, 2, 3, 4, 5));
            // Axes in another order: the batch is innermost, the matrices are transposed.
            check(permuted(random(random, dtype, 4, 3, 2), 2, 1, 0), permuted(random(random, dtype, 4, 2, 5), 1, 0, 2));
            check(permuted(random(random, dtype, 3, 2, 4), 1, 0, 2), permuted(random(random, dtype, 2, 5, 4), 0, 2, 1));
            // Repeated matrices, left, right and along different axes.
            check(repeated(random(random, dtype, 3, 4), 6, 3, 4), random(random, dtype, 6, 4, 5));
            check(random(random, dtype, 6, 3, 4), repeated(random(random, dtype, 4, 5), 6, 4, 5));
            check(random(random, dtype, 6, 1, 4), repeated(random(random, dtype, 4, 5), 6, 4, 5));
            check(
                    repeated(random(random, dtype, 2, 1, 3, 4), 2, 3, 3, 4),
                    repeated(random(random, dtype, 3, 4, 5), 2, 3, 4, 5));
            check(repeated(random(random, dtype, 1, 4), 5, 3, 4), repeated(random(random, dtype, 4, 1), 5, 4, 2));
            // Many small products and few large ones.
            check(random(random, dtype, 40, 17, 33), random(random, dtype, 40, 33, 19));
            check(random(random, dtype, 2, 120, 130), random(random, dtype, 2, 130, 125));
            // Nothing in them.
            check(random(random, dtype, 0, 3, 4), random(random, dtype, 0, 4, 5));
            check(random(random, dtype, 2, 0, 4), random(random, dtype, 2, 4, 5));
            check(random(random, dtype, 2, 3, 0), random(random, dtype, 2, 0, 5));
            check(random(random, dtype, 2, 3, 4), random(random, dtype, 2, 4, 0));
        }
    }

    private static ConcreteTensor permuted(ConcreteTensor tensor, int... order) {
        return tensor.view(tensor.layout().permuted(Axes.listed("permuted", order.length, order)));
    }

    private static ConcreteTensor repeated(ConcreteTensor tensor, long... sizes) {
        return tensor.view(tensor.layout().broadcast(Shape.of(sizes)));
    }
}
