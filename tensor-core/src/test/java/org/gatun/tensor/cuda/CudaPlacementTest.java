package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Losses;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where tensors lie: moving them between the host and a GPU, what may meet in one operation, and what is refused. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class CudaPlacementTest {
    private static Device gpu;

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
        gpu = Device.cuda(0);
    }

    @AfterEach
    void requireSound() {
        StandInDriver.requireNoViolations();
    }

    /** 0, 1, .. of a shape; of BOOL, whether each is not 0. */
    private static Tensor counted(DType dtype, long... sizes) {
        return Tensors.arange(Shape.of(sizes).elements()).reshape(sizes).to(dtype);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void tensorsGoToAGpuAndComeBack(DType dtype) {
        Tensor x = counted(dtype, 5, 6);
        for (Tensor t : List.of(
                x,
                x.t(),
                x.slice(0, 1, 4).flip(1),
                x.select(1, 2),
                x.select(0, 4).select(0, 5))) {
            Tensor there = t.cuda();
            assertThat(there.device()).isEqualTo(gpu);
            assertThat(there.dtype()).isEqualTo(dtype);
            assertThat(there.shape()).isEqualTo(t.shape());
            assertThat(there.cpu().device()).isEqualTo(Device.CPU);
            assertThat(there.cpu().toDoubleArray()).isEqualTo(t.toDoubleArray());
        }
        // Views that are made on the GPU lie in memory as those on the host; they come back row by row.
        Tensor there = x.to(gpu);
        assertThat(there.t().cpu().toDoubleArray()).isEqualTo(x.t().toDoubleArray());
        assertThat(there.flip(0).slice(1, 1, 6, 2).cpu().toDoubleArray())
                .isEqualTo(x.flip(0).slice(1, 1, 6, 2).toDoubleArray());
        assertThat(there.t().cpu().concrete().isContiguous()).isTrue();
        Tensor none = Tensors.zeros(dtype, 0, 3).to(gpu);
        assertThat(none.device()).isEqualTo(gpu);
        assertThat(none.cpu().shape()).isEqualTo(Shape.of(0, 3));
    }

    @Test
    void textTellsWhereATensorLies() {
        assertThat(Tensors.of(1f, 2f).to(gpu)).hasToString("tensor([1., 2.], device=cuda:0)");
        assertThat(Tensors.of(1L, 2L).to(gpu)).hasToString("tensor([1, 2], device=cuda:0, dtype=I64)");
    }

    @Test
    void whatIsThereAlreadyIsNotCopied() {
        Tensor host = Tensors.of(1f, 2f);
        assertThat(host.cpu()).isSameAs(host);
        assertThat(host.to(Device.CPU, DType.F32)).isSameAs(host);
        Tensor there = host.cuda();
        assertThat(there.to(gpu)).isSameAs(there);
        assertThat(there.cuda()).isSameAs(there);
        assertThat(there.to(gpu, DType.F32)).isSameAs(there);
        Tensor wide = host.to(gpu, DType.F64);
        assertThat(wide.dtype()).isEqualTo(DType.F64);
        assertThat(wide.device()).isEqualTo(gpu);
        Tensor back = wide.to(Device.CPU, DType.I64);
        assertThat(back.device()).isEqualTo(Device.CPU);
        assertThat(back.toLongArray()).containsExactly(1, 2);
    }

    @Test
    void aCopyIsIndependentOfItsSource() {
        Tensor host = Tensors.of(1f, 2f);
        Tensor there = host.to(gpu);
        host.fill_(7);
        assertThat(there.toDoubleArray()).containsExactly(1, 2);
        Tensor back = there.cpu();
        there.zero_();
        assertThat(back.toDoubleArray()).containsExactly(1, 2);
    }

    @Test
    void operandsOnDifferentDevicesAreRefused() {
        Tensor host = Tensors.of(1f, 2f, 3f);
        Tensor there = Tensors.of(1f, 2f, 3f).to(gpu);
        assertNamesBoth(() -> host.add(there), "add");
        assertNamesBoth(() -> there.add(host), "add");
        assertNamesBoth(() -> Tensors.cat(0, host, there), "concat");
        assertNamesBoth(() -> there.lt(host), "lt");
        assertNamesBoth(() -> there.matmul(host), "matmul");
        assertNamesBoth(() -> there.indexSelect(0, Tensors.of(0L, 1L)), "indexSelect: ");
        assertNamesBoth(() -> Losses.mseLoss(there, host), "elementwise: ");
        assertNamesBoth(() -> there.floorDivide(host), "floorDivide: ");
        assertNamesBoth(() -> Tensors.where(there.gt(2), host, there), "where: ");
        assertNamesBoth(
                () -> Losses.crossEntropy(there.unsqueeze(0).broadcastTo(2, 3), Tensors.of(0L, 1L)), "crossEntropy");
    }

    /** More than goes at once by way of the host, rows and columns, and in place. */
    @Test
    void tensorsGoFromOneGpuToAnother() {
        assumeTrue(Device.available().size() > 1, "needs two GPUs");
        Device other = Device.cuda(1);
        Tensor x = counted(DType.F32, 1500, 1000);
        Tensor here = x.to(gpu);
        for (Tensor t : List.of(here, here.t(), here.slice(0, 3, 900).flip(1), here.select(0, 7))) {
            Tensor there = t.to(other);
            assertThat(there.device()).isEqualTo(other);
            assertThat(there.toFloatArray()).isEqualTo(t.toFloatArray());
            assertThat(there.to(gpu).toFloatArray()).isEqualTo(t.toFloatArray());
            assertThat(there.cuda()).isSameAs(there);
        }
        Tensor there = Tensors.zeros(DType.F32, Shape.of(1000, 1500), other);
        there.copy_(here.t());
        assertThat(there.toFloatArray()).isEqualTo(x.t().toFloatArray());
        assertThatThrownBy(() -> here.add(there.t()))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("add: ", "cuda:0", "cuda:1", "to(device)");
        Tensor wrong = here.indexSelect(0, Tensors.of(2000L).to(gpu));
        assertThatThrownBy(() -> wrong.to(other))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("2000");
    }

    private static void assertNamesBoth(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String operation) {
        assertThatThrownBy(call)
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining(operation)
                .hasMessageContaining("cuda:0")
                .hasMessageContaining("cpu")
                .hasMessageContaining("to(device)");
    }

    @Test
    void aSingleNumberGoesAlong() {
        Tensor there = Tensors.of(1f, 2f, 3f).to(gpu);
        assertThat(there.add(Tensors.scalar(2f)).toDoubleArray()).containsExactly(3, 4, 5);
        assertThat(Tensors.scalar(2f).sub(there).toDoubleArray()).containsExactly(1, 0, -1);
        assertThat(there.add(Tensors.scalar(2f)).device()).isEqualTo(gpu);
        there.add_(Tensors.scalar(1f));
        assertThat(there.toDoubleArray()).containsExactly(2, 3, 4);
    }

    @Test
    void changesInPlaceBringNumbersButNoTensorsAlong() {
        Tensor host = Tensors.of(1f, 2f);
        Tensor hostNumber = Tensors.scalar(5f);
        Tensor there = Tensors.of(10f, 20f).to(gpu);
        Tensor number = Tensors.scalar(7f).to(gpu);
        assertNamesBoth(() -> host.add_(there), "add_");
        assertNamesBoth(() -> there.add_(host), "add_");
        // What is changed stays where it is, even if it is a single number.
        assertNamesBoth(() -> hostNumber.add_(number), "add_");
        assertNamesBoth(() -> host.mul_(number), "mul_");
        assertThat(number.item()).isEqualTo(7);
        assertThat(hostNumber.item()).isEqualTo(5);
        assertThat(host.toDoubleArray()).containsExactly(1, 2);
        assertThat(there.toDoubleArray()).containsExactly(10, 20);

        host.copy_(there);
        assertThat(host.toDoubleArray()).containsExactly(10, 20);
        there.copy_(Tensors.of(3L, 4L));
        assertThat(there.toDoubleArray()).containsExactly(3, 4);
        hostNumber.copy_(number);
        assertThat(hostNumber.item()).isEqualTo(7);
    }

    @Test
    void aRegionWritesToOneDevice() {
        Elementwise.Region both = Elementwise.region(
                2, in -> List.of(in.get(0).add(in.get(1)), in.get(0).sub(in.get(1))));
        Tensor host = Tensors.of(1f, 2f);
        Tensor there = Tensors.of(10f, 20f).to(gpu);
        assertNamesBoth(() -> both.applyInto(List.of(there, there), List.of(there, host)), "region");
        assertNamesBoth(() -> both.applyInto(List.of(host, host), List.of(host, there)), "region");
        assertNamesBoth(() -> both.applyInto(List.of(there, host), List.of(there, there.copy())), "region");
        assertThat(host.toDoubleArray()).containsExactly(1, 2);
        assertThat(there.toDoubleArray()).containsExactly(10, 20);
    }

    /** What is made on a GPU is what is made on the host, random numbers included. */
    @Test
    void tensorsAreMadeOnAGpu() {
        Shape shape = Shape.of(3, 5);
        Map<String, Function<Device, Tensor>> functions = new LinkedHashMap<>();
        functions.put("zeros", d -> Tensors.zeros(DType.I64, shape, d));
        functions.put("ones", d -> Tensors.ones(DType.F32, shape, d));
        functions.put("full", d -> Tensors.full(DType.F64, 2.5, shape, d));
        functions.put("full of whole numbers", d -> Tensors.full(DType.I64, 1L << 60, shape, d));
        functions.put("empty", d -> Tensors.empty(DType.F32, shape, d).fill_(3));
        functions.put("eye", d -> Tensors.eye(DType.F32, 3, 4, d));
        functions.put("eye of truth", d -> Tensors.eye(DType.BOOL, 2, 2, d));
        functions.put("arange", d -> Tensors.arange(7, -5, -3, d));
        functions.put("rand", d -> Tensors.rand(new Generator(1), DType.F32, shape, d));
        functions.put("randint", d -> Tensors.randint(new Generator(1), -7, 100, shape, d));
        functions.put("bernoulli", d -> Tensors.bernoulli(new Generator(1), 0.5, shape, d));
        functions.put("randperm", d -> Tensors.randperm(new Generator(1), 40, d));
        functions.put(
                "randintLike", d -> Tensors.randintLike(Tensors.zeros(DType.I32, shape, d), 0, 9, new Generator(1)));
        functions.put("zerosLike", d -> Tensors.zerosLike(Tensors.ones(DType.F32, shape, d)));
        functions.put("oneHot", d -> Tensors.oneHot(Tensors.arange(0, 3, 1, d), 4));
        functions.forEach((name, make) -> {
            Tensor host = make.apply(Device.CPU);
            Tensor there = make.apply(gpu);
            assertThat(host.device()).as(name).isEqualTo(Device.CPU);
            assertThat(there.device()).as(name).isEqualTo(gpu);
            assertThat(there.dtype()).as(name).isEqualTo(host.dtype());
            assertThat(there.shape()).as(name).isEqualTo(host.shape());
            assertThat(there.toLongArray()).as(name).isEqualTo(host.toLongArray());
            assertThat(there.toDoubleArray()).as(name).isEqualTo(host.toDoubleArray());
        });
    }

    @Test
    void memoryOfAGpuIsGivenBack() {
        long before = MemoryStats.of(gpu).liveBytes();
        try (Tensor x = Tensors.ones(DType.F32, Shape.of(1000), gpu);
                Tensor y = x.cpu();
                Tensor z = y.to(gpu, DType.F64)) {
            assertThat(MemoryStats.of(gpu).liveBytes()).isEqualTo(before + 4000 + 8000);
            assertThat(z.device()).isEqualTo(gpu);
        }
        assertThat(MemoryStats.of(gpu).liveBytes()).isEqualTo(before);
    }
}
