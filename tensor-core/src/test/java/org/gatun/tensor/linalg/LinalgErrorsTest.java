package org.gatun.tensor.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.gatun.tensor.DType.F32;
import static org.gatun.tensor.DType.F64;
import static org.gatun.tensor.DType.I64;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a wrong call of linear algebra says. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class LinalgErrorsTest {
    private record Refusal(String name, Class<? extends Exception> type, Supplier<Object> call, List<String> parts) {
        @Override
        public String toString() {
            return name + " " + parts;
        }
    }

    private static Tensor ones(long... sizes) {
        return Tensors.ones(F64, sizes);
    }

    private static Tensor eye(long n) {
        return Tensors.eye(F64, n, n);
    }

    /** Three matrices, of which the second is not like the others. */
    private static Tensor batch(double... second) {
        return Tensors.stack(0, eye(2), Tensors.of(second).reshape(2, 2), eye(2));
    }

    private static Refusal shape(String name, Supplier<Object> call, String... parts) {
        return new Refusal(name, ShapeException.class, call, List.of(parts));
    }

    private static Refusal dtype(String name, Supplier<Object> call, String... parts) {
        return new Refusal(name, DTypeException.class, call, List.of(parts));
    }

    private static Refusal matrix(String name, Supplier<Object> call, String... parts) {
        return new Refusal(name, LinalgException.class, call, List.of(parts));
    }

    private static Refusal argument(String name, Supplier<Object> call, String... parts) {
        return new Refusal(name, IllegalArgumentException.class, call, List.of(parts));
    }

    static Stream<Refusal> refusals() {
        Tensor ints = Tensors.ones(I64, 2, 2);
        Tensor bools = Tensors.ones(DType.BOOL, 2);
        return Stream.of(
                dtype("inv", () -> Linalg.inv(ints), "I64", "to(DType.F32)"),
                dtype("solve", () -> Linalg.solve(eye(2), ints), "I64", "F32 or F64"),
                dtype("svd", () -> Linalg.svd(ints), "I64", "to(DType.F32)"),
                dtype("matrixNorm", () -> Linalg.matrixNorm(ints), "I64", "to(DType.F32)"),
                dtype("det", () -> Linalg.det(Tensors.ones(DType.BOOL, 2, 2)), "BOOL"),
                shape("inv", () -> Linalg.inv(ones(2, 3)), "[2, 3]", "square", "pinv"),
                shape("inv", () -> Linalg.inv(ones(3)), "[3]", "two axes"),
                shape("det", () -> Linalg.det(ones(2, 4, 3)), "[2, 4, 3]", "4", "3", "square"),
                shape("eigh", () -> Linalg.eigh(ones(2, 3)), "[2, 3]", "square"),
                shape("cholesky", () -> Linalg.cholesky(Tensors.of(1.0)), "[1]", "matrices"),
                shape("matrixExp", () -> Linalg.matrixExp(ones(1, 2)), "[1, 2]"),
                shape("matrixPower", () -> Linalg.matrixPower(ones(1, 2), 2), "[1, 2]"),
                dtype("matrixPower", () -> Linalg.matrixPower(Tensors.ones(I64, 2, 2), -1), "F32 or F64", "I64"),
                dtype("matrixPower", () -> Linalg.matrixPower(Tensors.ones(DType.BOOL, 2, 2), 2), "BOOL"),
                shape(
                        "svdvals",
                        () -> Linalg.svdvals(ones(1, 1).broadcastTo(3L << 30, 1)),
                        "[3221225472, 1]",
                        "2^31 - 1 rows or columns"),
                shape("solve", () -> Linalg.solve(eye(3), ones(2, 1)), "[3, 3]", "[2, 1]", "3 rows", "2"),
                shape("solve", () -> Linalg.solve(eye(3), ones(2)), "[3, 3]", "[2]"),
                shape("solve", () -> Linalg.solve(eye(2), ones(2), false), "vector", "unsqueeze"),
                shape(
                        "solve",
                        () -> Linalg.solve(ones(2, 3, 3), ones(4, 3, 1)),
                        "[2, 3, 3]",
                        "[4, 3, 1]",
                        "batches",
                        "broadcast"),
                shape("solveTriangular", () -> Linalg.solveTriangular(eye(2), ones(2), true), "[2]", "two axes"),
                shape("choleskySolve", () -> Linalg.choleskySolve(ones(2, 1), eye(3)), "[3, 3]", "[2, 1]"),
                shape("luSolve", () -> Linalg.luSolve(Linalg.luFactor(ones(2, 3)), ones(2, 1)), "[2, 3]", "square"),
                shape("lstsq", () -> Linalg.lstsq(ones(3, 2), ones(2, 2)), "[3, 2]", "[2, 2]"),
                shape(
                        "householderProduct",
                        () -> Linalg.householderProduct(ones(2, 3), ones(2)),
                        "[2, 3]",
                        "m at least n"),
                shape("trace", () -> Linalg.trace(ones(3)), "[3]", "two axes or more"),
                shape("vectorNorm", () -> Linalg.vectorNorm(ones(3), 2, false, 1), "axis 1", "rank 1", "-1 to 0"),
                shape(
                        "vectorNorm",
                        () -> Linalg.vectorNorm(ones(0), Double.POSITIVE_INFINITY),
                        "[0]",
                        "no elements",
                        "at least one"),
                dtype("vectorNorm", () -> Linalg.vectorNorm(ints, 2), "I64", "to(DType.F32)"),
                argument("vectorNorm", () -> Linalg.vectorNorm(ones(3), Double.NaN), "p is NaN", "give a number"),
                dtype("inner", () -> Linalg.inner(bools, bools), "BOOL", "to(DType.F32)"),
                dtype(
                        "luSolve",
                        () -> Linalg.luSolve(new LuFactor(eye(2), Tensors.zeros(DType.I32, 2)), ones(2, 1)),
                        "permutation",
                        "I32",
                        "I64",
                        "luFactor"),
                shape(
                        "luSolve",
                        () -> Linalg.luSolve(new LuFactor(eye(2), Tensors.arange(3)), ones(2, 1)),
                        "permutation",
                        "[3]",
                        "[2, 2]"),
                new Refusal(
                        "luSolve",
                        IndexOutOfBoundsException.class,
                        () -> Linalg.luSolve(new LuFactor(eye(2), Tensors.of(0L, 2)), ones(2, 1)),
                        List.of("permutation", "[2]", "0 to 1", "luFactor")),
                shape("matrixNorm", () -> Linalg.matrixNorm(ones(3)), "[3]", "vectorNorm"),
                shape(
                        "matrixNorm",
                        () -> Linalg.matrixNorm(ones(2, 3), MatrixNorm.ONE, false, 1, -1),
                        "[2, 3]",
                        "two axes"),
                shape("matrixNorm", () -> Linalg.matrixNorm(ones(0, 3), MatrixNorm.TWO), "TWO", "[0, 3]"),
                shape("cond", () -> Linalg.cond(ones(2, 3), MatrixNorm.ONE), "[2, 3]", "square"),
                shape("multiDot", () -> Linalg.multiDot(ones(2, 3), ones(2, 3)), "[2, 3]", "last size"),
                shape("multiDot", () -> Linalg.multiDot(ones(2, 3), ones(3), ones(3, 1)), "tensor 1", "matrices"),
                argument("multiDot", () -> Linalg.multiDot(ones(2, 3)), "two tensors"),
                shape("cross", () -> Linalg.cross(ones(2), ones(2)), "[2]", "3 elements"),
                shape("vecdot", () -> Linalg.vecdot(ones(2), ones(3)), "[2]", "[3]"),
                shape("inner", () -> Linalg.inner(ones(2), ones(3)), "[2]", "[3]"),
                argument("vander", () -> Linalg.vander(ones(2), -1), "-1"),
                argument("vander", () -> Linalg.vander(ones(2), Long.MAX_VALUE), "9223372036854775807"),
                shape("tensorInv", () -> Linalg.tensorInv(ones(2, 3), 1), "[2, 3]", "2 elements", "3"),
                shape("tensorInv", () -> Linalg.tensorInv(ones(2, 2), 0), "first 0 axes"),
                shape("tensorSolve", () -> Linalg.tensorSolve(ones(2, 3), ones(3)), "[2, 3]", "[3]"),
                argument("pinv", () -> Linalg.pinv(eye(2), -1, 0, false), "atol = -1.0", "0 or more"),
                argument("matrixRank", () -> Linalg.matrixRank(eye(2), 0, Double.NaN, false), "rtol = NaN"),
                argument("lstsq", () -> Linalg.lstsq(eye(2), eye(2), -1, LstsqDriver.GELS), "rcond = -1.0"),
                matrix(
                        "inv",
                        () -> Linalg.inv(batch(1, 2, 2, 4)),
                        "matrix [1]",
                        "[3, 2, 2]",
                        "singular",
                        "pivot 2",
                        "pinv"),
                matrix("inv", () -> Linalg.inv(ones(2, 2)), "shape [2, 2]", "singular"),
                matrix("solve", () -> Linalg.solve(batch(0, 0, 0, 0), eye(2)), "matrix [1]", "pivot 1", "lstsq"),
                matrix(
                        "solve",
                        () -> Linalg.solve(batch(0, 0, 0, 0).reshape(3, 1, 2, 2).to(F32), Tensors.eye(F32, 2, 2)),
                        "matrix [1, 0]",
                        "[3, 1, 2, 2]"),
                matrix("matrixPower", () -> Linalg.matrixPower(ones(2, 2), -1), "singular"),
                matrix("tensorInv", () -> Linalg.tensorInv(ones(2, 2), 1), "singular"),
                matrix("tensorSolve", () -> Linalg.tensorSolve(ones(2, 2), ones(2)), "singular"),
                matrix(
                        "cholesky",
                        () -> Linalg.cholesky(batch(1, 2, 2, 1)),
                        "matrix [1]",
                        "not positive definite",
                        "order 2"),
                matrix("cholesky", () -> Linalg.cholesky(eye(2).mul(-1)), "order 1"),
                matrix("cholesky", () -> Linalg.cholesky(batch(1, 0, 0, Double.NaN)), "matrix [1]", "NaN"),
                matrix("eigh", () -> Linalg.eigh(batch(1, 0, Double.NaN, 1)), "matrix [1]", "NaN or infinities"),
                matrix("eigvalsh", () -> Linalg.eigvalsh(eye(2).div(0.0)), "NaN or infinities"),
                matrix("svd", () -> Linalg.svd(batch(1, 0, Double.NaN, 1)), "matrix [1]", "NaN or infinities"),
                matrix("svdvals", () -> Linalg.svdvals(ones(2, 2).div(0.0)), "NaN or infinities"),
                matrix("pinv", () -> Linalg.pinv(ones(2, 2).div(0.0)), "NaN or infinities"),
                matrix("matrixRank", () -> Linalg.matrixRank(ones(2, 2).div(0.0)), "NaN or infinities"),
                matrix("cond", () -> Linalg.cond(ones(2, 2).div(0.0)), "NaN or infinities"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void theMessageNamesWhatIsWrong(Refusal refusal) {
        Throwable thrown = catchThrowable(() -> refusal.call().get());
        assertThat(thrown).isInstanceOf(refusal.type());
        assertThat(thrown.getMessage()).startsWith(refusal.name() + ": ");
        for (String part : refusal.parts()) {
            assertThat(thrown.getMessage()).contains(part);
        }
    }
}
