package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Devices where there is none but the host. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class DeviceTest {
    @Test
    void whatIsOnTheHostStaysThere() {
        Tensor x = Tensors.of(1f, 2f).slice(0, 1, 2);
        assertThat(x.device()).isEqualTo(Device.CPU);
        assertThat(x.to(Device.CPU)).isSameAs(x);
        assertThat(x.cpu()).isSameAs(x);
        assertThat(x.to(Device.CPU, DType.F32)).isSameAs(x);
        Tensor wide = x.to(Device.CPU, DType.F64);
        assertThat(wide.dtype()).isEqualTo(DType.F64);
        assertThat(wide.toDoubleArray()).containsExactly(2);
        assertThat(Tensors.eye(DType.F32, 1, 2, Device.CPU).toDoubleArray()).containsExactly(1, 0);
    }

    @Test
    void devicesHaveNamesAndNumbersFrom0() {
        assertThat(Device.CPU).hasToString("cpu");
        assertThat(new Device.Cuda(3)).hasToString("cuda:3").isNotEqualTo(new Device.Cuda(2));
        assertThatThrownBy(() -> Device.cuda(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
        Device.CPU.synchronize();
    }
}
