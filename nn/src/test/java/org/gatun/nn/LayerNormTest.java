package org.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Objects;
import org.gatun.autograd.Tape;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The layers that normalise the last axes: what they give at first, what they learn, and their names. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class LayerNormTest {
    private static Tensor normal(DType dtype, long... sizes) {
        return Tensors.randn(new Generator(2), dtype, Shape.of(sizes), Device.CPU)
                .mul(3)
                .add(1);
    }

    @Test
    void theFirstResultHasMeanZeroAndVarianceOne() {
        var layer = new LayerNorm(Shape.of(3, 40), 1e-5, true, true, DType.F64);
        Tensor y = layer.forward(normal(DType.F64, 5, 3, 40));
        assertThat(y.mean(1, 2).abs().max().item()).isLessThan(1e-14);
        assertThat(y.square().mean(1, 2).sub(1).abs().max().item()).isLessThan(1e-5);
        layer.free();
        var rms = new RmsNorm(40);
        Tensor z = rms.forward(normal(DType.F32, 5, 40));
        assertThat(z.square().mean(1).sub(1).abs().max().item()).isLessThan(1e-5);
        rms.free();
    }

    /** Of L = sum(c y): dL/dweight[i] is the sum over rows of c y0 with y0 before weight and bias, dL/dbias[i] of c. */
    @Test
    void gradientsReachWeightAndBias() {
        Tensor x = normal(DType.F64, 4, 6);
        Tensor c = Tensors.randn(new Generator(3), DType.F64, Shape.of(4, 6), Device.CPU);
        var plain = new LayerNorm(Shape.of(6), 1e-5, false, true, DType.F64);
        Tensor y = plain.forward(x);
        assertThat(plain.parameters()).isEmpty();
        var layer = new LayerNorm(Shape.of(6), 1e-5, true, true, DType.F64);
        try (Tape tape = Tape.open()) {
            tape.backward(layer.forward(x).mul(c).sum());
        }
        assertThat(Objects.requireNonNull(layer.weight().grad()).toDoubleArray())
                .containsExactly(y.mul(c).sum(0).toDoubleArray(), within(1e-13));
        assertThat(Objects.requireNonNull(layer.bias().grad()).toDoubleArray())
                .containsExactly(c.sum(0).toDoubleArray(), within(1e-13));
        layer.free();
        var rms = new RmsNorm(Shape.of(6), 0.5, true, DType.F64);
        try (Tape tape = Tape.open()) {
            tape.backward(rms.forward(x).mul(c).sum());
        }
        Tensor scaled = x.div(x.square().mean(true, 1).add(0.5).sqrt());
        assertThat(Objects.requireNonNull(rms.weight().grad()).toDoubleArray())
                .containsExactly(scaled.mul(c).sum(0).toDoubleArray(), within(1e-13));
        rms.free();
    }

    @Test
    void parametersAreNamedAsInPyTorch() {
        var layer = new LayerNorm(7);
        assertThat(layer.namedParameters().keySet()).containsExactly("weight", "bias");
        assertThat(layer.weight().toDoubleArray()).containsOnly(1).hasSize(7);
        assertThat(layer.bias().toDoubleArray()).containsOnly(0).hasSize(7);
        assertThat(layer.eps()).isEqualTo(1e-5);
        assertThat(layer.normalizedShape()).isEqualTo(Shape.of(7));
        layer.free();
        var without = new LayerNorm(Shape.of(7), 0.1, true, false, DType.F16);
        assertThat(without.namedParameters().keySet()).containsExactly("weight");
        assertThat(without.weight().dtype()).isEqualTo(DType.F16);
        assertThat(without.bias()).isNull();
        without.free();
        var rms = new RmsNorm(Shape.of(7), null, false, DType.F32);
        assertThat(rms.namedParameters()).isEmpty();
        assertThat(rms.eps()).isNull();
        assertThat(rms.weight()).isNull();
        assertThat(rms.normalizedShape()).isEqualTo(Shape.of(7));
    }

    @Test
    void argumentsThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new LayerNorm(Shape.SCALAR, 0, true, true, DType.F32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layerNorm");
        assertThatThrownBy(() -> new RmsNorm(Shape.of(3), null, true, DType.I64))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("rmsNorm");
        var layer = new LayerNorm(7);
        assertThatThrownBy(() -> layer.forward(Tensors.zeros(7, 6)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[7, 6]");
        layer.free();
    }
}
