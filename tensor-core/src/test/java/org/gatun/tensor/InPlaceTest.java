package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.gatun.tensor.memory.ClosedTensorException;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class InPlaceTest {
    private static Arguments pair(String name, Function<Tensor, Tensor> inPlace, Function<Tensor, Tensor> outOfPlace) {
        return Arguments.of(name, inPlace, outOfPlace);
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                pair("add_", x -> x.add_(Tensors.of(1.0, 2, 3)), x -> x.add(Tensors.of(1.0, 2, 3))),
                pair("add_ scalar", x -> x.add_(2.5), x -> x.add(2.5)),
                pair("add_ long", x -> x.add_(2L), x -> x.add(2L)),
                pair("sub_", x -> x.sub_(Tensors.of(1.0, 2, 3)), x -> x.sub(Tensors.of(1.0, 2, 3))),
                pair("sub_ scalar", x -> x.sub_(2.5), x -> x.sub(2.5)),
                pair("sub_ long", x -> x.sub_(2L), x -> x.sub(2L)),
                pair("mul_", x -> x.mul_(Tensors.of(1.0, 2, 3)), x -> x.mul(Tensors.of(1.0, 2, 3))),
                pair("mul_ scalar", x -> x.mul_(2.5), x -> x.mul(2.5)),
                pair("mul_ long", x -> x.mul_(2L), x -> x.mul(2L)),
                pair("div_", x -> x.div_(Tensors.of(1.0, 2, 3)), x -> x.div(Tensors.of(1.0, 2, 3))),
                pair("div_ scalar", x -> x.div_(2.5), x -> x.div(2.5)),
                pair("pow_", x -> x.pow_(2), x -> x.pow(2)),
                pair("neg_", Tensor::neg_, Tensor::neg),
                pair("abs_", Tensor::abs_, Tensor::abs),
                pair("exp_", Tensor::exp_, Tensor::exp),
                pair("sqrt_", Tensor::sqrt_, Tensor::sqrt),
                pair("relu_", Tensor::relu_, Tensor::relu),
                pair("sigmoid_", Tensor::sigmoid_, Tensor::sigmoid),
                pair("tanh_", Tensor::tanh_, Tensor::tanh),
                pair("clamp_", x -> x.clamp_(-1, 1.5), x -> x.clamp(-1, 1.5)),
                pair("fill_", x -> x.fill_(3.5), x -> Tensors.fullLike(x, 3.5)),
                pair("fill_ long", x -> x.fill_(3L), x -> Tensors.fullLike(x, 3)),
                pair("zero_", Tensor::zero_, Tensors::zerosLike),
                pair(
                        "copy_",
                        x -> x.copy_(Tensors.of(7, 8, 9)),
                        x -> Tensors.of(7.0, 8, 9).broadcastTo(2, 3)),
                pair("maskedFill_", x -> x.maskedFill_(x.gt(0), 9), x -> x.maskedFill(x.gt(0), 9)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void everyChangeIsThatOfTheFunction(
            String name, Function<Tensor, Tensor> inPlace, Function<Tensor, Tensor> function) {
        double[] values = {-2, -0.5, 0, 0.75, 1.5, 3};
        Tensor x = Tensors.of(Shape.of(2, 3), values);
        double[] expected = function.apply(x).toDoubleArray();
        assertThat(inPlace.apply(x)).isSameAs(x);
        assertThat(x.toDoubleArray()).containsExactly(expected);
        // The same on every other column of a larger tensor, whose other columns stay as they are.
        Tensor wide = Tensors.full(DType.F64, 42, 2, 6);
        Tensor view = wide.slice(1, 1, 6, 2);
        view.copy_(Tensors.of(Shape.of(2, 3), values));
        var _ = inPlace.apply(view);
        assertThat(wide.slice(1, 1, 6, 2).toDoubleArray()).containsExactly(expected);
        assertThat(wide.slice(1, 0, 6, 2).toDoubleArray()).containsOnly(42);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void everyChangeCountsUpTheVersion(
            String name, Function<Tensor, Tensor> inPlace, Function<Tensor, Tensor> function) {
        Tensor x = Tensors.ones(DType.F64, 2, 3);
        int before = x.concrete().storage().version();
        var _ = inPlace.apply(x);
        assertThat(x.concrete().storage().version()).isGreaterThan(before);
    }

    @Test
    void aTensorCombinesWithItself() {
        Tensor x = Tensors.of(new double[][] {{1, 2}, {3, 4}});
        x.add_(x.t());
        assertThat(x.toDoubleArray()).containsExactly(2, 5, 5, 8);
        Tensor v = Tensors.of(1.0, 2, 3, 4);
        v.slice(0, 1, 4).copy_(v.slice(0, 0, 3));
        assertThat(v.toDoubleArray()).containsExactly(1, 1, 2, 3);
        v.mul_(v);
        assertThat(v.toDoubleArray()).containsExactly(1, 1, 4, 9);
    }

    @Test
    void operandsAreConvertedToTheTensorsDtype() {
        Tensor x = Tensors.of(1f, 2f);
        x.add_(Tensors.of(0.5, 0.25)).mul_(Tensors.of(2, 2)).add_(Tensors.of(true, false));
        assertThat(x.dtype()).isEqualTo(DType.F32);
        assertThat(x.toFloatArray()).containsExactly(4, 4.5f);
        Tensor n = Tensors.of(1L << 60, 2L);
        n.add_(1L);
        assertThat(n.toLongArray()).containsExactly((1L << 60) + 1, 3);
        n.fill_((1L << 53) + 1);
        assertThat(n.toLongArray()).containsOnly((1L << 53) + 1);
        Tensor b = Tensors.of(0, 3);
        assertThat(Tensors.of(true, false).copy_(b).toBooleanArray()).containsExactly(false, true);
    }

    private static void refused(Consumer<Tensor> change, Tensor x, Class<? extends Exception> type, String... message) {
        double[] before = x.toDoubleArray();
        var thrown = assertThatThrownBy(() -> change.accept(x)).isInstanceOf(type);
        for (String part : message) {
            thrown.hasMessageContaining(part);
        }
        assertThat(x.toDoubleArray()).as("unchanged").containsExactly(before);
    }

    @Test
    void aHigherCategoryIsRefused() {
        refused(
                x -> x.add_(0.5),
                Tensors.of(1, 2),
                DTypeException.class,
                "add_: the result is F32",
                "tensor of I32",
                "use add");
        refused(x -> x.mul_(Tensors.of(0.5)), Tensors.of(1, 2), DTypeException.class, "mul_: the result is F64", "I32");
        refused(x -> x.add_(2L), Tensors.of(true), DTypeException.class, "add_: the result is I64", "BOOL");
        refused(x -> x.clamp_(0.5, 1), Tensors.of(1, 2), DTypeException.class, "clamp_", "I32");
        refused(
                x -> x.add_(Tensors.of(0.5f)),
                Tensors.of(1, 2),
                DTypeException.class,
                "add_: the result is F32",
                "tensor of I32",
                "use add,");
        refused(x -> x.div_(2.0), Tensors.of(1, 2), DTypeException.class, "div_", "I32");
        refused(x -> x.maskedFill_(x, 0), Tensors.of(1, 2), DTypeException.class, "mask is I32");
    }

    /** Functions that give floating numbers, and numbers where there are truth values: the error names the method. */
    @Test
    void aFunctionThatTheDtypeLacksIsRefused() {
        List<Consumer<Tensor>> floating = List.of(
                Tensor::exp_,
                Tensor::sqrt_,
                Tensor::sigmoid_,
                Tensor::tanh_,
                x -> x.div_(2.0),
                x -> x.div_(x),
                x -> x.pow_(0.5));
        List<String> names = List.of("exp_", "sqrt_", "sigmoid_", "tanh_", "div_", "div_", "pow_");
        for (DType dtype : List.of(DType.I64, DType.I32, DType.U8, DType.BOOL)) {
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                refused(
                        floating.get(i),
                        Tensors.of(1, 0).to(dtype),
                        DTypeException.class,
                        name + ": the result is F32",
                        "tensor of " + dtype,
                        "use " + name.substring(0, name.length() - 1) + ",");
            }
        }
        Tensor truth = Tensors.of(true, false);
        refused(Tensor::neg_, truth, DTypeException.class, "neg_: not defined on BOOL", "to(DType.I64)");
        refused(Tensor::abs_, truth, DTypeException.class, "abs_: not defined on BOOL");
        refused(Tensor::relu_, truth, DTypeException.class, "relu_: not defined on BOOL");
        refused(x -> x.sub_(x), truth, DTypeException.class, "sub_: not defined on two BOOL tensors", "use xor");
        refused(x -> x.sub_(1), truth, DTypeException.class, "sub_: the result is I64", "tensor of BOOL");
    }

    /** As out of place, and as in PyTorch: + is or, * is and. */
    @Test
    void truthValuesAddAndMultiply() {
        Tensor other = Tensors.of(true, true, false, false);
        assertThat(Tensors.of(true, false, true, false).add_(other).toBooleanArray())
                .containsExactly(true, true, true, false);
        assertThat(Tensors.of(true, false, true, false).mul_(other).toBooleanArray())
                .containsExactly(true, false, false, false);
    }

    @Test
    void onlyTheOperandBroadcasts() {
        refused(
                x -> x.add_(Tensors.ones(DType.F64, 3, 2)),
                Tensors.of(1.0, 2),
                ShapeException.class,
                "add_",
                "[3, 2]",
                "[2]");
        refused(
                x -> x.add_(1),
                Tensors.of(1.0, 2).broadcastTo(3, 2),
                ShapeException.class,
                "add_",
                "[3, 2] is broadcast");
        refused(x -> x.copy_(Tensors.of(1, 2, 3)), Tensors.of(1.0, 2), ShapeException.class, "copy_", "[3]", "[2]");
    }

    @Test
    void aFollowedTensorIsRefused() {
        Elementwise.region(x -> {
                    assertThatThrownBy(() -> x.add_(1))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("add_: a tensor of shape []")
                            .hasMessageContaining("use add, which returns a new tensor");
                    Tensor concrete = Tensors.of(1f);
                    assertThatThrownBy(() -> concrete.add_(x))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("a change in place is not recorded");
                    assertThatThrownBy(() -> concrete.copy_(x)).isInstanceOf(IllegalStateException.class);
                    assertThat(concrete.item()).isEqualTo(1);
                    return x;
                })
                .expr(DType.F32);
    }

    @Test
    void aClosedTensorIsRefused() {
        Tensor x = Tensors.ones(2);
        x.close();
        assertThatThrownBy(() -> x.add_(1))
                .isInstanceOf(ClosedTensorException.class)
                .hasMessageContainingAll("closed", "close()", "after its last use", "copy()");
        assertThatThrownBy(() -> Tensors.ones(2).add_(x)).isInstanceOf(ClosedTensorException.class);
        assertThatThrownBy(x::zero_).isInstanceOf(ClosedTensorException.class);
    }

    /** A division that fails midway may have written a part, so that saved values are not what they were. */
    @Test
    void aChangeThatFailsCountsUpTheVersion() {
        Elementwise.Region divide = Elementwise.region((a, b) -> a.floorDivide(b));
        Tensor x = Tensors.of(7L, 7);
        int before = x.concrete().storage().version();
        assertThatThrownBy(() -> divide.applyInto(List.of(x, Tensors.of(2L, 0)), List.of(x)))
                .isInstanceOf(ArithmeticException.class);
        assertThat(x.concrete().storage().version()).isGreaterThan(before);
    }
}
