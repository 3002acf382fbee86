package org.gatun.tensor.linalg;

import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.CastPolicy;
import org.gatun.tensor.trace.Dispatch;

/**
 * Linear algebra, with the names and conventions of {@code torch.linalg}, over batches: the last two axes are matrices, the axes
 * before them batches, which broadcast where a function takes several operands. F32 and F64, by LAPACK; other dtypes are refused with
 * a {@link DTypeException} that names the conversion. Matrices without elements and batches of none have the results that mathematics
 * gives them.
 *
 * <p><b>Derivatives</b> are right in both modes and to any order, as far as they exist. A symmetric operand counts as symmetric: its gradient is
 * symmetric, although one triangle only is read. Eigenvectors and singular vectors divide by the gaps between values, so that their
 * derivatives are infinite or NaN where two are equal; the values alone, {@link #pinv}, {@link #lstsq} and {@link #matrixRank} do not.
 * Vectors are determined up to their sign, or more where values are equal: only functions that do not depend on that choice have
 * meaningful derivatives. The sign is such that the first element of a left vector or eigenvector which is not small against the largest
 * is positive.
 *
 * <p><b>Bad matrices.</b> A singular matrix to solve with, one that is not positive definite, or an iteration that does not converge is a {@link
 * LinalgException}, which names the matrix by its place in the batch. As in PyTorch, NaN and infinities propagate through LU, QR,
 * determinants and solvers (here to every element of the matrix), and are an error for Cholesky, eigenvalues and singular values.
 *
 * <p>{@code eig} and {@code eigvals} of general matrices, whose results are complex, are not offered before there are complex dtypes.
 */
public final class Linalg {
    private Linalg() {}

    // ---- systems ----

    /** {@link #solve(Tensor, Tensor, boolean)} from the left. */
    public static Tensor solve(Tensor a, Tensor b) {
        return solve(a, b, true);
    }

    /**
     * X with {@code A X = B}, or {@code X A = B}, as {@code torch.linalg.solve}.
     *
     * @param a square matrices (.., n, n)
     * @param b (.., n, k), or from the left a vector (n), or one for each matrix: the shape of {@code a} without its last axis
     * @param left whether A is on the left
     * @return the shape of {@code b}, with the common batch
     * @throws LinalgException when a matrix is singular
     * @throws ShapeException when a matrix is not square or the shapes do not fit, naming both
     */
    public static Tensor solve(Tensor a, Tensor b, boolean left) {
        Matrices.requireSquare("solve", a);
        return Matrices.named(
                "solve",
                () -> Systems.apply("solve", a, b, left, true, (m, r) -> Matrices.call(new Systems.Solve(), m, r)));
    }

    /**
     * The inverses of square matrices, as {@code torch.linalg.inv}. To solve a system, {@link #solve} is faster and more accurate.
     *
     * @throws LinalgException when a matrix is singular
     */
    public static Tensor inv(Tensor a) {
        Matrices.requireSquare("inv", a);
        return Matrices.named("inv", () -> Matrices.call(new Systems.Inverse(true), a));
    }

    /** {@link #solveTriangular(Tensor, Tensor, boolean, boolean, boolean)} from the left, with the diagonal as it is. */
    public static Tensor solveTriangular(Tensor a, Tensor b, boolean upper) {
        return solveTriangular(a, b, upper, true, false);
    }

    /**
     * X with {@code A X = B}, or {@code X A = B}, for triangular A, as {@code torch.linalg.solve_triangular}. A zero on the diagonal is no
     * error: the result has infinities and NaN.
     *
     * @param a square matrices (.., n, n), of which only the triangle is read
     * @param b (.., n, k), or (.., k, n) from the right
     * @param upper whether A is upper triangular
     * @param left whether A is on the left
     * @param unitriangular whether the diagonal is taken to be 1 and not read
     * @throws ShapeException when a matrix is not square or the shapes do not fit, naming both
     */
    public static Tensor solveTriangular(Tensor a, Tensor b, boolean upper, boolean left, boolean unitriangular) {
        Matrices.requireSquare("solveTriangular", a);
        // From the right the transpose is solved with.
        boolean above = upper == left;
        return Systems.apply(
                "solveTriangular", a, b, left, false, (m, r) -> Systems.triangular(above, unitriangular, m, r));
    }

