package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the messages of malformed equations, and of products and distances of shapes that do not fit, say. */
@ExtendWith(ScopePerTest.class)
class EinsumErrorsTest {
    private static Arguments row(ThrowingCallable call, Class<?> type, String... words) {
        return Arguments.of(call, type, words);
    }

    private static Arguments shape(ThrowingCallable call, String... words) {
        return row(call, ShapeException.class, words);
    }

    private static Arguments equation(String equation, int operands, String... words) {
        Tensor[] given = new Tensor[operands];
        Arrays.setAll(given, k -> ones(2, 2));
        return row(() -> Tensors.einsum(equation, given), IllegalArgumentException.class, words);
    }

    /** 2^60 elements in the memory of one. */
    private static Tensor huge() {
        return ones(1, 1).broadcastTo(1L << 30, 1L << 30);
    }

    private static Tensor ones(long... sizes) {
        return Tensors.ones(sizes);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                equation("ij->ik", 1, "einsum", "\"ij->ik\"", "output", "'k'", "no operand has"),
                equation("ij->ii", 1, "output repeats index 'i'"),
                equation("ij,jk->ik", 1, "2 operands", "1 are given"),
                equation("ij->i", 2, "1 operands", "2 are given"),
                equation("ij", 0, "no operand"),
                equation("i1->i", 1, "character '1' at position 1", "a to z"),
                equation("\u00e9j->j", 1, "character '\u00e9' at position 0"),
                equation("i.j->i", 1, "'.' at position 1", "\"...\""),
                equation("i..", 1, "'.' at position 1"),
                equation("i....", 1, "'.' at position 4"),
                equation("...i...->i", 1, "second ellipsis at position 4"),
                equation("ij->...i...", 1, "second ellipsis"),
                equation("ij-", 1, "'-' at position 2", "\"->\""),
                equation("ij- >i", 1, "'-' at position 2"),
                equation("ij>i", 1, "'>' at position 2", "\"->\""),
                equation("ij->i->j", 1, "second arrow at position 5"),
                equation("ij->i,j", 1, "',' at position 5", "one output"),
                equation("ij,,jk->ik", 2, "3 operands"),
                shape(
                        () -> Tensors.einsum("ij,kl->ijkl", huge(), huge()),
                        "einsum: \"ij,kl->ijkl\"",
                        "[[1073741824, 1073741824], [1073741824, 1073741824]]",
                        "2^63 - 1 elements"),
                shape(
                        () -> Tensors.einsum("ij,jk->ik", ones(2, 3), ones(4, 5)),
                        "index 'j'",
                        "size 4 in operand 1",
                        "[4, 5]",
                        "3 in operand 0",
                        "[2, 3]"),
                shape(
                        () -> Tensors.einsum("...i,...j", ones(2, 3), ones(4, 5)),
                        "axis -1 of the ellipsis",
                        "4 in operand 1",
                        "2 in operand 0"),
                shape(() -> Tensors.einsum("ii->i", ones(2, 3)), "operand 0", "repeats index 'i'", "sizes 2 and 3"),
                shape(() -> Tensors.einsum("ii->i", ones(1, 3)), "repeats index 'i'", "sizes 1 and 3"),
                shape(
                        () -> Tensors.einsum("i,jk->i", ones(2), ones(2, 3, 4)),
                        "operand 1, \"jk\"",
                        "2 axes",
                        "[2, 3, 4]",
                        "ellipsis"),
                shape(() -> Tensors.einsum("ijk->i", ones(2, 2)), "operand 0", "names 3 axes", "[2, 2] has 2"),
                shape(() -> Tensors.einsum("i...jk->i", ones(2, 2)), "\"i...jk\"", "names 3 axes", "has 2"),
                shape(() -> Tensors.einsum("a,b->ab", ones(1).expand(1L << 40), ones(1).expand(1L << 40)), "2^63"),
                row(
                        () -> Tensors.einsum("i->", Tensors.of(true, false)),
                        DTypeException.class,
                        "einsum",
                        "BOOL",
                        "I64"),
                shape(
                        () -> Tensors.tensordot(ones(2, 3), ones(2, 3), 1),
                        "tensordot",
                        "axis 1",
                        "size 3",
                        "axis 0",
                        "2"),
                shape(
                        () -> Tensors.tensordot(ones(2, 3), ones(3), 2),
                        "tensordot",
                        "[2, 3]",
                        "[3]",
                        "0 to the smaller rank, 1"),
                shape(() -> Tensors.tensordot(ones(2, 3), ones(3), -1), "tensordot", "-1"),
                shape(
                        () -> Tensors.tensordot(ones(2, 3), ones(3, 2), new int[] {0, 1}, new int[] {0}),
                        "2 axes",
                        "1 of [3, 2]",
                        "equally many"),
                shape(
                        () -> Tensors.tensordot(ones(2, 2), ones(2, 2), new int[] {0, -2}, new int[] {0, 1}),
                        "axis 0",
                        "twice"),
                row(
                        () -> Tensors.tensordot(ones(2), ones(2), new int[] {1}, new int[] {0}),
                        IllegalArgumentException.class,
                        "tensordot"),
                shape(() -> Tensors.kron(ones(1).expand(1L << 40), ones(1).expand(1L << 40)), "kron", "2^63"),
                shape(
                        () -> Functional.bilinear(ones(2, 3), ones(2, 4), ones(5, 4, 3), null),
                        "bilinear",
                        "[5, 4, 3]",
                        "(o, m, n)"),
                shape(
                        () -> Functional.bilinear(ones(2, 3), ones(1, 4), ones(5, 3, 4), null),
                        "bilinear",
                        "[1, 4]",
                        "equal leading"),
                shape(() -> Functional.bilinear(ones(3), ones(4), ones(5, 3, 4), ones(4)), "bias", "[4]", "size 5"),
                shape(() -> Functional.cdist(ones(2, 3), ones(2, 4)), "cdist", "[2, 3]", "[2, 4]", "one length"),
                shape(() -> Functional.cdist(ones(3), ones(2, 3)), "cdist", "[3]"),
                shape(() -> Functional.cdist(ones(2, 1, 3), ones(3, 1, 3)), "cdist", "broadcast"),
                row(
                        () -> Functional.cdist(ones(2, 3), ones(2, 3), -1),
                        IllegalArgumentException.class,
                        "p -1.0",
                        "0 or more"),
                row(() -> Functional.pdist(ones(2, 3), Double.NaN), IllegalArgumentException.class, "pdist", "NaN"),
                row(
                        () -> Functional.cdist(Tensors.zeros(DType.I64, 2, 3), ones(2, 3)),
                        DTypeException.class,
                        "cdist",
                        "I64"),
                shape(() -> Functional.pdist(ones(2, 2, 3)), "pdist", "[2, 2, 3]", "cdist"),
                shape(() -> Functional.pdist(ones(1, 0).expand(70000, 0)), "70000", "65536"),
                shape(() -> Functional.pairwiseDistance(ones(), ones()), "pairwiseDistance", "scalars"),
                shape(() -> Functional.cosineSimilarity(ones(), ones()), "cosineSimilarity", "scalars"),
                shape(() -> Functional.cosineSimilarity(ones(2), ones(3)), "cosineSimilarity", "[2]", "[3]"),
                row(
                        () -> Functional.cosineSimilarity(ones(2), ones(2)),
                        IllegalArgumentException.class,
                        "cosineSimilarity",
                        "1"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void messageSaysWhatIsWrong(ThrowingCallable call, Class<? extends Throwable> type, String... words) {
        assertThatThrownBy(call).isInstanceOf(type).satisfies(e -> {
            for (String word : words) {
                assertThat(e).hasMessageContaining(word);
            }
        });
    }
}
