package org.gatun.tensor.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.WorkerPool;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Linear algebra by the identities that define its results, on sizes from 1 to beyond a block of LAPACK, and by closed forms. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class LinalgTest {
    private static Tensor random(long seed, DType dtype, long... sizes) {
        return Tensors.randn(new Generator(seed), dtype, Shape.of(sizes), Device.CPU);
    }

    private static Tensor eye(DType dtype, long n) {
        return Tensors.eye(dtype, n, n);
    }

    private static Tensor transpose(Tensor x) {
        return x.transpose(-2, -1);
    }

    private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double error =
                actual.elements() == 0 ? 0 : actual.sub(expected).abs().max().item();
        assertThat(error).isLessThanOrEqualTo(tolerance);
    }

    // ---- identities ----

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 7, 33, 150})
    void solutionsSolve(long n) {
        Tensor a = random(n, DType.F64, 2, n, n).add(eye(DType.F64, n).mul(2 * Math.sqrt(n)));
        Tensor b = random(n + 1, DType.F64, 2, n, 3);
        assertClose(a.matmul(Linalg.solve(a, b)), b, 1e-11 * n);
        Tensor right = transpose(b);
        assertClose(Linalg.solve(a, right, false).matmul(a), right, 1e-11 * n);
        assertClose(a.matmul(Linalg.inv(a)), eye(DType.F64, n).broadcastTo(2, n, n), 1e-12 * n);
        LuFactor factor = Linalg.luFactor(a);
        assertClose(a.matmul(Linalg.luSolve(factor, b)), b, 1e-11 * n);
        assertClose(transpose(a).matmul(Linalg.luSolve(factor, b, true, true)), b, 1e-11 * n);
        assertClose(Linalg.luSolve(factor, right, false, false).matmul(a), right, 1e-11 * n);
        assertClose(Linalg.luSolve(factor, right, false, true).matmul(transpose(a)), right, 1e-11 * n);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void factorsMultiplyToTheMatrix(DType dtype) {
        double tolerance = dtype == DType.F32 ? 2e-4 : 1e-12;
        for (long[] shape :
                new long[][] {{1, 1}, {5, 5}, {40, 17}, {17, 40}, {3, 70, 65}, {2, 0, 3}, {2, 3, 0}, {0, 2, 2}}) {
            Tensor a = random(3, dtype, shape);
            long m = a.size(-2);
            long n = a.size(-1);
            Lu lu = Linalg.lu(a);
            assertClose(lu.p().matmul(lu.l()).matmul(lu.u()), a, tolerance);
            for (QrMode mode : List.of(QrMode.REDUCED, QrMode.COMPLETE)) {
                Qr qr = Linalg.qr(a, mode);
                assertClose(qr.q().matmul(qr.r()), a, tolerance);
                assertOrthonormal(qr.q(), tolerance);
                assertThat(qr.r().tril(-1).ne(0).any().toBooleanArray()[0]).isFalse();
                assertThat(qr.q().size(-1)).isEqualTo(mode == QrMode.COMPLETE ? m : Math.min(m, n));
            }
            for (boolean full : new boolean[] {false, true}) {
                Svd svd = Linalg.svd(a, full);
                long k = Math.min(m, n);
                Tensor thin = svd.u().slice(-1, 0, k).mul(svd.s().unsqueeze(-2));
                assertClose(thin.matmul(svd.vh().slice(-2, 0, k)), a, tolerance);
                assertOrthonormal(svd.u(), tolerance);
                assertOrthonormal(transpose(svd.vh()), tolerance);
                assertThat(svd.u().size(-1)).isEqualTo(full ? m : k);
                assertClose(Linalg.svdvals(a), svd.s(), tolerance);
            }
        }
    }

    private static void assertOrthonormal(Tensor q, double tolerance) {
        Tensor product = transpose(q).matmul(q);
        assertClose(product, eye(q.dtype(), q.size(-1)).broadcastTo(product.shape()), tolerance);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void symmetricMatricesFactor(DType dtype) {
        double tolerance = dtype == DType.F32 ? 2e-3 : 1e-11;
        for (long[] shape : new long[][] {{1, 1}, {6, 6}, {3, 50, 50}, {2, 0, 0}, {0, 3, 3}}) {
            Tensor x = random(4, dtype, shape);
            long n = x.size(-1);
            Tensor a = x.matmul(transpose(x)).add(eye(dtype, n));
            // What lies in the other triangle is not read.
            Tensor lower = a.tril().add(random(5, dtype, shape).triu(1));
            Tensor l = Linalg.cholesky(lower);
            assertClose(l.matmul(transpose(l)), a, tolerance);
            assertClose(Linalg.cholesky(transpose(lower), true), transpose(l), tolerance);
            Tensor b = random(6, dtype, shape);
            assertClose(a.matmul(Linalg.choleskySolve(b, l)), b, 10 * tolerance);
            assertClose(
                    a.matmul(Linalg.choleskyInverse(transpose(l), true)),
                    eye(dtype, n).broadcastTo(a.shape()),
                    tolerance);
            Eigh eigh = Linalg.eigh(lower);
            assertClose(
                    a.matmul(eigh.vectors()), eigh.vectors().mul(eigh.values().unsqueeze(-2)), 10 * tolerance);
            assertOrthonormal(eigh.vectors(), tolerance);
            assertClose(Linalg.eigvalsh(transpose(lower), true), eigh.values(), 10 * tolerance);
            assertClose(eigh.values().sort(-1).values(), eigh.values(), 0);
        }
    }

    /** The first element of an eigenvector, or of a left singular vector, that is not small is positive. */
    @Test
    void signsOfVectorsAreChosen() {
        Tensor a = random(7, DType.F64, 20, 5, 5);
        Tensor v = Linalg.eigh(a).vectors();
        Tensor u = Linalg.svd(a).u();
        for (Tensor vectors : List.of(v, u)) {
            double[] columns = transpose(vectors).contiguous().toDoubleArray();
            for (int c = 0; c < 100; c++) {
                double largest = 0;
                for (int i = 0; i < 5; i++) {
                    largest = Math.max(largest, Math.abs(columns[5 * c + i]));
                }
                int i = 0;
                while (Math.abs(columns[5 * c + i]) <= 0.37 * largest) {
                    i++;
                }
                assertThat(columns[5 * c + i]).isPositive();
            }
        }
    }

    @Test
    void triangularSystemsOfEveryKind() {
        Tensor whole = random(8, DType.F64, 2, 4, 4).add(eye(DType.F64, 4).mul(4));
        Tensor b = random(9, DType.F64, 2, 4, 3);
        for (boolean upper : new boolean[] {false, true}) {
            Tensor a = upper ? whole.triu() : whole.tril();
            assertClose(a.matmul(Linalg.solveTriangular(whole, b, upper)), b, 1e-13);
            Tensor right = transpose(b);
            assertClose(
                    Linalg.solveTriangular(whole, right, upper, false, false).matmul(a), right, 1e-13);
            Tensor unit = upper ? whole.triu(1) : whole.tril(-1);
            unit = unit.add(eye(DType.F64, 4));
            assertClose(unit.matmul(Linalg.solveTriangular(whole, b, upper, true, true)), b, 1e-11);
        }
    }

    /** Large matrices are factored by panels on several threads, small ones at once: the same factors but for rounding. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void threadsChangeNothingButTime(DType dtype) {
        double tolerance = dtype == DType.F32 ? 1e-2 : 1e-10;
        Tensor small = random(11, dtype, 300, 12, 12);
        int before = WorkerPool.threads();
        try {
            for (long[] shape : new long[][] {{400, 400}, {333, 500}, {500, 270}, {2, 301, 301}, {256, 256}}) {
                Tensor a = random(10, dtype, shape);
                WorkerPool.setThreads(1);
                LuFactor alone = Linalg.luFactor(a);
                Tensor smallAlone = Linalg.inv(small);
                WorkerPool.setThreads(3);
                LuFactor together = Linalg.luFactor(a);
                assertClose(together.permutation(), alone.permutation(), 0);
                assertClose(together.lu(), alone.lu(), tolerance);
                assertClose(Linalg.inv(small), smallAlone, 0);
                Lu lu = Linalg.lu(a);
                assertClose(lu.p().matmul(lu.l()).matmul(lu.u()), a, tolerance);
            }
            Tensor a = random(12, dtype, 350, 350);
            assertClose(a.matmul(Linalg.inv(a)), eye(dtype, 350), 10 * tolerance);
            assertClose(Linalg.solve(a, a), eye(dtype, 350), 10 * tolerance);
            Tensor upper = a.add(eye(dtype, 350).mul(30));
            assertClose(upper.triu().matmul(Linalg.solveTriangular(upper, a, true)), a, tolerance);
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    /** A large matrix that turns out singular in a late panel. */
    @Test
    void largeSingularMatrices() {
        int before = WorkerPool.threads();
        try {
            WorkerPool.setThreads(3);
            Tensor place = Tensors.arange(300).to(DType.F64);
            Tensor singular = place.ne(250).to(DType.F64).diagEmbed();
            assertThatThrownBy(() -> Linalg.inv(singular)).hasMessageContaining("pivot 251");
            assertThat(Linalg.det(singular).item()).isZero();
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    // ---- closed forms ----

    /** Hilbert's matrix has whole numbers in its inverse, and a determinant that is the inverse of a whole number. */
    @Test
    void hilbert() {
        int n = 6;
        Tensor i = Tensors.arange(n).to(DType.F64).unsqueeze(1);
        Tensor hilbert = i.add(Tensors.arange(n).to(DType.F64)).add(1).reciprocal();
        double[] inverse = Linalg.inv(hilbert).toDoubleArray();
        assertThat(inverse[0]).isCloseTo(36, within(1e-7));
        assertThat(inverse[1]).isCloseTo(-630, within(1e-6));
        assertThat(inverse[35]).isCloseTo(698544, within(1e-3));
        assertThat(1 / Linalg.det(hilbert).item()).isCloseTo(186313420339200000.0, within(1e8));
        Tensor l = Linalg.cholesky(hilbert);
        assertThat(2 * l.diagonal().log().sum().item()).isCloseTo(-StrictMath.log(186313420339200000.0), within(1e-9));
        // The published condition number of order 6.
        assertThat(Linalg.cond(hilbert).item()).isCloseTo(1.495e7, within(1e4));
    }

    /** The determinant of a Vandermonde matrix is the product of the differences. */
    @Test
    void vandermonde() {
        double[] x = {-1.5, 0, 0.5, 2, 3};
        Tensor v = Linalg.vander(Tensors.of(x));
        BigDecimal product = BigDecimal.ONE;
        for (int i = 0; i < x.length; i++) {
            for (int j = i + 1; j < x.length; j++) {
                product = product.multiply(new BigDecimal(x[j] - x[i]), MathContext.DECIMAL64);
            }
        }
        assertThat(Linalg.det(v).item()).isCloseTo(product.doubleValue(), within(1e-9));
        SlogDet parts = Linalg.slogdet(v);
        assertThat(parts.sign().item()).isEqualTo(1);
        assertThat(parts.logAbsDet().item()).isCloseTo(StrictMath.log(product.doubleValue()), within(1e-12));
        assertThat(v.get(1, 0)).isEqualTo(1); // 0^0
        assertThat(Linalg.vander(Tensors.of(2L, 3L), 4).toLongArray()).containsExactly(1, 2, 4, 8, 1, 3, 9, 27);
    }

    @Test
    void theDeterminantOfAMatrixWithANaNHasNeitherSignNorLogarithm() {
        Tensor a = Tensors.of(new double[][] {{1, Double.NaN}, {2, 3}});
        SlogDet parts = Linalg.slogdet(Tensors.stack(0, a, Tensors.of(new double[][] {{0, 2}, {3, 0}})));
        assertThat(parts.sign().toDoubleArray()).containsExactly(Double.NaN, -1);
        assertThat(parts.logAbsDet().get(0)).isNaN();
        assertThat(parts.logAbsDet().get(1)).isCloseTo(StrictMath.log(6), within(1e-14));
        assertThat(Linalg.logdet(a).item()).isNaN();
    }

    @Test
    void determinantsOfProducts() {
        Tensor a = random(12, DType.F64, 3, 5, 5);
        Tensor b = random(13, DType.F64, 5, 5);
        assertClose(Linalg.det(a.matmul(b)), Linalg.det(a).mul(Linalg.det(b)), 1e-10);
        assertClose(Linalg.det(a.flip(-2)), Linalg.det(a), 1e-12); // two exchanges of rows
        assertThat(Linalg.det(Tensors.zeros(DType.F32, 0, 0)).item()).isEqualTo(1);
        assertThat(Linalg.det(Tensors.ones(DType.F64, 3, 3)).item()).isZero();
        assertThat(Linalg.logdet(Tensors.ones(DType.F64, 3, 3)).item()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Linalg.logdet(eye(DType.F64, 3).mul(-1)).item()).isNaN();
        SlogDet huge = Linalg.slogdet(eye(DType.F64, 3).mul(-1e300));
        assertThat(huge.sign().item()).isEqualTo(-1);
        assertThat(huge.logAbsDet().item()).isCloseTo(900 * StrictMath.log(10), within(1e-9));
    }

    @Test
    void pseudoInverses() {
        for (long[] shape : new long[][] {{4, 4}, {6, 3}, {3, 6}}) {
            // Of rank 2.
            Tensor a = random(14, DType.F64, shape[0], 2).matmul(random(15, DType.F64, 2, shape[1]));
            Tensor p = Linalg.pinv(a);
            assertClose(a.matmul(p).matmul(a), a, 1e-12);
            assertClose(p.matmul(a).matmul(p), p, 1e-11);
            assertClose(transpose(a.matmul(p)), a.matmul(p), 1e-12);
            assertClose(transpose(p.matmul(a)), p.matmul(a), 1e-12);
            assertThat(Linalg.matrixRank(a).item()).isEqualTo(2);
            Tensor square = a.matmul(transpose(a));
            assertClose(Linalg.pinv(square, 0, 1e-10, true), Linalg.pinv(square, 0, 1e-10, false), 1e-9);
            assertThat(Linalg.matrixRank(square, 0, 1e-10, true).item()).isEqualTo(2);
        }
        assertThat(Linalg.matrixRank(Tensors.zeros(DType.F64, 2, 3, 3)).toLongArray())
                .containsExactly(0, 0);
        assertThat(Linalg.matrixRank(eye(DType.F64, 3).mul(1e-3), 1e-2, 0, false)
                        .item())
                .isZero();
    }

    /** The residual of least squares is orthogonal to the columns; of the many solutions of a wide system it is the least. */
    @Test
    void leastSquares() {
        Tensor a = random(16, DType.F64, 2, 7, 3);
        Tensor b = random(17, DType.F64, 2, 7, 2);
        for (LstsqDriver driver : LstsqDriver.values()) {
            Lstsq found = Linalg.lstsq(a, b, 1e-14, driver);
            Tensor apart = a.matmul(found.solution()).sub(b);
            assertClose(transpose(a).matmul(apart), Tensors.zeros(DType.F64, 2, 3, 2), 1e-12);
            assertClose(found.residuals(), apart.square().sum(-2), 1e-12);
            Tensor wide = transpose(a);
            Tensor right = random(18, DType.F64, 2, 3, 1);
            Tensor least = Linalg.lstsq(wide, right, 1e-14, driver).solution();
            assertClose(wide.matmul(least), right, 1e-12);
            // It lies in the span of the rows.
            assertClose(a.matmul(Linalg.pinv(a)).matmul(least), least, 1e-12);
        }
        Lstsq line = Linalg.lstsq(Linalg.vander(Tensors.of(0.0, 1, 2, 3), 2), Tensors.of(1.0, 3, 5, 7));
        assertClose(line.solution(), Tensors.of(1.0, 2), 1e-13);
        assertThat(line.rank().item()).isEqualTo(2);
        assertThat(line.residuals().item()).isCloseTo(0, within(1e-24));
    }

    // ---- norms ----

    @Test
    void normsOfAMatrix() {
        Tensor a = Tensors.of(new double[][] {{1, -2}, {3, 4}});
        assertThat(Linalg.matrixNorm(a).item()).isCloseTo(StrictMath.sqrt(30), within(1e-14));
        assertThat(Linalg.matrixNorm(a, MatrixNorm.ONE).item()).isEqualTo(6);
        assertThat(Linalg.matrixNorm(a, MatrixNorm.NEGATIVE_ONE).item()).isEqualTo(4);
        assertThat(Linalg.matrixNorm(a, MatrixNorm.INF).item()).isEqualTo(7);
        assertThat(Linalg.matrixNorm(a, MatrixNorm.NEGATIVE_INF).item()).isEqualTo(3);
        // Singular values are the roots of 15 +- sqrt(15^2 - 10^2), for a'a has trace 30 and determinant 100.
        double most = StrictMath.sqrt(15 + StrictMath.sqrt(125));
        double least = StrictMath.sqrt(15 - StrictMath.sqrt(125));
        assertThat(Linalg.matrixNorm(a, MatrixNorm.TWO).item()).isCloseTo(most, within(1e-14));
        assertThat(Linalg.matrixNorm(a, MatrixNorm.NEGATIVE_TWO).item()).isCloseTo(least, within(1e-14));
        assertThat(Linalg.matrixNorm(a, MatrixNorm.NUCLEAR).item()).isCloseTo(most + least, within(1e-14));
        assertThat(Linalg.cond(a).item()).isCloseTo(most / least, within(1e-13));
        assertThat(Linalg.cond(a, MatrixNorm.NEGATIVE_TWO).item()).isCloseTo(least / most, within(1e-14));
        // The inverse is {{4, 2}, {-3, 1}} / 10.
        assertThat(Linalg.cond(a, MatrixNorm.ONE).item()).isCloseTo(6 * 0.7, within(1e-14));
        assertThat(Linalg.cond(a, MatrixNorm.INF).item()).isCloseTo(7 * 0.6, within(1e-14));
        assertThat(Linalg.cond(a, MatrixNorm.FROBENIUS).item()).isCloseTo(3, within(1e-14));
        Tensor keep = Linalg.matrixNorm(Tensors.ones(DType.F32, 2, 3, 4), MatrixNorm.ONE, true, 2, 0);
        assertThat(keep.shape()).isEqualTo(Shape.of(1, 3, 1));
        assertThat(keep.toDoubleArray()).containsExactly(4, 4, 4);
    }

    @Test
    void singularMatricesHaveAnInfiniteCondition() {
        Tensor ones = Tensors.ones(DType.F64, 2, 2);
        for (MatrixNorm norm : List.of(MatrixNorm.ONE, MatrixNorm.INF, MatrixNorm.FROBENIUS, MatrixNorm.NUCLEAR)) {
            assertThat(Linalg.cond(ones, norm).item()).isEqualTo(Double.POSITIVE_INFINITY);
        }
        assertThat(Linalg.cond(Tensors.of(new double[][] {{1, 0}, {0, 0}})).item())
                .isEqualTo(Double.POSITIVE_INFINITY);
    }

    // ---- functions ----

    @Test
    void powers() {
        Tensor fibonacci = Tensors.of(new double[][] {{1, 1}, {1, 0}});
        assertThat(Linalg.matrixPower(fibonacci, 50).get(0, 1)).isEqualTo(12586269025.0);
        assertThat(Linalg.matrixPower(fibonacci.to(DType.I64), 80).toLongArray())
                .containsExactly(37889062373143906L, 23416728348467685L, 23416728348467685L, 14472334024676221L);
        assertThat(Linalg.matrixPower(fibonacci.to(DType.I32), 0).toLongArray()).containsExactly(1, 0, 0, 1);
        assertThat(Linalg.matrixPower(fibonacci, -7).get(0, 1)).isCloseTo(13, within(1e-12));
        assertClose(Linalg.matrixPower(fibonacci, 0), eye(DType.F64, 2), 0);
    }

    /** Closed forms: rotations, nilpotent and diagonal matrices, and one that MATLAB's documentation warns of. */
    @Test
    void exponentials() {
        for (double angle : new double[] {1e-9, 0.3, 2, 40}) {
            Tensor turn = Tensors.of(new double[][] {{0, -angle}, {angle, 0}});
            double c = StrictMath.cos(angle);
            double s = StrictMath.sin(angle);
            assertClose(Linalg.matrixExp(turn), Tensors.of(new double[][] {{c, -s}, {s, c}}), 3e-14);
        }
        Tensor nilpotent = Tensors.of(new double[][] {{0, 6, 1}, {0, 0, 4}, {0, 0, 0}});
        assertClose(Linalg.matrixExp(nilpotent), Tensors.of(new double[][] {{1, 6, 13}, {0, 1, 4}, {0, 0, 1}}), 1e-13);
        // Matrices of one batch are scaled each by its own norm.
        Tensor batch = Tensors.stack(
                0,
                eye(DType.F64, 2).mul(1e-3),
                eye(DType.F64, 2).mul(20),
                eye(DType.F64, 2).mul(-20));
        double[] found = Linalg.matrixExp(batch).toDoubleArray();
        assertThat(found[0]).isCloseTo(StrictMath.exp(1e-3), within(1e-15));
        assertThat(found[4]).isCloseTo(StrictMath.exp(20), within(1e-5));
        assertThat(found[8]).isCloseTo(StrictMath.exp(-20), within(1e-22));
        // Moler and Van Loan: A = {{-49, 24}, {-64, 31}}, with eigenvalues -1 and -17.
        Tensor hard = Tensors.of(new double[][] {{-49, 24}, {-64, 31}});
        double e1 = StrictMath.exp(-1);
        double e17 = StrictMath.exp(-17);
        assertClose(
                Linalg.matrixExp(hard),
                Tensors.of(new double[][] {
                    {-2 * e1 + 3 * e17, 1.5 * e1 - 1.5 * e17}, {-4 * e1 + 4 * e17, 3 * e1 - 2 * e17}
                }),
                1e-12);
        Tensor f32 = Tensors.of(new float[][] {{0, -3}, {3, 0}});
        assertThat(Linalg.matrixExp(f32).get(0, 0)).isCloseTo(StrictMath.cos(3), within(1e-5));
    }

    // ---- products ----

    @Test
    void productsOfVectors() {
        Tensor x = Tensors.of(1L, 2, 3);
        Tensor y = Tensors.of(-2L, 5, 4);
        assertThat(Linalg.cross(x, y).toLongArray()).containsExactly(-7, -10, 9);
        assertThat(Linalg.vecdot(x, y).item()).isEqualTo(20);
        assertThat(Linalg.inner(Tensors.of(new double[][] {{1, 2}, {3, 4}}), Tensors.of(1.0, -1))
                        .toDoubleArray())
                .containsExactly(-1, -1);
        assertThat(Linalg.trace(Tensors.ones(DType.F32, 2, 3, 4)).toDoubleArray())
                .containsExactly(3, 3);
    }

    /** From Householder's reflections of LAPACK's form, with tau = 2 / v'v, the product is orthogonal. */
    @Test
    void productsOfReflections() {
        Tensor a = random(19, DType.F64, 2, 5, 3);
        Tensor v = a.tril(-1).add(Tensors.eye(DType.F64, 5, 3));
        Tensor tau = v.square().sum(-2).reciprocal().mul(2);
        assertOrthonormal(Linalg.householderProduct(a, tau), 1e-14);
    }

    @Test
    void chainsAndTensors() {
        Tensor[] chain = {
            random(20, DType.F64, 4),
            random(21, DType.F64, 4, 30),
            random(22, DType.F64, 30, 2),
            random(23, DType.F64, 2, 9)
        };
        assertClose(
                Linalg.multiDot(chain),
                chain[0].matmul(chain[1]).matmul(chain[2]).matmul(chain[3]),
                1e-12);
        Tensor a = random(24, DType.F64, 2, 3, 6);
        Tensor b = random(25, DType.F64, 2, 3);
        Tensor x = Linalg.tensorSolve(a, b);
        assertClose(a.matmul(x), b, 1e-12);
        assertClose(Linalg.tensorInv(a, 2).reshape(6, 6).matmul(b.flatten()), x, 1e-11);
    }

    // ---- NaN and infinities ----

    /** As in PyTorch they pass through factors and solvers; other matrices of the batch are not touched. */
    @Test
    void nanAndInfinitiesPropagate() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            Tensor a = Tensors.stack(0, eye(DType.F64, 3), Tensors.of(new double[][] {{1, 2, 3}, {4, bad, 6}, {7, 8, 10}
            }));
            List<UnaryOperator<Tensor>> functions = List.of(
                    Linalg::inv,
                    Linalg::det,
                    Linalg::matrixExp,
                    x -> Linalg.qr(x).q(),
                    x -> Linalg.lu(x).u(),
                    x -> Linalg.solve(x, Tensors.ones(DType.F64, 3, 1)));
            for (UnaryOperator<Tensor> f : functions) {
                Tensor y = f.apply(a);
                assertThat(y.select(0, 0).isFinite().all().toBooleanArray()).containsExactly(true);
                assertThat(y.select(0, 1).isNan().any().toBooleanArray()).containsExactly(true);
            }
        }
        Tensor b = Tensors.of(new double[][] {{1, Double.NaN}, {1, 1}});
        double[] x = Linalg.solve(eye(DType.F64, 2).mul(2), b).toDoubleArray();
        assertThat(x[0]).isEqualTo(0.5);
        assertThat(x[1]).isNaN();
        assertThat(x[2]).isEqualTo(0.5);
    }

    @Test
    void aZeroOnATrianglesDiagonalDivides() {
        Tensor a = Tensors.of(new double[][] {{2, 0}, {1, 0}});
        double[] x = Linalg.solveTriangular(a, Tensors.of(new double[][] {{4}, {5}}), false)
                .toDoubleArray();
        assertThat(x).containsExactly(2, Double.POSITIVE_INFINITY);
    }
}
