package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatun.tensor.DType.BOOL;
import static org.gatun.tensor.DType.F32;
import static org.gatun.tensor.DType.F64;
import static org.gatun.tensor.DType.I32;
import static org.gatun.tensor.DType.I64;
import static org.gatun.tensor.DType.U8;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.TypeTrace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Regions against the same functions of whole tensors. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ElementwiseTest {
    private static final Region PRODUCT = Elementwise.region((a, b) -> a.mul(b));

    static Stream<Arguments> notElementwise() {
        return Stream.of(
                call("cumsum", x -> x.cumsum(0)),
                call("cumprod", x -> x.cumprod(-1)),
                call("t", Tensor::t),
                call("squeeze", Tensor::squeeze),
                call("transpose", x -> x.transpose(0, -1)),
                call("moveAxis", x -> x.moveAxis(0, 0)),
                call("flip", x -> x.flip(0)),
                call("sum", x -> x.sum()),
                call("sort", x -> x.sort(0).values()),
                call("softmax", x -> x.softmax(0)),
                call("flatten", x -> x.flatten()),
                call("unsqueeze", x -> x.unsqueeze(0)));
    }

    private static Arguments call(String name, UnaryOperator<Tensor> function) {
        return Arguments.of(name, function);
    }

    /** Inside a region all values are 0-d, and there these methods change nothing: they must not pass for the identity. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("notElementwise")
    void whatIsNotElementwiseIsRefused(String name, UnaryOperator<Tensor> function) {
        Tensor x = Tensors.of(1f, 2f, 3f);
        for (UnaryOperator<Tensor> body : List.of(function, t -> t.add(function.apply(t)))) {
            assertThatThrownBy(() -> Elementwise.region(body).apply(x))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("region")
                    .hasMessageMatching("(?s).*(is not elementwise|does not exist).*");
        }
    }

    @Test
    void whatLeavesEveryElementInPlaceIsAllowed() {
        Tensor x = Tensors.of(-1f, 2.5f);
        Region same = Elementwise.region(t -> t.view().copy().contiguous().add(0));
        assertThat(same.apply(x).toFloatArray()).containsExactly(-1, 2.5f);
        assertThat(Elementwise.region(t -> t.floor().clamp(-5, 5))
                        .apply(Tensors.of(3L))
                        .toLongArray())
                .containsExactly(3);
    }

    @Test
    void aValueOfARegionIsNeverClosed() {
        Region region = Elementwise.region(x -> {
            x.unscope();
            assertThat(x.isClosed()).isFalse();
            return x.neg();
        });
        assertThat(region.apply(Tensors.of(2f)).toFloatArray()).containsExactly(-2);
    }

    @Test
    void aTensorOfWhichOnlyTheTypeIsKnownIsContiguous() {
        TensorType type = new TensorType(F32, Shape.of(2, 3));
        assertThat(TypeTrace.infer(List.of(type), in -> List.of(in.get(0).contiguous())))
                .containsExactly(type);
    }

    /** A 0-d operand gives way to operands with axes of its kind, as it does outside a region. */
    @Test
    void scalarOperandsPromoteAsTheyDoOutside() {
        for (DType a : DType.values()) {
            for (DType b : DType.values()) {
                Tensor x = Tensors.of(2, 3).to(a);
                Tensor s = Tensors.scalar(1).to(b);
                assertThat(PRODUCT.apply(x, s).dtype())
                        .as(a + "[2] with a 0-d " + b)
                        .isEqualTo(x.mul(s).dtype());
                assertThat(PRODUCT.apply(s, x).dtype())
                        .as("a 0-d " + b + " with " + a + "[2]")
                        .isEqualTo(x.mul(s).dtype());
                assertThat(PRODUCT.apply(s, s.to(a)).dtype())
                        .as("two 0-d of " + b + " and " + a)
                        .isEqualTo(s.mul(s.to(a)).dtype());
            }
        }
        assertThat(PRODUCT.apply(Tensors.of(1f, 2), Tensors.scalar(0.1)).toFloatArray())
                .containsExactly(0.1f, 0.2f);
    }

    @Test
    void aConditionStaysOne() {
        Region choose = Elementwise.region((c, a, b) -> c.where(a, b));
        Tensor chosen = choose.apply(Tensors.scalar(true), Tensors.of(1f, 2), Tensors.scalar(5.0));
        assertThat(chosen.dtype()).isEqualTo(F32);
        assertThat(chosen.toFloatArray()).containsExactly(1, 2);
        assertThat(choose.expr(BOOL, F32, F32).outputs()).hasSize(1);
    }

    @Test
    void lossesKeepTheDtypeOfTheirInput() {
        Tensor x = Tensors.of(0.5f, -1);
        Tensor t = Tensors.of(1f, 0);
        Tensor two = Tensors.scalar(2.0);
        Tensor loss = Losses.binaryCrossEntropyWithLogits(x, t, null, two, Reduction.NONE);
        assertThat(loss.dtype()).isEqualTo(F32);
        assertThat(loss.toFloatArray())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly((float) (2 * Math.log1p(Math.exp(-0.5))), (float) Math.log1p(Math.exp(-1)));
    }

    @Test
    void changesInPlacePromoteScalarOperandsToo() {
        Tensor x = Tensors.of(1f, 2);
        PRODUCT.applyInto(List.of(x, Tensors.scalar(3.0)), List.of(x));
        assertThat(x.toFloatArray()).containsExactly(3, 6);
    }

    @Test
    void resultsToWriteIntoAreAsManyAsTheRegionGives() {
        Region two =
                Elementwise.region(1, in -> List.of(in.get(0).neg(), in.get(0).abs()));
        Tensor x = Tensors.of(-1f);
        for (List<Tensor> results : List.of(List.<Tensor>of(), List.of(x), List.of(x, x, x))) {
            assertThatThrownBy(() -> two.applyInto(List.of(x), results))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("region: gives 2 results, not " + results.size());
        }
        assertThat(x.item()).isEqualTo(-1);
    }

    @Test
    void aRegionHasAnArgument() {
        assertThatThrownBy(() -> Elementwise.region(0, in -> List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("region: 0 arguments")
                .hasMessageContaining("at least one");
        assertThatThrownBy(() -> PRODUCT.apply(Tensors.of(1f)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("takes 2 arguments, not 1");
    }

    @Test
    void aResultThatIsFollowedIsNotWrittenInto() {
        Elementwise.region(x -> {
                    Tensor y = Tensors.of(1f);
                    assertThatThrownBy(() -> PRODUCT.applyInto(List.of(y, y), List.of(x)))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("can't be changed in place");
                    assertThatThrownBy(() -> PRODUCT.applyInto(List.of(x, y), List.of(y)))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("a change in place is not recorded");
                    return x;
                })
                .expr(F32);
    }

    @Test
    void operandsThatDoNotBroadcastNameTheMethod() {
        Tensor x = Tensors.ones(2, 3);
        assertThatThrownBy(() -> PRODUCT.apply(x, Tensors.ones(2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("region:");
        assertThatThrownBy(() -> Losses.binaryCrossEntropyWithLogits(x, x, null, Tensors.ones(2), Reduction.MEAN))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("binaryCrossEntropyWithLogits:");
        assertThatThrownBy(() -> Losses.binaryCrossEntropy(x, x, Tensors.ones(2), Reduction.MEAN))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("binaryCrossEntropy:");
        assertThatThrownBy(() -> Losses.binaryCrossEntropyWithLogits(x, x, Tensors.ones(F64, 3), null, Reduction.MEAN))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("binaryCrossEntropyWithLogits: the weight is F64 and the input F32");
        assertThat(PRODUCT.apply(x, Tensors.ones(I64, 3)).shape()).isEqualTo(Shape.of(2, 3));
        assertThat(PRODUCT.expr(U8, I32).dtype(0)).isEqualTo(U8);
        assertThat(PRODUCT.expr(F64, F64).dtype(0)).isEqualTo(F64);
    }

    @Test
    void resultsThatShareElementsAreRefusedAndColumnsAreNot() {
        Elementwise.Region both =
                Elementwise.region(1, in -> List.of(in.get(0).add(1), in.get(0).mul(2)));
        Tensor x = Tensors.of(1.0, 2.0, 3.0);
        Tensor b = Tensors.zeros(DType.F64, 4);
        assertThatThrownBy(() -> both.applyInto(List.of(x), List.of(b.slice(0, 0, 3), b.slice(0, 1, 4))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("results 0 and 1")
                .hasMessageContaining("[3]");
        assertThatThrownBy(() -> both.applyInto(List.of(x), List.of(b.slice(0, 0, 3), b.slice(0, 0, 3))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(b.toDoubleArray()).containsOnly(0);
        Tensor columns = Tensors.zeros(DType.F64, 3, 2);
        both.applyInto(List.of(x), List.of(columns.select(1, 0), columns.select(1, 1)));
        assertThat(columns.toDoubleArray()).containsExactly(2, 2, 3, 4, 4, 6);
    }
}
