package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One region on many lists of tensors: the result is that of one list after the other. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ForEachTest {
    /** {@code (p, g, m, rate) -> (p, m)}. */
    private static final Region MOMENTUM = Elementwise.region(4, in -> {
        Tensor m = in.get(2).mul(0.9).add(in.get(1));
        return List.of(in.get(0).sub(m.sqrt().mul(in.get(3))), m);
    });

    private static final Region SUM = Elementwise.region((x, s) -> x.add(s));
    private static final Region SQUARE = Elementwise.region(x -> x.square());

    private static Tensor random(DType dtype, Shape shape, long seed) {
        return Tensors.rand(new Generator(seed), DType.F64, shape, Device.CPU).to(dtype);
    }

    /** Lists of (p, g, m) of several shapes. */
    private static List<List<Tensor>> lists(DType dtype) {
        var lists = new ArrayList<List<Tensor>>();
        long seed = 0;
        for (Shape shape : List.of(Shape.of(37), Shape.of(3, 5, 7), Shape.SCALAR, Shape.of(0, 4), Shape.of(1031))) {
            lists.add(
                    List.of(random(dtype, shape, seed++), random(dtype, shape, seed++), random(dtype, shape, seed++)));
        }
        return lists;
    }

    private static List<List<Tensor>> written(List<List<Tensor>> lists) {
        return lists.stream().map(l -> List.of(l.get(0), l.get(2))).toList();
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "BF16", "F16"})
    void eachListGetsWhatItWouldGetByItselfBitForBit(DType dtype) {
        Tensor rate = Tensors.scalar(0.01).to(dtype.arithmetic());
        List<List<Tensor>> lists = lists(dtype);
        MOMENTUM.applyEachInto(lists, List.of(rate), written(lists));
        List<List<Tensor>> again = lists(dtype);
        for (int i = 0; i < lists.size(); i++) {
            Tensor[] wide =
                    again.get(i).stream().map(x -> x.to(dtype.arithmetic())).toArray(Tensor[]::new);
            Tensor[] expected = MOMENTUM.applyAll(wide[0], wide[1], wide[2], rate);
            assertThat(lists.get(i).get(0).toDoubleArray())
                    .isEqualTo(expected[0].to(dtype).toDoubleArray());
            assertThat(lists.get(i).get(1).toDoubleArray())
                    .isEqualTo(again.get(i).get(1).toDoubleArray());
            assertThat(lists.get(i).get(2).toDoubleArray())
                    .isEqualTo(expected[1].to(dtype).toDoubleArray());
        }
    }

    @Test
    void listsMayHaveDifferentDtypesAndLayouts() {
        Tensor a = Tensors.of(1f, 2f, 3f);
        Tensor b = Tensors.of(new double[] {4, 5, 6, 7}).reshape(2, 2).t();
        Tensor c = Tensors.of(1, 2);
        Tensor row = Tensors.of(10.0, 20.0);
        SUM.applyEachInto(
                List.of(List.of(a, a), List.of(b, row), List.of(c, Tensors.scalar(5))),
                List.of(),
                List.of(List.of(a), List.of(b), List.of(c)));
        assertThat(a.toDoubleArray()).containsExactly(2, 4, 6);
        assertThat(b.toDoubleArray()).containsExactly(14, 26, 15, 27);
        assertThat(c.toLongArray()).containsExactly(6, 7);
    }

    @Test
    void noListsAreNothingToDo() {
        SUM.applyEachInto(List.of(), List.of(Tensors.scalar(1)), List.of());
    }

    /** What a list writes, the lists after it read. */
    @Test
    void listsThatTouchEachOtherRunInOrder() {
        Tensor one = Tensors.scalar(1.0);
        Tensor a = Tensors.of(1.0, 2.0);
        Tensor b = Tensors.zeros(DType.F64, 2);
        Tensor c = Tensors.zeros(DType.F64, 2);
        SUM.applyEachInto(List.of(List.of(a), List.of(b)), List.of(one), List.of(List.of(b), List.of(c)));
        assertThat(b.toDoubleArray()).containsExactly(2, 3);
        assertThat(c.toDoubleArray()).containsExactly(3, 4);
        SUM.applyEachInto(List.of(List.of(a), List.of(a)), List.of(one), List.of(List.of(a), List.of(a)));
        assertThat(a.toDoubleArray()).containsExactly(3, 4);
        // Also what all share.
        SUM.applyEachInto(List.of(List.of(one), List.of(a)), List.of(one), List.of(List.of(one), List.of(a)));
        assertThat(one.item()).isEqualTo(2);
        assertThat(a.toDoubleArray()).containsExactly(5, 6);
    }

    /** As the parameters of a model that lie in one vector; each a version of which changes. */
    @Test
    void partsOfOneVectorAreChangedEachByItself() {
        Tensor flat = Tensors.arange(6).to(DType.F64);
        Tensor ten = Tensors.scalar(10.0);
        Tensor first = flat.slice(0, 0, 2);
        Tensor last = flat.slice(0, 3, 6);
        int version = flat.concrete().storage().version();
        SUM.applyEachInto(List.of(List.of(first), List.of(last)), List.of(ten), List.of(List.of(first), List.of(last)));
        assertThat(flat.toDoubleArray()).containsExactly(10, 11, 2, 13, 14, 15);
        assertThat(flat.concrete().storage().version()).isGreaterThan(version);
        // The operand of one is the result of another.
        Tensor head = flat.slice(0, 0, 3);
        Tensor tail = flat.slice(0, 3, 6);
        SUM.applyEachInto(List.of(List.of(head), List.of(tail)), List.of(ten), List.of(List.of(tail), List.of(head)));
        assertThat(flat.toDoubleArray()).containsExactly(30, 31, 22, 20, 21, 12);
    }

    @Test
    void nothingIsChangedUnlessAllListsFit() {
        Tensor a = Tensors.of(1f, 2f);
        Tensor three = Tensors.of(1f, 2f, 3f);
        Tensor one = Tensors.scalar(1f);
        assertThatThrownBy(() -> SUM.applyEachInto(List.of(List.of(a)), List.of(one), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 lists of operands and 0 lists of results");
        refused(IllegalArgumentException.class, "takes 2 arguments, not 3", a, List.of(a, a), one, List.of(a));
        refused(IllegalArgumentException.class, "gives 1 results, not 2", a, List.of(a), one, List.of(a, three));
        refused(ShapeException.class, "can't be repeated", a, List.of(three), one, List.of(Tensors.of(1f, 2f)));
        refused(
                DTypeException.class,
                "the result is F32",
                a,
                List.of(three),
                one,
                List.of(Tensors.zeros(DType.F64, 3)));
        refused(ShapeException.class, "is broadcast", a, List.of(one), one, List.of(one.broadcastTo(Shape.of(4))));
        refused(ShapeException.class, "can't be repeated", a, List.of(one), three, List.of(one));
    }

    private static void refused(
            Class<? extends Exception> type,
            String message,
            Tensor good,
            List<Tensor> bad,
            Tensor shared,
            List<Tensor> results) {
        double[] before = good.toDoubleArray();
        assertThatThrownBy(() -> SUM.applyEachInto(
                        List.of(List.of(good), bad), List.of(shared), List.of(List.of(good), results)))
                .isInstanceOf(type)
                .hasMessageContaining(message);
        assertThat(good.toDoubleArray()).isEqualTo(before);
    }

    @Test
    void sumsAreThoseOfEachList() {
        List<List<Tensor>> lists = List.of(
                List.of(Tensors.of(1f, 2f, 3f)),
                List.of(Tensors.zeros(DType.F32, 0)),
                List.of(Tensors.scalar(-5f)),
                List.of(Tensors.arange(6).to(DType.F32).reshape(2, 3).t()));
        Tensor sums = SQUARE.sumEach(lists, List.of());
        assertThat(sums.dtype()).isEqualTo(DType.F32);
        assertThat(sums.toDoubleArray()).containsExactly(14, 0, 25, 55);
        assertThat(SUM.sumEach(lists, List.of(Tensors.scalar(10f))).toDoubleArray())
                .containsExactly(36, 0, 5, 75);
        // A square of F16 overflows from 256 on.
        Tensor large = Tensors.of(300f, 400f).to(DType.F16);
        assertThat(SQUARE.sumEach(List.of(List.of(large)), List.of()).toDoubleArray())
                .containsExactly(250_000);
        assertThat(SQUARE.sumEach(List.of(List.of(Tensors.of(3, 4))), List.of()).toLongArray())
                .containsExactly(25);
    }

    @Test
    void sumsThatCanNotBeTakenSayWhy() {
        Tensor a = Tensors.of(1f, 2f);
        assertThatThrownBy(() -> SQUARE.sumEach(List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sumEach: there is no list");
        assertThatThrownBy(() -> SQUARE.sumEach(List.of(List.of(a), List.of(Tensors.of(1.0))), List.of()))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("[F32] and of [F64]");
        assertThatThrownBy(() -> SUM.sumEach(List.of(List.of(a)), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("takes 2 arguments, not 1");
        assertThatThrownBy(() -> MOMENTUM.sumEach(List.of(List.of(a, a, a, a)), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 results and must give one");
        assertThatThrownBy(() -> SUM.sumEach(List.of(List.of(a, Tensors.ones(3))), List.of()))
                .isInstanceOf(ShapeException.class);
    }
}
