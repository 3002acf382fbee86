package org.gatun.tensor.linalg;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.LuKernel;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/** Linear systems: the right sides brought to matrices, and the solvers behind them. */
final class Systems {
    private Systems() {}

    /** Checks that the permutation of LU factors holds a row number for each row. */
    static void requirePermutation(String name, LuFactor factor) {
        Tensor permutation = factor.permutation();
        long n = factor.lu().size(-1);
        if (permutation.dtype() != DType.I64) {
            throw new DTypeException(
                    name + ": the permutation is " + permutation.dtype() + " and must be I64: give that of luFactor");
        }
        if (permutation.rank() == 0
                || permutation.size(-1) != n
                || !Broadcasting.fits(permutation.shape(), Matrices.with(Matrices.batch(factor.lu()), n))) {
            throw new ShapeException(name + ": a permutation of shape " + permutation.shape()
                    + " does not fit LU factors of shape " + factor.lu().shape()
                    + ": it must have one row number for each row of each matrix");
        }
        Tensor rows = Traced.beneath(permutation);
        if (rows.lt(0).or(rows.ge(n)).any().item() != 0) {
            throw new IndexOutOfBoundsException(name + ": the permutation of shape " + permutation.shape()
                    + " holds row numbers that do not lie from 0 to " + (n - 1) + ": give that of luFactor");
        }
    }

    /** A solver of {@code A X = B} for batches of equal leading sizes and one dtype. */
    @FunctionalInterface
    interface Solver {
        Tensor solve(Tensor a, Tensor b);
    }

    /**
     * Applies a solver to a matrix and a right side that may be a vector, from the left or the right, with batches that broadcast.
     *
     * @param vectors whether the right side may be a vector for each matrix
     */
    static Tensor apply(String name, Tensor a, Tensor b, boolean left, boolean vectors, Solver solver) {
        Matrices.require(name, a);
        Matrices.requireFloating(name, b);
        boolean vector = vectors && isVector(a, b);
        Tensor right = vector ? b.unsqueeze(-1) : b;
        Matrices.require(name, right);
        if (vector && !left) {
            throw new ShapeException(name + ": a right side of shape " + b.shape()
                    + " is a vector, which has no columns to solve for from the right: unsqueeze it");
        }
        Tensor matrix = left ? a : Matrices.transpose(a);
        right = left ? right : Matrices.transpose(right);
        if (right.size(-2) != matrix.size(-2)) {
            throw new ShapeException(
                    name + ": shapes " + a.shape() + " and " + b.shape() + " do not fit: the matrix has "
                            + matrix.size(-2) + (left ? " rows and the right side " : " columns and the right side ")
                            + right.size(-2));
        }
        DType dtype = Matrices.common(a, b);
        Shape batch = Matrices.batch(name, matrix, right);
        Tensor x = solver.solve(Matrices.expand(matrix.to(dtype), batch), Matrices.expand(right.to(dtype), batch));
        x = vector ? x.squeeze(-1) : x;
        return left ? x : Matrices.transpose(x);
    }

    /** PyTorch's rule: one vector, or as many vectors as there are matrices. */
    static boolean isVector(Tensor a, Tensor b) {
        return b.rank() == 1
                || (b.rank() == a.rank() - 1
                        && b.shape().equals(Shape.of(Arrays.copyOf(a.shape().toArray(), a.rank() - 1))));
    }

    static Tensor triangular(boolean upper, boolean unit, Tensor a, Tensor b) {
        return Dispatch.bind(new Op.TriangularSolve(upper, unit), a, b);
    }

    /** The rows of b in the order that a factorisation put those of its matrix. */
    static Tensor permuted(Tensor permutation, Tensor b) {
        Tensor rows = permutation.unsqueeze(-1).broadcastTo(b.shape());
        return Dispatch.bind(new Op.Gather(b.rank() - 2), b, rows);
    }

