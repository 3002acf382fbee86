package org.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every operation on a GPU when memory runs out, or a launch is refused, at its first, second, ... request: one clear exception, nothing is
 * left behind, and the operation works when it is asked again.
 */
@ExtendWith(NativeMemoryBalance.class)
class CudaFailuresTest {
    /** An allocation is tried again after caches were given back, and after a collection. */
    private static final int TRIES = 3;

    private static final int MOST = 100;

    @BeforeAll
    static void findADriver() {
        assumeFalse(StandInDriver.onGpu(), "a GPU fails when it likes");
        StandInDriver.use();
    }

    @AfterEach
    void stopFailing() {
        StandInDriver.set("fail.allocation", 0);
        StandInDriver.set("fail.allocation.times", 1);
        StandInDriver.set("fail.launch", 0);
    }

    /**
     * Elementwise functions all go the same way, so one stands for them. What a call is composed of belongs to the scope around it, as where the
     * program composes it.
     */
    private static List<Op> kinds() {
        var kinds = new ArrayList<Op>();
        for (Op kind : OpCases.kinds()) {
            boolean another = kind instanceof Op.Scalar && kinds.stream().anyMatch(Op.Scalar.class::isInstance);
            if (!another && !(kind instanceof Op.Call)) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    @TestFactory
    Stream<DynamicTest> whenMemoryRunsOut() {
        return kinds().stream()
                .map(kind -> DynamicTest.dynamicTest(
                        OpCases.name(kind), () -> check(kind, "fail.allocation", OutOfNativeMemoryException.class)));
    }

    @TestFactory
    Stream<DynamicTest> whenALaunchIsRefused() {
        return kinds().stream()
                .map(kind -> DynamicTest.dynamicTest(
                        OpCases.name(kind), () -> check(kind, "fail.launch", DeviceException.class)));
    }

    private static void check(Op kind, String setting, Class<? extends RuntimeException> documented) {
        List<DType> dtypes = OpCases.dtypes(kind);
        DType dtype = dtypes.contains(DType.F32) ? DType.F32 : dtypes.get(0);
        OpCase c = OpCases.cases(kind, dtype).stream()
                .max(Comparator.comparingLong(one -> weight(one, dtype)))
                .orElseThrow();
        List<HostArray> arrays = operands(c, dtype);
        try (MemoryScope scope = MemoryScope.open("failures")) {
            List<Tensor> operands = new ArrayList<>();
            for (HostArray array : arrays) {
                LayoutVariant layout = LayoutVariant.TRANSPOSED.applies(array.shape())
                        ? LayoutVariant.TRANSPOSED
                        : LayoutVariant.CONTIGUOUS;
                operands.add(layout.place(array, Device.cuda(0)));
            }
            List<HostArray> expected = run(c, operands);
            int n = 1;
            while (failed(c, operands, setting, n, documented)) {
                assertThat(run(c, operands))
                        .as("%s after its request %d was refused", c, n)
                        .isEqualTo(expected);
                assertThat(n++).isLessThan(MOST);
            }
            // A view asks for nothing, nor does a move to where the operand is; plain copies, and what runs on the
            // host, launch nothing.
            boolean asks = !(c.op() instanceof Op.View || c.op() instanceof Op.Transfer);
            boolean launches =
                    !(c.op() instanceof Op.LinearAlgebra || c.op() instanceof Op.Copy || c.op() instanceof Op.Reshape);
            asks &= launches || setting.equals("fail.allocation");
            assertThat(n > 1 || !asks).as("%s was refused something", c).isTrue();
        }
    }

    private static List<HostArray> operands(OpCase c, DType dtype) {
        return OperandValues.fill(c, dtype, OperandValues.Flavour.ORDINARY, 3);
    }

    /** How much there is to do: an empty result asks for nothing. */
    private static long weight(OpCase c, DType dtype) {
        HostArray result = ReferenceInterpreter.run(c.op(), operands(c, dtype)).get(0);
        return result.size() == 0 ? 0 : c.size() + 1L;
    }

    private static List<HostArray> run(OpCase c, List<Tensor> operands) {
        return read(execute(c, operands));
    }

    private static Tensor[] execute(OpCase c, List<Tensor> operands) {
        return operands.isEmpty()
                ? new Tensor[] {Dispatch.source(c.op(), Device.cuda(0))}
                : Dispatch.bindAll(c.op(), operands.toArray(Tensor[]::new));
    }

    private static List<HostArray> read(Tensor[] results) {
        List<HostArray> values = Arrays.stream(results).map(HostArray::of).toList();
        Arrays.stream(results).forEach(Tensor::close);
        return values;
    }

    /** Whether the operation fails when its n-th request is refused, as it should; false if it has no n-th. */
    private static boolean failed(
            OpCase c, List<Tensor> operands, String setting, int n, Class<? extends RuntimeException> documented) {
        long live = MemoryStats.of(Device.cuda(0)).liveCount();
        long atDriver = StandInDriver.get("live.allocations");
        @Nullable RuntimeException thrown = null;
        StandInDriver.set("fail.allocation.times", TRIES);
        StandInDriver.set(setting, n);
        Tensor[] results = {};
        try {
            results = execute(c, operands);
        } catch (RuntimeException e) {
            thrown = e;
        }
        StandInDriver.set(setting, 0);
        if (thrown != null) {
            if (!documented.isInstance(thrown)) {
                fail(c + ": the " + n + "th refusal gives another exception than the documented one", thrown);
            }
            assertThat(thrown).hasMessageContaining("cuda:0");
        }
        Device.cuda(0).synchronize();
        read(results);
        assertThat(MemoryStats.of(Device.cuda(0)).liveCount())
                .as("%s leaves storages behind after refusal %d: %s", c, n, thrown)
                .isEqualTo(live);
        assertThat(StandInDriver.get("live.allocations"))
                .as("%s leaves the driver's memory behind after refusal %d: %s", c, n, thrown)
                .isLessThanOrEqualTo(atDriver);
        StandInDriver.requireNoViolations();
        return thrown != null;
    }

    /** What one thread is refused concerns no other, and both go on. */
    @Test
    void aThreadThatIsRefusedMemoryLeavesOthersAlone() throws Exception {
        try (MemoryScope scope = MemoryScope.open("failures");
                var thread = Executors.newSingleThreadExecutor()) {
            Tensor x = Tensors.ones(1000).to(Device.cuda(0));
            StandInDriver.set("fail.allocation.times", TRIES);
            StandInDriver.set("fail.allocation", 1);
            // Refused what a new thread begins with or, if it takes an ended one's stream over, the operation's memory.
            assertThatThrownBy(() -> thread.submit(() -> x.sum().close()).get())
                    .as("a thread without the memory to begin with")
                    .cause()
                    .isInstanceOfAny(DeviceException.class, OutOfNativeMemoryException.class)
                    .hasMessageContaining("cuda:0");
            StandInDriver.set("fail.allocation", 0);
            thread.submit(() -> x.sum().close()).get();
            StandInDriver.set("fail.allocation.times", TRIES);
            StandInDriver.set("fail.allocation", 1);
            boolean refused = thread.submit(() -> {
                        try (Tensor sum = x.add(1)) {
                            return sum == null;
                        } catch (OutOfNativeMemoryException e) {
                            return true;
                        }
                    })
                    .get();
            assertThat(refused).isTrue();
            assertThat(x.sum().item()).isEqualTo(1000);
            double other = thread.submit(() -> {
                        try (Tensor sum = MemoryScope.tidy(() -> x.add(1).sum())) {
                            return sum.item();
                        }
                    })
                    .get();
            assertThat(other).isEqualTo(2000);
        }
    }

    /** A tensor may be closed at once after it was used, or by another thread, however late the work comes. */
    @Test
    void memoryThatIsFreedInFlightIsUsedToItsEnd() throws Exception {
        StandInDriver.set("delay", 2000);
        StandInDriver.set("delay.every", 1);
        try (MemoryScope scope = MemoryScope.open("failures");
                var thread = Executors.newSingleThreadExecutor()) {
            for (int round = 0; round < 5; round++) {
                Tensor x = Tensors.full(DType.F32, round, 500).to(Device.cuda(0));
                Tensor here = x.mul(2);
                Tensor there = thread.submit(() -> {
                            Tensor result = x.mul(3);
                            result.unscope();
                            return result;
                        })
                        .get();
                x.close();
                // Takes the memory that was just freed, if it may.
                Tensor next = Tensors.full(DType.F32, -1, 500).to(Device.cuda(0));
                assertThat(here.sum().item()).isEqualTo(1000.0 * round);
                assertThat(there.sum().item()).isEqualTo(1500.0 * round);
                assertThat(next.sum().item()).isEqualTo(-500);
                there.close();
            }
        } finally {
            StandInDriver.set("delay", 100);
            StandInDriver.set("delay.every", 32);
        }
    }
}