    /** {@link #lstsq(Tensor, Tensor, double, LstsqDriver)} by singular values, with the relative bound {@code max(m, n)} units of rounding. */
    public static Lstsq lstsq(Tensor a, Tensor b) {
        Matrices.require("lstsq", a);
        return lstsq(a, b, Spectra.relative(a, 0), LstsqDriver.GELSD);
    }

    /**
     * The X of least norm among those that minimise {@code |A X - B|}, as {@code torch.linalg.lstsq}. The derivative takes the rank as
     * constant.
     *
     * @param a (.., m, n)
     * @param b (.., m, k), or vectors as for {@link #solve}
     * @param rcond singular values below it, relative to the largest, count as 0; GELS does not read it
     * @param driver GELSD for any rank, GELS for full rank
     * @throws ShapeException when the shapes do not fit, naming both
     */
    public static Lstsq lstsq(Tensor a, Tensor b, double rcond, LstsqDriver driver) {
        Matrices.require("lstsq", a);
        requireBound("lstsq", "rcond", rcond);
        return Matrices.named("lstsq", () -> LeastSquares.solve(a, b, rcond, driver));
    }

    // ---- determinants ----

    /**
     * The determinants of square matrices, as {@code torch.linalg.det}. Its first and second derivatives are right for matrices of any
     * rank; third ones for singular and nearly singular matrices only while their non-zero singular values differ and there is at most one zero.
     */
    public static Tensor det(Tensor a) {
        Matrices.requireSquare("det", a);
        return CastPolicy.AS_IS.apply(a, Determinants::det);
    }

    /** Signs and logarithms of the determinants, which overflow late, as {@code torch.linalg.slogdet}; the derivative needs regular matrices. */
    public static SlogDet slogdet(Tensor a) {
        Matrices.requireSquare("slogdet", a);
        return Determinants.slogdet(a);
    }

    /** {@code log(det(A))}, NaN for a negative determinant and -infinity for 0, as {@code torch.logdet}. */
    public static Tensor logdet(Tensor a) {
        Matrices.requireSquare("logdet", a);
        return CastPolicy.AS_IS.apply(a, Determinants::logdet);
    }

    // ---- factors ----

    /** The lower triangular L of {@link #cholesky(Tensor, boolean)}. */
    public static Tensor cholesky(Tensor a) {
        return cholesky(a, false);
    }

    /**
     * The triangular factor of symmetric positive definite matrices, {@code A = L L'} or {@code A = U' U}, as {@code
     * torch.linalg.cholesky}.
     *
     * @param a of which the triangle of the factor is read
     * @param upper whether the factor is upper triangular
     * @throws LinalgException when a matrix is not positive definite, naming it and its first leading minor that is not positive
     */
    public static Tensor cholesky(Tensor a, boolean upper) {
        Matrices.requireSquare("cholesky", a);
        Tensor read = upper ? Matrices.transpose(a) : a;
        Tensor l = Matrices.named("cholesky", () -> Dispatch.bind(new Op.Cholesky(), read));
        return upper ? Matrices.transpose(l) : l;
    }

    /** {@link #choleskySolve(Tensor, Tensor, boolean)} with a lower triangular factor. */
    public static Tensor choleskySolve(Tensor b, Tensor l) {
        return choleskySolve(b, l, false);
    }

    /**
     * X with {@code A X = B} from the factor of A by {@link #cholesky}, as {@code torch.cholesky_solve}.
     *
     * @param b the right side (.., n, k)
     * @param l the factor (.., n, n)
     * @param upper whether the factor is upper triangular
     */
    public static Tensor choleskySolve(Tensor b, Tensor l, boolean upper) {
        Matrices.requireSquare("choleskySolve", l);
        return Systems.apply("choleskySolve", upper ? Matrices.transpose(l) : l, b, true, false, Systems::fromCholesky);
    }

    /** {@link #choleskyInverse(Tensor, boolean)} with a lower triangular factor. */
    public static Tensor choleskyInverse(Tensor l) {
        return choleskyInverse(l, false);
    }

    /** The inverse of A from its factor by {@link #cholesky}, as {@code torch.cholesky_inverse}. */
    public static Tensor choleskyInverse(Tensor l, boolean upper) {
        Matrices.requireSquare("choleskyInverse", l);
        Tensor lower = upper ? Matrices.transpose(l) : l;
        Tensor identity = Matrices.expand(Matrices.identity(l, l.size(-1)), Matrices.batch(l));
        return Systems.fromCholesky(lower, identity);
    }

