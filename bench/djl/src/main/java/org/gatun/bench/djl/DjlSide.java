package org.gatun.bench.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SymbolBlock;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import org.gatun.bench.Computation;
import org.gatun.bench.Input;
import org.gatun.bench.Output;
import org.gatun.bench.Problem;
import org.gatun.bench.Reading;
import org.gatun.bench.Side;
import org.gatun.bench.SideProgram;
import org.gatun.bench.TorchScript;
import org.jspecify.annotations.Nullable;

/** DJL's PyTorch, with MKL and oneDNN. It runs a problem's script; single operations by {@link DjlOperations} where that has them. */
public final class DjlSide implements Side {
    /** The side. */
    public DjlSide() {}

    /** Runs this side's process. */
    public static void main(String[] args) throws IOException {
        SideProgram.run(new DjlSide(), args);
    }

    @Override
    public String version() {
        return "DJL " + Engine.getDjlVersion() + ", PyTorch " + engine().getVersion();
    }

    private static Engine engine() {
        return Engine.getEngine("PyTorch");
    }

    @Override
    public void threads(int threads) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("OPT_OUT_TRACKING", "true");
        // Operators one by one, as in Python: the optimizing executor takes repeated work out of loops.
        System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
        engine();
    }

    /** What PyTorch keeps for each thread. */
    private static void enter(Problem problem) {
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(problem.recorded());
    }

    @Override
    public @Nullable Computation prepare(Problem problem) {
        NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        var operands = new NDList();
        for (Input input : problem.inputs()) {
            operands.add(array(manager, input));
        }
        if (problem.operation().equals("item")) {
            return new Reading<>(operands.getFirst(), NDArray::getFloat, x -> manager.close());
        }
        if (problem.operation().equals("jvp")) {
            manager.close(); // no way to enter forward mode
            return null;
        }
        var direct = problem.suite().equals("overhead") ? DjlOperations.of(problem.operation()) : null;
        if (direct != null) {
            return new Computation() {
                @Override
                public void enter() {
                    DjlSide.enter(problem);
                }

                @Override
                public void run() {
                    direct.apply(operands).close();
                }

                @Override
                public List<Output> results() {
                    try (NDArray result = direct.apply(operands)) {
                        return List.of(output(result));
                    }
                }

                @Override
                public void close() {
                    manager.close();
                }
            };
        }
        TorchScript torch = problem.torch();
        if (torch == null) {
            manager.close();
            return null;
        }
        return script(manager, torch, operands, problem);
    }

    private static Computation script(NDManager manager, TorchScript torch, NDList operands, Problem problem) {
        int repeats = problem.repeats();
        boolean recorded = problem.recorded();
        SymbolBlock function;
        try {
            function = JniUtils.loadModule(
                    (PtNDManager) manager, new ByteArrayInputStream(torch.archive(repeats)), true, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var parameters = new ParameterStore(manager, false);
        return new Computation() {
            @Override
            public void enter() {
                DjlSide.enter(problem);
            }

            @Override
            public int repeats() {
                return repeats;
            }

            @Override
            public void run() {
                function.forward(parameters, operands, recorded).close();
            }

            @Override
            public List<Output> results() {
                try (NDList results = function.forward(parameters, operands, recorded)) {
                    return Stream.concat(
                                    results.stream(), problem.changed().stream().map(operands::get))
                            .map(DjlSide::output)
                            .toList();
                }
            }

            @Override
            public void close() {
                manager.close();
            }
        };
    }

    private static NDArray array(NDManager manager, Input input) {
        var shape = new Shape(input.sizes());
        NDArray array = switch (input.type()) {
            case F32 -> manager.create(input.values(), shape);
            case F64 -> manager.create(input.doubles(), shape);
            case I64 -> manager.create(input.longs(), shape);
            case BOOL -> manager.create(input.booleans(), shape);
        };
        if (input.trained()) {
            JniUtils.attachGradient((PtNDArray) array, true);
        }
        return array;
    }

    private static Output output(NDArray result) {
        try (NDArray wide = result.toType(DataType.FLOAT64, true)) {
            return new Output(wide.getShape().getShape(), wide.toDoubleArray());
        }
    }
}
