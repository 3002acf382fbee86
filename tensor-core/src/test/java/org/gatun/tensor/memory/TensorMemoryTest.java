package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Device;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Memory as users of tensors meet it. */
@ExtendWith(NativeMemoryBalance.class)
class TensorMemoryTest {
    private static long live() {
        return MemoryStats.of(Device.CPU).liveBytes();
    }

    @Test
    void aScopeFreesItsTensorsAndTidyKeepsItsResult() {
        long before = live();
        try (MemoryScope scope = MemoryScope.open("step")) {
            Tensor x = Tensors.ones(100);
            Tensor y = MemoryScope.tidy(() -> x.mul(x).add(x).mul(x));
            assertThat(live() - before).as("x and y, 100 floats each").isEqualTo(800);
            assertThat(y.sum().item()).isEqualTo(200);
        }
        assertThat(live()).isEqualTo(before);
    }

    record Params(Tensor w, Tensor b) {}

    @Test
    void tidyKeepsARecordOfTensors() {
        try (MemoryScope scope = MemoryScope.open()) {
            Params p = MemoryScope.tidy(() -> new Params(Tensors.ones(2, 3).mul(Tensors.ones(3)), Tensors.ones(3)));
            assertThat(p.w().isClosed()).isFalse();
            assertThat(p.b().isClosed()).isFalse();
            assertThat(scope.size()).isEqualTo(2);
        }
    }

    /** A kernel whose operand is closed while it runs, as another thread might, and which asks for the address only then. */
    @Test
    void anOperationFinishesThoughItsOperandIsClosedMeanwhile() {
        Tensor x = Tensors.of(1f, 2f, 3f);
        Composite late = new Composite() {
            @Override
            public String name() {
                return "late";
            }

            @Override
            public int arity() {
                return 1;
            }

            @Override
            public Optional<Kernel> cpuKernel(List<TensorType> types) {
                return Optional.of(in -> {
                    x.close();
                    try (ConcreteTensor view = in[0].view(in[0].layout())) {
                        return new ConcreteTensor[] {view.copy().concrete()};
                    }
                });
            }

            @Override
            public List<Tensor> fallback(List<Tensor> inputs) {
                throw new AssertionError("has a kernel");
            }
        };
        long before = live();
        Tensor y = Dispatch.bind(new Op.Call(late), x);
        assertThat(x.isClosed()).isTrue();
        assertThat(y.toFloatArray()).containsExactly(1, 2, 3);
        y.close();
        assertThat(live()).isLessThan(before);
    }

    @Test
    void aViewOutlivesItsBase() {
        Tensor base = Tensors.of(1f, 2f, 3f, 4f);
        Tensor view = base.reshape(2, 2);
        base.close();
        assertThat(view.get(1, 1)).isEqualTo(4);
        view.close();
        assertThatThrownBy(() -> view.get(1, 1)).isInstanceOf(ClosedTensorException.class);
    }

    @Test
    void aClosedTensorIsRefusedByOperations() {
        Tensor closed;
        try (MemoryScope scope = MemoryScope.open("epoch 3")) {
            closed = Tensors.ones(4);
        }
        Tensor open = Tensors.ones(4);
        assertThatThrownBy(() -> open.add(closed))
                .isInstanceOf(ClosedTensorException.class)
                .hasMessageContaining("epoch 3");
        assertThatThrownBy(closed::item).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> closed.sum()).isInstanceOf(ClosedTensorException.class);
        closed.close();
        open.close();
        open.close();
    }

    @Test
    void aRefusedOperationLeaksNothing() {
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor a = Tensors.ones(2, 3);
            Tensor b = Tensors.ones(4, 5);
            long before = live();
            assertThatThrownBy(() -> a.add(b)).isInstanceOf(ShapeException.class);
            assertThatThrownBy(() -> a.matmul(b)).isInstanceOf(ShapeException.class);
            assertThatThrownBy(() -> a.reshape(7)).isInstanceOf(ShapeException.class);
            assertThat(live()).isEqualTo(before);
        }
    }

    @Test
    void closingWhileAnotherThreadComputesIsSafe() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Tensor> shared = new AtomicReference<>(Tensors.ones(5000));
        AssertionError failure = null;
        Thread closer = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                shared.getAndSet(Tensors.ones(5000)).close();
            }
        });
        for (int i = 0; i < 2000; i++) {
            try (MemoryScope scope = MemoryScope.open()) {
                Tensor x = shared.get();
                assertThat(x.add(x).sum().item()).isEqualTo(10_000);
            } catch (ClosedTensorException lost) {
                // Closed before the addition began.
            } catch (AssertionError e) {
                failure = e;
                break;
            }
        }
        done.set(true);
        closer.join();
        shared.get().close();
        assertThat(failure).isNull();
    }

    @Test
    void threadsComputeAtOnceAndStayBalanced() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            int scale = t + 1;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 300; i++) {
                        try (MemoryScope scope = MemoryScope.open()) {
                            Tensor x = Tensors.full(scale, 40, 40);
                            assertThat(x.matmul(x).mean().item()).isEqualTo(40.0 * scale * scale);
                        }
                        Tensor unscoped = Tensors.full(scale, 100);
                        assertThat(unscoped.add(unscoped).sum().item()).isEqualTo(200.0 * scale);
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
    }

    @Test
    void aSteadyLoopTakesNothingFromTheSystem() {
        long taken = 0;
        for (int step = 0; step < 30; step++) {
            if (step == 3) {
                taken = MemoryStats.of(Device.CPU).systemAllocations();
            }
            try (MemoryScope scope = MemoryScope.open()) {
                Tensor x = Tensors.ones(128, 784);
                Tensor w = Tensors.ones(784, 512);
                x.matmul(w).relu().sum().item();
            }
        }
        assertThat(MemoryStats.of(Device.CPU).systemAllocations()).isEqualTo(taken);
    }
}
