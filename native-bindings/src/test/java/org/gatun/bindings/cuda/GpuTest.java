package org.gatun.bindings.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.gatun.bindings.CudaInstallation;
import org.gatun.bindings.Memory;
import org.gatun.bindings.NativeLibraries;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The wrappers on a GPU, where there is one. */
class GpuTest {

    private static final String SOURCE = """
        extern "C" __global__ void axpy(float *y, const float *x, float a, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) y[i] = a * x[i] + y[i];
        }
        """;
    private static final int N = 1000;

    private int device;
    private long stream;
    private long x;
    private long y;

    @BeforeEach
    void start() {
        CudaInstallation installation = NativeLibraries.cuda();
        assumeTrue(installation.problem() == null, installation.problem());
        device = CudaDriver.device(0);
        CudaDriver.setContext(CudaDriver.retainPrimaryContext(device));
        stream = CudaStreams.create(0);
        x = CudaMemory.allocateAsync(4L * N, stream);
        y = CudaMemory.allocateAsync(4L * N, stream);
        write(x, 1);
        write(y, 1000);
    }

    @AfterEach
    void end() {
        if (stream != 0) {
            CudaMemory.freeAsync(x, stream);
            CudaMemory.freeAsync(y, stream);
            CudaStreams.synchronize(stream);
            CudaStreams.destroy(stream);
            CudaDriver.setContext(0);
            CudaDriver.releasePrimaryContext(device);
        }
    }

    /** Writes first, 2 first, 3 first and so on. */
    private void write(long target, float first) {
        try (var arena = Arena.ofConfined()) {
            var values = arena.allocate(JAVA_FLOAT, N);
            for (int i = 0; i < N; i++) {
                values.setAtIndex(JAVA_FLOAT, i, first * (i + 1));
            }
            CudaMemory.copyToDevice(values.address(), target, 4L * N, stream);
            CudaStreams.synchronize(stream);
        }
    }

    private float[] read(long source, int count) {
        long pinned = CudaMemory.allocateHost(4L * count);
        CudaMemory.copyToHost(source, pinned, 4L * count, stream);
        CudaStreams.synchronize(stream);
        var values = Memory.ALL.asSlice(pinned, 4L * count).toArray(JAVA_FLOAT);
        CudaMemory.freeHost(pinned);
        return values;
    }

    private static float[] multiples(float first) {
        var values = new float[N];
        for (int i = 0; i < N; i++) {
            values[i] = first * (i + 1);
        }
        return values;
    }

    private long load() {
        var architecture = NativeLibraries.cuda().gpus().getFirst().architecture();
        var options = List.of("--gpu-architecture=" + architecture);
        return CudaDriver.loadModule(
                Nvrtc.compile(SOURCE, "axpy.cu", Map.of(), options, List.of()).image());
    }

    private void axpy(long function, float a, long onStream) {
        var arguments = new KernelArguments().add(y).add(x).add(a).add(N);
        CudaDriver.launch(function, (N + 127) / 128, 1, 1, 128, 1, 1, 0, onStream, arguments);
    }

    @Test
    void theDeviceIsDescribed() {
        var gpu = NativeLibraries.cuda().gpus().getFirst();
        assertThat(gpu.name()).isNotBlank();
        assertThat(gpu.memory()).isGreaterThan(1L << 20);
        assertThat(CudaDriver.attribute(device, DeviceAttribute.WARP_SIZE)).isEqualTo(32);
        assertThat(CudaDriver.attribute(device, DeviceAttribute.MAX_THREADS_PER_BLOCK))
                .isEqualTo(1024);
        assertThat(CudaDriver.attribute(device, DeviceAttribute.MULTIPROCESSORS))
                .isPositive();
        assertThat(CudaDriver.uuid(device)).hasSize(32);
        assertThat(CudaDriver.context()).isNotZero();
        var capacity = CudaMemory.capacity();
        assertThat(capacity.free()).isBetween(1L, capacity.total());
    }

    @Test
    void copiesAndFills() {
        CudaMemory.copy(x, y, 4L * N, stream);
        assertThat(read(y, N)).containsExactly(multiples(1));
        CudaMemory.fill(y, Float.floatToRawIntBits(2.5f), N / 2, stream);
        CudaMemory.fill(y + 4, (byte) 0, 4, stream);
        CudaMemory.fill(y + 8, (short) 0x3f80, 2, stream);
        assertThat(read(y, 4)).containsExactly(2.5f, 0, Float.intBitsToFloat(0x3f803f80), 2.5f);
        assertThat(read(y, N)[N / 2]).isEqualTo(N / 2 + 1);
    }

