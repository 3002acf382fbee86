package org.gatun.bench;

import java.util.concurrent.TimeUnit;
import org.gatun.autograd.Tape;
import org.gatun.nn.Activation;
import org.gatun.nn.Linear;
import org.gatun.nn.Sequential;
import org.gatun.optim.Adam;
import org.gatun.optim.Optimizer;
import org.gatun.tensor.DType;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One training step of the 784-512-256-10 MLP with ReLU, cross-entropy and Adam, beside the time of its matrix products alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MlpStepBenchmark {
    private static final int[] SIZES = {784, 512, 256, 10};

    /** Samples in the mini-batch. */
    @Param({"32", "128", "1024"})
    private int batch;

    private Sequential model = new Sequential();
    private Optimizer optimizer = Adam.of(new Linear(1, 1, new Generator(0)).parameters());
    private Tensor x = Tensors.zeros(1);
    private Tensor t = x;
    private final Tensor[] activations = new Tensor[SIZES.length];
    private final Tensor[] weights = new Tensor[SIZES.length - 1];

    /** The model and a batch. */
    @Setup(Level.Trial)
    public void setUp() {
        var g = new Generator(1);
        model = new Sequential(
                new Linear(784, 512, g),
                Activation.RELU,
                new Linear(512, 256, g),
                Activation.RELU,
                new Linear(256, 10, g));
        optimizer = Adam.of(model.parameters());
        x = Tensors.randn(g, batch, 784);
        t = Tensors.arange(batch).remainder(10).to(DType.I64);
        for (int i = 0; i < SIZES.length; i++) {
            activations[i] = Tensors.randn(g, batch, SIZES[i]);
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Tensors.randn(g, SIZES[i + 1], SIZES[i]);
        }
    }

    /** Frees the model and the batch. */
    @TearDown(Level.Trial)
    public void tearDown() {
        optimizer.close();
        model.free();
    }

    /** The whole step: forward, loss, backward, update. */
    @Benchmark
    public double step() {
        optimizer.zeroGrad();
        double value;
        try (Tape tape = Tape.open()) {
            Tensor loss = Losses.crossEntropy(model.forward(x), t);
            tape.backward(loss);
            value = loss.item();
        }
        optimizer.step();
        return value;
    }

    /** The eight matrix products of the step and nothing else. */
    @Benchmark
    public void productsOnly() {
        for (int i = 0; i < weights.length; i++) {
            try (Tensor wt = weights[i].t();
                    Tensor y = activations[i].matmul(wt);
                    Tensor gt = activations[i + 1].t();
                    Tensor gw = gt.matmul(activations[i])) {
                if (i > 0) {
                    activations[i + 1].matmul(weights[i]).close();
                }
            }
        }
    }
}
