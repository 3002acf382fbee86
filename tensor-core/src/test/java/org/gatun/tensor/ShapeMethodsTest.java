package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ShapeMethodsTest {
    /** 0, 1, 2, ... row by row. */
    private static Tensor count(long... sizes) {
        Shape shape = Shape.of(sizes);
        return Tensors.arange(shape.elements()).reshape(shape);
    }

    @Test
    void narrowTakesAPart() {
        assertThat(count(2, 4).narrow(1, 1, 2).toLongArray()).containsExactly(1, 2, 5, 6);
        assertThat(count(4).narrow(0, -2, 2).toLongArray()).containsExactly(2, 3);
        assertThat(count(4).narrow(0, 4, 0).elements()).isZero();
        assertThatThrownBy(() -> count(2, 4).narrow(1, 3, 2))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("narrow: 2 elements from 3 do not lie within axis 1 of shape [2, 4], which has 4");
        assertThatThrownBy(() -> count(4).narrow(0, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> count(4).narrow(0, 1, Long.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void partsPutTogetherAreTheWhole() {
        Tensor x = count(2, 7, 3);
        for (List<Tensor> parts : List.of(
                x.split(3, 1), x.split(7, 1), x.split(100, -2), x.split(new long[] {1, 0, 6}, 1), x.chunk(3, 1))) {
            assertThat(Tensors.cat(1, parts).toLongArray()).containsExactly(x.toLongArray());
        }
        assertThat(Tensors.stack(2, x.unbind(2)).toLongArray()).containsExactly(x.toLongArray());
    }

    @Test
    void splitSizesAreAsInPyTorch() {
        Tensor x = count(7);
        assertThat(x.split(3, 0)).extracting(Tensor::elements).containsExactly(3L, 3L, 1L);
        assertThat(x.chunk(3, 0)).extracting(Tensor::elements).containsExactly(3L, 3L, 1L);
        assertThat(x.chunk(5, 0)).extracting(Tensor::elements).containsExactly(2L, 2L, 2L, 1L);
        assertThat(count(0).split(2, 0)).extracting(Tensor::elements).containsExactly(0L);
        assertThat(count(0, 2).unbind(0)).isEmpty();
        assertThatThrownBy(() -> x.split(new long[] {3, 3}, 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("the sizes [3, 3] must be 0 or more and add up to 7");
        assertThatThrownBy(() -> x.split(0, 0)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> x.chunk(0, 0)).isInstanceOf(ShapeException.class);
    }

    @Test
    void moveAxisKeepsTheOrderOfTheOthers() {
        assertThat(count(2, 3, 4).moveAxis(0, -1).shape()).isEqualTo(Shape.of(3, 4, 2));
        assertThat(count(2, 3, 4).moveAxis(2, 0).shape()).isEqualTo(Shape.of(4, 2, 3));
        assertThat(count(2, 3).moveAxis(0, 1).toLongArray())
                .containsExactly(count(2, 3).t().toLongArray());
    }

    @Test
    void rollMovesRoundTheEnd() {
        assertThat(count(5).roll(2, 0).toLongArray()).containsExactly(3, 4, 0, 1, 2);
        assertThat(count(5).roll(-1, 0).toLongArray()).containsExactly(1, 2, 3, 4, 0);
        assertThat(count(5).roll(10, 0).toLongArray()).containsExactly(0, 1, 2, 3, 4);
        assertThat(count(2, 3).roll(1, 1).toLongArray()).containsExactly(2, 0, 1, 5, 3, 4);
        assertThat(count(0).roll(1, 0).elements()).isZero();
    }

    @Test
    void paddingAndCroppingOfEachAxis() {
        Tensor x = count(2, 2).add(1);
        assertThat(x.pad(new long[] {1, 0}, new long[] {0, 1}).toLongArray())
                .containsExactly(0, 0, 0, 1, 2, 0, 3, 4, 0);
        assertThat(x.pad(new long[] {0, 1}, new long[] {0, 0}, 9).toLongArray()).containsExactly(9, 1, 2, 9, 3, 4);
        assertThat(x.pad(new long[] {-1, 1}, new long[] {0, -1}, 7).toLongArray())
                .containsExactly(7, 3);
        assertThat(x.pad(new long[] {0, 0}, new long[] {0, 0}, 7).toLongArray()).containsExactly(1, 2, 3, 4);
        Tensor infinite = Tensors.of(1f, Float.NaN).pad(new long[] {1}, new long[] {1}, Double.NEGATIVE_INFINITY);
        assertThat(infinite.toFloatArray())
                .containsExactly(Float.NEGATIVE_INFINITY, 1, Float.NaN, Float.NEGATIVE_INFINITY);
        assertThat(Tensors.of(true).pad(new long[] {1}, new long[] {0}).toBooleanArray())
                .containsExactly(false, true);
        assertThat(count(0, 2).pad(new long[] {1, 0}, new long[] {1, 0}, 3).toLongArray())
                .containsExactly(3, 3, 3, 3);
    }

    @Test
    void paddingErrorsNameTheShape() {
        assertThatThrownBy(() -> count(2, 3).pad(new long[] {1}, new long[] {1}))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[1] before and [1] after do not fit a tensor of shape [2, 3]");
        assertThatThrownBy(() -> count(2, 3).pad(new long[] {0, -2}, new long[] {0, -2}))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("-2 before and -2 after take more than the 3 elements along axis 1");
    }

    @Test
    void repeatsOfTheWholeAndOfEachElement() {
        assertThat(count(2).repeat(2).toLongArray()).containsExactly(0, 1, 0, 1);
        assertThat(count(2).repeat(2, 2).toLongArray()).containsExactly(0, 1, 0, 1, 0, 1, 0, 1);
        assertThat(count(2, 2).repeat(1, 2).toLongArray()).containsExactly(0, 1, 0, 1, 2, 3, 2, 3);
        assertThat(count(2, 2).repeat(0, 2).shape()).isEqualTo(Shape.of(0, 4));
        assertThat(count(2, 2).tile(2).toLongArray()).containsExactly(0, 1, 0, 1, 2, 3, 2, 3);
        assertThat(count(2).tile(3, 1).shape()).isEqualTo(Shape.of(3, 2));
        assertThat(count(2, 2).repeatInterleave(2, 0).toLongArray()).containsExactly(0, 1, 0, 1, 2, 3, 2, 3);
        assertThat(count(2, 2).repeatInterleave(2, 1).toLongArray()).containsExactly(0, 0, 1, 1, 2, 2, 3, 3);
        assertThatThrownBy(() -> count(2, 2).repeat(2))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, 2]");
        assertThatThrownBy(() -> count(2).repeat(-1)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> count(2).repeatInterleave(-1, 0)).isInstanceOf(ShapeException.class);
    }

    @Test
    void trianglesKeepTheirSide() {
        Tensor x = count(2, 3, 4).add(1);
        for (long offset = -4; offset <= 5; offset++) {
            long[] lower = x.tril(offset).toLongArray();
            long[] upper = x.triu(offset).toLongArray();
            for (int b = 0; b < 2; b++) {
                for (int i = 0; i < 3; i++) {
                    for (int j = 0; j < 4; j++) {
                        int at = (b * 3 + i) * 4 + j;
                        assertThat(lower[at]).isEqualTo(j - i <= offset ? at + 1 : 0);
                        assertThat(upper[at]).isEqualTo(j - i >= offset ? at + 1 : 0);
                    }
                }
            }
        }
        assertThat(Tensors.of(new float[][] {{Float.NaN, Float.NaN}, {1, 2}})
                        .tril()
                        .get(0, 1))
                .isZero();
        assertThatThrownBy(() -> count(3).tril())
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3]");
    }

    @Test
    void diagonalsOfAllOffsetsAndAxes() {
        Tensor x = count(3, 4, 2);
        for (long offset = -4; offset <= 5; offset++) {
            Tensor d = x.diagonal(offset, 0, 1);
            int n = 0;
            for (int i = 0; i < 3; i++) {
                long j = i + offset;
                if (j >= 0 && j < 4) {
                    for (int c = 0; c < 2; c++) {
                        assertThat(d.get(c, n)).isEqualTo((i * 4 + j) * 2 + c);
                    }
                    n++;
                }
            }
            assertThat(d.shape()).isEqualTo(Shape.of(2, n));
        }
        assertThat(count(3, 3).diagonal().toLongArray()).containsExactly(0, 4, 8);
        assertThat(count(2, 3).diagonal(-1, 1, 0).toLongArray())
                .containsExactly(count(2, 3).diagonal(1, 0, 1).toLongArray());
        assertThat(count(3, 3).matrixTrace().itemLong()).isEqualTo(12);
        assertThatThrownBy(() -> count(3, 3).diagonal(0, 1, -1)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> count(3, 3, 3).matrixTrace()).isInstanceOf(ShapeException.class);
    }

    @Test
    void theDiagonalOfAContiguousMatrixIsAView() {
        Tensor x = Tensors.zeros(3, 3);
        x.diagonal().fill_(1);
        assertThat(x.toFloatArray()).containsExactly(Tensors.eye(3).toFloatArray());
    }

    @Test
    void embeddingUndoesTheDiagonal() {
        Tensor x = count(2, 3).add(1);
        Tensor embedded = x.diagEmbed();
        assertThat(embedded.shape()).isEqualTo(Shape.of(2, 3, 3));
        assertThat(embedded.diagonal().toLongArray()).containsExactly(x.toLongArray());
        assertThat(embedded.sum().itemLong()).isEqualTo(x.sum().itemLong());
        assertThat(count(1).diagEmbed().shape()).isEqualTo(Shape.of(1, 1));
        assertThat(count(0).diagEmbed().shape()).isEqualTo(Shape.of(0, 0));
    }

    @Test
    void productsOfVectors() {
        assertThat(Tensors.of(1.0, 2, 3).dot(Tensors.of(4.0, 5, 6)).item()).isEqualTo(32);
        assertThat(Tensors.of(1.0, 2).outer(Tensors.of(3.0, 4, 5)).toDoubleArray())
                .containsExactly(3, 4, 5, 6, 8, 10);
        assertThatThrownBy(() -> Tensors.zeros(2).dot(Tensors.zeros(2, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2] and [2, 2]");
        assertThatThrownBy(() -> Tensors.zeros(2).outer(Tensors.zeros(2, 2))).isInstanceOf(ShapeException.class);
    }

    @Test
    void errorsNameTheMethodAndTheTensorsOwnRank() {
        Tensor x = Tensors.zeros(2, 3);
        assertThatThrownBy(() -> x.unsqueeze(4))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("unsqueeze: a new axis 4")
                .hasMessageContaining("rank 2: give one from -3 to 2");
        assertThatThrownBy(() -> Tensors.stack(-4, x, x))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("stack: a new axis -4")
                .hasMessageContaining("rank 2: give one from -3 to 2");
        assertThatThrownBy(() -> x.expand(2, 4))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("expand: shape [2, 3]");
        assertThatThrownBy(() -> Tensors.of(1f).dot(Tensors.of(1f, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("dot: shapes [1] and [2]");
        Tensor many = Tensors.ones(1).broadcastTo(1L << 40);
        assertThatThrownBy(many::toFloatArray).hasMessageStartingWith("toFloatArray: ");
        assertThatThrownBy(many::toDoubleArray).hasMessageStartingWith("toDoubleArray: ");
        assertThatThrownBy(many::toLongArray).hasMessageStartingWith("toLongArray: ");
        assertThatThrownBy(many::toBooleanArray).hasMessageStartingWith("toBooleanArray: ");
    }

    /** Nothing is converted for an operation that is refused. */
    @Test
    void shapesAreCheckedBeforeAnythingIsConverted() {
        Tensor x = Tensors.of(1, 2, 3);
        Tensor y = Tensors.of(1f, 2);
        Tensor wide = Tensors.zeros(DType.I32, 2, 4, 3);
        Tensor tall = Tensors.zeros(3, 3, 5);
        Tensor truth = Tensors.of(true, false);
        long before = MemoryStats.of(Device.CPU).allocations();
        assertThatThrownBy(() -> x.add(y)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> x.lt(y)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> x.and(truth)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> wide.matmul(tall)).isInstanceOf(ShapeException.class);
        assertThat(MemoryStats.of(Device.CPU).allocations()).isEqualTo(before);
    }

    /** As torch.nn.functional.pad: also where nothing is added, or nothing at all happens. */
    @Test
    void paddingAlwaysCopies() {
        for (long before : new long[] {-1, 0, 1}) {
            Tensor x = Tensors.of(1f, 2, 3);
            Tensor padded = x.pad(new long[] {before}, new long[] {0});
            float[] values = padded.toFloatArray();
            x.zero_();
            assertThat(padded.toFloatArray()).containsExactly(values);
        }
    }
}
