package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.definite;
import static org.gatun.tensor.conformance.CompositeSample.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.conformance.CompositeSample.Slot;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.linalg.LstsqDriver;
import org.gatun.tensor.linalg.LuFactor;
import org.gatun.tensor.linalg.MatrixNorm;
import org.gatun.tensor.linalg.QrMode;

/** Samples of linear algebra. Of symmetric operands the symmetric part is taken first, so that all elements are variables. */
final class LinalgSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        systems();
        determinants();
        factors();
        values();
        norms();
        functions();
        products();
    }

    private LinalgSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void systems() {
        add("solve", Linalg::solve, matrix(3, 3), any(3, 2));
        add("solve", Linalg::solve, matrix(3, 3), any(3));
        add("solve", Linalg::solve, matrix(2, 3, 3), any(2, 3));
        add("solve", Linalg::solve, matrix(2, 1, 2, 2), any(3, 2, 1));
        add("solve", Linalg::solve, matrix(2, 2), any(2, 2, 2));
        add("solve", (a, b) -> Linalg.solve(a, b, false), matrix(3, 3), any(2, 3));
        add("solve", Linalg::solve, matrix(0, 0), any(0, 2));
        add("solve", Linalg::solve, matrix(0, 2, 2), any(2, 2));
        add("inv", Linalg::inv, matrix(1, 1));
        add("inv", Linalg::inv, matrix(3, 3));
        add("inv", Linalg::inv, matrix(2, 2, 2));
        add("inv", Linalg::inv, matrix(0, 0));
        for (boolean upper : new boolean[] {false, true}) {
            for (boolean unit : new boolean[] {false, true}) {
                add(
                        "solveTriangular",
                        (a, b) -> Linalg.solveTriangular(a, b, upper, true, unit),
                        definite(3, 3),
                        any(3, 2));
                add(
                        "solveTriangular",
                        (a, b) -> Linalg.solveTriangular(a, b, upper, false, unit),
                        definite(2, 2, 2),
                        any(3, 2));
            }
        }
        add("solveTriangular", (a, b) -> Linalg.solveTriangular(a, b, true), definite(0, 0), any(0, 1));
        for (Slot[] pair : new Slot[][] {
            {matrix(4, 2), any(4, 2)},
            {matrix(2, 4), any(2, 1)},
            {matrix(2, 3, 2), any(2, 3)},
            {matrix(2, 2), any(2)},
            {matrix(0, 3, 2), any(3, 1)}
        }) {
            several("lstsq", in -> lstsq(in.get(0), in.get(1)), pair);
            several(
                    "lstsq",
                    in -> List.of(Linalg.lstsq(in.get(0), in.get(1), 0, LstsqDriver.GELS)
                            .solution()),
                    pair);
        }
        // Rank one, whatever the numbers: a column times a row.
        several(
                "lstsq",
                in -> List.of(Linalg.lstsq(in.get(0).matmul(in.get(1)), in.get(2), 1e-3, LstsqDriver.GELSD)
                        .solution()),
                any(3, 1),
                any(1, 2),
                any(3, 2));
    }

    private static List<Tensor> lstsq(Tensor a, Tensor b) {
        var all = Linalg.lstsq(a, b);
        return List.of(all.solution(), all.residuals(), all.rank(), all.singularValues());
    }

    private static void determinants() {
        for (Slot slot :
                List.of(matrix(1, 1), matrix(2, 2), matrix(3, 3), matrix(2, 2, 3, 3), matrix(0, 0), matrix(2, 0, 0))) {
            add("det", Linalg::det, slot);
            several("slogdet", in -> slogdet(in.get(0)), slot);
            add("logdet", a -> Linalg.logdet(a.matmul(a.transpose(-2, -1))), slot);
        }
        // Of rank n - 1 and n - 2, with three rows for three columns.
        add("det", (a, b) -> Linalg.det(a.matmul(b)), any(3, 2), any(2, 3));
        add("det", (a, b) -> Linalg.det(a.matmul(b)), any(3, 1), any(1, 3));
        add("logdet", Linalg::logdet, definite(3, 3));
    }

    private static List<Tensor> slogdet(Tensor a) {
        var parts = Linalg.slogdet(a);
        return List.of(parts.sign(), parts.logAbsDet());
    }

    /** The symmetric part, in the dtype of a, so that a method meets the dtypes that it is to refuse. */
    private static Tensor symmetric(Tensor a) {
        return scaled(a.add(a.transpose(-2, -1)), 0.5);
    }

    /** A multiple of floating numbers, and others as they are. */
    private static Tensor scaled(Tensor a, double factor) {
        return a.dtype().isFloating() ? a.mul(factor) : a;
    }

    private static void factors() {
        for (Slot slot : List.of(definite(1, 1), definite(3, 3), definite(2, 2, 2), definite(0, 0))) {
            add("cholesky", a -> Linalg.cholesky(symmetric(a)), slot);
            add("cholesky", a -> Linalg.cholesky(symmetric(a), true), slot);
            add("choleskyInverse", Linalg::choleskyInverse, slot);
            add("choleskyInverse", a -> Linalg.choleskyInverse(a, true), slot);
        }
        add("choleskySolve", Linalg::choleskySolve, any(3, 2), definite(3, 3));
        add("choleskySolve", (b, l) -> Linalg.choleskySolve(b, l, true), any(2, 1), definite(2, 2, 2));
        add("choleskySolve", Linalg::choleskySolve, any(0, 2), definite(0, 0));
        for (Slot slot :
                List.of(matrix(3, 3), matrix(3, 2), matrix(2, 3), matrix(2, 2, 2), matrix(0, 2), matrix(2, 0))) {
            several("lu", in -> lu(in.get(0)), slot);
            several("luFactor", in -> luFactor(Linalg.luFactor(in.get(0))), slot);
            several("qr", in -> qr(in.get(0), QrMode.REDUCED), slot);
            several("qr", in -> List.of(Linalg.qr(in.get(0), QrMode.R).r()), slot);
        }
        several("qr", in -> qr(in.get(0), QrMode.COMPLETE), matrix(2, 3));
        several("qr", in -> List.of(Linalg.qr(in.get(0)).q()), matrix(2, 2, 2));
        for (boolean left : new boolean[] {false, true}) {
            for (boolean adjoint : new boolean[] {false, true}) {
                add(
                        "luSolve",
                        (a, b) -> Linalg.luSolve(Linalg.luFactor(a), b, left, adjoint),
                        matrix(2, 2, 2),
                        any(2, 2));
            }
        }
        add("luSolve", (a, b) -> Linalg.luSolve(Linalg.luFactor(a), b), matrix(3, 3), any(3, 1));
        add("householderProduct", Linalg::householderProduct, any(3, 2), any(2));
        add("householderProduct", Linalg::householderProduct, any(2, 3, 3), any(2, 2));
        add("householderProduct", Linalg::householderProduct, any(2, 0), any(0));
    }

    private static List<Tensor> lu(Tensor a) {
        var parts = Linalg.lu(a);
        return List.of(parts.p(), parts.l(), parts.u());
    }

    private static List<Tensor> luFactor(LuFactor factor) {
        return List.of(factor.lu(), factor.permutation());
    }

    private static List<Tensor> qr(Tensor a, QrMode mode) {
        var parts = Linalg.qr(a, mode);
        return List.of(parts.q(), parts.r());
    }

    private static void values() {
        for (Slot slot : List.of(definite(1, 1), definite(3, 3), definite(2, 2, 2), definite(0, 0))) {
            several("eigh", in -> eigh(symmetric(in.get(0)), false), slot);
            several("eigh", in -> eigh(symmetric(in.get(0)), true), slot);
            add("eigvalsh", a -> Linalg.eigvalsh(symmetric(a)), slot);
            add("eigvalsh", a -> Linalg.eigvalsh(symmetric(a), true), slot);
            add("pinv", a -> Linalg.pinv(symmetric(a), 0, 1e-3, true), slot);
            constant("matrixRank", a -> Linalg.matrixRank(symmetric(a), 0, 1e-3, true), slot);
        }
        for (Slot slot : List.of(matrix(3, 3), matrix(3, 2), matrix(2, 3), matrix(2, 2, 2), matrix(0, 2))) {
            several("svd", in -> svd(in.get(0), false), slot);
            add("svdvals", Linalg::svdvals, slot);
            add("pinv", Linalg::pinv, slot);
            constant("matrixRank", Linalg::matrixRank, slot);
        }
        several("svd", in -> List.of(Linalg.svd(in.get(0)).s()), matrix(3, 2));
        several("svd", in -> svd(in.get(0), true), matrix(2, 2));
        add("pinv", (a, b) -> Linalg.pinv(a.matmul(b), 1e-3, 0, false), any(3, 1), any(1, 2));
    }

    private static List<Tensor> eigh(Tensor a, boolean upper) {
        var parts = Linalg.eigh(a, upper);
        return List.of(parts.values(), parts.vectors());
    }

    private static List<Tensor> svd(Tensor a, boolean full) {
        var parts = Linalg.svd(a, full);
        return List.of(parts.u(), parts.s(), parts.vh());
    }

    private static void norms() {
        for (MatrixNorm norm : MatrixNorm.values()) {
            add("matrixNorm", a -> Linalg.matrixNorm(a, norm), matrix(3, 2));
            add("matrixNorm", a -> Linalg.matrixNorm(a, norm, true, 2, 0), matrix(2, 1, 3));
            add("cond", a -> Linalg.cond(a, norm), matrix(2, 3, 3));
        }
        add("matrixNorm", Linalg::matrixNorm, matrix(2, 3, 0));
        add("vectorNorm", x -> Linalg.vectorNorm(x, 3), any(2, 3));
        add("vectorNorm", x -> Linalg.vectorNorm(x, 2, true, 0), any(2, 3));
        add("vectorNorm", x -> Linalg.vectorNorm(x, 1), any());
        add("cond", Linalg::cond, matrix(3, 2));
        add("cond", Linalg::cond, matrix(0, 0));
    }

    private static void functions() {
        for (long n : new long[] {0, 1, 2, 5, -1, -3}) {
            add("matrixPower", a -> Linalg.matrixPower(a, n), matrix(2, 2));
        }
        add("matrixPower", a -> Linalg.matrixPower(scaled(a, 0.5), 3), matrix(2, 3, 3));
        add("matrixExp", a -> Linalg.matrixExp(scaled(a, 0.3)), matrix(3, 3));
        add("matrixExp", a -> Linalg.matrixExp(scaled(a, -3)), matrix(2, 2));
        add("matrixExp", (a, b) -> Linalg.matrixExp(a.mul(b)), matrix(2, 2, 2), any(2, 1, 1));
        add("matrixExp", Linalg::matrixExp, matrix(0, 0));
        add("matrixExp", Linalg::matrixExp, matrix(0, 2, 2));
        add("trace", Linalg::trace, any(2, 3, 2));
        add("trace", Linalg::trace, any(0, 0));
        add("vander", Linalg::vander, any(3));
        add("vander", x -> Linalg.vander(x, 4), any(2, 2));
        add("vander", x -> Linalg.vander(x, 1), any());
        add("vander", x -> Linalg.vander(x, 0), any(2));
    }

    private static void products() {
        several("multiDot", in -> List.of(Linalg.multiDot(in)), any(2, 3), any(3, 1), any(1, 4));
        several("multiDot", in -> List.of(Linalg.multiDot(in.get(0), in.get(1), in.get(2))), any(2), any(2, 3), any(3));
        several("multiDot", in -> List.of(Linalg.multiDot(in)), any(2, 3), any(3));
        add("cross", (a, b) -> Linalg.cross(a, b), any(3), any(3));
        add("cross", (a, b) -> Linalg.cross(a, b, 0), any(3, 2), any(3, 1));
        add("vecdot", (a, b) -> Linalg.vecdot(a, b), any(2, 3), any(3));
        add("vecdot", (a, b) -> Linalg.vecdot(a, b, 0), any(2, 3), any(2, 3));
        add("inner", Linalg::inner, any(2, 3), any(4, 3));
        add("inner", Linalg::inner, any(3), any(2, 2, 3));
        add("inner", Linalg::inner, any(), any(2));
        add("inner", Linalg::inner, any(2, 0), any(3, 0));
        add("tensorInv", a -> Linalg.tensorInv(a.reshape(2, 2, 4), 2), matrix(4, 4));
        add("tensorInv", a -> Linalg.tensorInv(a.reshape(4, 2, 2), 1), matrix(4, 4));
        add("tensorSolve", (a, b) -> Linalg.tensorSolve(a.reshape(2, 2, 4), b), matrix(4, 4), any(2, 2));
        add("tensorSolve", (a, b) -> Linalg.tensorSolve(a, b), matrix(3, 3), any(3));
    }

    private static void constant(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(CompositeSample.of("Linalg." + method, body, slot).withoutDerivative());
    }

    private static void add(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(CompositeSample.of("Linalg." + method, body, slot));
    }

    private static void add(String method, BinaryOperator<Tensor> body, Slot a, Slot b) {
        SAMPLES.add(CompositeSample.of("Linalg." + method, body, a, b));
    }

    private static void several(String method, Function<List<Tensor>, List<Tensor>> body, Slot... slots) {
        SAMPLES.add(CompositeSample.several("Linalg." + method, body, slots));
    }
}
