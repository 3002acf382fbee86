package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatun.tensor.Index.all;
import static org.gatun.tensor.Index.at;
import static org.gatun.tensor.Index.ellipsis;
import static org.gatun.tensor.Index.from;
import static org.gatun.tensor.Index.mask;
import static org.gatun.tensor.Index.newAxis;
import static org.gatun.tensor.Index.of;
import static org.gatun.tensor.Index.range;
import static org.gatun.tensor.Index.step;
import static org.gatun.tensor.Index.upTo;

import java.util.stream.Stream;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Expected elements are those that NumPy picks from {@code np.arange(24).reshape(2, 3, 4)}. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class IndexingTest {
    /** An indexing expression under test. */
    @FunctionalInterface
    interface Call {
        Tensor apply(Tensor x);
    }

    private static Tensor x() {
        return Tensors.arange(24).reshape(2, 3, 4);
    }

    private static Tensor j() {
        return Tensors.of(new long[][] {{0}, {2}});
    }

    private static Tensor checker() {
        return Tensors.of(Shape.of(2, 3), true, false, true, false, true, false);
    }

    static Stream<Arguments> expressions() {
        return Stream.of(
                Arguments.of(
                        "at(1)", Shape.of(3, 4), new long[] {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}, (Call)
                                x -> x.get(at(1))),
                Arguments.of(
                        "at(-1), at(0)", Shape.of(4), new long[] {12, 13, 14, 15}, (Call) x -> x.get(at(-1), at(0))),
                Arguments.of(
                        "at(1), at(2), at(3)", Shape.of(), new long[] {23}, (Call) x -> x.get(at(1), at(2), at(3))),
                Arguments.of("range(0, 1)", Shape.of(1, 3, 4), new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, (Call)
                        x -> x.get(range(0, 1))),
                Arguments.of(
                        "all(), range(1, 3)",
                        Shape.of(2, 2, 4),
                        new long[] {4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23},
                        (Call) x -> x.get(all(), range(1, 3))),
                Arguments.of(
                        "all(), all(), range(0, 4, 2)",
                        Shape.of(2, 3, 2),
                        new long[] {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22},
                        (Call) x -> x.get(all(), all(), range(0, 4, 2))),
                Arguments.of(
                        "all(), all(), step(-1)",
                        Shape.of(2, 3, 4),
                        new long[] {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21, 20
                        },
                        (Call) x -> x.get(all(), all(), step(-1))),
                Arguments.of(
                        "all(), all(), range(3, 0, -2)",
                        Shape.of(2, 3, 2),
                        new long[] {3, 1, 7, 5, 11, 9, 15, 13, 19, 17, 23, 21},
                        (Call) x -> x.get(all(), all(), range(3, 0, -2))),
                Arguments.of(
                        "all(), range(-1, -3, -1)",
                        Shape.of(2, 2, 4),
                        new long[] {8, 9, 10, 11, 4, 5, 6, 7, 20, 21, 22, 23, 16, 17, 18, 19},
                        (Call) x -> x.get(all(), range(-1, -3, -1))),
                Arguments.of(
                        "all(), all(), range(-100, 100)",
                        Shape.of(2, 3, 4),
                        new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23
                        },
                        (Call) x -> x.get(all(), all(), range(-100, 100))),
                Arguments.of(
                        "all(), all(), range(100, -100, -3)",
                        Shape.of(2, 3, 2),
                        new long[] {3, 0, 7, 4, 11, 8, 15, 12, 19, 16, 23, 20},
                        (Call) x -> x.get(all(), all(), range(100, -100, -3))),
                Arguments.of(
                        "all(), all(), from(2)",
                        Shape.of(2, 3, 2),
                        new long[] {2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23},
                        (Call) x -> x.get(all(), all(), from(2))),
                Arguments.of(
                        "all(), all(), upTo(-1)",
                        Shape.of(2, 3, 3),
                        new long[] {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 17, 18, 20, 21, 22},
                        (Call) x -> x.get(all(), all(), upTo(-1))),
                Arguments.of("all(), all(), range(2, 1)", Shape.of(2, 3, 0), new long[] {}, (Call)
                        x -> x.get(all(), all(), range(2, 1))),
                Arguments.of("all(), all(), range(1, 2, -1)", Shape.of(2, 3, 0), new long[] {}, (Call)
                        x -> x.get(all(), all(), range(1, 2, -1))),
                Arguments.of(
                        "newAxis(), at(0)", Shape.of(1, 3, 4), new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, (Call)
                                x -> x.get(newAxis(), at(0))),
                Arguments.of(
                        "at(0), newAxis(), all(), newAxis()",
                        Shape.of(1, 3, 1, 4),
                        new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
                        (Call) x -> x.get(at(0), newAxis(), all(), newAxis())),
                Arguments.of("ellipsis(), at(1)", Shape.of(2, 3), new long[] {1, 5, 9, 13, 17, 21}, (Call)
                        x -> x.get(ellipsis(), at(1))),
                Arguments.of("at(1), ellipsis(), at(1)", Shape.of(3), new long[] {13, 17, 21}, (Call)
                        x -> x.get(at(1), ellipsis(), at(1))),
                Arguments.of("at(0), at(0), at(0), ellipsis()", Shape.of(), new long[] {0}, (Call)
                        x -> x.get(at(0), at(0), at(0), ellipsis())),
                Arguments.of(
                        "ellipsis()",
                        Shape.of(2, 3, 4),
                        new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23
                        },
                        (Call) x -> x.get(ellipsis())),
                Arguments.of(
                        "of(1, 0, -1)",
                        Shape.of(3, 3, 4),
                        new long[] {
                            12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                            13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23
                        },
                        (Call) x -> x.get(of(1, 0, -1))),
                Arguments.of(
                        "all(), of(1, 0, -1)",
                        Shape.of(2, 3, 4),
                        new long[] {4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 12, 13, 14, 15, 20, 21, 22, 23
                        },
                        (Call) x -> x.get(all(), of(1, 0, -1))),
                Arguments.of(
                        "all(), all(), of(1, 0, -1)",
                        Shape.of(2, 3, 3),
                        new long[] {1, 0, 3, 5, 4, 7, 9, 8, 11, 13, 12, 15, 17, 16, 19, 21, 20, 23},
                        (Call) x -> x.get(all(), all(), of(1, 0, -1))),
                Arguments.of(
                        "all(), of(j())",
                        Shape.of(2, 2, 1, 4),
                        new long[] {0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23},
                        (Call) x -> x.get(all(), of(j()))),
                Arguments.of("of(0, 1), of(2, -1)", Shape.of(2, 4), new long[] {8, 9, 10, 11, 20, 21, 22, 23}, (Call)
                        x -> x.get(of(0, 1), of(2, -1))),
                Arguments.of("of(0, 1), all(), of(2, -1)", Shape.of(2, 3), new long[] {2, 6, 10, 15, 19, 23}, (Call)
                        x -> x.get(of(0, 1), all(), of(2, -1))),
                Arguments.of(
                        "all(), of(j()), of(1, 0, -1)",
                        Shape.of(2, 2, 3),
                        new long[] {1, 0, 3, 9, 8, 11, 13, 12, 15, 21, 20, 23},
                        (Call) x -> x.get(all(), of(j()), of(1, 0, -1))),
                Arguments.of(
                        "of(j().remainder(2L)), of(1, 0, -1)",
                        Shape.of(2, 3, 4),
                        new long[] {4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11},
                        (Call) x -> x.get(of(j().remainder(2L)), of(1, 0, -1))),
                Arguments.of(
                        "of(0, 1), newAxis(), of(2, 0)",
                        Shape.of(2, 1, 4),
                        new long[] {8, 9, 10, 11, 12, 13, 14, 15},
                        (Call) x -> x.get(of(0, 1), newAxis(), of(2, 0))),
                Arguments.of(
                        "range(0, 2, 1), of(2, 0), step(-1)",
                        Shape.of(2, 2, 4),
                        new long[] {11, 10, 9, 8, 3, 2, 1, 0, 23, 22, 21, 20, 15, 14, 13, 12},
                        (Call) x -> x.get(range(0, 2, 1), of(2, 0), step(-1))),
                Arguments.of("of(new long[0])", Shape.of(0, 3, 4), new long[] {}, (Call) x -> x.get(of(new long[0]))),
                Arguments.of("mask(x.remainder(5L).eq(0))", Shape.of(5), new long[] {0, 5, 10, 15, 20}, (Call)
                        x -> x.get(mask(x.remainder(5L).eq(0)))),
                Arguments.of(
                        "mask(checker())", Shape.of(3, 4), new long[] {0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19}, (Call)
                                x -> x.get(mask(checker()))),
                Arguments.of("mask(checker()), range(1, 3)", Shape.of(3, 2), new long[] {1, 2, 9, 10, 17, 18}, (Call)
                        x -> x.get(mask(checker()), range(1, 3))),
                Arguments.of(
                        "all(), mask(x.get(at(0)).gt(5))",
                        Shape.of(2, 6),
                        new long[] {6, 7, 8, 9, 10, 11, 18, 19, 20, 21, 22, 23},
                        (Call) x -> x.get(all(), mask(x.get(at(0)).gt(5)))),
                Arguments.of(
                        "of(0, 1), mask(Tensors.of(true, false, true))",
                        Shape.of(2, 4),
                        new long[] {0, 1, 2, 3, 20, 21, 22, 23},
                        (Call) x -> x.get(of(0, 1), mask(Tensors.of(true, false, true)))),
                Arguments.of("mask(x.lt(0))", Shape.of(0), new long[] {}, (Call) x -> x.get(mask(x.lt(0)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("expressions")
    void anExpressionPicksWhatNumPyPicks(String name, Shape shape, long[] elements, Call call) {
        Tensor picked = call.apply(x());
        assertThat(picked.shape()).isEqualTo(shape);
        assertThat(picked.toLongArray()).containsExactly(elements);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("expressions")
    void theLayoutOfTheTensorDoesNotMatter(String name, Shape shape, long[] elements, Call call) {
        Tensor permuted = x().permute(2, 0, 1).copy().permute(1, 2, 0);
        assertThat(permuted.concrete().isContiguous()).isFalse();
        assertThat(call.apply(permuted).toLongArray()).containsExactly(elements);
    }

    @Test
    void positionsAreAppliedBeforeTensorsAsInPyTorch() {
        // NumPy takes a position as one more tensor and moves the picked axes to the front: shape (2, 3).
        Tensor picked = x().get(at(1), all(), of(0, 3));
        assertThat(picked.shape()).isEqualTo(Shape.of(3, 2));
        assertThat(picked.toLongArray()).containsExactly(12, 15, 16, 19, 20, 23);
    }

    @Test
    void expressionsOfPositionsAndRangesAreViews() {
        Tensor x = x();
        x.get(at(0), range(1, 3), step(-2)).fill_(-1);
        assertThat(x.get(at(0)).toLongArray()).containsExactly(0, 1, 2, 3, 4, -1, 6, -1, 8, -1, 10, -1);
        Tensor all = x.get(ellipsis());
        all.close();
        assertThat(x.isClosed()).isFalse();
    }

    @Test
    void tensorsOfPositionsGiveCopies() {
        Tensor x = x();
        x.get(of(0)).fill_(9);
        assertThat(x.toLongArray()).containsExactly(x().toLongArray());
    }

    @Test
    void otherIntegerDtypesAreIndices() {
        assertThat(x().get(of(Tensors.of(1, 0)), of(Tensors.ofUnsigned((byte) 2)))
                        .toLongArray())
                .containsExactly(20, 21, 22, 23, 8, 9, 10, 11);
    }

    @Test
    void anExpressionThatDoesNotFitSaysWhy() {
        assertThatThrownBy(() -> x().get(at(2)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(
                        "get: position 2 is out of range for an axis of size 2 of shape [2, 3, 4]: give a position from -2 to 1");
        assertThatThrownBy(() -> x().get(all(), at(0), newAxis(), range(0, 2), at(1)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("get: [:, 0, newAxis, 0:2, 1] is for 4 axes, but a tensor of shape [2, 3, 4] has 3");
        assertThatThrownBy(() -> x().get(ellipsis(), at(0), ellipsis()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("more than one ellipsis in [..., 0, ...]");
        assertThatThrownBy(() -> x().get(mask(Tensors.of(true, false, true))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("a mask of shape [3] does not fit axes 0 to 0 of shape [2, 3, 4]");
        assertThatThrownBy(() -> x().get(of(0, 1), of(0, 1, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("get: shapes [2] and [3]");
        assertThatThrownBy(() -> range(0, 2, 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("step 0");
        assertThatThrownBy(() -> of(Tensors.of(1.0)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("F64");
        assertThatThrownBy(() -> mask(Tensors.of(1)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("I32");
    }

    @Test
    void aPositionOutOfRangeInATensorIsRefused() {
        for (long bad : new long[] {3, -4, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> x().get(all(), of(0, bad)))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining(Long.toString(bad));
            // With several tensors no position may be made good by another one.
            assertThatThrownBy(() -> x().get(of(0, 0), of(0, bad)))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining(Long.toString(bad));
        }
    }

    @Test
    void nonzeroListsPositionsRowByRow() {
        assertThat(Tensors.of(new double[][] {{0, 1, Double.NaN}, {-0.0, 0, 2}})
                        .nonzero()
                        .toLongArray())
                .containsExactly(0, 1, 0, 2, 1, 2);
        assertThat(Tensors.of(0, 0).nonzero().shape()).isEqualTo(Shape.of(0, 1));
        assertThat(Tensors.scalar(3).nonzero().shape()).isEqualTo(Shape.of(1, 0));
        assertThat(Tensors.scalar(0).nonzero().shape()).isEqualTo(Shape.of(0, 0));
        assertThat(Tensors.of(new int[][] {{0, 5}, {6, 0}}).t().nonzero().toLongArray())
                .containsExactly(0, 1, 1, 0);
    }

    @Test
    void masksSelectAndFill() {
        Tensor x = Tensors.of(new double[][] {{1, 2}, {3, 4}});
        assertThat(x.maskedSelect(x.gt(1.5)).toDoubleArray()).containsExactly(2, 3, 4);
        assertThat(x.maskedSelect(Tensors.of(true, false)).toDoubleArray()).containsExactly(1, 3);
        assertThat(Tensors.of(7.0).maskedSelect(Tensors.of(true, false, true)).toDoubleArray())
                .containsExactly(7, 7);
        assertThat(x.maskedFill(Tensors.of(false, true), Double.NEGATIVE_INFINITY)
                        .toDoubleArray())
                .containsExactly(1, Double.NEGATIVE_INFINITY, 3, Double.NEGATIVE_INFINITY);
        assertThat(Tensors.of(1L << 60).maskedFill(Tensors.of(false), 0).toLongArray())
                .containsExactly(1L << 60);
        assertThatThrownBy(() -> x.maskedSelect(x))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("F64");
        assertThatThrownBy(() -> x.maskedSelect(Tensors.of(true, false, true)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, 2] and [3]");
    }

    @Test
    void gatherPicksAlongAnAxis() {
        Tensor x = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(x.gather(1, Tensors.of(new long[][] {{2, 0}, {-1, 1}})).toDoubleArray())
                .containsExactly(3, 1, 6, 5);
        assertThat(x.gather(0, Tensors.of(new long[][] {{1, 0}})).toDoubleArray())
                .containsExactly(4, 2);
        assertThat(x.gather(-1, Tensors.zeros(DType.I64, 2, 0)).shape()).isEqualTo(Shape.of(2, 0));
        assertThatThrownBy(() -> x.gather(1, Tensors.zeros(DType.I64, 3, 1)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("an index of shape [3, 1] does not fit a tensor of shape [2, 3]");
        assertThatThrownBy(() -> x.gather(1, Tensors.of(new long[][] {{3}, {0}})))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("3");
        assertThatThrownBy(() -> x.gather(1, x))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("gather: the index is F64");
    }

    @Test
    void scatterReplacesAndScatterAddAdds() {
        Tensor zeros = Tensors.zeros(DType.F64, 2, 3);
        Tensor index = Tensors.of(new long[][] {{2, 0}, {1, -2}});
        Tensor src = Tensors.of(new double[][] {{1, 2, 9}, {3, 4, 9}});
        assertThat(zeros.scatter(1, index, src).toDoubleArray()).containsExactly(2, 0, 1, 0, 4, 0);
        assertThat(zeros.scatterAdd(1, index, src).toDoubleArray()).containsExactly(2, 0, 1, 0, 7, 0);
        assertThat(zeros.scatter(1, index, 5).toDoubleArray()).containsExactly(5, 0, 5, 0, 5, 0);
        assertThat(zeros.toDoubleArray()).containsOnly(0);
        // An index with fewer rows leaves the others as they are.
        Tensor one = Tensors.of(new long[][] {{1, 1, 0}});
        Tensor add = Tensors.of(new double[][] {{1, 2, 3}});
        assertThat(Tensors.ones(DType.F64, 3, 3).scatterAdd(0, one, add).toDoubleArray())
                .containsExactly(1, 1, 4, 2, 3, 1, 1, 1, 1);
        assertThat(Tensors.ones(DType.F64, 2, 4).scatterAdd(0, one, add).toDoubleArray())
                .containsExactly(1, 1, 4, 1, 2, 3, 1, 1);
        assertThat(Tensors.ones(DType.F64, 2, 4).scatter(0, one, add).toDoubleArray())
                .containsExactly(1, 1, 3, 1, 1, 2, 1, 1);
        assertThatThrownBy(() -> zeros.scatter(1, index, Tensors.zeros(DType.F64, 1, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("an index of shape [2, 2] does not fit a source of shape [1, 2]");
        assertThatThrownBy(() -> zeros.scatterAdd(1, index, Tensors.zeros(2, 2)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("the source is F32 and the tensor F64");
        assertThatThrownBy(() -> zeros.scatterAdd(1, Tensors.of(new long[][] {{3}}), src))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** PyTorch treats a 0-d tensor of positions as a position: x[torch.tensor(1), :, [0, 1]] has shape (3, 2). */
    @Test
    void aScalarTensorOfPositionsIsOnePosition() {
        Tensor x = x();
        Tensor one = Tensors.scalar(1);
        for (Index scalar : new Index[] {
            of(one), of(Tensors.scalar(-1L)), of(Tensors.scalar(1).to(DType.U8))
        }) {
            Tensor apart = x.get(scalar, all(), of(0, 1));
            assertThat(apart.shape()).isEqualTo(Shape.of(3, 2));
            assertThat(apart.toLongArray()).containsExactly(12, 13, 16, 17, 20, 21);
            assertThat(x.get(scalar, of(0, 2)).equalTo(x.get(at(1), of(0, 2)))).isTrue();
            assertThat(x.get(scalar).equalTo(x.get(at(1)))).isTrue();
        }
        assertThat(x.get(of(one), of(one), of(one)).shape()).isEqualTo(Shape.SCALAR);
        assertThat(x.get(of(one), of(one), of(one)).itemLong()).isEqualTo(17);
        assertThat(x.get(all(), of(one), all()).toLongArray()).containsExactly(4, 5, 6, 7, 16, 17, 18, 19);
        assertThatThrownBy(() -> x.get(of(Tensors.scalar(2))))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageStartingWith("get: index 2")
                .hasMessageContaining("[2, 3, 4]");
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyDtypeIsAddedByIndex(DType dtype) {
        Tensor x = Tensors.of(1, 0, 3).to(dtype);
        Tensor src = Tensors.of(1, 0, 1, 1).to(dtype);
        Tensor index = Tensors.of(0, 1, 0, -1);
        // Truth values are added by or.
        long[] expected = dtype == DType.BOOL ? new long[] {1, 0, 1} : new long[] {3, 0, 4};
        for (Tensor sum : new Tensor[] {x.indexAdd(0, index, src), x.scatterAdd(0, index, src)}) {
            assertThat(sum.dtype()).isEqualTo(dtype);
            assertThat(sum.toLongArray()).containsExactly(expected);
        }
        Tensor empty = Tensors.empty(dtype, 0);
        assertThat(x.indexAdd(0, Tensors.empty(DType.I64, 0), empty).equalTo(x)).isTrue();
        assertThat(x.scatterAdd(0, Tensors.empty(DType.I64, 0), empty).equalTo(x))
                .isTrue();
    }

    @Test
    void sumsOfBytesByIndexWrapAsSumsOfBytesDo() {
        Tensor x = Tensors.ofUnsigned((byte) 250);
        Tensor src = Tensors.ofUnsigned((byte) 200, (byte) 200);
        long expected = (250 + 200 + 200) % 256;
        assertThat(x.indexAdd(0, Tensors.of(0, 0), src).toLongArray()).containsExactly(expected);
        assertThat(x.scatterAdd(0, Tensors.of(0, 0), src).toLongArray()).containsExactly(expected);
        Tensor most = Tensors.of(Integer.MAX_VALUE);
        assertThat(most.indexAdd(0, Tensors.of(0), Tensors.of(1)).toLongArray()).containsExactly(Integer.MIN_VALUE);
    }

    /** torch.gather and its relatives take a 0-d tensor for one of one element. */
    @Test
    void scalarsAndVectorsGoTogether() {
        Tensor x = Tensors.of(5f, 6f, 7f);
        Tensor two = Tensors.scalar(2);
        assertThat(x.gather(0, two).shape()).isEqualTo(Shape.SCALAR);
        assertThat(x.gather(0, two).item()).isEqualTo(7);
        assertThat(Tensors.scalar(4f).gather(0, Tensors.of(0, 0)).toFloatArray())
                .containsExactly(4, 4);
        assertThat(x.scatter(0, two, Tensors.scalar(9f)).toFloatArray()).containsExactly(5, 6, 9);
        assertThat(x.scatter(0, two, 9).toFloatArray()).containsExactly(5, 6, 9);
        assertThat(x.scatterAdd(0, two, Tensors.scalar(9f)).toFloatArray()).containsExactly(5, 6, 16);
        assertThatThrownBy(() -> x.reshape(1, 3).gather(0, two))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("gather");
    }

    @Test
    void slicesAreSelectedAndAdded() {
        Tensor x = Tensors.of(new double[][] {{1, 2}, {3, 4}, {5, 6}});
        assertThat(x.indexSelect(0, Tensors.of(2, 0, 2)).toDoubleArray()).containsExactly(5, 6, 1, 2, 5, 6);
        assertThat(x.indexSelect(1, Tensors.of(-1)).toDoubleArray()).containsExactly(2, 4, 6);
        assertThat(x.indexAdd(0, Tensors.of(0, 0), Tensors.ones(DType.F64, 2, 2))
                        .toDoubleArray())
                .containsExactly(3, 4, 3, 4, 5, 6);
        assertThat(x.take(Tensors.of(new int[][] {{0, 5}, {-1, 2}})).toDoubleArray())
                .containsExactly(1, 6, 6, 3);
        assertThatThrownBy(() -> x.indexAdd(0, Tensors.of(0, 0), Tensors.ones(DType.F64, 3, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("a source of shape [3, 2] with 2 indices does not fit a tensor of shape [3, 2]");
        assertThatThrownBy(() -> x.indexSelect(0, Tensors.of(new long[][] {{0}})))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[1, 1] and must be a vector");
        assertThatThrownBy(() -> x.take(Tensors.of(6))).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
