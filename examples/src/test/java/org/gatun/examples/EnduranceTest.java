package org.gatun.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.nn.Activation;
import org.gatun.nn.Linear;
import org.gatun.nn.Sequential;
import org.gatun.optim.Adam;
import org.gatun.tensor.Device;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long runs and several threads: memory neither grows nor leaks. */
class EnduranceTest {
    private static final long LIMIT = 256L << 20;

    @ParameterizedTest
    @ValueSource(strings = {"scopes", "collector"})
    void tenMillionSmallOperationsUnderALimit(String mode) throws IOException, InterruptedException {
        Process process = OtherJvm.start(
                Map.of(), List.of("-Xmx512m", "-Dgatun.memory.limit=256m", "-Dgatun.leak=off"), Endurance.class, mode);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        String[] words = output.lines()
                .filter(line -> line.startsWith("early"))
                .findFirst()
                .orElseThrow()
                .split(" ");
        long early = Long.parseLong(words[1]);
        long end = Long.parseLong(words[3]);
        assertThat(Long.parseLong(words[5])).isGreaterThanOrEqualTo(10_000_000);
        assertThat(end).as(output).isLessThanOrEqualTo(LIMIT);
        if (mode.equals("scopes")) {
            assertThat(end)
                    .as("nothing grows between one and ten million operations: " + output)
                    .isEqualTo(early);
        }
    }

    @Test
    void twoThreadsTrainTwoModelsAtOnce() throws Exception {
        double[] alone = {train(1), train(2)};
        Allocators.collect();
        long before = MemoryStats.of(Device.CPU).liveBytes();
        try (var threads = Executors.newFixedThreadPool(2)) {
            var results = threads.invokeAll(List.<Callable<Double>>of(() -> train(1), () -> train(2)));
            // Each thread gets the very loss that it gets alone: nothing is shared, and results do not depend on who
            // else computes.
            assertThat(results.get(0).get()).isCloseTo(alone[0], within(1e-6));
            assertThat(results.get(1).get()).isCloseTo(alone[1], within(1e-6));
        }
        Allocators.collect();
        assertThat(MemoryStats.of(Device.CPU).liveBytes()).isEqualTo(before);
    }

    /** Fits random labels and returns the last loss. */
    private static double train(long seed) {
        try (var scope = MemoryScope.open("training")) {
            var g = new Generator(seed);
            var model = new Sequential(new Linear(20, 64, g), Activation.TANH, new Linear(64, 5, g));
            try (var optimizer = Adam.of(model.parameters()).learningRate(1e-2)) {
                Tensor x = Tensors.randn(g, 100, 20);
                Tensor t = Tensors.arange(100).remainder(5);
                double loss = 0;
                for (int i = 0; i < 200; i++) {
                    optimizer.zeroGrad();
                    try (Tape tape = Tape.open()) {
                        Tensor l = Losses.crossEntropy(model.forward(x), t);
                        tape.backward(l);
                        loss = l.item();
                    }
                    optimizer.step();
                }
                assertThat(loss).isLessThan(0.1);
                return loss;
            } finally {
                model.parameters().forEach(Parameter::close);
            }
        }
    }
}