    @Test
    void kernelsAreCompiledLoadedAndLaunched() {
        long module = load();
        long function = CudaDriver.function(module, "axpy");
        assertThat(CudaDriver.attribute(function, FunctionAttribute.MAX_THREADS_PER_BLOCK))
                .isBetween(128, 1024);
        assertThat(CudaDriver.attribute(function, FunctionAttribute.LOCAL_BYTES))
                .isZero();
        axpy(function, 2, stream);
        assertThat(read(y, N)).containsExactly(multiples(1002));
        assertThatThrownBy(() -> CudaDriver.function(module, "none"))
                .isInstanceOf(CudaException.class)
                .hasMessageStartingWith("cuModuleGetFunction failed: CUDA_ERROR_NOT_FOUND (500): ")
                .hasMessageEndingWith("kernel none");
        CudaDriver.unloadModule(module);
    }

    @Test
    void aStreamWaitsForAnothersEvent() {
        long module = load();
        long function = CudaDriver.function(module, "axpy");
        long other = CudaStreams.create(0);
        long event = CudaStreams.createEvent(false);
        long start = CudaStreams.createEvent(true);
        long end = CudaStreams.createEvent(true);
        CudaStreams.record(start, other);
        for (int i = 0; i < 100; i++) {
            axpy(function, 1, other);
            CudaStreams.record(event, other);
            CudaStreams.await(stream, event);
            axpy(function, -1, stream);
            CudaStreams.record(event, stream);
            CudaStreams.await(other, event);
        }
        CudaStreams.record(end, other);
        CudaStreams.synchronizeEvent(end);
        assertThat(CudaStreams.elapsed(start, end)).isPositive();
        assertThat(CudaStreams.eventDone(end)).isTrue();
        assertThat(CudaStreams.done(other)).isTrue();
        assertThat(read(y, N)).containsExactly(multiples(1000));
        for (long each : new long[] {event, start, end}) {
            CudaStreams.destroyEvent(each);
        }
        CudaStreams.destroy(other);
        CudaDriver.unloadModule(module);
    }

    @Test
    void theHostIsCalledAfterEarlierWork() {
        var called = new AtomicLong();
        var function = new HostFunction(called::set);
        CudaStreams.callHost(stream, function, 42);
        CudaStreams.synchronize(stream);
        assertThat(called.get()).isEqualTo(42);
    }

    @Test
    void aGraphIsCapturedLaunchedAndUpdated() {
        long module = load();
        long function = CudaDriver.function(module, "axpy");
        CudaGraphs.begin(stream, CudaGraphs.Scope.THREAD);
        axpy(function, 1, stream);
        axpy(function, 2, stream);
        assertThat(CudaGraphs.capture(stream)).isEqualTo(CudaGraphs.Capture.ACTIVE);
        long graph = CudaGraphs.end(stream);
        assertThat(CudaGraphs.capture(stream)).isEqualTo(CudaGraphs.Capture.NONE);
        assertThat(CudaGraphs.size(graph)).isEqualTo(2);
        assertThat(read(y, N)).as("captured work does not run").containsExactly(multiples(1000));
        long executable = CudaGraphs.instantiate(graph);
        CudaGraphs.destroy(graph);
        CudaGraphs.launch(executable, stream);
        CudaGraphs.launch(executable, stream);
        assertThat(read(y, N)).containsExactly(multiples(1006));

        CudaGraphs.begin(stream, CudaGraphs.Scope.THREAD);
        axpy(function, 10, stream);
        axpy(function, 20, stream);
        long similar = CudaGraphs.end(stream);
        assertThat(CudaGraphs.update(executable, similar)).isTrue();
        CudaGraphs.destroy(similar);
        CudaGraphs.launch(executable, stream);
        assertThat(read(y, N)).containsExactly(multiples(1036));

        CudaGraphs.begin(stream, CudaGraphs.Scope.THREAD);
        axpy(function, 1, stream);
        long other = CudaGraphs.end(stream);
        assertThat(CudaGraphs.update(executable, other)).isFalse();
        CudaGraphs.destroy(other);
        CudaGraphs.destroyExecutable(executable);
        CudaDriver.unloadModule(module);
    }

    @Test
    void tooMuchMemoryIsAnError() {
        var failure = catchThrowableOfType(CudaException.class, () -> CudaMemory.allocate(1L << 60));
        assertThat(failure).isNotNull();
        assertThat(failure.outOfMemory()).isTrue();
        assertThat(failure).hasMessageEndingWith((1L << 60) + " bytes were asked for");
        long pool = CudaMemory.defaultPool(device);
        CudaMemory.setPoolAttribute(pool, PoolAttribute.RELEASE_THRESHOLD, 1 << 20);
        assertThat(CudaMemory.poolAttribute(pool, PoolAttribute.RELEASE_THRESHOLD))
                .isEqualTo(1 << 20);
        assertThat(CudaMemory.poolAttribute(pool, PoolAttribute.USED)).isGreaterThanOrEqualTo(8L * N);
        CudaMemory.trimPool(pool, 0);
    }

