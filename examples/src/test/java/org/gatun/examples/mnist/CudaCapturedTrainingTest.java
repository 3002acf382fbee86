package org.gatun.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.gatun.autograd.Grad;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.nn.Activation;
import org.gatun.nn.Dropout;
import org.gatun.nn.Linear;
import org.gatun.nn.Module;
import org.gatun.nn.Sequential;
import org.gatun.nn.Training;
import org.gatun.nn.data.Batch;
import org.gatun.optim.Adam;
import org.gatun.optim.GradScaler;
import org.gatun.optim.GradientClipping;
import org.gatun.optim.Optimizer;
import org.gatun.optim.Schedule;
import org.gatun.optim.Sgd;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.Losses;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Captured steps train as the function itself does, on a GPU or the stand-in, and say so where they would not. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class CudaCapturedTrainingTest {
    private static Device gpu;

    private final List<Module> modules = new ArrayList<>();

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
        gpu = Device.cuda(0);
    }

    @AfterEach
    void freeModules() {
        modules.forEach(Module::free);
    }

    private <M extends Module> M freed(M module) {
        modules.add(module);
        return module;
    }

    private Module small(long seed) {
        return freed(CudaTrainingTest.network(seed));
    }

    /** Rates, counts of steps and random numbers are those of the step, bit for bit. */
    @ParameterizedTest
    @EnumSource(CudaTrainingTest.Update.class)
    void capturedStepsAreThoseOfTheFunctionItself(CudaTrainingTest.Update update) {
        List<Module> models = new ArrayList<>();
        List<List<Double>> losses = List.of(new ArrayList<>(), new ArrayList<>());
        List<Map<String, Tensor>> states = new ArrayList<>();
        for (int captured = 0; captured < 2; captured++) {
            var g = new Generator(7);
            Module model = freed(
                    new Sequential(new Linear(12, 8, g), Activation.RELU, new Dropout(0.25), new Linear(8, 3, g)));
            models.add(model.to(gpu));
            try (Optimizer optimizer = update.make.apply(model.parameters());
                    CudaGraph graph = CudaGraph.capture(in -> {
                        try (var training = Training.with(g);
                                Tape tape = Tape.open()) {
                            optimizer.zeroGrad();
                            Tensor loss = Losses.crossEntropy(model.forward(in.get(0)), in.get(1));
                            tape.backward(loss);
                            optimizer.step();
                            Tensor value = loss.detach();
                            value.keep();
                            return List.of(value);
                        }
                    })) {
                for (int i = 0; i < 6; i++) {
                    Batch batch = CudaTrainingTest.samples(i);
                    if (captured == 1) {
                        losses.get(1)
                                .add(graph.run(batch.inputs(), batch.targets())
                                        .getFirst()
                                        .item());
                    } else {
                        try (var training = Training.with(g)) {
                            optimizer.zeroGrad();
                            losses.get(0).add(CudaTrainingTest.backward(model, batch.to(gpu)));
                            optimizer.step();
                        }
                    }
                }
                var state = new LinkedHashMap<String, Tensor>();
                optimizer
                        .stateDict()
                        .forEach((name, t) -> state.put(name, t.cpu().copy()));
                states.add(state);
                assertThat(optimizer.steps()).isEqualTo(6);
            }
        }
        assertThat(losses.get(1)).isEqualTo(losses.get(0));
        Map<String, Tensor> expected = models.get(0).stateDict();
        models.get(1)
                .stateDict()
                .forEach((name, t) -> assertThat(t.toFloatArray())
                        .as(name)
                        .isEqualTo(expected.get(name).toFloatArray()));
        states.get(1)
                .forEach((name, t) -> assertThat(t.toDoubleArray())
                        .as(name)
                        .isEqualTo(states.get(0).get(name).toDoubleArray()));
    }

    /** A derivative through a graph would be 0, and one of a later run's result missing. */
    @Test
    void whatATapeFollowsStaysOutOfCapturedSteps() {
        Parameter p = small(7).to(gpu).parameters().getFirst();
        Tensor x = Tensors.ones(8, 12).to(gpu);
        try (CudaGraph graph = CudaGraph.capture(in -> List.of(in.get(0).mul(p).sum()))) {
            for (int run = 0; run < 3; run++) {
                assertThat(graph.run(x).getFirst().item())
                        .isCloseTo(p.value().sum().item(), within(1e-4));
                assertThatThrownBy(() -> Grad.grad(t -> graph.run(t).getFirst()).apply(x))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("operand 0")
                        .hasMessageContaining("detach()");
            }
        }
        try (CudaGraph graph = CudaGraph.capture(in -> List.of(in.get(0).mul(p).sum()));
                var tape = Tape.open()) {
            assertThatThrownBy(() -> graph.run(x))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("result 0");
            assertThat(tape.gradient(p.sum(), p).sum().item()).isEqualTo(8 * 12);
        }
    }

    private CudaGraph captured(Module model, Optimizer optimizer) {
        return CudaGraph.capture(in -> {
            optimizer.zeroGrad();
            gradients(model, in);
            optimizer.step();
            return List.of();
        });
    }

    /** As {@link CudaTrainingTest#backward}, without a look at the loss. */
    private static void gradients(Module model, List<Tensor> batch) {
        try (var tape = Tape.open()) {
            tape.backward(Losses.crossEntropy(model.forward(batch.get(0)), batch.get(1)));
        }
    }

    private static Map<String, Tensor> copies(Map<String, Tensor> state) {
        var copies = new LinkedHashMap<String, Tensor>();
        state.forEach((name, t) -> copies.put(name, t.cpu().copy()));
        return copies;
    }

    /** Accumulated over three runs, or removed before each: by the function itself and captured, bit for bit. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void gradientsOfCapturedStepsAreThoseOfTheFunctionItself(int accumulated) {
        List<List<float[]>> seen = List.of(new ArrayList<>(), new ArrayList<>());
        for (int captured = 0; captured < 2; captured++) {
            Module model = small(7).to(gpu);
            try (Optimizer optimizer = Sgd.of(model.parameters()).learningRate(0.1);
                    CudaGraph graph = CudaGraph.capture(in -> {
                        gradients(model, in);
                        return List.of();
                    })) {
                for (int i = 0; i < 3 * accumulated; i++) {
                    Batch batch = CudaTrainingTest.samples(i);
                    if (captured == 1) {
                        graph.run(batch.inputs(), batch.targets());
                    } else {
                        gradients(
                                model,
                                List.of(batch.inputs().to(gpu), batch.targets().to(gpu)));
                    }
                    for (Parameter p : model.parameters()) {
                        seen.get(captured).add(p.grad().toFloatArray());
                    }
                    if ((i + 1) % accumulated == 0) {
                        optimizer.step();
                        optimizer.zeroGrad();
                    }
                }
                if (captured == 1 && accumulated == 1) {
                    graph.run(
                            CudaTrainingTest.samples(0).inputs(),
                            CudaTrainingTest.samples(0).targets());
                    refused(graph, CudaTrainingTest.samples(0), "the captured step sets the gradient of the parameter");
                }
            }
            seen.get(captured).add(model.parameters().getFirst().toFloatArray());
        }
        assertThat(seen.get(1)).usingRecursiveComparison().isEqualTo(seen.get(0));
    }

    /** The scale, which doubles every other update, goes into a captured step and out of its gradients as it is at the run. */
    @Test
    void aScalerFollowsACapturedBackwardPass() {
        List<List<float[]>> seen = List.of(new ArrayList<>(), new ArrayList<>());
        for (int captured = 0; captured < 2; captured++) {
            Module model = small(7).to(gpu);
            var scaler = new GradScaler().growthInterval(2);
            UnaryOperator<List<Tensor>> step = in -> {
                try (var tape = Tape.open()) {
                    tape.backward(scaler.scale(Losses.crossEntropy(model.forward(in.get(0)), in.get(1))));
                }
                return List.of();
            };
            try (Optimizer optimizer = Sgd.of(model.parameters()).learningRate(0.1);
                    CudaGraph graph = CudaGraph.capture(step)) {
                for (int i = 0; i < 6; i++) {
                    Batch batch = CudaTrainingTest.samples(i);
                    if (captured == 1) {
                        graph.run(batch.inputs(), batch.targets());
                    } else {
                        List<Tensor> operands =
                                List.of(batch.inputs().to(gpu), batch.targets().to(gpu));
                        assertThat(step.apply(operands)).isEmpty();
                    }
                    assertThat(scaler.step(optimizer)).isTrue();
                    scaler.update();
                    optimizer.zeroGrad();
                    seen.get(captured).add(model.parameters().getFirst().toFloatArray());
                }
                assertThat(scaler.scale()).isEqualTo(65536 * 8);
            }
        }
        assertThat(seen.get(1)).usingRecursiveComparison().isEqualTo(seen.get(0));
    }

    @Test
    void aCapturedStepGoesOnFromWhatIsLoaded() {
        Module model = small(7).to(gpu);
        try (Adam optimizer = Adam.of(model.parameters()).learningRate(Schedule.cosine(0.1, 0, 10));
                CudaGraph graph = captured(model, optimizer)) {
            for (int i = 0; i < 3; i++) {
                graph.run(
                        CudaTrainingTest.samples(i).inputs(),
                        CudaTrainingTest.samples(i).targets());
            }
            Map<String, Tensor> parameters = copies(model.stateDict());
            Map<String, Tensor> state = copies(optimizer.stateDict());
            graph.run(
                    CudaTrainingTest.samples(3).inputs(),
                    CudaTrainingTest.samples(3).targets());
            Map<String, Tensor> expected = copies(model.stateDict());
            graph.run(
                    CudaTrainingTest.samples(4).inputs(),
                    CudaTrainingTest.samples(4).targets());
            model.loadStateDict(parameters);
            optimizer.loadStateDict(state);
            graph.run(
                    CudaTrainingTest.samples(3).inputs(),
                    CudaTrainingTest.samples(3).targets());
            copies(model.stateDict())
                    .forEach((name, t) -> assertThat(t.toFloatArray())
                            .as(name)
                            .isEqualTo(expected.get(name).toFloatArray()));
        }
    }

    /** Each would otherwise train on with old state or settings, unnoticed. */
    @Test
    void aCapturedStepThatIsNotTheStepToDoAnyMoreIsRefused() {
        Module model = small(7).to(gpu);
        Batch batch = CudaTrainingTest.samples(1);
        Adam optimizer = Adam.of(model.parameters());
        boolean[] updates = {false};
        try (CudaGraph graph = CudaGraph.capture(in -> {
            gradients(model, in);
            if (updates[0]) {
                optimizer.step();
            }
            return List.of();
        })) {
            graph.run(batch.inputs(), batch.targets());
            updates[0] = true;
            refused(graph, batch, "Adam: the captured step makes the state 'exp_avg'");
        }
        try (CudaGraph graph = captured(model, optimizer)) {
            for (int i = 0; i < 3; i++) {
                graph.run(batch.inputs(), batch.targets());
            }
            CudaGraph clipped = CudaGraph.capture(in -> {
                GradientClipping.byNorm(model.parameters(), 1);
                return List.of();
            });
            clipped.run();
            assertThatThrownBy(clipped::run)
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("totalNorm(parameters)");
            optimizer.weightDecay(0.1);
            refused(graph, batch, "Adam: a setting now asks for another computation");
            optimizer.weightDecay(0);
            Parameter still = model.parameters().getFirst();
            still.zeroGrad();
            optimizer.step();
            refused(graph, batch, "Adam: parameters that were updated alike");
            optimizer.loadStateDict(Map.of("steps", Tensors.scalar(0L)));
            refused(graph, batch, "Adam: the value or the state of the parameter");
            optimizer.close();
            refused(graph, batch, "Adam: step after close");
        }
    }

    private static void refused(CudaGraph graph, Batch batch, String why) {
        assertThatThrownBy(() -> graph.run(batch.inputs(), batch.targets()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(why);
    }
}