    /** {@code A = P L U} with row exchanges for matrices (.., m, n) of any rank, as {@code torch.linalg.lu}. */
    public static Lu lu(Tensor a) {
        Matrices.require("lu", a);
        Tensor[] factors = Dispatch.bindAll(new Op.Lu(false), a);
        long m = a.size(-2);
        long k = Math.min(m, a.size(-1));
        Tensor packed = factors[0];
        Tensor one = Matrices.constant(a, 1);
        Tensor l = Matrices.diagonal(a, m, k).where(one, packed.slice(-1, 0, k).tril(-1));
        Tensor row = Dispatch.source(new Op.Iota(m), a.device()).unsqueeze(1);
        Tensor p = row.eq(factors[1].unsqueeze(-2)).to(a.dtype());
        return new Lu(p, l, packed.slice(-2, 0, k).triu());
    }

    /**
     * The LU factors of matrices (.., m, n) in one matrix, as {@code torch.linalg.lu_factor}, for {@link #luSolve}; singular matrices have
     * factors too.
     */
    public static LuFactor luFactor(Tensor a) {
        Matrices.require("luFactor", a);
        Tensor[] factors = Dispatch.bindAll(new Op.Lu(false), a);
        return new LuFactor(factors[0], factors[1]);
    }

    /** {@link #luSolve(LuFactor, Tensor, boolean, boolean)} from the left, not transposed. */
    public static Tensor luSolve(LuFactor factor, Tensor b) {
        return luSolve(factor, b, true, false);
    }

    /**
     * X with {@code A X = B}, or {@code X A = B}, from the factors of A, as {@code torch.linalg.lu_solve}; infinities and NaN where A is
     * singular.
     *
     * @param factor what {@link #luFactor} returned for square matrices (.., n, n)
     * @param b (.., n, k), or (.., k, n) from the right
     * @param left whether A is on the left
     * @param adjoint whether A is transposed
     */
    public static Tensor luSolve(LuFactor factor, Tensor b, boolean left, boolean adjoint) {
        Matrices.requireSquare("luSolve", factor.lu());
        Systems.requirePermutation("luSolve", factor);
        // From the right, the transposed system is solved; the shapes are those of A, which its factors have.
        boolean transposed = left == adjoint;
        return Systems.apply("luSolve", factor.lu(), b, left, false, (lu, right) -> {
            Tensor packed = left ? lu : Matrices.transpose(lu);
            Tensor permutation =
                    factor.permutation().broadcastTo(Matrices.with(Matrices.batch(packed), packed.size(-1)));
            return transposed
                    ? Systems.fromLuTransposed(packed, permutation, right)
                    : Systems.fromLu(packed, permutation, right);
        });
    }

    /** {@link #qr(Tensor, QrMode)}, reduced. */
    public static Qr qr(Tensor a) {
        return qr(a, QrMode.REDUCED);
    }

    /**
     * {@code A = Q R} for matrices (.., m, n), as {@code torch.linalg.qr}; R's diagonal has the signs that LAPACK gives it. The derivative
     * needs the first min(m, n) columns to be independent. In complete mode with m > n, where PyTorch has none, the columns that complete Q
     * move the shortest way.
     */
    public static Qr qr(Tensor a, QrMode mode) {
        Matrices.require("qr", a);
        return switch (mode) {
            case REDUCED -> qr(Dispatch.bindAll(new Op.Qr(false), a));
            case COMPLETE -> qr(Dispatch.bindAll(new Op.Qr(true), a));
            case R ->
                new Qr(
                        ConcreteTensor.allocate(a.dtype(), Shape.of(0), a.device()),
                        Dispatch.bindAll(new Op.Qr(false), a)[1]);
        };
    }

    private static Qr qr(Tensor... factors) {
        return new Qr(factors[0], factors[1]);
    }

