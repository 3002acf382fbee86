package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the messages of wrong scatters and other replacements say. */
@ExtendWith(ScopePerTest.class)
class ScatterErrorsTest {
    private static final ScatterReduction SUM = ScatterReduction.SUM;

    private static Arguments row(ThrowingCallable call, Class<?> type, String... words) {
        return Arguments.of(call, type, words);
    }

    private static Arguments shape(ThrowingCallable call, String... words) {
        return row(call, ShapeException.class, words);
    }

    private static Arguments dtype(ThrowingCallable call, String... words) {
        return row(call, DTypeException.class, words);
    }

    private static Arguments place(ThrowingCallable call, String... words) {
        return row(call, IndexOutOfBoundsException.class, words);
    }

    private static Tensor ones(long... sizes) {
        return Tensors.ones(sizes);
    }

    private static Tensor at(long... positions) {
        return Tensors.of(positions);
    }

    private static Tensor truth() {
        return Tensors.of(true, false, true);
    }

    static Stream<Arguments> reductions() {
        return Stream.of(
                shape(() -> ones(3).scatterReduce(1, at(0), ones(1), SUM), "scatterReduce", "axis 1", "rank 1"),
                shape(() -> ones(3, 2).scatterReduce(0, at(0), ones(1), SUM), "scatterReduce", "[1]", "[3, 2]", "rank"),
                shape(() -> ones(3).scatterReduce(0, at(0, 1), ones(1), SUM), "scatterReduce", "[2]", "[1]"),
                dtype(() -> ones(3).scatterReduce(0, ones(1), ones(1), SUM), "scatterReduce", "F32", "to(DType.I64)"),
                dtype(() -> ones(3).scatterReduce(0, at(0), at(1), SUM), "scatterReduce", "I64", "F32", "convert"),
                dtype(
                        () -> truth().scatterReduce(0, at(0), Tensors.of(true), ScatterReduction.MEAN),
                        "scatterReduce",
                        "truth values have no mean"),
                shape(
                        () -> ones(3).indexReduce(0, at(0), ones(2), SUM, true),
                        "indexReduce",
                        "[2]",
                        "1 indices",
                        "[3]"),
                shape(() -> ones(3).indexReduce(0, at(0).reshape(1, 1), ones(1), SUM, true), "indexReduce", "[1, 1]"),
                shape(() -> ones(2, 3).indexReduce(2, at(0), ones(2, 1), SUM, true), "indexReduce", "axis 2"));
    }

    static Stream<Arguments> everyReductionChecksItsIndex() {
        return Stream.of(ScatterReduction.values())
                .flatMap(reduction -> Stream.of(true, false)
                        .flatMap(self -> Stream.of(
                                place(() -> ones(3).scatterReduce(0, at(3), ones(1), reduction, self), "3", "size 3"),
                                place(() -> ones(3).scatterReduce(0, at(-4), ones(1), reduction, self), "size 3"))));
    }

