package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatun.tensor.DType.BF16;
import static org.gatun.tensor.DType.BOOL;
import static org.gatun.tensor.DType.F16;
import static org.gatun.tensor.DType.F32;
import static org.gatun.tensor.DType.F64;
import static org.gatun.tensor.DType.I16;
import static org.gatun.tensor.DType.I32;
import static org.gatun.tensor.DType.I64;
import static org.gatun.tensor.DType.I8;
import static org.gatun.tensor.DType.U8;

import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** PyTorch's table of result types, written out. */
@ExtendWith(NativeMemoryBalance.class)
class PromotionTest {
    private static final DType[] ORDER = {F32, F64, BF16, F16, I64, I32, I16, I8, U8, BOOL};

    /** torch.promote_types, rows and columns in the order above. */
    private static final DType[][] TABLE = {
        {F32, F64, F32, F32, F32, F32, F32, F32, F32, F32},
        {F64, F64, F64, F64, F64, F64, F64, F64, F64, F64},
        {F32, F64, BF16, F32, BF16, BF16, BF16, BF16, BF16, BF16},
        {F32, F64, F32, F16, F16, F16, F16, F16, F16, F16},
        {F32, F64, BF16, F16, I64, I64, I64, I64, I64, I64},
        {F32, F64, BF16, F16, I64, I32, I32, I32, I32, I32},
        {F32, F64, BF16, F16, I64, I32, I16, I16, I16, I16},
        {F32, F64, BF16, F16, I64, I32, I16, I8, I16, I8},
        {F32, F64, BF16, F16, I64, I32, I16, I16, U8, U8},
        {F32, F64, BF16, F16, I64, I32, I16, I8, U8, BOOL},
    };

    /** torch.result_type of a tensor with axes (row) and a 0-d tensor (column). */
    private static final DType[][] WITH_ZERO_DIM = {
        {F32, F32, F32, F32, F32, F32, F32, F32, F32, F32},
        {F64, F64, F64, F64, F64, F64, F64, F64, F64, F64},
        {BF16, BF16, BF16, BF16, BF16, BF16, BF16, BF16, BF16, BF16},
        {F16, F16, F16, F16, F16, F16, F16, F16, F16, F16},
        {F32, F64, BF16, F16, I64, I64, I64, I64, I64, I64},
        {F32, F64, BF16, F16, I32, I32, I32, I32, I32, I32},
        {F32, F64, BF16, F16, I16, I16, I16, I16, I16, I16},
        {F32, F64, BF16, F16, I8, I8, I8, I8, I8, I8},
        {F32, F64, BF16, F16, U8, U8, U8, U8, U8, U8},
        {F32, F64, BF16, F16, I64, I32, I16, I8, U8, BOOL},
    };

    @Test
    void tensorsWithAxes() {
        each((a, b, i, j) -> {
            DType expected = TABLE[i][j];
            assertThat(DType.promote(a, b)).as(a + " with " + b).isEqualTo(expected);
            assertThat(Tensors.ones(a, 2).mul(Tensors.ones(b, 2)).dtype()).isEqualTo(expected);
            assertThat(Tensors.ones(a).mul(Tensors.ones(b)).dtype()).isEqualTo(expected);
        });
    }

    @Test
    void aTensorWithAxesAndAZeroDim() {
        each((a, b, i, j) -> {
            DType expected = WITH_ZERO_DIM[i][j];
            Tensor x = Tensors.ones(a, 2);
            Tensor s = Tensors.ones(b);
            assertThat(x.mul(s).dtype()).as(a + "[2] with a 0-d " + b).isEqualTo(expected);
            assertThat(s.mul(x).dtype()).as("a 0-d " + b + " with " + a + "[2]").isEqualTo(expected);
            assertThat(x.ne(0).where(x, s).dtype()).isEqualTo(expected);
        });
    }

    @Test
    void javaScalarsAreWeak() {
        assertThat(Tensors.ones(F32, 2).mul(0.1).dtype()).isEqualTo(F32);
        assertThat(Tensors.ones(U8, 2).add(1).dtype()).isEqualTo(U8);
        assertThat(Tensors.ones(I64, 2).mul(0.5).dtype()).isEqualTo(F32);
        assertThat(Tensors.ones(BOOL, 2).add(1).dtype()).isEqualTo(I64);
        assertThat(Tensors.ones(I32, 2).div(2).dtype()).isEqualTo(F32);
        assertThat(Tensors.ones(BF16, 2).mul(0.1).dtype()).isEqualTo(BF16);
        assertThat(Tensors.ones(F16, 2).add(1).dtype()).isEqualTo(F16);
        assertThat(Tensors.ones(I8, 2).add(1).dtype()).isEqualTo(I8);
        assertThat(Tensors.ones(I16, 2).mul(0.5).dtype()).isEqualTo(F32);
    }

    private interface Case {
        void check(DType a, DType b, int i, int j);
    }

    private static void each(Case body) {
        for (int i = 0; i < ORDER.length; i++) {
            for (int j = 0; j < ORDER.length; j++) {
                body.check(ORDER[i], ORDER[j], i, j);
            }
        }
    }
}
