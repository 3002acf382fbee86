package org.gatun.tensor.linalg;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.LinearAlgebraKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/** Functions of singular values and of the eigenvalues of symmetric matrices. */
final class Spectra {
    private Spectra() {}

    static Tensor singularValues(Tensor a) {
        return Matrices.call(new SingularValues(), a);
    }

    static Tensor symmetricValues(Tensor a) {
        return Matrices.call(new SymmetricValues(), a);
    }

    /** Magnitudes of the eigenvalues of symmetric matrices, or singular values. */
    static Tensor magnitudes(Tensor a, boolean hermitian) {
        return hermitian ? symmetricValues(a).abs() : singularValues(a);
    }

    /**
     * The bound below which a singular value counts as 0: the larger of {@code atol} and {@code rtol} times the largest.
     *
     * @param magnitudes the singular values (.., k), k at least 1
     */
    static Tensor limit(Tensor magnitudes, double atol, double rtol) {
        return magnitudes.amax(true, -1).mul(rtol).maximum(atol);
    }

    /** PyTorch's relative bound where none is given: none beside an absolute one, otherwise the rounding of the longer side. */
    static double relative(Tensor a, double atol) {
        return atol > 0 ? 0 : Matrices.epsilon(a.dtype()) * Math.max(a.size(-1), a.size(-2));
    }

    static Tensor rank(Tensor a, double atol, double rtol, boolean hermitian) {
        Tensor s = magnitudes(a.detach(), hermitian);
        return s.size(-1) == 0
                ? s.to(DType.I64).sum(-1)
                : s.gt(limit(s, atol, rtol)).to(DType.I64).sum(-1);
    }

    static Tensor pinv(Tensor a, double atol, double rtol, boolean hermitian) {
        return Matrices.call(new PseudoInverse(atol, rtol, hermitian), a);
    }

    /** The singular values: those of the SVD, which has their derivative, and alone in a fraction of its time. */
    private record SingularValues() implements Composite {
        @Override
        public String name() {
            return "svdvals";
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public List<Tensor> fallback(List<Tensor> inputs) {
            return List.of(Dispatch.bindAll(new Op.Svd(false), inputs.get(0))[1]);
        }

        @Override
        public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
            return Optional.of(x -> new ConcreteTensor[] {LinearAlgebraKernels.singularValues(x[0])});
        }
    }

    /** The eigenvalues of symmetric matrices, without the vectors where no derivative asks for them. */
    private record SymmetricValues() implements Composite {
        @Override
        public String name() {
            return "eigvalsh";
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public List<Tensor> fallback(List<Tensor> inputs) {
            return List.of(Dispatch.bindAll(new Op.Eigh(), inputs.get(0))[0]);
        }

        @Override
        public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
            return Optional.of(x -> new ConcreteTensor[] {LinearAlgebraKernels.symmetricValues(x[0])});
        }
    }

    /** The pseudo-inverse from the SVD. Its derivative (Golub and Pereyra, 1973) needs neither vectors nor gaps between values. */
    private record PseudoInverse(double atol, double rtol, boolean hermitian) implements Composite {
        @Override
        public String name() {
            return "pinv";
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public List<Tensor> fallback(List<Tensor> inputs) {
            Tensor a = inputs.get(0);
            if (a.size(-1) == 0 || a.size(-2) == 0) {
                return List.of(Matrices.transpose(a).copy());
            }
            Tensor left;
            Tensor values;
            Tensor right;
            if (hermitian) {
                Tensor[] wv = Dispatch.bindAll(new Op.Eigh(), a);
                left = wv[1];
                values = wv[0];
                right = Matrices.transpose(wv[1]);
            } else {
                Tensor[] usv = Dispatch.bindAll(new Op.Svd(false), a);
                left = Matrices.transpose(usv[2]);
                values = usv[1];
                right = Matrices.transpose(usv[0]);
            }
            Tensor magnitudes = values.abs();
            Tensor kept = magnitudes.gt(limit(magnitudes, atol, rtol));
            Tensor inverse = kept.where(values, values.fullLike(1)).reciprocal();
            return List.of(left.mul(kept.where(inverse, values.fullLike(0)).unsqueeze(-2))
                    .matmul(right));
        }

        @Override
        public Optional<Derivative> derivative() {
            return Optional.of(new PseudoInverseRule(hermitian));
        }
    }

    /** {@code dP = -P dA P + P P' dA' (I - A P) + (I - P A) dA' P' P} for a rank that stays. */
    private record PseudoInverseRule(boolean hermitian) implements Composite.Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor a = Systems.at(inputs, 0);
            Tensor p = Systems.at(results, 0);
            Tensor pt = Matrices.transpose(p);
            Tensor g = cotangents.get(0);
            Tensor gt = Matrices.transpose(g);
            Tensor right = gt.matmul(p).matmul(pt);
            Tensor left = pt.matmul(p).matmul(gt);
            Tensor sum = right.sub(a.matmul(p.matmul(right)))
                    .add(left.sub(left.matmul(p).matmul(a)))
                    .sub(pt.matmul(g).matmul(pt));
            return Arrays.asList(hermitian ? symmetric(sum) : sum);
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            Tensor a = inputs.get(0);
            Tensor p = results.get(0);
            Tensor pt = Matrices.transpose(p);
            Tensor t = hermitian ? symmetric(tangents.get(0)) : tangents.get(0);
            Tensor tt = Matrices.transpose(t);
            Tensor right = p.matmul(pt).matmul(tt);
            Tensor left = tt.matmul(pt).matmul(p);
            return List.of(right.sub(right.matmul(a).matmul(p))
                    .add(left.sub(p.matmul(a.matmul(left))))
                    .sub(p.matmul(t).matmul(p)));
        }

        private static Tensor symmetric(Tensor x) {
            return x.add(Matrices.transpose(x)).mul(0.5);
        }
    }
}
