package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are what NumPy prints with a precision of four digits. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class PrintingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 2 3 | tensor([1., 2., 3.])",
                "1.5 -2.25 10 | tensor([ 1.5 , -2.25, 10.  ])",
                "0.33333334 0.6666667 | tensor([0.3333, 0.6667])",
                "2.3456789 NaN Infinity -Infinity | tensor([2.3457,    nan,    inf,   -inf])",
                "0 -0.0 | tensor([ 0., -0.])",
                "1000 1 | tensor([1000.,    1.])",
                "1001 1 | tensor([1.001e+03, 1.000e+00])",
                "1e8 | tensor([1.e+08])",
                "99999999 | tensor([1.e+08])",
                "0.0001 0.01 | tensor([0.0001, 0.01  ])",
                "0.00009 | tensor([9.e-05])",
                "123456.789 | tensor([123456.79])",
                "99.99995 | tensor([99.9999])",
                "9.999999 | tensor([10.])",
                "0 0 1e-10 | tensor([0.e+00, 0.e+00, 1.e-10])",
                "NaN | tensor([nan])",
            })
    void aVectorIsPrintedInOneFormatAndColumnWidth(String values, String text) {
        String[] parts = values.trim().split(" ");
        float[] floats = new float[parts.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Float.parseFloat(parts[i]);
        }
        assertThat(Tensors.of(floats)).hasToString(text);
    }

    @Test
    void matricesAreNestedRows() {
        assertThat(Tensors.of(new float[][] {{1, 2}, {-3, 4}}))
                .hasToString("tensor([[ 1.,  2.],\n        [-3.,  4.]])");
    }

    @Test
    void anEmptyLineStandsBetweenMatrices() {
        assertThat(Tensors.of(Shape.of(2, 1, 2), 1, 2, 3, 4))
                .hasToString("tensor([[[1, 2]],\n\n        [[3, 4]]], dtype=I32)");
    }

    @Test
    void otherDtypesAreNamed() {
        assertThat(Tensors.of(0.1, 2)).hasToString("tensor([0.1, 2. ], dtype=F64)");
        assertThat(Tensors.of(1L, -20L)).hasToString("tensor([  1, -20], dtype=I64)");
        assertThat(Tensors.of(true, false)).hasToString("tensor([ true, false], dtype=BOOL)");
        assertThat(Tensors.ofUnsigned((byte) 255, (byte) 1)).hasToString("tensor([255,   1], dtype=U8)");
    }

    @Test
    void longsBeyondTheDoublesAreExact() {
        assertThat(Tensors.scalar((1L << 53) + 1)).hasToString("tensor(9007199254740993, dtype=I64)");
        assertThat(Tensors.of(Long.MIN_VALUE, 0L))
                .hasToString("tensor([-9223372036854775808,                    0], dtype=I64)");
    }

    @Test
    void scalarsAndEmptyTensors() {
        assertThat(Tensors.scalar(2.5f)).hasToString("tensor(2.5)");
        assertThat(Tensors.of(new float[0])).hasToString("tensor([])");
        assertThat(Tensors.zeros(2, 0, 3)).hasToString("tensor([], shape=[2, 0, 3])");
    }

    @Test
    void longRowsGoOnInTheNextLine() {
        assertThat(Tensors.of(1f, 2f, 3f, 4f, 5f, 6f).toString(PrintOptions.DEFAULT.withLineWidth(20)))
                .isEqualTo("tensor([1., 2., 3.,\n        4., 5., 6.])");
    }

    @Test
    void moreThanAThousandElementsAreSummarised() {
        long[] values = new long[1001];
        java.util.Arrays.setAll(values, i -> i);
        assertThat(Tensors.of(values))
                .hasToString("tensor([   0,    1,    2, ...,  998,  999, 1000], dtype=I64, shape=[1001])");
        assertThat(Tensors.of(Shape.of(7, 143), values).toString(PrintOptions.DEFAULT.withEdgeItems(1)))
                .isEqualTo(
                        "tensor([[   0, ...,  142],\n        ...,\n        [ 858, ..., 1000]], dtype=I64, shape=[7, 143])");
    }

    @Test
    void aThousandElementsAreNot() {
        assertThat(Tensors.of(new float[1000]).toString()).doesNotContain("...").contains("0.]");
    }

    @Test
    void onlyTheShownElementsOfAViewAreRead() {
        Tensor broadcast = Tensors.scalar(7).broadcastTo(1L << 30, 1L << 30);
        assertThat(broadcast.toString())
                .startsWith("tensor([[7, 7, 7, ..., 7, 7, 7],")
                .endsWith("shape=[1073741824, 1073741824])");
    }

    @Test
    void viewsPrintTheirOwnOrder() {
        Tensor x = Tensors.of(new int[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(x.t()).hasToString("tensor([[1, 4],\n        [2, 5],\n        [3, 6]], dtype=I32)");
        assertThat(x.flip(1).slice(1, 0, 3, 2)).hasToString("tensor([[3, 1],\n        [6, 4]], dtype=I32)");
    }

    @Test
    void precisionAndExponentsAreOptions() {
        Tensor x = Tensors.of(Math.PI, 100.5);
        assertThat(x.toString(PrintOptions.DEFAULT.withPrecision(2))).isEqualTo("tensor([  3.14, 100.5 ], dtype=F64)");
        assertThat(x.toString(PrintOptions.DEFAULT.withPrecision(2).withScientific(true)))
                .isEqualTo("tensor([3.14e+00, 1.00e+02], dtype=F64)");
        assertThatThrownBy(() -> PrintOptions.DEFAULT.withPrecision(-1)).hasMessageContaining("precision -1");
    }

    @Test
    void aClosedTensorSaysSo() {
        Tensor x = Tensors.zeros(2, 3);
        x.close();
        assertThat(x).hasToString("tensor(closed, F32[2, 3])");
    }

    @Test
    void aValueInsideARegionHasNoNumbers() {
        String[] text = new String[1];
        Elementwise.region(x -> {
                    text[0] = x.toString();
                    return x.neg();
                })
                .expr(DType.F32);
        assertThat(text[0]).isEqualTo("value 0 of a region, F32");
    }
}
