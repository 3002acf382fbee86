package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The scopes of a precision: they nest on one thread, and leave nothing behind. */
class MatmulPrecisionTest {
    private static final MatmulPrecision OUTSIDE = MatmulPrecision.current();

    @Test
    void theInnermostScopeCounts() {
        try (var outer = MatmulPrecision.TF32.open()) {
            try (var inner = MatmulPrecision.FULL.open()) {
                assertThat(MatmulPrecision.current()).isEqualTo(MatmulPrecision.FULL);
            }
            assertThat(MatmulPrecision.current()).isEqualTo(MatmulPrecision.TF32);
            assertThat(CompletableFuture.supplyAsync(MatmulPrecision::current).join())
                    .isEqualTo(OUTSIDE);
        }
        assertThat(MatmulPrecision.current()).isEqualTo(OUTSIDE);
    }

    @Test
    void scopesAreClosedOnceInTheirOrder() {
        var outer = MatmulPrecision.TF32.open();
        var inner = MatmulPrecision.FULL.open();
        assertThatThrownBy(outer::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reverse order");
        inner.close();
        assertThat(MatmulPrecision.current()).isEqualTo(MatmulPrecision.TF32);
        inner.close(); // does nothing
        assertThat(MatmulPrecision.current()).isEqualTo(MatmulPrecision.TF32);
        assertThatThrownBy(() -> CompletableFuture.runAsync(outer::close).join())
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("belongs to thread");
        outer.close();
        try (var next = MatmulPrecision.TF32.open()) {
            outer.close();
            assertThat(MatmulPrecision.current()).isEqualTo(MatmulPrecision.TF32);
        }
        assertThat(MatmulPrecision.current()).isEqualTo(OUTSIDE);
    }
}