    /** X with {@code A X = B} from {@code A[permutation] = L U}. */
    static Tensor fromLu(Tensor lu, Tensor permutation, Tensor b) {
        return triangular(true, false, lu, triangular(false, true, lu, permuted(permutation, b)));
    }

    /** X with {@code A' X = B}. */
    static Tensor fromLuTransposed(Tensor lu, Tensor permutation, Tensor b) {
        Tensor t = Matrices.transpose(lu);
        Tensor x = triangular(true, true, t, triangular(false, false, t, b));
        Tensor rows = permutation.unsqueeze(-1).broadcastTo(b.shape());
        return Dispatch.bind(new Op.ScatterAdd(b.rank() - 2, b.shape()), x, rows);
    }

    /** X with {@code A X = B} from {@code A = L L'}. */
    static Tensor fromCholesky(Tensor l, Tensor b) {
        return triangular(true, false, Matrices.transpose(l), triangular(false, false, l, b));
    }

    static Tensor at(List<@Nullable Tensor> values, int i) {
        return Objects.requireNonNull(values.get(i), "a value that the derivative names is not there");
    }

    /** {@code A^-1 B}; its derivative solves one more system, instead of going through those of the factors. */
    record Solve() implements Composite {
        @Override
        public String name() {
            return "solve";
        }

        @Override
        public int arity() {
            return 2;
        }

        @Override
        public List<Tensor> fallback(List<Tensor> inputs) {
            Tensor[] factors = Dispatch.bindAll(new Op.Lu(true), inputs.get(0));
            return List.of(fromLu(factors[0], factors[1], inputs.get(1)));
        }

        @Override
        public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
            return Optional.of(x -> new ConcreteTensor[] {LuKernel.solve(true, x[0], x[1])});
        }

        @Override
        public Optional<Derivative> derivative() {
            return Optional.of(new SolveRule());
        }
    }

    /** {@code A dX + dA X = dB}. */
    private record SolveRule() implements Composite.Derivative {
        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return jvp(inputs, results, tangents, i -> true);
        }

        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor gb = Matrices.call(new Solve(), Matrices.transpose(at(inputs, 0)), cotangents.get(0));
            return Arrays.asList(gb.matmul(Matrices.transpose(at(results, 0))).neg(), gb);
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            Tensor right =
                    present.test(0) ? tangents.get(1).sub(tangents.get(0).matmul(results.get(0))) : tangents.get(1);
            return List.of(Matrices.call(new Solve(), inputs.get(0), right));
        }

        @Override
        public boolean usesInput(int i) {
            return i == 0;
        }
    }

    /**
     * {@code A^-1}, with the derivative {@code -A^-1 dA A^-1}.
     *
     * @param regular whether a singular matrix is an error; otherwise its inverse is infinite or NaN
     */
    record Inverse(boolean regular) implements Composite {
        @Override
        public String name() {
            return "inv";
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public List<Tensor> fallback(List<Tensor> inputs) {
            Tensor a = inputs.get(0);
            Tensor[] factors = Dispatch.bindAll(new Op.Lu(regular), a);
            Tensor identity = Matrices.expand(Matrices.identity(a, a.size(-1)), Matrices.batch(a));
            return List.of(fromLu(factors[0], factors[1], identity));
        }

        @Override
        public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
            return Optional.of(x -> new ConcreteTensor[] {LuKernel.invert(regular, x[0])});
        }

        @Override
        public Optional<Derivative> derivative() {
            return Optional.of(new InverseRule());
        }
    }

    private record InverseRule() implements Composite.Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor t = Matrices.transpose(at(results, 0));
            return Arrays.asList(t.matmul(cotangents.get(0)).matmul(t).neg());
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            Tensor x = results.get(0);
            return List.of(x.matmul(tangents.get(0)).matmul(x).neg());
        }

        @Override
        public boolean usesInput(int i) {
            return false;
        }
    }
}