    static Stream<Arguments> replacements() {
        return Stream.of(
                shape(() -> ones(3).indexCopy(0, at(0, 1), ones(3)), "indexCopy", "[3]", "2 indices"),
                dtype(() -> ones(3).indexCopy(0, at(0), at(1)), "indexCopy", "I64", "F32"),
                place(() -> ones(3).indexCopy(0, at(5), ones(1)), "5", "size 3"),
                dtype(() -> at(1, 2).indexFill(0, at(0), Tensors.scalar(1.5f)), "indexFill", "F32", "I64"),
                shape(() -> ones(3).indexFill(0, at(0), ones(1)), "indexFill", "[1]", "must be a scalar"),
                dtype(() -> Tensors.ofUnsigned((byte) 1).indexFill(0, at(0), 256), "indexFill", "256", "U8"),
                place(() -> ones(3).indexFill(0, at(3), 1), "3", "size 3"),
                shape(() -> ones(2, 3).takeAlongAxis(at(0), 0), "takeAlongAxis", "[1]", "[2, 3]", "one rank"),
                shape(() -> ones(2, 3).takeAlongAxis(at(0, 0).reshape(1, 2), 0), "takeAlongAxis", "do not broadcast"),
                place(() -> ones(2, 3).takeAlongAxis(at(6)), "6", "[2, 3]"),
                shape(() -> ones(3).put(at(0, 1), ones(1), false), "put", "[2]", "[1]", "equally many"),
                dtype(() -> ones(3).put(at(0), at(1), false), "put", "I64", "F32"),
                place(() -> ones(2, 3).put(at(6), ones(1), false), "put", "index 6", "6 elements of shape [2, 3]"),
                place(() -> ones(2, 3).put(at(-7), ones(1), true), "put", "index -7"),
                shape(() -> ones(2, 3).setAt(ones(2), Index.at(0)), "setAt", "[2]", "[3]", "can't be repeated"),
                dtype(() -> ones(2, 3).setAt(at(1), Index.at(0)), "setAt", "I64", "F32"),
                place(() -> ones(2, 3).setAt(ones(3), Index.at(2)), "setAt: position 2", "[2, 3]"),
                place(() -> ones(2, 3).addAt(ones(3), Index.of(at(2))), "addAt: index 2", "axis 0"),
                shape(() -> ones(2, 3).addAt(ones(3), Index.mask(truth())), "addAt: a mask of shape [3]", "[2, 3]"),
                shape(() -> ones(2, 3).indexPut(List.of(), ones(1), false), "indexPut", "no index"),
                place(() -> ones(2).indexPut(List.of(at(0), at(0)), ones(1), false), "indexPut", "2 axes", "[2]"),
                dtype(() -> ones(3).maskedFill(ones(3), Tensors.scalar(1f)), "maskedFill", "F32", "BOOL"),
                shape(() -> ones(3).maskedFill(truth(), ones(3)), "maskedFill", "[3]", "must be a scalar"),
                shape(() -> ones(3).maskedScatter(truth(), ones(1)), "maskedScatter", "more true places", "[1]"),
                shape(() -> ones(3).maskedScatter(truth(), ones(0)), "maskedScatter", "more true places", "[0]"),
                shape(() -> ones(2).maskedScatter(truth(), ones(2)), "maskedScatter", "[2]", "[3]", "broadcast"),
                dtype(() -> ones(3).maskedScatter(truth(), at(1, 2)), "maskedScatter", "I64", "F32"),
                place(() -> ones(2, 3).selectScatter(ones(2), 1, 3), "selectScatter", "index 3", "axis 1"),
                shape(() -> ones(2, 3).selectScatter(ones(3), 1, 0), "selectScatter", "[3]", "[2]", "must be equal"),
                shape(() -> ones(4).sliceScatter(ones(3), 0, 0, 4, 2), "sliceScatter", "[3]", "[2]"),
                shape(() -> ones(4).sliceScatter(ones(2), 0, 0, 4, 0), "sliceScatter", "step 0"),
                shape(() -> ones().sliceScatter(ones(), 0, 0, 1, 1), "sliceScatter", "a scalar has no axes"),
                shape(() -> ones(4).diagonalScatter(ones(4), 0, 0, 1), "diagonalScatter: takes matrices", "[4]"),
                shape(() -> ones(2, 3).diagonalScatter(ones(3), 0, 0, 1), "diagonalScatter", "[3]", "[2]"),
                shape(() -> ones(2, 3).diagonalScatter(ones(2), 0, 1, -1), "diagonalScatter", "both axis 1"));
    }

    @ParameterizedTest
    @MethodSource({"reductions", "everyReductionChecksItsIndex", "replacements"})
    void messagesNameTheMistakeAndTheRemedy(ThrowingCallable call, Class<?> type, String[] words) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContainingAll(words);
    }
}
