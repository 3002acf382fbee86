package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PadSpec;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Sizes whose sums and products leave the longs are refused: wrapped, they would pass for small ones and reach foreign memory. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class HugeSizesTest {
    private static final long MAX = Long.MAX_VALUE;

    @ParameterizedTest
    @CsvSource({"9223372036854775807, 9223372036854775807", "9223372036854775807, 0", "0, 9223372036854775798"})
    void paddingBeyondTheLongsIsRefused(long before, long after) {
        Tensor x = Tensors.rand(10);
        assertThatThrownBy(() -> x.pad(new long[] {before}, new long[] {after}))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("pad")
                .hasMessageContaining("axis 0")
                .hasMessageContaining("[10]");
    }

    @Test
    void paddingBetweenElementsBeyondTheLongsIsRefused() {
        Op.Pad op = new Op.Pad(new PadSpec(Shape.of(0), Shape.of(0), Shape.of(1L << 61)));
        Tensor x = Tensors.rand(9);
        assertThatThrownBy(() -> Dispatch.bind(op, x))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("pad")
                .hasMessageContaining("axis 0")
                .hasMessageContaining("[9]");
    }

    @ParameterizedTest
    @CsvSource({
        "-9223372036854775807, -9223372036854775807",
        "-9223372036854775808, 0",
        "0, -9223372036854775808",
        "-9223372036854775808, -9223372036854775808",
        "-4, 0",
        "0, -4",
        "-2, -2",
        "4, -4"
    })
    void croppingMoreThanThereIsIsRefused(long before, long after) {
        Tensor x = Tensors.rand(3);
        assertThatThrownBy(() -> x.pad(new long[] {before}, new long[] {after}))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("pad")
                .hasMessageContaining("axis 0")
                .hasMessageContaining("[3]");
    }

    @Test
    void croppingAllThatThereIsLeavesNothing() {
        assertThat(Tensors.rand(3).pad(new long[] {-1}, new long[] {-2}).shape())
                .isEqualTo(Shape.of(0));
        assertThat(Tensors.of(1L, 2, 3).pad(new long[] {-3}, new long[] {2}).toLongArray())
                .containsExactly(0, 0);
    }

    @Test
    void joiningBeyondTheLongsIsRefused() {
        Tensor x = Tensors.ones(DType.U8, 1).broadcastTo(1L << 62);
        assertThatThrownBy(() -> Tensors.cat(0, x, x, x, x))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("cat")
                .hasMessageContaining("axis 0");
        assertThatThrownBy(() -> Dispatch.bind(new Op.Concat(0), x, x, x, x)).isInstanceOf(ShapeException.class);
        Tensor row = Tensors.ones(DType.U8, 1).broadcastTo(1, 1L << 62);
        assertThatThrownBy(() -> Tensors.cat(1, row, row)).isInstanceOf(ShapeException.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64", "I32"})
    void aViewOfMoreBytesThanTheLongsCountIsRefused(DType dtype) {
        Tensor one = Tensors.ones(dtype, 1);
        long most = MAX / dtype.bytes();
        assertThat(one.broadcastTo(most).elements()).isEqualTo(most);
        for (long n : new long[] {most + 1, 1L << 62}) {
            assertThatThrownBy(() -> one.broadcastTo(n))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("[" + n + "]")
                    .hasMessageContaining(dtype.name())
                    .hasMessageContaining("bytes");
        }
    }

    @Test
    void bytesMayBeAsManyAsTheLongsCount() {
        assertThat(Tensors.ones(DType.U8, 1).broadcastTo(MAX).elements()).isEqualTo(MAX);
    }

    @Test
    void partsThatWrapAroundAreRefused() {
        Tensor x = Tensors.rand(4);
        assertThatThrownBy(() -> x.split(new long[] {MAX, MAX, 6}, 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("split")
                .hasMessageContaining("[4]");
    }

    @ParameterizedTest
    @CsvSource({"9223372036854775807", "-9223372036854775808", "9223372036854775806", "-9223372036854775807"})
    void aTriangleBeyondTheMatrixIsAllOrNothing(long offset) {
        Tensor x = Tensors.ones(3, 2);
        assertThat(x.tril(offset).sum().item()).isEqualTo(offset > 0 ? 6 : 0);
        assertThat(x.triu(offset).sum().item()).isEqualTo(offset > 0 ? 0 : 6);
        assertThat(x.diagonal(offset, 0, 1).shape()).isEqualTo(Shape.of(0));
    }
}
