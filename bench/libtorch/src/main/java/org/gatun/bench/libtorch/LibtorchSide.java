package org.gatun.bench.libtorch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AbstractTensor;
import org.bytedeco.pytorch.ForwardADLevel;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.gatun.bench.Computation;
import org.gatun.bench.Input;
import org.gatun.bench.Output;
import org.gatun.bench.Problem;
import org.gatun.bench.Reading;
import org.gatun.bench.Side;
import org.gatun.bench.SideProgram;
import org.gatun.bench.TorchScript;
import org.jspecify.annotations.Nullable;

/** PyTorch's C++ library by JavaCPP. It runs a problem's script; single operations by {@link LibtorchOperations} where that has them. */
public final class LibtorchSide implements Side {
    /** The side. */
    public LibtorchSide() {}

    /** Runs this side's process. */
    public static void main(String[] args) throws IOException {
        SideProgram.run(new LibtorchSide(), args);
    }

    @Override
    public String version() {
        try {
            return "libtorch " + Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void threads(int threads) {
        torch.set_num_threads(threads);
        // The level of dual numbers that scripts name.
        ForwardADLevel.get_next_idx();
    }

    /** What PyTorch keeps for each thread. */
    private static void enter(Problem problem) {
        // Operators one by one, as in Python: the optimizing executor takes repeated work out of loops.
        torch.setGraphExecutorOptimize(false);
        GradMode.set_enabled(problem.recorded());
    }

    @Override
    public @Nullable Computation prepare(Problem problem) {
        List<Tensor> operands = new ArrayList<>();
        for (Input input : problem.inputs()) {
            operands.add(tensor(input));
        }
        if (problem.operation().equals("item")) {
            return new Reading<>(operands.getFirst(), Tensor::item_float, Tensor::close);
        }
        var direct = problem.suite().equals("overhead") ? LibtorchOperations.of(problem.operation()) : null;
        if (direct != null) {
            return new Direct(problem, operands, direct);
        }
        TorchScript script = problem.torch();
        return script == null ? null : new Script(problem, operands, module(script, problem.repeats()));
    }

    private record Direct(Problem problem, List<Tensor> operands, Function<List<Tensor>, Tensor> operation)
            implements Computation {
        @Override
        public void enter() {
            LibtorchSide.enter(problem);
        }

        @Override
        public void run() {
            operation.apply(operands).close();
        }

        @Override
        public List<Output> results() {
            try (Tensor result = operation.apply(operands)) {
                return List.of(output(result));
            }
        }

        @Override
        public void close() {
            operands.forEach(Tensor::close);
        }
    }

    private record Script(Problem problem, List<Tensor> operands, JitModule module) implements Computation {
        @Override
        public void enter() {
            LibtorchSide.enter(problem);
        }

        @Override
        public int repeats() {
            return problem.repeats();
        }

        @Override
        public void run() {
            try (var scope = new PointerScope()) {
                forward();
            }
        }

        private IValue forward() {
            return module.forward(
                    new IValueVector(operands.stream().map(IValue::new).toArray(IValue[]::new)));
        }

        @Override
        public List<Output> results() {
            try (var scope = new PointerScope()) {
                IValue result = forward();
                if (result.isTensor()) {
                    return List.of(output(result.toTensor()));
                }
                List<Output> outputs = new ArrayList<>();
                IValueVector elements = result.toTuple().elements().vec();
                for (long i = 0; i < elements.size(); i++) {
                    outputs.add(output(elements.get(i).toTensor()));
                }
                problem.changed().forEach(i -> outputs.add(output(operands.get(i))));
                return outputs;
            }
        }

        @Override
        public void close() {
            operands.forEach(Tensor::close);
            module.close();
        }
    }

    private static JitModule module(TorchScript script, int times) {
        try {
            Path file = Files.createTempFile("gatun-bench", ".pt");
            try {
                Files.write(file, script.archive(times));
                return torch.load(file.toString());
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tensor tensor(Input input) {
        Tensor tensor = switch (input.type()) {
            case F32 -> AbstractTensor.create(input.values(), input.sizes());
            case F64 -> AbstractTensor.create(input.doubles(), input.sizes());
            case I64 -> AbstractTensor.create(input.longs(), input.sizes());
            case BOOL -> AbstractTensor.create(input.booleans(), input.sizes());
        };
        if (input.trained()) {
            tensor.set_requires_grad(true);
        }
        return tensor;
    }

    private static Output output(Tensor result) {
        try (var scope = new PointerScope()) {
            Tensor wide = result.detach().to(torch.ScalarType.Double).contiguous();
            double[] values = new double[Math.toIntExact(wide.numel())];
            if (values.length > 0) {
                wide.data_ptr_double().get(values);
            }
            long[] sizes = new long[Math.toIntExact(wide.dim())];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = wide.size(i);
            }
            return new Output(sizes, values);
        }
    }
}
