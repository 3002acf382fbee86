package org.gatun.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.gatun.autograd.Tape;
import org.gatun.nn.Activation;
import org.gatun.nn.Checkpoint;
import org.gatun.nn.Dropout;
import org.gatun.nn.Linear;
import org.gatun.nn.Sequential;
import org.gatun.nn.Training;
import org.gatun.nn.data.Batch;
import org.gatun.nn.data.DataLoader;
import org.gatun.nn.data.TensorDataset;
import org.gatun.optim.Adam;
import org.gatun.optim.AdamW;
import org.gatun.optim.Optimizer;
import org.gatun.optim.Schedule;
import org.gatun.optim.Sgd;
import org.gatun.tensor.Losses;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run that is saved in the middle of an epoch and continued from the file by new objects, with dropout and a schedule. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ResumeTest {
    private static final long BATCHES = 5;
    private static final long STEPS = 4 * BATCHES;

    @TempDir
    private Path folder;

    /** Everything that a run consists of. */
    private static final class Run implements AutoCloseable {
        final Generator generator;
        final Sequential model;
        final Optimizer optimizer;
        final TensorDataset data;
        final DataLoader loader;
        final List<Double> losses = new ArrayList<>();

        Run(String kind, long seed) {
            generator = new Generator(seed);
            model = new Sequential(
                    new Linear(6, 12, generator), Activation.TANH, new Dropout(0.4), new Linear(12, 3, generator));
            Schedule schedule = Schedule.cosine(0.05, 0.001, STEPS).warmup(3);
            optimizer = switch (kind) {
                case "sgd" -> Sgd.of(model.parameters()).momentum(0.9).learningRate(schedule);
                case "adam" -> Adam.of(model.parameters()).learningRate(schedule);
                default -> AdamW.of(model.parameters()).learningRate(schedule);
            };
            var g = new Generator(99);
            data = new TensorDataset(Tensors.randn(g, 33, 6), Tensors.arange(33).remainder(3));
            loader = DataLoader.of(data).batchSize(7).shuffle(11);
        }

        /** Trains from the update that is next up to the given number of updates. */
        void trainTo(long end) {
            while (optimizer.steps() < end) {
                long epoch = optimizer.steps() / BATCHES;
                try (var batches = loader.epoch(epoch, optimizer.steps() % BATCHES)) {
                    while (batches.hasNext() && optimizer.steps() < end) {
                        try (Batch batch = batches.next();
                                var training = Training.with(generator);
                                var tape = Tape.open()) {
                            optimizer.zeroGrad();
                            Tensor loss = Losses.crossEntropy(model.forward(batch.inputs()), batch.targets());
                            tape.backward(loss);
                            losses.add(loss.item());
                        }
                        optimizer.step();
                    }
                }
            }
        }

        void save(Path file) throws IOException {
            Generator.State state = generator.state();
            Checkpoint.save(
                    file,
                    Map.of("model", model.stateDict(), "optimizer", optimizer.stateDict()),
                    Map.of("key", Long.toString(state.key()), "position", Long.toString(state.position())));
        }

        void load(Path file) throws IOException {
            try (Checkpoint c = Checkpoint.load(file)) {
                model.loadStateDict(c.group("model"));
                optimizer.loadStateDict(c.group("optimizer"));
                generator.restore(
                        new Generator.State(Long.parseLong(c.metadata("key")), Long.parseLong(c.metadata("position"))));
            }
        }

        List<List<Double>> parameters() {
            return model.parameters().stream()
                    .map(p -> Arrays.stream(p.toDoubleArray()).boxed().toList())
                    .toList();
        }

        @Override
        public void close() {
            loader.close();
            data.close();
            optimizer.close();
            model.free();
        }
    }

    @ParameterizedTest
    @CsvSource({"sgd, 1", "sgd, 7", "adam, 0", "adam, 7", "adam, 15", "adamw, 13"})
    void aResumedRunIsTheUninterruptedOneBitForBit(String kind, long interruption) throws IOException {
        Path file = folder.resolve("run.safetensors");
        try (Run whole = new Run(kind, 1);
                Run first = new Run(kind, 1);
                Run resumed = new Run(kind, 2)) { // starts with other parameters
            whole.trainTo(STEPS);
            first.trainTo(interruption);
            first.save(file);
            first.trainTo(interruption + 2); // what is lost

            resumed.load(file);
            assertThat(resumed.optimizer.learningRate())
                    .isEqualTo(Schedule.cosine(0.05, 0.001, STEPS).warmup(3).rate(interruption));
            resumed.trainTo(STEPS);
            assertThat(resumed.losses).isEqualTo(whole.losses.subList((int) interruption, (int) STEPS));
            assertThat(resumed.parameters()).isEqualTo(whole.parameters());
            assertThat(whole.losses.getLast()).as("it learns").isLessThan(whole.losses.getFirst());
        }
    }
}
