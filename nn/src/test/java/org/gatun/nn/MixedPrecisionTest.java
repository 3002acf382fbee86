package org.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.nn.distributions.MultivariateNormal;
import org.gatun.tensor.Autocast;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Losses;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Layers and distributions with F32 parameters inside an autocast scope. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class MixedPrecisionTest {
    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void aConvolutionalNetworkLearns(DType dtype) {
        var generator = new Generator(1);
        var model = new Sequential(
                new Conv2d(1, 4, 3, generator),
                Activation.RELU,
                new MaxPool2d(2),
                new Conv2d(4, 6, 2, generator),
                Activation.TANH,
                new Dropout(0.1),
                new Flatten(),
                new Linear(24, 3, generator));
        Tensor x = Tensors.randn(new Generator(2), DType.F32, Shape.of(12, 1, 8, 8), Device.CPU);
        Tensor labels = Tensors.arange(12).remainder(3);
        double first = 0;
        double last = 0;
        for (int step = 0; step < 60; step++) {
            try (Tape tape = Tape.open()) {
                Tensor loss;
                try (Autocast cast = Autocast.open(dtype)) {
                    Tensor logits = model.forward(x);
                    assertThat(logits.dtype()).isEqualTo(dtype);
                    loss = Losses.crossEntropy(logits, labels);
                }
                assertThat(loss.dtype()).isEqualTo(DType.F32);
                last = loss.item();
                first = step == 0 ? last : first;
                tape.backward(loss);
            }
            for (Parameter p : model.parameters()) {
                Tensor g = Objects.requireNonNull(p.grad());
                assertThat(g.dtype()).isEqualTo(DType.F32);
                p.assign(p.value().sub(g.mul(0.3)));
                p.zeroGrad();
            }
        }
        assertThat(last).isLessThan(0.1 * first);
        model.parameters().forEach(Parameter::close);
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void normalDistributionsStayExact(DType dtype) {
        Tensor mean = Tensors.of(new float[] {1, -1});
        Tensor factor = Tensors.of(new float[] {1.1f, 0, 0.3f, 0.7f}).reshape(2, 2);
        var normal = MultivariateNormal.ofScaleTril(mean, factor);
        Tensor covariance = normal.covariance();
        Tensor sample = normal.sample(new Generator(4), 5);
        Tensor density = normal.logProb(sample);
        try (Autocast cast = Autocast.open(dtype)) {
            assertThat(normal.covariance().equalTo(covariance)).isTrue();
            assertThat(normal.sample(new Generator(4), 5).equalTo(sample)).isTrue();
            assertThat(normal.logProb(sample).equalTo(density)).isTrue();
        }
    }
}
