package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the messages of wrong arrangements, combinations and products say, sizes beyond the longs included. */
@ExtendWith(ScopePerTest.class)
class ArrangingErrorsTest {
    private static final long HUGE = 1L << 62;

    private static Arguments row(ThrowingCallable call, Class<?> type, String... words) {
        return Arguments.of(call, type, words);
    }

    private static Arguments shape(ThrowingCallable call, String... words) {
        return row(call, ShapeException.class, words);
    }

    private static Tensor ones(long... sizes) {
        return Tensors.ones(sizes);
    }

    private static long[] longs(long... numbers) {
        return numbers;
    }

    static Stream<Arguments> shapes() {
        return Stream.of(
                shape(() -> ones(2, 3).view(4), "view", "[2, 3]", "6", "[4]"),
                shape(() -> ones(2, 3).t().view(6), "view", "[3, 2]", "[6]", "reshape"),
                shape(() -> ones(2, 3).view(-1, -1), "view", "more than one -1"),
                shape(() -> ones(2, 3).view(-2), "view", "negative size"),
                shape(() -> ones(2, 3).viewAs(ones(5)), "viewAs", "[5]"),
                shape(() -> ones(2, 3).reshapeAs(ones(5)), "reshape", "[5]"),
                shape(() -> ones(2, 3).expandAs(ones(2)), "expandAs", "[2, 3]", "[2]"),
                shape(() -> ones(2, 6).unflatten(1, 4, 2), "unflatten", "[4, 2]", "8", "axis 1", "6"),
                shape(() -> ones(2, 6).unflatten(1, 4, -1), "unflatten", "-1", "6 elements"),
                shape(() -> ones(2, 6).unflatten(1), "unflatten", "no sizes"),
                shape(() -> ones().unflatten(0, 1), "unflatten", "a scalar has no axes"),
                shape(() -> ones(2).expandDims(0, 0), "expandDims", "named twice"),
                shape(() -> ones(2).expandDims(3), "expandDims", "axis 3", "rank 2"),
                shape(() -> ones(2).mT(), "mT", "[2]"),
                shape(() -> ones().adjoint(), "adjoint", "[]"),
                shape(() -> ones(2, 3).moveAxis(new int[] {0}, new int[] {0, 1}), "moveAxis", "differ in length"),
                shape(() -> ones(2, 3).moveAxis(new int[] {0, 1}, new int[] {0, 0}), "moveAxis", "named twice"),
                shape(() -> ones(2, 3).roll(longs(1, 2), 0), "roll", "one shift for each axis"),
                shape(() -> ones(2, 3).roll(longs(), new int[0]), "roll", "one axis at least"),
                shape(() -> ones(2, 3).roll(longs(1, 1), 0, 2), "roll", "axis 2"),
                shape(() -> ones().roll(longs(1), 0), "roll", "a scalar has no axes"),
                shape(() -> ones(3).rot90(), "rot90", "[3]", "two axes"),
                shape(() -> ones(3, 3).rot90(1, 0, -2), "rot90", "named twice"),
                shape(() -> ones(3).fliplr(), "fliplr", "[3]", "2 axes"),
                shape(() -> ones().flipud(), "flipud", "[]", "1 axes"),
                // Counts beyond the longs.
                shape(() -> ones(0).reshape(HUGE, 4, -1), "2^63 - 1"),
                shape(() -> ones(4).view(HUGE, HUGE, -1), "2^63 - 1"),
                shape(() -> ones(0, 1, 1).broadcastTo(0, HUGE, 4).flatten(1, 2), "2^63 - 1"),
                shape(() -> ones(0, 4).repeat(1, HUGE), "repeat", "2^63 - 1"),
                shape(() -> ones(0, 4).repeatInterleave(HUGE, 1), "repeatInterleave", "2^63 - 1"),
                shape(() -> ones(2).diagEmbed(Long.MAX_VALUE, 0, 1), "diagEmbed", "too far"),
                shape(() -> ones(2).diag(Long.MIN_VALUE), "diag", "too far"),
                shape(() -> ones(2).diag(HUGE), "2^63 - 1"));
    }

