package org.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.bindings.Lapack.Order.COLUMNS;
import static org.gatun.bindings.Lapack.Order.ROWS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each routine against the identity that defines its result, and its codes of failure. */
class LapackTest {

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    private MemorySegment reals(Real type, double... values) {
        var segment = arena.allocate(8L * values.length, 64);
        for (int i = 0; i < values.length; i++) {
            set(type, segment, i, values[i]);
        }
        return segment;
    }

    private MemorySegment ints(int count) {
        return arena.allocate(4L * count, 64);
    }

    private static void set(Real type, MemorySegment segment, long index, double value) {
        switch (type) {
            case F32 -> segment.setAtIndex(JAVA_FLOAT, index, (float) value);
            case F64 -> segment.setAtIndex(JAVA_DOUBLE, index, value);
        }
    }

    private static double get(Real type, MemorySegment segment, long index) {
        return switch (type) {
            case F32 -> segment.getAtIndex(JAVA_FLOAT, index);
            case F64 -> segment.getAtIndex(JAVA_DOUBLE, index);
        };
    }

    private static double[] all(Real type, MemorySegment segment, int count) {
        var values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = get(type, segment, i);
        }
        return values;
    }

    private static Offset<Double> tolerance(Real type) {
        return within(
                switch (type) {
                    case F32 -> 1e-5;
                    case F64 -> 1e-13;
                });
    }

    private static double[] product(double[] a, double[] b, int m, int k, int n) {
        var c = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                for (int l = 0; l < k; l++) {
                    c[i * n + j] += a[i * k + l] * b[l * n + j];
                }
            }
        }
        return c;
    }

    private static double[] transpose(double[] a, int m, int n) {
        var t = new double[a.length];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                t[j * m + i] = a[i * n + j];
            }
        }
        return t;
    }

    private static void assertClose(Real type, double[] actual, double... expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("element %d", i).isCloseTo(expected[i], tolerance(type));
        }
    }

    @ParameterizedTest
    @EnumSource
    void solvesGeneralSystems(Real type) {
        // x = (1, 2, 3): row by row 2x+y-z = 1, -3x-y+2z = 1, -2x+y+2z = 6
        var a = reals(type, 2, 1, -1, -3, -1, 2, -2, 1, 2);
        var b = reals(type, 1, 1, 6);
        Lapack.gesv(type, 3, 1, a.address(), 3, ints(3).address(), b.address(), 1);
        assertClose(type, all(type, b, 3), 1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource
    void factorsSolveAndInvert(Real type) {
        double[] values = {4, 3, 6, 3};
        var a = reals(type, values);
        var pivots = ints(2);
        assertThat(Lapack.getrf(ROWS, type, 2, 2, a.address(), 2, pivots.address()))
                .isZero();
        var b = reals(type, 10, 12);
        Lapack.getrs(type, false, 2, 1, a.address(), 2, pivots.address(), b.address(), 1);
        assertClose(type, product(values, all(type, b, 2), 2, 2, 1), 10, 12);
        b = reals(type, 10, 12);
        Lapack.getrs(type, true, 2, 1, a.address(), 2, pivots.address(), b.address(), 1);
        assertClose(type, product(transpose(values, 2, 2), all(type, b, 2), 2, 2, 1), 10, 12);
        Lapack.getri(type, 2, a.address(), 2, pivots.address());
        assertClose(type, product(values, all(type, a, 4), 2, 2, 2), 1, 0, 0, 1);
    }

    @ParameterizedTest
    @EnumSource
    void singularSystemsAreNamed(Real type) {
        var a = reals(type, 1, 2, 2, 4);
        var b = reals(type, 1, 1);
        assertThatThrownBy(() -> Lapack.gesv(type, 2, 1, a.address(), 2, ints(2).address(), b.address(), 1))
                .isInstanceOfSatisfying(LapackException.class, failure -> {
                    assertThat(failure.info()).isEqualTo(2);
                    assertThat(failure.routine()).isEqualTo(type == Real.F32 ? "sgesv" : "dgesv");
                })
                .hasMessageContaining("pivot 2 is exactly zero")
                .hasMessageContaining("singular");
        var factors = reals(type, 1, 2, 2, 4);
        var pivots = ints(2);
        assertThat(Lapack.getrf(ROWS, type, 2, 2, factors.address(), 2, pivots.address()))
                .isEqualTo(2);
        assertThatThrownBy(() -> Lapack.getri(type, 2, factors.address(), 2, pivots.address()))
                .isInstanceOf(LapackException.class)
                .hasMessageContaining("no inverse");
    }

    @ParameterizedTest
    @EnumSource
    void illegalArgumentsAndNaNAreNamed(Real type) {
        var a = reals(type, 1, Double.NaN, 2, 4);
        assertThatThrownBy(() -> Lapack.getrf(ROWS, type, 2, 2, a.address(), 2, ints(2).address()))
                .isInstanceOf(LapackException.class)
                .hasMessageContaining("(a) is illegal or holds a NaN");
        long b = reals(type, 1, 3, 2, 4).address();
        long pivots = ints(2).address();
        var name = type == Real.F32 ? "s" : "d";
        assertThatThrownBy(() -> Lapack.getrf(ROWS, type, 2, 2, b, 1, pivots))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(name + "getrf: lda must be 2 or more here, was 1");
        assertThatThrownBy(() -> Lapack.gesv(type, -1, 2, b, 2, pivots, b, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(name + "gesv: n must be 0 or more here, was -1");
        assertThatThrownBy(() -> Lapack.orgqr(ROWS, type, 2, 2, 3, b, 2, b))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(name + "orgqr: n must be 3 or more here, was 2");
        assertThatThrownBy(() -> Lapack.gesdd(ROWS, type, Lapack.Vectors.ALL, 2, 1, b, 1, b, b, 1, b, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(name + "gesdd: ldu must be 2 or more here, was 1");
    }

    @ParameterizedTest
    @EnumSource
    void choleskyFactorsSolve(Real type) {
        double[] values = {4, 2, 2, 5};
        for (boolean upper : new boolean[] {true, false}) {
            var a = reals(type, values);
            Lapack.potrf(ROWS, type, upper, 2, a.address(), 2);
            // L = [[2, 0], [1, 2]]
            assertThat(get(type, a, 0)).isCloseTo(2, tolerance(type));
            assertThat(get(type, a, upper ? 1 : 2)).isCloseTo(1, tolerance(type));
            assertThat(get(type, a, 3)).isCloseTo(2, tolerance(type));
            var b = reals(type, 8, 9);
            Lapack.potrs(type, upper, 2, 1, a.address(), 2, b.address(), 1);
            assertClose(type, product(values, all(type, b, 2), 2, 2, 1), 8, 9);
        }
        var indefinite = reals(type, 1, 2, 2, 1);
        assertThatThrownBy(() -> Lapack.potrf(ROWS, type, true, 2, indefinite.address(), 2))
                .isInstanceOfSatisfying(
                        LapackException.class,
                        failure -> assertThat(failure.info()).isEqualTo(2))
                .hasMessageContaining("order 2")
                .hasMessageContaining("positive definite");
    }

    @ParameterizedTest
    @EnumSource
    void triangularSystems(Real type) {
        double[] lower = {2, 0, 3, 4};
        var a = reals(type, lower);
        var b = reals(type, 2, 11);
        Lapack.trtrs(ROWS, type, false, false, false, 2, 1, a.address(), 2, b.address(), 1);
        assertClose(type, all(type, b, 2), 1, 2);
        b = reals(type, 8, 8);
        Lapack.trtrs(ROWS, type, false, true, false, 2, 1, a.address(), 2, b.address(), 1);
        assertClose(type, all(type, b, 2), 1, 2);
        b = reals(type, 1, 5);
        Lapack.trtrs(ROWS, type, false, false, true, 2, 1, a.address(), 2, b.address(), 1);
        assertClose(type, all(type, b, 2), 1, 2);
        var singular = reals(type, 1, 0, 1, 0);
        var right = reals(type, 1, 1);
        assertThatThrownBy(() ->
                        Lapack.trtrs(ROWS, type, false, false, false, 2, 1, singular.address(), 2, right.address(), 1))
                .isInstanceOf(LapackException.class)
                .hasMessageContaining("element 2 of the diagonal");
    }

    @ParameterizedTest
    @EnumSource
    void leastSquaresFitsALine(Real type) {
        // y = 2x + 1 at x = 0, 1, 2, 3, disturbed by (1, -1, -1, 1), which is orthogonal to both columns
        var a = reals(type, 1, 0, 1, 1, 1, 2, 1, 3);
        var b = reals(type, 2, 2, 4, 8);
        Lapack.gels(type, false, 4, 2, 1, a.address(), 2, b.address(), 1);
        assertClose(type, all(type, b, 2), 1, 2);
        var deficient = reals(type, 1, 0, 0, 0);
        var right = reals(type, 1, 1);
        assertThatThrownBy(() -> Lapack.gels(type, false, 2, 2, 1, deficient.address(), 2, right.address(), 1))
                .isInstanceOf(LapackException.class)
                .hasMessageContaining("full rank");
    }

    @ParameterizedTest
    @EnumSource
    void qrIsAnOrthogonalTimesATriangularMatrix(Real type) {
        double[] values = {1, 2, 3, 4, 5, 7};
        var a = reals(type, values);
        var tau = reals(type, 0, 0);
        Lapack.geqrf(ROWS, type, 3, 2, a.address(), 2, tau.address());
        double[] r = {get(type, a, 0), get(type, a, 1), 0, get(type, a, 3)};
        Lapack.orgqr(ROWS, type, 3, 2, 2, a.address(), 2, tau.address());
        var q = all(type, a, 6);
        assertClose(type, product(transpose(q, 3, 2), q, 2, 3, 2), 1, 0, 0, 1);
        assertClose(type, product(q, r, 3, 2, 2), values);
    }

    @ParameterizedTest
    @EnumSource
    void singularValuesRebuildTheMatrix(Real type) {
        double[] values = {3, 1, 2, 2, 2, -2};
        for (var vectors : new Lapack.Vectors[] {Lapack.Vectors.THIN, Lapack.Vectors.ALL}) {
            int rows = vectors == Lapack.Vectors.ALL ? 3 : 2;
            var a = reals(type, values);
            var s = reals(type, 0, 0);
            var u = reals(type, new double[4]);
            var vt = reals(type, new double[rows * 3]);
            Lapack.gesdd(ROWS, type, vectors, 2, 3, a.address(), 3, s.address(), u.address(), 2, vt.address(), 3);
            var v = all(type, vt, rows * 3);
            assertClose(type, product(v, transpose(v, rows, 3), rows, 3, rows), identity(rows));
            assertThat(get(type, s, 0)).isGreaterThanOrEqualTo(get(type, s, 1));
            double[] scaled = product(all(type, u, 4), new double[] {get(type, s, 0), 0, 0, get(type, s, 1)}, 2, 2, 2);
            assertClose(type, product(scaled, Arrays.copyOf(v, 6), 2, 2, 3), values);
        }
        var a = reals(type, values);
        var s = reals(type, 0, 0);
        Lapack.gesdd(ROWS, type, Lapack.Vectors.NONE, 2, 3, a.address(), 3, s.address(), 0, 1, 0, 3);
        // A A' = [[14, 4], [4, 12]]: the squares sum to its trace and multiply to its determinant
        double p = get(type, s, 0) * get(type, s, 0);
        double q = get(type, s, 1) * get(type, s, 1);
        assertThat(p + q).isCloseTo(26, within(tolerance(type).value * 50));
        assertThat(p * q).isCloseTo(152, within(tolerance(type).value * 500));
    }

    private static double[] identity(int n) {
        var identity = new double[n * n];
        for (int i = 0; i < n; i++) {
            identity[i * n + i] = 1;
        }
        return identity;
    }

    @ParameterizedTest
    @EnumSource
    void symmetricEigenvectors(Real type) {
        double[] values = {2, 1, 1, 2};
        for (boolean upper : new boolean[] {true, false}) {
            var a = reals(type, values);
            var w = reals(type, 0, 0);
            Lapack.syevd(ROWS, type, true, upper, 2, a.address(), 2, w.address());
            assertClose(type, all(type, w, 2), 1, 3);
            var v = all(type, a, 4);
            // A V = V diag(w)
            assertClose(type, product(values, v, 2, 2, 2), product(v, new double[] {1, 0, 0, 3}, 2, 2, 2));
        }
    }

    @ParameterizedTest
    @EnumSource
    void generalEigenvalues(Real type) {
        // a rotation by a quarter turn: +i and -i
        var a = reals(type, 0, -1, 1, 0);
        var wr = reals(type, 9, 9);
        var wi = reals(type, 9, 9);
        var vr = reals(type, new double[4]);
        Lapack.geev(ROWS, type, false, true, 2, a.address(), 2, wr.address(), wi.address(), 0, 2, vr.address(), 2);
        assertClose(type, all(type, wr, 2), 0, 0);
        assertClose(type, all(type, wi, 2), 1, -1);
        // A (u + iw) = i (u + iw): A u = -w and A w = u
        var v = all(type, vr, 4);
        double[] u = {v[0], v[2]};
        double[] w = {v[1], v[3]};
        assertClose(type, product(new double[] {0, -1, 1, 0}, u, 2, 2, 1), -w[0], -w[1]);
        assertClose(type, product(new double[] {0, -1, 1, 0}, w, 2, 2, 1), u);
    }

    @Test
    void codesHaveMeanings() {
        assertThat(LapackRoutine.GESDD.meaning(-1010)).contains("not enough memory");
        assertThat(LapackRoutine.GEEV.meaning(-8)).isEqualTo("argument 8 (wi) is illegal or holds a NaN");
        assertThat(LapackRoutine.SYEVD.meaning(3)).contains("did not converge");
        for (var routine : LapackRoutine.values()) {
            assertThat(routine.meaning(-1)).contains("(layout)");
            assertThat(routine.meaning(7)).contains("7");
        }
    }

    /** The memory of a matrix column by column is that of its transpose row by row. */
    @ParameterizedTest
    @EnumSource
    void columnsAreTheRowsOfTheTranspose(Real type) {
        double[] rows = {1, 2, 3, 4, 5, 7};
        double[] columns = {1, 4, 2, 5, 3, 7};
        var tau = reals(type, 0, 0);
        var byRows = reals(type, rows);
        Lapack.geqrf(ROWS, type, 2, 3, byRows.address(), 3, tau.address());
        var byColumns = reals(type, columns);
        Lapack.geqrf(COLUMNS, type, 2, 3, byColumns.address(), 2, tau.address());
        double[] r = all(type, byRows, 6);
        assertClose(type, all(type, byColumns, 6), r[0], r[3], r[1], r[4], r[2], r[5]);

        var s = reals(type, 0, 0);
        var u = reals(type, 0, 0, 0, 0);
        var vt = reals(type, 0, 0, 0, 0, 0, 0);
        Lapack.gesdd(
                COLUMNS,
                type,
                Lapack.Vectors.THIN,
                2,
                3,
                reals(type, columns).address(),
                2,
                s.address(),
                u.address(),
                2,
                vt.address(),
                2);
        double[] values = all(type, s, 2);
        double[] left = all(type, u, 4);
        double[] right = all(type, vt, 6);
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                double sum = left[i] * values[0] * right[2 * j] + left[2 + i] * values[1] * right[2 * j + 1];
                assertThat(sum).isCloseTo(rows[3 * i + j], tolerance(type));
            }
        }
        assertThatThrownBy(() -> Lapack.getrf(COLUMNS, type, 3, 2, 0, 2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("getrf: lda must be 3 or more here, was 2");
    }
}
