package org.gatun.examples.mnist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.gatun.autograd.Tape;
import org.gatun.nn.Checkpoint;
import org.gatun.nn.Module;
import org.gatun.nn.Training;
import org.gatun.nn.data.Batch;
import org.gatun.nn.data.DataLoader;
import org.gatun.nn.data.Dataset;
import org.gatun.optim.Adam;
import org.gatun.optim.Optimizer;
import org.gatun.optim.Schedule;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/** The training loop: Adam on the cross-entropy, the learning rate along half a cosine. On a GPU a step may be captured as a graph. */
final class Trainer implements AutoCloseable {
    private final Module model;
    private final Optimizer optimizer;
    private final DataLoader train;
    private final DataLoader test;
    private final long samples;
    private final long testSamples;
    private final Generator generator;
    private final Device device;

    /** The loss of an epoch, summed on the device, so that a step needs not wait for it. */
    private final Tensor sum;

    /** The step by a full batch; null where steps are not captured. */
    private final @Nullable CudaGraph graph;

    private final int batch;

    /**
     * A training.
     *
     * @param captured whether steps on a GPU are captured
     */
    Trainer(Settings settings, Dataset trainSet, Dataset testSet, Device device, boolean captured) {
        this.device = device;
        this.batch = settings.batch();
        this.sum = Tensors.zeros(DType.F64, Shape.SCALAR, device);
        sum.unscope();
        this.graph = switch (device) {
            case Device.Cpu cpu -> null;
            case Device.Cuda gpu -> captured ? CudaGraph.capture(gpu, this::step) : null;
        };
        this.generator = new Generator(settings.seed());
        this.model = settings.model().create(generator).to(device);
        this.samples = trainSet.size();
        this.testSamples = testSet.size();
        this.train = DataLoader.of(trainSet)
                .batchSize(settings.batch())
                .shuffle(settings.seed())
                .prefetch(1, 4);
        this.test = DataLoader.of(testSet).batchSize(1000);
        this.optimizer = Adam.of(model.parameters())
                .learningRate(
                        Schedule.cosine(settings.learningRate(), 0, Math.max(1, train.batches() * settings.epochs())));
    }

    Module model() {
        return model;
    }

    /** Writes a checkpoint of everything that training goes on from, with further metadata. */
    void save(Path file, Map<String, String> metadata) throws IOException {
        var all = new LinkedHashMap<>(metadata);
        Generator.State state = generator.state();
        all.put("generator.key", Long.toString(state.key()));
        all.put("generator.position", Long.toString(state.position()));
        Map<String, Tensor> updates = optimizer.stateDict();
        try (Tensor steps = updates.get("steps")) {
            Checkpoint.save(file, Map.of("model", model.stateDict(), "optimizer", updates), all);
        }
    }

    /**
     * Continues from a checkpoint.
     *
     * @param epochs how many epochs it was made after
     * @throws IllegalArgumentException when it does not fit
     */
    void restore(Checkpoint checkpoint, int epochs) {
        model.loadStateDict(checkpoint.group("model"));
        optimizer.loadStateDict(checkpoint.group("optimizer"));
        generator.restore(new Generator.State(
                Settings.entry(checkpoint, "generator.key", Long::valueOf),
                Settings.entry(checkpoint, "generator.position", Long::valueOf)));
        if (optimizer.steps() != epochs * train.batches()) {
            throw new IllegalArgumentException("checkpoint: it was made after " + optimizer.steps() + " updates, but "
                    + epochs + " epochs of this data have " + epochs * train.batches()
                    + ": resume with the data that the run began with");
        }
    }

    /** Trains for one epoch and evaluates. {@code progress} is told the number of samples of each batch when it is done. */
    EpochResult epoch(int number, LongConsumer progress) {
        MemoryStats.resetPeak(device);
        long start = System.nanoTime();
        sum.zero_();
        try (var batches = train.epoch(number - 1)) {
            while (batches.hasNext()) {
                try (Batch next = batches.next()) {
                    step(next);
                    progress.accept(next.size());
                }
            }
        }
        double loss = sum.item();
        double seconds = (System.nanoTime() - start) * 1e-9;
        double[] evaluation = evaluate();
        return new EpochResult(
                number,
                loss / samples,
                evaluation[0],
                evaluation[1],
                seconds,
                samples / seconds,
                MemoryStats.of(device).peakBytes());
    }

    private void step(Batch next) {
        if (graph != null && next.size() == batch) {
            graph.run(next.inputs(), next.targets());
        } else {
            try (Batch there = next.to(device)) {
                step(List.of(there.inputs(), there.targets()));
            }
        }
    }

    private List<Tensor> step(List<Tensor> samples) {
        optimizer.zeroGrad();
        try (var training = Training.with(generator);
                var tape = Tape.open()) {
            Tensor loss = Losses.crossEntropy(model.forward(samples.get(0)), samples.get(1));
            tape.backward(loss);
            sum.add_(loss.detach().to(DType.F64).mul(samples.get(0).size(0)));
        }
        optimizer.step();
        return List.of();
    }

    /** The mean loss and the accuracy over the test set. */
    private double[] evaluate() {
        double loss = 0;
        long right = 0;
        try (var batches = test.epoch(0)) {
            while (batches.hasNext()) {
                try (Batch read = batches.next();
                        Batch batch = read.to(device);
                        var scope = MemoryScope.open("evaluation")) {
                    Tensor logits = model.forward(batch.inputs());
                    loss += Losses.crossEntropy(logits, batch.targets()).item() * batch.size();
                    right += logits.argmax(1).eq(batch.targets()).sum().itemLong();
                }
            }
        }
        return new double[] {loss / testSamples, (double) right / testSamples};
    }

    /** The class that the model gives each sample of a batch. */
    List<Long> predict(Batch batch) {
        try (var scope = MemoryScope.open("prediction")) {
            return Arrays.stream(
                            model.forward(batch.inputs().to(device)).argmax(1).toLongArray())
                    .boxed()
                    .toList();
        }
    }

    @Override
    public void close() {
        if (graph != null) {
            graph.close();
        }
        sum.close();
        train.close();
        test.close();
        optimizer.close();
        model.free();
    }
}