    static Stream<Arguments> parts() {
        Tensor x = ones(2, 3);
        return Stream.of(
                shape(() -> x.tensorSplit(0, 1), "tensorSplit", "0", "1 or more"),
                shape(() -> x.tensorSplit(1, 2), "tensorSplit", "axis 2"),
                shape(() -> x.hsplit(2), "hsplit", "axis 1", "[2, 3]", "2 equal parts"),
                shape(() -> ones().hsplit(1), "hsplit", "1 axes or more"),
                shape(() -> ones(4).vsplit(2), "vsplit", "2 axes or more", "[4]"),
                shape(() -> x.dsplit(1), "dsplit", "3 axes or more"),
                row(() -> x.narrowCopy(1, 2, 2), IndexOutOfBoundsException.class, "narrow", "axis 1"),
                shape(() -> x.repeatInterleave(Tensors.of(1L, 2L), 1), "repeatInterleave", "[2]", "3 elements"),
                shape(() -> x.repeatInterleave(Tensors.of(1L, -1L), 0), "repeatInterleave", "-1", "position 1"),
                shape(() -> x.repeatInterleave(Tensors.of(1L, 1L << 40), 0), "repeatInterleave", "sum of all"),
                row(() -> x.repeatInterleave(ones(2), 0), DTypeException.class, "repeatInterleave", "F32"),
                shape(() -> x.pad(longs(1), longs(1), PadMode.REFLECT), "pad", "[1]", "[2, 3]", "2 axes"),
                shape(
                        () -> ones(3).pad(longs(3), longs(0), PadMode.REFLECT),
                        "pad",
                        "3 before",
                        "reflect",
                        "at most 2"),
                shape(() -> ones(3).pad(longs(0), longs(4), PadMode.SYMMETRIC), "pad", "symmetric", "at most 3"),
                shape(() -> ones(3).pad(longs(4), longs(0), PadMode.CIRCULAR), "pad", "circular", "at most 3"),
                shape(() -> ones(3).pad(longs(-1), longs(3), PadMode.CIRCULAR), "pad", "circular", "at most 2"),
                shape(() -> ones(0).pad(longs(1), longs(0), PadMode.REPLICATE), "pad", "replicate", "no element"),
                shape(() -> ones(3).pad(longs(-2), longs(-2), PadMode.REFLECT), "pad", "take more than the 3"),
                shape(() -> ones(3).pad(longs(Long.MIN_VALUE), longs(0), PadMode.REFLECT), "pad", "take more"),
                shape(() -> ones(3).pad(longs(HUGE), longs(HUGE), PadMode.REPLICATE), "2^63 - 1"),
                shape(() -> Functional.pad(ones(3), 1), "pad", "[1]", "not pairs"),
                shape(() -> Functional.pad(ones(3), 1, 1, 1, 1), "pad", "[3]", "last axis first"),
                shape(() -> x.diagEmbed(0, 1, -2), "diagEmbed", "both axis 1"),
                shape(() -> ones().diagEmbed(0, 0, 1), "diagEmbed", "a scalar"),
                shape(() -> ones(2, 2, 2).diag(), "diag", "[2, 2, 2]", "diagEmbed"));
    }

