package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatun.tensor.DType.BF16;
import static org.gatun.tensor.DType.F16;
import static org.gatun.tensor.DType.F32;
import static org.gatun.tensor.DType.F64;
import static org.gatun.tensor.DType.I16;
import static org.gatun.tensor.DType.I32;
import static org.gatun.tensor.DType.I64;
import static org.gatun.tensor.DType.I8;
import static org.gatun.tensor.DType.U8;

import java.lang.foreign.MemorySegment;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What BF16, F16, I16 and I8 tensors do beyond what the conformance suite checks operation by operation. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class NarrowDTypesTest {
    @Test
    void creationAndReading() {
        assertThat(Tensors.of((short) -32768, (short) 32767).dtype()).isEqualTo(I16);
        assertThat(Tensors.of((short) -32768, (short) 32767).toLongArray()).containsExactly(-32768, 32767);
        assertThat(Tensors.of((byte) -128, (byte) 127).dtype()).isEqualTo(I8);
        assertThat(Tensors.of(Shape.of(2, 1), (byte) -128, (byte) 127).toLongArray())
                .containsExactly(-128, 127);
        assertThat(Tensors.of(Shape.of(1, 2), (short) -1, (short) 7).shape()).isEqualTo(Shape.of(1, 2));
        assertThat(Tensors.full(F16, 0.1, 2).toDoubleArray()).containsOnly(0.0999755859375);
        assertThat(Tensors.full(BF16, 0.1, 2).get(0)).isEqualTo(0.10009765625);
        assertThat(Tensors.scalar(I8, -5).itemLong()).isEqualTo(-5);
        assertThat(Tensors.fromSegment(MemorySegment.ofArray(new short[] {0x3f80, (short) 0xc000}), BF16, Shape.of(2))
                        .toFloatArray())
                .containsExactly(1, -2);
        assertThat(Tensors.zeros(F16, 3).toFloatArray()).containsOnly(0);
        assertThat(Tensors.linspace(F16, 0, 1, 3).toFloatArray()).containsExactly(0, 0.5f, 1);
        assertThat(Tensors.eye(I16, 2, 2).toLongArray()).containsExactly(1, 0, 0, 1);
    }

    @Test
    void aNumberOutsideTheRangeIsRefused() {
        assertThatThrownBy(() -> Tensors.full(I8, 128, 1))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("128 is outside the range of I8, -128 to 127");
        assertThatThrownBy(() -> Tensors.ones(I16, 2).add(40000))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("outside the range of I16, -32768 to 32767");
        assertThat(Tensors.full(F16, 1e6, 1).item()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void integersWrapAround() {
        Tensor x = Tensors.of((byte) 127, (byte) -128, (byte) 100);
        assertThat(x.add(1).toLongArray()).containsExactly(-128, -127, 101);
        assertThat(x.mul(x).toLongArray()).containsExactly(1, 0, 16);
        assertThat(x.neg().toLongArray()).containsExactly(-127, -128, -100);
        assertThat(x.abs().toLongArray()).containsExactly(127, -128, 100);
        assertThat(x.floorDivide(-1).toLongArray()).containsExactly(-127, -128, -100);
        assertThat(x.not().toLongArray()).containsExactly(-128, 127, -101);
        assertThat(x.to(U8).toLongArray()).containsExactly(127, 128, 100);
        assertThat(Tensors.of(300, -40000, 65535).to(I8).toLongArray()).containsExactly(44, -64, -1);
        assertThat(Tensors.of(300, -40000, 65535).to(I16).toLongArray()).containsExactly(300, 25536, -1);
        assertThat(Tensors.of(-1.9, 300.9, Double.NaN).to(I8).toLongArray()).containsExactly(-1, 44, 0);
    }

    /** In the dtype itself, a sum of ones would end at 256 in BF16 and at 2048 in F16, where 1 more is lost. */
    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void sumsAreKeptInF32AndRoundedOnce(DType dtype) {
        Tensor ones = Tensors.ones(dtype, 4096);
        assertThat(ones.sum().dtype()).isEqualTo(dtype);
        assertThat(ones.sum().item()).isEqualTo(4096);
        assertThat(ones.cumsum(0).get(4095)).isEqualTo(4096);
        assertThat(ones.dot(ones).item()).isEqualTo(4096);
        assertThat(ones.broadcastTo(Shape.of(3, 4096)).sum(1).toFloatArray()).containsOnly(4096);
        assertThat(Tensors.zeros(dtype, 1)
                        .indexAdd(0, Tensors.zeros(I64, 4096), ones)
                        .item())
                .isEqualTo(4096);
    }

    @Test
    void sumsOfIntegersAreI64() {
        assertThat(Tensors.full(I8, 100, 100).sum().dtype()).isEqualTo(I64);
        assertThat(Tensors.full(I8, 100, 100).sum().itemLong()).isEqualTo(10_000);
        assertThat(Tensors.full(I16, 30_000, 3).prod().itemLong()).isEqualTo(27_000_000_000_000L);
        assertThat(Tensors.full(I16, 30_000, 3).cumsum(0).toLongArray()).containsExactly(30_000, 60_000, 90_000);
    }

    /** Squares and sums of these overflow F16. */
    @Test
    void meansNormsAndSoftmaxesDoNotOverflowInside() {
        Tensor x = Tensors.full(F16, 60_000, 100);
        assertThat(x.mean().item()).isEqualTo(60_000);
        assertThat(x.mean().dtype()).isEqualTo(F16);
        assertThat(x.sum().item()).isEqualTo(Double.POSITIVE_INFINITY);
        Tensor y = Tensors.of(-300f, 300).to(F16);
        assertThat(y.var().item()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(y.std().item()).isEqualTo(424.25); // sqrt(180000), in steps of 0.25
        assertThat(y.std().dtype()).isEqualTo(F16);
        assertThat(y.norm().item()).isEqualTo(424.25);
        assertThat(y.softmax(0).toFloatArray()).containsExactly(0, 1);
        assertThat(y.logsumexp().item()).isEqualTo(300);
        assertThat(Losses.mseLoss(y, y.neg()).dtype()).isEqualTo(F16);
        Tensor logits = Tensors.zeros(BF16, 5, 4096);
        // log 4096 = 8.3178, in steps of 2^-4
        assertThat(Losses.crossEntropy(logits, Tensors.zeros(I64, 5)).item()).isEqualTo(8.3125);
        assertThat(Losses.crossEntropy(logits, Tensors.zeros(I64, 5)).dtype()).isEqualTo(BF16);
    }

    @Test
    void promotionOfTwoNarrowTypes() {
        assertThat(Tensors.ones(BF16, 2).add(Tensors.ones(F16, 2)).dtype()).isEqualTo(F32);
        assertThat(Tensors.ones(I8, 2).add(Tensors.ones(U8, 2)).dtype()).isEqualTo(I16);
        assertThat(Tensors.full(U8, 200, 2).add(Tensors.full(I8, -100, 2)).toLongArray())
                .containsOnly(100);
        assertThat(Tensors.ones(I8, 2).div(2).dtype()).isEqualTo(F32);
        assertThat(Tensors.ones(I8, 2).exp().dtype()).isEqualTo(F32);
        assertThat(Tensors.ones(F16, 2, 3).matmul(Tensors.ones(F16, 3)).dtype()).isEqualTo(F16);
    }

    /** Rounded after each step: 256 + 1 is 256 in BF16, so that nothing is left of the difference. */
    @Test
    void aRegionRoundsAfterEachStepAsItsOperationsDo() {
        Tensor x = Tensors.full(BF16, 256, 2000);
        Elementwise.Region region = Elementwise.region(t -> t.add(1).sub(256).mul(3));
        assertThat(region.apply(x).toFloatArray()).containsOnly(0);
        assertThat(x.add(1).sub(256).mul(3).toFloatArray()).containsOnly(0);
        assertThat(Elementwise.region(t -> t.to(F32).add(1).sub(256).mul(3).to(BF16))
                        .apply(x)
                        .toFloatArray())
                .containsOnly(3);
        Elementwise.Region wrapping = Elementwise.region(t -> t.add(100).floorDivide(2));
        assertThat(wrapping.apply(Tensors.full(I8, 100, 5)).toLongArray()).containsOnly(-28);
    }

    /** As a BF16 number, 257 would be 256. */
    @Test
    void javaNumbersTakePartAsF32() {
        Tensor x = Tensors.full(BF16, 256, 3);
        assertThat(x.mul(0.999).dtype()).isEqualTo(BF16);
        assertThat(x.sub(257).toFloatArray()).containsOnly(-1);
        assertThat(Elementwise.region(t -> t.sub(257)).apply(x).toFloatArray()).containsOnly(-1);
        x.sub_(257);
        assertThat(x.toFloatArray()).containsOnly(-1);
        assertThat(Tensors.ones(F16, 2, 1).add(0.1).shape()).isEqualTo(Shape.of(2, 1));
        assertThat(Tensors.zeros(F16, 0).add(0.1).elements()).isZero();
        assertThat(Tensors.scalar(F16, 2).mul(0.5).item()).isEqualTo(1);
    }

    @Test
    void inPlaceMethodsKeepTheDtype() {
        Tensor x = Tensors.of(1f, 2, 3).to(F16);
        x.add_(0.5).mul_(Tensors.of(2f, 2, 2));
        assertThat(x.dtype()).isEqualTo(F16);
        assertThat(x.toFloatArray()).containsExactly(3, 5, 7);
        Tensor i = Tensors.of((short) 1, (short) 2);
        i.fill_(-9);
        assertThat(i.toLongArray()).containsOnly(-9);
        x.copy_(Tensors.of(65520f, 1e-8f, -0f));
        assertThat(x.toFloatArray()).containsExactly(Float.POSITIVE_INFINITY, 0, -0f);
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void uniformNumbersStayBelowOne(DType dtype) {
        double units = dtype == BF16 ? 256 : 2048;
        Tensor u = Tensors.rand(new Generator(5), dtype, Shape.of(100_000), Device.CPU);
        double[] values = u.toDoubleArray();
        for (double v : values) {
            assertThat(v).isBetween(0.0, 1 - 1 / units);
            assertThat(v * units).isEqualTo(Math.rint(v * units));
        }
        // The mean of the multiples of the unit is half a unit below a half; its deviation is 0.289 / sqrt(100000) =
        // 0.0009.
        assertThat(u.to(F64).mean().item()).isBetween(0.5 - 0.5 / units - 0.005, 0.5 - 0.5 / units + 0.005);
        assertThat(Tensors.randn(new Generator(5), dtype, Shape.of(1001), Device.CPU)
                        .toFloatArray())
                .isEqualTo(Tensors.randn(new Generator(5), F32, Shape.of(1001), Device.CPU)
                        .to(dtype)
                        .toFloatArray());
    }

    @Test
    void printing() {
        assertThat(Tensors.of(0.1f, 1.5f, -2).to(BF16)).hasToString("tensor([ 0.1,  1.5, -2. ], dtype=BF16)");
        assertThat(Tensors.of(0.1f, 1 / 3f).to(F16)).hasToString("tensor([0.1   , 0.3333], dtype=F16)");
        assertThat(Tensors.of(65504f).to(F16)).hasToString("tensor([65504.], dtype=F16)");
        assertThat(Tensors.of((byte) -128, (byte) 7)).hasToString("tensor([-128,    7], dtype=I8)");
        assertThat(Tensors.of((short) -3)).hasToString("tensor([-3], dtype=I16)");
    }

    @Test
    void indexingMovesTheBits() {
        // A NaN with a payload, which arithmetic need not keep.
        Tensor x = Tensors.fromSegment(
                MemorySegment.ofArray(new short[] {0x7f81, 0x3f80, (short) 0xff95, 0x0001}), BF16, Shape.of(4));
        Tensor moved = Tensors.cat(
                0, x.flip(0).indexSelect(0, Tensors.of(3L, 1)), x.slice(0, 2, 4).copy());
        short[] bits = new short[4];
        MemorySegment.ofArray(bits).copyFrom(moved.concrete().segment());
        assertThat(bits).containsExactly(0x7f81, 0xff95, 0xff95, 0x0001);
    }

    @Test
    void everyIntegerIndexes() {
        Tensor x = Tensors.of(10f, 20, 30);
        assertThat(x.indexSelect(0, Tensors.of((byte) -1, (byte) 0)).toFloatArray())
                .containsExactly(30, 10);
        assertThat(x.indexSelect(0, Tensors.of((short) 1)).toFloatArray()).containsExactly(20);
        assertThat(Tensors.of((byte) 1, (byte) 2).to(I32).dtype()).isEqualTo(I32);
    }
}
