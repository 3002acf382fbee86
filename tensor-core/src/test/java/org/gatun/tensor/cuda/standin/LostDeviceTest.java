package org.gatun.tensor.cuda.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.api.SoftAssertions;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A GPU that is lost, by a fault of a kernel or by itself: everything that is asked of it from then on says so in one way, and what only gives
 * back goes on quietly. A device that is lost stays lost, so these tests have a JVM of their own, with two devices.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LostDeviceTest {
    private static final String ADVICE = "start the process again";

    @BeforeAll
    static void findADriver() {
        assumeFalse(StandInDriver.onGpu(), "a GPU is lost when it likes");
        StandInDriver.use();
        StandInDriver.set("devices", 2);
    }

    @Test
    @Order(1)
    void aKernelThatDiesIsToldByTheNextWaitAndOtherDevicesGoOn() {
        Device lost = Device.cuda(1);
        try (MemoryScope scope = MemoryScope.open("lost")) {
            Tensor x = Tensors.ones(100).to(lost);
            Tensor other = Tensors.ones(100).to(Device.cuda(0));
            assertThat(x.add(1).sum().item()).isEqualTo(200);
            StandInDriver.set("fault.launch", 1);
            Tensor never = x.add(1);
            assertThatThrownBy(never::toFloatArray)
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("cuda:1", ADVICE);
            assertThatThrownBy(lost::synchronize).isInstanceOf(DeviceException.class);
            assertThat(other.add(1).sum().item()).isEqualTo(200);
        }
        assertThat(MemoryStats.of(lost).liveCount()).isZero();
    }

    @Test
    @Order(2)
    void everythingThatIsAskedOfALostDeviceSaysSo() throws Exception {
        Device gpu = Device.cuda(0);
        try (ExecutorService before = Executors.newSingleThreadExecutor();
                ExecutorService after = Executors.newSingleThreadExecutor();
                MemoryScope scope = MemoryScope.open("lost")) {
            Tensor x = Tensors.ones(4, 4).to(gpu);
            Tensor rows = x.transpose(0, 1);
            Tensor host = Tensors.ones(4, 4);
            Tensor index = Tensors.of(1, 0).to(gpu);
            Tensor closed = x.add(1);
            assertThat(before.submit(() -> sum(x)).get()).isEqualTo(16);
            StandInDriver.set("lose.device", 1);

            Map<String, Callable<?>> requests = new LinkedHashMap<>();
            requests.put("an operation", () -> x.add(1));
            requests.put("one in place", () -> x.add_(1));
            requests.put("a number's", () -> x.mul_(2));
            requests.put("a sum", () -> x.sum());
            requests.put("a product", () -> x.matmul(x));
            requests.put("a selection", () -> x.indexSelect(0, index));
            requests.put("a value", () -> x.get(0, 0));
            requests.put("values", x::toFloatArray);
            requests.put("values across", rows::toFloatArray);
            requests.put("a copy on the host", x::cpu);
            requests.put("a copy across", rows::cpu);
            requests.put("a copy on the device", () -> x.copy());
            requests.put("a copy from the host", () -> host.to(gpu));
            requests.put("a copy into it", () -> x.copy_(host));
            requests.put("filling", () -> x.fill_(3));
            requests.put("zeros", () -> x.zero_());
            requests.put("a fresh tensor", () -> Tensors.zerosLike(x));
            requests.put("random numbers", () -> Tensors.randLike(x, new Generator(1)));
            requests.put("printing", x::toString);
            requests.put("a wait", () -> {
                gpu.synchronize();
                return null;
            });
            SoftAssertions.assertSoftly(softly -> requests.forEach((what, request) -> {
                softly.assertThatThrownBy(request::call)
                        .as("%s", what)
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContainingAll("cuda:0", ADVICE);
                for (ExecutorService thread : new ExecutorService[] {before, after}) {
                    softly.assertThatThrownBy(() -> thread.submit(request).get())
                            .as("%s by %s thread", what, thread == before ? "another" : "a new")
                            .isInstanceOf(ExecutionException.class)
                            .cause()
                            .isInstanceOf(DeviceException.class)
                            .hasMessageContainingAll("cuda:0", ADVICE);
                }
            }));

            assertThatCode(closed::close).doesNotThrowAnyException();
            assertThatCode(() -> before.submit(x::shape).get()).doesNotThrowAnyException();
            // The host goes on.
            assertThat(host.sum().item()).isEqualTo(16);
            assertThat(host.to(DType.F64).dtype()).isEqualTo(DType.F64);
        }
        assertThat(MemoryStats.of(gpu).liveCount()).isZero();
    }

    private static double sum(Tensor x) {
        try (Tensor sum = x.sum()) {
            return sum.item();
        }
    }
}
