package org.gatun.bench;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SymbolBlock;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A problem and its operands in DJL's PyTorch, on as many threads as Gatun has. Both sides' results are compared before anything is timed. */
@State(Scope.Thread)
public class PyTorchSide {
    /** Of the largest number. */
    private static final double TOLERANCE = 1e-4;

    /** The problem's name; {@link Benchmarks} names them all. */
    @Param("")
    private String problem = "";

    private boolean gradient;
    private @Nullable NDManager manager;
    private @Nullable SymbolBlock function;
    private NDList operands = new NDList();
    private @Nullable ParameterStore parameters;

    /**
     * Loads PyTorch and the problem, and compares the results with Gatun's.
     *
     * @throws IllegalStateException when they differ
     */
    @Setup(Level.Trial)
    public void setUp() throws IOException {
        Problem p = Problems.named(problem);
        gradient = p.gradient();
        Engine.getEngine("PyTorch");
        // Operators one by one, as in Python.
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(gradient);
        PtNDManager pt = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        manager = pt;
        parameters = new ParameterStore(pt, false);
        byte[] script = TorchScript.function(p.inputs().size(), p.results(), p.torch(), gradient);
        function = JniUtils.loadModule(pt, new ByteArrayInputStream(script), true, false);
        for (Input input : p.inputs()) {
            NDArray array = pt.create(input.values(), new Shape(input.shape().toArray()));
            if (gradient) {
                JniUtils.attachGradient((PtNDArray) array, true);
            }
            operands.add(array);
        }
        compare(p);
    }

    /** One computation; its results are freed. */
    public void run() {
        results().close();
    }

    private NDList results() {
        if (function == null || parameters == null) {
            throw new IllegalStateException("nothing is set up");
        }
        return function.forward(parameters, operands, gradient);
    }

    private void compare(Problem p) {
        try (NDList results = results();
                var scope = MemoryScope.open()) {
            List<Tensor> theirs = p.unique()
                    .apply(results.stream()
                            .map(a -> Tensors.of(
                                    org.gatun.tensor.shape.Shape.of(a.getShape().getShape()), a.toFloatArray()))
                            .toList());
            List<Tensor> ours = p.unique().apply(p.run(GatunSide.operands(p)));
            if (ours.size() != theirs.size()) {
                throw new IllegalStateException(
                        problem + ": " + ours.size() + " results of Gatun, " + theirs.size() + " of PyTorch");
            }
            for (int i = 0; i < ours.size(); i++) {
                Tensor a = ours.get(i).to(DType.F64);
                Tensor b = theirs.get(i).to(DType.F64);
                double difference = a.shape().equals(b.shape())
                        ? a.sub(b).abs().amax().item() / b.abs().amax().item()
                        : Double.NaN;
                if (!(difference <= TOLERANCE)) {
                    throw new IllegalStateException(problem + ": result " + i + " of shape " + a.shape()
                            + " differs from PyTorch's of shape " + b.shape() + " by " + difference
                            + " of the largest number");
                }
            }
        }
    }

    /** Frees everything. */
    @TearDown(Level.Trial)
    public void tearDown() {
        if (manager != null) {
            manager.close();
        }
    }
}
