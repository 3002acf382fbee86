package org.gatun.tensor.cuda.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The stand-in driver's streams, events, stream-ordered memory, graphs and injected faults. */
class StandInStreamsTest {
    private static final String ADD_ONE = "extern \"C\" __global__ void addOne(float* x) { x[threadIdx.x] += 1; }";

    private static final MethodHandle PASS = pass();

    private StandInSession cuda;
    private CountDownLatch gate = new CountDownLatch(1);

    @BeforeEach
    void open() {
        cuda = new StandInSession();
    }

    @AfterEach
    void close() {
        gate.countDown();
        cuda.close();
    }

    private static MethodHandle pass() {
        try {
            MethodType type = MethodType.methodType(void.class, CountDownLatch.class, MemorySegment.class);
            return MethodHandles.lookup().findStatic(StandInStreamsTest.class, "pass", type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // called from native code
    private static void pass(CountDownLatch gate, MemorySegment ignored) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the stream is given from now on waits until the gate is opened, however long that takes. */
    private void hold(MemorySegment stream) {
        MemorySegment function = Linker.nativeLinker()
                .upcallStub(PASS.bindTo(gate), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS), Arena.global());
        cuda.check("cuLaunchHostFunc", stream, function, MemorySegment.NULL);
    }

    /** Lets through what waits, and shuts the gate for what is held afterwards. */
    private void letThrough() {
        gate.countDown();
        gate = new CountDownLatch(1);
    }

    private static float first(MemorySegment memory) {
        return memory.get(ValueLayout.JAVA_FLOAT, 0);
    }

    @Test
    void copiesToPinnedMemoryArriveOnlyAfterAWait() {
        long x = cuda.upload(1f);
        MemorySegment stream = cuda.stream();
        MemorySegment pinned = cuda.pinned(4);
        pinned.set(ValueLayout.JAVA_FLOAT, 0, 5f);
        hold(stream);
        cuda.check("cuMemcpyDtoHAsync_v2", pinned, x, 4L, stream);
        assertThat(first(pinned)).isEqualTo(5f);
        assertThat(cuda.call("cuStreamQuery", stream)).isEqualTo(StandInSession.NOT_READY);
        letThrough();
        cuda.check("cuStreamSynchronize", stream);
        assertThat(first(pinned)).isEqualTo(1f);
        // From pinned memory the bytes are read when the copy runs; from pageable memory at the call.
        MemorySegment pageable = cuda.arena.allocateFrom(ValueLayout.JAVA_FLOAT, 7f);
        hold(stream);
        cuda.check("cuMemcpyHtoDAsync_v2", x, pageable, 4L, stream);
        pageable.set(ValueLayout.JAVA_FLOAT, 0, 8f);
        letThrough();
        cuda.check("cuStreamSynchronize", stream);
        assertThat(cuda.download(x, 1)).containsExactly(7f);
        hold(stream);
        cuda.check("cuMemcpyHtoDAsync_v2", x, pinned, 4L, stream);
        pinned.set(ValueLayout.JAVA_FLOAT, 0, 9f);
        letThrough();
        cuda.check("cuStreamSynchronize", stream);
        assertThat(cuda.download(x, 1)).containsExactly(9f);
        cuda.check("cuMemFreeHost", pinned);
        cuda.check("cuStreamDestroy_v2", stream);
    }

    /** The status that a wait or a query of an event or a stream gives says that all before it is done: at once. */
    @Test
    void aStreamIsReadyWhenItWasWaitedFor() {
        MemorySegment own = cuda.stream();
        isReadyWhenWaitedFor(own);
        isReadyWhenWaitedFor(MemorySegment.NULL); // the default stream, which also keeps marks of its own
        cuda.check("cuStreamDestroy_v2", own);
    }

    private void isReadyWhenWaitedFor(MemorySegment stream) {
        MemorySegment event = cuda.event();
        for (int i = 0; i < 2000; i++) {
            cuda.check("cuEventRecord", event, stream);
            cuda.check("cuStreamSynchronize", stream);
            assertThat(cuda.call("cuStreamQuery", stream)).as("round %d", i).isZero();
            assertThat(cuda.call("cuEventQuery", event)).as("round %d", i).isZero();

            cuda.check("cuEventRecord", event, stream);
            cuda.check("cuEventSynchronize", event);
            assertThat(cuda.call("cuStreamQuery", stream)).as("round %d", i).isZero();

            cuda.check("cuEventRecord", event, stream);
            while (cuda.call("cuStreamQuery", stream) == StandInSession.NOT_READY) {
                Thread.onSpinWait();
            }
            assertThat(cuda.call("cuEventQuery", event)).as("round %d", i).isZero();
        }
        cuda.check("cuEventDestroy_v2", event);
    }

    /** One stream writes 1, another reads it with or without waiting for the event. */
    private float handOver(boolean wait) {
        long x = cuda.upload(0f);
        long y = cuda.upload(0f);
        MemorySegment writer = cuda.stream();
        MemorySegment reader = cuda.stream();
        MemorySegment event = cuda.event();
        MemorySegment addOne = cuda.kernel(ADD_ONE, "addOne");
        hold(writer);
        assertThat(cuda.launch(addOne, 1, 1, 0, writer, x)).isZero();
        cuda.check("cuEventRecord", event, writer);
        if (wait) {
            cuda.check("cuStreamWaitEvent", reader, event, 0);
        }
        cuda.check("cuMemcpyDtoDAsync_v2", y, x, 4L, reader);
        if (wait) {
            assertThat(cuda.call("cuStreamQuery", reader)).isEqualTo(StandInSession.NOT_READY);
            letThrough();
        }
        cuda.check("cuStreamSynchronize", reader);
        letThrough();
        float result = cuda.download(y, 1)[0];
        cuda.check("cuEventSynchronize", event);
        cuda.check("cuEventDestroy_v2", event);
        cuda.check("cuStreamDestroy_v2", writer);
        cuda.check("cuStreamDestroy_v2", reader);
        return result;
    }

    @Test
    void aMissingWaitBetweenStreamsGivesAWrongResult() {
        assertThat(handOver(true)).isEqualTo(1f);
        assertThat(handOver(false)).isEqualTo(0f);
    }

    @Test
    void eventsTellTime() throws InterruptedException {
        MemorySegment stream = cuda.stream();
        MemorySegment start = cuda.event();
        MemorySegment end = cuda.event();
        long before = System.nanoTime();
        cuda.check("cuEventRecord", start, stream);
        cuda.check("cuEventSynchronize", start);
        hold(stream);
        cuda.check("cuEventRecord", end, stream);
        assertThat(cuda.call("cuEventQuery", end)).isEqualTo(StandInSession.NOT_READY);
        long inside = System.nanoTime();
        Thread.sleep(20);
        float least = (System.nanoTime() - inside) / 1e6f;
        letThrough();
        cuda.check("cuEventSynchronize", end);
        MemorySegment time = cuda.cell();
        cuda.check("cuEventElapsedTime_v2", time, start, end);
        float most = (System.nanoTime() - before) / 1e6f;
        assertThat(first(time)).isBetween(least * 0.99f, most * 1.01f);
        cuda.check("cuEventDestroy_v2", start);
        cuda.check("cuEventDestroy_v2", end);
        cuda.check("cuStreamDestroy_v2", stream);
    }

    private long allocateAsync(MemorySegment stream, long bytes) {
        MemorySegment out = cuda.cell();
        cuda.check("cuMemAllocAsync", out, bytes, stream);
        return out.get(ValueLayout.JAVA_LONG, 0);
    }

    @Test
    void memoryFollowsTheOrderOfItsStream() {
        MemorySegment owner = cuda.stream();
        MemorySegment other = cuda.stream();
        MemorySegment addOne = cuda.kernel(ADD_ONE, "addOne");
        long x = allocateAsync(owner, 64);
        cuda.check("cuMemsetD32Async", x, 0x3f800000, 16L, owner);
        assertThat(cuda.launch(addOne, 1, 16, 0, owner, x)).isZero();
        MemorySegment result = cuda.pinned(4);
        cuda.check("cuMemcpyDtoHAsync_v2", result, x, 4L, owner);
        cuda.check("cuMemFreeAsync", x, owner);
        cuda.check("cuStreamSynchronize", owner);
        assertThat(first(result)).isEqualTo(2f);
        assertThat(cuda.call("cuMemFreeAsync", x, owner)).isEqualTo(StandInSession.INVALID_VALUE);
        cuda.check("cuMemFreeHost", result);

        // Used by another stream before its place in the owner's order.
        hold(owner);
        long early = allocateAsync(owner, 64);
        assertThat(cuda.launch(addOne, 1, 1, 0, other, early)).isZero();
        assertThat(cuda.call("cuStreamSynchronize", other)).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
        assertThat(StandInDriver.violations()).contains("kernel 'addOne'", "place in its stream's order has not come");
        letThrough();
        StandInDriver.reset();
        cuda.check("cuMemFreeAsync", early, owner);

        // Used after its free.
        long late = allocateAsync(owner, 64);
        cuda.check("cuMemFreeAsync", late, owner);
        cuda.launch(addOne, 1, 1, 0, owner, late);
        assertThat(cuda.call("cuStreamSynchronize", owner)).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
        assertThat(StandInDriver.violations()).contains("which was freed");
        StandInDriver.reset();
        cuda.check("cuStreamDestroy_v2", owner);
        cuda.check("cuStreamDestroy_v2", other);
        assertThat(StandInDriver.get("live.allocations")).isZero();
    }

    private long poolAttribute(MemorySegment pool, int attribute) {
        MemorySegment value = cuda.cell();
        cuda.check("cuMemPoolGetAttribute", pool, attribute, value);
        return value.get(ValueLayout.JAVA_LONG, 0);
    }

    @Test
    void poolsCountAndKeepWhatTheyHold() {
        StandInDriver.set("memory.total", 1 << 20);
        MemorySegment cell = cuda.cell();
        cuda.check("cuDeviceGetDefaultMemPool", cell, 0);
        MemorySegment pool = StandInSession.pointer(cell);
        cuda.check("cuMemPoolTrimTo", pool, 0L);
        MemorySegment threshold = cuda.cell();
        threshold.set(ValueLayout.JAVA_LONG, 0, -1);
        cuda.check("cuMemPoolSetAttribute", pool, 4, threshold);
        MemorySegment stream = cuda.stream();
        long a = allocateAsync(stream, 600_000);
        assertThat(cuda.call("cuMemAllocAsync", cell, 600_000L, stream)).isEqualTo(StandInSession.OUT_OF_MEMORY);
        cuda.check("cuMemFreeAsync", a, stream);
        cuda.check("cuStreamSynchronize", stream);
        assertThat(poolAttribute(pool, 7)).isZero();
        assertThat(poolAttribute(pool, 5)).isEqualTo(600_000);
        MemorySegment free = cuda.cell();
        cuda.check("cuMemGetInfo_v2", free, cell);
        assertThat(free.get(ValueLayout.JAVA_LONG, 0)).isEqualTo((1 << 20) - 600_000);
        assertThat(cuda.call("cuMemAlloc_v2", cell, 600_000L)).isEqualTo(StandInSession.OUT_OF_MEMORY);
        cuda.check("cuMemPoolTrimTo", pool, 0L);
        cuda.allocate(600_000);
        threshold.set(ValueLayout.JAVA_LONG, 0, 0);
        cuda.check("cuMemPoolSetAttribute", pool, 4, threshold);
        cuda.check("cuStreamDestroy_v2", stream);
    }

    private MemorySegment capture(MemorySegment stream, Runnable work) {
        cuda.check("cuStreamBeginCapture_v2", stream, 0);
        work.run();
        MemorySegment graph = cuda.cell();
        cuda.check("cuStreamEndCapture", stream, graph);
        return StandInSession.pointer(graph);
    }

    @Test
    void aCapturedGraphRunsWithNewValuesEachTime() {
        long x = cuda.upload(0f, 0f);
        long y = cuda.upload(0f, 0f);
        MemorySegment stream = cuda.stream();
        MemorySegment branch = cuda.stream();
        MemorySegment addOne = cuda.kernel(ADD_ONE, "addOne");
        MemorySegment fork = cuda.event();
        MemorySegment join = cuda.event();
        MemorySegment graph = capture(stream, () -> {
            assertThat(cuda.launch(addOne, 1, 2, 0, stream, x)).isZero();
            cuda.check("cuEventRecord", fork, stream);
            cuda.check("cuStreamWaitEvent", branch, fork, 0);
            assertThat(cuda.launch(addOne, 1, 1, 0, branch, y)).isZero();
            cuda.check("cuEventRecord", join, branch);
            assertThat(cuda.launch(addOne, 1, 2, 0, stream, x)).isZero();
            cuda.check("cuStreamWaitEvent", stream, join, 0);
            cuda.check("cuMemcpyDtoDAsync_v2", y + 4, x, 4L, stream);
        });
        assertThat(cuda.download(x, 1)).containsExactly(0f);
        MemorySegment count = cuda.cell();
        cuda.check("cuGraphGetNodes", graph, MemorySegment.NULL, count);
        assertThat(count.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(4);
        MemorySegment exec = cuda.cell();
        cuda.check("cuGraphInstantiateWithFlags", exec, graph, 0L);
        for (int i = 1; i <= 3; i++) {
            cuda.check("cuGraphLaunch", StandInSession.pointer(exec), stream);
            cuda.check("cuStreamSynchronize", stream);
            assertThat(cuda.download(x, 2)).containsExactly(2f * i, 2f * i);
            assertThat(cuda.download(y, 2)).containsExactly(i, 2f * i);
        }
        // The same shape with another target: an update; another shape: refused.
        MemorySegment info = cuda.arena.allocate(24, 8);
        MemorySegment same = capture(stream, () -> cuda.launch(addOne, 1, 1, 0, stream, y));
        assertThat(cuda.call("cuGraphExecUpdate_v2", StandInSession.pointer(exec), same, info))
                .isEqualTo(910);
        cuda.check("cuGraphDestroy", same);
        cuda.check("cuGraphDestroy", graph);
        cuda.check("cuGraphExecDestroy", StandInSession.pointer(exec));
        for (MemorySegment event : new MemorySegment[] {fork, join}) {
            cuda.check("cuEventDestroy_v2", event);
        }
        cuda.check("cuStreamDestroy_v2", stream);
        cuda.check("cuStreamDestroy_v2", branch);
        assertThat(StandInDriver.get("live.graphs")).isZero();
    }

    @Test
    void whatCannotBeCapturedSpoilsTheCapture() {
        MemorySegment stream = cuda.stream();
        MemorySegment graph = cuda.cell();
        cuda.check("cuStreamBeginCapture_v2", stream, 0);
        assertThat(cuda.call("cuStreamSynchronize", stream)).isEqualTo(900);
        assertThat(cuda.call("cuStreamEndCapture", stream, graph)).isEqualTo(901);
        cuda.check("cuStreamBeginCapture_v2", stream, 0);
        assertThat(cuda.call("cuMemAlloc_v2", cuda.cell(), 64L)).isEqualTo(900);
        MemorySegment status = cuda.cell();
        cuda.check("cuStreamIsCapturing", stream, status);
        assertThat(status.get(ValueLayout.JAVA_INT, 0)).isEqualTo(2);
        assertThat(cuda.call("cuStreamEndCapture", stream, graph)).isEqualTo(901);
        cuda.check("cuStreamIsCapturing", stream, status);
        assertThat(status.get(ValueLayout.JAVA_INT, 0)).isZero();
        cuda.check("cuStreamDestroy_v2", stream);
    }

    @Test
    void memoryAllocatedInAGraphLivesInItsRuns() {
        long x = cuda.upload(3f);
        MemorySegment stream = cuda.stream();
        MemorySegment addOne = cuda.kernel(ADD_ONE, "addOne");
        MemorySegment graph = capture(stream, () -> {
            long t = allocateAsync(stream, 4);
            cuda.check("cuMemcpyDtoDAsync_v2", t, x, 4L, stream);
            cuda.launch(addOne, 1, 1, 0, stream, t);
            cuda.check("cuMemcpyDtoDAsync_v2", x, t, 4L, stream);
            cuda.check("cuMemFreeAsync", t, stream);
        });
        MemorySegment exec = cuda.cell();
        cuda.check("cuGraphInstantiateWithFlags", exec, graph, 0L);
        cuda.check("cuGraphDestroy", graph);
        for (int i = 1; i <= 2; i++) {
            cuda.check("cuGraphLaunch", StandInSession.pointer(exec), stream);
            cuda.check("cuStreamSynchronize", stream);
            assertThat(cuda.download(x, 1)).containsExactly(3f + i);
        }
        cuda.check("cuGraphExecDestroy", StandInSession.pointer(exec));
        cuda.check("cuStreamDestroy_v2", stream);
        cuda.free(x);
        assertThat(StandInDriver.get("live.allocations")).isZero();
    }

    @Test
    void faultsComeWhereTheTestWantsThem() {
        MemorySegment cell = cuda.cell();
        StandInDriver.set("fail.allocation", 2);
        cuda.free(cuda.allocate(64));
        assertThat(cuda.call("cuMemAlloc_v2", cell, 64L)).isEqualTo(StandInSession.OUT_OF_MEMORY);
        cuda.free(cuda.allocate(64));

        MemorySegment none = cuda.kernel("extern \"C\" __global__ void none() {}", "none");
        StandInDriver.set("fail.launch", 1);
        assertThat(cuda.launch(none, 1, 1, 0, MemorySegment.NULL)).isEqualTo(StandInSession.LAUNCH_OUT_OF_RESOURCES);
        assertThat(cuda.launch(none, 1, 1, 0, MemorySegment.NULL)).isZero();

        StandInDriver.set("fault.launch", 1);
        assertThat(cuda.run(none, 1, 1, 0)).isEqualTo(StandInSession.LAUNCH_FAILED);
        assertThat(StandInDriver.violations()).contains("kernel 'none'", "as the test asked");
        StandInDriver.reset();

        StandInDriver.set("lose.device", 3);
        cuda.check("cuMemGetInfo_v2", cell, cell);
        cuda.check("cuMemGetInfo_v2", cell, cell);
        assertThat(cuda.call("cuMemGetInfo_v2", cell, cell)).isEqualTo(214);
        assertThat(cuda.call("cuCtxSynchronize")).isEqualTo(214);
        StandInDriver.reset();

        StandInDriver.set("driver.version", 12020);
        cuda.check("cuDriverGetVersion", cell);
        assertThat(cell.get(ValueLayout.JAVA_INT, 0)).isEqualTo(12020);
        StandInDriver.set("devices", 0);
        assertThat(cuda.call("cuInit", 0)).isEqualTo(100);
    }

    @Test
    void errorsHaveNamesAndTexts() {
        MemorySegment text = cuda.cell();
        cuda.check("cuGetErrorName", 700, text);
        assertThat(StandInSession.pointer(text).reinterpret(100).getString(0)).isEqualTo("CUDA_ERROR_ILLEGAL_ADDRESS");
        cuda.check("cuGetErrorString", 2, text);
        assertThat(StandInSession.pointer(text).reinterpret(100).getString(0)).isEqualTo("out of memory");
    }

    @Test
    void memoryOfAnotherDeviceIsRefused() {
        StandInDriver.set("devices", 2);
        MemorySegment count = cuda.cell();
        cuda.check("cuDeviceGetCount", count);
        assertThat(count.get(ValueLayout.JAVA_INT, 0)).isEqualTo(2);
        MemorySegment contexts = cuda.arena.allocate(16, 8);
        cuda.check("cuCtxGetCurrent", contexts);
        cuda.check("cuDevicePrimaryCtxRetain", contexts.asSlice(8), 1);
        cuda.check("cuCtxSetCurrent", contexts.getAtIndex(ValueLayout.ADDRESS, 1));
        long x = cuda.upload(1f);
        cuda.check("cuCtxSetCurrent", contexts.getAtIndex(ValueLayout.ADDRESS, 0));
        MemorySegment addOne = cuda.kernel(ADD_ONE, "addOne");
        assertThat(cuda.run(addOne, 1, 1, 0, x)).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
        assertThat(StandInDriver.violations()).contains("kernel 'addOne', parameter 0", "belongs to device 1");
        StandInDriver.reset();
        StandInDriver.set("devices", 2);
        cuda.check("cuDevicePrimaryCtxRelease_v2", 1);
    }

    @Test
    void threadsLaunchAtTheSameTime() throws InterruptedException {
        MemorySegment addOne = cuda.kernel(ADD_ONE, "addOne");
        MemorySegment context = cuda.cell();
        cuda.check("cuCtxGetCurrent", context);
        float[] results = new float[4];
        Thread[] threads = new Thread[results.length];
        for (int t = 0; t < threads.length; t++) {
            int own = t;
            long x = cuda.upload(own);
            MemorySegment stream = cuda.stream();
            threads[t] = Thread.ofPlatform().start(() -> {
                cuda.check("cuCtxSetCurrent", StandInSession.pointer(context));
                for (int i = 0; i < 200; i++) {
                    long scratch = allocateAsync(stream, 4);
                    cuda.check("cuMemcpyDtoDAsync_v2", scratch, x, 4L, stream);
                    assertThat(cuda.launch(addOne, 1, 1, 0, stream, scratch)).isZero();
                    cuda.check("cuMemcpyDtoDAsync_v2", x, scratch, 4L, stream);
                    cuda.check("cuMemFreeAsync", scratch, stream);
                }
                MemorySegment result = cuda.arena.allocate(4, 4);
                cuda.check("cuMemcpyDtoHAsync_v2", result, x, 4L, stream);
                results[own] = first(result);
                cuda.check("cuStreamDestroy_v2", stream);
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(results).containsExactly(200f, 201f, 202f, 203f);
    }

    @Test
    void javasOwnFaultsStayJavas() {
        int zero = results().length;
        assertThatThrownBy(() -> Math.addExact(1, 1 / zero)).isInstanceOf(ArithmeticException.class);
        int[] none = zero == 0 ? null : results();
        for (int i = 0; i < 20_000; i++) { // compiled, a null is met as a fault of the memory
            assertThatLength(none);
        }
    }

    private static int[] results() {
        return new int[0];
    }

    private static void assertThatLength(int[] array) {
        try {
            assertThat(array[0]).isNegative();
        } catch (NullPointerException expected) {
            return;
        }
        throw new AssertionError("a null array was read");
    }
}