    static Stream<Arguments> combinations() {
        Tensor[] none = {};
        return Stream.of(
                shape(() -> Tensors.concat(0, ones(2), ones(2, 2)), "concat", "[2]", "[2, 2]"),
                shape(() -> Tensors.columnStack(none), "columnStack", "no tensors"),
                shape(() -> Tensors.columnStack(ones(2), ones(3)), "columnStack", "[2, 1]", "[3, 1]"),
                shape(() -> Tensors.dstack(none), "dstack", "no tensors"),
                shape(() -> Tensors.rowStack(ones(2), ones(3)), "[1, 2]", "[1, 3]"),
                shape(() -> Tensors.blockDiag(none), "blockDiag", "no tensors"),
                shape(() -> Tensors.blockDiag(ones(1), ones(1, 1, 1)), "blockDiag", "number 2", "[1, 1, 1]"),
                shape(() -> Tensors.broadcastTensors(ones(2), ones(3)), "broadcastTensors", "[2]", "[3]"),
                shape(() -> Tensors.broadcastShapes(Shape.of(2, 1), Shape.of(3, 1)), "broadcastShapes", "[2, 1]"),
                shape(() -> Tensors.meshgrid(GridIndexing.XY, ones(2, 2)), "meshgrid", "[2, 2]"),
                shape(() -> Tensors.cartesianProd(none), "cartesianProd", "no tensors"),
                shape(() -> Tensors.cartesianProd(ones(2), ones()), "cartesianProd", "number 2", "[]"),
                shape(() -> Tensors.combinations(ones(2, 2)), "combinations", "[2, 2]", "flatten"),
                shape(() -> Tensors.combinations(ones(2), -1, false), "combinations", "-1"),
                shape(() -> Tensors.combinations(ones(100), 50, false), "combinations", "50 of 100", "fewer"),
                row(
                        () -> Tensors.unravelIndex(Tensors.of(0L, 6L), Shape.of(2, 3)),
                        IndexOutOfBoundsException.class,
                        "unravelIndex",
                        "6 at place 1",
                        "0 to 5"),
                row(() -> Tensors.unravelIndex(ones(1), Shape.of(2)), DTypeException.class, "unravelIndex", "F32"),
                row(
                        () -> Tensors.ravelMultiIndex(List.of(Tensors.of(0L), Tensors.of(-1L)), Shape.of(2, 3)),
                        IndexOutOfBoundsException.class,
                        "ravelMultiIndex",
                        "-1",
                        "axis 1"),
                shape(() -> Tensors.ravelMultiIndex(List.of(), Shape.SCALAR), "ravelMultiIndex", "0 tensors"),
                row(() -> Tensors.where(ones(1), ones(1), 1.0), DTypeException.class, "where", "F32", "BOOL"),
                shape(() -> Tensors.trilIndices(-1, 2, 0), "trilIndices", "-1 rows"),
                shape(() -> Tensors.triuIndices(1L << 20, 1L << 20, 0), "triuIndices", "Java array"),
                shape(() -> Tensors.tri(DType.F32, 1, -1, 0), "tri", "-1 columns"),
                row(() -> Tensors.logspace(0, 1, 2, 0), IllegalArgumentException.class, "logspace", "base 0.0"),
                row(() -> Tensors.logspace(DType.I64, 0, 1, 2, 2), DTypeException.class, "logspace", "I64"),
                shape(() -> Tensors.logspace(0, 1, -1), "logspace", "-1"),
                row(
                        () -> Tensors.geomspace(DType.F64, -1, 1, 2),
                        IllegalArgumentException.class,
                        "geomspace",
                        "one sign"),
                row(
                        () -> Tensors.randintLike(Tensors.ofUnsigned((byte) 1), 0, 300, new Generator(1)),
                        DTypeException.class,
                        "randintLike",
                        "299"));
    }

    static Stream<Arguments> products() {
        return Stream.of(
                shape(() -> ones(2).mm(ones(2, 2)), "mm", "[2]", "[2, 2]", "a matrix"),
                shape(() -> ones(2, 3).mm(ones(2, 3)), "mm", "[2, 3]", "must equal"),
                shape(() -> ones(2, 2, 3).bmm(ones(3, 3, 2)), "bmm", "first sizes"),
                shape(() -> ones(2, 3).mv(ones(3, 1)), "mv", "a vector"),
                shape(() -> ones(2, 3).mv(ones(2)), "mv", "[2, 3]", "[2]"),
                shape(() -> ones(2).vdot(ones(3)), "vdot", "[2]", "[3]"),
                shape(() -> ones(3, 3).addmm(ones(2, 2), ones(2, 2)), "addmm", "[3, 3]", "[2, 2]"),
                shape(() -> ones(2).addmv(ones(2, 2), ones(3)), "addmv", "[2, 2]", "[3]"),
                shape(() -> ones(2).addr(ones(2, 2), ones(3)), "addr", "two vectors"),
                shape(() -> ones(2, 2).addbmm(ones(2, 2), ones(2, 2)), "addbmm", "a batch of matrices"),
                shape(() -> ones(2, 2).baddbmm(ones(1, 2, 2), ones(2, 2, 2)), "baddbmm", "first sizes"),
                row(
                        () -> Tensors.of(1L, 2L).addr(Tensors.of(1L), Tensors.of(1L, 2L), 1, 0.5),
                        DTypeException.class,
                        "addr",
                        "0.5",
                        "whole number"),
                row(
                        () -> Tensors.of(true).reshape(1, 1).mm(Tensors.of(true).reshape(1, 1)),
                        DTypeException.class,
                        "mm",
                        "BOOL"));
    }

    @ParameterizedTest
    @MethodSource({"shapes", "parts", "combinations", "products"})
    void messagesNameTheMistakeAndTheRemedy(ThrowingCallable call, Class<?> type, String[] words) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContainingAll(words);
    }
}
