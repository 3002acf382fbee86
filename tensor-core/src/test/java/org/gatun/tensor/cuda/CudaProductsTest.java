package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products on a GPU of whole numbers, which are exact, for every way in which a batch and its matrices can lie in memory. */
class CudaProductsTest {
    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void requireSound() {
        StandInDriver.requireNoViolations();
    }

    /** A product of (batch.., m, k) and (batch.., k, n); strides and offset of both operands in elements of memory. */
    private record Case(String name, Layout left, Layout right) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Layout rows(long... sizes) {
        return Layout.contiguous(Shape.of(sizes));
    }

    private static Layout strided(Shape shape, long offset, long... strides) {
        return Layout.strided(shape, strides, offset);
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("one pair", rows(9, 7), rows(7, 5)),
                new Case("more than a tile", rows(70, 33), rows(33, 66)),
                new Case("left transposed", strided(Shape.of(9, 7), 0, 1, 9), rows(7, 5)),
                new Case("right transposed", rows(9, 7), strided(Shape.of(7, 5), 3, 1, 7)),
                new Case("both transposed", strided(Shape.of(9, 7), 0, 1, 10), strided(Shape.of(7, 5), 0, 1, 8)),
                new Case("gaps", strided(Shape.of(9, 7), 1, 11, 1), strided(Shape.of(7, 5), 2, 6, 1)),
                new Case("steps", strided(Shape.of(9, 7), 1, 22, 2), strided(Shape.of(7, 5), 2, 3, 40)),
                new Case("flipped", strided(Shape.of(9, 7), 62, -7, -1), strided(Shape.of(7, 5), 4, 5, -1)),
                new Case("repeated rows", strided(Shape.of(9, 7), 0, 0, 1), strided(Shape.of(7, 5), 0, 1, 0)),
                new Case("overlapping rows", strided(Shape.of(9, 7), 0, 2, 1), rows(7, 5)),
                new Case("a vector and a matrix", rows(1, 7), rows(7, 5)),
                new Case("a matrix and a vector", rows(9, 7), rows(7, 1)),
                new Case("an outer product", rows(9, 1), rows(1, 5)),
                new Case("a batch", rows(3, 4, 5), rows(3, 5, 2)),
                new Case("a batch with one right", rows(3, 4, 5), strided(Shape.of(3, 5, 2), 0, 0, 2, 1)),
                new Case("rows with one right", rows(6, 1, 5), strided(Shape.of(6, 5, 2), 0, 0, 1, 5)),
                new Case("a batch with one left", strided(Shape.of(3, 4, 5), 0, 0, 5, 1), rows(3, 5, 2)),
                new Case(
                        "one pair for all",
                        strided(Shape.of(3, 4, 5), 0, 0, 5, 1),
                        strided(Shape.of(3, 5, 2), 0, 0, 2, 1)),
                new Case("a flipped batch", strided(Shape.of(3, 4, 5), 40, -20, 5, 1), rows(3, 5, 2)),
                new Case(
                        "heads between rows",
                        strided(Shape.of(2, 3, 4, 5), 0, 60, 5, 15, 1),
                        strided(Shape.of(2, 3, 5, 4), 0, 60, 5, 1, 15)),
                new Case(
                        "heads with one right for each",
                        rows(2, 3, 4, 5),
                        strided(Shape.of(2, 3, 5, 2), 0, 0, 10, 2, 1)),
                new Case(
                        "a batch of gaps with one right that has steps",
                        strided(Shape.of(2, 3, 4, 5), 0, 80, 25, 5, 1),
                        strided(Shape.of(2, 3, 5, 2), 0, 0, 0, 4, 2)),
                // In steps of four, where cuBLAS multiplies bytes.
                new Case("fours", rows(9, 32), rows(32, 12)),
                new Case("fours, transposed", strided(Shape.of(8, 36), 4, 1, 8), strided(Shape.of(36, 12), 0, 1, 40)),
                new Case("a batch of fours", rows(3, 4, 32), rows(3, 32, 8)),
                new Case(
                        "heads of fours with one right for each",
                        strided(Shape.of(2, 3, 4, 32), 0, 384, 32, 96, 1),
                        strided(Shape.of(2, 3, 32, 4), 0, 128, 0, 4, 1)),
                new Case("fours at an odd place", strided(Shape.of(8, 32), 1, 32, 1), rows(32, 8)),
                // Each axis of the batch in another order than the other operand's: none can be walked with another.
                new Case(
                        "too many pairs to start one by one",
                        strided(Shape.of(9, 9, 9, 2, 3), 0, 6, 54, 486, 3, 1),
                        rows(9, 9, 9, 3, 2)),
                new Case(
                        "too many pairs, some repeated",
                        strided(Shape.of(9, 9, 9, 2, 3), 0, 6, 54, 486, 1, 2),
                        strided(Shape.of(9, 9, 9, 3, 2), 0, 6, 0, 54, 2, 1)));
    }

    static Stream<DType> dtypes() {
        return Stream.of(DType.values()).filter(dtype -> dtype != DType.BOOL);
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    void productsAreExactForEveryLayout(DType dtype) {
        for (Case each : cases().toList()) {
            try (var scope = MemoryScope.open()) {
                ConcreteTensor left = place(dtype, each.left, 1);
                ConcreteTensor right = place(dtype, each.right, 2);
                long[] expected = expected(dtype, each);
                var gpu = CudaDevice.of(Device.cuda(0));
                assertThat(CudaProducts.matMul(gpu, left, right).toLongArray())
                        .as("%s", each)
                        .containsExactly(expected);
                assertThat(CudaProducts.matMul(gpu, left, right, 0).toLongArray())
                        .as("%s, without cuBLAS", each)
                        .containsExactly(expected);
            }
        }
    }

    /** A view of memory that holds {@link OnDevice#small} numbers; from 0 to 4 for U8. */
    private static ConcreteTensor place(DType dtype, Layout layout, long seed) {
        int rank = layout.shape().rank();
        long last = 0;
        for (int a = 0; a < rank; a++) {
            last += Math.max(0, layout.stride(a) * (layout.shape().size(a) - 1));
        }
        ConcreteTensor memory = OnDevice.of(dtype, Shape.of(layout.offset() + last + 1), i -> element(dtype, i, seed));
        return memory.view(layout);
    }

    private static long element(DType dtype, long position, long seed) {
        return OnDevice.small(position + 1000 * seed) + (dtype == DType.U8 ? 2 : 0);
    }

    /** Sums over the inner index, element by element, modulo the dtype's size. */
    private static long[] expected(DType dtype, Case of) {
        Shape shape = of.left.shape().withSize(-1, of.right.shape().size(-1));
        int rank = shape.rank();
        long[] sums = new long[(int) shape.elements()];
        for (int i = 0; i < sums.length; i++) {
            long[] index = new long[rank];
            long rest = i;
            for (int a = rank - 1; a >= 0; a--) {
                index[a] = rest % shape.size(a);
                rest /= shape.size(a);
            }
            for (long k = 0; k < of.left.shape().size(-1); k++) {
                long[] left = index.clone();
                long[] right = index.clone();
                left[rank - 1] = k;
                right[rank - 2] = k;
                sums[i] += element(dtype, position(of.left, left), 1) * element(dtype, position(of.right, right), 2);
            }
        }
        return Arrays.stream(sums)
                .map(sum -> switch (dtype) {
                    case I8 -> (byte) sum;
                    case U8 -> sum & 0xff;
                    case F32, F64, BF16, F16, I64, I32, I16, BOOL -> sum;
                })
                .toArray();
    }

    private static long position(Layout layout, long[] index) {
        long position = layout.offset();
        for (int a = 0; a < index.length; a++) {
            position += index[a] * layout.stride(a);
        }
        return position;
    }

    /** 500 products of 127 and 127 are more than an I16 holds; 2^41 times 2^30 is more than an I64. */
    @Test
    void integersWrapAround() {
        try (var scope = MemoryScope.open()) {
            var gpu = CudaDevice.of(Device.cuda(0));
            ConcreteTensor shorts = CudaProducts.matMul(
                    gpu,
                    OnDevice.of(DType.I16, Shape.of(1, 500), i -> 127),
                    OnDevice.of(DType.I16, Shape.of(500, 1), i -> 127));
            assertThat(shorts.toLongArray()).containsExactly((short) (500 * 127 * 127));
            ConcreteTensor longs = CudaProducts.matMul(
                    gpu,
                    OnDevice.of(DType.I64, Shape.of(1, 2), i -> (1L << 40) + i),
                    OnDevice.of(DType.I64, Shape.of(2, 1), i -> 1L << 30));
            // (2^41 + 1) 2^30 modulo 2^64
            assertThat(longs.toLongArray()).containsExactly(1L << 30);
        }
    }

    /** The largest sums that cuBLAS is given stay within 32 bits, and one more term would not. */
    @Test
    void bytesWrapAroundAtTheEnd() {
        for (long terms : new long[] {131068, 131076}) {
            try (var scope = MemoryScope.open()) {
                ConcreteTensor left = OnDevice.of(DType.I8, Shape.of(1, terms), i -> i == 5 ? 3 : -128);
                ConcreteTensor right =
                        OnDevice.of(DType.I8, Shape.of(4, terms), i -> i % terms == 5 ? i / terms : -128);
                ConcreteTensor product = CudaProducts.matMul(
                        CudaDevice.of(Device.cuda(0)), left, right.t().concrete());
                // All terms but one are multiples of 256.
                assertThat(product.toLongArray()).containsExactly(0, 3, 6, 9);
            }
        }
        try (var scope = MemoryScope.open()) {
            ConcreteTensor left = OnDevice.of(DType.U8, Shape.of(4, 64), i -> 255 - i % 3);
            ConcreteTensor right = OnDevice.of(DType.U8, Shape.of(64, 4), i -> 200 + i % 5);
            long[] expected = new long[16];
            for (int i = 0; i < 16; i++) {
                for (int k = 0; k < 64; k++) {
                    expected[i] += (255 - (i / 4 * 64 + k) % 3) * (200 + (k * 4 + i % 4) % 5);
                }
                expected[i] %= 256;
            }
            assertThat(CudaProducts.matMul(CudaDevice.of(Device.cuda(0)), left, right)
                            .toLongArray())
                    .containsExactly(expected);
        }
    }

    @Test
    void withoutTermsTheProductIsZero() {
        try (var scope = MemoryScope.open()) {
            ConcreteTensor product = CudaProducts.matMul(
                    CudaDevice.of(Device.cuda(0)),
                    OnDevice.of(DType.F32, Shape.of(2, 3, 0), i -> 1),
                    OnDevice.of(DType.F32, Shape.of(2, 0, 4), i -> 1));
            assertThat(product.shape()).isEqualTo(Shape.of(2, 3, 4));
            assertThat(product.toLongArray()).containsOnly(0);
        }
    }
}
