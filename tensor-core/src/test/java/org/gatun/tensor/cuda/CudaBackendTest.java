package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gatun.bindings.cuda.CudaDriver;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.memory.Allocator;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a GPU's backend does besides arithmetic: memory, threads, and everything that can go wrong. */
class CudaBackendTest {
    private long live;

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @BeforeEach
    void count() {
        Allocators.collect(); // what other tests left
        live = MemoryStats.of(Device.cuda(0)).liveCount();
    }

    @AfterEach
    void isBalanced() {
        assertThat(MemoryStats.of(Device.cuda(0)).liveCount()).isLessThanOrEqualTo(live);
        StandInDriver.requireNoViolations();
    }

    private static Tensor on(Tensor x) {
        return x.to(Device.cuda(0));
    }

    @Test
    void aTensorGoesThereAndBack() {
        try (var scope = MemoryScope.open("test")) {
            Tensor x = Tensors.arange(24).reshape(2, 3, 4).to(DType.F32);
            Tensor there = on(x);
            assertThat(there.device()).isEqualTo(Device.cuda(0));
            assertThat(on(there)).isSameAs(there);
            assertThat(there.transpose(0, 2).cpu().toFloatArray())
                    .isEqualTo(x.transpose(0, 2).toFloatArray());
            assertThat(there.get(1, 2, 3)).isEqualTo(23);
        }
    }

    @Test
    void aNumberOnTheHostGoesAlongAndAnythingElseIsRefused() {
        try (var scope = MemoryScope.open("test")) {
            Tensor x = on(Tensors.ones(3));
            assertThat(x.add(Tensors.scalar(2)).cpu().toFloatArray()).containsExactly(3, 3, 3);
            assertThatThrownBy(() -> x.add(Tensors.ones(3)))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("F32[3]", "cuda:0", "cpu", "to(device)");
            assertThatThrownBy(() -> x.add_(Tensors.ones(3))).isInstanceOf(DeviceException.class);
            assertThat(x.copy_(Tensors.full(DType.F32, 7, 3)).cpu().toFloatArray())
                    .containsExactly(7, 7, 7);
        }
    }

    /** As on the CPU, but at the next wait; the device goes on. */
    @Test
    void anIndexOutOfRangeIsAnErrorThatNamesIt() {
        try (var scope = MemoryScope.open("test")) {
            Tensor x = Tensors.arange(6).reshape(2, 3);
            Tensor index = Tensors.of(0, 5, 1);
            Throwable onHost = catchThrowable(() -> x.indexSelect(1, index));
            assertThat(onHost).isInstanceOf(IndexOutOfBoundsException.class);
            Tensor there = on(x);
            Tensor indexThere = on(index);
            assertThatThrownBy(() -> there.indexSelect(1, indexThere).toLongArray())
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage(onHost.getMessage());
            assertThat(there.sum().itemLong()).isEqualTo(15);
        }
    }

    @Test
    void anIntegerDividedByZeroIsAnErrorThatNamesTheOperation() {
        try (var scope = MemoryScope.open("test")) {
            Tensor x = Tensors.of(7, 8);
            Tensor zero = Tensors.of(1, 0);
            Throwable onHost = catchThrowable(() -> x.floorDivide(zero));
            Tensor there = on(x);
            Tensor zeroThere = on(zero);
            assertThatThrownBy(() -> there.floorDivide(zeroThere).toLongArray())
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessage(onHost.getMessage());
        }
    }

    @Test
    void whatDoesNotFitNamesTheLargestHoldersAndTheProgramGoesOn() {
        Allocator memory = Allocators.of(Device.cuda(0));
        long limit = memory.limit();
        try (var scope = MemoryScope.open("weights")) {
            Tensor held = on(Tensors.zeros(DType.F32, 1 << 18));
            Allocators.collect();
            memory.trim();
            memory.limit(memory.stats().systemBytes() + (1 << 16));
            assertThatThrownBy(() -> held.add(1))
                    .isInstanceOf(OutOfNativeMemoryException.class)
                    .hasMessageContainingAll("cuda:0", "1.0 MiB", "weights", "gatun.cuda.memory.limit");
            assertThat(held.sum().item()).isZero();
            memory.limit(limit);
            assertThatThrownBy(() -> Tensors.zeros(DType.I64, Shape.of(1L << 50), Device.cuda(0)))
                    .isInstanceOf(OutOfNativeMemoryException.class)
                    .hasMessageContaining("no limit but the GPU's memory");
        } finally {
            memory.limit(limit);
        }
    }

