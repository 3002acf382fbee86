package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reductions and scans of sizes that are divided among blocks, and of layouts of every kind, against closed forms. */
class CudaReductionsTest {

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    private static Device.Cuda device() {
        return Device.cuda(0);
    }

    @AfterEach
    void nothingAmiss() {
        StandInDriver.requireNoViolations();
    }

    /** 0, 1, 2, ... in a shape, on the device(). */
    private static Tensor counting(DType dtype, long... sizes) {
        long n = 1;
        for (long size : sizes) {
            n *= size;
        }
        return Tensors.arange(n).to(dtype).reshape(sizes).to(device());
    }

    private static long triangle(long n) {
        return n * (n - 1) / 2;
    }

    @Test
    void sumsOfLongRowsAreExactInIntegers() {
        for (long n : new long[] {2047, 2048, 16385, 70001, 140000}) {
            assertThat(counting(DType.I64, n).sum().item()).as("%d", n).isEqualTo((double) triangle(n));
            assertThat(counting(DType.F64, n).slice(0, 1, n).sum().item())
                    .as("%d", n)
                    .isEqualTo((double) triangle(n));
        }
    }

    @Test
    void sumsOfEqualFloatsKeepTheirDigits() {
        // Added one after the other in single precision, the sum would be off by thousands.
        float tenth = 0.1f;
        Tensor x = Tensors.full(tenth, 300_000).to(device());
        assertThat(x.dtype()).isEqualTo(DType.F32);
        assertThat(x.sum().item() / (300_000 * (double) tenth) - 1).isBetween(-1e-6, 1e-6);
        assertThat(x.reshape(100_000, 3).sum(0).get(1) / (100_000 * (double) tenth) - 1)
                .isBetween(-1e-6, 1e-6);
    }

    @Test
    void columnsOfTallTables() {
        for (long[] sizes : new long[][] {{3000, 40}, {5000, 3}, {70, 512}, {2100, 64}}) {
            Tensor x = counting(DType.F64, sizes);
            double[] sums = x.sum(0).to(Device.CPU).toDoubleArray();
            long n = sizes[0];
            long inner = sizes[1];
            for (int j = 0; j < inner; j++) {
                assertThat(sums[j]).as("%d of %d x %d", j, n, inner).isEqualTo((double) (inner * triangle(n) + n * j));
            }
            long[] last = x.argmax(0).to(Device.CPU).toLongArray();
            assertThat(last).containsOnly(n - 1);
        }
    }

    @Test
    void theFirstOfEqualElementsIsFound() {
        Tensor x = Tensors.zeros(100_003).to(device());
        assertThat(x.argmax().item()).isZero();
        Tensor places = counting(DType.I64, 100_003).remainder(50_000);
        assertThat(places.argmax().item()).isEqualTo(49_999);
        assertThat(places.flip(0).argmin().item()).isEqualTo(2);
        assertThat(counting(DType.F32, 90_000)
                        .remainder(300)
                        .reshape(300, 300)
                        .t()
                        .argmax(1)
                        .to(Device.CPU)
                        .toLongArray())
                .isEqualTo(IntStream.range(0, 300).mapToLong(i -> 0).toArray());
    }

    @Test
    void aNaNAnywhereIsFound() {
        Tensor x = counting(DType.F32, 70_000);
        Tensor nan =
                Tensors.where(x.eq(65_537), Tensors.full(Double.NaN, 70_000).to(device()), x);
        assertThat(nan.amax().item()).isNaN();
        assertThat(nan.amin().item()).isNaN();
        assertThat(nan.argmin().item()).isEqualTo(65_537);
    }

    @Test
    void axesThatDoNotJoinAreWalkedInPlace() {
        Tensor x = counting(DType.I64, 5, 7, 6, 8);
        Tensor over = x.sum(0, 2).to(Device.CPU);
        long[] sums = over.toLongArray();
        for (int b = 0; b < 7; b++) {
            for (int d = 0; d < 8; d++) {
                long sum = 0;
                for (int a = 0; a < 5; a++) {
                    for (int c = 0; c < 6; c++) {
                        sum += ((a * 7L + b) * 6 + c) * 8 + d;
                    }
                }
                assertThat(sums[b * 8 + d]).isEqualTo(sum);
            }
        }
        Tensor turned = x.permute(3, 1, 0, 2).sum(2, 3);
        assertThat(turned.get(5, 2)).isEqualTo((double) sums[2 * 8 + 5]);
    }