    /**
     * The first n columns of a product of reflections {@code I - tau v v'}, as {@code torch.linalg.householder_product}.
     *
     * @param a (.., m, n) with m at least n; v are its columns below the diagonal, with 1 on it and zeros above
     * @param tau (.., k) with k at most n
     */
    public static Tensor householderProduct(Tensor a, Tensor tau) {
        Matrices.require("householderProduct", a);
        Matrices.requireFloating("householderProduct", tau);
        boolean fits = tau.rank() == a.rank() - 1
                && a.size(-2) >= a.size(-1)
                && tau.size(-1) <= a.size(-1)
                && tau.shape().withSize(-1, 0).equals(Matrices.with(Matrices.batch(a), 0));
        if (!fits) {
            throw new ShapeException("householderProduct: shapes " + a.shape() + " and " + tau.shape()
                    + ": takes (.., m, n) with m at least n, and (.., k) with k at most n and the same leading sizes");
        }
        var dtype = Matrices.common(a, tau);
        return CastPolicy.AS_IS.apply(a.to(dtype), tau.to(dtype), MatrixFunctions::householder);
    }

    // ---- eigenvalues and singular values ----

    /** {@link #eigh(Tensor, boolean)} from the lower triangle. */
    public static Eigh eigh(Tensor a) {
        return eigh(a, false);
    }

    /**
     * Eigenvalues, ascending, and eigenvectors of symmetric matrices, as {@code torch.linalg.eigh}.
     *
     * @param a of which one triangle is read
     * @param upper whether that is the upper one
     * @throws LinalgException when a matrix holds NaN or infinities
     */
    public static Eigh eigh(Tensor a, boolean upper) {
        Matrices.requireSquare("eigh", a);
        Tensor read = upper ? Matrices.transpose(a) : a;
        Tensor[] parts = Matrices.named("eigh", () -> Dispatch.bindAll(new Op.Eigh(), read));
        return new Eigh(parts[0], parts[1]);
    }

    /** The eigenvalues of {@link #eigh(Tensor)} alone, as {@code torch.linalg.eigvalsh}; the first derivative is right for equal ones too. */
    public static Tensor eigvalsh(Tensor a) {
        return eigvalsh(a, false);
    }

    /** {@link #eigvalsh(Tensor)} from the upper or the lower triangle. */
    public static Tensor eigvalsh(Tensor a, boolean upper) {
        Matrices.requireSquare("eigvalsh", a);
        Tensor read = upper ? Matrices.transpose(a) : a;
        return Matrices.named("eigvalsh", () -> Spectra.symmetricValues(read));
    }

    /** {@link #svd(Tensor, boolean)} with square U and V, which is PyTorch's default; {@code svd(a, false)} is faster. */
    public static Svd svd(Tensor a) {
        return svd(a, true);
    }

    /**
     * {@code A = U diag(s) V'} for matrices (.., m, n), as {@code torch.linalg.svd}. The vectors that complete U or V move the shortest
     * way. Derivatives of the vectors of a matrix that is not square divide by the singular values too.
     *
     * @param fullMatrices whether U and V are square
     * @throws LinalgException when a matrix holds NaN or infinities
     */
    public static Svd svd(Tensor a, boolean fullMatrices) {
        Matrices.require("svd", a);
        Tensor[] parts = Matrices.named("svd", () -> Dispatch.bindAll(new Op.Svd(fullMatrices), a));
        return new Svd(parts[0], parts[1], parts[2]);
    }

    /** The singular values, descending, as {@code torch.linalg.svdvals}; the first derivative is right for equal ones too. */
    public static Tensor svdvals(Tensor a) {
        Matrices.require("svdvals", a);
        return Matrices.named("svdvals", () -> Spectra.singularValues(a));
    }

    /** {@link #pinv(Tensor, double, double, boolean)} with the relative bound {@code max(m, n)} units of rounding. */
    public static Tensor pinv(Tensor a) {
        Matrices.require("pinv", a);
        return pinv(a, 0, Spectra.relative(a, 0), false);
    }

    /**
     * The pseudo-inverse of matrices (.., m, n), as {@code torch.linalg.pinv}. The derivative takes the rank as constant.
     *
     * @param atol singular values up to it count as 0
     * @param rtol those up to it relative to the largest count as 0 too
     * @param hermitian whether the matrices are symmetric; of these the lower triangle is read, and eigenvalues take the place of singular ones
     */
    public static Tensor pinv(Tensor a, double atol, double rtol, boolean hermitian) {
        requireSymmetric("pinv", a, hermitian);
        requireBound("pinv", "atol", atol);
        requireBound("pinv", "rtol", rtol);
        return Matrices.named("pinv", () -> Spectra.pinv(a, atol, rtol, hermitian));
    }

