package org.gatun.autograd;

import java.util.Arrays;
import java.util.BitSet;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;

/** Which operations are linear in the operands that a recording follows: those whose derivative does not depend on these. */
final class LinearityRules {
    private LinearityRules() {}

    /**
     * Whether a composite is inlined, so that its operations are looked at: all are where only types are known, but one with a rule of the
     * user's is taken at its word where derivatives are to be had, which are the rule's.
     */
    static boolean looksInto(Composite composite, boolean keeps) {
        return !keeps || !CustomFunction.isCustom(composite);
    }

    /** Refuses an operation that is not linear in what the recording follows; a composite that is not looked into passes. */
    static void require(Linearity claim, Op op, Recording recording, Tensor[] inputs, Tensor[] values) {
        boolean linear = switch (op) {
            case Op.NonDifferentiable other -> false;
            case Op.Diagonal diagonal -> isLinear(diagonal, recording, inputs, values);
            case Op.Multilinear multilinear ->
                Arrays.stream(inputs).filter(recording::own).count() <= 1;
            case Op.Irregular irregular -> isLinear(irregular, recording, inputs);
            case Op.LinearAlgebra algebra -> algebra instanceof Op.TriangularSolve && !recording.own(inputs[0]);
            case Op.Call call -> true;
        };
        if (!linear) {
            throw claim.refused(op);
        }
    }

    private static boolean isLinear(Op.Irregular op, Recording recording, Tensor[] inputs) {
        boolean reads = IrregularRules.readsResult(op, 0) || IrregularRules.readsResult(op, 1);
        for (int i = 0; i < inputs.length; i++) {
            reads |= IrregularRules.readsInput(op, i) && recording.own(inputs[i]);
        }
        return !reads;
    }

    private static boolean isLinear(Op.Diagonal op, Recording recording, Tensor[] inputs, Tensor[] values) {
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
        return linear;
    }
}