    @Test
    void anExpandedTensorTakesNoMemoryOfItsSize() {
        Tensor x = counting(DType.F64, 3).reshape(3, 1).expand(3, 1L << 12);
        assertThat(x.sum().item()).isEqualTo(3.0 * (1 << 12));
        assertThat(x.sum(1).to(Device.CPU).toDoubleArray()).containsExactly(0, 1 << 12, 2 << 12);
    }

    @Test
    void runningSumsOverManyParts() {
        for (boolean reverse : new boolean[] {false, true}) {
            for (long[] sizes : new long[][] {{20_001}, {3, 9_000}, {3, 2_500}, {3, 200}, {400, 3}, {7, 5}}) {
                for (int axis = 0; axis < sizes.length; axis++) {
                    long n = sizes[axis];
                    Tensor x = Tensors.ones(sizes).to(DType.I64).to(device());
                    long[] found = CudaBackend.of(device())
                            .execute(new Op.CumSum(axis, reverse), new ConcreteTensor[] {x.concrete()})[0]
                            .to(Device.CPU)
                            .toLongArray();
                    long inner = axis == sizes.length - 1 ? 1 : sizes[1];
                    for (int i = 0; i < found.length; i++) {
                        long place = i / inner % n;
                        assertThat(found[i])
                                .as("%s axis %d at %d", sizes, axis, i)
                                .isEqualTo(reverse ? n - place : place + 1);
                    }
                }
            }
        }
    }

    /** The product of the elements so far, one after the other, as the CPU has it. */
    private static double[] products(double[] x, int n, int inner) {
        double[] products = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            products[i] = i / inner % n == 0 ? x[i] : products[i - inner] * x[i];
        }
        return products;
    }

    private static void checkProducts(double[] x, int n, int inner) {
        Tensor lines = Tensors.of(Shape.of(x.length / n / inner, n, inner), x).to(device());
        double[] found = lines.cumprod(1).to(Device.CPU).toDoubleArray();
        double[] expected = products(x, n, inner);
        for (int i = 0; i < x.length; i++) {
            double close = Math.abs(expected[i]) * 1e-11 + Double.MIN_NORMAL * 1e-6;
            if (Double.isFinite(expected[i])) {
                assertThat(found[i])
                        .as("%d of %d x %d", i, n, inner)
                        .isBetween(expected[i] - close, expected[i] + close);
            } else {
                // boxed, so that NaN equals NaN
                assertThat(Double.valueOf(found[i]))
                        .as("%d of %d x %d", i, n, inner)
                        .isEqualTo(Double.valueOf(expected[i]));
            }
        }
    }

    @Test
    void runningProductsAreThoseOfOneFactorAfterTheOtherAlsoOutOfRange() {
        double huge = 1e200;
        double tiny = 1e-200;
        double inf = Double.POSITIVE_INFINITY;
        // What comes first and what comes far behind it; the product of the second alone leaves the range.
        double[][] events = {
            {0, huge},
            {0, -inf},
            {-0.0, Double.NaN},
            {inf, -tiny},
            {inf, 0},
            {-inf, huge},
            {Double.NaN, 0},
            {1e-150, huge},
            {1e250, tiny},
            {1e-300, 1e-10},
            {1, huge},
            {1, tiny},
            {-1, -1}
        };
        for (int[] size : new int[][] {{100, 1}, {3000, 1}, {20_000, 1}, {600, 3}}) {
            int n = size[0];
            int inner = size[1];
            double[] x = new double[events.length * n * inner];
            Arrays.fill(x, 1);
            for (int e = 0; e < events.length; e++) {
                int line = e * n * inner + inner - 1;
                x[line + n / 8 * inner] = events[e][0];
                for (int i = 0; i < 4; i++) {
                    x[line + (n * 5 / 6 + i) * inner] = events[e][1];
                }
                x[line + (n - 3) * inner] = e % 2 == 0 ? tiny : 0;
                x[line + (n - 2) * inner] = -3;
            }
            checkProducts(x, n, inner);
        }
    }

    @Test
    void runningProductsThatRiseAndFall() {
        var random = new Random(5);
        for (double spread : new double[] {0.05, 4}) {
            for (int n : new int[] {70, 5000, 20_000}) {
                double[] x = new double[3 * n];
                Arrays.setAll(x, i -> Math.exp(random.nextGaussian() * spread));
                checkProducts(x, n, 1);
                checkProducts(x, n, 3);
            }
        }
    }
}