    /** {@link #matrixRank(Tensor, double, double, boolean)} with the relative bound {@code max(m, n)} units of rounding. */
    public static Tensor matrixRank(Tensor a) {
        Matrices.require("matrixRank", a);
        return matrixRank(a, 0, Spectra.relative(a, 0), false);
    }

    /**
     * How many singular values are above {@code atol} and above {@code rtol} times the largest, as {@code torch.linalg.matrix_rank}; I64.
     *
     * @param hermitian whether the matrices are symmetric; of these the lower triangle is read, and eigenvalues take the place of singular ones
     */
    public static Tensor matrixRank(Tensor a, double atol, double rtol, boolean hermitian) {
        requireSymmetric("matrixRank", a, hermitian);
        requireBound("matrixRank", "atol", atol);
        requireBound("matrixRank", "rtol", rtol);
        return Matrices.named("matrixRank", () -> Spectra.rank(a, atol, rtol, hermitian));
    }

    private static void requireSymmetric(String name, Tensor a, boolean hermitian) {
        if (hermitian) {
            Matrices.requireSquare(name, a);
        } else {
            Matrices.require(name, a);
        }
    }

    private static void requireBound(String name, String argument, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(name + ": " + argument + " = " + value + " must be 0 or more");
        }
    }

    // ---- norms ----

    /** The Frobenius norm of the matrices of the last two axes. */
    public static Tensor matrixNorm(Tensor a) {
        return matrixNorm(a, MatrixNorm.FROBENIUS);
    }

    /** A norm of the matrices of the last two axes. */
    public static Tensor matrixNorm(Tensor a, MatrixNorm norm) {
        return matrixNorm(a, norm, false, -2, -1);
    }

    /**
     * A norm of matrices, as {@code torch.linalg.matrix_norm}; the derivatives at kinks are those of {@link Tensor#amax} and {@link
     * Tensor#norm}.
     *
     * @param keepDims whether the two axes stay, with size 1
     * @param rows the axis of the rows
     * @param columns the axis of the columns
     * @throws ShapeException when there is no largest or least of the elements because there are none
     */
    public static Tensor matrixNorm(Tensor a, MatrixNorm norm, boolean keepDims, int rows, int columns) {
        return CastPolicy.F32.apply(
                a, x -> Matrices.named("matrixNorm", () -> Norms.matrixNorm(x, norm, keepDims, rows, columns)));
    }

    /** The norm of all elements as one vector: {@code (sum |x|^p)^(1 / p)}, as {@code torch.linalg.vector_norm}. */
    public static Tensor vectorNorm(Tensor x, double p) {
        return Norms.vectorNorm(x, p, false);
    }

    /** {@link #vectorNorm(Tensor, double)} over axes; the same as {@link Tensor#norm(double, boolean, int...)}. */
    public static Tensor vectorNorm(Tensor x, double p, boolean keepDims, int... axes) {
        return Norms.vectorNorm(x, p, keepDims, axes);
    }

    /** {@link #cond(Tensor, MatrixNorm)} by the 2-norm: the largest singular value over the least. */
    public static Tensor cond(Tensor a) {
        return cond(a, MatrixNorm.TWO);
    }

    /**
     * The condition number {@code |A| |A^-1|}, as {@code torch.linalg.cond}; infinite for singular matrices, 0 without elements.
     *
     * @param a square, or for TWO and NEGATIVE_TWO of any shape
     */
    public static Tensor cond(Tensor a, MatrixNorm norm) {
        return Matrices.named("cond", () -> Norms.cond(a, norm));
    }

    // ---- functions of matrices ----

    /**
     * The n-th power of square matrices, by repeated squaring, as {@code torch.linalg.matrix_power}; of the inverse for negative n, the identity
     * for 0. Integers, BF16 and F16 are taken too, for n of 0 or
     * more; products of integers wrap around.
     *
     * @throws LinalgException when n is negative and a matrix singular
     * @throws DTypeException when n is negative and the dtype neither F32 nor F64, or the dtype BOOL
     */
    public static Tensor matrixPower(Tensor a, long n) {
        Matrices.requireSquareOfAny("matrixPower", a);
        if (n < 0 || a.dtype() == DType.BOOL) {
            Matrices.requireFloating("matrixPower", a);
        }
        return Matrices.named("matrixPower", () -> MatrixFunctions.power(a, n));
    }

    /** {@code e^A = I + A + A^2 / 2 + ..} of square matrices, as {@code torch.linalg.matrix_exp}. */
    public static Tensor matrixExp(Tensor a) {
        Matrices.requireSquare("matrixExp", a);
        return Matrices.named("matrixExp", () -> MatrixFunctions.exp(a));
    }

    /** The sums of the main diagonals, over batches too: {@link Tensor#matrixTrace} takes one matrix. */
    public static Tensor trace(Tensor a) {
        Matrices.requireMatrices("trace", a);
        return CastPolicy.AS_IS.apply(a, m -> m.diagonal().sum(-1));
    }

    // ---- products ----

    /** The matrix product of a chain, in the order with the fewest multiplications, as {@code torch.linalg.multi_dot}. */
    public static Tensor multiDot(Tensor... chain) {
        return CastPolicy.LOWER.apply(TensorProducts::multiDot, chain);
    }

    /** {@link #multiDot(Tensor...)} of a list. */
    public static Tensor multiDot(List<Tensor> chain) {
        return multiDot(chain.toArray(Tensor[]::new));
    }

    /** {@link #cross(Tensor, Tensor, int)} along the last axis. */
    public static Tensor cross(Tensor a, Tensor b) {
        return cross(a, b, -1);
    }

    /** The vector product of vectors of 3 elements along an axis of the common shape, as {@code torch.linalg.cross}; any numbers. */
    public static Tensor cross(Tensor a, Tensor b, int axis) {
        return CastPolicy.PROMOTE.apply(a, b, (x, y) -> TensorProducts.cross(x, y, axis));
    }

    /** {@link #vecdot(Tensor, Tensor, int)} along the last axis. */
    public static Tensor vecdot(Tensor a, Tensor b) {
        return vecdot(a, b, -1);
    }

    /** The sums of products along an axis of the common shape, as {@code torch.linalg.vecdot}. */
    public static Tensor vecdot(Tensor a, Tensor b, int axis) {
        return CastPolicy.LOWER.apply(a, b, (x, y) -> TensorProducts.vecdot(x, y, axis));
    }

    /** The sums of products over the last axes of both, for all pairs of the others, as {@code torch.inner}. */
    public static Tensor inner(Tensor a, Tensor b) {
        return CastPolicy.PROMOTE.apply(a, b, TensorProducts::inner);
    }

    /** {@link #vander(Tensor, long)} with as many columns as there are elements in a row. */
    public static Tensor vander(Tensor x) {
        return vander(x, x.rank() == 0 ? 1 : x.size(-1));
    }

    /**
     * The columns {@code 1, x, x^2, .., x^(count - 1)} as a new last axis, as {@code torch.linalg.vander}.
     *
     * @throws IllegalArgumentException when the count is negative
     */
    public static Tensor vander(Tensor x, long count) {
        if (count < 0) {
            throw new IllegalArgumentException("vander: " + count + " columns: the count must be 0 or more");
        }
        if (count > Long.MAX_VALUE / Long.BYTES / Math.max(x.elements(), 1)) {
            throw new ShapeException("vander: " + count + " columns for the elements of shape " + x.shape()
                    + " have more than 2^63 - 1 bytes: give fewer");
        }
        return CastPolicy.AS_IS.apply(x, v -> MatrixFunctions.vander(v, count));
    }

    /**
     * The inverse of a tensor as a linear map from its last axes to its first, as {@code torch.linalg.tensorinv}.
     *
     * @param axes how many of the first axes are the rows
     * @return the last axes of {@code a}, followed by the first
     * @throws ShapeException when rows and columns are not equally many
     */
    public static Tensor tensorInv(Tensor a, int axes) {
        return TensorProducts.tensorInv(a, axes);
    }

    /**
     * X with {@code tensordot(A, X) = B} over all axes of X, as {@code torch.linalg.tensorsolve}.
     *
     * @param a the axes of {@code b}, followed by those of X with as many elements
     * @throws ShapeException when the shapes do not fit, naming both
     */
    public static Tensor tensorSolve(Tensor a, Tensor b) {
        return TensorProducts.tensorSolve(a, b);
    }
}
