package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions on a GPU of whole numbers, which are exact, in however many parts they are done. */
class CudaConvolutionsTest {
    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void requireSound() {
        StandInDriver.requireNoViolations();
    }

    private static final int FAR = 1 << 30;
    private static final ConvSpec FAR_DOWN = new ConvSpec(FAR, 1, FAR, 0, 1, 1, 1);
    private static final ConvSpec FAR_RIGHT = new ConvSpec(1, FAR, 0, FAR, 1, 1, 2);

    private record Case(ConvSpec spec, Shape image, Shape weight, long matrixBytes) {}

    /** From one window at a time over a few images to all at once. */
    static Stream<Case> cases() {
        var plain = ConvSpec.DEFAULT;
        return Stream.of(1L, 1000L, 5000L, 1L << 30)
                .flatMap(bytes -> Stream.of(
                        new Case(plain.padding(1), Shape.of(5, 3, 7, 6), Shape.of(4, 3, 3, 3), bytes),
                        new Case(
                                plain.padding(2).stride(2).groups(2),
                                Shape.of(3, 4, 9, 5),
                                Shape.of(6, 2, 3, 2),
                                bytes),
                        new Case(new ConvSpec(3, 1, 0, 4, 2, 3, 3), Shape.of(2, 6, 11, 7), Shape.of(3, 2, 3, 3), bytes),
                        new Case(plain, Shape.of(4, 3, 5, 5), Shape.of(2, 3, 1, 1), bytes),
                        new Case(plain.stride(3), Shape.of(2, 3, 8, 8), Shape.of(2, 3, 2, 2), bytes),
                        new Case(plain.groups(4).padding(1), Shape.of(3, 4, 6, 7), Shape.of(8, 1, 3, 2), bytes),
                        // A padded image of more rows, or columns, than an int counts: windows above, over and below.
                        new Case(FAR_DOWN, Shape.of(2, 3, 5, 6), Shape.of(2, 3, 2, 3), bytes),
                        new Case(FAR_RIGHT, Shape.of(3, 2, 5, 6), Shape.of(4, 1, 2, 3), bytes)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyPartIsExact(Case of) {
        Shape result = Shape.of(
                of.image.size(0),
                of.weight.size(0),
                of.spec.outHeight(of.image.size(2), of.weight.size(2)),
                of.spec.outWidth(of.image.size(3), of.weight.size(3)));
        var expected = new Expected(of, result);
        var gpu = CudaDevice.of(Device.cuda(0));
        long bytes = of.matrixBytes;
        for (DType dtype : new DType[] {DType.F32, DType.F64, DType.F16, DType.BF16}) {
            try (var scope = MemoryScope.open()) {
                ConcreteTensor x = OnDevice.of(dtype, of.image, OnDevice::small);
                ConcreteTensor weight = OnDevice.of(dtype, of.weight, i -> OnDevice.small(i + 1000));
                ConcreteTensor g = OnDevice.of(dtype, result, i -> OnDevice.small(i + 2000));
                assertThat(CudaConvolutions.conv2d(gpu, new Op.Conv2d(of.spec), x, weight, bytes)
                                .toLongArray())
                        .as("%s", dtype)
                        .containsExactly(rounded(dtype, expected.y));
                assertThat(CudaConvolutions.inputGrad(gpu, new Op.Conv2dInputGrad(of.spec, of.image), g, weight, bytes)
                                .toLongArray())
                        .as("%s, transpose in the image", dtype)
                        .containsExactly(rounded(dtype, expected.dx));
                assertThat(CudaConvolutions.weightGrad(gpu, new Op.Conv2dWeightGrad(of.spec, of.weight), g, x, bytes)
                                .toLongArray())
                        .as("%s, transpose in the weight", dtype)
                        .containsExactly(rounded(dtype, expected.dw));
            }
        }
    }

    /** Sums of whole numbers are exact up to the dtype's precision, and rounded once. */
    private static long[] rounded(DType dtype, long[] sums) {
        try (var wholes = Tensors.of(sums);
                var rounded = wholes.to(dtype)) {
            return rounded.toLongArray();
        }
    }

    /** The products of all image, weight and result elements that meet, summed up for each of them. */
    private static final class Expected {
        private final long[] y;
        private final long[] dx;
        private final long[] dw;

        Expected(Case of, Shape result) {
            y = new long[(int) result.elements()];
            dx = new long[(int) of.image.elements()];
            dw = new long[(int) of.weight.elements()];
            long each = of.weight.size(0) / of.spec.groups();
            for (int o = 0; o < y.length; o++) {
                long column = o % result.size(3);
                long row = o / result.size(3) % result.size(2);
                long output = o / result.size(3) / result.size(2) % result.size(1);
                long image = o / result.size(3) / result.size(2) / result.size(1);
                long taps = of.weight.elements() / of.weight.size(0);
                for (long tap = 0; tap < taps; tap++) {
                    long channel = output / each * of.weight.size(1) + tap / of.weight.size(3) / of.weight.size(2);
                    long i = row * of.spec.strideH()
                            - of.spec.padH()
                            + tap / of.weight.size(3) % of.weight.size(2) * of.spec.dilationH();
                    long j =
                            column * of.spec.strideW() - of.spec.padW() + tap % of.weight.size(3) * of.spec.dilationW();
                    if (i >= 0 && i < of.image.size(2) && j >= 0 && j < of.image.size(3)) {
                        int x = (int)
                                (((image * of.image.size(1) + channel) * of.image.size(2) + i) * of.image.size(3) + j);
                        int w = (int) (output * taps + tap);
                        y[o] += OnDevice.small(x) * OnDevice.small(w + 1000);
                        dx[x] += OnDevice.small(o + 2000) * OnDevice.small(w + 1000);
                        dw[w] += OnDevice.small(o + 2000) * OnDevice.small(x);
                    }
                }
            }
        }
    }
}
