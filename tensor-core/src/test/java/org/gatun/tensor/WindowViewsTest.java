package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sliding windows and strided views: which elements they hold, and that they share memory. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class WindowViewsTest {
    @Test
    void windowsSlideAlongAnAxis() {
        Tensor w = Tensors.arange(7).unfold(0, 3, 2);
        assertThat(w.shape()).isEqualTo(Shape.of(3, 3));
        assertThat(w.toLongArray()).containsExactly(0, 1, 2, 2, 3, 4, 4, 5, 6);
        Tensor grid = Tensors.arange(12).reshape(3, 4).unfold(0, 2, 1);
        assertThat(grid.shape()).isEqualTo(Shape.of(2, 4, 2));
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 4; j++) {
                for (int k = 0; k < 2; k++) {
                    assertThat(grid.get(i, j, k)).isEqualTo(4 * (i + k) + j);
                }
            }
        }
    }

    @Test
    void aScalarIsOneElement() {
        assertThat(Tensors.scalar(5L).unfold(0, 1, 1).toLongArray()).containsExactly(5);
        assertThat(Tensors.scalar(5L).unfold(-1, 0, 1).shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void windowsShareMemory() {
        Tensor x = Tensors.zeros(5);
        Tensor w = x.unfold(0, 3, 1);
        x.select(0, 2).fill_(1);
        assertThat(w.toFloatArray()).containsExactly(0, 0, 1, 0, 1, 0, 1, 0, 0);
    }

    @Test
    void onlyWindowsThatOverlapCannotBeWritten() {
        Tensor x = Tensors.zeros(6);
        x.unfold(0, 2, 2).fill_(3);
        assertThat(x.toFloatArray()).containsOnly(3);
        x.unfold(0, 2, 1).slice(0, 0, 5, 2).fill_(4);
        assertThat(x.toFloatArray()).containsOnly(4);
        assertThatThrownBy(() -> x.unfold(0, 3, 2).fill_(5)).isInstanceOf(ShapeException.class);
        assertThat(x.toFloatArray()).containsOnly(4);
    }

    @Test
    void stridedElementsLieWhereTheStridesSay() {
        Tensor x = Tensors.arange(24).reshape(4, 6);
        long[][][] cases = {
            {{2, 3}, {6, 1}, {0}},
            {{3, 2, 2}, {1, 7, 3}, {2}},
            {{2, 2}, {0, 5}, {1}},
            {{3, 3}, {1, 1}, {0}},
            {{4}, {7}, {2}},
            {{1, 4}, {9, 2}, {3}},
            {{}, {}, {23}},
            {{2, 0}, {1, 1}, {90}}
        };
        for (long[][] c : cases) {
            Tensor y = x.asStrided(c[0], c[1], c[2][0]);
            Shape shape = Shape.of(c[0]);
            assertThat(y.shape()).isEqualTo(shape);
            long[] values = y.toLongArray();
            for (int i = 0; i < values.length; i++) {
                long at = c[2][0];
                long rest = i;
                for (int a = shape.rank() - 1; a >= 0; a--) {
                    at += rest % shape.size(a) * c[1][a];
                    rest /= shape.size(a);
                }
                assertThat(values[i]).isEqualTo(at);
            }
        }
    }

    @Test
    void stridedElementsAreCountedRowByRow() {
        Tensor x = Tensors.arange(6).reshape(2, 3).t();
        assertThat(x.asStrided(new long[] {3}, new long[] {2}, 0).toLongArray()).containsExactly(0, 1, 2);
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Tensor x = Tensors.zeros(2, 5);
        assertThatThrownBy(() -> x.unfold(1, 6, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContainingAll("unfold", "size 6", "axis 1", "[2, 5]", "0 to 5");
        assertThatThrownBy(() -> x.unfold(1, -1, 1)).hasMessageContainingAll("unfold", "size -1");
        assertThatThrownBy(() -> x.unfold(1, 2, 0)).hasMessageContainingAll("unfold", "steps of 0", "1 or more");
        assertThatThrownBy(() -> x.unfold(2, 2, 1)).hasMessageContainingAll("unfold", "axis 2");
        long[][][] wrong = {
            {{3}, {5}, {0}},
            {{3}, {1, 2}, {0}},
            {{-1}, {1}, {0}},
            {{2}, {-1}, {5}},
            {{2}, {1}, {-1}},
            {{2}, {1}, {Long.MAX_VALUE}},
            {{1L << 40, 1L << 40}, {1L << 40, 1}, {0}},
            {{1}, {1}, {10}}
        };
        for (long[][] c : wrong) {
            assertThatThrownBy(() -> x.asStrided(c[0], c[1], c[2][0]))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContainingAll("asStrided", "[2, 5]", "10 elements");
        }
    }
}
