package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.OpCase.Operand.matrix;
import static org.gatun.tensor.conformance.OpCase.Operand.value;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.conformance.OpCase.Operand;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Matrices and parameters for the factorisations, and what of their results is differentiated. */
final class LinearAlgebraCases {
    private static final List<LayoutVariant> LAYOUTS =
            List.of(LayoutVariant.CONTIGUOUS, LayoutVariant.TRANSPOSED, LayoutVariant.STEPPED);

    private LinearAlgebraCases() {}

    static List<OpCase> cases(Op.LinearAlgebra kind) {
        var cases = new ArrayList<OpCase>();
        switch (kind) {
            case Op.Cholesky op -> {
                for (long[] shape : squares()) {
                    cases.add(OpCase.of(op, Operand.definite(shape)));
                }
            }
            case Op.Lu op -> {
                for (long[] shape : rectangles()) {
                    cases.add(OpCase.of(new Op.Lu(false), matrix(shape)));
                }
                cases.add(OpCase.of(new Op.Lu(true), matrix(2, 3, 3)));
            }
            case Op.Qr op -> {
                for (long[] shape : rectangles()) {
                    cases.add(OpCase.of(new Op.Qr(false), matrix(shape)));
                    cases.add(OpCase.of(new Op.Qr(true), matrix(shape)));
                }
            }
            case Op.Eigh op -> {
                for (long[] shape : squares()) {
                    cases.add(OpCase.of(op, Operand.definite(shape)));
                }
            }
            case Op.Svd op -> {
                for (long[] shape : rectangles()) {
                    cases.add(OpCase.of(new Op.Svd(false), matrix(shape)));
                }
                // With one row or column more, what completes it is unique up to the sign.
                for (long[] shape : new long[][] {{1, 1}, {3, 3}, {4, 3}, {2, 2, 3}, {2, 0, 0}, {0, 2, 3}}) {
                    cases.add(OpCase.of(new Op.Svd(true), matrix(shape)));
                }
            }
            case Op.TriangularSolve op -> {
                for (boolean upper : new boolean[] {false, true}) {
                    for (boolean unit : new boolean[] {false, true}) {
                        var solve = new Op.TriangularSolve(upper, unit);
                        cases.add(OpCase.of(solve, Operand.definite(3, 3), value(3, 2)));
                        cases.add(OpCase.of(solve, Operand.definite(2, 4, 4), value(2, 4, 1)));
                        cases.add(OpCase.of(solve, Operand.definite(2, 3, 2, 2), value(2, 3, 2, 3)));
                        cases.add(OpCase.of(solve, Operand.definite(1, 1), value(1, 1)));
                        cases.add(OpCase.of(solve, Operand.definite(0, 0), value(0, 2)));
                        cases.add(OpCase.of(solve, Operand.definite(2, 2), value(2, 0)));
                    }
                }
            }
        }
        return cases;
    }

    private static long[][] squares() {
        return new long[][] {{1, 1}, {2, 2}, {3, 3}, {5, 5}, {2, 3, 3}, {2, 1, 4, 4}, {0, 0}, {2, 0, 0}, {0, 3, 3}};
    }

    private static long[][] rectangles() {
        return new long[][] {
            {1, 1},
            {3, 3},
            {5, 5},
            {4, 2},
            {2, 4},
            {1, 3},
            {3, 1},
            {2, 4, 3},
            {2, 2, 2, 3},
            {0, 0},
            {0, 3},
            {3, 0},
            {0, 2, 3}
        };
    }

    // ---- values ----

    /** Random matrices with a heavy diagonal, in the rows exchanged in pairs so that pivots are looked for. */
    static HostArray matrices(DType dtype, Shape shape, SplittableRandom random) {
        long rows = shape.size(-2);
        return HostArray.reals(dtype, shape, i -> {
            long[] at = HostArray.index(shape, i);
            long row = at[at.length - 2];
            long partner = (row ^ 1) < rows ? row ^ 1 : row;
            double heavy = partner == at[at.length - 1] ? 1.5 + 0.9 * row : 0;
            return heavy + random.nextDouble(-0.3, 0.3);
        });
    }

    static HostArray definiteMatrices(DType dtype, Shape shape, SplittableRandom random) {
        HostArray noise = HostArray.reals(dtype, shape, i -> random.nextDouble(-0.2, 0.2));
        return HostArray.reals(dtype, shape, i -> {
            long[] at = HostArray.index(shape, i);
            long row = at[at.length - 2];
            long column = at[at.length - 1];
            at[at.length - 2] = column;
            at[at.length - 1] = row;
            double mirrored = noise.real(HostArray.flat(shape, at));
            return (row == column ? 1.2 + 0.9 * row : 0) + 0.5 * (noise.real(i) + mirrored);
        });
    }

    // ---- derivatives ----

    /**
     * The factorisations as functions of all elements: of symmetric ones the symmetric part is taken first; where Q or singular
     * vectors are completed, which can be done in many ways, the projection on what they add.
     */
    static List<GradientSample> gradients(Op.LinearAlgebra kind) {
        var samples = new ArrayList<GradientSample>();
        for (OpCase c : cases(kind)) {
            long[] sizes = c.operands().get(0).shape().toArray();
            if (c.operands().get(0).shape().elements() <= 18) {
                for (LayoutVariant layout : LAYOUTS) {
                    samples.add(sample(c, (Op.LinearAlgebra) c.op(), sizes, layout));
                }
            }
        }
        return samples;
    }

    private static GradientSample sample(OpCase c, Op.LinearAlgebra op, long[] sizes, LayoutVariant layout) {
        boolean symmetric = op instanceof Op.Cholesky || op instanceof Op.Eigh;
        long m = sizes[sizes.length - 2];
        long n = sizes[sizes.length - 1];
        Function<List<Tensor>, List<Tensor>> body = in -> {
            Tensor a = in.get(0);
            Tensor first = symmetric ? a.add(a.transpose(-2, -1)).mul(0.5) : a;
            Tensor[] all = in.size() == 1 ? Dispatch.bindAll(op, first) : Dispatch.bindAll(op, first, in.get(1));
            var results = new ArrayList<>(List.of(all));
            if (op instanceof Op.Qr qr && qr.complete() && m > n) {
                project(results, 0, -1, n);
            } else if (op instanceof Op.Svd svd && svd.full() && m > n) {
                project(results, 0, -1, n);
            } else if (op instanceof Op.Svd svd && svd.full() && m < n) {
                project(results, 2, -2, m);
            }
            return results;
        };
        List<HostArray> arrays = OperandValues.fill(c, DType.F64, OperandValues.Flavour.ORDINARY, 5);
        List<LayoutVariant> layouts = Collections.nCopies(arrays.size(), layout).stream()
                .map(l -> l.applies(arrays.get(0).shape()) ? l : LayoutVariant.CONTIGUOUS)
                .toList();
        List<Shape> shapes = c.operands().stream().map(Operand::shape).toList();
        return GradientSample.of(op + " on " + shapes + " " + layouts, body, arrays, layouts);
    }

    /** Puts the first vectors of a result in its place, and adds the projection on the others. */
    private static void project(List<Tensor> results, int r, int axis, long count) {
        Tensor all = results.get(r);
        results.set(r, all.slice(axis, 0, count));
        Tensor rest = all.slice(axis, count, all.size(axis));
        Tensor columns = axis == -1 ? rest : rest.transpose(-2, -1);
        results.add(columns.matmul(columns.transpose(-2, -1)));
    }
}
