package org.gatun.tensor.composite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.DType;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.LstmKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a long short-term memory (Hochreiter and Schmidhuber 1997), with {@code z = x[t] + h[t - 1] w'} cut into the gates i, f, g and o:
 * {@code c[t] = sigmoid(f) c[t - 1] + sigmoid(i) tanh(g)}, {@code h[t] = sigmoid(o) tanh(c[t])}. Operands: what the inputs give to the gates, x
 * (steps, batch, 4 width), the weight w (4 width, width), and the first h and c (batch, width). There is at least one step.
 *
 * <p>Results: all h (steps, batch, width), the last c (batch, width), and for the derivative, in the dtype that is computed in, all c and the
 * gates after their functions (steps, batch, 4 width), which count as constants. BF16 and F16 are computed in F32 and rounded at the end.
 */
public record Lstm() implements Composite {
    private static final Region CELL = Elementwise.region(5, in -> {
        Tensor i = in.get(0).sigmoid();
        Tensor f = in.get(1).sigmoid();
        Tensor g = in.get(2).tanh();
        Tensor o = in.get(3).sigmoid();
        Tensor c = f.mul(in.get(4)).add(i.mul(g));
        return List.of(o.mul(c.tanh()), c, i, f, g, o);
    });

    @Override
    public String name() {
        return "lstm";
    }

    @Override
    public int arity() {
        return 4;
    }

    @Override
    public int results() {
        return 4;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        DType dtype = inputs.get(0).dtype();
        Steps steps = steps(inputs);
        List<Tensor> gates = steps.gates().stream().map(g -> Tensors.cat(1, g)).toList();
        return List.of(stacked(steps.h()).to(dtype), steps.c().getLast().to(dtype), stacked(steps.c()), stacked(gates));
    }

    /** What each step gives, in the dtype that is computed in: h, c, and the gates i, f, g and o. */
    record Steps(List<Tensor> h, List<Tensor> c, List<Tensor[]> gates) {}

    static Steps steps(List<Tensor> inputs) {
        Tensor x = wide(inputs.get(0));
        Tensor weight = wide(inputs.get(1)).t();
        Tensor h = wide(inputs.get(2));
        Tensor c = wide(inputs.get(3));
        Steps steps = new Steps(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (long t = 0; t < x.size(0); t++) {
            List<Tensor> z = x.select(0, t).add(h.matmul(weight)).split(weight.size(0), 1);
            Tensor[] step = CELL.applyAll(z.get(0), z.get(1), z.get(2), z.get(3), c);
            h = step[0];
            c = step[1];
            steps.h.add(h);
            steps.c.add(c);
            steps.gates.add(Arrays.copyOfRange(step, 2, 6));
        }
        return steps;
    }

    static Tensor wide(Tensor x) {
        return x.to(x.dtype().arithmetic());
    }

    static Tensor stacked(List<Tensor> steps) {
        return Tensors.stack(0, steps.toArray(Tensor[]::new));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(LstmKernels.forward());
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule());
    }

    private record Rule() implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            return Arrays.asList(Dispatch.bindAll(
                    new Op.Call(new LstmGradient()),
                    Saved.at(inputs, 0),
                    Saved.at(inputs, 1),
                    Saved.at(inputs, 2),
                    Saved.at(inputs, 3),
                    Saved.at(results, 0),
                    Saved.at(results, 2),
                    Saved.at(results, 3),
                    cotangents.get(0),
                    cotangents.get(1)));
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            throw new UnsupportedOperationException("the forward mode uses the fallback");
        }

        @Override
        public boolean definesJvp() {
            return false;
        }

        @Override
        public boolean usesResult(int i) {
            return i != 1;
        }

        @Override
        public boolean usesCotangent(int i) {
            return i < 2;
        }
    }
}
