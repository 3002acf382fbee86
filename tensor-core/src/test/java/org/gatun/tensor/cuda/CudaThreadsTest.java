package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.gatun.bindings.cuda.CudaDriver;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.memory.MemoryScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A GPU used by threads that come and go: their streams, their contexts, and faults that one's work has and another meets. */
class CudaThreadsTest {
    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void isSound() {
        StandInDriver.requireNoViolations();
    }

    private static Tensor unscoped(Tensor x) {
        x.unscope();
        return x;
    }

    /** A virtual thread goes on on another thread of the system, whose context may be none. */
    @Test
    void virtualThreadsMayChangeTheirCarriers() throws Exception {
        Thread thread;
        List<Object> sums = new CopyOnWriteArrayList<>();
        try (Tensor x = unscoped(Tensors.ones(16).to(Device.cuda(0)))) {
            thread = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 3; i++) {
                    try (var scope = MemoryScope.open("virtual")) {
                        sums.add(x.add(1).sum().item());
                    } catch (RuntimeException e) {
                        sums.add(e);
                    }
                    CudaDriver.setContext(0); // as on a carrier that has not used the GPU
                }
            });
            thread.join();
        }
        assertThat(sums).containsExactly(32.0, 32.0, 32.0);
    }

    /** A thread's stream and memory serve the next thread at once, not when the collector has come by. */
    @Test
    void threadsThatEndLeaveTheirStreamsToTheNext() throws Exception {
        assumeFalse(StandInDriver.onGpu(), "the stand-in counts streams");
        try (Tensor x = unscoped(Tensors.ones(16).to(Device.cuda(0)))) {
            long before = StandInDriver.get("live.streams");
            for (int t = 0; t < 20; t++) {
                Thread thread = Thread.ofPlatform().start(() -> {
                    try (var scope = MemoryScope.open("short")) {
                        x.add(1).sum().item();
                    }
                });
                thread.join();
            }
            assertThat(StandInDriver.get("live.streams") - before).isLessThanOrEqualTo(1);
        }
    }

    /** Who reads what another thread computed from an index out of range gets the error, and no made-up numbers. */
    @Test
    void aFaultReachesTheThreadThatReadsItsResult() throws Exception {
        try (Tensor x = unscoped(Tensors.arange(6).to(Device.cuda(0)));
                Tensor index = unscoped(Tensors.of(0, 7).to(Device.cuda(0)))) {
            Tensor[] found = new Tensor[2];
            Thread loader = Thread.ofPlatform().start(() -> found[0] = unscoped(x.indexSelect(0, index)));
            loader.join();
            Thread between = Thread.ofPlatform().start(() -> found[1] = unscoped(found[0].mul(2)));
            between.join();
            try (Tensor selected = found[0];
                    Tensor doubled = found[1]) {
                assertThatThrownBy(doubled::toLongArray)
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("7");
                assertThat(x.toLongArray()).containsExactly(0, 1, 2, 3, 4, 5);
                assertThat(selected.isClosed()).isFalse();
            }
        }
    }

    /** To wait for a stream that is being captured would spoil the capture. */
    @Test
    void aFaultIsReadBesideACapture() throws Exception {
        var capturing = new CountDownLatch(1);
        var read = new CountDownLatch(1);
        try (Tensor x = unscoped(Tensors.arange(6).to(Device.cuda(0)));
                Tensor index = unscoped(Tensors.of(0, 7).to(Device.cuda(0)))) {
            Tensor[] found = new Tensor[1];
            List<Object> sums = new CopyOnWriteArrayList<>();
            Thread thread = Thread.ofPlatform().start(() -> {
                try (var graph = CudaGraph.capture(Device.cuda(0), operands -> {
                    if (Recording.current() != null) {
                        capturing.countDown();
                        await(read);
                    }
                    return List.of(operands.get(0).add(1));
                })) {
                    var _ = graph.run(x);
                    found[0] = unscoped(x.indexSelect(0, index));
                    sums.add(graph.run(x).get(0).sum().itemLong());
                } catch (RuntimeException e) {
                    sums.add(e);
                } finally {
                    capturing.countDown();
                }
            });
            await(capturing);
            try {
                assertThatThrownBy(found[0]::toLongArray).isInstanceOf(IndexOutOfBoundsException.class);
            } finally {
                read.countDown();
                thread.join();
            }
            found[0].close();
            assertThat(sums).containsExactly(21L);
        }
    }

    @Test
    void aThreadThatGetsNoMemoryForItsStreamSaysSo() throws Exception {
        assumeFalse(StandInDriver.onGpu(), "a GPU fails when it likes");
        var done = new CountDownLatch(1);
        try {
            // Threads that live have all the streams there are.
            long streams = StandInDriver.get("live.streams");
            while (StandInDriver.get("live.streams") == streams) {
                var started = new CountDownLatch(1);
                Thread.ofPlatform().daemon().start(() -> {
                    Device.cuda(0).synchronize();
                    started.countDown();
                    await(done);
                });
                await(started);
            }
            StandInDriver.set("fail.allocation", 1);
            List<Throwable> thrown = new CopyOnWriteArrayList<>();
            Thread thread = Thread.ofPlatform().start(() -> {
                thrown.add(catchThrowable(() -> Device.cuda(0).synchronize()));
                Device.cuda(0).synchronize();
            });
            thread.join();
            assertThat(thrown)
                    .singleElement()
                    .isInstanceOf(DeviceException.class)
                    .asString()
                    .contains("OUT_OF_MEMORY", "close tensors")
                    .doesNotContain("start the process again");
        } finally {
            done.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
