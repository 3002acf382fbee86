package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Random;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.ExtremumFn;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgFoldTest {
    private final int threadsBefore = WorkerPool.threads();

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    /** Many ties, within chunks and across; of equal elements the first wins, and the first NaN before all others. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "5, 7, 3",
        "2, 200000, 1",
        "1, 40000, 3",
        "3, 20001, 8",
        "1, 300, 700",
        "2, 129, 513",
        "300, 2, 2",
        "0, 5, 4",
        "4, 5, 0"
    })
    void theFirstExtremumIsFoundOnAnyThreads(int outer, int n, int inner) {
        for (DType dtype : DType.values()) {
            for (boolean nan : new boolean[] {false, true}) {
                if (nan && !dtype.isFloating()) {
                    continue;
                }
                Random random = new Random(outer + n + inner);
                try (Arena arena = Arena.ofShared()) {
                    var x = new NativeArray(arena, dtype, (long) outer * n * inner);
                    for (int i = 0; i < x.size(); i++) {
                        x.set(
                                i,
                                nan && random.nextInt(n) == 0
                                        ? Double.NaN
                                        : random.nextInt(dtype == DType.BOOL ? 2 : 5));
                    }
                    for (ExtremumFn fn : ExtremumFn.values()) {
                        for (int threads : new int[] {1, 4}) {
                            WorkerPool.setThreads(threads);
                            var places = new NativeArray(arena, DType.I64, (long) outer * inner);
                            ArgFold.fold(fn, dtype, x.address(), places.address(), outer, n, inner);
                            assertThat(places.toArray())
                                    .as("%s of %s", fn, dtype)
                                    .isEqualTo(expected(fn, x, outer, n, inner));
                            places.assertGuardsAreIntact();
                        }
                    }
                }
            }
        }
    }

    private static double[] expected(ExtremumFn fn, NativeArray x, int outer, int n, int inner) {
        double[] places = new double[outer * inner];
        for (int lane = 0; lane < places.length; lane++) {
            int first = lane / inner * n * inner + lane % inner;
            int best = 0;
            for (int i = 1; i < n; i++) {
                double now = x.get(first + (long) i * inner);
                double then = x.get(first + (long) best * inner);
                boolean better = fn == ExtremumFn.MAX ? now > then : now < then;
                if (!Double.isNaN(then) && (better || Double.isNaN(now))) {
                    best = i;
                }
            }
            places[lane] = best;
        }
        return places;
    }
}