    /** x as a matrix A of 2 by 3 in columns is (1 3 5; 2 4 6). */
    @Test
    void matricesAreMultiplied() {
        long handle = CuBlas.create();
        CuBlas.setStream(handle, stream);
        CuBlas.setMath(handle, CuBlas.MathMode.PEDANTIC);
        assertThat(CuBlas.version(handle)).isBetween(120000, 139999);
        CudaType f32 = CudaType.F32;
        // A A' = (35 44; 44 56)
        CuBlas.gemm(handle, CublasCompute.F32, false, true, 2, 2, 3, 1, x, f32, 2, x, f32, 2, 0, y, f32, 2);
        assertThat(read(y, 4)).containsExactly(35, 44, 44, 56);
        // A' (1 3; 2 4) of x's first four elements, added to twice what was there; three products of one A
        CudaMemory.fill(y, 0, N, stream);
        CuBlas.gemmBatched(
                handle, CublasCompute.F32, true, false, 3, 2, 2, 1, x, f32, 2, 0, x, f32, 2, 4, 2, y, f32, 3, 6, 2);
        // columns of the first B: (1 2), (3 4); of the second: (5 6), (7 8)
        assertThat(read(y, 12)).containsExactly(5, 11, 17, 11, 25, 39, 17, 39, 61, 23, 53, 83);
        CuBlas.destroy(handle);
    }

    @Test
    void aProductHasABiasAndARectifier() {
        long handle = CuBlasLt.create();
        long product = CuBlasLt.createProduct(CublasCompute.F32, true, false);
        CuBlasLt.setEpilogue(product, CuBlasLt.Epilogue.RELU_BIAS);
        int size = 16;
        long bytes = 4L * size * size;
        long a = CudaMemory.allocate(3 * bytes + 4L * size);
        long b = a + bytes;
        long d = b + bytes;
        long bias = d + bytes;
        CudaMemory.fill(a, Float.floatToRawIntBits(0.5f), (long) size * size, stream);
        CudaMemory.fill(b, Float.floatToRawIntBits(2f), (long) size * size, stream);
        CudaMemory.fill(bias, Float.floatToRawIntBits(-20f), 1, stream);
        CudaMemory.fill(bias + 4, Float.floatToRawIntBits(3f), size - 1L, stream);
        CuBlasLt.setBias(product, bias, CudaType.F32);
        long matrix = CuBlasLt.createMatrix(CudaType.F32, size, size, size, 1, 0);
        long workspace = CudaMemory.allocate(1 << 20);
        var algorithm = CuBlasLt.choose(handle, product, matrix, matrix, matrix, matrix, 1 << 20, 16);
        assertThat(algorithm).isNotNull();
        CuBlasLt.multiply(
                handle,
                CublasCompute.F32,
                product,
                1,
                a,
                matrix,
                b,
                matrix,
                0,
                d,
                matrix,
                d,
                matrix,
                algorithm,
                workspace,
                1 << 20,
                stream);
        // each sum is 16; a row's bias takes the first below zero
        var expected = new float[2 * size];
        Arrays.fill(expected, 19);
        expected[0] = 0;
        expected[size] = 0;
        assertThat(read(d, 2 * size)).containsExactly(expected);
        CuBlasLt.destroyMatrix(matrix);
        CuBlasLt.destroyProduct(product);
        CuBlasLt.destroy(handle);
        CudaMemory.free(workspace);
        CudaMemory.free(a);
    }

    @Test
    void aStructureIsPassedByValue() {
        var source = """
            struct Scale { float by; double plus; };
            extern "C" __global__ void scale(float *y, Scale scale) {
                y[threadIdx.x] = y[threadIdx.x] * scale.by + (float) scale.plus;
            }
            """;
        var architecture = NativeLibraries.cuda().gpus().getFirst().architecture();
        long module = CudaDriver.loadModule(
                Nvrtc.compile(source, "scale.cu", Map.of(), List.of("--gpu-architecture=" + architecture), List.of())
                        .image());
        try (var arena = Arena.ofConfined()) {
            MemorySegment scale = arena.allocate(16, 8);
            scale.set(JAVA_FLOAT, 0, 0.5f);
            scale.set(JAVA_DOUBLE, 8, 7);
            var arguments = new KernelArguments().add(y).add(scale, 8);
            CudaDriver.launch(CudaDriver.function(module, "scale"), 1, 1, 1, 2, 1, 1, 0, stream, arguments);
        }
        assertThat(read(y, 3)).containsExactly(507, 1007, 3000);
        CudaDriver.unloadModule(module);
    }
}