    /** The driver's own lack of memory: caches are given back and the allocation is tried again. */
    @Test
    void anAllocationThatTheDriverRefusesOnceIsTriedAgain() {
        assumeFalse(StandInDriver.onGpu(), "a GPU fails when it likes");
        try (var scope = MemoryScope.open("test")) {
            Tensor x = on(Tensors.ones(100));
            StandInDriver.set("fail.allocation", 1);
            assertThat(x.add(1).sum().item()).isEqualTo(200);
        }
    }

    /** Each thread has a stream; the stand-in delays them at random, so that a missing wait shows. */
    @Test
    void threadsShareATensorInOrder() throws Exception {
        if (!StandInDriver.onGpu()) {
            StandInDriver.set("delay", 300);
            StandInDriver.set("delay.every", 3);
        }
        try (var threads = Executors.newFixedThreadPool(3);
                Tensor x = unscoped(on(Tensors.zeros(DType.F32, 1000)))) {
            for (int round = 1; round <= 10; round++) {
                x.add_(1);
                List<Future<Double>> sums = new ArrayList<>();
                for (int t = 0; t < 3; t++) {
                    Callable<Double> sum = () -> {
                        try (var scope = MemoryScope.open("reader")) {
                            return x.mul(2).sum().item();
                        }
                    };
                    sums.add(threads.submit(sum));
                }
                for (Future<Double> sum : sums) {
                    assertThat(sum.get()).isEqualTo(2000.0 * round);
                }
            }
        } finally {
            if (!StandInDriver.onGpu()) {
                StandInDriver.set("delay", 0);
            }
        }
    }

    /** Closing gives the memory back after the work that is in flight, on whatever thread. */
    @Test
    void aTensorThatIsClosedWhileWorkIsInFlightIsStillRead() throws Exception {
        try (Tensor x = unscoped(on(Tensors.ones(1 << 12)))) {
            Tensor doubled = unscoped(MemoryScope.tidy(() -> x.mul(2)));
            Tensor sum = unscoped(MemoryScope.tidy(() -> doubled.sum()));
            Thread closer = Thread.ofPlatform().start(doubled::close);
            closer.join();
            try (sum;
                    Tensor other = unscoped(MemoryScope.tidy(() -> x.mul(3)))) {
                assertThat(sum.item()).isEqualTo(2 << 12);
                assertThat(other.get(5)).isEqualTo(3);
            }
        }
    }

    private static Tensor unscoped(Tensor x) {
        x.unscope();
        return x;
    }

    @Test
    void aKernelThatDoesNotCompileShowsItsLine() {
        CudaDevice gpu = CudaDevice.of(Device.cuda(0));
        assertThatThrownBy(() -> gpu.kernel("broken", "broken", () -> """
                        #include "numbers.cuh"
                        extern "C" __global__ void broken(const float* x) {
                            undeclared = *x;
                        }
                        """))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("program.cu", "3", "undeclared = *x;");
    }

    /** A number that changes with every use, as a rate of learning does, is not compiled every time. */
    @Test
    void aRegionWithEverNewConstantsHasFewPrograms() {
        CudaDevice gpu = CudaDevice.of(Device.cuda(0));
        try (var scope = MemoryScope.open("test")) {
            for (DType dtype : List.of(DType.F64, DType.BF16, DType.I64)) {
                Tensor x = Tensors.arange(6).to(dtype).reshape(2, 3);
                Tensor there = on(x);
                int before = gpu.kernels().programs().size();
                for (int i = 0; i < 12; i++) {
                    long number = i;
                    var region =
                            Elementwise.region(z -> z.mul(number).sub(z.mul(z)).add(number + 1));
                    assertThat(region.apply(there).cpu().toDoubleArray())
                            .as("%s with %d", dtype, number)
                            .isEqualTo(region.apply(x).toDoubleArray());
                    assertThat(region.apply(there.transpose(0, 1)).cpu().toDoubleArray())
                            .as("%s with %d, across", dtype, number)
                            .isEqualTo(region.apply(x.transpose(0, 1)).toDoubleArray());
                }
                // And one for each layout in which the constants are operands; copies may have one too.
                assertThat(gpu.kernels().programs().size() - before).isLessThanOrEqualTo(VaryingConstants.MOST + 3);
            }
        }
    }

    @Test
    void aDamagedKernelInTheCacheIsMadeAnew() throws IOException {
        CudaDevice gpu = CudaDevice.of(Device.cuda(0));
        String program = "extern \"C\" __global__ void cached(const long long a) {}\n// " + System.nanoTime();
        KernelCache cache = new KernelCache("sm_90", CudaDriver::loadModule);
        assertThat(cache.kernel("cached", "cached", () -> program).function()).isNotZero();
        // Not the newest file of the folder, to which other JVMs write too.
        Path file = Objects.requireNonNull(cache.file(KernelText.expand(program)));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        gpu.enter();
        assertThat(new KernelCache("sm_90", CudaDriver::loadModule)
                        .kernel("cached", "cached", () -> program)
                        .function())
                .isNotZero();
        assertThat(Files.readAllBytes(file)).isNotEqualTo(bytes);
    }

