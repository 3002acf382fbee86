package org.gatun.tensor.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatun.tensor.DType.BOOL;
import static org.gatun.tensor.DType.F32;
import static org.gatun.tensor.DType.F64;
import static org.gatun.tensor.DType.I64;

import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ir.Expr.Apply;
import org.gatun.tensor.ir.Expr.Constant;
import org.junit.jupiter.api.Test;

/** What a program must be before a kernel may trust its numbers and dtypes. */
class ExprTest {
    private static final Op.Scalar NEG = new Op.Unary(UnaryFn.NEG);
    private static final Op.Scalar ADD = new Op.Binary(BinaryFn.ADD);
    private static final Op.Scalar SELECT = new Op.Select();

    private static Expr expr(List<DType> inputs, Apply node) {
        return new Expr(inputs, List.of(node), List.of(inputs.size()));
    }

    private static void refused(List<DType> inputs, Apply node, String message) {
        assertThatThrownBy(() -> expr(inputs, node))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("region: node 0")
                .hasMessageContaining(message);
    }

    @Test
    void aNodeWhoseDtypeIsNotThatOfItsOperationIsRefused() {
        for (DType wrong : List.of(F64, I64, BOOL)) {
            refused(List.of(F32), new Apply(NEG, 0, -1, -1, wrong), "gives F32, not " + wrong);
        }
        refused(List.of(F32, F32), new Apply(new Op.Compare(CompareFn.LT), 0, 1, -1, DType.U8), "gives BOOL, not U8");
        refused(List.of(F32), new Apply(new Op.Cast(I64), 0, -1, -1, F32), "gives I64, not F32");
        assertThat(expr(List.of(F32), new Apply(NEG, 0, -1, -1, F32)).dtype(1)).isEqualTo(F32);
    }

    @Test
    void operandsOfDtypesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> expr(List.of(F32, F64), new Apply(ADD, 0, 1, -1, F32)))
                .isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> expr(List.of(F32, F32, F32), new Apply(SELECT, 0, 1, 2, F32)))
                .isInstanceOf(DTypeException.class);
    }

    @Test
    void aNodeWithTooFewOrTooManyOperandsIsRefused() {
        List<DType> two = List.of(F32, F32);
        refused(two, new Apply(NEG, 0, 1, -1, F32), "takes 1");
        refused(two, new Apply(NEG, 0, -1, 1, F32), "takes 1");
        refused(two, new Apply(ADD, 0, -1, -1, F32), "takes 2");
        refused(two, new Apply(ADD, 0, -1, 1, F32), "takes 2");
        refused(two, new Apply(ADD, 0, 1, 1, F32), "takes 2");
        refused(List.of(BOOL, F32, F32), new Apply(SELECT, 0, 1, -1, F32), "takes 3");
    }

    @Test
    void aNodeReadsEarlierValuesOnly() {
        refused(List.of(F32), new Apply(NEG, 1, -1, -1, F32), "not before it");
        refused(List.of(F32), new Apply(NEG, -1, -1, -1, F32), "takes 1");
        refused(List.of(F32), new Apply(ADD, 0, 7, -1, F32), "not before it");
    }

    @Test
    void anOutputExists() {
        for (int missing : new int[] {-1, 2}) {
            assertThatThrownBy(() -> new Expr(List.of(F32), List.of(Constant.of(F32, 1.0)), List.of(missing)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("output " + missing);
        }
    }

    /** Whether a number is true is whether it is not 0, as in {@code torch.tensor(0.5).bool()}. */
    @Test
    void aFractionIsTrue() {
        assertThat(Constant.of(BOOL, 0.5).bits()).isEqualTo(1);
        assertThat(Constant.of(BOOL, -0.0).bits()).isZero();
        assertThat(Constant.of(BOOL, Double.NaN).bits()).isEqualTo(1);
    }
}
