package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Autocast scopes: where they begin and end, and what is outside of them. The lists are tested by method in the conformance suite. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class AutocastTest {
    private static DType product() {
        Tensor x = Tensors.ones(2, 2);
        return x.matmul(x).dtype();
    }

    @Test
    void scopesNestAndEnd() {
        assertThat(product()).isEqualTo(DType.F32);
        assertThat(Autocast.active()).isNull();
        try (Autocast outer = Autocast.open(DType.BF16)) {
            assertThat(product()).isEqualTo(DType.BF16);
            try (Autocast inner = Autocast.open(DType.F16)) {
                assertThat(product()).isEqualTo(DType.F16);
                try (Autocast none = Autocast.off()) {
                    assertThat(product()).isEqualTo(DType.F32);
                    assertThat(Autocast.active()).isNull();
                    assertThat(Autocast.run(DType.BF16, AutocastTest::product)).isEqualTo(DType.BF16);
                    assertThat(product()).isEqualTo(DType.F32);
                }
                assertThat(Autocast.active()).isEqualTo(DType.F16);
            }
            assertThat(product()).isEqualTo(DType.BF16);
        }
        assertThat(product()).isEqualTo(DType.F32);
    }

    @Test
    void exceptionsEndScopes() {
        Tensor x = Tensors.ones(2, 3);
        assertThatThrownBy(() -> Autocast.run(DType.BF16, () -> x.matmul(x))).isInstanceOf(ShapeException.class);
        assertThat(product()).isEqualTo(DType.F32);
        try (Autocast scope = Autocast.open(DType.BF16)) {
            assertThatThrownBy(() -> x.matmul(x)).isInstanceOf(ShapeException.class);
            assertThat(product()).isEqualTo(DType.BF16);
        }
    }

    @Test
    void otherThreadsAreOutside() throws InterruptedException {
        var found = new AtomicReference<DType>();
        var failure = new AtomicReference<Throwable>();
        try (Autocast scope = Autocast.open(DType.BF16)) {
            Thread other = new Thread(
                    () -> {
                        found.set(MemoryScope.tidy(AutocastTest::product));
                        try {
                            scope.close();
                        } catch (IllegalStateException e) {
                            failure.set(e);
                        }
                    },
                    "other");
            other.start();
            other.join();
            assertThat(product()).isEqualTo(DType.BF16);
        }
        assertThat(found.get()).isEqualTo(DType.F32);
        assertThat(failure.get()).hasMessageContaining("closed on other").hasMessageContaining("open one on each");
    }

    @Test
    void closesInOrderAndOnce() {
        Autocast outer = Autocast.open(DType.BF16);
        Autocast inner = Autocast.open(DType.F16);
        assertThatThrownBy(outer::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the scope of BF16")
                .hasMessageContaining("reverse order");
        assertThat(product()).isEqualTo(DType.F16);
        inner.close();
        inner.close();
        assertThat(product()).isEqualTo(DType.BF16);
        outer.close();
        outer.close();
        assertThat(product()).isEqualTo(DType.F32);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"BF16", "F16"},
            mode = EnumSource.Mode.EXCLUDE)
    void refusesOtherDtypes(DType dtype) {
        assertThatThrownBy(() -> Autocast.open(dtype))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining(dtype.name())
                .hasMessageContaining("give BF16 or F16");
        assertThat(Autocast.active()).isNull();
    }

    @Test
    void regionsAreTracedOutside() {
        // Traced at its first use, inside; were e^x converted there, so would it be outside ever after.
        Elementwise.Region region = Elementwise.region(x -> x.exp().mul(x));
        Tensor x = Tensors.of(0.5, 1.0).to(DType.BF16);
        assertThat(Autocast.run(DType.F16, () -> region.apply(x)).dtype()).isEqualTo(DType.BF16);
        assertThat(region.apply(x).dtype()).isEqualTo(DType.BF16);
    }

    @Test
    void methodsInPlaceKeepTheDtype() {
        Tensor x = Tensors.of(1.0, 2.0).to(DType.BF16);
        try (Autocast scope = Autocast.open(DType.F16)) {
            Tensor same = x.exp_().pow_(2.0).add_(Tensors.ones(2));
            assertThat(same.dtype()).isEqualTo(DType.BF16);
        }
    }

    @Test
    void reductionsOf16BitsDontOverflow() {
        // 300^2 is beyond F16's 65504, and so is the sum of 300 of 300.
        Tensor x = Tensors.full(300, 300).to(DType.F16);
        assertThat(x.square().sum().item()).isInfinite();
        try (Autocast scope = Autocast.open(DType.F16)) {
            assertThat(x.square().sum().item()).isEqualTo(300.0 * 300 * 300);
            assertThat(x.sum().item()).isEqualTo(300.0 * 300);
            assertThat(x.norm().item()).isCloseTo(300 * Math.sqrt(300), withPercentage(1e-5));
        }
    }

    @Test
    void probabilitiesAreRefusedWithTheRemedy() {
        Tensor p = Tensors.of(0.25, 0.75).to(DType.F32);
        Tensor t = Tensors.of(0.0, 1.0).to(DType.F32);
        try (Autocast scope = Autocast.open(DType.BF16)) {
            assertThat(Losses.binaryCrossEntropy(p, t).item()).isCloseTo(-Math.log(0.75), within(1e-6));
            assertThatThrownBy(() -> Losses.binaryCrossEntropy(p.to(DType.BF16), t))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("binaryCrossEntropyWithLogits");
        }
    }

    @Test
    void mixedLossesTakeTheirOperandsAsF32() {
        Tensor x = Tensors.of(0.5, -1.0).to(DType.BF16);
        Tensor t = Tensors.of(1.0, 0.0).to(DType.F32);
        assertThatThrownBy(() -> Losses.mseLoss(x, t)).isInstanceOf(DTypeException.class);
        List<Double> values = new ArrayList<>();
        try (Autocast scope = Autocast.open(DType.BF16)) {
            values.add(Losses.mseLoss(x, t).item());
            values.add(Losses.l1Loss(x, t).item());
        }
        assertThat(values).containsExactly(0.625, 0.75);
    }
}
