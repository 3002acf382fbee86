package org.gatun.autograd;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;

/** Which operations are linear in the operands that a recording follows: those whose derivative does not depend on these. */
final class LinearityRules {
    private LinearityRules() {}

    /** The results of an operation that is linear, as variables; composites are looked into. */
    static Tensor[] process(
            Linearity claim,
            Op op,
            Recording recording,
            Tensor[] inputs,
            Tensor[] values,
            UnaryOperator<Tensor[]> variables) {
        return switch (op) {
            case Op.NonDifferentiable other -> refused(claim, other);
            case Op.Diagonal diagonal -> {
                requireLinear(claim, diagonal, recording, inputs, values);
                yield variables.apply(Dispatch.bindAll(diagonal, values));
            }
            case Op.Multilinear multilinear -> {
                long followed = Arrays.stream(inputs).filter(recording::own).count();
                yield followed > 1
                        ? refused(claim, multilinear)
                        : variables.apply(Dispatch.bindAll(multilinear, values));
            }
            case Op.Irregular irregular -> {
                boolean[] saved = new boolean[1];
                for (int i = 0; i < inputs.length; i++) {
                    saved[0] |= IrregularRules.readsInput(irregular, i) && recording.own(inputs[i]);
                }
                yield saved[0] || IrregularRules.readsResult(irregular, 0) || IrregularRules.readsResult(irregular, 1)
                        ? refused(claim, irregular)
                        : variables.apply(Dispatch.bindAll(irregular, values));
            }
            case Op.LinearAlgebra algebra ->
                algebra instanceof Op.TriangularSolve && !recording.own(inputs[0])
                        ? variables.apply(Dispatch.bindAll(algebra, values))
                        : refused(claim, algebra);
            case Op.Call call -> Dispatch.inline(call.composite(), inputs);
        };
    }

    private static void requireLinear(
            Linearity claim, Op.Diagonal op, Recording recording, Tensor[] inputs, Tensor[] values) {
        int n = inputs.length;
        DType[] types = new DType[n];
        BitSet wanted = new BitSet();
        for (int i = 0; i < n; i++) {
            types[i] = values[i].dtype();
            wanted.set(i, recording.own(inputs[i]));
        }
        DerivativeRegion region = DerivativeRegion.jvp(op, Arrays.asList(types), wanted);
        boolean linear = true;
        for (int i = 0; i < n; i++) {
            linear &= !(wanted.get(i) && region.reads(i));
        }
        for (int i = n; linear && i < n + op.results(); i++) {
            linear = !region.reads(i);
        }
        if (!linear) {
            throw claim.refused(op);
        }
    }

    private static Tensor[] refused(Linearity claim, Op op) {
        throw claim.refused(op);
    }
}
