package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One region on many lists of tensors on a GPU: few launches, and the result of the CPU. */
class CudaForEachTest {
    private static Device gpu;

    /** {@code (p, g, m, rate) -> (p, m)}. */
    private static final Region MOMENTUM = Elementwise.region(4, in -> {
        Tensor m = in.get(2).mul(0.9).add(in.get(1));
        return List.of(in.get(0).sub(m.mul(in.get(3))), m);
    });

    private static final Region SUM = Elementwise.region((x, s) -> x.add(s));
    private static final Region QUOTIENT = Elementwise.region((x, y) -> x.floorDivide(y));

    private long live;
    private MemoryScope scope;

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
        gpu = Device.cuda(0);
    }

    @BeforeEach
    void count() {
        Allocators.collect();
        live = MemoryStats.of(gpu).liveCount();
        scope = MemoryScope.open("test");
    }

    @AfterEach
    void isBalanced() {
        scope.close();
        Allocators.collect();
        assertThat(MemoryStats.of(gpu).liveCount()).isLessThanOrEqualTo(live);
        StandInDriver.requireNoViolations();
    }

    private static Tensor random(DType dtype, long n, long seed) {
        return Tensors.rand(new Generator(seed), DType.F32, Shape.of(n), Device.CPU)
                .to(dtype);
    }

    /** How many kernels ran, where the driver counts them. */
    private static void assertLaunches(Runnable work, long expected) {
        if (StandInDriver.onGpu()) {
            work.run();
            return;
        }
        long before = StandInDriver.get("launches");
        work.run();
        assertThat(StandInDriver.get("launches") - before).as("launches").isEqualTo(expected);
    }

    /** Runs {@link #MOMENTUM} here and there on the same numbers, and compares. */
    private static void assertAgrees(List<List<Tensor>> host, List<List<Tensor>> there, long launches) {
        Tensor rate = Tensors.scalar(0.01f);
        Tensor rateThere = rate.to(gpu);
        assertLaunches(() -> MOMENTUM.applyEachInto(there, List.of(rateThere), written(there)), launches);
        MOMENTUM.applyEachInto(host, List.of(rate), written(host));
        for (int i = 0; i < host.size(); i++) {
            for (int k = 0; k < 3; k++) {
                assertThat(there.get(i).get(k).toDoubleArray())
                        .as("list %d, tensor %d", i, k)
                        .isEqualTo(host.get(i).get(k).toDoubleArray());
            }
        }
    }

    private static List<List<Tensor>> written(List<List<Tensor>> lists) {
        return lists.stream().map(l -> List.of(l.get(0), l.get(2))).toList();
    }

    private static List<Tensor> list(DType dtype, long n, long seed) {
        return List.of(random(dtype, n, 3 * seed), random(dtype, n, 3 * seed + 1), random(dtype, n, 3 * seed + 2));
    }

    private static List<Tensor> there(List<Tensor> list) {
        return list.stream().map(x -> x.to(gpu)).toList();
    }

    /** More lists than one launch has a table for, of sizes around those of accesses, blocks and chunks. */
    @Test
    void hundredsOfListsTakeAFewLaunches() {
        List<List<Tensor>> host = new ArrayList<>();
        long[] sizes = {1, 3, 0, 4, 255, 257, CudaForEach.CHUNK - 1, CudaForEach.CHUNK, CudaForEach.CHUNK + 5};
        for (int i = 0; i < 200; i++) {
            host.add(list(DType.F32, i % 20 == 0 ? sizes[i / 20 % sizes.length] : i % 23, i));
        }
        // A list takes 5 of the parameter's 505 free numbers.
        assertAgrees(host, host.stream().map(CudaForEachTest::there).toList(), 2);
    }

    @Test
    void thirtyParametersTakeOneLaunchOfEachDtype() {
        List<List<Tensor>> host = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            host.add(list(i % 3 == 1 ? DType.BF16 : DType.F32, 100 + i, i));
        }
        assertAgrees(host, host.stream().map(CudaForEachTest::there).toList(), 2);
    }

    /** Views that begin anywhere go with the others; what does not lie row by row runs by itself. */
    @Test
    void viewsOfAnyAlignmentAndLayout() {
        List<List<Tensor>> host = new ArrayList<>();
        List<List<Tensor>> there = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            List<Tensor> whole = list(DType.F32, 60, i);
            int from = i % 5;
            host.add(whole.stream().map(x -> x.slice(0, from, 56)).toList());
            there.add(there(whole).stream().map(x -> x.slice(0, from, 56)).toList());
        }
        List<Tensor> square = list(DType.F32, 36, 9);
        List<Tensor> squareThere = there(square);
        host.add(square.stream().map(x -> x.reshape(6, 6).t()).toList());
        there.add(squareThere.stream().map(x -> x.reshape(6, 6).t()).toList());
        List<Tensor> last = list(DType.F32, 10, 10);
        host.add(last);
        there.add(there(last));
        assertAgrees(host, there, 2);
    }

    @Test
    void resultsElsewhereAndNumbersOfTheHost() {
        Tensor a = Tensors.of(1f, 2f, 3f).to(gpu);
        Tensor b = Tensors.of(4f).to(gpu);
        Tensor c = Tensors.zeros(DType.F32, Shape.of(3), gpu);
        SUM.applyEachInto(
                List.of(List.of(a), List.of(b)), List.of(Tensors.scalar(10f)), List.of(List.of(c), List.of(b)));
        assertThat(c.toDoubleArray()).containsExactly(11, 12, 13);
        assertThat(b.toDoubleArray()).containsExactly(14);
        assertThat(a.toDoubleArray()).containsExactly(1, 2, 3);
        // The next reads what the one before wrote.
        SUM.applyEachInto(List.of(List.of(a), List.of(c)), List.of(b), List.of(List.of(c), List.of(a)));
        assertThat(c.toDoubleArray()).containsExactly(15, 16, 17);
        assertThat(a.toDoubleArray()).containsExactly(29, 30, 31);
        // Lists on the host beside lists on the device.
        Tensor host = Tensors.of(1f);
        SUM.applyEachInto(
                List.of(List.of(a), List.of(host)), List.of(Tensors.scalar(1f)), List.of(List.of(a), List.of(host)));
        assertThat(a.toDoubleArray()).containsExactly(30, 31, 32);
        assertThat(host.item()).isEqualTo(2);
        assertThatThrownBy(() -> SUM.applyEachInto(
                        List.of(List.of(a), List.of(Tensors.of(1f, 2f))),
                        List.of(b),
                        List.of(List.of(a), List.of(Tensors.of(1f, 2f)))))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("cuda:0", "cpu");
        assertThat(a.toDoubleArray()).containsExactly(30, 31, 32);
    }

    @Test
    void aDivisorOfZeroIsFoundInAnyList() {
        Tensor a = Tensors.of(7, 8).to(gpu);
        Tensor b = Tensors.of(9).to(gpu);
        Tensor zero = Tensors.of(0).to(gpu);
        QUOTIENT.applyEachInto(List.of(List.of(a, a), List.of(b, zero)), List.of(), List.of(List.of(a), List.of(b)));
        assertThatThrownBy(b::toLongArray).isInstanceOf(ArithmeticException.class);
        assertThat(a.toLongArray()).containsExactly(1, 1);
    }

    /** Two launches for each table full of lists. Sums of whole numbers are exact. */
    @Test
    void sumsOfHundredsOfLists() {
        List<List<Tensor>> lists = new ArrayList<>();
        double[] expected = new double[200];
        long chunk = CudaForEach.CHUNK;
        long[] sizes = {0, 1, 3, 257, chunk, chunk + 1, 3 * chunk - 1};
        for (int i = 0; i < expected.length; i++) {
            long n = i % 10 == 0 ? sizes[i / 10 % sizes.length] : i % 17;
            int from = (int) Math.min(n, i % 3);
            Tensor x = OnDevice.of(DType.F32, Shape.of(n), OnDevice::small);
            lists.add(List.of(x.slice(0, from, n)));
            for (long k = from; k < n; k++) {
                expected[i] += OnDevice.small(k) + 3;
            }
        }
        Tensor three = Tensors.scalar(3f).to(gpu);
        var sums = new Tensor[1];
        assertLaunches(() -> sums[0] = SUM.sumEach(lists, List.of(three)), 4);
        assertThat(sums[0].device()).isEqualTo(gpu);
        assertThat(sums[0].toDoubleArray()).containsExactly(expected);
    }

    @Test
    void sumsOfOtherLayoutsAndDtypes() {
        Tensor x = OnDevice.of(DType.F32, Shape.of(4, 6), k -> k);
        Tensor row = OnDevice.of(DType.F32, Shape.of(6), k -> 100 * k);
        // 0 + ... + 23, and 4 times 0 + 100 + ... + 500.
        assertThat(SUM.sumEach(
                                List.of(
                                        List.of(x, row),
                                        List.of(x.t(), Tensors.scalar(0f).to(gpu))),
                                List.of())
                        .toDoubleArray())
                .containsExactly(276 + 6000, 276);
        assertThat(SUM.sumEach(List.of(List.of(x)), List.of(row)).toDoubleArray())
                .containsExactly(6276);
        Tensor whole = OnDevice.of(DType.I64, Shape.of(5), k -> k);
        assertThat(SUM.sumEach(
                                List.of(List.of(whole)),
                                List.of(Tensors.scalar(1L).to(gpu)))
                        .toLongArray())
                .containsExactly(15);
        Tensor narrow = OnDevice.ofReals(DType.BF16, Shape.of(100), k -> 1);
        assertThat(SUM.sumEach(
                                List.of(List.of(narrow)),
                                List.of(Tensors.scalar(0.001f).to(gpu)))
                        .item())
                .isCloseTo(100.1, within(1e-4));
    }
}
