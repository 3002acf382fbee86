package org.gatun.tensor.composite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.DType;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.LstmKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * The cotangents of the operands of {@link Lstm}, through time: operands are those of the function, its first, third and fourth results, and the
 * cotangents of all h (steps, batch, width) and of the last c (batch, width). The kernel reads the results; the fallback, which is there to be
 * differentiated, computes the steps again.
 */
record LstmGradient() implements Composite {
    /** From the cotangents of h and c of a step, those of the four gates before their functions and of c of the step before. */
    private static final Region FLOW = Elementwise.region(8, in -> {
        Tensor d = in.get(0);
        Tensor i = in.get(2);
        Tensor f = in.get(3);
        Tensor g = in.get(4);
        Tensor o = in.get(5);
        Tensor tanh = in.get(6).tanh();
        Tensor before = in.get(7);
        Tensor cell = in.get(1).add(d.mul(o).mul(rest(tanh.square())));
        return List.of(
                cell.mul(g).mul(i.mul(rest(i))),
                cell.mul(before).mul(f.mul(rest(f))),
                cell.mul(i).mul(rest(g.square())),
                d.mul(tanh).mul(o.mul(rest(o))),
                cell.mul(f));
    });

    private static Tensor rest(Tensor x) {
        return x.neg().add(1.0);
    }

    @Override
    public String name() {
        return "lstmGradient";
    }

    @Override
    public int arity() {
        return 9;
    }

    @Override
    public int results() {
        return 4;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        DType dtype = inputs.get(0).dtype();
        Lstm.Steps steps = Lstm.steps(inputs);
        Tensor weight = Lstm.wide(inputs.get(1));
        Tensor outside = Lstm.wide(inputs.get(7));
        Tensor cell = Lstm.wide(inputs.get(8));
        Tensor hidden = cell.fullLike(0);
        Tensor toWeight = weight.fullLike(0);
        List<Tensor> gates = new ArrayList<>();
        for (int t = steps.h().size() - 1; t >= 0; t--) {
            Tensor[] of = steps.gates().get(t);
            Tensor before = t == 0 ? Lstm.wide(inputs.get(3)) : steps.c().get(t - 1);
            Tensor d = outside.select(0, t).add(hidden);
            Tensor[] flow =
                    FLOW.applyAll(d, cell, of[0], of[1], of[2], of[3], steps.c().get(t), before);
            Tensor z = Tensors.cat(1, flow[0], flow[1], flow[2], flow[3]);
            Tensor last = t == 0 ? Lstm.wide(inputs.get(2)) : steps.h().get(t - 1);
            toWeight = toWeight.add(z.t().matmul(last));
            hidden = z.matmul(weight);
            cell = flow[4];
            gates.addFirst(z);
        }
        return List.of(Lstm.stacked(gates).to(dtype), toWeight.to(dtype), hidden.to(dtype), cell.to(dtype));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(LstmKernels.gradient());
    }
}