    /** A GPU that is newer than the compiler gets PTX, one that is too old for it an error that says so. */
    @Test
    void aGpuThatTheCompilerDoesNotKnow() {
        assumeFalse(StandInDriver.onGpu(), "its compiler knows it");
        CudaDevice.of(Device.cuda(0)).enter();
        String program = "extern \"C\" __global__ void later(const long long a) {}\n";
        assertThat(new KernelCache("sm_91", CudaDriver::loadModule)
                        .kernel("later", "later", () -> program)
                        .function())
                .isNotZero();
        assertThatThrownBy(
                        () -> new KernelCache("sm_61", CudaDriver::loadModule).kernel("later", "later", () -> program))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("sm_61", "13.0", "sm_75", "older CUDA");
    }

    /** Kernels take memory beside the pool, in which the tensors that were freed may hold all there is. */
    @Test
    void aKernelThatFindsNoMemoryIsLoadedOnceCachesAreGivenBack() {
        assumeFalse(StandInDriver.onGpu(), "a GPU fails when it likes");
        StandInDriver.set("fail.load", 1);
        String program = "extern \"C\" __global__ void roomy(const long long a) {}\n";
        assertThat(CudaDevice.of(Device.cuda(0))
                        .kernel("roomy", "roomy", () -> program)
                        .function())
                .isNotZero();
        assertThat(StandInDriver.get("fail.load")).isZero();
    }

    @Test
    void aDeviceThatIsNotThereIsOneClearError() {
        assertThatThrownBy(() -> Device.cuda(99))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("no GPU 99");
        assertThatThrownBy(() -> Device.cuda(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Device.available()).contains(Device.cuda(0));
    }

    /** A number of the program goes to the GPU without a copy, for which the host would have to wait. */
    @Test
    void numbersAreSetWithoutACopyInEveryDtype() {
        try (var scope = MemoryScope.open("test")) {
            Device gpu = Device.cuda(0);
            long before = StandInDriver.onGpu() ? 0 : StandInDriver.get("copies");
            List<ConcreteTensor> numbers = new ArrayList<>();
            for (DType dtype : DType.values()) {
                numbers.add(ConcreteTensor.scalar(dtype, 1.0, gpu));
            }
            numbers.add(ConcreteTensor.scalar(DType.I64, Long.MIN_VALUE + 12345, gpu));
            numbers.add(ConcreteTensor.scalar(DType.F64, -Math.PI, gpu));
            numbers.add(ConcreteTensor.scalar(DType.I8, -7.0, gpu));
            if (!StandInDriver.onGpu()) {
                assertThat(StandInDriver.get("copies")).isEqualTo(before);
            }
            int last = numbers.size() - 3;
            assertThat(numbers.subList(0, last)).allMatch(x -> x.item() == 1);
            assertThat(numbers.get(last).itemLong()).isEqualTo(Long.MIN_VALUE + 12345);
            assertThat(numbers.get(last + 1).item()).isEqualTo(-Math.PI);
            assertThat(numbers.get(last + 2).item()).isEqualTo(-7);
        }
    }

    /** A signalling NaN is one still: copies move bits. */
    @Test
    void aCopyOfAViewKeepsEveryBit() {
        try (var scope = MemoryScope.open("test")) {
            for (DType dtype : List.of(DType.BF16, DType.F16)) {
                short[] bits = {0x7f81, (short) 0xff81, 0x7c01, (short) 0xfd55, 1, (short) 0x8000};
                Tensor x = Tensors.fromSegment(MemorySegment.ofArray(bits), dtype, Shape.of(2, 3));
                Tensor back = on(x).t().contiguous().t().contiguous().cpu();
                assertThat(back.concrete().segment().toArray(ValueLayout.JAVA_SHORT))
                        .containsExactly(bits);
            }
        }
    }

    @Test
    void emptyTensorsAndScalarsNeedNoMemoryOfTheirOwn() {
        try (var scope = MemoryScope.open("test")) {
            Tensor empty = on(Tensors.zeros(DType.F32, 0, 3));
            assertThat(empty.add(1).shape()).isEqualTo(Shape.of(0, 3));
            assertThat(empty.sum().item()).isZero();
            ConcreteTensor scalar = ConcreteTensor.scalar(DType.BF16, 1.5, Device.cuda(0));
            assertThat(scalar.item()).isEqualTo(1.5);
        }
    }
}
